"""Other names of the same: WHO is the World Health Organization, and Burma Myanmar.

What is known of them comes from three places: a table that ships, the archive where it explains a short form, and what
it spells in two ways. A question's word is then found in an event by any of its names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import numpy as np

from embeddings.index.row_sets import are_in, union
from embeddings.index.short_forms import ShortForm
from embeddings.stems import MAX_WORDS, STOP_WORDS, question_stems, stems
from embeddings.text import WORD, normalise

_MUCH_OFTENER = 5  # so many times as many events have a name, if the model is to read it instead

_SHOUTED = 2  # words in capitals; of more, capitals say nothing

Postings = Callable[[Sequence[str]], Mapping[str, np.ndarray]]
"""The rows of the events that have each of some keys, ascending."""


@dataclass(frozen=True, slots=True)
class Name:
    """One of several names of a thing.

    Attributes:
        in_capitals: it counts only where it is written in capitals.
        is_sign: whether an event that has it is about the thing.
    """

    text: str
    in_capitals: bool = False
    is_sign: bool = True

    @property
    def words(self) -> tuple[str, ...]:
        """Normalised."""
        return tuple(normalise(self.text).split())

    @property
    def keys(self) -> tuple[str, ...]:
        """What an event's postings must have: stems, or words in capitals."""
        if self.in_capitals:
            return (self.text,)
        cased = [word for word in WORD.findall(self.text) if word.isupper() and word.lower() in STOP_WORDS]
        words = [word for word in self.words if word not in STOP_WORDS]
        return (*cased, *stems(" ".join(words))) or tuple(stems(self.text))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question.

    Attributes:
        ways: how an event may have it: each a few keys, all of which it must have; the first is the word itself.
    """

    ways: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A name in a question, from the first of its words to the last, and the names of the same."""

    first: int
    last: int
    name: Name
    others: tuple[Name, ...]


class OtherNames:
    """Which names mean the same.

    Args:
        things: the names of each.
    """

    def __init__(self, things: Iterable[Sequence[Name]]) -> None:
        self._by_first: defaultdict[str, list[tuple[Name, tuple[str, ...], tuple[Name, ...]]]] = defaultdict(list)
        for names in things:
            for name in names:
                if not (words := name.words):
                    continue
                self._by_first[words[0]].append((name, words, tuple(other for other in names if other is not name)))

    @cached_property
    def words(self) -> frozenset[str]:
        """The names of one word, normalised."""
        known = (words for names in self._by_first.values() for _, words, _ in names)
        return frozenset(words[0] for words in known if len(words) == 1)

    def found(self, text: str) -> list[_Found]:
        """The names in a text that have others, in its order; of those that overlap the longest."""
        tokens = WORD.findall(text)
        words = [normalise(token) for token in tokens]
        shouted = text.isupper() and len(words) > _SHOUTED
        found, place = [], 0
        while place < len(words):
            best = max(self._at(place, tokens, words, shouted=shouted), key=lambda f: f.last, default=None)
            if best is not None:
                found.append(best)
            place = place + 1 if best is None else best.last + 1
        return [each for each in found if each.others]

    def _at(self, place: int, tokens: Sequence[str], words: Sequence[str], *, shouted: bool) -> Iterator[_Found]:
        for name, of, others in self._by_first.get(words[place], ()):
            last = place + len(of) - 1
            if tuple(words[place : last + 1]) != of:
                continue
            if not name.in_capitals or (tokens[place] == name.text and not shouted):
                yield _Found(place, last, name, others)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question's words, and what the model reads.

    Attributes:
        words: each once.
        text: with the name of a thing that the archive uses, where the typed one is rare in it.
    """

    words: tuple[Word, ...]
    text: str


def read(text: str, names: Iterable[OtherNames], postings: Postings) -> Reading:
    """Read the names in a question as what they mean.

    Args:
        names: of which the first that knows a word counts.
    """
    found: list[_Found] = []
    for known in names:
        found += [new for new in known.found(text) if not any(_overlap(new, old) for old in found)]
    found.sort(key=lambda each: each.first)
    tokens = list(WORD.finditer(text))
    words = _words(text, tokens, found)
    for each in reversed(found):
        if (used := _used(each, postings)) is not None:
            text = text[: tokens[each.first].start()] + used + text[tokens[each.last].end() :]
    return Reading(words, text)


def _words(text: str, tokens: Sequence[re.Match[str]], found: Iterable[_Found]) -> tuple[Word, ...]:
    """The words of a question that tell something; those of a name may be in an event as its other names."""
    of_place = {place: each for each in found for place in range(each.first, each.last + 1)}
    telling = set(question_stems(text))
    ways: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    for place, token in enumerate(tokens):
        of = of_place.get(place)
        is_whole = of is not None and of.first == of.last  # WHO tells something, though who does not
        own = of.name.keys if of is not None and is_whole else tuple(stems(token[0]))
        if is_whole or (own and telling.issuperset(own)):  # nothing is left of a mark that stands alone
            others = [other.keys for other in of.others if other.is_sign] if of is not None else []
            ways.setdefault(own, {own: None}).update(dict.fromkeys(others))
    return tuple(Word(tuple(each)) for each in list(ways.values())[:MAX_WORDS])


def _overlap(one: _Found, other: _Found) -> bool:
    return one.first <= other.last and other.first <= one.last


def _used(found: _Found, postings: Postings) -> str | None:
    """The name that the archive uses for a thing; None where the typed one will do."""
    signs = [other for other in found.others if other.is_sign]
    counts = {name: len(having(name.keys, postings)) for name in (*signs, found.name)}
    most = max((counts[name] for name in signs), default=0)
    own = counts[found.name] if found.name.is_sign else 0
    # The model does not tell WHO from who, so that another name will do better.
    if most <= own * (1 if found.name.in_capitals else _MUCH_OFTENER):
        return None
    return next(name.text for name in signs if counts[name] >= most / 2)  # the fullest that is in use


def having(keys: Sequence[str], postings: Postings) -> np.ndarray:
    """The rows of the events that have all of some keys, ascending."""
    found = sorted(postings(list(keys)).values(), key=len)
    rows = found[0]
    for other in found[1:] if len(rows) else ():
        rows = rows[are_in(rows, other)]
    return rows


def rows_of(words: Sequence[Word], postings: Postings) -> list[np.ndarray]:
    """For each word of a question, the rows of the events that have it in one of its ways, ascending."""
    single = postings(list(dict.fromkeys(key for word in words for way in word.ways for key in way)))

    def ready(keys: Sequence[str]) -> Mapping[str, np.ndarray]:
        return {key: single[key] for key in keys}

    return [
        having(word.ways[0], ready) if len(word.ways) == 1 else union([having(way, ready) for way in word.ways])
        for word in words
    ]


@cache
def shipped() -> OtherNames:
    """The names of the table that ships."""
    table = (resources.files(__package__) / "other_names.tsv").read_text(encoding="utf-8")
    return OtherNames(parse(table))


def parse(table: str) -> list[tuple[Name, ...]]:
    """The names of each thing in a table like the one that ships."""
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return [tuple(map(_name, line.split("\t"))) for line in lines]


def _name(text: str) -> Name:
    return Name(text.lstrip("!>"), in_capitals=text.startswith("!"), is_sign=not text.startswith(">"))


def explained(short_forms: tuple[ShortForm, ...]) -> OtherNames:
    """The short forms that an archive explains."""
    return OtherNames(
        (Name(form.long), Name(form.short, in_capitals=form.short.lower() in STOP_WORDS)) for form in short_forms
    )


def spelt_alike(pairs: Iterable[tuple[str, str]]) -> OtherNames:
    """Words with another spelling in the archive that is far more frequent."""
    return OtherNames([(Name(rare), Name(frequent)) for rare, frequent in pairs])
