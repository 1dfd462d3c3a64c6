"""What a story is asked for by: the words of its name, by how few events of the archive have each, and its years."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np

from embeddings.index.catalogue import Catalogue
from embeddings.stems import STOP_WORDS, question_stems, stems

_YEARS = re.compile(r"(?<![\w.,])((?:19|20)\d\d)(?:\s?[-–—/]\s?(?:((?:19|20)\d\d|\d\d)(?!\d)|present\b))?(?!\w)")
_LATER = 91  # days after its years that are of them, too: what follows a December is of the next
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_NUMBER = re.compile(r"(?<=\w[ -])(?:[IVX]{1,4}|1?\d)$")  # which of several: "Artemis I", "Chandrayaan-3"
_NAME = re.compile(r"[^\W\d_][\w’']*")
_OF_A_COUNTRY = re.compile(r"(?:i|e|k|c|y)an$|nes$")  # "Ukrainian", "Sudanes"
_ENDS_CUT = ((3, ""), (2, ""), (2, "o"), (1, ""))  # Ukrain(ian), Ivori(an), Mexic(an) and o, Syria(n)
_SHORTEST = 4
_KINDS = frozenset(  # written with a capital in a name, too, but no name
    stem
    for stem in stems(
        "war civil conflict crisis election referendum revolution uprising protests riots coup trial murder killing "
        "assassination massacre attack bombing shooting earthquake tsunami typhoon cyclone hurricane flood fire "
        "explosion disaster collapse crash sinking epidemic pandemic outbreak scandal treaty agreement accord summit "
        "conference mission programme program tournament season championship final"
    )
)


@dataclass(frozen=True)
class Asked:
    """The words that a story is asked for by.

    Attributes:
        held: (n,) float32, for each event of the archive what part of the words it has, in its topics, too; each word
            counts by its rarity: the logarithm of one in how many events has it. A year is had by events of it.
        named: (n,) bool, which events have all of the names, numbers and years among the words.
        numbered: (n,) bool, which events have the number that tells one of several.
        in_years: (n,) bool, which are of the years, or name them; all, where the words name none.
        rarest: (n,) bool, which have the rarest of the words.
        words: how much each word counts, with the stems that stand for it; without the years.
        years: the first and the last that the words name; None where they name none.
    """

    held: np.ndarray
    named: np.ndarray
    numbered: np.ndarray
    in_years: np.ndarray
    rarest: np.ndarray
    words: tuple[tuple[float, frozenset[str]], ...]
    years: tuple[int, int] | None

    def named_in(self, text: str) -> float:
        """What part of the words a text has, as `held`, but for the years."""
        has = set(stems(text))
        most = sum(count for count, _ in self.words)
        return sum(count for count, word in self.words if not word.isdisjoint(has)) / most if most else 0.0


def asked_for(catalogue: Catalogue, text: str) -> Asked | None:
    """What a text asks for; None where the archive has none of its words."""
    size, years = catalogue.size, years_of(text)
    rest = _YEARS.sub(" ", text) if years else text
    number = _NUMBER.search(rest.strip())
    of_number = _ways_to_write(number[0]) if number else []
    rest = rest.strip()[: number.start()] if number and of_number else rest
    ways = [[stem, *_countries(stem)] for stem in question_stems(rest)] if rest.strip(" -") else []
    every = [*ways, *filter(None, [of_number])]
    found = catalogue.postings([word for way in every for word in way])
    names = _names(rest)
    held, named, numbered = np.zeros(size, np.float32), np.ones(size, bool), np.ones(size, bool)
    words: list[tuple[float, frozenset[str]]] = []
    rarest = np.zeros(size, bool)
    for way in every:
        having = np.zeros(size, bool)
        for word in way:
            having[found[word]] = True
        counts = _add(held, having)
        if counts > max((count for count, _ in words), default=0.0):
            rarest = having
        words.append((counts, frozenset(way)))
        if way is of_number:
            numbered = having
        if way is of_number or way[0] in names:
            named &= having
    in_years = _of_years(catalogue, years) if years else np.ones(size, bool)
    most = sum(count for count, _ in words) + (_add(held, in_years) if years else 0.0)
    return Asked(held / most, named & in_years, numbered, in_years, rarest, tuple(words), years) if most else None


def _ways_to_write(number: str) -> list[str]:
    """A number as letters and digits: "II" and "2"; none where it is no number."""
    letters = number.lower()
    if letters.isdigit():
        return [letters, *_NUMERALS[int(letters) - 1 : int(letters)]] if int(letters) else [letters]
    return [letters, str(_NUMERALS.index(letters) + 1)] if letters in _NUMERALS else []


def _countries(stem: str) -> list[str]:
    """What the country of a people may be, by its stem, where it looks like one: "ukrainian" has ukrain."""
    if not _OF_A_COUNTRY.search(stem):
        return []
    cut = (stem[:-letters] + end for letters, end in _ENDS_CUT)
    return [each for each in cut if len(each) >= _SHORTEST]


def _names(text: str) -> set[str]:
    """The stems of the words with capitals, but for what is the kind of a thing: "Murder of"."""
    found = [word for word in _NAME.findall(text) if word.lower() not in STOP_WORDS]
    kind = re.match(r"\s*(\w+) of\b", text)
    capitals = [word for word in found if word[0].isupper() and not (kind and word == kind[1])]
    return {stem for word in capitals for stem in stems(word)} - _KINDS


def years_of(text: str) -> tuple[int, int] | None:
    """The first and the last year that a name names: "2010–11 crisis", "war (2023–present)"; None: it names none."""
    spans = []
    for match in _YEARS.finditer(text):
        first, last = int(match[1]), match[2]
        if last is None:
            spans.append((first, dt.MAXYEAR if match[0].endswith("present") else first))
        else:
            until = int(last) if len(last) > 2 else first - first % 100 + int(last)
            spans.append((first, max(first, until)))
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _of_years(catalogue: Catalogue, years: tuple[int, int]) -> np.ndarray:
    first, last = dt.date(years[0], 1, 1).toordinal(), dt.date(years[1], 12, 31).toordinal() + _LATER
    found = (catalogue.days >= first) & (catalogue.days <= last)
    for rows in catalogue.postings(list(map(str, {years[0], min(years[1], years[0] + 1)}))).values():
        found[rows] = True
    return np.asarray(found)


def _add(held: np.ndarray, having: np.ndarray) -> float:
    """Add what a word of some events counts; returns it, 0 where none has it."""
    count = int(np.count_nonzero(having))
    rarity = float(np.log((1 + len(held)) / (1 + count))) if count else 0.0
    held[having] += rarity
    return rarity
