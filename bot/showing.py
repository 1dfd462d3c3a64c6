"""How the answer to an interaction is shown: to whom, in whose language, with what around it and which buttons."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import discord
from discord import Interaction

from bot import language, settings_words
from bot.cards.discord_face import frame_of
from bot.cards.page import AnswerPage, Frame, Step
from bot.cards.question import asked
from bot.current import SHOWN_IN
from bot.server_settings import USUAL, ServerSettings
from bot.store.server_settings import ServerSettingsStore
from bot.views.answer_actions import NOT_MEANT, SHARE


@dataclass(frozen=True, slots=True)
class Showing:
    """How an answer is shown.

    Attributes:
        private: whether only whoever asked sees it.
        locale: in which it speaks: that of whoever sees it alone, or the server's.
        can_share: whether whoever sees it alone can show it to everybody.
        feedback: whether it has a button for those whom it does not help.
    """

    private: bool
    locale: str
    frame: Frame
    can_share: bool
    feedback: bool

    def speaking(self) -> AbstractContextManager[None]:
        """A context in which texts and dates are for those who see the answer.

        What is refused goes to whoever asked, and is worded outside of it.
        """
        return language.speaking(self.locale)

    def of(self, text: str) -> Showing:
        """The same, as the answer to what somebody typed."""
        return replace(self, frame=replace(self.frame, question=asked(text)))

    def dress(self, page: AnswerPage) -> AnswerPage:
        """A page with the buttons that an answer has besides its own."""
        place = page.place
        if place is None:
            return page
        steps = list(page.steps)
        if self.private and self.can_share and (place.trail or page.choices):
            steps.append(Step(str(settings_words.SHARE), place, SHARE))
        if self.feedback and page.frame.question:
            steps.append(Step(str(settings_words.NOT_MEANT), place, NOT_MEANT))
        return replace(page, steps=tuple(steps))


async def server_settings(interaction: Interaction[Any], store: ServerSettingsStore) -> ServerSettings:
    """The settings that hold where somebody uses the bot: those of the server that has it, or else the usual ones."""
    guild = interaction.guild_id if interaction.is_guild_integration() else None
    return USUAL if guild is None else await store.of(guild)


async def of_command(
    interaction: Interaction[Any], store: ServerSettingsStore, private: bool | None, usually: bool = False
) -> Showing:
    """How the answer to a command is shown; known at once, for the deferral decides who sees it.

    Args:
        private: whether only whoever asked is to see it; None: as the server has settled.
        usually: what holds where it has settled nothing.
    """
    settings = await server_settings(interaction, store)
    if private is None:
        private = settings.is_private(_channels(interaction), usually)
    return _showing(interaction, settings, private, Frame())


async def of_press(interaction: Interaction[Any], store: ServerSettingsStore, asker: int) -> Showing:
    """How the page is shown that a button or select leads to; a message that is turned keeps what stands above it."""
    settings = await server_settings(interaction, store)
    turned = interaction.user.id == asker
    frame = frame_of(interaction.message)
    private = not turned or (interaction.message is not None and interaction.message.flags.ephemeral)
    return _showing(interaction, settings, private, frame if turned else replace(frame, shared=""))


async def of_share(interaction: Interaction[Any], store: ServerSettingsStore) -> Showing:
    """How a private answer is shown to everybody."""
    settings = await server_settings(interaction, store)
    how = _showing(interaction, settings, False, frame_of(interaction.message))
    with how.speaking():
        shared = f"-# {settings_words.shared(interaction.user.id)}"
    return replace(how, frame=replace(how.frame, shared=shared))


def _showing(interaction: Interaction[Any], settings: ServerSettings, private: bool, frame: Frame) -> Showing:
    locale = interaction.locale.value
    if not private and interaction.guild_id is not None:
        locale = settings.language or guild_locale(interaction)
        interaction.extras[SHOWN_IN] = locale
    frame = replace(frame, attribution=settings.attribution)
    return Showing(private, locale, frame, private and can_share(interaction), settings.feedback)


def guild_locale(interaction: Interaction[Any]) -> str:
    """What Discord says is the server's language."""
    return interaction.guild_locale.value if interaction.guild_locale else language.DEFAULT


def can_share(interaction: Interaction[Any]) -> bool:
    """Whether a message for everybody can be sent where an interaction comes from, and there is anybody else to see it.

    The bot needs no permission of its own for answers to interactions, but somebody who must not write in a channel
    must not have the bot write there, nor is the bot to write where moderators have forbidden it.
    """
    if interaction.guild_id is None:
        return interaction.context.private_channel is True  # not with the bot, where nobody else reads
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = "send_messages_in_threads" if in_thread else "send_messages"
    granted = [interaction.permissions]
    if interaction.is_guild_integration():
        granted.append(interaction.app_permissions)
    elif not interaction.permissions.use_external_apps:  # then Discord shows all that the app says to its user alone
        return False
    return all(getattr(each, needed) for each in granted)


def _channels(interaction: Interaction[Any]) -> tuple[int | None, ...]:
    """The channel, and the one that it belongs to if it is a thread."""
    parent = interaction.channel.parent_id if isinstance(interaction.channel, discord.Thread) else None
    return interaction.channel_id, parent
