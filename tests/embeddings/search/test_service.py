from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.dates import DateRange, find_dates
from embeddings.dates.errors import DateError
from embeddings.errors import IndexUnusableError, InputError
from embeddings.events import event_id
from embeddings.index.folder import IndexFolder
from embeddings.model.calibration import (
    DEFAULT_ORDER,
    GENERAL_WEIGHTS,
    SIGNS,
    Confidence,
    Features,
    Strangers,
)
from embeddings.search.questions import MAX_QUESTION, check_question, search_window
from embeddings.search.ranking import coverage, fit_dates, fold, fuse, openness
from embeddings.search.service import Search
from embeddings.search.signs import with_signs
from embeddings.stems import question_stems, stems
from embeddings.text import normalise
from embeddings.wordings import says_the_same
from tests.conftest import few_examples
from tests.word_encoder import WordEncoder

TODAY = dt.date(2024, 3, 14)
Index = Callable[..., Search]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Opens an index of the records that it is given, each with a day and a headline."""
    opened: list[Search] = []

    def make(*records: dict[str, Any]) -> Search:
        archive = tmp_path / "events.jsonl"
        archive.write_text("\n".join(map(json.dumps, records)))
        folder = IndexFolder(tmp_path / f"index-{len(opened)}")
        build_index(folder, [archive], WordEncoder(), Report())
        opened.append(Search(folder.open(), WordEncoder()))
        return opened[-1]

    yield make
    for search in opened:
        search.index.close()


def told(date: str, headline: str, **more: Any) -> dict[str, Any]:
    return {"date": date, "headline": headline, **more}


SHARES = st.floats(0, 1, width=32)
VOCABULARY = "flood storm quake vote treaty strike launch crash trial truce Alpha Beta Gamma Delta Russia Chile".split()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """Eighty events of a few words each, over four months."""
    choice = random.Random(7)
    root = tmp_path_factory.mktemp("many")
    days = [dt.date(2015, 1, 1) + dt.timedelta(choice.randrange(120)) for _ in range(80)]
    records = [told(str(day), " ".join(choice.sample(VOCABULARY, choice.randint(1, 6)))) for day in days]
    (root / "events.jsonl").write_text("\n".join(map(json.dumps, records)))
    folder = IndexFolder(root / "index")
    build_index(folder, [root / "events.jsonl"], WordEncoder(), Report())
    found = folder.open()
    yield Search(found, WordEncoder())
    found.close()


def by_hand(search: Search, query: str, within: DateRange | None, limit: int) -> list[str]:
    """Every event scored, none left out beforehand."""
    catalogue = search.index.catalogue
    spans = find_dates(query, TODAY)
    wanted = query
    for span in reversed(spans):
        wanted = wanted[: span.start] + wanted[span.end :]
    events = catalogue.events(range(catalogue.size))
    rows = [row for row, event in enumerate(events) if within is None or event.date in within]
    wordings = [normalise(event.headline) for event in events]
    words = question_stems(wanted)
    having = [{*stems(f"{event.title} {event.summary} {' '.join(event.contexts)}")} for event in events]
    postings = [np.array([row for row, of in enumerate(having) if word in of], int) for word in words]
    covered = coverage(postings, catalogue.size)
    [asked], told = WordEncoder().encode([wanted]), WordEncoder().encode([events[row].title for row in rows])
    cosines = np.asarray([float(asked.vector @ text.vector) for text in told], np.float32)
    nearest = [(text.tokens.astype(float) @ asked.tokens.T.astype(float)).max(axis=0) / 127**2 for text in told]
    dated = fit_dates(np.array([events[row].date.toordinal() for row in rows]), [span.dates for span in spans])
    is_open = openness([len(of) for of in postings], catalogue.size, is_dated=bool(spans))
    scores = fuse(
        Features(
            meaning=cosines,
            late=np.asarray([float(best @ asked.weights) for best in nearest], np.float32),
            covered=covered[rows],
            dated=dated,
            matters=is_open * search.index.prominence.standing[rows] * (dated if spans else 1.0),
        ),
        search.weights,
    )
    ranked = sorted(zip(rows, scores.round(5).tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
    kept = fold(((row, events[row].date, wordings[row]) for row, _ in ranked), limit)
    return [events[row].id for row in kept]


DAYS = st.dates(dt.date(2014, 12, 20), dt.date(2015, 5, 10))
WINDOWS = st.none() | st.tuples(DAYS, DAYS).map(lambda ends: DateRange(*sorted(ends)))
QUERIES = st.lists(st.sampled_from([*VOCABULARY, "nothing", "floods"]), min_size=1, max_size=4).map(" ".join)
DATED = st.builds(
    lambda query, when: f"{query} {when}", QUERIES, st.sampled_from(["", "in February 2015", "2015-03-02"])
)


class TestAsk:
    def test_the_event_that_the_question_is_about_comes_first(self, index: Index) -> None:
        search = index(
            told("2015-12-03", "A dam breaks above the town of Mariana."),
            told("2015-12-04", "A storm breaks windows in the town."),
            told("2015-12-05", "Parliament votes on the treaty."),
        )
        answer = search.ask("dam above Mariana", TODAY)
        assert answer.query == "dam above Mariana"
        assert answer.hits[0].event.headline == "A dam breaks above the town of Mariana."
        assert answer.took_ms > 0

    @given(query=DATED, within=WINDOWS, limit=st.integers(1, 100))
    def test_the_answer_is_that_of_scoring_every_event(
        self, query: str, within: DateRange | None, limit: int, many: Search
    ) -> None:
        answer = many.ask(query, TODAY, within=within, limit=limit)
        found = [hit.event.id for hit in answer.hits]
        assert len(found) == len(set(found)) <= limit
        scores = [hit.score for hit in answer.hits]
        assert scores == sorted(scores, reverse=True)
        assert all(within is None or hit.event.date in within for hit in answer.hits)
        expected = by_hand(many, answer.query, within, limit)
        scores = [hit.score for hit in many.ask(query, TODAY, within=within, limit=limit + 1).hits]
        if len(set(np.round(scores, 4))) == len(scores):  # else the last digit decides which of equals comes first
            assert found == expected
        else:
            assert len(found) == len(expected)

    @given(query=QUERIES, when=st.sampled_from(["2015-02-03", "in March 2015", "in 1999 or 2015", "on 3 May 2015"]))
    @few_examples()
    def test_a_date_in_the_question_hides_nothing(self, query: str, when: str, many: Search) -> None:
        plain = many.ask(query, TODAY, limit=100)
        dated = many.ask(f"{query} {when}", TODAY, limit=100)
        assert dated.dates
        assert len(dated.hits) >= len(plain.hits) - 5  # rewordings may fold to another one of theirs
        first = plain.hits[0].event
        assert any(
            says_the_same(
                hit.event.date, normalise(hit.event.headline), first.date, normalise(first.headline)
            )  # rewordings of it may come first
            for hit in dated.hits
        )

    @pytest.mark.parametrize("when", ["2015-03-01", "2015-05-01"])
    def test_of_two_that_are_as_near_the_one_in_company_comes_first_where_an_order_was_learnt(
        self, index: Index, when: str
    ) -> None:
        search = index(
            told("2015-03-01", "Talks begin in Alpha."),
            told("2015-05-01", "Talks begin in Alpha."),
            told(when, "More talks in Alpha on the treaty."),
        )
        learnt = WordEncoder()
        learnt.order = DEFAULT_ORDER
        answer = Search(search.index, learnt).ask("talks begin alpha", TODAY)
        assert str(answer.hits[0].event.date) == when

    @given(st.lists(SHARES, min_size=80, max_size=80))
    @few_examples()
    def test_dates_change_none_of_the_signs_so_that_a_better_one_can_only_help(
        self, many: Search, dated: list[float]
    ) -> None:
        rows, none = np.arange(80), np.zeros(80)
        meaning, late, covered = np.random.default_rng(0).random((3, 80))
        features = Features(meaning, late, covered, dated=none, matters=none)
        said, weights = np.ones(80), GENERAL_WEIGHTS
        signs = with_signs(features, said, many.index, rows, weights, 9).signs
        moved = replace(features, dated=np.array(dated), matters=3 * np.array(dated))
        assert signs is not None
        assert signs.shape == (80, len(SIGNS))
        np.testing.assert_array_equal(with_signs(moved, said, many.index, rows, weights, 9).signs, signs)

    def test_a_cross_encoder_has_the_last_word_on_the_first_ones(self, index: Index) -> None:
        class LongestFirst:
            def scores(self, question: str, texts: Sequence[str]) -> np.ndarray:
                assert question == "dam"
                return np.array([len(text) for text in texts], np.float32)

        plain = index(
            told("2015-12-03", "A dam."), told("2015-12-05", "A dam breaks, a town is flooded and many flee.")
        )
        reordered = Search(plain.index, WordEncoder(), LongestFirst())
        assert plain.ask("dam", TODAY).hits[0].event.headline == "A dam."
        hits = reordered.ask("dam in 2015", TODAY).hits
        assert hits[0].event.headline.startswith("A dam breaks")
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)

    def test_a_question_that_the_archive_does_not_answer_gets_nothing_rather_than_strangers(self, index: Index) -> None:
        wary = WordEncoder()
        wary.wary = Confidence((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0), 0.5)
        search = Search(index(told("2015-12-03", "A dam breaks above the town.")).index, wary)
        assert search.ask("dam breaks above", TODAY).hits
        assert not search.ask("best pizza recipe of the town", TODAY).hits
        assert search.ask("best pizza recipe of the town", TODAY, silent_in_doubt=False).hits
        assert search.ask("december 2015", TODAY).hits  # nothing but a date asks for whatever happened
        assert not search.ask("dam breaks above the town in 2031", TODAY).hits

    def test_of_what_was_before_the_archive_only_what_tells_of_it_is_shown(self, index: Index) -> None:
        search = index(
            told("2015-04-26", "The town marks the anniversary of the dam disaster of 1986."),
            told("2015-05-01", "A dam breaks, a disaster."),
            told("2015-06-01", "In 1986 prices parliament votes."),
        )
        answer = search.ask("dam disaster 1986", TODAY)
        assert [str(hit.event.date) for hit in answer.hits] == ["2015-04-26"]
        assert (answer.first, answer.last) == (dt.date(2015, 4, 26), dt.date(2015, 6, 1))
        assert not search.ask("moon landing 1969", TODAY).hits
        assert len(search.ask("dam disaster 2014 or 2015", TODAY).hits) == 3
        assert len(search.ask("dam disaster 1986", TODAY, silent_in_doubt=False).hits) == 3

    def test_what_was_before_the_archive_is_told_in_other_words_too(self, index: Index) -> None:
        search = index(
            told("2009-08-20", "A man convicted of the bombing in Alpha in 1988 is released."),
            told("2010-08-20", "A man is released in Beta."),
            told("2011-08-20", "The treaty of 1988 is renewed."),
        )
        assert [hit.event.date.year for hit in search.ask("1988 alpha bomber released", TODAY).hits] == [2009]

    def test_a_list_ends_where_strangers_begin(self, index: Index) -> None:
        wary = WordEncoder()
        wary.strangers = Strangers(meaning=0.0, late=0.0, covered=-8.0, dated=0.0, constant=4.0)
        events = (
            told("2015-01-01", "Riot in Alpha."),
            told("2015-02-01", "Riot in Beta."),
            told("2015-03-01", "A vote."),
        )
        search = Search(index(*events).index, wary)
        assert len(search.ask("riot Alpha", TODAY, silent_in_doubt=False).hits) == 3
        assert [hit.event.headline for hit in search.ask("riot Alpha", TODAY).hits] == ["Riot in Alpha."]
        # Where all are as far from it, none is a stranger beside the best.
        assert len(search.ask("gamma delta", TODAY).hits) == 3

    def test_what_is_asked_for_in_the_past_is_found_in_the_present(self, index: Index) -> None:
        search = index(told("2010-07-11", "Spain wins the cup."), told("2010-07-12", "Who won the cup was asked."))
        assert len(search.ask("cup winner won by Spain", TODAY).hits) == 2
        wary = WordEncoder()
        wary.wary = Confidence((0.0,) * 8, 1.0)
        assert Search(search.index, wary).ask("who won the cup 2010", TODAY).hits

    def test_an_event_of_the_questions_days_with_all_of_its_words_is_always_shown(self, index: Index) -> None:
        wary = WordEncoder()
        wary.wary = Confidence((0.0,) * 8, 1.0)
        search = Search(index(told("2015-12-03", "A dam breaks above the town of Mariana.")).index, wary)
        assert search.ask("Mariana town dam breaks 2015", TODAY).hits
        assert not search.ask("Mariana town dam breaks", TODAY).hits
        assert not search.ask("Mariana town dam breaks today 2014", TODAY).hits

    def test_a_date_in_the_question_draws_its_events_up(self, index: Index) -> None:
        search = index(
            told("2003-05-01", "A storm floods the town."),
            told("2015-12-03", "A storm floods the town again."),
        )
        for when, day in (("in May 2003", "2003-05-01"), ("in December 2015", "2015-12-03"), ("2015", "2015-12-03")):
            answer = search.ask(f"storm floods {when}", TODAY)
            assert str(answer.hits[0].event.date) == day
            assert len(answer.hits) == 2

    def test_hits_outside_its_dates_are_a_group_and_the_best_hits_group_comes_first(self, index: Index) -> None:
        search = index(
            told("2014-07-01", "A dam breaks above the town of Mariana."),
            told("2015-07-01", "A dam breaks."),
            told("2016-07-01", "A dam is built above the town."),
            told("2015-07-09", "Parliament votes."),
        )
        for query in ("dam breaks above the town of Mariana in 2015", "dam breaks 2015", "dam 2014 or 2016", "dam"):
            answer = search.ask(query, TODAY)
            assert {hit.event.id for _, hits in answer.groups for hit in hits} == {h.event.id for h in answer.hits}
            assert answer.groups[0][1][0] == answer.hits[0]
            for is_outside, hits in answer.groups:
                assert list(hits) == [hit for hit in answer.hits if hit in hits]
                for hit in hits:
                    assert is_outside == (bool(answer.dates) and all(hit.event.date not in of for of in answer.dates))

    def test_dates_are_told_as_they_were_understood_each_once(self, index: Index) -> None:
        answer = index(told("2015-12-03", "It rains.")).ask("rain in May 2003, in May 2003 or last month", TODAY)
        assert answer.dates == (
            DateRange(dt.date(2003, 5, 1), dt.date(2003, 5, 31)),
            DateRange(dt.date(2024, 2, 1), dt.date(2024, 2, 29)),
        )

    def test_a_question_that_is_nothing_but_a_date_finds_the_dates_events(self, index: Index) -> None:
        search = index(*(told(f"2015-{month:02}-03", f"Event of month {month}.") for month in range(1, 13)))
        assert search.ask("2015-07-03", TODAY).hits[0].event.headline == "Event of month 7."

    def test_rewordings_of_a_few_days_are_told_once(self, index: Index) -> None:
        search = index(
            told("2015-12-03", "A dam breaks above the town of Mariana."),
            told("2015-12-04", "Above the town of Mariana a dam breaks."),
            told("2015-12-09", "A dam breaks above the town of Mariana once more."),
        )
        assert [str(hit.event.date) for hit in search.ask("dam Mariana", TODAY).hits] == ["2015-12-03", "2015-12-09"]

    def test_a_window_without_events_gives_an_empty_answer(self, index: Index) -> None:
        search = index(told("2015-12-03", "It rains."))
        window = DateRange(dt.date(1999, 1, 1), dt.date(1999, 12, 31))
        assert search.ask("rain", TODAY, within=window).hits == ()
        assert search.ask("rain 2015-12-03", TODAY, within=window).hits == ()

    def test_an_index_without_a_word_of_the_question_answers_all_the_same(self, index: Index) -> None:
        assert len(index(told("2015-12-03", "It rains.")).ask("zzz qqq", TODAY).hits) == 1

    @pytest.mark.parametrize(
        "query",
        [
            '"; DROP TABLE events; --',
            "a AND b OR NOT c",
            "NEAR(x y)",
            "rain*",
            "topics:rain",
            "()",
            "%",
            "東京 地震",
            "🌧 rain",
        ],
    )
    def test_no_question_is_a_command(self, index: Index, query: str) -> None:
        assert len(index(told("2015-12-03", "It rains.")).ask(f"rain {query}", TODAY).hits) == 1

    def test_threads_that_ask_at_once_get_their_own_answers(self, many: Search) -> None:
        queries = VOCABULARY * 2
        alone = [many.ask(query, TODAY).hits for query in queries]
        with ThreadPoolExecutor(8) as pool:
            assert [answer.hits for answer in pool.map(lambda query: many.ask(query, TODAY), queries)] == alone


class TestQuestion:
    @pytest.mark.parametrize("query", ["", " ", "\n\t", "?!…", "\u200b", "''"])
    def test_one_without_words_is_refused(self, query: str) -> None:
        with pytest.raises(InputError, match="the question is empty; ask with a few words"):
            check_question(query)

    def test_one_of_500_characters_is_taken_and_one_of_501_is_not(self) -> None:
        assert check_question("x" * MAX_QUESTION) == "x" * 500
        with pytest.raises(InputError, match="the question has 501 characters, expected 1 to 500; shorten it"):
            check_question("x" * 501)

    def test_one_of_nothing_but_common_words_is_taken(self, index: Index) -> None:
        assert check_question("what was it?") == "what was it?"
        assert len(index(told("2015-12-03", "It rains.")).ask("what was it?", TODAY).hits) == 1

    @given(st.text(max_size=520))
    def test_any_text_is_taken_as_one_line_or_refused_with_a_sentence(self, query: str) -> None:
        try:
            question = check_question(query)
        except InputError:
            return
        assert question == " ".join(question.split()) != ""


class TestWindow:
    def test_neither_end_is_no_window(self) -> None:
        assert search_window(None, None, TODAY) is None

    @pytest.mark.parametrize(
        ("first", "last", "window"),
        [
            ("2015", None, (dt.date(2015, 1, 1), dt.date.max)),
            (None, "2015", (dt.date.min, dt.date(2015, 12, 31))),
            ("dec 2015", "dec 2015", (dt.date(2015, 12, 1), dt.date(2015, 12, 31))),
            ("2015-12-23", "yesterday", (dt.date(2015, 12, 23), dt.date(2024, 3, 13))),
        ],
    )
    def test_goes_from_the_first_day_of_one_to_the_last_of_the_other(
        self, first: str | None, last: str | None, window: tuple[dt.date, dt.date]
    ) -> None:
        assert search_window(first, last, TODAY) == DateRange(*window)

    def test_ends_in_the_wrong_order_are_named(self) -> None:
        with pytest.raises(
            InputError, match=r"'from' \(2016\) is later than 'to' \(2015\): 2016-01-01 > 2015-12-31; exchange the two"
        ):
            search_window("2016", "2015", TODAY)

    @pytest.mark.parametrize("end", ["2015-02-30", "02/03/2015", "", "soonish"])
    def test_an_end_that_is_no_date_is_refused(self, end: str) -> None:
        with pytest.raises(DateError):
            search_window(end, None, TODAY)
        with pytest.raises(DateError):
            search_window(None, end, TODAY)


class TestModel:
    def test_who_only_asks_does_not_wait_for_the_topics_of_all_events(
        self, index: Index, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        search = index(told("2015-12-03", "It rains."))
        monkeypatch.delattr("embeddings.index.catalogue_words.CatalogueWords.topics")
        search.warm_up()
        assert search.ask("rain", TODAY).hits

    def test_another_model_than_the_indexs_is_refused_with_both_names(self, index: Index) -> None:
        found = index(told("2015-12-03", "It rains.")).index
        search = Search(found, WordEncoder("others"))
        for attempt in (search.warm_up, lambda: search.ask("rain", TODAY)):
            with pytest.raises(
                IndexUnusableError, match=r"made with the model words .* in use is others .*build` again"
            ):
                attempt()

    def test_vectors_of_another_length_are_refused(self, index: Index) -> None:
        found = index(told("2015-12-03", "It rains.")).index
        shorter = WordEncoder(dimension=64)
        shorter.fingerprint = WordEncoder().fingerprint
        with pytest.raises(IndexUnusableError, match="index holds 256-dim vectors, the encoder gives 64; run"):
            Search(found, shorter).ask("rain", TODAY)


class TestEvent:
    RECORDS = (
        told("2015-11-30", "One."),
        told("2015-12-03", "Two."),
        told("2015-12-03", "Three."),
        told("2016-01-09", "Four."),
    )

    def test_gives_every_event_of_the_days_in_order_of_time(self, index: Index) -> None:
        answer = index(*self.RECORDS).days(DateRange(dt.date(2015, 12, 1), dt.date(2016, 12, 31)))
        assert [event.headline for event in answer.events] == ["Two.", "Three.", "Four."]
        assert (answer.nearest, answer.after_the_end) == ((), False)

    def test_an_empty_day_says_which_days_around_it_have_events(self, index: Index) -> None:
        answer = index(*self.RECORDS).days(DateRange(dt.date(2015, 12, 5), dt.date(2015, 12, 5)))
        assert answer.events == ()
        assert answer.nearest == (dt.date(2015, 11, 30), dt.date(2015, 12, 3), dt.date(2016, 1, 9))
        assert not answer.after_the_end

    def test_beyond_the_last_day_the_answer_says_where_the_archive_ends(self, index: Index) -> None:
        answer = index(*self.RECORDS).days(DateRange(dt.date(2016, 1, 10), dt.date(2016, 1, 10)))
        assert (answer.first, answer.last, answer.after_the_end) == (dt.date(2015, 11, 30), dt.date(2016, 1, 9), True)


class TestSuggest:
    EVENTS = (
        told("2015-12-19", "A shooting near a market."),
        told("2015-12-25", "A shooting in a club injures two."),
        told("2015-12-25", "Snow falls on the desert."),
        told("2019-05-01", "A shooting at a school."),
        told("2020-01-01", "A suspect of the Christmas 2015 shootings is tried."),
    )

    def suggested(self, search: Search, text: str, limit: int = 10) -> list[str]:
        return [str(event.date) for event in search.suggest(text, TODAY, limit)]

    @pytest.mark.parametrize("text", ["christmas 2015 shooting", "shoot on christmas 2015", "Shooting christmas 2015"])
    def test_a_date_puts_its_events_first_then_those_around_it_then_those_with_the_very_words(
        self, index: Index, text: str
    ) -> None:
        days = self.suggested(index(*self.EVENTS), text)
        assert days[:2] == ["2015-12-25", "2015-12-19"]
        assert "2019-05-01" not in days

    def test_a_headline_that_has_the_date_as_words_is_found_by_them(self, index: Index) -> None:
        assert self.suggested(index(*self.EVENTS), "christmas 2015 shootings") == ["2020-01-01"]

    def test_a_date_alone_suggests_the_events_of_its_days(self, index: Index) -> None:
        assert self.suggested(index(*self.EVENTS), "2015-12-25") == ["2015-12-25", "2015-12-25", "2015-12-19"]

    def test_without_a_date_the_newest_come_first(self, index: Index) -> None:
        days = self.suggested(index(*self.EVENTS), "shooting")
        assert days == ["2020-01-01", "2019-05-01", "2015-12-25", "2015-12-19"]

    def test_an_era_that_reaches_the_end_of_the_calendar_is_one_like_others(self, index: Index) -> None:
        assert self.suggested(index(*self.EVENTS), "shooting before 2016") == ["2015-12-25", "2015-12-19"]

    @given(QUERIES, st.sampled_from(["", "in February 2015", "2015-03-02", "2015"]), st.integers(1, 12))
    def test_at_most_so_many_are_given_each_once_those_of_the_date_first(
        self, many: Search, query: str, when: str, limit: int
    ) -> None:
        events = many.suggest(f"{query} {when}", TODAY, limit)
        assert len(events) == len({event.id for event in events}) <= limit
        inside = [any(event.date in span.dates for span in find_dates(when, TODAY)) for event in events]
        assert inside == sorted(inside, reverse=True)


def test_on_this_day_gives_the_best_events_of_all_years(index: Index) -> None:
    search = index(
        told("2003-02-28", "Another day."),
        told("2004-02-29", "Leap day.", sources=[{"name": "Radio"}]),
        told("2008-02-29", "Leap day again."),
        told("2012-02-29", "And again.", sources=[{"name": "Radio"}, {"name": "Daily"}]),
    )
    assert [event.headline for event in search.on_this_day(2, 29, 2)] == ["Leap day.", "And again."]
    assert search.on_this_day(2, 27) == ()


class TestRelated:
    STORM = told("2015-12-03", "A storm floods the town of Alpha.", contexts=["Alpha", "Storms"], id="storm")

    def test_the_archives_own_links_come_first_then_the_nearest(self, index: Index) -> None:
        links = [
            {"date": "2016-01-09", "headline": "The dam is repaired."},
            {"date": "1999-01-01", "headline": "Gone."},
        ]
        search = index(
            {**self.STORM, "related": links},
            told("2016-01-09", "The dam is repaired.", id="dam"),
            told("2017-01-01", "A storm floods the town of Beta.", contexts=["Storms"], id="beta"),
            told("2018-01-01", "Parliament votes.", id="vote"),
        )
        related = search.related("storm")
        assert [(other.id, other.headline) for other in related] == [
            ("dam", "The dam is repaired."),
            (None, "Gone."),
            ("beta", "A storm floods the town of Beta."),
        ]
        assert related[2].contexts == ("Storms",)

    def test_the_event_itself_and_rewordings_of_it_are_left_out(self, index: Index) -> None:
        search = index(self.STORM, told("2015-12-04", "The town of Alpha: a storm floods it.", contexts=["Alpha"]))
        assert search.related("storm") == ()

    def test_two_links_to_one_event_are_one(self, index: Index) -> None:
        links = [
            {"date": "2016-01-09", "headline": "Whatever.", "path": "/news/2016/01/9/a.md"},
            {"date": "2016-01-09", "headline": "The dam is repaired.", "path": "/news/2016/01/9/gone.md"},
        ]
        dam = told("2016-01-09", "The dam is repaired.", id="dam", path="/news/2016/01/9/a.md")
        assert [other.id for other in index({**self.STORM, "related": links}, dam).related("storm")] == ["dam"]

    def test_a_link_of_an_event_to_itself_is_left_out(self, index: Index) -> None:
        links = [{"date": "2015-12-03", "headline": "A storm floods the town of Alpha."}]
        assert index({**self.STORM, "related": links}).related("storm") == ()

    def test_what_a_link_has_told_is_not_told_again_in_other_words(self, index: Index) -> None:
        links = [{"date": "2016-01-09", "headline": "Storms: The dam of Alpha is repaired."}]
        search = index(
            {**self.STORM, "related": links},
            told("2016-01-09", "The dam of Alpha is repaired.", id="dam"),
            told("2016-01-10", "Repaired: the dam of Alpha.", contexts=["Alpha"], id="again"),
        )
        assert [other.id for other in search.related("storm")] == ["dam"]

    def test_an_event_like_no_other_has_none(self, index: Index) -> None:
        assert index(self.STORM, told("1999-01-01", "Parliament votes.")).related("storm") == ()
        assert index(self.STORM).related("storm") == ()

    def test_at_most_so_many_are_given_each_once(self, index: Index) -> None:
        others = (told(f"{year}-01-01", f"A storm floods the town of Alpha in {year}.") for year in range(1990, 2010))
        search = index(self.STORM, *others)
        assert len(search.related("storm")) == len({other.id for other in search.related("storm")}) == 10
        assert search.related("storm", 3) == search.related("storm")[:3]

    def test_an_id_that_was_merged_finds_the_event(self, index: Index) -> None:
        search = index(self.STORM)
        name = event_id(dt.date(2015, 12, 3), "A storm floods the town of Alpha.")
        assert search.event(name).id == search.event("storm").id == "storm"
        assert search.related(name) == search.related("storm")

    @pytest.mark.parametrize("name", ["", "nothing", "2015-12-03", "x" * 10_000, "\x1b[31m", "ü", "\ud800"])
    def test_an_unknown_id_is_refused_with_an_example(self, index: Index, name: str) -> None:
        search = index(self.STORM)
        for attempt in (search.event, search.related):
            with pytest.raises(InputError, match=r"no event has the id .*expected one such as 2015-12-23-") as caught:
                attempt(name)
            assert len(str(caught.value)) < 150
            assert str(caught.value).isprintable()


def test_every_event_of_the_sample_finds_itself_and_has_related_ones(sample_search: Search) -> None:
    catalogue = sample_search.index.catalogue
    for event in catalogue.events(range(0, catalogue.size, 23)):
        asked = sample_search.ask(event.headline[:MAX_QUESTION], TODAY)
        assert event.id in {hit.event.id for hit in asked.hits}
        related = sample_search.related(event.id)
        assert event.id not in {other.id for other in related}
        assert len(related) <= 10


def test_a_kind_of_event_and_a_period_is_answered_by_what_mattered_most_of_it(index: Index) -> None:
    """Never by silence; what is no worse an answer and stands earlier comes behind what is still spoken of."""
    first = told("2005-12-29", "Storms leave Atlantis", topics=["Fall of Atlantis"])
    others = [
        told(f"2005-09-{day}", f"Storms leave Thule{day}", topics=[f"Fall of Thule{day}"]) for day in range(10, 20)
    ]
    after = [told(f"2006-01-{day:02}", f"A report {day}", topics=["Fall of Atlantis"]) for day in range(1, 9)]
    elsewhere = [told(f"2010-{month:02}-01", f"A storm {month} comes near") for month in range(1, 10)]
    search = index(first, *others, *after, *elsewhere)
    answer = search.ask("storms 2005", TODAY)
    assert answer.hits[0].event.headline == first["headline"]


def test_a_question_that_only_asks_what_happened_then_is_answered_by_what_mattered_most(index: Index) -> None:
    first = told("2005-12-29", "Storms leave Atlantis", topics=["Fall of Atlantis"])
    others = [told("2005-12-29", f"{word} talks", topics=["Talks"]) for word in VOCABULARY]
    after = [told(f"2006-01-{day:02}", f"A report {day}", topics=["Fall of Atlantis"]) for day in range(1, 9)]
    search = index(*others, first, *after)
    for query in (
        "2005-12-29",
        "what happened on 29 December 2005?",
        "anything important in December 2005",
        "news 2005",
    ):
        answer = search.ask(query, TODAY)
        assert answer.hits[0].event.headline == first["headline"], query
        assert len(answer.hits) == 5
    assert not search.ask("what will happen in 2090?", TODAY).hits
    assert search.ask("what happened on 3 March 2006", TODAY).hits  # nothing of that day: what is near


def test_a_name_that_looks_like_a_small_word_is_asked_for(index: Index) -> None:
    search = index(
        told("2003-03-20", "US forces cross a border"), *(told("2003-03-20", f"{w} vote") for w in VOCABULARY)
    )
    assert search.ask("US March 2003", TODAY).hits[0].event.headline == "US forces cross a border"
