"""Which questions and events the model is tuned with at a time, `tests.benchmarks.tune`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

BATCH = 32  # questions; the events of the others in a batch are wrong answers too
WRONG = 2  # events for each question that are like the right one


@dataclass(frozen=True)
class Example:
    """A question with its event and others that are like it, by their rows.

    Attributes:
        taught: the teacher's score of the event and of each of the others; empty where nobody teaches.
    """

    question: str
    right: int
    wrong: tuple[int, ...]
    taught: tuple[float, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Questions that are learnt from together.

    Attributes:
        texts: the row of each event, those that are right first and in the order of the questions.
        own: for each question the places, in `texts`, of its event and of those that are like it.
        taught: the teacher's scores of these; empty where nobody teaches.
    """

    examples: list[Example]
    texts: list[int]
    own: list[list[int]]
    taught: list[list[float]]


def batches(known: list[Example], steps: int, random_: random.Random) -> Iterator[Batch]:
    """Each question as often as any other, its wrong answers drawn anew each time."""
    waiting: list[Example] = []
    for _ in range(steps):
        batch: dict[int, Example] = {}  # by event: two questions of one would be each other's wrong answers
        while len(batch) < BATCH:
            waiting = waiting or random_.sample(known, len(known))
            example = waiting.pop()
            batch.setdefault(example.right, example)
        examples, texts = list(batch.values()), list(batch)
        own = [[place] for place in range(BATCH)]
        taught = [list(example.taught[:1]) for example in examples]
        for question, example in enumerate(examples):
            for wrong in random_.sample(range(len(example.wrong)), WRONG):
                own[question].append(len(texts))
                texts.append(example.wrong[wrong])
                taught[question] += example.taught[1 + wrong : 2 + wrong]
        yield Batch(examples, texts, own, taught)
