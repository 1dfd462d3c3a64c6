from __future__ import annotations

import asyncio
import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from embeddings.archive import Report
from embeddings.archive.fetched_pages import Look
from embeddings.build.result import BuildResult
from embeddings.build.run import Build
from embeddings.build.update import FIRST_DAY, Span, UpdateResult, due, updating
from embeddings.dates import DateRange
from embeddings.errors import BuildRunningError, EmbeddingsError, InputError, RemovalsRefusedError, WikiError
from embeddings.events import Event, event_id
from embeddings.index.folder import IndexFolder
from embeddings.search.service import Search
from embeddings.wiki.client import wiki_client
from tests.conftest import BuildArchives
from tests.wiki_server import (
    DAYS,
    Asked,
    Fault,
    WikiServer,
    endless,
    html,
    maxlag,
    month,
    redirect_loop,
    too_many,
    truncated,
    unavailable,
    wiki_server,
    wrong_encoding,
)
from tests.word_encoder import WordEncoder

JUNE = Span(DAYS[0], DAYS[-1])
FEW = Span(DAYS[0], DAYS[4])
THIRD = dt.date(2021, 6, 3)
TOLL = "The death toll of the floods rises to thirty-one after a railway embankment gives way near Oldbridge."
COURT = "The supreme court of Maldane strikes down a law that let ministers close newspapers without a judge."
IVORY = "Police in Kestrel Bay seize nine tonnes of smuggled ivory, the largest find in the harbour's history."
IVORY_BULLET = (
    "*Police in [[Kestrel Bay]] seize nine tonnes of smuggled ivory, the largest find in the harbour's history. "
    "[https://herald.example/ivory (Halden Herald)]"
)

Update = Callable[..., UpdateResult]


@contextmanager
def june() -> Iterator[WikiServer]:
    """A wiki with the month as it was written."""
    with wiki_server(per_answer=20) as wiki:
        wiki.month()
        yield wiki


@pytest.fixture
def wiki() -> Iterator[WikiServer]:
    with june() as wiki:
        yield wiki


class Clock:
    """The time of day, which goes on by a second at each look."""

    def __init__(self) -> None:
        self.now = dt.datetime(2021, 7, 2, 6, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def run_update(build: Build, span: Span, clock: Clock, wiki: WikiServer) -> UpdateResult:
    """Update an index, without waiting where the wiki asks for it."""

    async def at_once(seconds: float) -> None:
        return

    with updating(build, span, clock) as under_way:
        asyncio.run(under_way.fetch(lambda: wiki_client(wiki.api, "", at_once)))
        return under_way.write()


@dataclass(frozen=True)
class First:
    """The first update of days that nobody has edited, which most tests begin with; what it left lies in `root`."""

    root: Path
    content: tuple[object, ...]
    result: UpdateResult
    requests: list[Asked]
    encoded: list[str]
    now: dt.datetime


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[Span, First]:
    def of(span: Span) -> First:
        folder, encoder, clock = IndexFolder(tmp_path_factory.mktemp("first") / "index"), WordEncoder(), Clock()
        with june() as wiki:
            content = wiki.content
            result = run_update(Build(folder, encoder, Report(), sample=False), span, clock, wiki)
            return First(folder.root, content, result, list(wiki.requests), encoder.encoded, clock.now)

    return {span: of(span) for span in (JUNE, FEW)}


@pytest.fixture
def days() -> Span:
    """What an update looks at where a test does not say it."""
    return JUNE


class OfFewDays:
    """Tests of what is done for each event, for which a month takes longer and shows no more."""

    @pytest.fixture
    def days(self) -> Span:
        return FEW


@pytest.fixture
def update(
    folder: IndexFolder,
    encoder: WordEncoder,
    wiki: WikiServer,
    clock: Clock,
    days: Span,
    first: dict[Span, First],
) -> Update:
    """Updates the index in `folder` from the wiki; what the first update gives is copied, which takes less time."""

    def run(
        span: Span = days,
        report: Report | None = None,
        *,
        accept_removals: bool = False,
        sample: bool | None = False,
    ) -> UpdateResult:
        asked = (report, accept_removals, sample, clock.now, encoder.name)
        if not folder.root.exists() and span in first and asked == (None, False, False, Clock().now, "words"):
            before = first[span]
            if wiki.content == before.content:
                shutil.copytree(before.root, folder.root)
                wiki.requests += before.requests
                encoder.encoded += before.encoded
                clock.now = before.now
                return before.result
        build = Build(folder, encoder, report or Report(), accept_removals=accept_removals, sample=sample)
        return run_update(build, span, clock, wiki)

    return run


def events_of(folder: IndexFolder, day: dt.date | None = None) -> list[Event]:
    with closing(folder.open()) as index:
        rows = range(index.catalogue.size) if day is None else index.catalogue.rows_between(day, day)
        return index.catalogue.events(rows)


def ids_of(folder: IndexFolder, day: dt.date = THIRD) -> dict[str, str]:
    return {event.headline: event.id for event in events_of(folder, day)}


def withdrawn(folder: IndexFolder, event_id: str) -> Event | None:
    with closing(folder.open()) as index:
        assert index.catalogue.row(event_id) is None
        return index.catalogue.withdrawn(event_id)


def counts(result: BuildResult) -> dict[str, int]:
    return {name: value for name, value in result.as_dict().items() if name != "seconds" and value}


def jsonl(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, records)))
    return path


# --- fetching ---


def test_a_month_is_fetched_into_a_new_index(folder: IndexFolder, update: Update, wiki: WikiServer) -> None:
    # One request for the revisions of thirty days and two for their texts, of which twenty fit into an answer.
    assert counts(update()) == {"events": 56, "new": 56, "days": 30, "fetched": 30, "requests": 3}
    assert len(wiki.requests) == 3
    first = events_of(folder)[0]
    assert (first.date, first.topics) == (DAYS[0], ("Corvian border conflict",))
    assert first.id == event_id(first.date, first.headline)
    assert not list(folder.problems())


def test_a_month_without_edits_costs_one_request_and_no_build(
    folder: IndexFolder, update: Update, encoder: WordEncoder
) -> None:
    update()
    generation, encoder.encoded = folder.manifest().generation, []
    assert counts(update()) == {"events": 56, "unchanged": 56, "days": 30, "requests": 1}
    assert folder.manifest().generation == generation
    assert not encoder.encoded


@pytest.mark.usefixtures("few_shipped")
def test_the_setting_of_the_sample_counts_from_the_next_update_on_without_an_edit(
    folder: IndexFolder, update: Update
) -> None:
    update(FEW)
    told = update(FEW, sample=True)
    assert (told.events, told.fetched) == (14 + told.from_sample, 0)
    generation = folder.manifest().generation
    assert (told.from_sample > 50, update(FEW, sample=True).new, folder.manifest().generation) == (True, 0, generation)
    assert update(FEW, sample=False).removed == told.from_sample


def test_an_edit_that_changes_no_event_costs_no_build(folder: IndexFolder, update: Update, wiki: WikiServer) -> None:
    update()
    generation = folder.manifest().generation
    wiki.edit(THIRD, wiki.text(THIRD) + "\n\n<!-- checked -->")
    assert counts(update()) == {"events": 56, "unchanged": 56, "days": 30, "fetched": 1, "requests": 2}
    assert folder.manifest().generation == generation


def test_only_days_that_were_edited_are_fetched_and_only_new_texts_encoded(
    folder: IndexFolder, update: Update, wiki: WikiServer, encoder: WordEncoder
) -> None:
    update()
    encoder.encoded = []
    wiki.replace(THIRD, IVORY_BULLET, f"{IVORY_BULLET}\n*A bridge opens in [[Lindholm]].")
    assert counts(update()) == {"events": 57, "new": 1, "unchanged": 56, "days": 30, "fetched": 1, "requests": 2}
    assert encoder.encoded == ["A bridge opens in Lindholm."]
    assert wiki.asked("revisions")[-1].titles == ["Portal:Current events/2021 June 3"]


def test_a_page_that_is_edited_between_two_requests_is_taken_as_it_is_then(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    wiki.before(2, lambda: wiki.edit(THIRD, "*It rains. [https://r.example (R)]"))
    update(FEW)
    assert list(ids_of(folder)) == ["It rains."]
    assert counts(update(FEW))["requests"] == 1


@pytest.mark.parametrize("fault", [maxlag(5), too_many(5), unavailable(5)])
def test_an_update_that_is_asked_to_wait_comes_to_the_same_end(update: Update, wiki: WikiServer, fault: Fault) -> None:
    wiki.answer_next(fault, None, fault, fault)
    assert counts(update(FEW)) == {"events": 14, "new": 14, "days": 5, "fetched": 5, "requests": 5}


@pytest.mark.parametrize(
    "fault", [html(), truncated(), wrong_encoding(), redirect_loop(), endless(), unavailable(10_000)]
)
def test_what_was_fetched_before_a_bad_answer_is_kept_and_in_the_index(
    folder: IndexFolder, update: Update, wiki: WikiServer, fault: Fault
) -> None:
    wiki.per_answer = 3
    # The third answer would be the texts of the last two days.
    wiki.answer_next(None, None, *[fault] * 7)
    with pytest.raises(WikiError, match=r"^127\.0\.0\.1:\d+ .* 3 days were fetched before that; they are kept$"):
        update(FEW)
    assert {event.date for event in events_of(folder)} == set(DAYS[:3])
    wiki.forget_faults()
    before = len(wiki.requests)
    assert counts(update(FEW))["fetched"] == 2
    assert len(wiki.requests) - before == 2
    assert {event.date for event in events_of(folder)} == set(DAYS[:5])
    assert wiki.requests[-2].titles == [f"Portal:Current events/2021 June {day.day}" for day in DAYS[3:5]]


def test_a_wiki_that_answers_nothing_leaves_the_index_alone(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    update()
    generation = folder.manifest().generation
    wiki.answer_next(html())
    with pytest.raises(WikiError, match=r"expected application/json, .* name the address of the wiki's api.php: "):
        update()
    assert folder.manifest().generation == generation


def test_days_without_a_page_are_no_events_and_a_page_that_comes_later_is(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    wiki.delete(THIRD)
    assert counts(update(FEW))["fetched"] == 4
    assert not events_of(folder, THIRD)
    wiki.edit(THIRD, month()[THIRD])
    assert counts(update(FEW))["new"] == 3


def test_a_page_whose_text_is_hidden_keeps_its_events_and_is_reported(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    update()
    wiki.edit(THIRD, None)
    report = Report()
    assert counts(update(report=report)) == {"events": 56, "unchanged": 56, "days": 30, "rejected": 1, "requests": 2}
    assert str(report.first[0]).startswith("Portal:Current events/2021 June 3: the wiki does not show its text")
    assert len(events_of(folder, THIRD)) == 3


def test_a_month_of_nothing_is_told(folder: IndexFolder, update: Update, wiki: WikiServer) -> None:
    for day in DAYS:
        wiki.delete(day)
    with pytest.raises(WikiError, match="does not have any of the 30 pages that it was asked for"):
        update()


def test_days_in_the_wrong_order_are_told_and_nothing_is_asked(update: Update, wiki: WikiServer) -> None:
    with pytest.raises(InputError, match=r"there are no days from 2021-06-30 to 2021-06-01; .* later --until"):
        update(Span(DAYS[-1], DAYS[0]))
    assert not wiki.requests


def test_an_update_and_a_build_keep_out_of_each_others_way(
    folder: IndexFolder, update: Update, build: BuildArchives, wiki: WikiServer
) -> None:
    with folder.build_lock(), pytest.raises(BuildRunningError):
        update()
    assert not wiki.requests


# --- which days are looked at ---


NOON = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)
TODAY = NOON.date()


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def looked_at(day: dt.date, ago: int) -> dict[dt.date, Look]:
    return {day: Look(1, NOON - dt.timedelta(days=ago))}


class TestDue:
    def test_new_days_are(self) -> None:
        assert due({}, ago(3), TODAY, NOON) == [ago(3), ago(2), ago(1), TODAY]

    def test_days_of_the_last_two_weeks_are_each_time(self) -> None:
        known = {ago(number): Look(1, NOON) for number in range(40)}
        assert due(known, ago(-1), TODAY, NOON) == [ago(number) for number in range(14, -1, -1)]

    @pytest.mark.parametrize(
        ("age", "since", "is_due"),
        [
            (15, 1, True),
            (30, 9, False),
            (30, 10, True),
            (45, 14, False),
            (45, 15, True),
            (900, 299, False),
            (900, 300, True),
        ],
    )
    def test_an_older_day_is_when_half_of_the_age_it_had_has_passed(self, age: int, since: int, is_due: bool) -> None:
        assert (due(looked_at(ago(age), since), TODAY + dt.timedelta(1), TODAY, NOON) == [ago(age)]) is is_due

    def test_no_day_after_the_last_one_is(self) -> None:
        assert due(looked_at(ago(1), 0), ago(0), ago(5), NOON) == []

    def test_in_ten_years_of_updates_every_morning_a_day_is_looked_at_a_few_dozen_times(self) -> None:
        day, known = ago(0), looked_at(ago(0), 0)
        looks = 0
        for number in range(1, 3_653):
            now = NOON + dt.timedelta(days=number)
            if due(known, ago(-1), day, now):
                known, looks = {day: Look(1, now)}, looks + 1
        assert 20 < looks < 40


def test_without_days_a_new_index_begins_with_the_portals_first(update: Update, wiki: WikiServer, clock: Clock) -> None:
    clock.now = dt.datetime(2002, 3, 1, tzinfo=dt.UTC)
    wiki.edit(dt.date(2002, 2, 27), "*It rains. [https://r.example (R)]")
    assert counts(update(Span())) == {"events": 1, "new": 1, "days": 60, "fetched": 1, "requests": 3}
    assert wiki.requests[0].titles[0] == f"Portal:Current events/{FIRST_DAY.year} January 1"


def test_without_days_an_update_goes_on_after_the_last_day_of_the_index(
    tmp_path: Path, folder: IndexFolder, update: Update, build: BuildArchives, wiki: WikiServer
) -> None:
    build(jsonl(tmp_path / "a.jsonl", {"date": "2021-06-20", "headline": "It rains."},
                {"date": "2099-01-01", "headline": "A date that somebody mistyped."}))  # fmt: skip
    assert counts(update(Span())) == {
        "events": 18, "new": 16, "unchanged": 2, "days": 12, "fetched": 10, "requests": 2
    }  # fmt: skip
    assert wiki.requests[0].titles[0] == "Portal:Current events/2021 June 21"
    # The second time only days of the last two weeks: from the 21st to the 2nd of July.
    assert counts(update(Span()))["days"] == 12
    assert next(event.headline for event in events_of(folder)) == "It rains."


# --- edits ---


class TestRewordings(OfFewDays):
    @pytest.fixture(autouse=True)
    def _month(self, update: Update) -> None:
        update()

    @pytest.mark.parametrize(
        ("old", "new", "headline"),
        [
            ("rises to thirty-one after", "reaches forty-five after", None),
            (TOLL.replace("Oldbridge", "[[Oldbridge]]"),
             "A railway embankment collapses near [[Oldbridge]], and the number of dead rises to thirty-six.", None),
            ("[[2021 Velmora floods]]", "[[Floods in Ardenia]]", TOLL),
            ("https://dispatch.example/velmora-2 (The Dispatch)", "https://other.example/x (Other)", TOLL),
            ("rises to thirty-one after a railway embankment gives way near [[Oldbridge]]. "
             "[https://dispatch.example/velmora-2 (The Dispatch)]",
             "rises to forty after a railway embankment gave way near [[Oldbridge]]. [https://o.example/x (O)]", None),
            (";Disasters and accidents\n*[[2021 Velmora floods]]\n**The", "*The", TOLL),
        ],
    )  # fmt: skip
    def test_an_event_keeps_its_id_when_words_topic_place_or_source_change(
        self, folder: IndexFolder, update: Update, wiki: WikiServer, old: str, new: str, headline: str | None
    ) -> None:
        before = ids_of(folder)
        wiki.replace(THIRD, old, new)
        assert counts(update()) == {
            "events": 14, "changed": 1, "unchanged": 13, "days": 5, "fetched": 1, "requests": 2
        }  # fmt: skip
        after = ids_of(folder)
        [changed] = set(after) - {COURT, IVORY}
        assert (changed == TOLL) is (headline is not None)
        assert after[changed] == before[TOLL]
        assert (after[COURT], after[IVORY]) == (before[COURT], before[IVORY])

    def test_an_event_keeps_its_id_through_many_edits(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        before = ids_of(folder)[TOLL]
        for old, new in (
            ("thirty-one", "forty"),
            ("gives way", "collapses"),
            ("rises", "climbs"),
            ("dispatch", "post"),
        ):
            wiki.replace(THIRD, old, new)
            update()
        told = "The death toll of the floods climbs to forty after a railway embankment collapses near Oldbridge."
        assert ids_of(folder)[told] == before
        update()
        assert ids_of(folder)[told] == before

    def test_an_event_that_another_takes_the_place_of_does_not_hand_its_id_on(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        before = ids_of(folder)
        wiki.replace(
            THIRD, IVORY_BULLET, "*A museum of glass opens in [[Port Halden]]. [https://stage.example/g (Stage)]"
        )
        assert counts(update())["removed"] == 1
        after = ids_of(folder)
        assert before[IVORY] not in after.values()
        assert after["A museum of glass opens in Port Halden."] not in before.values()

    def test_two_that_are_reworded_at_once_are_not_mistaken_for_each_other(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        before = ids_of(folder)
        text = wiki.text(THIRD).replace("seize nine tonnes", "confiscate ten tonnes")
        wiki.edit(
            THIRD, text.replace("strikes down a law that let ministers close", "voids a law by which ministers closed")
        )
        assert counts(update())["changed"] == 2
        after = {headline.split()[0]: name for headline, name in ids_of(folder).items()}
        assert (after["Police"], after["The"]) in {(before[IVORY], before[COURT]), (before[IVORY], before[TOLL])}
        assert set(after.values()) <= set(before.values())

    def test_a_number_that_names_another_place_is_another_event(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        cases = "surpasses three hundred thousand confirmed cases of the disease."
        wiki.replace(THIRD, IVORY_BULLET, f"*[[Corvia]] {cases} [https://a.example/1 (A)]")
        update()
        before = ids_of(folder)[f"Corvia {cases}"]
        wiki.replace(THIRD, f"[[Corvia]] {cases} [https://a.example/1", f"[[Ardenia]] {cases} [https://a.example/2")
        update()
        assert ids_of(folder)[f"Ardenia {cases}"] != before


class TestRemovals(OfFewDays):
    @pytest.fixture
    def gone(self, folder: IndexFolder, update: Update, wiki: WikiServer) -> str:
        """The id of an event that an edit has removed."""
        update()
        name = ids_of(folder)[IVORY]
        wiki.replace(THIRD, IVORY_BULLET, "")
        assert counts(update()) == {
            "events": 13, "unchanged": 13, "removed": 1, "days": 5, "fetched": 1, "requests": 2
        }  # fmt: skip
        return name

    def test_an_event_that_an_edit_removed_is_withdrawn_as_it_was(
        self, folder: IndexFolder, gone: str, clock: Clock
    ) -> None:
        event = withdrawn(folder, gone)
        assert event is not None
        assert (event.headline, event.date, event.sources[0].name) == (IVORY, THIRD, "Halden Herald")
        assert event.withdrawn == dt.datetime.now(dt.UTC).date()
        assert IVORY not in ids_of(folder)

    def test_it_is_shown_to_who_names_it_and_found_by_nobody_else(
        self, folder: IndexFolder, gone: str, encoder: WordEncoder
    ) -> None:
        with closing(folder.open()) as index:
            search = Search(index, encoder)
            assert search.event(gone).headline == IVORY
            assert search.related(gone) == ()
            found = [
                *(hit.event for hit in search.ask("smuggled ivory in Kestrel Bay", DAYS[-1]).hits),
                *search.days(DateRange(THIRD, THIRD)).events,
                *search.on_this_day(6, 3, 9),
                *search.suggest("Police in Kestrel", TODAY, 9),
            ]
            assert found
            assert gone not in {event.id for event in found}
            others = [other.id for event in found for other in search.related(event.id)]
            assert others
            assert gone not in others

    def test_it_outlives_later_updates_and_builds(
        self, tmp_path: Path, folder: IndexFolder, update: Update, build: BuildArchives, wiki: WikiServer, gone: str
    ) -> None:
        before = withdrawn(folder, gone)
        wiki.replace(DAYS[4], "forty thousand", "fifty thousand")
        assert "removed" not in counts(update())
        assert withdrawn(folder, gone) == before
        build(jsonl(tmp_path / "a.jsonl", {"date": "1999-01-01", "headline": "It rains."}))
        assert withdrawn(folder, gone) == before

    def test_it_comes_back_with_its_id_when_an_edit_restores_it(
        self, folder: IndexFolder, update: Update, wiki: WikiServer, gone: str
    ) -> None:
        wiki.edit(THIRD, month()[THIRD])
        assert counts(update())["new"] == 1
        assert ids_of(folder)[IVORY] == gone
        with closing(folder.open()) as index:
            assert not index.catalogue.all_withdrawn()

    def test_it_comes_back_reworded_too(self, folder: IndexFolder, update: Update, wiki: WikiServer, gone: str) -> None:
        wiki.edit(THIRD, month()[THIRD].replace("seize nine tonnes", "confiscate ten tonnes"))
        update()
        assert gone in ids_of(folder).values()

    def test_the_ids_that_stood_for_it_still_do(self, folder: IndexFolder, update: Update, wiki: WikiServer) -> None:
        update()
        wiki.replace(THIRD, "nine tonnes", "ten tonnes")
        update()
        reworded = event_id(THIRD, IVORY.replace("nine", "ten"))
        wiki.delete(THIRD)
        assert counts(update())["removed"] == 3
        for name in (reworded, event_id(THIRD, IVORY)):
            event = withdrawn(folder, name)
            assert event is not None
            assert event.headline == IVORY.replace("nine", "ten")

    def test_an_event_that_is_moved_to_the_next_days_page_is_found_under_its_old_id(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        update()
        before = ids_of(folder)[IVORY]
        wiki.replace(THIRD, IVORY_BULLET, "")
        wiki.replace(DAYS[3], ";Business and economics", f"{IVORY_BULLET}\n;Business and economics")
        update()
        with closing(folder.open()) as index:
            row = index.catalogue.row(before)
            assert row is not None
            [event] = index.catalogue.events([row])
        assert (event.date, event.headline) == (DAYS[3], IVORY)


class TestWikisThatChange(OfFewDays):
    """What was fetched before a site was set up otherwise, or lost its pages."""

    @pytest.fixture(autouse=True)
    def _month(self, update: Update) -> None:
        update()

    def test_a_namespace_that_is_called_otherwise_changes_nothing(self, update: Update, wiki: WikiServer) -> None:
        wiki.name_namespace("Portail", "Portal")
        assert counts(update()) == {"events": 14, "unchanged": 14, "days": 5, "requests": 1}
        wiki.replace(THIRD, "nine tonnes", "ten tonnes")
        assert counts(update()) == {
            "events": 14, "changed": 1, "unchanged": 13, "days": 5, "fetched": 1, "requests": 2
        }  # fmt: skip

    def test_a_page_that_was_moved_is_still_its_days(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        wiki.move(THIRD, "Portal:Archive of events/2021-06-03")
        wiki.move(DAYS[4], "Portal:Current events/5 June 2021")
        assert counts(update()) == {"events": 14, "unchanged": 14, "days": 5, "requests": 1}
        wiki.replace(THIRD, "nine tonnes", "ten tonnes")
        assert counts(update())["changed"] == 1

    def test_days_that_were_gathered_on_one_page_keep_what_was_fetched_of_them(
        self, update: Update, wiki: WikiServer
    ) -> None:
        wiki.write("Portal:Current events/June 2021", "*It rains. [https://r.example (R)]")
        for day in DAYS[:3]:
            wiki.redirect(day, "Portal:Current events/June 2021")
        wiki.redirect(DAYS[3], f"Portal:Current events/June 2021#{DAYS[3].day}")
        report = Report()
        assert counts(update(report=report)) == {
            "events": 14, "unchanged": 14, "days": 5, "rejected": 4, "requests": 1
        }  # fmt: skip
        assert str(report.first[0]) == (
            "Portal:Current events/2021 June 1: leads to Portal:Current events/June 2021, which is not a page of this "
            "day; what was fetched of it before is kept"
        )

    def test_a_day_that_leads_to_the_next_days_page_adds_nothing_of_it(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        before = ids_of(folder)[IVORY]
        wiki.replace(DAYS[3], ";Business and economics", f"{IVORY_BULLET}\n;Business and economics")
        wiki.redirect(THIRD, "Portal:Current events/2021 June 4")
        assert counts(update())["removed"] == 2
        assert not events_of(folder, THIRD)
        with closing(folder.open()) as index:
            row = index.catalogue.row(before)
            assert row is not None
            assert index.catalogue.events([row])[0].date == DAYS[3]

    @pytest.mark.parametrize("way", ["deleted", "no alias", "no namespace", "blanked", "to another wiki"])
    def test_what_all_days_lose_at_once_is_kept(
        self, folder: IndexFolder, update: Update, wiki: WikiServer, way: str
    ) -> None:
        generation, sound = folder.manifest().generation, month()
        match way:
            case "deleted":
                wiki.delete_all()
            case "no alias":
                wiki.name_namespace("Portail")
            case "no namespace":
                wiki.delete_all()
                wiki.name_namespace(None)
            case "blanked":
                for day in DAYS:
                    wiki.edit(day, "{{under construction}}")
            case _:
                wiki.lead_portal_elsewhere()
        with pytest.raises(RemovalsRefusedError) as caught:
            update()
        assert str(caught.value).startswith("5 of the 5 days looked at that held events have none any more at ")
        assert str(caught.value).endswith("run `update` again with --accept-removals")
        assert "\n" not in str(caught.value)
        assert folder.manifest().generation == generation
        wiki.name_namespace("Portal")
        wiki._is_interwiki = False
        for day in DAYS:
            wiki.edit(day, sound[day])
        assert counts(update())["unchanged"] == 14

    def test_what_is_refused_is_withdrawn_when_it_is_asked_for(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        for day in DAYS[:3]:
            wiki.delete(day)
        wiki.replace(DAYS[4], wiki.text(DAYS[4]), "*It rains. [https://r.example (R)]")
        for _ in range(2):  # the sentence is the same each time, and what else is new is in the index
            with pytest.raises(RemovalsRefusedError, match=r"3 of the 5 days .*June 1 to Portal:.*June 3\)"):
                update()
            assert {event.date for event in events_of(folder)} == set(DAYS[:5])
            assert list(ids_of(folder, DAYS[4])) == ["It rains."]
        assert update(accept_removals=True).removed > 0
        assert {event.date for event in events_of(folder)} == set(DAYS[3:5])
        assert counts(update())["unchanged"] == len(events_of(folder))

    def test_days_that_are_deleted_one_by_one_are_withdrawn_one_by_one_but_for_the_last(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        held = {event.id for event in events_of(folder)}
        span = Span(DAYS[0], DAYS[3])
        for number, day in enumerate(DAYS[:3], start=1):
            wiki.delete(day)
            assert counts(update(span))["removed"] > 0
            assert {event.date for event in events_of(folder)} == set(DAYS[number:5])
        wiki.delete(DAYS[3])
        with pytest.raises(RemovalsRefusedError, match="1 of the 1 days"):
            update(span)
        with closing(folder.open()) as index:
            for known in held:
                assert index.catalogue.row(known) is not None or index.catalogue.withdrawn(known) is not None


def test_an_update_that_was_interrupted_decides_as_one_that_was_not(
    monkeypatch: pytest.MonkeyPatch, folder: IndexFolder, encoder: WordEncoder, wiki: WikiServer, clock: Clock
) -> None:
    """Half of the days that held events may lose them, wherever the update broke off; new days do not make it more."""
    monkeypatch.setattr("embeddings.build.fetching.TITLES", 2)
    build = Build(folder, encoder, Report())

    def fetch(span: Span) -> int:
        """Fetches without writing an index; returns how many of the first eight days are kept."""
        with updating(build, span, clock) as under_way:
            asyncio.run(under_way.fetch(lambda: wiki_client(wiki.api, "")))
        with closing(build.fetched()) as days:
            return len({event.date for event in days.portal.events(Report())} & set(DAYS[:8]))

    folder.root.mkdir()
    days = Span(DAYS[0], DAYS[11])
    assert fetch(Span(DAYS[0], DAYS[7])) == 8
    pages, begun, before = dict(wiki._pages), clock.now, folder.fetched.read_bytes()
    for first, last in ((0, 4), (0, 5), (4, 8), (3, 8)):
        for breaks in ((), (2,), (5,), (1, 4)):
            folder.fetched.write_bytes(before)
            wiki._pages, clock.now = dict(pages), begun
            edited = DAYS[last % 8 + 1]
            wiki.replace(edited, wiki.text(edited), "*It rains. [https://r.example (R)]")
            for day in DAYS[first:last]:
                wiki.delete(day) if day.day % 2 else wiki.edit(day, "{{under construction}}")
            for done in breaks:
                wiki.answer_next(*[None] * done, truncated())
                assert fetch(days) == 8
                assert not wiki._faults
            assert fetch(days) == (4 if last - first == 4 else 8), (first, last, breaks)


def test_a_wiki_that_was_emptied_while_an_update_was_broken_off_loses_no_day(
    monkeypatch: pytest.MonkeyPatch, folder: IndexFolder, update: Update, wiki: WikiServer, clock: Clock
) -> None:
    """The last ten days are left; the twenty that were looked at would not be due again for weeks."""
    monkeypatch.setattr("embeddings.build.fetching.TITLES", 5)
    due = Span(until=DAYS[-1])
    update()
    held = events_of(folder)
    clock.now += dt.timedelta(days=20)
    wiki.answer_next(*[None] * 4, truncated())
    with pytest.raises(WikiError):
        update(due)
    assert not wiki._faults
    wiki.delete_all()
    with pytest.raises(RemovalsRefusedError, match=r"\(Portal:Current events/2021 June 1 to .* June 30\)"):
        update(due)
    assert events_of(folder) == held


@pytest.mark.parametrize("way", ["no portal", "no namespace", "another wiki's"])
def test_a_wiki_without_the_portal_is_told_and_forgotten(
    folder: IndexFolder, update: Update, wiki: WikiServer, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.build.update.FIRST_DAY", DAYS[0] - dt.timedelta(days=3))  # twenty years take time
    pages = dict(wiki._pages)
    if way == "another wiki's":
        wiki.lead_portal_elsewhere()
    else:
        wiki.delete_all()
        wiki.name_namespace("Portal" if way == "no portal" else None)
    with pytest.raises(WikiError) as caught:
        update(FEW)
    said = str(caught.value)
    assert "Portal:Current events/2021 June 1 to Portal:Current events/2021 June 5" in said
    assert (", nor a namespace Portal" in said) is (way == "no namespace")
    assert "api.php is usually at http://127.0.0.1:" in said
    wiki.name_namespace("Portal")
    wiki._is_interwiki, wiki._pages = False, pages
    assert counts(update(Span(until=DAYS[4])))["events"] == 14  # no day of it counts as looked at


def test_a_day_that_has_just_begun_may_have_no_page_yet(
    tmp_path: Path, update: Update, build: BuildArchives, wiki: WikiServer, clock: Clock
) -> None:
    build(jsonl(tmp_path / "a.jsonl", {"date": str(clock.now.date() - dt.timedelta(days=1)), "headline": "It rains."}))
    assert counts(update(Span())) == {"events": 1, "unchanged": 1, "days": 1, "requests": 1}


# --- beside other archives ---


class TestWithArchives(OfFewDays):
    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        return jsonl(
            tmp_path / "a.jsonl",
            {"date": "1999-12-31", "headline": "It rains.", "id": "rain", "sources": [{"name": "Radio", "url": None}]},
            {"date": str(THIRD), "headline": IVORY, "id": "ivory", "summary": "The tusks were in crates of tea."},
            {"date": str(THIRD), "headline": "A local fair opens.", "related": [
                {"date": "1999-12-31", "headline": "It rains.", "contexts": ["weather"], "path": None}]},
        )  # fmt: skip

    def test_an_update_keeps_what_the_index_holds_of_them(
        self, folder: IndexFolder, archive: Path, build: BuildArchives, update: Update
    ) -> None:
        build(archive)
        assert counts(update()) == {
            "events": 16, "new": 13, "changed": 1, "unchanged": 2, "merged": 1,
            "days": 5, "fetched": 5, "requests": 2,
        }  # fmt: skip
        found = {event.headline: event for event in events_of(folder)}
        assert found["It rains."].id == "rain"
        assert found["A local fair opens."].related[0].id == "rain"
        ivory = found[IVORY]
        assert (ivory.id, ivory.summary) == ("ivory", "The tusks were in crates of tea.")
        assert [source.name for source in ivory.sources] == ["Halden Herald"]

    def test_a_build_of_them_holds_what_was_fetched_too_and_the_same_events(
        self, folder: IndexFolder, archive: Path, build: BuildArchives, update: Update
    ) -> None:
        build(archive)
        update()
        after_update = events_of(folder)
        assert counts(build(archive)) == {"events": 16, "unchanged": 16, "merged": 1}
        assert events_of(folder) == after_update
        assert counts(update()) == {"events": 16, "unchanged": 16, "days": 5, "requests": 1}

    def test_what_both_hold_stays_when_the_portal_drops_it(
        self, folder: IndexFolder, archive: Path, build: BuildArchives, update: Update, wiki: WikiServer
    ) -> None:
        build(archive)
        update()
        wiki.replace(THIRD, IVORY_BULLET, "")
        update()
        [ivory] = [event for event in events_of(folder) if event.headline == IVORY]
        assert (ivory.id, ivory.sources, ivory.contexts) == ("ivory", (), ())
        assert counts(build(archive)) == {"events": 16, "unchanged": 16}

    def test_what_both_hold_stays_one_event_when_the_portal_rewords_it(
        self, folder: IndexFolder, archive: Path, build: BuildArchives, update: Update, wiki: WikiServer
    ) -> None:
        build(archive)
        update()
        wiki.replace(THIRD, "seize nine tonnes", "confiscate ten tonnes")
        assert counts(update())["events"] == 16
        assert [event.id for event in events_of(folder, THIRD)].count("ivory") == 1

    def test_a_build_without_them_removes_theirs_and_keeps_what_was_fetched(
        self, tmp_path: Path, folder: IndexFolder, archive: Path, build: BuildArchives, update: Update
    ) -> None:
        build(archive)
        update()
        other = jsonl(tmp_path / "b.jsonl", {"date": "1998-01-01", "headline": "It snows."})
        result = build(other)
        assert (result.events, result.new, result.removed) == (15, 1, 2)
        assert withdrawn(folder, "rain") is None
        assert ids_of(folder)[IVORY] == "ivory"

    def test_an_index_that_is_damaged_is_not_taken_for_one_without_archives(
        self, folder: IndexFolder, archive: Path, build: BuildArchives, update: Update
    ) -> None:
        build(archive)
        catalogue = folder.root / "generations" / folder.manifest().generation / "catalogue.sqlite"
        sound = catalogue.read_bytes()
        catalogue.write_bytes(sound[:-1] + b"?")
        with pytest.raises(EmbeddingsError, match=r"the fetched days are kept .* again from its archives: "):
            update()
        catalogue.write_bytes(sound)
        assert counts(update()) == {
            "events": 16, "new": 13, "changed": 1, "unchanged": 2, "merged": 1, "days": 5, "requests": 1
        }  # fmt: skip

    def test_an_archive_without_events_is_refused_though_there_are_fetched_ones(
        self, tmp_path: Path, build: BuildArchives, update: Update
    ) -> None:
        update()
        with pytest.raises(InputError, match=r"no events in .*; the index was not changed"):
            build(jsonl(tmp_path / "empty.jsonl"))
