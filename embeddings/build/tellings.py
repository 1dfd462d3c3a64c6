"""The words of an event in a form that other tellings of it share, and what each of them tells."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale

from embeddings.archive.shipped import shipped_events
from embeddings.events import Event
from embeddings.stems import STOP_WORDS, stems
from embeddings.text import normalise

NUMBER = "#"
"""Begins a word that is a number: #155 for "155", "one hundred and fifty-five" and "155.0"."""

_MOST_TEXT = 4_000  # characters of a headline, and of what stands beside it: bounds the work on hostile archives
_UNSEEN = 0.5  # how many events are taken to have a word that none has
_NUMERAL = r"(?<![^\W_]-)(?<![^\W_])[0-9]{1,15}(?:,[0-9]{3})*(?:\.[0-9]{1,3})?(?![^\W_])"  # not the 19 of "COVID-19"
_WORD = re.compile(rf"(?P<word>[^\W\d_]+)|(?P<end>[.!?:] )|(?P<numeral>{_NUMERAL})")
_SHORT = re.compile(
    r"\b(?:(?P<America>U(?:\. ?S\.(?: ?A\.)?|nited States(?: of America)?\b|SA?\b))"
    r"|(?P<Britain>(?:U\. ?K\.|United Kingdom\b|UK\b|Great Britain\b))"
    r"|(?P<UN>U(?:\. ?N\.|nited Nations\b))"
    r"|(?P<EU>E(?:\. ?U\.|uropean Union\b)))"
    r"|[’']s\b"
)
_SMALL = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {word: ten for ten, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_TIMES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}

# Forms that Snowball leaves apart: of verbs, and of dying.
_BASES = {
    form: base
    for base, forms in {
        "become": "became", "begin": "began begun", "break": "broke broken", "bring": "brought", "build": "built",
        "buy": "bought", "catch": "caught", "choose": "chose chosen", "come": "came", "die": "dead death deaths dying",
        "draw": "drew drawn", "drive": "drove driven", "fall": "fell fallen", "fight": "fought", "find": "found",
        "flee": "fled", "fly": "flew flown", "give": "gave given", "go": "went gone", "grow": "grew grown",
        "hold": "held", "know": "knew known", "lead": "led", "leave": "left", "lose": "lost", "make": "made",
        "meet": "met", "pay": "paid", "rise": "rose risen", "run": "ran", "see": "saw seen", "sell": "sold",
        "send": "sent", "shoot": "shot", "sing": "sang sung", "sink": "sank sunk", "speak": "spoke spoken",
        "stand": "stood", "steal": "stole stolen", "strike": "struck", "swear": "swore sworn", "sweep": "swept",
        "take": "took taken", "throw": "threw thrown", "win": "won", "write": "wrote written",
    }.items()
    for form in forms.split()
}  # fmt: skip
# People and things of a country whose name does not show in what they are called.
_OF_COUNTRIES = {
    "american": "america", "british": "britain", "briton": "britain", "french": "france", "spanish": "spain",
    "polish": "poland", "pole": "poland", "dutch": "netherlands", "swiss": "switzerland", "greek": "greece",
    "turkish": "turkey", "turk": "turkey", "danish": "denmark", "dane": "denmark", "swedish": "sweden",
    "swede": "sweden", "finnish": "finland", "finn": "finland", "irish": "ireland", "norwegian": "norway",
    "thai": "thailand", "filipino": "philippines", "afghan": "afghanistan", "kazakh": "kazakhstan",
    "uzbek": "uzbekistan", "tajik": "tajikistan", "serb": "serbia", "croat": "croatia", "czech": "czechia",
    "slovak": "slovakia", "german": "germany", "hungarian": "hungary",
}  # fmt: skip
_ENDINGS = ("an", "ian", "ean", "ese", "ish", "i", "ic", "n")
_LEAST_COUNTRY = 4  # letters, of a country's name and of what remains of it before an ending
_STOP = frozenset(stems(" ".join(STOP_WORDS)))


@dataclass(frozen=True, slots=True)
class Telling:
    """The words of an event, as they are compared.

    Attributes:
        text: the headline, normalised.
        words: of the headline; numbers begin with `NUMBER`.
        beside: of its topics, contexts and summary, without those of the headline.
        names: those of the headline that stand for somebody or something of its own.
        subject: the first of them, with those that follow it before any other word that tells something.
        countries: those that the headline names.
        numbers: of the headline.
        all: every word.
    """

    text: str
    words: frozenset[str]
    beside: frozenset[str]
    names: frozenset[str]
    subject: frozenset[str]
    countries: frozenset[str]
    numbers: frozenset[str]
    all: frozenset[str]


class Vocabulary:
    """What each word tells, as a collection of events shows: the fewer have it, the more.

    Args:
        events: should be of all times and countries.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._common: frozenset[str] = frozenset()
        self._events = 0
        counts: Counter[str] = Counter()
        common: set[str] = set()
        for event in events:
            self._events += 1
            counts.update(self.telling(event).all)
            common.update(stem for text in (event.headline, event.summary or "") for stem in _uncapitalised(text))
        self._counts = counts
        self._common = frozenset(common)

    def weight(self, word: str) -> float:
        """How much a word tells: the logarithm of how rare it is."""
        return math.log((self._events + 1) / (self._counts[word] + _UNSEEN))

    def telling(self, event: Event) -> Telling:
        """What is compared of an event."""
        headline = list(_words(event.headline[:_MOST_TEXT], self._common))
        words = frozenset(word for word, _ in headline)
        about = ". ".join((*event.topics, event.summary or "", *event.contexts))[:_MOST_TEXT]
        beside = frozenset(word for word, _ in _words(about, self._common)) - words
        return Telling(
            text=normalise(event.headline),
            words=words,
            beside=beside,
            names=frozenset(word for word, is_name in headline if is_name),
            subject=frozenset(_subject(headline)),
            countries=words & _country_names(),
            numbers=frozenset(word for word in words if word.startswith(NUMBER)),
            all=words | beside,
        )


@cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary by which what lists name is compared with what archives tell."""
    return Vocabulary(shipped_events())


def _subject(headline: Iterable[tuple[str, bool]]) -> Iterator[str]:
    found = False
    for word, is_name in headline:
        if is_name:
            found = True
            yield word
        elif found:
            return


def _uncapitalised(text: str) -> Iterator[str]:
    for word in re.findall(r"\b[a-z]+\b", text):
        if not isinstance(known := _known(word), float):
            yield from known


def _words(text: str, common: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """The words of a text that tell something, in its order, each with whether it is a name.

    Args:
        common: words that are no names, though they begin a sentence.
    """
    number: float | None = None
    is_first = True
    for match in _WORD.finditer(_SHORT.sub(_short, text)):
        word = match[0]
        if match.lastgroup == "end":
            is_first = True
            continue
        known = _known(word)
        if isinstance(known, float):
            if number is None:
                number = known
            elif word.lower() in _TIMES:
                number *= known
            elif _goes_on(number, known) and match.lastgroup == "word":
                number += known
            else:
                yield f"{NUMBER}{number:.12g}", False
                number = known
        else:
            if number is not None and word != "and":
                yield f"{NUMBER}{number:.12g}", False
                number = None
            is_capital = word[0].isupper()
            for stem in known:
                yield stem, is_capital and not (is_first and stem in common)
        is_first = False
    if number is not None:
        yield f"{NUMBER}{number:.12g}", False


def _short(match: re.Match[str]) -> str:
    return match.lastgroup or ""


def _goes_on(number: float, value: float) -> bool:
    """Whether a number in words goes on with another: thirty-three, a hundred and five."""
    if value < 10:
        return number >= 20 and number % 10 == 0
    return number >= 100 and number % 100 == 0 and value < 100


@lru_cache(maxsize=1 << 16)
def _known(word: str) -> tuple[str, ...] | float:
    """The stems of a word that tell something (no stop words, no single letters), or the number that it is."""
    if word[0] in "0123456789":
        return float(word.replace(",", ""))
    lower = word.lower()
    if lower in _SMALL:
        return float(_SMALL[lower])
    if lower in _TENS:
        return 10.0 * _TENS[lower]
    if lower in _TIMES:
        return float(_TIMES[lower])
    if word[0].isupper() and (country := _countries().get(normalise(word))) is not None:
        return (country,)
    found = stems(_BASES.get(lower, lower))
    return tuple(stem for stem in found if stem not in _STOP and (len(stem) > 1 or not stem.isascii()))


@cache
def _countries() -> Mapping[str, str]:
    """What people and things of a country are called, and its name: algerian and algerians are algeria."""
    found: dict[str, str] = {}
    names = {normalise(name) for code, name in Locale("en").territories.items() if len(code) == 2}
    for country in sorted(name for name in names if " " not in name and len(name) >= _LEAST_COUNTRY):
        for base in (country, country.rstrip("aeiouy"), country[:-1]):
            if len(base) >= _LEAST_COUNTRY:
                for ending in _ENDINGS:
                    found.setdefault(f"{base}{ending}", country)
                    found.setdefault(f"{base}{ending}s", country)
    for form, country in _OF_COUNTRIES.items():
        found[form] = found[f"{form}s"] = country
    return found | {country: country for country in found.values()}


@cache
def _country_names() -> frozenset[str]:
    return frozenset(_countries().values())
