"""Which of the events that were found have to do with a question: silence where none has, an end before strangers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embeddings.index.catalogue import Catalogue
from embeddings.model.calibration import Confidence, Features, Strangers, Weights
from embeddings.search.answers import is_before
from embeddings.search.questions import Question
from embeddings.search.ranking import KIND_WORDS, fuse
from embeddings.search.reading import postings
from embeddings.stems import question_stems

_LOOKED_AT = 20  # events that may tell of what was before the archive's first day


@dataclass(frozen=True, slots=True)
class Relevance:
    """Tells what has to do with a question, among what one archive holds.

    Attributes:
        confidence, strangers: calibrated for the model; None: everything may be an answer.
    """

    catalogue: Catalogue
    weights: Weights
    confidence: Confidence | None
    strangers: Strangers | None

    def of(
        self,
        question: Question,
        vector: np.ndarray,
        rows: np.ndarray,
        features: Features,
        order: np.ndarray,
        *,
        is_sure: bool = False,
    ) -> np.ndarray:
        """What of `order` may answer the question: all of it, a part, or nothing.

        Args:
            vector: the question's, (dimension,).
            rows: (n,) the candidates; `features` says what speaks for each.
            order: positions in `rows`, best first.
            is_sure: nothing is doubted but whether the archive has its days.
        """
        if question.in_future or not len(order):
            return order[:0]
        if question.only_dates and bool(features.dated.any()):
            return order
        if is_before(question.dates, self.catalogue.first):
            return self._telling(question, rows, order[:_LOOKED_AT])
        return order[:0] if not is_sure and self._doubts(question, vector, rows, features) else order

    def until_strangers(
        self, question: Question, rows: np.ndarray, features: Features, shown: Sequence[int]
    ) -> list[int]:
        """Of rows that would be shown, best first, those that have to do with the question; the best one always."""
        if self.strangers is None or question.only_dates or not shown:
            return list(shown)
        best = int(np.searchsorted(rows, shown[0]))
        strange = set(rows[self.strangers.among(features, best)].tolist())
        return [row for row in shown if row not in strange]

    def _doubts(self, question: Question, vector: np.ndarray, rows: np.ndarray, features: Features) -> bool:
        """Whether nothing in the archive is likely to answer a question, by what is nearest to it, not by the order."""
        if self.confidence is None:
            return False
        words = question_stems(question.wanted)
        best = int(np.argmax(fuse(features, self.weights)))
        if features.dated[best] == 1:  # else no postings need be read again
            having = postings(question, self.catalogue)
            if _has_all(having, int(rows[best])):
                return False
            if len(words) <= KIND_WORDS and all(len(seen) for seen in having):
                return False  # it asks for a kind of event, or for a place, and for days of which the archive tells
        # Asked of the event that is nearest, whatever matters more.
        nearest = int(np.argmax(fuse(replace(features, matters=np.zeros_like(features.dated)), self.weights)))
        return self.confidence.doubts(features, nearest, len(words), vector)

    def _telling(self, question: Question, rows: np.ndarray, order: np.ndarray) -> np.ndarray:
        """Of some events those that have half the words of a question, and its year, which is before the archive.

        The verdict on what was done in 1988 is told with that year, in words of its own.
        """
        having = postings(question, self.catalogue)
        years = {str(span.first.year) for span in question.dates}
        kept = []
        for at, event in zip(order, self.catalogue.events(rows[order].tolist()), strict=True):
            if _has_half(having, int(rows[at])) and any(year in event.headline for year in years):
                kept.append(at)
        return np.array(kept, order.dtype)


def _has_all(having: Sequence[np.ndarray], row: int) -> bool:
    """Whether an event has every word of a question."""
    return bool(having) and all(_is_in(row, seen) for seen in having)


def _has_half(having: Sequence[np.ndarray], row: int) -> bool:
    return bool(having) and 2 * sum(_is_in(row, seen) for seen in having) >= len(having)


def _is_in(row: int, rows: np.ndarray) -> bool:
    """Whether a row is one of some that ascend."""
    place = int(np.searchsorted(rows, rows.dtype.type(row)))  # of another kind, all rows would be copied
    return place < len(rows) and int(rows[place]) == row
