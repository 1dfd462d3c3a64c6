"""Which dates inside a question are meant as such.

Questions are full of words that look like dates and are not: "Theresa May", "march on Rome", "2,000 people",
"Windows 2000". The tables below hold the neighbouring words that show that something is not a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from embeddings.dates.forms import question_grammar
from embeddings.dates.ranges import DateRange
from embeddings.dates.vocabulary import UNSPACED, Token, tokens_of

FIRST_YEAR, LAST_YEAR = 1800, 2100  # other numbers of four figures are no years
YEARS_AHEAD = 5  # a bare number beyond is the name of a film or a plan more often than a year


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names of which no word belongs to a date.
_NAMES = tuple(
    tuple(name.split())
    for name in (
        "theresa may", "james may", "brian may", "april jones", "june carter", "august wilson", "jan mayen",
        "bloody sunday", "super tuesday", "sunday times", "mar a lago",
        "arab spring", "prague spring", "croatian spring", "beijing spring", "day after tomorrow",
        "usa today", "russia today", "india today", "today show", "last week tonight",
        "2001 a space odyssey", "2001 : a space odyssey", "death race 2000", "space 1999", "space : 1999",
        "orwell 1984", "orwell 's 1984", "1984 orwell", "1984 george orwell", "russell 2000",
        "chinese new year", "lunar new year", "jewish new year", "persian new year", "hindu new year",
        "tonight show", "person of the year", "man of the year", "woman of the year", "word of the year",
        "player of the year", "team of the year", "chiang mai", "rio de janeiro", "chris hoy", "tomorrow never dies",
        "20th century fox", "twentieth century fox", "21st century fox", "20th century studios", "wonder woman 1984",
        "2000 guineas",
    )
)  # fmt: skip
_NAMES_OF = {name[0]: [other for other in _NAMES if other[0] == name[0]] for name in _NAMES}

# A bare number after these is the name of a thing, or an amount.
_BEFORE_NUMBERS = _words("""
    windows section chapter page paragraph resolution flight route highway model version number no nos agenda vision
    server room apartment unit article channel peugeot nba wwe novel catch asteroid comet than nearly almost least
    roughly approximately some another only exactly at top rs usd eur gbp
""")
# A bare number before these counts them, or is otherwise no year.
_AFTER_NUMBERS = _words("""
    people persons men women children soldiers troops civilians dead deaths died killed injured wounded
    victims casualties fatalities dollars euros pounds yen rupees roubles rubles yuan usd eur gbp percent per
    degrees feet ft foot miles mile km kilometres kilometers metres meters m acres hectares tonnes tons kg
    kilos barrels litres gallons points times pages more years days hours hrs minutes seconds weeks months gmt utc
    million billion thousand hundred bc bce rpm mhz mw by
""")
# The same, but for round numbers only: "2000 teachers" are many, the "2018 teachers strike" has a year.
_BEFORE_ROUND_NUMBERS = _words("""
    with to for about up over passes passed reaches reached tops topped
    kill kills killed killing injure injures injured injuring wound wounds wounded
    displace displaces displaced cost costs employ employs hire hires lay lays cut cuts
""")
_AFTER_ROUND_NUMBERS = _words("""
    kids students pupils teachers workers jobs staff employees police officers fighters rebels militants
    prisoners inmates detainees hostages refugees migrants families residents villagers passengers tourists
    fans members doctors nurses patients missing arrests arrested cases infections votes seats houses homes
    buildings villages schools hospitals vehicles cars ships boats planes flights animals elephants birds
    trees protesters demonstrators police guests guns
""")
_BETWEEN_NUMBERS = _words("and or to -")  # of which only the second has its noun
# A number that stands behind these, or alone, is all that its date has.
_BEFORE_BARE_YEARS = _words("""
    in on during at over throughout within of from for dated the and - .. / around about circa
    since after before until till by to through thru following than
""")
# "after 2015 earthquake" is not about all that came after 2015; "after 2015 in Syria" is.
_OPENING = _words("since after before following")  # directly before the year
_OPENING_FIRST = _words("until till by up through thru")
_AFTER_OPEN_YEARS = _words("""
    in at on of to for from by with near and or but when where who what how which why did was were is are has
    had have the a an
""")
_NOT_IN_YEARS = _words("at over on within")  # before an amount more often than before a year

_WORKS = _words("novel book film movie musical album band game show play opera")  # "2012 the movie" is one

# A date behind these is the one that is not asked for.
_EXCEPT = _words("not except excepting excluding apart aside besides barring without instead")
_EXCEPT_PAIRS = frozenset({
    ("other", "than"), ("rather", "than"), ("except", "for"), ("apart", "from"), ("aside", "from"), ("instead", "of"),
    ("outside", "of"), ("everything", "but"), ("anything", "but"), ("all", "but"), ("any", "but"),
})  # fmt: skip
_JOINING = frozenset({"and", "or", "nor", ","})
_SOMEBODYS = _words("his her their my our your its")  # who is in the nineties, not in the 1990s

# A month or a season that stands without a year is something else before these.
_AFTER_WORDS = {
    "march": _words("on of for to in through against by past"),
    "may": _words("be have not also well day resign resigns resigned became government"),
    "fall": _words("of in from to"),
    "spring": _words("of offensive"),
}
_BEFORE_IN_MAY = _words("confidence trust faith belief")  # of which the politician is the object
_AFTER_WEEKDAYS = _words("prayer prayers mass service services sermon school times")  # what comes every week
_AFTER_THIS_MAY = _words("in at on of by near for")  # before others "may" is a verb

# What settles the year of a date by itself. The others count from today, or from a date that was said before.
_SETTLED = frozenset({
    "YEAR", "YEARS", "YEAR_MONTH", "YEAR_SLASH", "YEAR_WEEK", "MONTH_YEAR", "YEAR_MONTH_DAY", "DAY_MONTH_YEAR",
    "EITHER_ORDER", "SHORT_YEAR", "DECADE", "SHORT_DECADE", "DECADE_NAME", "century",
})  # fmt: skip

_LETTER = rf"[^\W{UNSPACED}\uac00-\ud7af]"  # Korean has endings behind the date
_GLUE_BEFORE = re.compile(rf"(?:{_LETTER}|[@#$£€¥&+=/\\~.]|\S-)$")
_GLUE_AFTER = re.compile(rf"{_LETTER}|[%°$£€¥=\\~@]|[-+/.'][\w$£€¥]|[,:][0-9]")


def dates_meant(text: str, length: int, today: date) -> Iterator[tuple[int, int, DateRange]]:
    """The dates in the first `length` characters of a question: start, end and days, in order, disjoint."""
    tokens = tokens_of(text[:length], FIRST_YEAR, LAST_YEAR, typed=False)
    _hide_names(tokens)
    found = list(_dates_among(text, tokens, today))
    settled = [any(_SETTLED & token.readings.keys() for token in tokens[at:end]) for at, end, _ in found]
    for (at, end, days), by_itself in zip(found, settled, strict=True):
        # "in early August 2002, below last month's low" is not about the month before today.
        joined = at > 0 and tokens[at - 1].word in ("or", "and")
        if by_itself or joined or not any(settled):
            yield tokens[at].start, tokens[end - 1].end, days


def _dates_among(text: str, tokens: Sequence[Token], today: date) -> Iterator[tuple[int, int, DateRange]]:
    """The dates, as the first token of each and the one after it, and the days."""
    reader = question_grammar().reader(tokens, today)
    at = excepted = 0  # the token after the last date that is excepted
    while at < len(tokens):
        for end, days in reader.read("expression in a question", at):
            if isinstance(days, DateRange) and _is_meant(text, tokens, at, end, today):
                if _is_excepted(tokens, at, excepted):
                    excepted = end
                else:
                    yield at, end, days
                at = end
                break
        else:
            at += 1


def _is_excepted(tokens: Sequence[Token], at: int, excepted: int) -> bool:
    """Whether a date is one of those that are not asked for: "not in 2015", "except 2015 and 2016"."""
    before, preceding = ("", *(token.word for token in tokens[max(0, at - 2) : at]))[-2:] if at else ("", "")
    if preceding in _EXCEPT or (before, preceding) in _EXCEPT_PAIRS:
        return True
    if preceding == "outside" and tokens[at].word == "of":
        return True
    return 0 < excepted < at and all(token.word in _JOINING for token in tokens[excepted:at])


def _hide_names(tokens: Sequence[Token]) -> None:
    for at, token in enumerate(tokens):
        for name in _NAMES_OF.get(token.word, ()):
            part = tokens[at : at + len(name)]
            if tuple(near.word for near in part) == name:
                for near in part:
                    near.readings = {}


def _is_meant(text: str, tokens: Sequence[Token], at: int, end: int, today: date) -> bool:
    start, stop = tokens[at].start, tokens[end - 1].end
    if _GLUE_BEFORE.search(text[max(0, start - 2) : start]) or _GLUE_AFTER.match(text[stop : stop + 2]):
        return False
    date_tokens, after = tokens[at:end], tokens[end : end + 3]
    last = date_tokens[-1].readings.keys()
    if last & {"DECADE_NAME", "SHORT_DECADE"} and _is_an_age(tokens, at):
        return False
    if "YEAR" in date_tokens[0].readings and _is_amount_after(tokens[max(0, at - 2) : at], date_tokens[0]):
        return False
    if "YEAR" in last and (len(date_tokens) == 1 or date_tokens[-2].word in _BEFORE_BARE_YEARS):
        return _bare_year_is_meant(date_tokens, after, today)
    if last & {"MONTH_NAME", "WEEKDAY_NAME", "SEASON"}:
        return _bare_word_is_meant(tokens[at - 1] if at else None, date_tokens, after)
    if last & {"PERIOD", "UNIT"}:
        return not after or after[0].word != "of"  # "the last week of the war"
    return True


def _is_an_age(tokens: Sequence[Token], at: int) -> bool:
    """Whether somebody is in these years: "in his late nineties"."""
    while at and tokens[at - 1].readings.keys() & {"THIRD", "to", "-"}:
        at -= 1
    return at > 0 and tokens[at - 1].word in _SOMEBODYS


def _is_amount_after(before: Sequence[Token], number: Token) -> bool:
    if before and before[-1].word == ".":  # of "no. 2015"
        before = before[:-1]
    preceding = before[-1].word if before else ""
    return preceding in _BEFORE_NUMBERS or (_is_round(number) and preceding in _BEFORE_ROUND_NUMBERS)


def _is_amount_before(number: Token, after: Sequence[Token]) -> bool:
    if len(after) == 3 and after[0].word in _BETWEEN_NUMBERS and "NUMBER" in after[1].readings:
        return _is_amount_before(after[1], after[2:])  # "between 1900 and 2000 people"
    following = after[0].word if after else ""
    if following == "of" and len(after) > 1 and after[1].word in ("them", "those", "these", "whom", "which"):
        return True
    return following in _AFTER_NUMBERS or (_is_round(number) and following in _AFTER_ROUND_NUMBERS)


def _is_round(number: Token) -> bool:
    return number.word.endswith("00")


def _bare_year_is_meant(date_tokens: Sequence[Token], after: Sequence[Token], today: date) -> bool:
    first, last = date_tokens[0], date_tokens[-1]
    following = after[0].word if after else ""
    if len(date_tokens) == 1 and last.readings["YEAR"] > today.year + YEARS_AHEAD:  # type: ignore[operator]
        return False
    if len(date_tokens) == 1 and following == "the" and len(after) > 1 and after[1].word in _WORKS:
        return False
    if len(date_tokens) == 2 and first.word in _NOT_IN_YEARS:
        return False
    if _is_amount_before(last, after):
        # "in 2015 people voted"
        return first.word in ("in", "during") and not _is_round(last) and following not in ("bc", "bce")
    opened = date_tokens[-2:][0].word in _OPENING or first.word in _OPENING_FIRST
    return not (opened and following.isalpha() and following not in _AFTER_OPEN_YEARS)


def _bare_word_is_meant(before: Token | None, date_tokens: Sequence[Token], after: Sequence[Token]) -> bool:
    if before and before.word in _BEFORE_IN_MAY and [token.word for token in date_tokens] == ["in", "may"]:
        return False
    if not after:
        return True
    if after[0].readings.keys() & {"NUMBER", "ORDINAL", "MONTH"}:
        return False  # a part of a date that has no year, or a year that is none
    first, last, following = date_tokens[0].word, date_tokens[-1].word, after[0].word
    if (first, last) == ("this", "may") and following.isalpha() and following not in _AFTER_THIS_MAY:
        return False
    every_week = "WEEKDAY_NAME" in date_tokens[-1].readings and following in _AFTER_WEEKDAYS
    return not every_week and following not in _AFTER_WORDS.get(last, ())
