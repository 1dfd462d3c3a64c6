"""What users read where something is not as they want it: refusals, versions, and what nobody expected."""

from __future__ import annotations

import datetime as dt

from bot.language import either, later, number, option, pgettext, separated, spoken
from bot.language import gettext as _
from bot.local_dates import day_of_year, month, month_name, short_date, weekday
from bot.markup import isolated
from embeddings import said
from embeddings.errors import EmbeddingsError
from embeddings.text import clean

BUTTON_OF_ANOTHER_VERSION = later("This button is of an older version of Dateline. Please ask again.")
FORM_OF_ANOTHER_VERSION = later("This form is of an older version of Dateline. Please ask again.")
DELETED_MEANWHILE = later("The message in the channel was deleted meanwhile: this copy is for you alone.")
NOT_LET_SHOW = later("Discord does not let Dateline show this in the channel: this copy is for you alone.")
TOLD_PRIVATELY = later("This could not be answered here. Whoever asked has been told why.")
STORE_AWAY = later(
    "Settings can be neither read nor saved just now: the bot's database is away. Nothing was changed. "
    "Please try again in a minute."
)
_ENDS = (".", "!", "?", "…", "。", "！", "？")

UNREADABLE = later(
    "Discord sent this in a form that this version of Dateline does not know. "
    "Try again; if that does not help, tell whoever runs the bot."
)


def of_error(error: EmbeddingsError) -> str:
    """What an error says, in the language that is spoken, as a sentence."""
    template = error.template
    if not isinstance(template, str) or not template:
        return _sentence(str(error))
    return _sentence(_(template, **{name: _value(each) for name, each in error.values.items()}))


def _sentence(text: str) -> str:
    first = "İ" if spoken() == "tr" and text.startswith("i") else text[:1].upper()
    text = first + text[1:]
    # Translators: what ends a sentence, where a message has nothing at its end.
    return text if text.endswith(_ENDS) else text + pgettext("end of a sentence", ".")


def _value(value: object) -> str:
    """A value in the message of an error, as the language writes it."""
    match value:
        case said.Day(date):
            return short_date(date)
        case said.DayOfYear(of_month, day):
            return day_of_year(of_month, day)
        case said.Month(name, None):
            return month_name(name)
        case said.Month(number_, int(year)):
            return month(dt.date(year, number_, 1))
        case said.Weekday(day):
            return weekday(day)
        case said.Option(name_):
            return option(name_)
        case said.OneOf(several):
            return either([_value(each) for each in several])
        case said.Several(several):
            return separated([_value(each) for each in several])
        case int():
            return number(value)
        case _:
            return isolated(clean(str(value)))


def command_of_another_version(name: str) -> str:
    """For a command that Discord offered, but not as this version has it."""
    return _(
        "“{name}” is a command of another version of Dateline. Please reload Discord (Ctrl+R, or close and open the "
        "app) and choose the command anew.",
        name=name,
    )


def apology(reference: str) -> str:
    """For an error that nobody expected; the log has the same reference."""
    return _(
        "Something went wrong on our side. If it happens again, report it with the reference {reference}.",
        reference=reference,
    )
