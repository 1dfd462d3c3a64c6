"""Which words before a headline are a topic: `Syrian Civil War: Russian intervention: Amnesty reports …`.

A colon ends a topic, in older versions of a page also a full stop, a semicolon or nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from embeddings.text import compact, normalise

_LONGEST_TOPIC = 200  # characters
_MOST_COLONS = 6  # looked at from one place on, which bounds the work on hostile titles
_SHORTEST_BEFORE_DOT = 4  # letters: "U.S. President …" and "St. Petersburg …" lead with no topic
LEAST_WORDS = 4  # of a headline that is believed to be one where it ends another: fewer are the end of many
MAX_LEAD = 20  # words that may stand before a headline
_LONGEST_SENTENCE_LIKE = 8  # words before a full stop that are a topic though no archive knows them
_BLANK = re.compile(r"\s+")
_MARKS = (":", ";", ".", "–", "—", "-")
_JOINED = re.compile(r":\s+|;\s+")
_MARKUP = re.compile(r"[{}<>|]|\[|\]|://")
_AND = re.compile(r"(?:\s+(?:and|&)|[\s,])+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands before a headline in a title.

    Attributes:
        text: without the mark at its end.
        mark: one of colon, semicolon, full stop and dash; empty where nothing parts it from the headline.
        rest: the headline, as the title has it.
    """

    text: str
    mark: str
    rest: str

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that it names, the widest first."""
        parts = (_AND.sub("", part).strip(" .:;–—-") for part in _JOINED.split(self.text))
        return tuple(dict.fromkeys(part for part in parts if normalise(part) and not _MARKUP.search(part)))

    def is_known(self, names: Collection[str]) -> bool:
        """Whether one of its topics is among names, which are compact."""
        return any(compact(topic) in names for topic in self.topics)

    def is_topic(self, names: Collection[str]) -> bool:
        """Whether it is a topic, where what follows is known to be a headline. `names` are compact."""
        if not self.topics or self.is_known(names):
            return bool(self.topics)
        words = len(normalise(self.text).split())
        if self.mark == ".":
            return words <= _LONGEST_SENTENCE_LIKE
        return bool(self.mark) or words > 1


def lead_of(title: str, headline: str) -> Lead | None:
    """What stands before a headline in a title that ends with its words; None where it is not so, or nothing does."""
    words = normalise(headline)
    if not words or not (whole := normalise(title)).endswith(f" {words}"):
        return None
    before = whole[: -len(words) - 1]
    found: Lead | None = None
    for blank in _BLANK.finditer(title, 0, _LONGEST_TOPIC):
        if blank.start() < len(before) and title.isascii():  # to normalise makes no such text longer
            continue
        here = normalise(title[: blank.start()])
        if here == before:
            found = _lead(title[: blank.start()], title[blank.end() :])
        elif len(here) > len(before):  # the last counts: a dash that stands alone is none of the headline
            break
    return found


def marked_leads(title: str) -> list[Lead]:
    """What may lead a title, as far as marks part it from the rest."""
    found = sorted({at + 1 for mark in ":;." for at in _leads(title, mark)})
    return [_lead(title[:at], rest) for at in found if (rest := title[at:].strip())]


def _lead(text: str, rest: str) -> Lead:
    text = text.strip()
    mark = text[-1:] if text.endswith(_MARKS) else ""
    return Lead(text.rstrip(" :;.–—-"), mark, rest.strip())


def is_sentence_start(text: str) -> bool:
    """Whether a headline may begin with it: a capital, a number or a quotation."""
    return not next((char for char in text if char.isalnum()), "a").islower()


def _leads(title: str, mark: str) -> list[int]:
    """Where `mark` and a blank stand within reach of the title's start."""
    found: list[int] = []
    at = title.find(mark + " ", 0, _LONGEST_TOPIC)
    while at > 0 and len(found) < _MOST_COLONS:
        found.append(at)
        at = title.find(mark + " ", at + 1, _LONGEST_TOPIC)
    return found


@dataclass(slots=True)
class Topics:
    """The names that an archive uses as topics or contexts, learnt in a first pass over it.

    Words before a colon in a headline are not always a topic. They are taken for one if the archive has them as a
    context or as a topic of a day index, or if they begin the headlines of two different events.
    """

    _names: set[str] = field(default_factory=set)
    _with_comma: set[str] = field(default_factory=set)
    _leading: dict[str, str | None] = field(default_factory=dict)  # topic -> the one text it led; None: several
    sources: set[str] = field(default_factory=set)  # the names of sources, normalised

    def learn_name(self, name: str) -> None:
        """Learn a context, or a topic given as such."""
        if key := compact(name):
            self._names.add(key)

    def learn_source(self, name: str) -> None:
        """Learn who reports."""
        if words := normalise(name):
            self.sources.add(words)

    def learn_contexts(self, names: Sequence[str]) -> None:
        """Learn the contexts of an event. A name with a comma ("Island election, 2015") was split at the comma."""
        for name in names:
            self.learn_name(name)
        self._with_comma.update(compact(f"{first}, {second}") for first, second in pairwise(names))

    def learn_title(self, title: str) -> None:
        """Learn what leads a title that may begin with topics."""
        start = 0
        for at in _leads(title, ":"):
            key, rest = compact(title[start:at]), normalise(title[at + 1 : at + 60])
            if key and self._leading.setdefault(key, rest) != rest:
                self._leading[key] = None
            start = at + 1

    def knows(self, name: str) -> bool:
        """Whether the archive has `name` as a context, as a topic, or before several headlines."""
        key = compact(name)
        if key in self._names or ("," in name and key in self._with_comma):
            return True
        return key in self._leading and self._leading[key] is None

    def split(self, title: str) -> tuple[tuple[str, ...], str]:
        """Take the topics off a title, the widest first; what remains is the headline and never empty."""
        topics: dict[str, None] = {}
        while (found := self._first_topic(title)) is not None:
            names, title = found
            topics.update(dict.fromkeys(names))
        return tuple(topics), title

    def _first_topic(self, title: str) -> tuple[tuple[str, ...], str] | None:
        # The longest first: a topic may hold a colon itself ("Star Wars: The Force Awakens").
        for at in reversed(_leads(title, ":")):
            name, rest = title[:at].strip(), title[at + 1 :].strip()
            if not rest:
                continue
            if self.knows(name):
                return (name,), rest
            parts = tuple(part for each in name.split("; ") if (part := each.strip()))
            if len(parts) > 1 and ": " not in name and any(map(self.knows, parts)):
                return parts, rest
        for at in _leads(title, ";"):
            name, rest = title[:at].strip(), title[at + 1 :].strip()
            if rest and is_sentence_start(rest) and self.knows(name):
                return (name,), rest
        for at in reversed(_leads(title, ".")):
            name, rest = title[:at].strip(), title[at + 1 :].strip()
            # A sentence begins after a topic; "Martin Luther King Jr. is shot" goes on.
            if rest and not rest[0].islower() and len(name) >= _SHORTEST_BEFORE_DOT and compact(name) in self._names:
                return (name,), rest
        return None


def names_shown(titles: Iterable[str]) -> set[str]:
    """The topics that titles of one day show to be some: where one is another with a topic in front.

    Also where two differ in nothing but the mark after it.
    """
    by_words: dict[str, set[str]] = {}
    for title in titles:
        if len(same := by_words.setdefault(normalise(title), set())) < _MOST_COLONS:
            same.add(title)
    found: set[str] = set()
    for title in (title for same in by_words.values() for title in same):
        for lead in marked_leads(title):
            words = normalise(lead.rest)
            if lead.mark in ":;" and len(words.split()) >= LEAST_WORDS and words in by_words:
                found.update(lead.topics)
    for same in by_words.values():
        if len(same) > 1:
            marks: dict[str, set[str]] = {}
            for title in same:
                for lead in marked_leads(title):
                    marks.setdefault(compact(lead.text), set()).add(lead.mark)
            found.update(
                topic
                for title in same
                for lead in marked_leads(title)
                if lead.mark == ":" and len(marks[compact(lead.text)]) > 1
                for topic in lead.topics
            )
    return found


def split_before(title: str, headline: str, topic: str = "") -> tuple[tuple[str, ...], str] | None:
    """Split a title whose headline is known from elsewhere; None if the title does not end with that headline.

    Args:
        topic: of that headline, after which no mark need stand.
    """
    if not headline or not title.endswith(headline):
        return None
    text = title[: -len(headline)].rstrip()
    if not text:
        return (), headline
    lead = _lead(text, headline)
    if not lead.mark and not (topic and lead.is_known((compact(topic),))):
        return None
    return lead.topics, headline


def split_listed(title: str, topic: str | None, headline: str) -> tuple[str, ...] | None:
    """The topics of a title whose widest topic and headline are known; None if these do not fit the title.

    A colon and a blank inside a narrower topic cannot be told from the end of one.
    """
    if topic is None:
        return () if title == headline else None
    chain = title.removesuffix(f": {headline}")
    if chain == title or not f"{chain}: ".startswith(f"{topic}: "):
        return None
    narrower = chain[len(topic) + 2 :]
    return (topic, *narrower.split(": ")) if narrower else (topic,)
