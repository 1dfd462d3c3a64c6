from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.archive.days import DAYS_OF_YEAR, SELECTED
from embeddings.archive.fetched import FetchedDays
from embeddings.archive.portal import page_title
from embeddings.archive.shipped import ATTRIBUTION, LIST, shipped_events
from embeddings.build.adding import events_to_add, first_day
from embeddings.build.joining import joined_days
from embeddings.build.result import BuildResult
from embeddings.build.run import Build, build_index
from embeddings.build.staging import Staged, Staging
from embeddings.events import PORTAL_ATTRIBUTION, Event, event_id
from embeddings.index.folder import IndexFolder
from embeddings.text import normalise
from embeddings.wiki.replies import WikiPage
from tests.word_encoder import WordEncoder

DAY = dt.date(2013, 4, 9)
FERRY = "A ferry with 212 people aboard sinks off Zanzibar in a storm."
FERRY_AGAIN = "In a storm off [[Zanzibar]] the ferry ''Coral'' sank with 212 people."
PENALTY = "The parliament of Vanuatu abolishes the death penalty."
PENALTY_AGAIN = "[[Vanuatu]]'s parliament abolished the death penalty."
MOLE = "A [[mole]] with two tails is shown to the public in Antwerp."
_DAY = dt.timedelta(days=1)
NOW = dt.datetime(2026, 11, 1, 6, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Indexed:
    """What an index holds of an event, and which lists name it."""

    event: Event
    lists: tuple[str, ...]


def indexed(folder: IndexFolder) -> dict[str, Indexed]:
    """What an index holds, by id."""
    with closing(folder.open()) as index:
        rows = range(index.catalogue.size)
        counts = index.catalogue.list_counts(rows)
        found = [
            Indexed(event, index.catalogue.lists(row))
            for row, event in zip(rows, index.catalogue.events(rows), strict=True)
        ]
    assert [len(each.lists) for each in found] == counts.tolist()
    return {each.event.id: each for each in found}


def leads_to(folder: IndexFolder, name: str) -> str | None:
    """The id of the event that an id stands for."""
    with closing(folder.open()) as index:
        row = index.catalogue.row(name)
        return None if row is None else index.catalogue.events([row])[0].id


def jsonl(path: Path, events: Iterable[tuple[dt.date, str]]) -> Path:
    lines = (json.dumps({"date": str(day), "headline": headline, "sources": ["Reuters"]}) for day, headline in events)
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def article(folder: Path, day: dt.date, *bullets: str, is_selected: bool = False) -> Path:
    """A folder with the article on a day of the year, whose bullets are all of one year."""
    inside = folder / "Selected anniversaries" if is_selected else folder
    inside.mkdir(parents=True, exist_ok=True)
    lines = [f"*[[{day.year}]] &ndash; {bullet}" for bullet in bullets]
    (inside / f"{day:%B}_{day.day}.wiki").write_text("\n".join(["==Events==", *lines, ""]))
    return folder


def run(folder: IndexFolder, *archives: Path, sample: bool | None = False) -> BuildResult:
    return build_index(folder, archives, WordEncoder(), Report(), sample=sample, accept_removals=True)


@pytest.fixture
def fetch(folder: IndexFolder) -> Callable[..., BuildResult]:
    """Fetches a day of the portal that tells of some events, and writes the index anew as `update` does."""
    revision = itertools.count(1)

    def run(*headlines: str, day: dt.date = DAY, sample: bool | None = False) -> BuildResult:
        bullets = [f"*{headline} [https://news.example/{place} (AP)]" for place, headline in enumerate(headlines)]
        text = "\n".join(
            ["<!-- All news items below this line -->", *bullets, "<!-- All news items above this line -->"]
        )
        folder.root.mkdir(exist_ok=True)
        with closing(FetchedDays(folder.fetched)) as days:
            days.portal.keep({day: WikiPage(page_title(day), next(revision), NOW, text)}, NOW)
            days.finish(NOW)
            with folder.build_lock():
                return Build(folder, WordEncoder(), Report(), sample=sample).replace_index(None, days)

    return run


class TestListsAndArchives:
    def test_an_event_of_both_is_one_with_the_archives_text_id_and_attribution(
        self, tmp_path: Path, folder: IndexFolder
    ) -> None:
        portal = jsonl(tmp_path / "portal.jsonl", [(DAY, FERRY), (DAY, PENALTY)])
        result = run(folder, portal, article(tmp_path / "days", DAY, FERRY_AGAIN, MOLE))
        found = indexed(folder)
        ferry = found[event_id(DAY, FERRY)]
        assert (ferry.event.headline, ferry.event.attribution, ferry.lists) == (
            FERRY,
            PORTAL_ATTRIBUTION,
            (DAYS_OF_YEAR,),
        )
        assert ferry.event.contexts == ()
        assert [source.name for source in ferry.event.sources] == ["Reuters"]
        assert {each.event.headline: each.lists for each in found.values()} == {
            FERRY: (DAYS_OF_YEAR,),
            PENALTY: (),
            "A mole with two tails is shown to the public in Antwerp.": (DAYS_OF_YEAR,),
        }
        assert (result.events, result.listed, result.merged) == (3, 2, 0)
        told = event_id(DAY, "In a storm off Zanzibar the ferry Coral sank with 212 people.")
        assert leads_to(folder, told) == ferry.event.id

    def test_the_archive_may_tell_of_it_a_day_later(self, tmp_path: Path, folder: IndexFolder) -> None:
        portal = jsonl(tmp_path / "portal.jsonl", [(DAY + dt.timedelta(1), FERRY), (DAY + dt.timedelta(3), PENALTY)])
        days = article(tmp_path / "days", DAY, FERRY_AGAIN, PENALTY_AGAIN)
        run(folder, portal, days)
        assert {(each.event.date.day, each.event.headline[:14], each.lists) for each in indexed(folder).values()} == {
            (10, "A ferry with 2", (DAYS_OF_YEAR,)),
            (9, "Vanuatu's parl", (DAYS_OF_YEAR,)),
            (12, "The parliament", ()),
        }

    def test_each_list_counts_once_and_what_two_lists_name_is_one_event(
        self, tmp_path: Path, folder: IndexFolder
    ) -> None:
        portal = jsonl(tmp_path / "portal.jsonl", [(DAY, FERRY)])
        days = article(tmp_path / "days", DAY, FERRY_AGAIN, FERRY_AGAIN, PENALTY_AGAIN)
        selected = article(tmp_path / "selected", DAY, FERRY_AGAIN, PENALTY, is_selected=True)
        run(folder, portal, days, selected)
        assert {each.event.headline: each.lists for each in indexed(folder).values()} == {
            FERRY: (DAYS_OF_YEAR, SELECTED),
            "Vanuatu's parliament abolished the death penalty.": (DAYS_OF_YEAR, SELECTED),
        }

    def test_a_list_names_an_event_once_and_of_two_that_fit_the_better_is_it(
        self, tmp_path: Path, folder: IndexFolder
    ) -> None:
        portal = jsonl(tmp_path / "portal.jsonl", [(DAY, FERRY)])
        other = "A ferry with 212 people aboard leaves Zanzibar for Pemba, and a whale follows the ferry."
        run(folder, portal, article(tmp_path / "days", DAY, other, FERRY_AGAIN))
        assert {each.event.headline: each.lists for each in indexed(folder).values()} == {
            FERRY: (DAYS_OF_YEAR,),
            other: (DAYS_OF_YEAR,),
        }

    def test_the_order_of_the_archives_is_all_one(self, tmp_path: Path) -> None:
        archives = [
            jsonl(tmp_path / "portal.jsonl", [(DAY, FERRY), (DAY + dt.timedelta(1), PENALTY)]),
            jsonl(tmp_path / "other.jsonl", [(DAY, FERRY)]),
            article(tmp_path / "days", DAY, FERRY_AGAIN, PENALTY_AGAIN, MOLE),
            article(tmp_path / "selected", DAY, FERRY_AGAIN, MOLE, is_selected=True),
        ]
        made = []
        for number, order in enumerate((archives, archives[::-1], [*archives[2:], *archives[:2]])):
            folder = IndexFolder(tmp_path / f"index{number}")
            run(folder, *order)
            made.append(indexed(folder))
        assert made[0] == made[1] == made[2]

    def test_building_and_updating_again_changes_nothing(
        self, tmp_path: Path, folder: IndexFolder, fetch: Callable[..., BuildResult]
    ) -> None:
        portal = jsonl(tmp_path / "portal.jsonl", [(DAY, FERRY), (DAY + dt.timedelta(1), PENALTY)])
        days = article(tmp_path / "days", DAY, FERRY_AGAIN, PENALTY_AGAIN, MOLE)
        run(folder, portal, days)
        before = indexed(folder)
        assert len(before) == 3
        assert run(folder, portal, days).unchanged == 3
        assert indexed(folder) == before
        for _ in range(2):  # the second goes on from what the first kept
            fetch("It rains in Lima all day long.", day=dt.date(2014, 1, 1))
            after = indexed(folder)
            assert {name: each for name, each in after.items() if each.event.date.year == 2013} == before

    def test_a_fetched_days_events_are_joined_to_what_an_archives_list_names(
        self, tmp_path: Path, folder: IndexFolder, fetch: Callable[..., BuildResult]
    ) -> None:
        run(folder, article(tmp_path / "days", DAY, FERRY_AGAIN))
        [[listed, _]] = indexed(folder).items()
        fetch(FERRY)
        assert {each.event.headline: each.lists for each in indexed(folder).values()} == {FERRY: (DAYS_OF_YEAR,)}
        [own_id] = indexed(folder)
        assert leads_to(folder, listed) == own_id

    def test_an_edit_of_either_side_leaves_no_id_behind(
        self, tmp_path: Path, folder: IndexFolder, fetch: Callable[..., BuildResult]
    ) -> None:
        days = article(tmp_path / "days", DAY, FERRY_AGAIN, MOLE)
        run(folder, days)
        ids = set(indexed(folder))
        fetch(FERRY)
        ids |= set(indexed(folder))
        fetch(FERRY.replace("in a storm", "in high seas, the coast guard says"))
        ids |= set(indexed(folder))
        assert sorted(each.lists for each in indexed(folder).values()) == [(DAYS_OF_YEAR,)] * 2
        article(tmp_path / "days", DAY, FERRY_AGAIN.replace("sank", "at last sank"), MOLE)
        run(folder, days)
        assert sorted(each.lists for each in indexed(folder).values()) == [(DAYS_OF_YEAR,)] * 2
        assert {leads_to(folder, name) for name in ids} == set(indexed(folder))
        fetch("It rains in Lima all day long.")  # the portal no longer tells of it; the list does
        found = indexed(folder)
        assert [each.event.headline for each in found.values() if "ferry" in each.event.headline] == [
            "In a storm off Zanzibar the ferry Coral at last sank with 212 people."
        ]
        assert {leads_to(folder, name) for name in ids} <= set(found)

    def test_what_a_list_no_longer_names_is_removed_and_an_archives_event_stays(
        self, tmp_path: Path, folder: IndexFolder
    ) -> None:
        portal = jsonl(tmp_path / "portal.jsonl", [(DAY, FERRY)])
        days = article(tmp_path / "days", DAY, FERRY_AGAIN, MOLE)
        run(folder, portal, days)
        article(tmp_path / "days", DAY, "A [[comet]] is seen over Lima.")
        result = run(folder, portal, days)
        assert (result.events, result.new, result.removed, result.listed) == (2, 1, 1, 1)
        assert indexed(folder)[event_id(DAY, FERRY)].lists == ()


class TestTheSampleAsAList:
    def test_its_events_are_matched_and_not_added(self, tmp_path: Path, folder: IndexFolder) -> None:
        landing = next(event for event in shipped_events() if event.date == dt.date(1969, 7, 20))
        portal = jsonl(tmp_path / "a.jsonl", [(landing.date, landing.headline.upper()), (DAY, FERRY)])
        result = run(folder, portal)
        assert sorted(each.lists for each in indexed(folder).values()) == [(), (LIST,)]
        assert (result.events, result.listed, result.from_sample) == (2, 1, 0)
        assert leads_to(folder, landing.id) is not None

    def test_an_index_of_the_sample_is_named_by_itself_event_by_event(self, sample_folder: IndexFolder) -> None:
        found = indexed(sample_folder)
        assert {each.lists for each in found.values()} == {(LIST,)}
        assert set(found) == {event.id for event in shipped_events()}

    def test_it_is_what_reading_its_pages_gives(self, sample_folder: IndexFolder) -> None:
        read = {name: replace(each.event, related=()) for name, each in indexed(sample_folder).items()}
        assert read == {event.id: event for event in shipped_events()}, "run `make sample`"


@pytest.mark.usefixtures("few_shipped")
class TestAddingTheSample:
    FIRST = dt.date(2002, 7, 3)

    def older(self, first: dt.date) -> set[str]:
        return {event.id for event in shipped_events() if event.date < first}

    @pytest.fixture
    def dump(self, tmp_path: Path) -> Path:
        """A dump with one day of the portal."""
        revision = f"<revision><id>1</id><text>*{FERRY}</text></revision>"
        page = f"<page><title>{page_title(self.FIRST)}</title><ns>100</ns>{revision}</page>"
        text = f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/">{page}</mediawiki>'
        path = tmp_path / "dump.xml"
        path.write_text(text)
        return path

    @pytest.mark.usefixtures("few_shipped")
    def test_those_of_before_the_first_day_are_added_with_their_own_attribution(
        self, tmp_path: Path, folder: IndexFolder
    ) -> None:
        """A line of long before begins no archive, the next update finds the same, and a setting loses no events."""
        lines = [(self.FIRST, f"Shop number {place} opens.") for place in range(20)]
        path = jsonl(tmp_path / "a.jsonl", [(dt.date(1066, 10, 14), FERRY), *lines])
        result = build_index(folder, [path], WordEncoder(), Report(), sample=True)
        found = indexed(folder)
        added = {name for name, each in found.items() if each.event.attribution == ATTRIBUTION}
        assert added == self.older(self.FIRST)
        assert len(found) == len(added) + 21 == result.events == result.from_sample + 21
        assert all(each.lists == (LIST,) for name, each in found.items() if name in added)
        with folder.build_lock():
            again = Build(folder, WordEncoder(), Report(), sample=True).replace_index(None, None)
        assert (again.unchanged, again.removed) == (result.events, 0)
        without = build_index(folder, [path], WordEncoder(), Report(), sample=False)
        assert (without.events, without.removed) == (21, len(added))

    @pytest.mark.usefixtures("few_shipped")
    def test_they_are_there_as_the_maker_of_the_index_says(
        self, tmp_path: Path, folder: IndexFolder, dump: Path, fetch: Callable[..., BuildResult]
    ) -> None:
        lines = jsonl(tmp_path / "a.jsonl", [(self.FIRST, FERRY)])
        assert run(folder, lines, sample=None).from_sample == 0
        folder_of_pages = article(tmp_path / "enwiki.xml", self.FIRST, PENALTY_AGAIN)
        assert run(folder, lines, folder_of_pages, sample=None).from_sample == 0
        assert fetch(PENALTY, sample=None).from_sample == 0  # the index was made by an archive of one's own
        assert run(folder, dump, sample=None).from_sample == len(self.older(self.FIRST))
        assert fetch(PENALTY, day=dt.date(2014, 1, 1), sample=None).from_sample == len(self.older(self.FIRST))
        assert run(folder, dump, sample=False).from_sample == 0

    @pytest.mark.usefixtures("few_shipped")
    def test_an_update_that_makes_an_index_adds_them_and_an_earlier_day_takes_some_away(
        self, folder: IndexFolder, fetch: Callable[..., BuildResult]
    ) -> None:
        assert fetch(FERRY, sample=None).from_sample == len(self.older(DAY))
        again = fetch(PENALTY, day=self.FIRST, sample=None)
        assert again.from_sample == len(self.older(self.FIRST))
        assert again.removed == len(self.older(DAY)) - len(self.older(self.FIRST))
        with closing(folder.open()) as index:
            assert index.catalogue.all_withdrawn() == []

    @pytest.mark.usefixtures("few_shipped")
    def test_what_a_list_names_too_keeps_the_samples_text(self, tmp_path: Path, folder: IndexFolder) -> None:
        landing = next(event for event in shipped_events() if event.date == dt.date(1969, 7, 20))
        days = article(tmp_path / "days", landing.date, landing.headline.replace("land", "landed"))
        portal = jsonl(tmp_path / "a.jsonl", [(self.FIRST, FERRY)])
        run(folder, portal, days, sample=True)
        found = indexed(folder)
        assert found[landing.id] == Indexed(
            replace(landing, related=found[landing.id].event.related), (LIST, DAYS_OF_YEAR)
        )
        run(folder, portal, days)
        [alone] = [each for each in indexed(folder).values() if each.event.date == landing.date]
        assert (alone.event.attribution, alone.lists) == (PORTAL_ATTRIBUTION, (LIST, DAYS_OF_YEAR))
        assert leads_to(folder, landing.id) == alone.event.id

    @pytest.mark.usefixtures("few_shipped")
    def test_few_lines_of_long_before_begin_no_archive_and_what_they_tell_of_is_not_added(self, tmp_path: Path) -> None:
        def days(year: int, count: int) -> list[tuple[dt.date, str]]:
            return [(dt.date(year, 1, 1) + _DAY * place, f"Shop number {place} opens.") for place in range(count)]

        landing = next(event for event in shipped_events() if event.date == dt.date(1969, 7, 20))
        reworded = landing.headline.replace("walk on", "walked on")
        # Of a year with 300 events, nine are enough to begin the archive.
        table: list[tuple[list[tuple[dt.date, str]], int, set[str]]] = [
            ([], 2003, set()),
            (days(1066, 1), 2003, set()),
            (days(1, 8) + days(1066, 8), 2003, set()),
            (
                [(dt.date(1970, 1, 1), f"A shop of unknown age closes, number {place}.") for place in range(8)],
                2003,
                set(),
            ),
            ([(landing.date, landing.headline)], 2003, {landing.id}),
            ([(landing.date, reworded)], 2003, {landing.id}),
            ([(landing.date + _DAY, reworded)], 2003, {landing.id}),
            ([(landing.date + 2 * _DAY, reworded)], 2003, set()),
            ([(landing.date, PENALTY)], 2003, set()),
            (days(1066, 1) + days(1995, 9), 1995, set()),
            (days(1995, 9) + days(1999, 2), 1995, set()),
        ]
        for place, (further, first, told) in enumerate(table):
            with Staging(tmp_path / f"{place}.sqlite") as staging:
                for day, headline in (*further, *days(2003, 300)):
                    staging.add(Event(event_id(day, headline), day, headline), tmp_path)
                listed = dt.date(1, 1, 1)
                staging.add(Event(event_id(listed, MOLE), listed, MOLE, lists=(DAYS_OF_YEAR,)), tmp_path)
                got = {event.id for event in events_to_add(staging)}
            assert got == self.older(dt.date(first, 1, 1)) - told, further[:2]

    @given(st.lists(st.tuples(st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)), st.integers(1, 500)), max_size=30))
    def test_an_archive_begins_on_one_of_its_days_whatever_they_are(self, found: list[tuple[dt.date, int]]) -> None:
        counts = sorted(dict(found).items())
        first = first_day(counts)
        assert first in dict(counts) or (first is None and not counts)
        if max((count for _, count in counts), default=9) == 1 and len(counts) < 5:
            assert first == min(dict(counts), default=None)


# --- laws -------------------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    "Zanzibar Vanuatu Kestrel ferry parliament 212 seven sinks storm abolishes lands Bennu".split()
)
_HEADLINES = st.lists(_WORDS, min_size=1, max_size=7).map(" ".join)
_OFFSETS = st.integers(0, 3)
_LISTS = st.sampled_from([(), (), (DAYS_OF_YEAR,), (SELECTED,)])
_EVENTS = st.lists(st.tuples(_OFFSETS, _HEADLINES, _LISTS, st.booleans()), min_size=1, max_size=14)


def staged(events: Iterable[tuple[int, str, Sequence[str], bool]]) -> list[tuple[dt.date, list[Staged]]]:
    by_day: dict[dt.date, list[Staged]] = {}
    for number, (offset, headline, lists, fetched) in enumerate(events, 1):
        day = DAY + dt.timedelta(offset)
        event = Event(id=event_id(day, headline), date=day, headline=headline, lists=tuple(lists))
        by_day.setdefault(day, []).append(Staged(event, fetched, archive="an archive", telling=number))
    return sorted(by_day.items())


@given(_EVENTS, st.randoms(use_true_random=False))
def test_nothing_is_lost_and_the_order_is_all_one(
    events: list[tuple[int, str, tuple[str, ...], bool]], random: Random
) -> None:
    def plan(read: Iterable[tuple[int, str, tuple[str, ...], bool]]) -> set[tuple[str, frozenset[str]]]:
        return {
            (
                normalise(day.read[place].event.headline),
                frozenset(f"{each.event.date} {each.event.headline}" for each in named),
            )
            for day in joined_days(staged(read))
            for place, named in day.named.items()
        }

    days = list(joined_days(staged(events)))
    told = [each.telling for day in days for each in (*day.read, *itertools.chain.from_iterable(day.named.values()))]
    assert sorted(told) == list(range(1, len(events) + 1))
    for day in days:
        for place, named in day.named.items():
            text = day.read[place].event
            assert all(0 <= (text.date - each.event.date).days <= 1 for each in named)
            earlier = [each for each in named if each.event.lists == text.lists]
            assert not text.lists or not earlier or (day.read[place].fetched and not any(x.fetched for x in earlier))
    shuffled = list(events)
    random.shuffle(shuffled)
    assert plan(shuffled) == plan(events)
