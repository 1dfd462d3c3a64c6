"""What users read about `/settings`, about sharing an answer, and about answers that are not what they meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.language import ENGLISH, later, ngettext, option, plater, resolved, separated
from bot.language import gettext as _
from bot.local_dates import language
from bot.server_settings import ServerSettings

# Translators: heading of a card; keep the ## at its beginning.
HEADING = later("## Settings of this server")
FOR_SERVERS = later("Settings are a server's: use /settings in a server that the bot is a member of.")
PUBLIC_CARD = later("This is for the message that /settings shows to you alone. Please use /settings again.")

# Translators: hint in a select menu, at most 150 characters.
WHO_SEES = later("Who sees answers…")
# Translators: option of the select menu "Who sees answers…", at most 100 characters.
FOR_ALL = later("Everybody in the channel")
# Translators: option of the select menu "Who sees answers…", at most 100 characters.
FOR_ASKER = later("Only whoever asked")
# Translators: hint in a select menu of channels, at most 150 characters: where answers are for everybody.
WHERE_PUBLIC = later("For everybody only in…")
# Translators: option of a select menu of languages, at most 100 characters.
OWN_LANGUAGE = later("The server's own language")
ATTRIBUTION = (plater("button", "Show attribution"), plater("button", "Hide attribution"))
FEEDBACK = (plater("button", "Ask for feedback"), plater("button", "Ask for no feedback"))

SHARE = plater("button", "Share")
SHARED = plater("button", "Shared")
NOT_LET_SHARE = later("Discord does not let Dateline share this here.")
ALREADY_SHARED = later("This has been shared already.")

# Translators: a button, and the title of the form that it opens: at most 45 characters.
NOT_MEANT = plater("button", "Not what I meant")
# Translators: above a line of a form, at most 45 characters.
MEANT = later("What did you mean?")
# Translators: below the question "What did you mean?" in a form, at most 100 characters: an answer is not needed.
MEANT_EXAMPLE = later("You need not say. It is kept with the question and without your name.")
NO_FEEDBACK = later("This server has switched feedback off. Nothing was kept.")
FEEDBACK_AWAY = later("The bot's database is away just now, so nothing was kept. Please try again in a minute.")
FEEDBACK_FULL = later("More feedback waits to be read than the bot keeps. Nothing was kept.")


def languages(first: str, last: str) -> str:
    """The hint in a select of languages, from the first letter of their names to the last."""
    # Translators: hint in a select menu of languages, at most 150 characters; {first} and {last} are letters.
    return _("Language, {first} to {last}…", first=first, last=last)


def feedback_kept(key: str, days: int) -> str:
    """To somebody who said that an answer is not what they meant."""
    return ngettext(
        "Thank you. The question, which events were shown and what you wrote are kept for {count} day for whoever "
        "runs this bot, without your name. To have them deleted before, tell them the number {key}.",
        "Thank you. The question, which events were shown and what you wrote are kept for {count} days for whoever "
        "runs this bot, without your name. To have them deleted before, tell them the number {key}.",
        days,
        key=key,
    )


def shared(user: int) -> str:
    """Above an answer that somebody shared."""
    # Translators: above an answer: "@Ada shared".
    return _("{user} shared", user=f"<@{user}>")


def corrected(read: Iterable[str]) -> str:
    """Beneath a question: how its misspelt words were read."""
    # Translators: beneath a question whose spelling was put right: "corrected: earthquake".
    return _("corrected: {words}", words=separated([f"*{each}*" for each in read]))


def read_as(read: Iterable[str]) -> str:
    """Beneath a question in another language: the English words that it was searched by."""
    # Translators: beneath a question in another language: "in English: earthquake, Japan".
    return _("in English: {words}", words=separated([f"*{each}*" for each in read]))


def who_sees(settings: ServerSettings, channels: Sequence[int]) -> str:
    """Who sees answers, and where that is otherwise.

    Args:
        channels: those of the settings that are still there.
    """
    if settings.private is None:
        return _(
            "**Answers**: everybody in the channel sees them, those of *Find related events* only whoever asked. "
            "Nobody has settled it yet."
        )
    if not settings.private:
        return _("**Answers**: everybody in the channel sees them.")
    if not channels:
        return _("**Answers**: only whoever asked sees them, and can share them.")
    named = separated([f"<#{channel}>" for channel in channels])
    return _(
        "**Answers**: everybody sees them in {channels}. Elsewhere only whoever asked does, and can share them.",
        channels=named,
    )


def override(settings: ServerSettings) -> str:
    """What whoever asks can do about it."""
    typed = f"`{option('private')}:{'false' if settings.private else 'true'}`"
    # Translators: {option} is an option of the commands with its value, such as `private:true`.
    return "-# " + _("Whoever asks can say otherwise by {option}.", option=typed)


def answered_in(settings: ServerSettings, guild_locale: str) -> str:
    """In which language public answers are."""
    locale = settings.language or guild_locale
    if settings.language:
        said = _("**Language** of public answers and daily posts: {language}.", language=language(locale))
    else:
        said = _(
            "**Language** of public answers and daily posts: {language}, as Discord says of this server.",
            language=language(locale),
        )
    if resolved(locale) == locale or locale in ENGLISH:
        return said
    # Translators: after a sentence that names a language.
    english = _("Dateline has no texts in it, so they are in English.")
    return f"{said} {english}"


def small_print(settings: ServerSettings) -> str:
    """Whether answers say whose texts they show."""
    if settings.attribution:
        return _("**Attribution**: whose texts these are stands under answers and daily posts; /about says it always.")
    return _(
        "**Attribution**: whose texts these are does not stand under answers and daily posts; /about says it always."
    )


def feedback(settings: ServerSettings) -> str:
    """Whether there is a button for those whom an answer does not help."""
    if settings.feedback:
        return _(
            "**Feedback**: under answers stands *{button}*. Whoever runs this bot reads the question and what was "
            "shown, not who asked.",
            button=NOT_MEANT,
        )
    return _("**Feedback**: off. Switched on, a button *{button}* stands under answers.", button=NOT_MEANT)
