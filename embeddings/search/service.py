"""Questions to events: the service that the command line, the console and the bot call."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from embeddings.dates import DateRange
from embeddings.errors import BUILD_AGAIN, IndexUnusableError, InputError
from embeddings.index.folder import OpenIndex
from embeddings.index.row_sets import union
from embeddings.index.tokens import similarities
from embeddings.model.abroad import NEAR, ForeignEncoder, blended, foreign_encoder
from embeddings.model.calibration import Features, Order, Weights
from embeddings.model.encoder import Encoder
from embeddings.model.reranker import Reranker
from embeddings.model.tuning import Encoded
from embeddings.search import reading, stories
from embeddings.search.answers import Answer, Hit, outside
from embeddings.search.look_up import LookUp
from embeddings.search.questions import MAX_QUESTION, Question, understand
from embeddings.search.ranking import coverage, fit_dates, fold, largest, openness, order, rerank
from embeddings.search.relevance import Relevance
from embeddings.search.signs import with_signs
from embeddings.search.stories import Story, StoryEvent
from embeddings.search.story_folding import give_room
from embeddings.search.topics import Topics, topic_key
from embeddings.text import clean, shorten

# Taken from each way of searching before they are fused. Of 791 questions of three hands as many have a right event
# among five as with 100. With 60 the crowd that an answer has to stand out from becomes too small: less of what has no
# answer is met with silence.
_CANDIDATES = 80
_LIKELY = 1  # the ten nearest are surely among them, and others have their words compared, too: no more need be read
_FOLDED_AT_ONCE, _MOST_FOLDED = 32, 3
_ANY_DAY = dt.date(2020, 1, 1)  # what is loaded to understand a question does not depend on it
_SPEAKING = 10  # answers to a topic's name, whose stories may be told with it
_TOLD = 64  # topics whose rows are kept
_RERANKED = 20  # a cross-encoder takes some 5 ms for each


class Search(LookUp):
    """Answers from one open index, to questions as well; any number of threads may ask.

    Args:
        encoder: of the model with which the index was made; first used by `warm_up` or the first question.
        reranker: reorders the best answers.
    """

    def __init__(self, index: OpenIndex, encoder: Encoder, reranker: Reranker | None = None) -> None:
        super().__init__(index)
        self._encoder = encoder
        self._reranker = reranker
        self._told: dict[str, tuple[np.ndarray, np.ndarray]] = {}  # of topics, by key: pages are turned

    @property
    def weights(self) -> Weights:
        """How much each sign counts in an event's score, with the encoder's model."""
        return self._encoder.weights

    @property
    def order(self) -> Order | None:
        """By what candidates are put in order, with the encoder's model; None: by `weights`."""
        return self._encoder.order

    @property
    def _relevance(self) -> Relevance:
        catalogue, encoder = self.index.catalogue, self._encoder
        return Relevance(catalogue, encoder.weights, encoder.confidence(catalogue.size), encoder.strangers)

    @cached_property
    def _abroad(self) -> ForeignEncoder | None:
        """What encodes questions in other languages; questions in English never ask for it."""
        return foreign_encoder(self._encoder)

    # --- stories ---

    def story(self, text: str, today: dt.date) -> Story:
        """The story that an event belongs to, or that a topic or words name.

        Args:
            text: the id of an event, of a story or of what was told of a topic; the name of a topic; or words.
            today: the day from which dates among the words count.
        Raises:
            InputError: if it is none of these; it names the topics that are most like it.
            StoriesMissingError: if no stories were made when the index was.
        """
        found = self.known_story(text)
        if found is None and len(text) <= MAX_QUESTION:
            return self.story_of_answer(text, [hit.event.id for hit in self.ask(text, today).hits])
        return found or self._story_of_topic(self.topics.known(text))

    def story_of_answer(self, text: str, found: Sequence[str]) -> Story:
        """The story that words name, for which `ask` found the events with these ids, the best first.

        Raises:
            InputError, StoriesMissingError: as `story`.
        """
        story = stories.of_words(self.index, text, found, self._rows_of_named) if found else None
        return story or self._story_of_topic(self.topics.known(text))

    def known_story(self, text: str) -> Story | None:
        """The story that an id or the name of a topic leads to; None for other words.

        Raises:
            StoriesMissingError: as `story`.
        """
        if (found := stories.of_event(self.index, text)) is not None:
            return found
        name = self.topics.name(stories.topic_key_of(text) or topic_key(text))
        return None if name is None else self._story_of_topic(name)

    def _story_of_topic(self, name: str) -> Story:
        key = topic_key(name)
        rows, core = self._rows_of_topic(key)
        return stories.of_topic(self.index, name, key, rows, core)

    def _rows_of_named(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return self._rows_of_topic(topic_key(name))

    def _rows_of_topic(self, key: str) -> tuple[np.ndarray, np.ndarray]:
        """The rows that are told of a topic; and those that say what it is about: its own, and answers to its name."""
        rows, name = self.topics.rows(key), self.topics.name(key)
        if name is None:
            return rows, rows
        if (known := self._told.get(key)) is not None:
            return known
        try:  # of any day the same, so that pages go on
            hits = self.ask(name, _ANY_DAY, limit=_SPEAKING).hits
        except InputError:  # no words to ask for
            hits = ()
        answers = [row for hit in hits if (row := self.index.catalogue.row(hit.event.id)) is not None]
        if len(self._told) >= _TOLD:
            self._told.clear()
        told = self._told[key] = stories.with_stories(self.index, name, rows, np.array(answers, np.int64))
        return told

    def story_events(self, story_id: str, start: int, count: int) -> tuple[StoryEvent, ...]:
        """The events of a story in order of time: `count` of them, from the one numbered `start` + 1 on.

        Args:
            story_id: `Story.id`, or the id of any event of the story.
        Raises:
            InputError, StoriesMissingError: as `story`.
        """
        key = stories.topic_key_of(story_id)
        rows = stories.rows_of(self.index, story_id) if key is None else self._rows_of_topic(key)[0]
        if rows is None or not len(rows):
            shown = shorten(clean(story_id[:200]), 40)
            raise InputError('no story has the id "{id}"; ask for it by its topic', id=shown)
        return stories.page(self.index, rows, start, count)

    # --- ask ---

    def warm_up(self, text: str = "warm-up") -> None:
        """Load the model and, beside it, what else the first question would wait for.

        Args:
            text: is encoded; the model is then ready for texts of its length.
        Raises:
            IndexUnusableError: if the index was made with another model than the encoder's, or is damaged.
            MemoryError: if there is none left for a thread.
        """
        # The model is compiled without Python's lock, on another core.
        with ThreadPoolExecutor(1, "warm-up") as beside:
            try:
                encoded = beside.submit(self.encode, [text])
            except RuntimeError as error:  # no thread could be started: there is no memory for its stack
                raise MemoryError from error
            self.index.vectors.prepare()
            _ = self.index.prominence.standing  # kept; half a second for a million events
            self.read(understand(text, _ANY_DAY))
            encoded.result()

    @cached_property
    def topics(self) -> Topics:
        """The archive's topics: of 113,755 events most of a second, which whoever only asks need not wait for."""
        return Topics.of(self.index.catalogue.topics())

    def ask(
        self,
        query: str,
        today: dt.date,
        *,
        within: DateRange | None = None,
        limit: int = 5,
        silent_in_doubt: bool = True,
    ) -> Answer:
        """Find the events that a question is about.

        Args:
            query: 1 to `MAX_QUESTION` characters; dates in it draw their events up and hide no others.
            today: the day from which "last month" and the like count.
            within: only events of these days.
            silent_in_doubt: give no events if the best one is more likely unrelated than an answer, and none that has
                nothing to do with the question.
        Raises:
            InputError: if the question is empty or too long.
            IndexUnusableError: if the index was made with another model than the encoder's.
        """
        started = time.perf_counter()
        question = self.read(understand(query, today, within))
        [wanted] = self.encode([question.text])
        answer = self.answer(question, wanted, limit, silent_in_doubt=silent_in_doubt)
        return replace(answer, took_ms=(time.perf_counter() - started) * 1_000)

    def read(self, question: Question) -> Question:
        """A question as this archive spells and names things; what it has is left as it is."""
        return reading.read(question, self.index.catalogue)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode the `wanted` of some questions that have been read; one call is faster than several.

        Raises:
            IndexUnusableError: if the index was made with another model than the encoder's.
        """
        model = self.index.manifest.model
        if model.fingerprint != self._encoder.fingerprint:
            raise IndexUnusableError(
                f"the index was made with the model {model.name} ({model.fingerprint[:12]}), the model in use is "
                f"{self._encoder.name} ({self._encoder.fingerprint[:12]}); set index.model to the first, or "
                f"{BUILD_AGAIN}"
            )
        encoded = self._encoder.encode(texts)
        for text in encoded:
            if text.vector.shape != (model.dimension,):
                raise IndexUnusableError(
                    f"index holds {model.dimension}-dim vectors, the encoder gives {len(text.vector)}; {BUILD_AGAIN}"
                )
        return encoded

    def answer(
        self, question: Question, wanted: Encoded, limit: int = 5, *, most: int = 0, silent_in_doubt: bool = True
    ) -> Answer:
        """Find the events for a question whose `wanted` has been encoded.

        Args:
            most: how many events are found at most, those beyond `limit` as the answer's `further`.
        """
        started = time.perf_counter()
        wanted, is_sure = self.as_meant(question, wanted)
        candidates, features = self.candidates(question, wanted)
        scores = order(features, self.weights, self.order)
        best_first = np.lexsort((candidates, -scores))
        if silent_in_doubt:
            best_first = self._relevance.of(question, wanted.vector, candidates, features, best_first, is_sure=is_sure)
        if self._reranker is not None and len(best_first) and not question.only_dates:
            first = best_first[:_RERANKED]
            titles = [event.title for event in self.index.catalogue.events(candidates[first].tolist())]
            found = self._reranker.scores(question.text, titles)
            scores[first] = rerank(scores[first], features.dated[first], found)
            best_first = best_first[np.lexsort((candidates[best_first], -scores[best_first]))]
        rows = self.fold(candidates[best_first], max(2 * limit, most) if silent_in_doubt else max(limit, most))
        shown, further = rows[:limit], rows[limit:]
        if silent_in_doubt:
            shown = self._relevance.until_strangers(question, candidates, features, shown)
            # The best event of all is that with which the others are compared.
            further = self._relevance.until_strangers(question, candidates, features, [*shown[:1], *further])[1:]
            shown, further = self._with_room(question, shown, further)
        further = further[: max(0, most - limit)]
        of_row = dict(zip(candidates.tolist(), scores.tolist(), strict=True))
        catalogue = self.index.catalogue
        events = catalogue.events([*shown, *further])
        hits = tuple(Hit(event, of_row[row]) for row, event in zip([*shown, *further], events, strict=True))
        return Answer(
            question.query,
            question.dates,
            hits[: len(shown)],
            (time.perf_counter() - started) * 1_000,
            catalogue.first,
            catalogue.last,
            question.corrected,
            hits[len(shown) :],
            question.language,
        )

    def as_meant(self, question: Question, wanted: Encoded) -> tuple[Encoded, bool]:
        """What was encoded of a question, and with the extra `languages`, of one in another, what that means.

        Returns:
            It, and whether some event is so near to what it means that it is no stranger.
        """
        foreign = None if question.only_dates else question.abroad
        if foreign is None or self._abroad is None or (meant := self._abroad.vector(foreign.typed)) is None:
            return wanted, False
        _, scores = self.index.vectors.search(meant, 1)
        is_sure = bool(len(scores)) and float(scores[0]) >= NEAR
        return blended(meant, wanted if foreign.english else None), is_sure

    def candidates(self, question: Question, wanted: Encoded) -> tuple[np.ndarray, Features]:
        """Rows that may answer a question, in order of time, and the features of each."""
        catalogue, vectors, vector = self.index.catalogue, self.index.vectors, wanted.vector
        within = question.within
        window = None if within is None else catalogue.rows_between(within.first, within.last)
        if question.only_dates and len(rows := self._most_of(question.dates, window)):
            none = np.zeros(len(rows))
            return rows, Features(none, none, none, none + 1, self.index.prominence.standing[rows].astype(np.float64))
        postings = reading.postings(question, catalogue)
        covered = coverage(postings, catalogue.size)
        is_open = openness([len(seen) for seen in postings], catalogue.size, is_dated=bool(question.dates))
        spans = [_overlap(catalogue.rows_between(span.first, span.last), window) for span in question.dates]
        nearest = [vectors.search(vector, _CANDIDATES, searched, _LIKELY) for searched in (window, *spans)]
        covering = largest(covered, _CANDIDATES, range(catalogue.size) if window is None else window)
        rows = union([covering, *(found for found, _ in nearest)])
        dated = fit_dates(catalogue.days[rows], question.dates)
        late, said = similarities(wanted.tokens, wanted.weights, *self.index.tokens.take(rows))
        features = Features(
            meaning=self._meaning(vector, rows, nearest),
            late=late,
            covered=covered[rows],
            dated=dated,
            # Of a kind and a period, what mattered most in it.
            matters=is_open * self.index.prominence.standing[rows] * (dated if question.dates else 1.0),
        )
        if self.order is not None:
            features = with_signs(features, said, self.index, rows, self.weights, len(postings))
        return rows, features

    def _meaning(
        self, vector: np.ndarray, rows: np.ndarray, nearest: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> np.ndarray:
        """The cosine of each of some rows, which ascend: as a search told it, or else as its vector tells."""
        meaning, known = np.zeros(len(rows), np.float32), np.zeros(len(rows), bool)
        for found, scores in nearest:
            places = np.searchsorted(rows, found)
            meaning[places], known[places] = scores, True
        others = np.flatnonzero(~known)
        meaning[others] = self.index.vectors.scores(vector, rows[others])
        return meaning

    def _most_of(self, dates: Sequence[DateRange], window: range | None) -> np.ndarray:
        """The rows of some days that matter most, in order of time."""
        catalogue, standing = self.index.catalogue, self.index.prominence.standing
        spans = (_overlap(catalogue.rows_between(span.first, span.last), window) for span in dates)
        best = [np.array(span)[np.argsort(-standing[span.start : span.stop], kind="stable")] for span in spans]
        return union([rows[:_CANDIDATES].astype(np.int64) for rows in best])

    def _with_room(self, question: Question, shown: list[int], further: list[int]) -> tuple[list[int], list[int]]:
        """The rows that are shown and those that come next, where what one story says again gives room to others."""
        index = self.index
        if index.stories is None or not shown:
            return shown, further
        rows = [*shown, *further]
        days = map(dt.date.fromordinal, index.catalogue.days[rows].tolist())
        is_outside = np.array([outside(day, question.dates) for day in days])
        ordered = give_room(rows, len(shown), index.stories.leads[rows], is_outside, index.vectors.take)
        return ordered[: len(shown)], ordered[len(shown) :]

    def fold(self, rows: np.ndarray, limit: int) -> list[int]:
        """The first `limit` of some rows, one for each event with several wordings; reads headlines as needed."""
        catalogue = self.index.catalogue

        def worded() -> Iterator[tuple[int, dt.date, str]]:
            ends = range(limit + _MOST_FOLDED, len(rows), _FOLDED_AT_ONCE)  # most often the first of them are enough
            for start, end in pairwise((0, *ends, len(rows))):
                part = rows[start:end].tolist()
                dates = map(dt.date.fromordinal, catalogue.days[part].tolist())
                yield from zip(part, dates, catalogue.wordings(part), strict=True)

        return fold(worded(), limit)


def _overlap(rows: range, window: range | None) -> range:
    if window is None:
        return rows
    return range(max(rows.start, window.start), max(rows.start, window.start, min(rows.stop, window.stop)))
