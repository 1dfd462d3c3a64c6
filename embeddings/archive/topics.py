"""Which words before a colon are a topic: `Syrian Civil War: Russian intervention: Amnesty reports …`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from embeddings.text import compact, normalise

_LONGEST_TOPIC = 200  # characters
_MOST_COLONS = 6  # looked at from one place on, which bounds the work on hostile titles
_SHORTEST_BEFORE_DOT = 4  # letters: "U.S. President …" and "St. Petersburg …" lead with no topic


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

    def learn_name(self, name: str) -> None:
        """Learn a context, or a topic given as such."""
        if key := compact(name):
            self._names.add(key)

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
        topics: list[str] = []
        while (found := self._first_topic(title)) is not None:
            topic, title = found
            if topic not in topics:
                topics.append(topic)
        return tuple(topics), title

    def _first_topic(self, title: str) -> tuple[str, str] | None:
        # The longest first: a topic may hold a colon itself ("Star Wars: The Force Awakens").
        for at in reversed(_leads(title, ":")):
            name, rest = title[:at].strip(), title[at + 1 :].strip()
            if rest and self.knows(name):
                return name, rest
        for at in _leads(title, "."):
            name, rest = title[:at].strip(), title[at + 1 :].strip()
            if "." in name:
                break
            # A sentence begins after a topic; "Martin Luther King Jr. is shot" goes on.
            if rest and not rest[0].islower() and len(name) >= _SHORTEST_BEFORE_DOT and compact(name) in self._names:
                return name, rest
        return None


def split_before(title: str, headline: str) -> tuple[tuple[str, ...], str] | None:
    """Split a title whose headline is known from elsewhere; None if the title does not end with that headline."""
    if not headline or not title.endswith(headline):
        return None
    lead = title[: -len(headline)].rstrip()
    if not lead:
        return (), headline
    if not lead.endswith((":", ".")):
        return None
    return tuple(part.strip() for part in lead.rstrip(":.").split(": ") if part.strip()), headline


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
