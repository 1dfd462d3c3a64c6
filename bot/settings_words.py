"""What users read about `/settings`, about sharing an answer, and about answers that are not what they meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.local_dates import language
from bot.server_settings import ServerSettings

COMMAND = "Who sees answers here, their language, their small print"
PRIVATE_OPTION = "Show the answer to you alone, or to everybody; without it, as the server has settled"

HEADING = "## Settings of this server"
FOR_SERVERS = "Settings are a server's: use /settings in a server that the bot is a member of."
PUBLIC_CARD = "This is for the message that /settings shows to you alone. Please use /settings again."

WHO_SEES = "Who sees answers…"
FOR_ALL, FOR_ASKER = "Everybody in the channel", "Only whoever asked"
WHERE_PUBLIC = "For everybody only in…"
LANGUAGES = ("Language, A to G…", "Language, H to Z…")
OWN_LANGUAGE = "The server's own language"
ATTRIBUTION = ("Show attribution", "Hide attribution")
FEEDBACK = ("Ask for feedback", "Ask for no feedback")

SHARE = "Share"
SHARED = "Shared"
NOT_LET_SHARE = "Discord does not let Dateline share this here."
ALREADY_SHARED = "This has been shared already."

NOT_MEANT = "Not what I meant"
MEANT = "What did you mean?"
MEANT_EXAMPLE = "You need not say. It is kept with the question and without your name."
NO_FEEDBACK = "This server has switched feedback off. Nothing was kept."
FEEDBACK_AWAY = "The bot's database is away just now, so nothing was kept. Please try again in a minute."
FEEDBACK_FULL = "More feedback waits to be read than the bot keeps. Nothing was kept."


def feedback_kept(key: str, days: int) -> str:
    """To somebody who said that an answer is not what they meant."""
    return (
        f"Thank you. The question, which events were shown and what you wrote are kept for {days} days for whoever "
        f"runs this bot, without your name. To have them deleted before, tell them the number {key}."
    )


def shared(user: int) -> str:
    """Above an answer that somebody shared."""
    return f"<@{user}> shared"


def corrected(read: Iterable[str]) -> str:
    """Beneath a question: how its misspelt words were read."""
    return "corrected: " + ", ".join(f"*{each}*" for each in read)


def read_as(read: Iterable[str]) -> str:
    """Beneath a question in another language: the English words that it was searched by."""
    return "in English: " + ", ".join(f"*{each}*" for each in read)


def who_sees(settings: ServerSettings, channels: Sequence[int]) -> str:
    """Who sees answers, and where that is otherwise.

    Args:
        channels: those of the settings that are still there.
    """
    if settings.private is None:
        return (
            "**Answers**: everybody in the channel sees them, those of *Find related events* only whoever asked. "
            "Nobody has settled it yet."
        )
    if not settings.private:
        return "**Answers**: everybody in the channel sees them."
    if not channels:
        return "**Answers**: only whoever asked sees them, and can share them."
    named = ", ".join(f"<#{channel}>" for channel in channels)
    return f"**Answers**: everybody sees them in {named}. Elsewhere only whoever asked does, and can share them."


def override(settings: ServerSettings) -> str:
    """What whoever asks can do about it."""
    default = "false" if settings.private else "true"
    return f"-# Whoever asks can say otherwise by `private:{default}`."


def dates_in(settings: ServerSettings, guild_locale: str) -> str:
    """In which language dates are."""
    if settings.language:
        named = language(settings.language)
    else:
        named = f"{language(guild_locale)}, as Discord says of this server"
    return f"**Language** of dates in public answers and daily posts: {named}."


def small_print(settings: ServerSettings) -> str:
    """Whether answers say whose texts they show."""
    said = "stands" if settings.attribution else "does not stand"
    return f"**Attribution**: whose texts these are {said} under answers and daily posts; /about says it always."


def feedback(settings: ServerSettings) -> str:
    """Whether there is a button for those whom an answer does not help."""
    if settings.feedback:
        return (
            f"**Feedback**: under answers stands *{NOT_MEANT}*. Whoever runs this bot reads the question and what was "
            "shown, not who asked."
        )
    return f"**Feedback**: off. Switched on, a button *{NOT_MEANT}* stands under answers."
