"""The words of dates in other languages: `décembre`, `vor zwei Wochen`, `上个月`.

Months and weekdays are those of Unicode's CLDR, in 23 languages. What counts from today is understood in German,
French, Spanish and Chinese; its forms are in `embeddings.dates.forms_abroad`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from embeddings.dates.ranges import CENTURY_MONTHS, DECADE_MONTHS, WEEK, YEAR_MONTHS, Unit

LANGUAGES = (
    "fr", "de", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr", "sv", "da", "nb", "fi", "cs", "hu", "ro",
    "el", "id", "ar", "he", "fa", "hi",
)  # fmt: skip
SHIPPED = Path(__file__).with_name("names_abroad.json")  # which `python -m tests.calendar_names` takes from CLDR
DECLINED = ("pl", "ru", "uk", "cs")  # languages in which "in March" has an ending that CLDR does not list
_SHORTEST_DECLINED = 6  # letters in Latin script, for else Marco is a March; shorter ones stand here
_SHORTEST_CYRILLIC = 4
_SHORTEST_WEEKDAY = 3  # letters; "to" is one of two
_LAST_LATIN = "\u024f"
_DECLINED_ALSO = {"lutym": 2, "marcu": 3, "maju": 5, "мае": 5}

_DAY, _MONTH, _YEAR = Unit(1, 0), Unit(0, 1), Unit(0, YEAR_MONTHS)


def _numbered(words: str) -> dict[str, int]:
    """Words by their place in a list, counted from 1; `/` stands between forms of one word."""
    return {form: number for number, forms in enumerate(words.split(), 1) for form in forms.split("/")}


def _units(days: str, weeks: str, months: str, years: str, longer: str) -> dict[str, Unit]:
    decades, centuries = longer.split(" / ")
    return {
        word: unit
        for words, unit in (
            (days, _DAY),
            (weeks, WEEK),
            (months, _MONTH),
            (years, _YEAR),
            (decades, Unit(0, DECADE_MONTHS)),
            (centuries, Unit(0, CENTURY_MONTHS)),
        )
        for word in words.split()
    }


# The classes of words that only the forms in other languages use.
CLASSES: tuple[tuple[str, Mapping[str, object]], ...] = (
    (
        "NUMBER_ABROAD",
        _numbered("ein/eine/einem/einer/einen zwei drei vier fünf sechs sieben acht neun zehn elf zwölf")
        | _numbered("un/une deux trois quatre cinq six sept huit neuf dix onze douze")
        | _numbered("un/una/uno dos tres cuatro cinco seis siete ocho nueve diez once doce")
        | {"zwanzig": 20, "vingt": 20, "veinte": 20, "dreißig": 30, "trente": 30, "treinta": 30}
        | {"fünfzig": 50, "cinquante": 50, "cincuenta": 50, "hundert": 100, "cent": 100, "cien": 100},
    ),
    (
        "UNIT_ABROAD",
        _units("tag tage tagen", "woche wochen", "monat monate monaten monats", "jahr jahre jahren jahres",
               "jahrzehnt jahrzehnte jahrzehnten / jahrhundert jahrhunderte jahrhunderten")
        | _units("jour jours", "semaine semaines", "mois", "an ans année années l'an l'année",
                 "décennie décennies / siècle siècles")
        | _units("día días dia dias", "semana semanas", "mes meses", "año años", "década décadas / siglo siglos"),
    ),
    (
        "DAYS_AGO",
        {
            "heute": 0, "gestern": 1, "vorgestern": 2, "übermorgen": -2,
            "aujourd'hui": 0, "d'aujourd'hui": 0, "hier": 1, "d'hier": 1, "demain": -1,
            "hoy": 0, "ayer": 1, "anteayer": 2, "antier": 2,
            "oggi": 0, "ieri": 1, "hoje": 0, "ontem": 1, "сегодня": 0, "вчера": 1, "позавчера": 2,
        },
    ),
    ("THIRD_ABROAD", {"anfang": 0, "mitte": 1, "ende": 2, "début": 0, "fin": 2}),
    ("THIRD_OF", {"comienzos": 0, "principios": 0, "inicios": 0, "mediados": 1, "finales": 2, "fines": 2}),
)  # fmt: skip
SEASONS = {
    "frühling": 3, "frühjahr": 3, "sommer": 6, "herbst": 9,
    "printemps": 3, "été": 6, "l'été": 6, "automne": 9, "l'automne": 9, "hiver": 12, "l'hiver": 12,
    "primavera": 3, "verano": 6, "otoño": 9, "invierno": 12,
}  # fmt: skip

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
    if month := names.whole.get(word) or names.whole.get(_plain(word)) or _declined_month(word):
        known = typed or word not in _ENGLISH_TOO or before in _BEFORE_MONTHS or before.rstrip(".").isdecimal()
        return month if known else None
    return names.short.get(word) or names.short.get(_plain(word)) if short else None


def weekday_named(word: str, *, typed: bool) -> int | None:
    """The weekday, 0 for Monday, that a word in small letters names in another language.

    Args:
        word: without a full stop behind it.
        typed: whether the text is nothing but a date; if so, abbreviations count too ("man" is one).
    """
    names = _weekdays()
    if typed and len(word) >= _SHORTEST_WEEKDAY:
        return names.whole.get(word, names.short.get(word))
    return names.whole.get(word)


def _plain(word: str) -> str:
    """A word without accents: `fevrier`."""
    letters = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@cache
def _months() -> _Names:
    names = _shipped()["months"]
    plain = {_plain(name): month for name, month in names.whole.items()}
    return _Names(plain | names.whole, {_plain(name): month for name, month in names.short.items()} | names.short)


@cache
def _weekdays() -> _Names:
    return _shipped()["days"]


def _declined_month(word: str) -> int | None:
    return _DECLINED_ALSO.get(word) or _declined_months().get(word[:-1])


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


# Chinese has no blanks between words, so that what counts from today is one token.
_HAN_NUMBER = "[0-9]{1,3}|[一二两兩三四五六七八九十]{1,3}"
_HAN_UNITS = {
    "天": _DAY, "日": _DAY, "周": WEEK, "週": WEEK, "星期": WEEK, "月": _MONTH, "年": _YEAR,
}  # fmt: skip
_HAN_UNIT = f"[个個]?(?:{'|'.join(_HAN_UNITS)})"
_HAN_DAYS = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2, "明天": -1}
_HAN_PERIODS = {
    "去年": (_YEAR, -1), "今年": (_YEAR, 0), "明年": (_YEAR, 1), "前年": (_YEAR, -2), "昨年": (_YEAR, -1),
    "先月": (_MONTH, -1), "先週": (WEEK, -1),
} | {
    f"{step}{unit}": (length, number)
    for steps, number in (("上 上个 上個", -1), ("本 这 这个 這個", 0), ("下 下个 下個", 1))
    for step in steps.split()
    for unit, length in (("周", WEEK), ("週", WEEK), ("星期", WEEK), ("月", _MONTH))
}  # fmt: skip
_HAN_COUNTED = rf"(?:(?:过去|過去|最近)\s*(?:{_HAN_NUMBER})\s*{_HAN_UNIT}|(?:{_HAN_NUMBER})\s*{_HAN_UNIT}前)"
HAN_DATES = "|".join((_HAN_COUNTED, *sorted((*_HAN_DAYS, *_HAN_PERIODS), key=len, reverse=True)))
_HAN_PARTS = re.compile(rf"({_HAN_NUMBER})\s*[个個]?({'|'.join(_HAN_UNITS)})")
_HAN_DIGITS = _numbered("一 二/两/兩 三 四 五 六 七 八 九")


def read_han(word: str) -> dict[str, object]:
    """The readings of a token of `HAN_DATES`."""
    if word in _HAN_DAYS:
        return {"DAYS_AGO": _HAN_DAYS[word]}
    if word in _HAN_PERIODS:
        return {"CALENDAR": _HAN_PERIODS[word]}
    number, unit = _HAN_PARTS.findall(word)[0]
    return {"AGO" if word.endswith("前") else "PAST": (_han_number(number), _HAN_UNITS[unit])}


def _han_number(number: str) -> int:
    if number.isascii():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return 10 * (_HAN_DIGITS.get(tens, 1) if ten else 0) + _HAN_DIGITS.get(ones, 0)
