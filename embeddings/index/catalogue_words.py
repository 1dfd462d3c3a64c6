"""The words of a catalogue: in which events each occurs, how the archive spells them, and what its short forms mean."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.index.catalogue_file import CatalogueFile
from embeddings.index.stored import as_text, as_text_or_none, as_texts

if TYPE_CHECKING:
    import numpy as np

    from embeddings.index.short_forms import ShortForm
    from embeddings.index.spellings import Spellings

POSTING_ROW = "<u4"  # NumPy's name of what a posting is made of
POSTING_BYTES = 4
_ROWS_AT_ONCE = 10_000
_MOST_VALUES = 500  # of one statement, which SQLite bounds

# A question asks for the rows of its words up to four times within milliseconds; many questions have the same words.
_KEPT_ROWS = 500_000  # of the words that were asked for last; 2 MB
_KEPT_COUNTS = 8_192  # words


class CatalogueWords(CatalogueFile):
    """The tables of words of a finished catalogue, whose values are checked as they are read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.size = 0
        """How many events the catalogue holds."""
        self._kept: dict[str, np.ndarray] = {}  # the postings that were read last, those of longest ago first
        self._kept_rows = 0
        self._counts: dict[str, int] = {}
        self._keeping = threading.Lock()

    @cached_property
    def _tables(self) -> frozenset[str]:
        """The tables that it has: earlier versions' catalogues have fewer."""
        with self._decoding():
            found = self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            return frozenset(as_text(name) for (name,) in found)

    def postings(self, words: Sequence[str]) -> dict[str, np.ndarray]:
        """The rows that hold each of some stems, or words in capitals, (n,) in ascending order."""
        with self._keeping:
            known = {word: self._kept[word] for word in words if word in self._kept}
        if len(known) < len(words):
            read = self._postings([word for word in words if word not in known])
            self._keep(read)
            known |= read
        return {word: known[word] for word in words}

    def _postings(self, words: Sequence[str]) -> dict[str, np.ndarray]:
        import numpy as np

        known = {word: np.zeros(0, POSTING_ROW) for word in words}
        with self._decoding():
            for start in range(0, len(words), _MOST_VALUES):
                some = words[start : start + _MOST_VALUES]
                marks = ",".join("?" * len(some))
                found = self._rows(f"SELECT stem, rows FROM postings WHERE stem IN ({marks})", some)
                known.update((stem, self._posting(rows)) for stem, rows in found)
        return known

    def _keep(self, read: Mapping[str, np.ndarray]) -> None:
        with self._keeping:
            for word, rows in read.items():
                if word not in self._kept:
                    self._kept[word] = rows
                    self._kept_rows += len(rows) + 1
            while self._kept_rows > _KEPT_ROWS:
                self._kept_rows -= len(self._kept.pop(next(iter(self._kept)))) + 1
        self._count({word: len(rows) for word, rows in read.items()})

    def _count(self, counts: Mapping[str, int]) -> None:
        if len(self._counts) > _KEPT_COUNTS:
            self._counts = {}
        self._counts.update(counts)

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """How many events have each of some stems; those that none has are left out."""
        kept = self._counts  # another thread may begin with none
        counts = {word: kept[word] for word in words if word in kept}
        if others := [word for word in words if word not in counts]:
            marks = ",".join("?" * len(others))
            found = self._rows(f"SELECT stem, length(rows) FROM postings WHERE stem IN ({marks})", others)
            with self._decoding():
                read = {as_text(stem): int(size) // POSTING_BYTES for stem, size in found}
            read = {word: read.get(word, 0) for word in others}
            self._count(read)
            counts |= read
        return {word: count for word, count in counts.items() if count}

    @cached_property
    def short_forms(self) -> tuple[ShortForm, ...]:
        """The short forms that the archive explains; none in the catalogues of earlier versions."""
        from embeddings.index.short_forms import ShortForm

        found = (
            self._rows("SELECT short, long FROM short_forms ORDER BY short") if "short_forms" in self._tables else []
        )
        with self._decoding():
            return tuple(ShortForm(as_text(short), as_text(long)) for short, long in found)

    @cached_property
    def spellings(self) -> Spellings:
        """How the archive spells its words and names; none in the catalogues of earlier versions."""
        from embeddings.index.spellings import Spellings  # with it comes rapidfuzz

        with self._decoding():
            return Spellings(self._spellings() if "spellings" in self._tables else ())

    def _spellings(self) -> Iterator[tuple[str, str, int]]:
        for key, text, events in self._each("SELECT key, text, events FROM spellings"):
            if not (isinstance(key, str) and isinstance(text, str) and isinstance(events, int) and key):
                raise TypeError("a spelling without a key, text or number of events")
            yield key, text, events

    def topics(self) -> list[tuple[str, ...]]:
        """The topics of each event, from the wider to the narrower, then its category; in order of the rows."""
        read: dict[object, tuple[str, ...]] = {}  # few events have topics of their own
        found = []
        with self._decoding():
            for key in self._each("SELECT topics, category FROM events ORDER BY row"):
                topics, category = key
                if key not in read:
                    read[key] = (*as_texts(topics), *filter(None, [as_text_or_none(category)]))
                found.append(read[key])
        return found

    def words_of_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Which event has which stem or word in capitals: rows, and numbers of words; both (mentions,)."""
        import numpy as np

        with self._decoding():
            each = [self._posting(rows) for (rows,) in self._rows("SELECT rows FROM postings ORDER BY stem")]
        numbers = np.repeat(np.arange(len(each), dtype=np.int32), [len(rows) for rows in each])
        return np.concatenate([np.zeros(0, POSTING_ROW), *each]), numbers

    def contexts_of_rows(self) -> Iterator[tuple[int, str]]:
        """The contexts of every event: its row, and one of them."""
        sql = "SELECT row, name FROM contexts WHERE row BETWEEN ? AND ? ORDER BY row, place"
        for start in range(0, self.size, _ROWS_AT_ONCE):
            with self._decoding():
                yield from [
                    (int(row), as_text(name)) for row, name in self._rows(sql, (start, start + _ROWS_AT_ONCE - 1))
                ]

    def narrowest_topics(self) -> list[tuple[int, str]]:
        """The last topic of every event that has topics, with the event's row."""
        found = self._rows("SELECT row, topics FROM events WHERE topics != '[]' ORDER BY row")
        with self._decoding():
            return [(int(row), names[-1]) for row, topics in found if (names := as_texts(topics))]

    def _posting(self, rows: object) -> np.ndarray:
        if not isinstance(rows, bytes):
            raise TypeError(f"{type(rows).__name__} instead of rows")
        import numpy as np

        found = np.frombuffer(rows, POSTING_ROW)
        if len(found) and not (found[-1] < self.size and np.all(found[1:] > found[:-1])):
            raise ValueError(f"a word's rows out of order, or not below {self.size}")
        return found
