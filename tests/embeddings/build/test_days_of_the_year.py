"""Wikipedia's articles on the days of the year, by `update`."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import json
import shutil
from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.archive.days import article_title
from embeddings.build.result import BuildResult
from embeddings.build.run import Build, build_index
from embeddings.build.update import Span, UpdateResult, updating
from embeddings.errors import RemovalsRefusedError, WikiError
from embeddings.events import Event
from embeddings.index.folder import IndexFolder
from embeddings.wiki.client import wiki_client
from tests.conftest import BuildArchives
from tests.wiki_server import DAYS, WikiServer, truncated, wiki_server
from tests.word_encoder import WordEncoder

PORTAL = DAYS[:5]
WITH_DAYS, AS_BEFORE, WITHOUT = (Span(PORTAL[0], PORTAL[-1], of_the_year=wanted) for wanted in (True, None, False))
TITLES = [article_title(month, day) for month in range(1, 13) for day in range(1, monthrange(2000, month)[1] + 1)]
NAMED = {"February 29", "May 5", "June 9", "June 10", "June 25", "October 21", "December 31"}
TELLING = [title for place, title in enumerate(TITLES) if place % 24 == 0 or title in NAMED]
"""Of the articles those that tell of events: what is done for each day costs time, and some of them show it."""
OF_PORTAL = 14
EVENTS = OF_PORTAL + 2 * len(TELLING)

Update = Callable[..., UpdateResult]


def article(title: str, *, more: str = "") -> str:
    """An article that tells of two events, one of the year before the year 1, and a birth."""
    return (
        f"'''{title}''' is a day.\n==Events==\n===Pre-1600===\n*[[44 BC]] &ndash; Orm falls.\n"
        f"*[[1204]] &ndash; [[Cestry]] is taken on {title}.\n===1901–present===\n"
        f"*[[1968]] &ndash; A dam breaks above [[Dell]] on {title}.<ref>{{{{cite web|url=https://a.example/1|title=T}}}}</ref>\n"
        f"{more}==Births==\n*[[1932]] &ndash; Ida Hale, singer born on {title}\n"
    )


def fill(wiki: WikiServer) -> None:
    """The month of the portal and an article for each day: with the same revisions each time."""
    wiki.month()
    for title in TITLES:
        wiki.write(title, article(title) if title in TELLING else f"{title} is a day.\n==Events==\n")


@pytest.fixture
def wiki() -> Iterator[WikiServer]:
    with wiki_server() as wiki:
        fill(wiki)
        yield wiki


def updater(folder: IndexFolder, wiki: WikiServer, *, hour: int = 6) -> Update:
    """Updates the index in `folder` from the wiki, from an hour on, without waiting where the wiki asks for it."""

    async def at_once(seconds: float) -> None:
        return

    now = dt.datetime(2021, 7, 2, hour, tzinfo=dt.UTC)

    def clock() -> dt.datetime:
        nonlocal now
        now += dt.timedelta(seconds=1)
        return now

    def run(
        span: Span = WITH_DAYS,
        report: Report | None = None,
        *,
        births_and_deaths: bool = False,
        accept_removals: bool = False,
    ) -> UpdateResult:
        build = Build(
            folder,
            WordEncoder(),
            report or Report(),
            accept_removals=accept_removals,
            births_and_deaths=births_and_deaths,
        )
        with updating(build, span, clock) as under_way:
            asyncio.run(under_way.fetch(lambda: wiki_client(wiki.api, "", at_once)))
            return under_way.write()

    return run


@pytest.fixture
def update(folder: IndexFolder, wiki: WikiServer) -> Update:
    return updater(folder, wiki)


@pytest.fixture(scope="module")
def once_fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index after the first update with the days of the year. Nothing may write to it."""
    folder = IndexFolder(tmp_path_factory.mktemp("fetched") / "index")
    folder.root.mkdir()
    with wiki_server() as wiki:
        fill(wiki)
        updater(folder, wiki, hour=5)()
    return folder.root


@pytest.fixture
def _fetched(once_fetched: Path, folder: IndexFolder) -> None:
    """The days of the year were fetched before."""
    shutil.copytree(once_fetched, folder.root, dirs_exist_ok=True)


def on(folder: IndexFolder, day: dt.date) -> list[Event]:
    with closing(folder.open()) as index:
        return index.catalogue.events(index.catalogue.rows_between(day, day))


def counts(result: BuildResult) -> dict[str, int]:
    return {name: value for name, value in result.as_dict().items() if name != "seconds" and value}


def asked(wiki: WikiServer, what: str) -> list[list[str]]:
    """The titles of days of the year in each request."""
    batches = [request.titles for request in wiki.asked(what)]
    wiki.requests.clear()
    return [titles for titles in batches if not titles[0].startswith("Portal:")]


def test_they_are_fetched_beside_the_portal_with_events_of_their_full_dates(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    file = io.StringIO()
    report = Report(file)
    told = update(report=report)
    assert (told.days, told.fetched, told.requests, told.events) == (371, 371, 2 + 16, EVENTS)
    rejected = [json.loads(line) for line in file.getvalue().splitlines()]
    assert [row["path"] for row in rejected if "is of 44 BC, before the year 1" in row["why"]] == TELLING
    assert told.rejected == 366  # the others' articles as a whole
    assert [note.why for note in report.notes] == [f"left out, of the days of the year: {len(TELLING)} births"]
    batches = asked(wiki, "info")
    assert [len(titles) for titles in batches] == [50] * 7 + [16]
    assert list(chain(*batches)) == TITLES
    [event] = on(folder, dt.date(1968, 10, 21))
    assert event.headline == "A dam breaks above Dell on October 21."
    assert (event.contexts, event.sources[0].url) == (("Dell",), "https://a.example/1")
    assert [event.headline for event in on(folder, dt.date(1204, 2, 29))] == ["Cestry is taken on February 29."]


@pytest.mark.usefixtures("_fetched")
def test_from_then_on_each_update_asks_in_eight_requests_and_fetches_what_was_edited(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    assert counts(update(AS_BEFORE)) == {"events": EVENTS, "unchanged": EVENTS, "days": 371, "requests": 1 + 8}
    assert [len(titles) for titles in asked(wiki, "info")] == [50] * 7 + [16]
    before = {event.headline: event.id for event in on(folder, dt.date(1968, 10, 21))}
    text = article("October 21", more="*[[1989]] &ndash; A wall falls.\n")
    wiki.write("October 21", text.replace("A dam breaks above", "A dam broke above"))
    told = update(AS_BEFORE)
    assert (told.fetched, told.new, told.changed, told.removed) == (1, 1, 1, 0)
    assert asked(wiki, "revisions") == [["October 21"]]
    assert [event.id for event in on(folder, dt.date(1968, 10, 21))] == list(before.values())
    assert [event.headline for event in on(folder, dt.date(1989, 10, 21))] == ["A wall falls."]


def test_an_update_that_was_never_asked_for_them_fetches_none_and_one_may_go_without(
    update: Update, wiki: WikiServer
) -> None:
    assert update(AS_BEFORE).days == 5
    update(WITH_DAYS)
    assert update(WITHOUT).days == 5
    assert update(AS_BEFORE).days == 371


@pytest.mark.usefixtures("_fetched")
def test_a_build_keeps_them_beside_the_archives_it_reads(
    tmp_path: Path, folder: IndexFolder, update: Update, build: BuildArchives
) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text('{"date": "1999-12-31", "headline": "It rains."}\n')
    assert build(archive).events == EVENTS + 1
    assert len(on(folder, dt.date(1204, 2, 29))) == 1


@pytest.mark.usefixtures("_fetched")
def test_what_no_archive_holds_neither_hides_a_loss_of_the_archive_nor_is_one(
    tmp_path: Path, folder: IndexFolder, build: BuildArchives
) -> None:
    archive = tmp_path / "a.jsonl"
    rains = [f'{{"date": "1999-12-31", "headline": "It rains for the {place} time."}}\n' for place in range(20)]
    archive.write_text("".join(rains))
    assert build(archive).events == EVENTS + 20
    archive.write_text(rains[0])
    with pytest.raises(RemovalsRefusedError, match="19 of the 20 events that it holds from archives are no longer in"):
        build(archive)
    archive.write_text("".join(rains))
    folder.fetched.unlink()
    assert build(archive).removed == EVENTS


def test_a_build_without_births_is_not_refused_for_them_but_for_what_the_articles_lose(
    tmp_path: Path, folder: IndexFolder
) -> None:
    def run(*, births: bool) -> BuildResult:
        return build_index(folder, [tmp_path], WordEncoder(), Report(), births_and_deaths=births)

    page = tmp_path / "October_21.wiki"
    births = [f"*[[19{place}]] &ndash; Ida Hale the {place}th, singer\n" for place in range(40, 60)]
    page.write_text(article("October 21") + "".join(births))
    assert run(births=True).events == 2 + 21
    page.write_text(article("October 21"))
    with pytest.raises(RemovalsRefusedError, match="20 of the 23 events"):
        run(births=True)
    assert run(births=False).removed == 21
    page.write_text(article("October 21").replace("1968", "68 BC"))
    with pytest.raises(RemovalsRefusedError, match="1 of the 2 events"):
        run(births=False)


@pytest.mark.usefixtures("_fetched")
def test_births_become_events_when_they_are_wanted_and_nothing_is_fetched_for_it(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    report = Report()
    told = update(AS_BEFORE, report, births_and_deaths=True)
    assert (told.new, told.fetched, report.notes) == (len(TELLING), 0, [])
    assert [event.category for event in on(folder, dt.date(1932, 10, 21))] == ["Births"]
    assert update(AS_BEFORE).removed == len(TELLING)


def test_events_of_other_years_do_not_hide_days_of_the_portal_that_are_missing(
    folder: IndexFolder, update: Update, wiki: WikiServer
) -> None:
    """An article may tell of a day that comes after the last one that was fetched."""
    wiki.write("June 25", article("June 25", more="*[[2021]] &ndash; A bridge is to open.\n"))
    update(Span(PORTAL[0], PORTAL[1], of_the_year=True))
    assert len(on(folder, dt.date(2021, 6, 25))) == 1
    update(Span(until=PORTAL[-1]))
    with closing(folder.open()) as index:
        assert all(len(index.catalogue.rows_between(day, day)) for day in PORTAL)


class TestGuards:
    @pytest.mark.parametrize("way", ["deleted", "blanked", "deleted but for ten", "to another wiki"])
    @pytest.mark.usefixtures("_fetched")
    def test_what_the_articles_lose_all_at_once_is_kept(
        self, folder: IndexFolder, update: Update, wiki: WikiServer, way: str
    ) -> None:
        kept = TELLING[:10] if way == "deleted but for ten" else []
        for title in TITLES:
            if way == "blanked":
                wiki.write(title, "{{under construction}}")
            elif way != "to another wiki" and title not in kept:
                wiki.delete_page(title)
        if way == "to another wiki":
            wiki.lead_portal_elsewhere()
        with pytest.raises(RemovalsRefusedError) as caught:
            update(AS_BEFORE)
        lost = len(TELLING) - len(kept)
        if way != "to another wiki":
            assert str(caught.value).startswith(
                f"{lost} of the {len(TELLING)} days of the year looked at that held events have no"
            )
            assert f"({TELLING[len(kept)]} to December 31)" in str(caught.value)
        assert len(on(folder, dt.date(1968, 10, 21))) == 1
        with closing(folder.open()) as index:
            assert index.catalogue.size == EVENTS

    @pytest.mark.usefixtures("_fetched")
    def test_their_removal_is_accepted_when_it_is_asked_for(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        for title in TITLES:
            wiki.delete_page(title)
        assert update(AS_BEFORE, accept_removals=True).removed == 2 * len(TELLING)
        assert on(folder, dt.date(1968, 10, 21)) == []

    @pytest.mark.usefixtures("_fetched")
    def test_one_article_that_goes_takes_its_events_with_it(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        [before] = on(folder, dt.date(1968, 10, 21))
        wiki.delete_page("October 21")
        assert update(AS_BEFORE).removed == 2
        with closing(folder.open()) as index:
            assert index.catalogue.row(before.id) is None
            assert index.catalogue.withdrawn(before.id) is not None
        wiki.write("October 21", article("October 21"))
        assert update(AS_BEFORE).new == 2
        assert on(folder, dt.date(1968, 10, 21)) == [before]

    @pytest.mark.usefixtures("_fetched")
    def test_it_goes_though_what_the_portals_days_lose_is_refused(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        for day in PORTAL:
            wiki.delete(day)
        wiki.delete_page("October 21")
        with pytest.raises(RemovalsRefusedError, match="5 of the 5 days looked at"):
            update(AS_BEFORE)
        assert on(folder, dt.date(1968, 10, 21)) == []
        assert len(on(folder, dt.date(1968, 6, 9))) == 1
        assert on(folder, DAYS[2])

    @pytest.mark.usefixtures("_fetched")
    def test_an_article_that_was_moved_is_read_where_it_still_names_its_day(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        for title, to in (("October 21", "21 October"), ("June 9", "June 10"), ("May 5", "Children's Day")):
            wiki.delete_page(to) if to in TITLES else None
            wiki.rename(title, to)
        file = io.StringIO()
        assert counts(update(AS_BEFORE, Report(file)))["events"] == EVENTS
        rows = [json.loads(line) for line in file.getvalue().splitlines()]
        assert {row["path"]: row["why"].split(",")[0] for row in rows if "leads to" in row["why"]} == {
            "May 5": "leads to Children's Day",
            "June 9": "leads to June 10",
        }
        for title in ("10-21", "06-09", "05-05", "06-10"):
            month, day = map(int, title.split("-"))
            assert len(on(folder, dt.date(1968, month, day))) == 1, title

    def test_a_wiki_without_them_is_told_and_the_portal_is_up_to_date(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        for title in TITLES:
            wiki.delete_page(title)
        with pytest.raises(WikiError) as caught:
            update()
        said = str(caught.value)
        assert "does not have any of the 366 pages that it was asked for, January 1 to December 31; name the" in said
        assert "api.php of a wiki that has Wikipedia's articles on the days of the year" in said
        with closing(folder.open()) as index:
            assert index.catalogue.size == OF_PORTAL
        assert update(AS_BEFORE).days == 5  # no article counts as fetched

    def test_an_update_that_breaks_off_keeps_what_it_has_and_goes_on_there(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        wiki.answer_next(*[None] * 6, truncated())
        with pytest.raises(WikiError, match="105 days were fetched before that; they are kept"):
            update()
        wiki.forget_faults()
        wiki.requests.clear()
        told = update()
        assert (told.events, told.fetched) == (EVENTS, 266)
        assert list(chain(*asked(wiki, "info"))) == TITLES[100:]

    @pytest.mark.usefixtures("_fetched")
    def test_a_wiki_that_lost_its_pages_while_an_update_was_broken_off_withdraws_none(
        self, folder: IndexFolder, update: Update, wiki: WikiServer
    ) -> None:
        """16 articles are left to ask for: they are gone or blanked, but so are those that were asked for before."""
        wiki.answer_next(*[None] * 8, truncated())
        with pytest.raises(WikiError):
            update()
        wiki.forget_faults()
        for number, title in enumerate(TITLES):
            wiki.write(title, "") if number % 2 else wiki.delete_page(title)
        with pytest.raises(RemovalsRefusedError, match=f"of the {len(TELLING)} days of the year looked at"):
            update()
        with closing(folder.open()) as index:
            assert index.catalogue.size == EVENTS

    @pytest.mark.usefixtures("_fetched")
    def test_an_update_that_goes_on_withdraws_the_few_that_are_gone(self, update: Update, wiki: WikiServer) -> None:
        gone = [title for title in TITLES[-16:] if title in TELLING]
        for title in gone:
            wiki.delete_page(title)
        wiki.answer_next(*[None] * 8, truncated())
        with pytest.raises(WikiError):
            update()
        wiki.forget_faults()
        told = update()
        assert (told.days, told.removed) == (16, 2 * len(gone))
