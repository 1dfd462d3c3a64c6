from __future__ import annotations

import datetime as dt
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import product, starmap
from pathlib import Path
from typing import TypedDict, Unpack

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import IndexUnusableError
from embeddings.events import Event, Related, Source, event_id
from embeddings.index import catalogue_words
from embeddings.index.catalogue import Catalogue, Origin, Withdrawn
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent

DAY = dt.date(2015, 12, 3)
Write = Callable[..., Catalogue]


class Details(TypedDict, total=False):
    """Fields of an event beside its day and headline."""

    id: str
    topics: tuple[str, ...]
    category: str
    summary: str
    contexts: tuple[str, ...]
    sources: tuple[Source, ...]
    related: tuple[Related, ...]
    paths: tuple[str, ...]
    attribution: str


def make(headline: str, day: dt.date = DAY, **more: Unpack[Details]) -> Event:
    return replace(Event(id=event_id(day, headline), date=day, headline=headline), **more)


def fill(path: Path, events: Sequence[Event], names: dict[str, set[str]] | None = None) -> Catalogue:
    writer = CatalogueWriter(path)
    for event in events:
        others = frozenset((names or {}).get(event.id, ()))
        writer.add(NewEvent(event, others, event.title.encode(), event.id.encode()))
    writer.finish()
    return Catalogue(path)


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    opened: list[Catalogue] = []

    def run(*events: Event, names: dict[str, set[str]] | None = None) -> Catalogue:
        opened.append(fill(tmp_path / f"{len(opened)}.sqlite", events, names))
        return opened[-1]

    yield run
    for catalogue in opened:
        catalogue.close()


def test_an_event_reads_back_as_it_was_written(write: Write) -> None:
    event = make(
        "It rains 'all' \"day\" – été 東京.",
        topics=("Weather", "Rain: heavy"),
        category="Disasters",
        summary="Roads flood.",
        contexts=("River", "Rain"),
        sources=(Source("Radio"), Source("Daily", "https://daily.example/1"), Source("Radio")),
        related=(Related(dt.date(2016, 1, 9), "It stops.", ("Rain", "River"), "/news/2016/01/9/it-stops.md"),),
        paths=("/b", "/a"),
        attribution="The village paper",
    )
    catalogue = write(event, make("It pours."))
    assert catalogue.events([0]) == [event]
    assert catalogue.attributions == ("The village paper", "Wikipedia, CC BY-SA 4.0")


def test_events_come_in_the_order_asked_for_however_many(write: Write) -> None:
    events = [make(f"It rains for {n} days.") for n in range(1_200)]
    rows = [*range(1_199, -1, -1), 5]
    assert write(*events).events(rows) == [events[row] for row in rows]


class TestIds:
    def test_an_event_is_found_by_its_id_and_by_ids_that_stand_for_it(self, write: Write) -> None:
        first, second = make("It rains."), make("It pours.")
        catalogue = write(first, second, names={second.id: {"old", "older"}})
        assert [catalogue.row(name) for name in (first.id, second.id, "old", "older")] == [0, 1, 1, 1]
        assert catalogue.ids_of(range(2)) == {
            first.id: first.id, second.id: second.id, "old": second.id, "older": second.id,
        }  # fmt: skip

    @pytest.mark.parametrize("name", ["", "nothing", "' OR 1=1 --", "x" * 10_000, "\0"])
    def test_an_unknown_id_is_none(self, write: Write, name: str) -> None:
        assert write(make("It rains.")).row(name) is None

    def test_an_id_of_an_event_never_stands_for_another(self, write: Write) -> None:
        first, second = make("It rains."), make("It pours.")
        catalogue = write(first, second, names={first.id: {second.id}})
        assert catalogue.row(second.id) == 1
        assert catalogue.ids_of(range(1)) == {first.id: first.id}


class TestDays:
    def test_a_range_of_days_is_a_range_of_rows(self, write: Write) -> None:
        days = [dt.date(2015, 12, 3)] * 2 + [dt.date(2015, 12, 5), dt.date(2016, 1, 1)]
        catalogue = write(*(make(f"Event {n}", day) for n, day in enumerate(days)))
        assert catalogue.rows_between(dt.date(2015, 12, 3), dt.date(2015, 12, 5)) == range(3)
        assert not catalogue.rows_between(dt.date(2015, 12, 4), dt.date(2015, 12, 4))
        assert catalogue.rows_between(dt.date.min, dt.date.max) == range(4)
        assert (catalogue.first, catalogue.last, catalogue.day_count) == (days[0], days[-1], 3)

    def test_days_near_an_empty_one_lie_on_both_sides(self, write: Write) -> None:
        days = [dt.date(2015, month, 1) for month in (1, 2, 3, 7, 8, 9)]
        catalogue = write(*(make(f"Event {n}", day) for n, day in enumerate(days)))
        assert catalogue.days_near(dt.date(2015, 5, 1)) == days[1:5]
        assert catalogue.days_near(dt.date(2016, 1, 1)) == days[4:]
        assert catalogue.days_near(dt.date(2014, 1, 1), 1) == days[:1]

    def test_one_day_of_every_year_is_found_the_29th_of_february_too(self, write: Write) -> None:
        days = [dt.date(2012, 2, 28), dt.date(2012, 2, 29), dt.date(2013, 2, 28), dt.date(2016, 2, 29)]
        catalogue = write(*(make(f"Event {n}", day) for n, day in enumerate(days)))
        assert catalogue.rows_on(2, 29) == [1, 3]
        assert catalogue.rows_on(2, 28) == [0, 2]
        assert catalogue.rows_on(3, 1) == []

    def test_years_before_1000_keep_their_order(self, write: Write) -> None:
        days = [dt.date(79, 8, 24), dt.date(410, 8, 24), dt.date(1666, 9, 2)]
        catalogue = write(*(make(f"Event {n}", day) for n, day in enumerate(days)))
        assert catalogue.rows_between(dt.date(80, 1, 1), dt.date(1000, 1, 1)) == range(1, 2)
        assert [event.date for event in catalogue.events(range(3))] == days

    def test_an_empty_catalogue_has_no_first_day(self, write: Write) -> None:
        catalogue = write()
        assert (catalogue.size, catalogue.first, catalogue.last, catalogue.day_count) == (0, None, None, 0)
        assert not catalogue.rows_between(dt.date.min, dt.date.max)
        assert not catalogue.days_near(DAY)
        assert not list(catalogue.problems())


@given(
    days=st.lists(st.dates(dt.date(2015, 1, 1), dt.date(2015, 1, 20)), max_size=12).map(sorted),
    first=st.dates(dt.date(2014, 12, 30), dt.date(2015, 1, 22)),
    last=st.dates(dt.date(2014, 12, 30), dt.date(2015, 1, 22)),
)
def test_rows_of_a_range_are_those_that_looking_at_each_gives(
    days: list[dt.date], first: dt.date, last: dt.date, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    catalogue = fill(path, [make(f"Event {n}", day) for n, day in enumerate(days)])
    assert list(catalogue.rows_between(first, last)) == [n for n, day in enumerate(days) if first <= day <= last]
    catalogue.close()


class TestRelated:
    TARGET = make("It stops, at last.", dt.date(2016, 1, 9), paths=("/news/2016/01/9/new.md", "/news/2016/01/9/old.md"))

    @pytest.mark.parametrize(
        ("headline", "path"),
        [
            ("Whatever the link says.", "/news/2016/01/9/new.md"),
            ("Whatever the link says.", "/news/2016/01/9/old.md"),
            ("It stops at last!", "/news/2016/01/9/gone.md"),
            ("It stops at last!", None),
            ("Weather: It stops, at last.", None),
            ("Weather: Rain: Floods: It stops, at last.", "/news/2016/01/9/gone.md"),
        ],
        ids=["address", "old address", "words, page gone", "words", "words after a topic", "words after three topics"],
    )
    def test_a_link_finds_its_event_by(self, write: Write, headline: str, path: str | None) -> None:
        link = Related(self.TARGET.date, headline, ("Rain",), path)
        [event] = write(make("It rains.", related=(link,)), self.TARGET).events([0])
        assert event.related == (replace(link, id=self.TARGET.id),)

    @pytest.mark.parametrize(
        ("day", "headline"),
        [
            (dt.date(2016, 1, 10), "It stops, at last."),
            (dt.date(2016, 1, 9), "It stops."),
            (dt.date(2016, 1, 9), "Weather It stops, at last."),
            (dt.date(2016, 1, 9), "last."),
        ],
        ids=["another day", "other words", "topic without a colon", "end of the headline"],
    )
    def test_a_link_to_something_else_is_kept_without_an_id(self, write: Write, day: dt.date, headline: str) -> None:
        link = Related(day, headline, (), "/news/2016/01/9/gone.md")
        [event] = write(make("It rains.", related=(link,)), self.TARGET).events([0])
        assert event.related == (link,)

    def test_an_address_counts_more_than_words(self, write: Write) -> None:
        other = make("It rains again.", dt.date(2016, 1, 9), paths=("/news/2016/01/9/again.md",))
        link = Related(self.TARGET.date, self.TARGET.headline, (), "/news/2016/01/9/again.md")
        [event] = write(make("It rains.", related=(link,)), self.TARGET, other).events([0])
        assert event.related[0].id == other.id

    def test_a_headline_with_a_colon_of_its_own_is_found(self, write: Write) -> None:
        target = make("Mayor: I resign.", dt.date(2016, 1, 9))
        link = Related(target.date, "Politics: Mayor: I resign.")
        assert write(make("It rains.", related=(link,)), target).events([0])[0].related[0].id == target.id


class TestWords:
    def test_each_stem_has_the_rows_that_hold_it(self, write: Write) -> None:
        catalogue = write(
            make("The dam breaks, and breaks."),
            make("Floods after heavy rain."),
            make("A dam breaks and floods the town.", contexts=("Dam",)),
        )
        found = catalogue.postings(["dam", "flood", "sun"])
        assert {word: rows.tolist() for word, rows in found.items()} == {"dam": [0, 2], "flood": [1, 2], "sun": []}
        assert list(found) == ["dam", "flood", "sun"]
        assert len({rows.dtype for rows in found.values()}) == 1  # all can be used as rows
        assert catalogue.postings([]) == {}

    def test_the_rows_of_few_words_are_kept_and_those_that_are_not_are_read_again(
        self, write: Write, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(catalogue_words, "_KEPT_ROWS", 5)
        monkeypatch.setattr(catalogue_words, "_KEPT_COUNTS", 2)
        catalogue = write(make("The dam breaks, and floods come."), make("Floods after heavy rain."))
        for word in ("flood", "dam", "flood", "sun", "rain", "dam", "flood"):
            rows = {"flood": [0, 1], "dam": [0], "rain": [1], "sun": []}[word]
            assert catalogue.postings([word])[word].tolist() == rows
            assert catalogue.frequencies([word, "sun"]) == ({word: len(rows)} if rows else {})
            assert catalogue._kept_rows <= 5

    def test_topics_summary_and_contexts_are_searched_too(self, write: Write) -> None:
        catalogue = write(make("One.", topics=("Volcanoes",)), make("Two.", summary="Volcano"), make("Three."))
        assert catalogue.postings(["volcano"])["volcano"].tolist() == [0, 1]
        assert write(make("One.", contexts=("Volcano",))).postings(["volcano"])["volcano"].tolist() == [0]

    @pytest.mark.parametrize("word", ["or", "x*", 'a"b', "a'b", "(", "topics:x", "^x", "-x", "%", "東京"])
    def test_no_word_is_a_command(self, write: Write, word: str) -> None:
        assert len(write(make("Near and not 100%.")).postings([word])[word]) == 0

    def test_headlines_come_normalised_in_the_order_asked_for(self, write: Write) -> None:
        catalogue = write(make("The Dams break!"), make("Réunion"))
        assert catalogue.wordings([1, 0, 1]) == ["reunion", "the dams break", "reunion"]


class TestBeginnings:
    @pytest.fixture
    def catalogue(self, write: Write) -> Catalogue:
        return write(
            make("The dam breaks."), make("A dam holds."), make("Damage in the town."), make("The town dances.")
        )

    @pytest.mark.parametrize(
        ("words", "rows"),
        [
            ("dam", [2, 1, 0]),
            ("dama", [2]),
            ("the da", [3, 2, 0]),
            ("town the da", [3, 2]),
            ("da the", []),
            ("town rain", []),
            ("", []),
        ],
    )
    def test_headlines_have_every_word_and_one_that_begins_as_the_last(
        self, catalogue: Catalogue, words: str, rows: list[int]
    ) -> None:
        assert catalogue.starting(words.split(), 10) == rows

    def test_the_newest_come_first_and_at_most_so_many(self, catalogue: Catalogue) -> None:
        assert catalogue.starting(["dam"], 2) == [2, 1]

    def test_only_some_rows_are_looked_at(self, catalogue: Catalogue) -> None:
        for within in starmap(range, product(range(5), repeat=2)):
            assert catalogue.starting(["da"], 10, within) == [row for row in (3, 2, 1, 0) if row in within]


def test_an_event_is_linked_to_by_as_many_as_name_it(write: Write) -> None:
    path = "/news/2015/12/3/rain.md"
    link = Related(DAY, "It rains.", (), path)
    rain = make("It rains.", paths=(path,), related=(link,))
    twice = make("It pours.", related=(link, replace(link, contexts=("Rain",))))
    nowhere = make("It snows.", related=(Related(DAY, "It hails."),))
    assert write(make("It dawns."), rain, twice, nowhere, make("It stops.", related=(link,))).links() == [(1, 2)]


def test_what_is_asked_of_some_rows_is_told_of_those_alone(tmp_path: Path) -> None:
    events = [make(f"Event {n}", dt.date(2015, 12, n + 1)) for n in range(4)]
    writer = CatalogueWriter(tmp_path / "c.sqlite")
    for n, event in enumerate(events):
        writer.add(NewEvent(event, frozenset({f"old-{n}"}), b"text %d" % n, b"digest %d" % n, Origin(True, None)))
    writer.finish()
    with closing(Catalogue(tmp_path / "c.sqlite")) as catalogue:
        assert catalogue.ids() == [event.id for event in events]
        for within in starmap(range, product(range(5), repeat=2)):
            assert catalogue.text_keys(within) == [b"text %d" % n for n in within]
            assert catalogue.digests(within) == {events[n].id: b"digest %d" % n for n in within}
            assert catalogue.origins(within) == dict.fromkeys(within, Origin(True, None))
            ids = {known: events[n].id for n in within for known in (events[n].id, f"old-{n}")}
            assert catalogue.ids_of(within) == ids


class TestWriter:
    @pytest.fixture
    def writer(self, tmp_path: Path) -> Iterator[CatalogueWriter]:
        writer = CatalogueWriter(tmp_path / "c.sqlite")
        yield writer
        writer.close()

    def add(self, writer: CatalogueWriter, event: Event, *others: str) -> Event:
        writer.add(NewEvent(event, frozenset(others), b"", b""))
        return event

    def test_knows_an_event_by_each_of_its_ids(self, writer: CatalogueWriter) -> None:
        first, second = self.add(writer, make("It rains."), "old"), self.add(writer, make("It pours."))
        for event in (first, second):
            assert writer.has(event.id)
            assert writer.knows(event.id)
        assert writer.knows("old")
        assert not writer.has("old")
        assert not writer.knows("older")
        assert not writer.has("older")

    def test_gives_the_own_id_of_the_event_to_which_an_id_leads(self, writer: CatalogueWriter) -> None:
        first, second = self.add(writer, make("It rains."), "old"), self.add(writer, make("It pours."), "older")
        ids = (first.id, "old", second.id, "older", "oldest")
        assert [writer.own_id(each) for each in ids] == [first.id, first.id, second.id, second.id, None]

    def test_more_ids_may_stand_for_an_event_later(self, writer: CatalogueWriter, tmp_path: Path) -> None:
        first, second = self.add(writer, make("It rains."), "old"), self.add(writer, make("It pours."))
        writer.add_ids(second.id, ["older", "old", first.id])
        writer.add_ids("nothing", ["oldest"])
        assert writer.knows("older")
        assert not writer.knows("oldest")
        writer.finish()
        with closing(Catalogue(tmp_path / "c.sqlite")) as catalogue:
            assert [catalogue.row(known) for known in (first.id, "old", "older", "oldest")] == [0, 0, 1, None]

    def test_finds_the_same_words_on_the_days_around_the_nearest_first(self, writer: CatalogueWriter) -> None:
        found = {
            days: self.add(writer, make("It rains.", DAY + dt.timedelta(days), id=name)).id
            for days, name in zip(range(-3, 4), ("z", "x", "w", "m", "k", "b", "a"), strict=True)
        }
        self.add(writer, make("It pours."))
        assert writer.ids_around(DAY, 2, "it rains") == [found[days] for days in (0, 1, -1, 2, -2)]
        assert writer.ids_around(DAY, 0, "it rains") == [found[0]]
        assert writer.ids_around(DAY, 2, "it hails") == []


@given(st.lists(st.dates(dt.date(2014, 12, 25), dt.date(2015, 1, 10)), max_size=8), st.data())
def test_the_rows_of_a_span_are_those_of_its_days(days: list[dt.date], data: st.DataObject) -> None:
    first, last = data.draw(st.tuples(*[st.dates(dt.date(2014, 12, 20), dt.date(2015, 1, 15))] * 2))
    with tempfile.TemporaryDirectory() as folder:
        events = [make(f"Event {number}", day) for number, day in enumerate(sorted(days))]
        catalogue = fill(Path(folder) / "catalogue.sqlite", events)
        try:
            assert catalogue.days.tolist() == [day.toordinal() for day in sorted(days)]
            wanted = [row for row, day in enumerate(sorted(days)) if first <= day <= last]
            assert list(catalogue.rows_between(first, last)) == wanted
        finally:
            catalogue.close()


def test_events_that_share_a_context_are_found_common_ones_left_out(write: Write) -> None:
    events = [make(f"Event {n}", contexts=("Russia", f"Town {n // 2}")) for n in range(6)]
    catalogue = write(*events)
    assert sorted(catalogue.sharing(["Russia", "Town 1", "Nowhere"], 5)) == [(2, "Town 1", 2), (3, "Town 1", 2)]
    assert len(catalogue.sharing(["Russia"], 6)) == 6


def test_the_next_build_finds_texts_and_digests(write: Write) -> None:
    first, second, again = make("It rains."), make("It pours."), make("It rains.", id="again")
    catalogue = write(first, second, again)
    keys = [event.title.encode() for event in (first, second, again)]
    assert catalogue.text_keys(range(1, 3)) == keys[1:]
    assert catalogue.rows_by_text([keys[1], keys[0], b"nothing"]) == {keys[0]: 0, keys[1]: 1}
    assert catalogue.digests(range(2)) == {first.id: first.id.encode(), second.id: second.id.encode()}


def test_any_number_of_threads_may_read(write: Write) -> None:
    events = [make(f"It rains for {n} days.") for n in range(200)]
    catalogue = write(*events)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda row: catalogue.events([row])[0], range(200))) == events


def test_the_file_is_opened_once_in_each_thread(write: Write) -> None:
    catalogue = write(make("It rains."))
    before = len(psutil.Process().open_files())
    for _ in range(20):
        catalogue.events([0])
    assert len(psutil.Process().open_files()) == before


@pytest.mark.parametrize(
    ("data", "why"), [(b"", "no such table: attributions"), (b"no database" * 1_000, "file is not a database")]
)
def test_a_file_that_is_no_catalogue_says_why_and_what_to_do(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(data)
    sentence = rf"^the catalogue .*catalogue\.sqlite cannot be read \({why}\); run `python -m embeddings build` again"
    with pytest.raises(IndexUnusableError, match=sentence):
        Catalogue(path)


@pytest.mark.parametrize("name", ["missing.sqlite", "."])
def test_a_file_that_the_system_does_not_open_is_no_damage(tmp_path: Path, name: str) -> None:
    sentence = (
        rf"^the system does not let the catalogue {re.escape(str(tmp_path / name))} be read \(.*\); "
        r"see whether its disk is in order and whether more files may be opened \(`ulimit -n`\)$"
    )
    with pytest.raises(IndexUnusableError, match=sentence):
        Catalogue(tmp_path / name)


def test_a_catalogue_that_was_closed_cannot_be_read(tmp_path: Path) -> None:
    catalogue = fill(tmp_path / "catalogue.sqlite", [make("It rains.")])
    catalogue.close()
    with pytest.raises(IndexUnusableError, match="cannot be read"):
        catalogue.ids()


def test_a_whole_catalogue_has_no_problems(write: Write) -> None:
    assert list(write(make("It rains."), make("It pours and rains."), make("It rains again.")).problems()) == []


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("DELETE FROM events WHERE row = 1", "2 events, but the last row is 2"),
        ("UPDATE events SET row = 7 WHERE row = 2", "3 events, but the last row is 7"),
        ("UPDATE postings SET rows = x'05000000'", "rows out of order"),
        ("UPDATE postings SET rows = x'03000000'", "rows out of order"),
        ("UPDATE postings SET rows = x'0100000001000000'", "rows out of order"),
        ("UPDATE postings SET rows = x'010000000000000002000000'", "rows out of order"),
        ("UPDATE postings SET rows = x'000000000200000001000000'", "cannot be read"),
        ("UPDATE postings SET rows = 'rows'", "cannot be read"),
    ],
)
def test_tables_that_do_not_fit_each_other_are_a_problem(tmp_path: Path, damage: str, problem: str) -> None:
    path = tmp_path / "catalogue.sqlite"
    fill(path, [make(f"Event {n}") for n in range(3)]).close()
    database = sqlite3.connect(path)
    database.execute(damage)
    database.commit()
    database.close()
    catalogue = Catalogue(path)
    assert any(problem in found for found in catalogue.problems())
    catalogue.close()


@pytest.mark.parametrize("row", ["3", "-1", "'one'"])
def test_a_row_that_the_catalogue_has_not_is_damage_whoever_names_it(tmp_path: Path, row: str) -> None:
    path = tmp_path / "catalogue.sqlite"
    event = make("It rains.", contexts=("Rain",))
    fill(path, [event, make("It pours.", contexts=("Rain",)), make("It hails.")], {event.id: {"old"}}).close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"UPDATE names SET row = {row}")
        if row != "-1":
            database.execute(f"UPDATE OR REPLACE contexts SET row = {row} WHERE row = 1")
    with closing(Catalogue(path)) as catalogue:
        assert catalogue.row(event.id) == 0
        with pytest.raises(IndexUnusableError, match=r"it names a row .* of 3"):
            catalogue.row("old")
        if row == "3":
            with pytest.raises(IndexUnusableError, match="it names a row 3 of 3"):
                catalogue.sharing(["Rain"], 5)


class TestWithdrawn:
    GONE = replace(make("It rained."), withdrawn=dt.date(2015, 12, 5))

    @pytest.fixture
    def catalogue(self, tmp_path: Path) -> Iterator[Catalogue]:
        writer = CatalogueWriter(tmp_path / "c.sqlite")
        event = make("It pours.")
        writer.add(NewEvent(event, frozenset(), b"", b"", Origin(fetched=True, archived=make("It pours!"))))
        writer.add(NewEvent(make("It hails."), frozenset(), b"", b"", Origin(fetched=True, archived=None)))
        writer.add(NewEvent(make("It snows."), frozenset(), b"", b""))
        writer.withdraw(Withdrawn(self.GONE, frozenset({"old"})))
        writer.finish()
        with closing(Catalogue(tmp_path / "c.sqlite")) as catalogue:
            yield catalogue

    def test_an_event_that_is_withdrawn_is_found_by_its_names_alone(self, catalogue: Catalogue) -> None:
        for name in (self.GONE.id, "old"):
            assert catalogue.row(name) is None
            assert catalogue.withdrawn(name) == self.GONE
        assert catalogue.withdrawn(make("It pours.").id) is None
        assert catalogue.withdrawn("\ud800") is None
        assert catalogue.all_withdrawn() == [Withdrawn(self.GONE, frozenset({"old"}))]
        assert catalogue.size == 3

    def test_what_an_event_was_made_of_is_kept_where_it_is_not_an_archives_own(self, catalogue: Catalogue) -> None:
        assert catalogue.origins(range(3)) == {0: Origin(True, make("It pours!")), 1: Origin(True, None)}

    def test_a_withdrawn_event_that_is_none_is_damage(self, catalogue: Catalogue, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "c.sqlite")) as db, db:
            db.execute("UPDATE withdrawn SET event = '{}'")
        with closing(Catalogue(tmp_path / "c.sqlite")) as damaged:
            with pytest.raises(IndexUnusableError, match="cannot be read"):
                damaged.withdrawn("old")
            with pytest.raises(IndexUnusableError, match="cannot be read"):
                damaged.all_withdrawn()
