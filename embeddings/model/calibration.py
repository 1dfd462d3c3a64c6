"""Calibration for a model: how much each sign of a good answer counts, and when to give no answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

_FEW_WORDS = 4  # so many are the fewest that confidence was calibrated with
_CROWD, _TEN = 50, 10  # of candidates: those that the best stands out from, and those that should be near too


@dataclass(frozen=True, slots=True)
class Features:
    """The signs of a good answer, for n candidates: (n,) each.

    Attributes:
        meaning: cosine of the whole text with the question, -1 to 1.
        late: the similarity of single words, from `embeddings.index.tokens.similarities`, about -1 to 1.
        covered: from `coverage`, 0 to 1.
        dated: from `fit_dates`, 0 to 1.
        matters: how far the event stands out in its archive, from `Prominence.standing`, times how open the question
            leaves what it is about, from `openness`; for a question with dates, times `dated`.
        signs: (n, len(SIGNS)), from `embeddings.search.signs`: what else tells which of those that are near is meant;
            None where nobody looked.
    """

    meaning: np.ndarray
    late: np.ndarray
    covered: np.ndarray
    dated: np.ndarray
    matters: np.ndarray
    signs: np.ndarray | None = None


SIGNS = ("long_covered", "said", "company", "notable", "long_notable", "echoes", "kind")
"""The columns of `Features.signs`.

long_covered, long_notable: `covered` and `notable`, where the question is long.
said: how much of the event the question says, from `embeddings.index.tokens.similarities`.
company: how much of what is nearest to the question is of about the same day.
notable: how far the event stands out among the twentieth that does most.
echoes, kind: the parts `size` and `kind` of its prominence.
"""


@dataclass(frozen=True, slots=True)
class Order:
    """The weight of each feature where candidates are put in order; meaning and late as shares of their largest value.

    Attributes:
        signs: one for each of `SIGNS`.
    """

    meaning: float
    late: float
    covered: float
    dated: float
    matters: float
    signs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each feature in how near a candidate is; meaning and late as shares of their largest value."""

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
    """Tells questions that the archive answers from others: a logistic regression on `evidence` and on the question.

    Its coefficients depend on the model that made the features. From the sum `least` on, the best candidate is an
    answer.

    Attributes:
        weights: of the evidence.
        news: of each dimension of the question's vector, (dimension,): whether it asks for news at all, and not how
            to tie a tie; None: every question may.
    """

    weights: tuple[float, ...]
    least: float
    news: np.ndarray | None = None

    def doubts(self, features: Features, best: int, words: int, vector: np.ndarray) -> bool:
        """Whether candidate number `best` is more likely unrelated than an answer.

        Args:
            words: how many words the question has.
            vector: the question's, (dimension,).
        """
        asks = 0.0 if self.news is None else float(vector @ self.news)
        return float(evidence(features, best, words) @ self.weights) + asks < self.least


@dataclass(frozen=True, slots=True)
class Strangers:
    """Tells events that have nothing to do with a question from others: a logistic regression on what speaks for them.

    An event from `LEAST_ODDS` on, as the logarithm of the odds, is a stranger where the best one is none: by
    `BESIDE_BEST` at least.
    """

    meaning: float
    late: float
    covered: float
    dated: float
    constant: float

    def among(self, features: Features, best: int) -> np.ndarray:
        """Which candidates are strangers beside candidate number `best`, (n,) bool."""
        odds = (
            self.meaning * features.meaning
            + self.late * features.late
            + self.covered * features.covered
            + self.dated * features.dated
            + self.constant
        )
        return np.asarray((odds > LEAST_ODDS) & (odds > odds[best] + BESIDE_BEST))


LEAST_ODDS, BESIDE_BEST = -0.5, 1.0


DEFAULT_WEIGHTS = Weights(meaning=0.25, late=0.75, covered=0.05, dated=0.325)
"""Measured with `python -m tests.benchmarks.quality`."""


DEFAULT_ORDER = Order(
    meaning=0.439,
    late=0.602,
    covered=0.035,
    dated=0.3,
    matters=0.02,
    signs=(0.142, -0.247, 0.105, 0.048, -0.03, -0.021, -0.01),
)
"""Learnt by `python -m tests.benchmarks.order` from 791 questions of three hands (`docs/decisions/order.md`)."""


DEFAULT_STRANGERS = Strangers(meaning=-4.5, late=-3.5, covered=-4.4, dated=-1.0, constant=6.3)
"""Learnt from the first five events of 190 questions, each of which somebody read and called right, near or a stranger,
and carried over to the tuning in force, whose similarities spread further by a tenth. When they were learnt, 23 % were
strangers, of those that are left 15 % (cross-validated), with 99 % of the right ones. Of 60 other questions,
which somebody else wrote and a third one read, 24 % and 14 %."""


LARGE_ARCHIVE = 10_000  # events; in a small one few events are near to anything, however well the best one fits

_FILE = "confidence.npz"


@cache
def default_confidence(*, large: bool) -> Confidence:
    """For the default model, with a large archive or a small one; made by `python -m tests.benchmarks.confidence`."""
    file = resources.files(__package__) / _FILE
    with resources.as_file(file) as path, np.load(path, allow_pickle=False) as held:
        of = 0 if large else 1
        weights, least, news = held["weights"][of], held["least"][of], held["news"][of].astype(np.float32)
        return Confidence(tuple(weights.tolist()), float(least), news)
