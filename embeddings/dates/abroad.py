"""Months and weekdays in 23 other languages: those of Unicode's CLDR, in the cases that they have in dates.

The other words are in `embeddings.dates.words_abroad` and `eastern`, the forms in `embeddings.dates.forms_abroad`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from embeddings.dates.words_abroad import plain

LANGUAGES = (
    "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr", "sv", "da", "nb", "fi", "cs", "hu", "ro",
    "el", "id", "ar", "he", "fa", "hi",
)  # fmt: skip
SHIPPED = Path(__file__).with_name("names_abroad.json")  # which `python -m tests.calendar_names` takes from CLDR
DECLINED = ("pl", "ru", "uk", "cs")  # languages in which "in March" has an ending that CLDR does not list
_SHORTEST_DECLINED = 6  # letters in Latin script, for else Marco is a March; shorter ones stand here
_SHORTEST_CYRILLIC = 4
_NO_WEEKDAYS = {"to", "on"}  # which are abbreviations of some, but stand before dates in English
_LAST_LATIN = "\u024f"
_DECLINED_ALSO = {
    "lutym": 2, "marcu": 3, "marcem": 3, "maju": 5, "majem": 5, "мае": 5, "маем": 5, "лютим": 2,
    "lipcu": 7, "lipcem": 7,
}  # fmt: skip
_INSTRUMENTAL = ("em", "ем", "єм", "ём", "ом")  # of "between May and July"
_WEEKDAYS_ALSO = {
    "poniedziałku": 0, "wtorku": 1, "czwartku": 3, "piątku": 4, "понеділка": 0, "вівторка": 1,
}  # fmt: skip
_SHORTEST_STEM = 4  # letters of a weekday's name without its ending

# Names of months that are words or names in English texts: they count after a number or one of these words only.
_ENGLISH_TOO = {"mars", "mart", "marco"}
_BEFORE_MONTHS = {"en", "de", "du", "au", "début", "fin", "depuis", "avant", "après", "i"}


class _Names(NamedTuple):
    whole: dict[str, int]
    short: dict[str, int]  # those that are abbreviated


def month_named(word: str, before: str, *, short: bool, typed: bool) -> int | None:
    """The month, 1 to 12, that a word in small letters names in another language.

    Args:
        word: without a full stop behind it.
        before: the word or number before it, "" if there is none.
        short: whether abbreviations count.
        typed: whether the text is nothing but a date; if so, names that are English words count too.
    """
    names = _months()
    if month := names.whole.get(word) or names.whole.get(plain(word)) or _declined_month(word):
        known = typed or word not in _ENGLISH_TOO or before in _BEFORE_MONTHS or before.rstrip(".").isdecimal()
        return month if known else None
    return names.short.get(word) or names.short.get(plain(word)) if short else None


def weekday_named(word: str, *, typed: bool) -> int | None:
    """The weekday, 0 for Monday, that a word in small letters names in another language.

    Args:
        word: without a full stop behind it.
        typed: whether the text is nothing but a date; if so, abbreviations count too ("man" is one).
    """
    names = _weekdays()
    if typed and word not in _NO_WEEKDAYS:
        return names.whole.get(word, names.short.get(word))
    return names.whole.get(word)


def weekday_in_any_case(word: str) -> int | None:
    """The weekday, 0 for Monday, that a word names where nothing else is expected: `пятницу`, `piatek`, `sexta`."""
    found = _weekdays().whole.get(word, _WEEKDAYS_ALSO.get(word))
    if found is None and len(word) > _SHORTEST_STEM:
        stems = _weekday_stems()
        found = stems.get(plain(word), stems.get(plain(word[:-1])))
    return found


@cache
def _months() -> _Names:
    names = _shipped()["months"]
    unaccented = {plain(name): month for name, month in names.whole.items()}
    return _Names(unaccented | names.whole, {plain(name): month for name, month in names.short.items()} | names.short)


@cache
def _weekdays() -> _Names:
    return _shipped()["days"]


@cache
def _weekday_stems() -> Mapping[str, int]:
    names = {plain(name): weekday for name, weekday in _weekdays().whole.items()}
    return {name[:-1]: weekday for name, weekday in names.items() if len(name) > _SHORTEST_STEM} | names


def _declined_month(word: str) -> int | None:
    found = _DECLINED_ALSO.get(word) or _declined_months().get(word[:-1])
    return found or (_declined_months().get(word[:-2]) if word.endswith(_INSTRUMENTAL) else None)


@cache
def _declined_months() -> Mapping[str, int]:
    """Months of some languages by all but the last letter of their forms: `марте` is март, `styczniu` is stycznia."""
    names = _shipped()["declined"].whole
    long = {
        name: month
        for name, month in names.items()
        if len(name) >= (_SHORTEST_DECLINED if name[0] <= _LAST_LATIN else _SHORTEST_CYRILLIC)
    }
    return {name[:-1]: month for name, month in long.items()} | long


@cache
def _shipped() -> Mapping[str, _Names]:
    return {kind: _Names(*names) for kind, names in json.loads(SHIPPED.read_text(encoding="utf-8")).items()}
