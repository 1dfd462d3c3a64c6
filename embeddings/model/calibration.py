"""Calibration for a model: how much each sign of a good answer counts, and when to give no answer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_FEW_WORDS = 4  # so many are the fewest that confidence was calibrated with
_CROWD, _TEN = 50, 10  # of candidates: those that the best stands out from, and those that should be near too


@dataclass(frozen=True, slots=True)
class Features:
    """The signs of a good answer, for n candidates: (n,) each.

    Attributes:
        meaning: cosine of the whole text with the question, -1 to 1.
        late: the similarity of single words, from `embeddings.index.tokens.max_similarity`, about -1 to 1.
        covered: from `coverage`, 0 to 1.
        dated: from `fit_dates`, 0 to 1.
        matters: how far the event stands out in its archive, from `Prominence.standing`, times how open the question
            leaves what it is about, from `openness`; for a question with dates, times `dated`.
    """

    meaning: np.ndarray
    late: np.ndarray
    covered: np.ndarray
    dated: np.ndarray
    matters: np.ndarray


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature; meaning and late are taken as shares of their largest value."""

    meaning: float
    late: float
    covered: float
    dated: float


GENERAL_WEIGHTS = Weights(meaning=0.8, late=0.4, covered=0.2, dated=0.3)
"""For a model that nobody has calibrated: what the default model does best with where it is not tuned."""


def evidence(features: Features, best: int, words: int) -> np.ndarray:
    """The numbers that tell a question that the archive answers from one that it does not, (8,).

    Args:
        best: the position of the candidate that is ranked first.
        words: how many words the question has.
    Returns:
        How near the best is in meaning and in late interaction, how far it stands out in each, how near the first ten
        are in each, the most of the question that an event covers, and the logarithm of `words`: a long question is
        seldom near to any event.
    """

    known = (features.meaning, features.late)
    ordered = [np.sort(values)[::-1] for values in known]
    near = [float(values[best]) for values in known]
    out = [value - float(values[min(_CROWD, len(values)) - 1]) for value, values in zip(near, ordered, strict=True)]
    ten = [float(values[:_TEN].mean()) for values in ordered]
    return np.array([*near, *out, *ten, float(features.covered.max()), math.log(max(words, _FEW_WORDS))])


@dataclass(frozen=True, slots=True)
class Confidence:
    """Tells questions that the archive answers from others: a logistic regression on their `evidence`.

    Its coefficients depend on the model that made the features. From the sum `least` on, the best candidate is an
    answer.
    """

    weights: tuple[float, ...]
    least: float

    def doubts(self, features: Features, best: int, words: int) -> bool:
        """Whether candidate number `best`, which is ranked first, is more likely unrelated than an answer."""
        return float(evidence(features, best, words) @ self.weights) < self.least


DEFAULT_WEIGHTS = Weights(meaning=0.25, late=0.75, covered=0.05, dated=0.325)
"""Measured with `python -m tests.benchmarks.quality`."""


LARGE_ARCHIVE = 10_000  # events; in a small one few events are near to anything, however well the best one fits
DEFAULT_CONFIDENCE = Confidence((0.0, 0.0, -1.15, 26.5, 19.7, 6.99, 2.18, 8.44), 30.5)


SMALL_ARCHIVES_CONFIDENCE = Confidence((6.15, 22.58, 0.0, 0.0, 0.0, 0.0, 1.98, 8.79), 31.7)
"""Measured with `python -m tests.benchmarks.confidence`."""
