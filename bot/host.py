"""The parts that a command, a button or a select may use, so that these need not know the client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
from discord import Interaction, InteractionType

from bot import words
from bot.cards.channels import channels_page
from bot.cards.pages import AnswerPage
from bot.daily import words as daily_words
from bot.daily.schedule import Subscription, first_after
from bot.desk import Desk
from bot.engine import Engine
from bot.guide import Guide
from bot.posting.trials import Trials
from bot.store.daily_posts import DailyStore
from bot.views.items import destination
from bot.views.state import ChannelsList, Target
from embeddings.errors import InputError

# Answers to commands need none; daily posts do.
PERMISSIONS = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)


def invite_link(application_id: int) -> str:
    """The address that adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))


def managed_guild(interaction: Interaction[HostClient]) -> discord.Guild:
    """The server, checked: the user may manage it. Discord's menu only hides the command from other members."""
    guild = interaction.guild
    if guild is None or not interaction.is_guild_integration():
        raise InputError(daily_words.NEEDS_A_SERVER)
    if not interaction.permissions.manage_guild:
        raise InputError(daily_words.NEEDS_RIGHT)
    return guild


@dataclass(frozen=True, slots=True)
class Host:
    """The parts behind the commands.

    Attributes:
        daily: the subscriptions to daily posts.
        clock: gives the Unix time that daily posts go by.
        trials: test posts.
    """

    engine: Engine
    guide: Guide
    daily: DailyStore
    desk: Desk
    clock: Callable[[], float]
    trials: Trials

    async def press(self, interaction: Interaction[HostClient]) -> None:
        """Answer a button or a select of any of the bot's messages, also unknown ones, and unknown forms.

        Messages outlive versions of the program, and processes of two versions may run side by side: what this one
        does not know gets a sentence, never silence. Commands are answered by the client's tree.
        """
        data: dict[str, Any] = dict(interaction.data or {})
        if interaction.type is InteractionType.component:
            custom_id, values = str(data.get("custom_id")), [str(value) for value in data.get("values") or ()]
            target = destination(data.get("component_type", 0), custom_id, values)
            if target is not None:
                await self.go(interaction, target)
            else:
                await self.desk.fail(interaction, InputError(words.BUTTON_OF_ANOTHER_VERSION))
        elif interaction.type is InteractionType.modal_submit:
            await self.desk.fail(interaction, InputError(words.FORM_OF_ANOTHER_VERSION))

    async def go(self, interaction: Interaction[HostClient], target: Target) -> None:
        """Answer a button or select with the page of the place that it names."""

        async def show() -> AnswerPage:
            if isinstance(target.place.of, ChannelsList):
                return await self.channels(managed_guild(interaction), target.place.page)
            return await self.guide.page(target.place, interaction.locale.value)

        await self.desk.turn(interaction, show, target.asker)

    async def channels(self, guild: discord.Guild, page: int = 0) -> AnswerPage:
        """A page of a server's channels with daily posts."""
        there = await self.daily.of_guild(guild.id)
        return channels_page([self.channel_line(each) for each in there] or [daily_words.NONE], page)

    def channel_line(self, subscription: Subscription) -> str:
        """A channel's posts, and when the next one comes."""
        return daily_words.line(subscription, self.next_post(subscription)[1])

    def next_post(self, subscription: Subscription) -> tuple[dt.date, int]:
        """The next post's local day and its moment, in Unix time."""
        now = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        date, at = first_after(now, subscription.time, subscription.zone, subscription.next_date, subscription.days)
        return date, int(at.timestamp())


# Else each start warns that packages are missing which only voice needs.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class HostClient(discord.AutoShardedClient):
    """The Discord client as the handlers of its interactions see it."""

    host: Host
