"""Questions to events: the service that the command line, the console and the bot call."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from embeddings.catalogue import Outline
from embeddings.dates import DateRange, find_dates, parse_range
from embeddings.encoder import Encoder
from embeddings.errors import IndexUnusableError, InputError
from embeddings.events import Event, Related
from embeddings.index_folder import OpenIndex
from embeddings.on_this_day import Candidate, choose, shortlist, weigh
from embeddings.prominence import of_texts
from embeddings.ranking import coverage, fit_dates, fold, fuse, says_the_same
from embeddings.text import clean, normalise, shorten
from embeddings.words import MAX_WORDS, question_stems

MAX_QUESTION = 500  # characters
MOST_RELATED = 10

_CANDIDATES = 200  # taken from each way of searching before they are fused
_OF_EACH = 12  # events of a day that are looked at for each one shown
_RELATED_CANDIDATES = 50
_RELATED_COSINE = 0.4  # below, two events have little more than their language in common
_COMMON_CONTEXT = 200  # a context of more events than this says nothing ("Russia")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is searched for.

    Attributes:
        wanted: the question without the dates in it: the text that is encoded.
        dates: what those dates mean.
        within: only events of these days are looked for.
    """

    query: str
    wanted: str
    dates: tuple[DateRange, ...]
    within: DateRange | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that answers a question; scores compare within one answer only."""

    event: Event
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The events for a question, best first.

    Attributes:
        dates: how the dates in the question were understood.
    """

    query: str
    dates: tuple[DateRange, ...]
    hits: tuple[Hit, ...]
    took_ms: float


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """The events of some days.

    Attributes:
        total: how many there are; `events` may be a part of them.
        nearest: days with events around an empty answer, in order of time.
        first, last: of the whole archive; None where it is empty.
    """

    dates: DateRange
    total: int
    events: tuple[Event, ...]
    nearest: tuple[dt.date, ...]
    first: dt.date | None
    last: dt.date | None

    @property
    def after_the_end(self) -> bool:
        """Whether the archive ends before these days."""
        return self.last is not None and self.dates.first > self.last


class Search:
    """Answers from one open index; any number of threads may ask.

    Args:
        encoder: of the model that the index was made with; it is used when the first question comes.
    """

    def __init__(self, index: OpenIndex, encoder: Encoder) -> None:
        self.index = index
        self._encoder = encoder

    # --- ask ---

    def warm_up(self) -> None:
        """Load the model, which the first question would otherwise wait for.

        Raises:
            IndexUnusableError: if the index was made with another model than the encoder's.
        """
        self.encode(["warm-up"])

    def ask(self, query: str, today: dt.date, *, within: DateRange | None = None, limit: int = 5) -> Answer:
        """Find the events that a question is about.

        Args:
            query: 1 to `MAX_QUESTION` characters; dates in it draw their events up and hide no others.
            today: the day from which "last month" and the like count.
            within: only events of these days.
        Raises:
            InputError: if the question is empty or too long.
            IndexUnusableError: if the index was made with another model than the encoder's.
        """
        started = time.perf_counter()
        question = understand(query, today, within)
        answer = self.answer(question, self.encode([question.wanted])[0], limit)
        return replace(answer, took_ms=(time.perf_counter() - started) * 1_000)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Encode the `wanted` of some questions, (len(texts), dimension); one call is faster than several.

        Raises:
            IndexUnusableError: if the index was made with another model than the encoder's.
        """
        model = self.index.manifest.model
        if model.fingerprint != self._encoder.fingerprint:
            raise IndexUnusableError(
                f"the index was made with the model {model.name} ({model.fingerprint[:12]}), the model in use is "
                f"{self._encoder.name} ({self._encoder.fingerprint[:12]}); set index.model to the first, or run "
                "`python -m embeddings build` again"
            )
        vectors = self._encoder.encode(texts)
        if vectors.shape[1] != model.dimension:
            raise IndexUnusableError(
                f"index holds {model.dimension}-dim vectors, the encoder gives {vectors.shape[1]}; "
                "run `python -m embeddings build` again"
            )
        return vectors

    def answer(self, question: Question, vector: np.ndarray, limit: int = 5) -> Answer:
        """Find the events for a question whose `wanted` has been encoded as `vector`, (dimension,)."""
        started = time.perf_counter()
        ranked = self._rank(question, vector)
        rows = fold(((row, outline.date, outline.words) for row, outline, _ in ranked), limit)
        scores = {row: score for row, _, score in ranked}
        events = self.index.catalogue.events(rows)
        hits = tuple(Hit(event, scores[row]) for row, event in zip(rows, events, strict=True))
        return Answer(question.query, question.dates, hits, (time.perf_counter() - started) * 1_000)

    def _rank(self, question: Question, vector: np.ndarray) -> list[tuple[int, Outline, float]]:
        """Rows with their scores, best first."""
        catalogue, vectors = self.index.catalogue, self.index.vectors
        words, within = question_stems(question.wanted), question.within
        window = None if within is None else catalogue.rows_between(within.first, within.last)
        candidates = {
            *vectors.search(vector, _CANDIDATES, window)[0].tolist(),
            *catalogue.match(words, _CANDIDATES, window),
        }
        for span in question.dates:
            of_span = _overlap(catalogue.rows_between(span.first, span.last), window)
            candidates.update(vectors.search(vector, _CANDIDATES, of_span)[0].tolist())
        rows = sorted(candidates)
        found = catalogue.outlines(rows)
        outlines = [found[row] for row in rows]
        scores = fuse(
            vectors.scores(vector, rows),
            coverage(words, catalogue.frequencies(words), catalogue.size, [outline.stems for outline in outlines]),
            fit_dates([outline.date for outline in outlines], question.dates),
        )
        ranked = zip(rows, outlines, scores.tolist(), strict=True)
        return sorted(ranked, key=lambda candidate: (-candidate[2], candidate[0]))

    # --- days ---

    def event(self, dates: DateRange, *, start: int = 0, limit: int | None = None) -> DayAnswer:
        """The events of some days in order of time: all of them, or `limit` from the one numbered `start` on."""
        catalogue = self.index.catalogue
        rows = catalogue.rows_between(dates.first, dates.last)
        shown = rows[start:] if limit is None else rows[start : start + limit]
        nearest = () if rows else tuple(catalogue.days_near(dates.first))
        events = tuple(catalogue.events(shown))
        return DayAnswer(dates, len(rows), events, nearest, catalogue.first, catalogue.last)

    def on_this_day(self, month: int, day: int, limit: int = 5) -> tuple[Event, ...]:
        """The best events of one day of all years, oldest first."""
        return tuple(chosen.event for chosen in self.choice(month, day, limit))

    def choice(self, month: int, day: int, limit: int) -> list[Candidate]:
        """The best events of one day of all years with what speaks for each, oldest first."""
        return choose(self.candidates(month, day, _OF_EACH * limit), limit)

    def candidates(self, month: int, day: int, most: int | None = None) -> list[Candidate]:
        """The events of one day of all years with what speaks for each, oldest first.

        Args:
            most: only about so many, those that stand out most, some that are no attack or disaster among them.
        """
        index = self.index
        rows = index.catalogue.rows_on(month, day)
        if index.prominence is None:
            parts, grim = of_texts(index.catalogue.events(rows)).take(range(len(rows)))
        else:
            parts, grim = index.prominence.take(rows)
        if most is not None:
            kept = shortlist(parts, grim, most)
            rows, parts, grim = [rows[place] for place in kept], parts[kept], grim[kept]
        return weigh(index.catalogue.events(rows), parts, grim, index.vectors.take(rows))

    def suggest(self, text: str, limit: int) -> list[Event]:
        """Events whose headline has the words of `text`, the last of which may be unfinished; newest first."""
        catalogue = self.index.catalogue
        return catalogue.events(catalogue.starting(normalise(text).split()[-MAX_WORDS:], limit))

    # --- related ---

    def find(self, event_id: str) -> Event:
        """The event with an id, or with one that was merged into it. InputError where there is none."""
        return self.index.catalogue.events([self._row(event_id)])[0]

    def related(self, event_id: str, limit: int = MOST_RELATED) -> tuple[Related, ...]:
        """Events related to one: the archive's own links first, then the nearest in meaning and contexts.

        Raises:
            InputError: if no event has that id.
        """
        row = self._row(event_id)
        [event] = self.index.catalogue.events([row])
        links: dict[object, Related] = {}
        for other in event.related:  # two of them may lead to one event that has two addresses, or to this one
            if other.id != event.id:
                links.setdefault(other.id or other, other)
        own = tuple(links.values())[:limit]
        if len(own) == limit:
            return own
        return (*own, *self._nearby(row, event, limit - len(own)))

    def _row(self, event_id: str) -> int:
        row = self.index.catalogue.row(event_id)
        if row is None:
            shown = shorten(clean(event_id[:200]), 40)
            raise InputError(f'no event has the id "{shown}"; expected one such as 2015-12-23-f8d3682f, from an answer')
        return row

    def _nearby(self, row: int, event: Event, limit: int) -> list[Related]:
        catalogue, vectors = self.index.catalogue, self.index.vectors
        vector = vectors.take([row])[0]
        near, _ = vectors.search(vector, _RELATED_CANDIDATES)
        rarity: dict[int, float] = {}
        for other, _, events in catalogue.sharing(event.contexts, _COMMON_CONTEXT):
            rarity[other] = rarity.get(other, 0.0) + 1 / np.log2(1 + events)
        listed = {other.id for other in event.related}
        candidates = sorted({*near.tolist(), *rarity} - {row})
        cosines = dict(zip(candidates, vectors.scores(vector, candidates).tolist(), strict=True))
        ranked = sorted(candidates, key=lambda other: (-cosines[other] - 0.1 * rarity.get(other, 0.0), other))
        kept: list[Related] = []
        told = [(event.date, normalise(event.headline))]
        told += [(other.date, normalise(other.headline)) for other in event.related]
        mine = {normalise(name): name for name in (*event.topics, *event.contexts)}
        shortlist = ranked[: 4 * limit]
        for place, found in zip(shortlist, catalogue.events(shortlist), strict=True):
            words = normalise(found.headline)
            if found.id in listed or any(says_the_same(found.date, words, *before) for before in told):
                continue
            names = (normalise(name) for name in (*found.contexts, *found.topics))
            shared = tuple(dict.fromkeys(mine[name] for name in names if name in mine))
            if not shared and cosines[place] < _RELATED_COSINE:
                continue
            told.append((found.date, words))
            kept.append(Related(found.date, found.headline, shared, found.path, found.id))
            if len(kept) == limit:
                break
        return kept


def understand(query: str, today: dt.date, within: DateRange | None = None) -> Question:
    """Take the dates out of a question. InputError where it has no words or too many characters."""
    question = check_question(query)
    spans = find_dates(question, today)
    wanted = question
    for span in reversed(spans):
        wanted = f"{wanted[: span.start]} {wanted[span.end :]}"
    wanted = " ".join(wanted.split())
    if not normalise(wanted):
        wanted = question  # nothing but a date: the date's events, the nearest in meaning first
    return Question(question, wanted, tuple(dict.fromkeys(span.dates for span in spans)), within)


def check_question(query: str) -> str:
    """A question as it is searched for; InputError where it has no words or too many characters."""
    if len(query) > MAX_QUESTION:  # before anything looks at it
        raise InputError(f"the question has {len(query):,} characters, expected 1 to {MAX_QUESTION}; shorten it")
    question = clean(query)
    if not question_stems(question):
        raise InputError("the question is empty; ask with a few words, such as: civilian deaths Russia")
    return question


def search_window(
    first: str | None, last: str | None, today: dt.date, *, day_first: bool | None = None
) -> DateRange | None:
    """The days from one expression to another, either of which may be missing; None where both are.

    Args:
        day_first: whether 02/03/2015 is the 2nd of March; None asks back.
    Raises:
        InputError: if one cannot be understood, or the first is after the last.
    """
    if first is None and last is None:
        return None
    low = parse_range(first, today, day_first=day_first).first if first is not None else dt.date.min
    high = parse_range(last, today, day_first=day_first).last if last is not None else dt.date.max
    if low > high:
        raise InputError(f"from {first} is after to {last} ({low} > {high}); exchange the two")
    return DateRange(low, high)


def _overlap(rows: range, window: range | None) -> range:
    if window is None:
        return rows
    return range(max(rows.start, window.start), max(rows.start, window.start, min(rows.stop, window.stop)))
