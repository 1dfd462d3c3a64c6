"""How well questions find the event that they are about: known-item search over labelled questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ValidationError

from embeddings.errors import InputError
from embeddings.events import Event
from embeddings.search.questions import check_question
from embeddings.search.service import Search
from embeddings.text import normalise
from embeddings.wordings import says_the_same

DEPTH = 50  # how many answers are looked at

Kind = Literal["kw", "nl"]

_KINDS: tuple[Kind, ...] = ("kw", "nl")


class LabelledQuery(BaseModel):
    """An event's id, a few keywords for it (`kw`) and a question that paraphrases it (`nl`)."""

    id: str
    kw: str
    nl: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question found: ids, best first; `rank` of the right one from 1, None if it is not among them."""

    id: str
    kind: Kind
    query: str
    found: tuple[str, ...]
    rank: int | None
    took_ms: float


# A question in key words, the same as a sentence, and the id of the event that both should find.
_LINE = '{"id": "1969-07-20-ed7eb122", "kw": "moon landing", "nl": "When did people walk on the Moon?"}'


def read_queries(path: Path) -> list[LabelledQuery]:
    """Read a JSONL file of questions, each with the id of the event it should find.

    Raises:
        InputError: naming the file and line that cannot be used.
    """
    lines = _lines(path)
    queries: list[LabelledQuery] = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                query = LabelledQuery.model_validate_json(line)
            except ValidationError as error:
                raise InputError(
                    f'{path}: line {number}: expected an object with "id", "kw" and "nl", such as {_LINE}'
                ) from error
            for kind in _KINDS:
                try:
                    check_question(getattr(query, kind))
                except InputError as error:
                    raise InputError(f"{path}: line {number}: {kind}: {error}") from error
            queries.append(query)
    if not queries:
        raise InputError(f"{path} holds no questions; expected one JSON object per line, such as {_LINE}")
    return queries


def _lines(path: Path) -> list[str]:
    try:
        # Not splitlines(): a JSON string may hold other marks that end a line.
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"the questions in {path} cannot be read: {error.strerror}") from error
    except UnicodeError as error:
        raise InputError(f"the questions in {path} cannot be read: {error}") from error


def run(
    search: Search, queries: Sequence[LabelledQuery], today: dt.date, progress: Callable[[str, int, int], None]
) -> Iterator[Outcome]:
    """Ask every question, one after another."""
    total = 2 * len(queries)
    search.warm_up()
    for place, query in enumerate(queries):
        row = search.index.catalogue.row(query.id)
        if row is None:
            raise InputError(
                f"the index holds no event {query.id}; build it from the archive that the questions are about"
            )
        [right] = search.index.catalogue.events([row])
        for offset, kind in enumerate(_KINDS):
            text: str = getattr(query, kind)
            answer = search.ask(text, today, limit=DEPTH, silent_in_doubt=False)
            rank = next((n for n, hit in enumerate(answer.hits, 1) if is_right(hit.event, right)), None)
            found = tuple(hit.event.id for hit in answer.hits)
            yield Outcome(query.id, kind, text, found, rank, answer.took_ms)
            progress("asking questions", 2 * place + offset + 1, total)


def is_right(event: Event, right: Event) -> bool:
    """Whether an event is the one that was asked for, or a rewording of it."""
    if event.id == right.id:
        return True
    return says_the_same(event.date, normalise(event.headline), right.date, normalise(right.headline))


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The measures, as users' scripts read them: for keywords, questions and both, and the time that answers took."""
    took = [outcome.took_ms for outcome in outcomes]
    return {
        **{kind: measures(_ranks(outcome for outcome in outcomes if outcome.kind == kind)) for kind in _KINDS},
        "all": measures(_ranks(outcomes)),
        "p50_ms": round(float(np.percentile(took, 50)), 2),
        "p95_ms": round(float(np.percentile(took, 95)), 2),
    }


def _ranks(outcomes: Iterable[Outcome]) -> np.ndarray:
    return np.array([outcome.rank or DEPTH + 1 for outcome in outcomes])


def measures(ranks: np.ndarray) -> dict[str, float]:
    """success@1 and @5, mean reciprocal rank among the first ten, recall among the first fifty.

    Args:
        ranks: the rank of the right event for each question, from 1; more than `DEPTH` if it was not found.
    """
    return {
        "s1": round(float(np.mean(ranks <= 1)), 4),
        "s5": round(float(np.mean(ranks <= 5)), 4),
        "mrr10": round(float(np.mean(np.where(ranks <= 10, 1 / ranks, 0.0))), 4),
        "r50": round(float(np.mean(ranks <= DEPTH)), 4),
    }


def read_unanswerable(path: Path) -> list[str]:
    """Read questions that no archive answers, one a line. InputError where there are none, or one cannot be asked."""
    questions = [line.strip() for line in _lines(path) if line.strip()]
    for number, question in enumerate(questions, 1):
        try:
            check_question(question)
        except InputError as error:
            raise InputError(f"{path}: question {number}: {error}") from error
    if not questions:
        raise InputError(f"{path} holds no questions; expected one per line")
    return questions


@dataclass(frozen=True, slots=True)
class Silence:
    """How often an answer is held back in doubt.

    Attributes:
        questions, unanswerable: how many questions with an answer, and without one, were asked.
        wrong_silences: the share of questions with an answer that got no events.
        strangers: the share of questions without an answer that got events.
    """

    questions: int
    unanswerable: int
    wrong_silences: float
    strangers: float


def measure_silence(
    search: Search,
    queries: Sequence[LabelledQuery],
    unanswerable: Sequence[str],
    today: dt.date,
    progress: Callable[[str, int, int], None],
) -> Silence:
    """Ask questions that have an answer and others that have none."""
    asked = [text for query in queries for text in (query.kw, query.nl)]
    total = len(asked) + len(unanswerable)
    search.warm_up()
    silent: list[bool] = []
    for done, text in enumerate((*asked, *unanswerable), 1):
        silent.append(not search.ask(text, today).hits)
        progress("asking questions", done, total)
    return Silence(
        len(asked),
        len(unanswerable),
        round(float(np.mean(silent[: len(asked)])), 4),
        round(1 - float(np.mean(silent[len(asked) :])), 4),
    )
