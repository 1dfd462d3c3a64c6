"""The parts that a command, a button, a select or a form may use, so that these need not know the client."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import discord
from discord import Interaction, InteractionType

from bot import error_words, settings_words, showing
from bot.cards.channels import channels_page
from bot.cards.discord_face import form, frame_of, listed_events
from bot.cards.page import AnswerPage
from bot.cards.question import question_in
from bot.cards.settings_page import settings_page
from bot.daily import words as daily_words
from bot.daily.schedule import Subscription, first_after
from bot.desk import Desk
from bot.engine import Engine
from bot.guide import Guide
from bot.language import Text
from bot.posting.trials import Trials
from bot.server_settings import ServerSettings
from bot.showing import Showing
from bot.store.daily_posts import DailyStore
from bot.store.errors import StoreAwayError
from bot.store.feedback import FEEDBACK_KEPT_DAYS, MOST_REMARK, FeedbackStore
from bot.store.server_settings import ServerSettingsStore
from bot.store.shares import ShareStore
from bot.views import settings_items
from bot.views.answer_actions import NOT_MEANT, REMARK, SHARE, action
from bot.views.items import destination
from bot.views.state import NOBODY, ChannelsList, Target, decode, encode
from embeddings.errors import InputError
from embeddings.text import clean

# Answers to commands need none; daily posts do.
PERMISSIONS = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)


def invite_link(application_id: int) -> str:
    """The address that adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))


def managed_guild(interaction: Interaction[HostClient], otherwise: Text = daily_words.NEEDS_A_SERVER) -> discord.Guild:
    """The server whose moderators use a command, or a button of the answer that it gave them alone.

    Who may use the command is Discord's to say, by its own rule and by what the server has settled under Integrations:
    it is not asked twice. It says nothing of buttons; but a message that one user alone sees was let through to them.

    Args:
        otherwise: the sentence for where there is no server, or the bot is there for its user alone.
    """
    guild = interaction.guild
    if guild is None or not interaction.is_guild_integration():
        raise InputError(otherwise)
    if interaction.message is not None and not interaction.message.flags.ephemeral:
        raise InputError(settings_words.PUBLIC_CARD)
    return guild


@dataclass(frozen=True, slots=True)
class Host:
    """The parts behind the commands.

    Attributes:
        daily: the subscriptions to daily posts.
        settings: what servers have settled.
        shares: which answers were shared.
        feedback: what people say of answers.
        clock: gives the Unix time that daily posts go by.
        trials: test posts.
        contact: how those who run the bot can be reached; "" if they do not say.
        source: the web address of the source of the program that they run; "" likewise.
    """

    engine: Engine
    guide: Guide
    daily: DailyStore
    settings: ServerSettingsStore
    shares: ShareStore
    feedback: FeedbackStore
    desk: Desk
    clock: Callable[[], float]
    trials: Trials
    contact: str = ""
    source: str = ""

    async def press(self, interaction: Interaction[HostClient]) -> None:
        """Answer a button or a select of any of the bot's messages, also unknown ones, and unknown forms.

        Messages outlive versions of the program, and processes of two versions may run side by side: what this one
        does not know gets a sentence, never silence. Commands are answered by the client's tree.
        """
        data: dict[str, Any] = dict(interaction.data or {})
        if interaction.type is InteractionType.component:
            custom_id, values = str(data.get("custom_id")), [str(value) for value in data.get("values") or ()]
            kind = data.get("component_type", 0)
            target = destination(kind, custom_id, values)
            change = settings_items.change(kind, custom_id, values)
            if change is not None:
                await self.settle(interaction, change)
            elif target is None:
                await self.desk.fail(interaction, InputError(error_words.BUTTON_OF_ANOTHER_VERSION))
            elif action(custom_id) == SHARE:
                await self.share(interaction, target, custom_id)
            elif action(custom_id) == NOT_MEANT:
                await self.ask_meaning(interaction, custom_id)
            else:
                await self.go(interaction, target)
        elif interaction.type is InteractionType.modal_submit:
            target = decode(str(data.get("custom_id")))
            if target is not None and action(str(data.get("custom_id"))) == NOT_MEANT:
                await self.keep_feedback(interaction, target, _line(data))
            else:
                await self.desk.fail(interaction, InputError(error_words.FORM_OF_ANOTHER_VERSION))

    async def showing(
        self, interaction: Interaction[HostClient], private: bool | None, usually: bool = False
    ) -> Showing:
        """How the answer to a command is shown; arguments as of `showing.of_command`."""
        return await showing.of_command(interaction, self.settings, private, usually)

    async def go(self, interaction: Interaction[HostClient], target: Target) -> None:
        """Answer a button or select with the page of the place that it names."""

        async def show() -> AnswerPage:
            if isinstance(target.place.of, ChannelsList):
                return await self.channels(managed_guild(interaction), target.place.page)
            how = await showing.of_press(interaction, self.settings, target.asker)
            with how.speaking():
                return how.dress(await self.guide.page(target.place, frame=how.frame))

        await self.desk.turn(interaction, show, target.asker)

    # --- sharing, and saying that an answer is not what one meant ---

    async def share(self, interaction: Interaction[HostClient], target: Target, custom_id: str) -> None:
        """Show everybody what a private message shows; a second press shows nothing more."""
        message = interaction.message
        shown = encode(SHARE, Target(NOBODY, target.place))  # without who pressed, which is kept nowhere
        press, claimed = f"{message.id if message else 0}:{shown}", False

        async def show() -> AnswerPage:
            nonlocal claimed
            if not showing.can_share(interaction):
                raise InputError(settings_words.NOT_LET_SHARE)
            how = await showing.of_share(interaction, self.settings)
            with how.speaking():
                page = how.dress(await self.guide.page(target.place, frame=how.frame))
            claimed = await self.shares.claim(press, self.clock())
            if not claimed:
                raise InputError(settings_words.ALREADY_SHARED)
            return page

        try:
            await self.desk.share(interaction, show, custom_id)
        except Exception as error:  # noqa: BLE001  # discord.py would only log it
            if claimed and isinstance(error, InputError):  # for certain nobody has seen it
                await self.shares.release(press)
            await self.desk.fail(interaction, error)

    async def ask_meaning(self, interaction: Interaction[HostClient], custom_id: str) -> None:
        """Open the form in which somebody says what they meant."""
        try:
            await self._check_feedback(interaction)
            await self.desk.open_form(interaction, form(custom_id, MOST_REMARK))
        except Exception as error:  # noqa: BLE001  # discord.py would only log it
            await self.desk.fail(interaction, error)

    async def keep_feedback(self, interaction: Interaction[HostClient], target: Target, remark: str) -> None:
        """Keep what was asked, what was shown and what was meant, and not who says so."""
        message, trail = interaction.message, target.place.trail

        async def show() -> AnswerPage:
            await self._check_feedback(interaction)
            events = trail[-1:] or listed_events(message)
            question = question_in(frame_of(message).question)
            try:
                key = await self.feedback.keep(question, events, clean(remark)[:MOST_REMARK], self.clock())
            except StoreAwayError as error:
                raise InputError(settings_words.FEEDBACK_AWAY) from error
            if key is None:
                raise InputError(settings_words.FEEDBACK_FULL)
            return AnswerPage((settings_words.feedback_kept(key, FEEDBACK_KEPT_DAYS),))

        try:
            await self.desk.respond(interaction, show, private=True)
        except Exception as error:  # noqa: BLE001  # discord.py would only log it
            await self.desk.fail(interaction, error)

    async def _check_feedback(self, interaction: Interaction[HostClient]) -> None:
        """Raises InputError where no feedback is wanted, or it could not be kept."""
        guild = interaction.guild_id if interaction.is_guild_integration() else None
        try:
            is_wanted = guild is not None and (await self.settings.read(guild)).feedback
        except StoreAwayError as error:
            raise InputError(settings_words.FEEDBACK_AWAY) from error
        if not is_wanted:
            raise InputError(settings_words.NO_FEEDBACK)

    # --- what moderators settle ---

    async def settle(self, interaction: Interaction[HostClient], change: settings_items.Change) -> None:
        """Change a server's settings, and show what holds now."""

        async def show() -> AnswerPage:
            guild = managed_guild(interaction, settings_words.FOR_SERVERS)
            return self.settings_card(interaction, guild, await self.settings.change(guild.id, change))

        await self.desk.turn(interaction, show, interaction.user.id)

    def settings_card(
        self, interaction: Interaction[HostClient], guild: discord.Guild, settings: ServerSettings
    ) -> AnswerPage:
        """The card of a server's settings."""
        there = {channel.id for channel in guild.channels}
        return settings_page(settings, showing.guild_locale(interaction), there)

    async def channels(self, guild: discord.Guild, page: int = 0) -> AnswerPage:
        """A page of a server's channels with daily posts."""
        there = await self.daily.of_guild(guild.id)
        return channels_page([self.channel_line(each) for each in there] or [str(daily_words.NONE)], page)

    def channel_line(self, subscription: Subscription) -> str:
        """A channel's posts, and when the next one comes."""
        return daily_words.line(subscription, self.next_post(subscription)[1])

    def next_post(self, subscription: Subscription) -> tuple[dt.date, int]:
        """The next post's local day and its moment, in Unix time."""
        now = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        date, at = first_after(now, subscription.time, subscription.zone, subscription.next_date, subscription.days)
        return date, int(at.timestamp())


def _line(data: dict[str, Any]) -> str:
    """What somebody wrote into the form; other forms may have other fields."""
    waiting = list(data.get("components") or ())
    while waiting:
        each = waiting.pop()
        if each.get("custom_id") == REMARK:
            return str(each.get("value") or "")
        waiting += [*(each.get("components") or ()), *filter(None, [each.get("component")])]
    return ""


# Else each start warns that packages are missing which only voice needs.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


class HostClient(discord.AutoShardedClient):
    """The Discord client as the handlers of its interactions see it."""

    host: Host

    def dispatch(self, event: str, /, *values: Any, **named: Any) -> None:
        """Called by discord.py with each event of the gateway, before any handler of it begins."""
        if event == "interaction":
            self.host.desk.arrived(values[0])
        super().dispatch(event, *values, **named)
