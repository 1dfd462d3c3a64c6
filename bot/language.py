"""In which language the bot speaks, and its texts in that language.

The English text stands in the code and is the key of its translations, gettext's catalogues in `bot/locales`. Whoever
decides for whom an answer is says in which locale it is (`speaking`); every text and date of the answer is then of that
one. A locale without a catalogue gets English for all of it, dates included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal

DOMAIN = "dateline"
FOLDER = Path(__file__).parent / "locales"
"""Holds a folder for each locale that has a catalogue, under the name that Discord gives it."""

DEFAULT = "en-GB"  # where nobody's locale is known: the day before the month, as in the rest of the program
ENGLISH = frozenset({"en-GB", "en-US"})
_OTHERS = "en-US"  # what those read whose language has no catalogue

COMMAND, OPTION, MENU = "name of a command", "name of an option", "name in a message's menu"
DESCRIPTION, CHOICE = "description of a command or option", "choice of an option"
"""gettext's contexts of what Discord's menus show."""

# A command in a text: it stands there in English, and is shown under the name that Discord shows.
_COMMAND_IN_TEXT = re.compile(
    r"(?<![A-Za-z0-9_/])/(?:(daily) (set|show|pause|resume|remove|preview|test)"
    r"|(event|ask|onthisday|related|story|random|daily|settings|help|about))(?![A-Za-z0-9_])"  # kana may follow
)

_spoken: ContextVar[str] = ContextVar("language", default=DEFAULT)


@lru_cache(maxsize=1)
def translated() -> frozenset[str]:
    """The locales that have a catalogue, by Discord's names."""
    return frozenset(path.parts[-3] for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))


def resolved(locale: str) -> str:
    """The locale in which somebody with one of Discord's locales is answered: their own, or English."""
    return locale if locale in ENGLISH or locale in translated() else _OTHERS


def spoken() -> str:
    """The locale of the texts and dates that are made now, by Discord's name."""
    return _spoken.get()


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """A context whose texts and dates are for readers with one of Discord's locales."""
    before = _spoken.set(resolved(locale))
    try:
        yield
    finally:
        _spoken.reset(before)


@lru_cache(maxsize=64)
def babel_locale(locale: str) -> Locale:
    """Babel's locale for one of Discord's that is `resolved`."""
    return Locale.parse(locale.replace("-", "_"))


@lru_cache(maxsize=64)
def catalogue(locale: str) -> NullTranslations:
    """The texts of a locale, which are English where it has no catalogue; read from the disk once, in a millisecond."""
    if locale not in translated():
        return NullTranslations()
    with (FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
        return GNUTranslations(file)


# --- texts ---


def gettext(message: str, /, **values: object) -> str:
    """A text in the language that is spoken, with values in the places that it names: `{title}`."""
    locale = _spoken.get()
    return _filled(catalogue(locale).gettext(message), locale, values)


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """A text that says how many there are of something; `{count}` in it is the number as the language writes it."""
    locale = _spoken.get()
    found = catalogue(locale).ngettext(one, many, count)
    return _filled(found, locale, {"count": number(count), **values})


def pgettext(context: str, message: str, /, **values: object) -> str:
    """A text that the same English words do not say everywhere; the context tells translators which is meant."""
    locale = _spoken.get()
    return _filled(catalogue(locale).pgettext(context, message), locale, values)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is put into the language that is spoken when somebody asks for it by `str`, or in a format."""

    message: str
    context: str | None = None

    def __str__(self) -> str:
        return gettext(self.message) if self.context is None else pgettext(self.context, self.message)

    def __format__(self, _: str) -> str:
        return str(self)


def later(message: str) -> Text:
    """A constant text."""
    return Text(message)


def plater(context: str, message: str) -> Text:
    """A constant text with a context, as of `pgettext`."""
    return Text(message, context)


def _filled(template: str, locale: str, values: dict[str, object]) -> str:
    template = _with_commands(template, locale)
    return template.format(**values) if values else template


@lru_cache(maxsize=4_096)
def _with_commands(template: str, locale: str) -> str:
    """A text whose commands have the names under which Discord shows them."""
    if "/" not in template or locale not in translated():
        return template
    found = catalogue(locale)

    def name(match: re.Match[str]) -> str:
        return "/" + " ".join(found.pgettext(COMMAND, word) for word in match.groups() if word)

    return _COMMAND_IN_TEXT.sub(name, template)


def option(name: str) -> str:
    """The name of a command's option, as Discord shows it."""
    return pgettext(OPTION, name)


# --- numbers and lists ---


def number(value: int) -> str:
    """`1,024`."""
    return format_decimal(value, locale=babel_locale(_spoken.get()))


def listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return format_list(names, "standard", babel_locale(_spoken.get()))


def either(names: Sequence[str]) -> str:
    """`a, b or c`."""
    return format_list(names, "or", babel_locale(_spoken.get()))


def parted(texts: Iterable[str]) -> str:
    """`a; b; c`: of texts that may have commas in them, such as dates."""
    # Translators: semicolon and blank, or what your language has: between dates or longer texts.
    return pgettext("between the texts of a list", "; ").join(texts)


def headed(heading: str, text: str) -> str:
    """`heading: text`."""
    # Translators: colon and blank as your language has them.
    return gettext("{heading}: {text}", heading=heading, text=text)


def quoted(text: str) -> str:
    """`“text”`."""
    # Translators: quotation marks as your language has them, around what somebody typed.
    return pgettext("quotation marks", "“{words}”", words=text)


def separated(names: Iterable[str]) -> str:
    """`a, b, c`."""
    # Translators: comma and blank, or what your language has.
    return pgettext("between the names of a list", ", ").join(names)
