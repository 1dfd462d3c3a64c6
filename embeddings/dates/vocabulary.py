"""The words of date expressions, and texts cut into them.

A token is a word, a number, a date in figures or a sign. Its `readings` say what it may be: the word itself
in small letters, and classes in capitals with their values, so `May` reads {"may": None, "MONTH": 5, ...}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from embeddings.calendar_names import MONTHS, WEEKDAYS
from embeddings.dates import abroad, eastern, words_abroad
from embeddings.dates.ranges import (
    CENTURY_MONTHS,
    DECADE_MONTHS,
    YEAR_MONTHS,
    Unit,
)

Readings = dict[str, object]

_MONTHS = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_MONTH_ABBREVIATIONS = {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(WEEKDAYS)}
_WEEKDAY_ABBREVIATIONS = {name[:3]: number for name, number in _WEEKDAYS.items()} | {
    "tues": 1, "weds": 2, "thur": 3, "thurs": 3,
}  # fmt: skip
_NUMBERS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_NUMBER_NAMES = {word: number for number, word in enumerate(_NUMBERS, 1)} | _TENS
_MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_PERIODS = {  # calendar periods, of which there is a last and a next one
    "week": Unit(7, 0),
    "month": Unit(0, 1),
    "quarter": Unit(0, 3),
    "year": Unit(0, YEAR_MONTHS),
    "decade": Unit(0, DECADE_MONTHS),
    "century": Unit(0, CENTURY_MONTHS),
}
_UNITS = _PERIODS | {"day": Unit(1, 0), "fortnight": Unit(14, 0)}
_PLURALS = {f"{name}s": unit for name, unit in _UNITS.items()} | {"centuries": Unit(0, CENTURY_MONTHS)}
_SHORT_UNITS = {
    "wk": Unit(7, 0), "wks": Unit(7, 0), "mos": Unit(0, 1), "yr": Unit(0, YEAR_MONTHS), "yrs": Unit(0, YEAR_MONTHS),
}  # fmt: skip
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # northern: the first month
_DECADES = {
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70,
    "eighties": 80, "nineties": 90, "noughties": 0, "naughties": 0, "aughts": 0,
}  # fmt: skip
_THIRDS = {"early": 0, "mid": 1, "late": 2}
_EDGES = {"beginning": 0, "start": 0, "middle": 1, "end": 2}

_CLASSES: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("MONTH", _MONTHS | _MONTH_ABBREVIATIONS),
    ("MONTH_NAME", _MONTHS),
    ("WEEKDAY", _WEEKDAYS | _WEEKDAY_ABBREVIATIONS),
    ("WEEKDAY_NAME", _WEEKDAYS),
    ("COUNT", _NUMBER_NAMES | {"a": 1, "an": 1}),
    ("NUMBER", _NUMBER_NAMES),
    ("TENS", _TENS),
    ("DIGIT", {word: number for number, word in enumerate(_NUMBERS[:9], 1)}),
    ("MULTIPLE", _MULTIPLES),
    ("ORDINAL", {word: number for number, word in enumerate(_ORDINALS, 1)} | {"thirtieth": 30}),
    ("PERIOD", _PERIODS),
    ("UNIT", _UNITS | _PLURALS | _SHORT_UNITS),
    ("ONE_UNIT", _UNITS),
    ("UNITS", _PLURALS),
    ("SEASON", _SEASONS | words_abroad.SEASONS),
    ("DECADE_NAME", _DECADES),
    ("THIRD", _THIRDS),
    ("EDGE", _EDGES),
)

_ABBREVIATIONS = (_MONTH_ABBREVIATIONS.keys() | _WEEKDAY_ABBREVIATIONS.keys()) - _MONTHS.keys()
_VOCABULARY: dict[str, Readings] = {}  # every word that has a class
for _class, _members in (*_CLASSES, *words_abroad.CLASSES):
    for _word, _value in _members.items():
        _VOCABULARY.setdefault(_word, {})[_class] = _value
_KNOWN = frozenset(word for _, members in _CLASSES for word in members)  # which name no month of another language
_NO_MISSPELLINGS = _VOCABULARY.keys() | {"augusta", "auguste", "augusto"}  # names that resemble a month

# Dates in figures, by their outline: Y is four figures, n one or two.
_OUTLINES = {
    "Y-n-n": "YEAR_MONTH_DAY", "Y/n/n": "YEAR_MONTH_DAY", "Y.n.n": "YEAR_MONTH_DAY",
    "n/n/Y": "EITHER_ORDER", "n-n-Y": "EITHER_ORDER", "n.n.Y": "DAY_MONTH_YEAR",
    "n/n/n": "SHORT_DATE", "n-n-n": "SHORT_DATE", "n.n.n": "SHORT_DATE",
    "Y-n": "YEAR_MONTH", "Y/n": "YEAR_SLASH", "n/Y": "MONTH_YEAR", "n-Y": "MONTH_YEAR", "n.Y": "MONTH_YEAR",
    "Y-Y": "YEARS", "Y/Y": "YEARS", "n/n": "PAIR", "n.n": "DAY_MONTH",
}  # fmt: skip

_END = r"(?![^\W_])"  # no letter or figure follows
# Chinese and Japanese have no blanks between words: each of their signs is a token.
UNSPACED = "\u3040-\u30ff\u3400-\u9fff"
_LETTER = rf"[^\W\d_{UNSPACED}]"
_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f"  # accents, and vowels of Arabic and Hindi
# These need not ignore case; where a class does, Python looks at each of its 27,000 signs at the start.
_WORD = rf"(?-i:{_LETTER}(?:{_LETTER}|[{_MARKS}])*)"
_EASTERN_SIGN = rf"(?=(?-i:[0-9{UNSPACED}\uac00-\ud7af]))"  # so that other texts need not try what follows
_TOKEN = re.compile(
    rf"""
      (?P<THOUSANDS>[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9]))
    | (?P<EASTERN_DECADE>[0-9]{{2}}(?:[0-9]{{2}})?\s*(?:年代|년대))
    | (?P<HAN>{_EASTERN_SIGN}(?-i:{eastern.TOKENS}))
    | (?P<EASTERN>(?:[0-9]{{4}}|(?:{"|".join(eastern.ERAS)})(?:[0-9]{{1,2}}|元))\s*[年년]
        (?:\s*[0-9]{{1,2}}\s*[月월](?:\s*[0-9]{{1,2}}\s*[日号號일])?)?
        |[0-9]{{1,2}}\s*[月월](?:\s*[0-9]{{1,2}}\s*[日号號일])?)
    | (?P<MOMENT>(?:[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}|[0-9]{{8}})t[0-9]{{2}}(?::?[0-9]{{2}}){{0,2}}(?:[.,][0-9]{{1,9}})?
        (?:z|[+-][0-9]{{2}}:?(?:[0-9]{{2}})?)?{_END})
    | (?P<CLOCK>[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]{{1,9}})?)?(?:\s?[+-][0-9]{{2}}:?[0-9]{{2}})?{_END})
    | (?P<QUARTER>(?:q[1-4]|[1-4]q){_END})
    | (?P<YEAR_WEEK>[0-9]{{4}}-?w[0-9]{{2}}{_END})
    | (?P<DECADE>'?[0-9]{{2}}(?:[0-9]{{2}})?(?:'?s|er){_END})
    | (?P<DECADE_ABROAD>[0-9]{{2}}(?:[0-9]{{2}})?(?:-?(?:ые|е|ых|х|ті|тих)|'?l[ae]r(?:d[ae]|[ıi])?|'?l[ıi]){_END})
    | (?P<ORDINAL>[0-9]{{1,2}}(?:(?:st|nd|rd|th|er){_END}|\.?[º°]))
    | (?P<SHORT_YEAR>'[0-9]{{2}}{_END})
    | (?P<TWO_THOUSAND>2k[0-9]{{2}}{_END})
    | (?P<FIGURES>[0-9]+(?:(?P<sign>[-/.])[0-9]+(?:(?P=sign)[0-9]+)?)?)
    | (?P<HALF>h[12]{_END})
    | (?P<POSSESSIVE>'s{_END})
    | (?P<WORD>{_WORD}(?:'(?!s{_END}){_WORD})*)
    | (?P<SIGN>\.\.+|\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]+")
_SIGNS = re.compile(r"[-/.]")
_MAX_FIGURES = 9  # a longer number counts nothing here
# Dashes, the minus sign, and what is typed for an apostrophe; one character each, so that offsets stay.
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_APOSTROPHES = "\u2018\u2019\u02bc\u2032\u00b4`"
_WIDE_FIGURES = {chr(0xFF10 + figure): str(figure) for figure in range(10)}
_FOLDED = str.maketrans(
    dict.fromkeys(_DASHES, "-") | dict.fromkeys(_APOSTROPHES, "'") | _WIDE_FIGURES | {"\u0130": "i"}
)
_NEAR_ABROAD = frozenset({"DAY", "YEAR", "MONTH", "STEP"})  # without these no word is read in another language
_BETWEEN_MONTH_AND_NUMBER = frozenset({"of", "the", "de", "del", ",", "-", ".", "/"})
_AFTER_WEEKDAY_ABROAD = frozenset({".", ",", "-", "feira", "den", "le", "de"})
# Letters of the months whose misspellings are understood: March, but not May; in a question, "match 2015" is no March.
_SHORTEST_TYPED, _SHORTEST_ASKED = 5, 6


@dataclass(slots=True)
class Token:
    """A piece of a text, without the blanks around it."""

    start: int
    end: int
    word: str  # in small letters
    readings: Readings


def tokens_of(text: str, first_year: int, last_year: int, *, typed: bool) -> list[Token]:
    """Cut a text into tokens, in time linear in its length.

    Args:
        text: any text.
        first_year: numbers of four figures below it do not count as years.
        last_year: numbers of four figures above it do not count as years.
        typed: whether the text is nothing but a date; if so, misspellings of more months are understood.
    """
    text = text.translate(_FOLDED)
    tokens: list[Token] = []
    position = 0
    while match := _TOKEN.search(text, position):
        kind, word = match.lastgroup or "", match[0].casefold()
        if kind == "FIGURES":
            if _outline(word) not in _OUTLINES:
                word = _SIGNS.split(word)[0]
            readings = _read_figures(word, first_year, last_year)
        else:
            readings = _READERS[kind](word)
        position = match.start() + len(word) if kind == "FIGURES" else match.end()
        full_stop = word == "." and tokens and tokens[-1].end == match.start()
        if not (full_stop and tokens[-1].word in _ABBREVIATIONS):
            tokens.append(Token(match.start(), position, word, readings))
    _read_abroad(tokens, typed=typed)
    _read_misspelt_months(tokens, _SHORTEST_TYPED if typed else _SHORTEST_ASKED)
    return tokens


def _outline(figures: str) -> str:
    return _NUMBER.sub(lambda part: {1: "n", 2: "n", 4: "Y"}.get(len(part[0]), "?"), figures)


def _read_figures(word: str, first_year: int, last_year: int) -> Readings:
    """The readings of a number, or of a date in figures; none if its year is out of bounds."""
    parts = _SIGNS.split(word)
    if any(len(part) > _MAX_FIGURES for part in parts):
        return {}
    if len(parts) > 1:
        years = [int(part) for part in parts if len(part) == 4]
        within = all(first_year <= year <= last_year for year in years)
        return {_OUTLINES[_outline(word)]: tuple(map(int, parts))} if within else {}
    number = int(word)
    readings: Readings = {"NUMBER": number, "COUNT": number}
    if len(word) <= 2:
        readings["DAY"] = number
        if len(word) == 2:
            readings["TWO_FIGURES"] = number
    elif len(word) == 4 and max(first_year, 1000) <= number <= last_year:
        readings["YEAR"] = number
    elif len(word) == 8 and first_year <= number // 10_000 <= last_year:
        readings["YEAR_MONTH_DAY"] = (number // 10_000, number // 100 % 100, number % 100)
    return readings


def _numbers(word: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBER.findall(word))


def _read_decade(word: str) -> Readings:
    """`1990s`, `the 90's`; but `2015's` is the year."""
    (number,) = _numbers(word)
    if number % 10:  # what ends with "er" is no German decade then
        return {"YEAR": number} if number >= 1000 and word.endswith("'s") else {}
    return {"DECADE": number} if number >= 1000 else {"SHORT_DECADE": number}


def _read_decade_abroad(word: str) -> Readings:
    """`1990-е`, `90'lı`, `90年代`: years that are no decade in English, too."""
    (number,) = _numbers(word)
    if number % 10:
        return {}
    return {"DECADE": number} if number >= 1000 else {"DECADE_ABROAD": number}


def _read_moment(word: str) -> Readings:
    """A day and a time of it, as programs write them."""
    figures = word.partition("t")[0].replace("-", "")
    return {"YEAR_MONTH_DAY": (int(figures[:4]), int(figures[4:6]), int(figures[6:]))}


def _read_sign(word: str) -> Readings:
    return {".." if word.startswith("..") or word == "…" else word: None}


_READERS: Mapping[str, Callable[[str], Readings]] = {
    "THOUSANDS": lambda word: {},
    "EASTERN": eastern.read_figures,
    "EASTERN_DECADE": _read_decade_abroad,
    "HAN": eastern.read,
    "DECADE_ABROAD": _read_decade_abroad,
    "MOMENT": _read_moment,
    "CLOCK": lambda word: {"CLOCK": word},
    "YEAR_WEEK": lambda word: {"YEAR_WEEK": _numbers(word)},
    "DECADE": _read_decade,
    "ORDINAL": lambda word: {"ORDINAL": _numbers(word)[0], "DAY": _numbers(word)[0]},
    "SHORT_YEAR": lambda word: {"SHORT_YEAR": _numbers(word)[0]},
    "TWO_THOUSAND": lambda word: {"YEAR": 2000 + _numbers(word)[1]},
    "QUARTER": lambda word: {"QUARTER": _numbers(word)[0]},
    "HALF": lambda word: {"HALF": _numbers(word)[0]},
    "POSSESSIVE": lambda word: {"'s": None},
    "WORD": lambda word: {word: None} | _VOCABULARY.get(word, {}),
    "SIGN": _read_sign,
}


def _read_abroad(tokens: list[Token], *, typed: bool) -> None:
    """Give unknown words beside a number the reading of the month or weekday that they name in another language.

    The full stop of an abbreviation is left out.
    """
    if not typed and all(_NEAR_ABROAD.isdisjoint(token.readings) for token in tokens):
        return
    steps = any("STEP" in token.readings for token in tokens)
    for place, token in reversed(list(enumerate(tokens))):
        if not token.word[0].isalpha():
            continue
        named: Readings = {}
        stepped = steps and _beside_step(tokens, place)
        if token.word not in _KNOWN and (stepped or _beside_number(tokens, place) or _joined_to_month(tokens, place)):
            before = next((near.word for near in reversed(tokens[max(0, place - 2) : place]) if near.word != "."), "")
            month = abroad.month_named(token.word, before, short=typed or _amid_numbers(tokens, place), typed=typed)
            if month:
                named["MONTH"] = month
                if stepped:
                    named["MONTH_ABROAD"] = month
        if _before_day_and_month(tokens, place) and "WEEKDAY" not in token.readings:
            weekday = abroad.weekday_named(token.word, typed=typed)
            if weekday is not None:
                named["WEEKDAY"] = weekday
        if stepped or typed:
            weekday = abroad.weekday_in_any_case(token.word)
            if weekday is not None:
                named["WEEKDAY_ABROAD"] = weekday
        token.readings |= named
        if named and place + 1 < len(tokens) and tokens[place + 1].word == ".":
            del tokens[place + 1]


def _beside_step(tokens: Sequence[Token], place: int) -> bool:
    """Whether this may be the weekday of `letzten Freitag` or `sexta-feira passada`."""
    if place and "STEP" in tokens[place - 1].readings:
        return True
    return any("STEP" in token.readings for token in tokens[place + 1 : place + 4 : 2])


def _joined_to_month(tokens: Sequence[Token], place: int) -> bool:
    """Whether this is the first month of `von März bis Mai 2011`."""
    after = tokens[place + 1 : place + 3]
    return len(after) == 2 and "MONTH" in after[1].readings and after[0].word in words_abroad.JOINS_MONTHS


def _amid_numbers(tokens: Sequence[Token], place: int) -> bool:
    """Whether this is the month of `15 dic. 2015`."""
    after = next((near for near in tokens[place + 1 : place + 3] if near.word != "."), None)
    if not place or after is None:
        return False
    return "DAY" in tokens[place - 1].readings and "YEAR" in after.readings


def _before_day_and_month(tokens: Sequence[Token], place: int) -> bool:
    """Whether a weekday may stand here: `mar. 1 août`, `Freitag, den 13. November`."""
    after = [token for token in tokens[place + 1 : place + 7] if token.word not in _AFTER_WEEKDAY_ABROAD][:2]
    return len(after) == 2 and "DAY" in after[0].readings and "MONTH" in after[1].readings


def _read_misspelt_months(tokens: Sequence[Token], shortest_month: int) -> None:
    """Give unknown words beside a number the reading of the month that they resemble."""
    for place, token in enumerate(tokens):
        unknown = len(token.word) >= 5 and token.word.isalpha() and token.word not in _NO_MISSPELLINGS
        if unknown and "MONTH" not in token.readings and _beside_number(tokens, place):
            month = _resembled_month(token.word, shortest_month)
            if month:
                token.readings["MONTH"] = month


def _beside_number(tokens: Sequence[Token], place: int) -> bool:
    for step in (-1, 1):
        near = place + step
        if 0 <= near < len(tokens) and tokens[near].word in _BETWEEN_MONTH_AND_NUMBER:
            near += step
        if 0 <= near < len(tokens) and tokens[near].readings.keys() & {"DAY", "YEAR"}:
            return True
    return False


def _resembled_month(word: str, shortest: int) -> int | None:
    """The month of which a word is a misspelling: two slips of the pen, or one in a short name."""
    names = [name for name in _MONTHS if len(name) >= shortest and name[0] == word[0]]
    names = [name for name in names if abs(len(name) - len(word)) <= 2]
    if not names:
        return None
    from rapidfuzz.distance import OSA  # 30 ms, and few texts have a misspelt month

    slips, name = min((OSA.distance(word, name), name) for name in names)
    return _MONTHS[name] if slips <= (2 if len(name) >= 7 else 1) else None
