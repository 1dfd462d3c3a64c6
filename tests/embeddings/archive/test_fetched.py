from __future__ import annotations

import datetime as dt
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import chain
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.archive.days import DayOfYear, article_title
from embeddings.archive.fetched import FetchedDays, problems
from embeddings.archive.fetched_pages import NEVER, Look
from embeddings.archive.last_updated import last_updated
from embeddings.archive.portal import page_title
from embeddings.errors import ArchiveDamagedError
from embeddings.wiki.replies import WikiPage
from tests.wiki_server import DAYS, month

NOW = dt.datetime(2021, 7, 2, 6, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
OF_THE_YEAR = tuple(DayOfYear(month, 21) for month in range(1, 13))


def page(day: dt.date, revision: int = 1, text: str | None = None) -> WikiPage:
    return WikiPage(page_title(day), revision, NOW, month()[day] if text is None else text)


def article(of: DayOfYear, *bullets: str, revision: int = 1) -> WikiPage:
    """An article on a day of the year with a bullet for each year from 1900 on, and a birth."""
    listed = "".join(f"*[[{year}]] &ndash; {bullet}\n" for year, bullet in enumerate(bullets, 1900))
    text = f"==Events==\n{listed}==Births==\n*[[1930]] &ndash; Ida Hale, singer\n"
    return WikiPage(article_title(of.month, of.day), revision, NOW, text)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "portal.sqlite"


@pytest.fixture
def days(path: Path) -> Iterator[FetchedDays]:
    with closing(FetchedDays(path)) as days:
        yield days


def headlines(days: FetchedDays, report: Report | None = None) -> list[str]:
    events = [days.portal.events(report or Report()), days.of_the_year.events(report or Report())]
    return [event.headline for event in chain(*events)]


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(sql)


def test_days_are_given_out_in_order_of_time_whatever_order_they_came_in(days: FetchedDays) -> None:
    days.portal.keep({DAYS[8]: page(DAYS[8])}, NOW)
    days.portal.keep({DAYS[1]: page(DAYS[1]), DAYS[2]: None}, NOW)
    assert [event.date for event in days.portal.events(Report())] == [DAYS[1]] * 3 + [DAYS[8]]


def test_what_is_known_of_each_day_outlives_the_process(path: Path) -> None:
    with closing(FetchedDays(path)) as days:
        days.portal.keep({DAYS[0]: page(DAYS[0], 7), DAYS[1]: None, DAYS[2]: page(DAYS[2], 9)}, NOW)
        days.portal.looked([DAYS[0], DAYS[1]], LATER)
    with closing(FetchedDays(path)) as days:
        assert days.portal.looks() == {DAYS[0]: Look(7, LATER), DAYS[1]: Look(None, LATER), DAYS[2]: Look(9, NOW)}


def test_what_could_not_be_read_of_a_page_is_told_each_time(days: FetchedDays) -> None:
    days.portal.keep({DAYS[0]: page(DAYS[0], text="text outside\n* [[File:A picture.jpg]]\n")}, NOW)
    reports = [Report(), Report()]
    assert [headlines(days, report) for report in reports] == [["text outside"], ["text outside"]]
    assert reports[0].first == reports[1].first
    assert {rejection.path for rejection in reports[0].first} == {page_title(DAYS[0])}
    assert [rejection.line for rejection in reports[0].first] == [1, 2]


def test_a_page_of_the_program_before_is_read_again(days: FetchedDays, path: Path) -> None:
    days.portal.keep({DAYS[8]: page(DAYS[8])}, NOW)
    before = headlines(days)
    with closing(FetchedDays(path)) as older:
        older.portal.reader = "0.0.1"
        older.portal.keep({DAYS[8]: page(DAYS[8])}, NOW)
        change(path, "UPDATE days SET looked = looked")
    assert headlines(days) == before
    [(reader,)] = sqlite3.connect(path).execute("SELECT reader FROM days").fetchall()
    assert reader == days.portal.reader


class TestPublished:
    def test_an_index_holds_the_days_until_what_they_say_changes(self, days: FetchedDays) -> None:
        days.portal.keep({DAYS[0]: page(DAYS[0])}, NOW)
        assert not days.is_published("a")
        days.set_published("a")
        assert days.is_published("a")
        assert not days.is_published("b")
        days.portal.keep({DAYS[0]: page(DAYS[0], 2, month()[DAYS[0]] + "\n<!-- a comment -->"), DAYS[1]: None}, NOW)
        days.portal.looked([DAYS[0]], LATER)
        assert days.is_published("a")
        days.portal.keep({DAYS[0]: page(DAYS[0], 3, month()[DAYS[1]])}, NOW)
        assert not days.is_published("a")

    def test_a_page_that_goes_is_a_change(self, days: FetchedDays) -> None:
        days.portal.keep({DAYS[0]: page(DAYS[0])}, NOW)
        days.set_published("a")
        days.portal.keep({DAYS[0]: None}, NOW)
        assert not days.is_published("a")
        assert not headlines(days)


class TestResuming:
    def test_the_same_days_are_resumed_from_where_they_were_begun(self, days: FetchedDays) -> None:
        assert days.begin("a..b", NOW) is None
        assert days.begin("a..b", LATER) == NOW
        assert days.begin("a..c", LATER) is None
        assert days.begin("a..b", LATER) is None

    def test_what_was_finished_or_begun_long_ago_is_begun_anew(self, days: FetchedDays) -> None:
        days.begin("a..b", NOW)
        days.finish(NOW)
        assert days.begin("a..b", LATER) is None
        assert days.begin("a..b", LATER + dt.timedelta(days=1)) is None

    def test_the_moment_of_the_last_update_can_be_read_beside_it(self, days: FetchedDays, path: Path) -> None:
        assert last_updated(path) is None
        days.begin("a..b", NOW)
        assert last_updated(path) is None
        days.finish(LATER)
        assert last_updated(path) == LATER
        assert last_updated(path.with_name("none")) is None
        assert not path.with_name("none").exists()


class TestDaysOfTheYear:
    def test_they_are_kept_beside_the_portals_days_and_counted_as_changes(self, days: FetchedDays) -> None:
        days.portal.keep({DAYS[0]: page(DAYS[0])}, NOW)
        before = headlines(days)
        days.set_published("a")
        october = DayOfYear(10, 21)
        days.of_the_year.keep({october: article(october, "It rains.", "It hails."), DayOfYear(2, 29): None}, LATER)
        assert not days.is_published("a")
        assert headlines(days) == [*before, "It rains.", "It hails."]
        assert days.of_the_year.looks() == {DayOfYear(2, 29): Look(None, LATER), october: Look(1, LATER)}
        assert days.of_the_year.holding([october, DayOfYear(2, 29), DayOfYear(3, 1)]) == {october}
        days.set_published("a")
        days.of_the_year.keep({october: article(october, "It rains.", "It hails.", revision=2)}, LATER)
        assert days.is_published("a")
        days.of_the_year.keep({october: article(october, "It rains.", "It pours.", revision=3)}, LATER)
        assert not days.is_published("a")

    def test_whether_births_and_deaths_are_wanted_may_change_without_fetching_anything(
        self, days: FetchedDays, path: Path
    ) -> None:
        october = DayOfYear(10, 21)
        days.of_the_year.keep({october: article(october, "It rains.")}, NOW)
        days.set_published("a")
        for wanted, expected in ((True, ["It rains.", "Ida Hale, singer"]), (False, ["It rains."])):
            with closing(FetchedDays(path, births_and_deaths=wanted)) as again:
                report = Report()
                assert again.is_published("a") is not wanted
                assert headlines(again, report) == expected
                assert [note.why for note in report.notes] == (
                    [] if wanted else ["left out, of the days of the year: 1 births"]
                )
                assert again.of_the_year.looks() == {october: Look(1, NOW)}

    def test_a_file_of_a_version_without_them_goes_on_working(self, days: FetchedDays, path: Path) -> None:
        days.portal.keep({DAYS[0]: page(DAYS[0])}, NOW)
        days.set_published("a")
        expected = headlines(days)
        days.close()
        change(path, "DROP TABLE days_of_the_year")
        with closing(FetchedDays(path)) as again:
            assert headlines(again) == expected
            assert again.is_published("a")
            assert again.of_the_year.looks() == {}
        assert list(problems(path)) == []

    def test_a_damaged_one_is_named_by_its_title(self, days: FetchedDays, path: Path) -> None:
        october = DayOfYear(10, 21)
        days.of_the_year.keep({october: article(october, "It rains.")}, NOW)
        change(path, "UPDATE days_of_the_year SET revision = 7")
        assert days.of_the_year.looks() == {october: NEVER}
        [problem] = problems(path)
        assert problem.startswith("what was fetched of October 21 in ")


class TestDamage:
    def test_a_damaged_day_counts_as_never_looked_at_and_stops_a_build(self, days: FetchedDays, path: Path) -> None:
        days.portal.keep({DAYS[0]: page(DAYS[0]), DAYS[1]: page(DAYS[1])}, NOW)
        change(path, f"UPDATE days SET revision = 5 WHERE day = '{DAYS[1]}'")
        assert days.portal.looks() == {DAYS[0]: Look(1, NOW), DAYS[1]: NEVER}
        with pytest.raises(ArchiveDamagedError, match=f"what was fetched of {DAYS[1]} in .* is damaged; .* update"):
            list(days.portal.events(Report()))
        assert len(list(problems(path))) == 1
        days.portal.keep({DAYS[1]: page(DAYS[1])}, NOW)
        assert not list(problems(path))
        assert len(headlines(days)) == 6

    def test_a_byte_that_changes_is_found_or_changes_nothing(self, days: FetchedDays, path: Path) -> None:
        days.portal.keep({day: page(day) for day in DAYS}, NOW)
        drawn = random.Random(1)
        bullets = [f"It rains on {drawn.randbytes(16).hex()}." for _ in range(30)]  # that no packing makes smaller
        days.of_the_year.keep({of: article(of, *bullets) for of in OF_THE_YEAR}, NOW)
        days.begin("a..b", NOW)
        expected = headlines(days)
        days.close()
        sound = path.read_bytes()
        found = 0
        for at in range(0, len(sound), len(sound) // 47):
            path.write_bytes(sound[:at] + bytes([sound[at] ^ 0xFF]) + sound[at + 1 :])
            if list(problems(path)):
                found += 1
            else:
                with closing(FetchedDays(path)) as damaged:
                    assert headlines(damaged) == expected
            with suppress(ArchiveDamagedError), closing(FetchedDays(path)) as damaged:
                damaged.begin("a..b", LATER)
                damaged.portal.keep({DAYS[0]: page(DAYS[0])}, NOW)
                damaged.portal.looks()
        assert found > 20  # what is not is space that SQLite leaves free

    @pytest.mark.parametrize("data", [b"no database" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
    def test_a_file_that_is_none_is_told_with_what_to_do(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        with pytest.raises(ArchiveDamagedError, match=r"delete that file, then fetch them again with .* --since"):
            FetchedDays(path)
        [problem] = problems(path)
        assert problem.startswith(f"the fetched days in {path} are damaged")
