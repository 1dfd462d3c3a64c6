from __future__ import annotations

import datetime as dt
import errno
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import portalocker
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.archive.layout import EXPORT_MARK, day_address, slug
from embeddings.archive.plain import tame
from embeddings.archive.reading import read_markdown
from embeddings.archive.writing import write_archive, write_page
from embeddings.build.export import export_archive
from embeddings.build.run import build_index
from embeddings.errors import EmbeddingsError, InputError
from embeddings.events import Event, Related, Source, event_id
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.text import clean, is_web_address, normalise
from tests.conftest import few_examples
from tests.word_encoder import WordEncoder

DAY = dt.date(2015, 12, 3)
Index = Callable[..., OpenIndex]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Opens an index of archives, or of records of a JSONL archive."""
    opened: list[OpenIndex] = []

    def make(*archives: Path | dict[str, Any]) -> OpenIndex:
        paths = [archive for archive in archives if isinstance(archive, Path)]
        if not paths:
            paths = [tmp_path / f"events-{len(opened)}.jsonl"]
            paths[0].write_text("\n".join(map(json.dumps, archives)))
        report = Report()
        folder = IndexFolder(tmp_path / f"index-{len(opened)}")
        build_index(folder, paths, WordEncoder(dimension=8), report)
        assert report.count == 0, report.first
        opened.append(folder.open())
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def events(index: OpenIndex) -> list[Event]:
    return index.catalogue.events(range(index.catalogue.size))


def held(event: Event) -> Event:
    """What the layout has a place for; whether a link without a page to lead to has an address is its own affair."""
    related = tuple(replace(other, path=other.path if other.id else None) for other in event.related)
    return replace(event, category=None, contexts=(), related=related)


def told(headline: str, date: str = "2015-12-03", **more: Any) -> dict[str, Any]:
    return {"date": date, "headline": headline, **more}


def pages(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.md")}


class TestRebuild:
    def test_the_sample_comes_back_event_for_event(
        self, sample_part_folder: IndexFolder, index: Index, tmp_path: Path
    ) -> None:
        first = sample_part_folder.open()
        counts = export_archive(first.catalogue, tmp_path / "out")
        assert counts == (first.catalogue.size, first.catalogue.day_count)
        before = list(map(held, events(first)))
        assert len(before) > 50
        assert list(map(held, events(index(tmp_path / "out")))) == before
        first.close()

    def test_real_archives_come_back_event_for_event(
        self, both_real_folder: IndexFolder, index: Index, tmp_path: Path
    ) -> None:
        first = both_real_folder.open()
        assert export_archive(first.catalogue, tmp_path / "out") == (447, 35)
        paths = [(event.path,) if event.path else () for event in events(first)]
        wanted = [held(replace(event, paths=path)) for event, path in zip(events(first), paths, strict=True)]
        assert list(map(held, events(index(tmp_path / "out")))) == wanted
        first.close()

    def test_the_pages_of_a_real_archive_are_written_as_they_were(
        self, real_archives: Path, both_real_folder: IndexFolder, tmp_path: Path
    ) -> None:
        index = both_real_folder.open()
        export_archive(index.catalogue, tmp_path / "out")
        index.close()
        written, read = pages(tmp_path / "out"), pages(real_archives / "archive")
        names = [name for name in read if not name.endswith("index.md")]
        assert len(names) == 429
        assert [name for name in names if written[name] != read[name]] == []

    def test_a_colon_in_a_headline_makes_no_topic_though_another_event_has_that_topic(
        self, index: Index, tmp_path: Path
    ) -> None:
        first = index(
            told("The river rises.", topics=["Flood", "Alpha"]),
            told("Flood: the musical opens."),
            told("A film opens.", topics=["Flood: the film", "Premieres"]),
        )
        export_archive(first.catalogue, tmp_path / "out")
        found = [(event.topics, event.headline) for event in events(index(tmp_path / "out"))]
        assert found == [
            (("Flood", "Alpha"), "The river rises."),
            ((), "Flood: the musical opens."),
            (("Flood: the film", "Premieres"), "A film opens."),
        ]

    def test_events_whose_addresses_would_be_the_same_have_pages_of_their_own(
        self, index: Index, tmp_path: Path
    ) -> None:
        long = "A very long headline " * 9
        headlines = [f"{long}ends in Alpha.", f"{long}begins with Omega.", "Ψηφοφορία.", "Πλημμύρα.", "Index"]
        first = index(*map(told, headlines))
        assert export_archive(first.catalogue, tmp_path / "out") == (5, 1)
        assert [event.headline for event in events(index(tmp_path / "out"))] == headlines

    def test_links_lead_to_the_pages_of_their_events(self, index: Index, tmp_path: Path) -> None:
        long = "A very long headline " * 9
        links = [told(f"{long}begins with Omega."), told("Parliament votes.", "2014-01-01")]
        first = index(
            told("It rains.", related=links), told(f"{long}ends in Alpha."), told(f"{long}begins with Omega.")
        )
        export_archive(first.catalogue, tmp_path / "out")
        second = index(tmp_path / "out")
        rains, _, two = events(second)
        assert [other.id for other in rains.related] == [two.id, None]
        assert rains.related[0].path == two.path

    def test_a_link_to_a_further_address_of_an_event_leads_to_its_one_page(self, index: Index, tmp_path: Path) -> None:
        address = f"{day_address(DAY)}it-pours.md"
        first = index(
            told("It rains.", id="rain", path=f"{day_address(DAY)}it-rains.md", summary="All day."),
            told("It pours.", id="rain", path=address),
            told("The roof leaks.", related=[told("It pours.", path=address)]),
        )
        assert export_archive(first.catalogue, tmp_path / "out") == (2, 1)
        rain, leak = events(index(tmp_path / "out"))
        assert [(other.id, other.path) for other in leak.related] == [(rain.id, rain.path)]

    def test_each_days_index_leads_to_the_day_before_that_has_one(self, index: Index, tmp_path: Path) -> None:
        first = index(told("It rains."), told("It pours.", "2015-12-04"), told("It snows.", "2016-01-01"))
        export_archive(first.catalogue, tmp_path / "out")
        last = [
            (tmp_path / "out/news" / day / "index.md").read_text().splitlines()[-1]
            for day in ("2015/12/3", "2015/12/4", "2016/01/1")
        ]
        assert last == [
            "",
            "## [Previous Day...](/news/2015/12/3/index.md)",
            "## [Previous Day...](/news/2015/12/4/index.md)",
        ]

    def test_the_export_says_whose_texts_it_has(self, index: Index, tmp_path: Path) -> None:
        first = index(told("It rains.", attribution="The village paper"), told("It pours."))
        export_archive(first.catalogue, tmp_path / "out")
        assert (tmp_path / "out/attribution.txt").read_text() == "The village paper; Wikipedia, CC BY-SA 4.0\n"


class TestFolder:
    def test_a_folder_with_other_things_is_refused_and_left_alone(self, index: Index, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out/letter.txt").write_text("Dear Ann,")
        with pytest.raises(InputError, match="holds files that are not an export by Dateline"):
            export_archive(index(told("It rains.")).catalogue, tmp_path / "out")
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["letter.txt"]

    def test_a_file_is_refused(self, index: Index, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("Dear Ann,")
        with pytest.raises(InputError, match="is a file"):
            export_archive(index(told("It rains.")).catalogue, tmp_path / "out")

    def test_an_earlier_export_is_replaced_and_what_was_put_beside_it_kept(self, index: Index, tmp_path: Path) -> None:
        export_archive(index(told("It rains."), told("It pours.")).catalogue, tmp_path / "out")
        (tmp_path / "out/.git").mkdir()
        export_archive(index(told("It snows.")).catalogue, tmp_path / "out")
        assert set(pages(tmp_path / "out/news")) == {"2015/12/3/index.md", "2015/12/3/it-snows.md"}
        assert {path.name for path in (tmp_path / "out").iterdir()} == {
            "news", "attribution.txt", EXPORT_MARK, ".git"
        }  # fmt: skip

    def test_a_failed_export_says_so_and_leaves_the_earlier_one(self, index: Index, tmp_path: Path) -> None:
        def fill(step: str, done: int, total: int | None) -> None:
            if step == "writing" and done == 2:
                raise OSError(errno.ENOSPC, "No space left on device")

        export_archive(index(told("It rains.")).catalogue, tmp_path / "out")
        before = pages(tmp_path / "out")
        second = index(told("It snows."), told("It pours.", "2015-12-04"), told("It hails.", "2015-12-05"))
        with pytest.raises(EmbeddingsError, match=r"the export was not written: No space left on device .* unchanged"):
            export_archive(second.catalogue, tmp_path / "out", fill)
        assert pages(tmp_path / "out") == before

    def test_what_a_killed_export_left_is_cleared_away(self, index: Index, tmp_path: Path) -> None:
        first = index(told("It rains."))
        export_archive(first.catalogue, tmp_path / "out")
        left = tmp_path / "out/news.new/news/2015/12/3"
        left.mkdir(parents=True)
        (left / "old.md").write_text("# Half a pa")
        export_archive(first.catalogue, tmp_path / "out")
        assert set(pages(tmp_path / "out")) == {"news/2015/12/3/index.md", "news/2015/12/3/it-rains.md"}

    def test_two_exports_to_one_folder_at_once_are_refused(self, index: Index, tmp_path: Path) -> None:
        first = index(told("It rains."))
        export_archive(first.catalogue, tmp_path / "out")
        with (tmp_path / "out" / EXPORT_MARK).open("a") as mark:
            portalocker.lock(mark, portalocker.LOCK_EX)
            with pytest.raises(EmbeddingsError, match="another export to"):
                export_archive(first.catalogue, tmp_path / "out")


# --- the law ---

FRAGMENTS = (
    *("### ", "# ", "## [2015-12-03]", "##### ", "[", "](", "](/news/2015/12/3/a.md)", "](http://a", ")", "_", ": "),
    *("_Context: ", "Formats: ", ",", "1. ", "- ", "&amp;", "&lt", "&", "#", "AT&T", "Source:", "Rain", "rain", "7"),
)
texts = (
    (st.text(max_size=12) | st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map("".join))
    .map(clean)
    .filter(lambda text: text == tame(text * 200)[: len(text)])  # what no reader gives, no event has
)
names = texts.filter(bool)
headlines = texts.filter(normalise)
urls = names.map(lambda name: f"https://news.example/{name.replace(' ', '_')}").filter(is_web_address)
chains = st.one_of(st.just(()), st.tuples(names), st.tuples(names, names.filter(lambda name: ": " not in f"{name} ")))


@st.composite
def links(draw: st.DrawFn) -> Related:
    day, headline = draw(st.dates()), draw(headlines)
    path = f"{day_address(day)}{slug(headline)}.md" if draw(st.booleans()) else None
    return Related(day, headline, tuple(draw(st.lists(names, max_size=3, unique=True))), path)


@st.composite
def days(draw: st.DrawFn) -> list[Event]:
    """Any events of a day, no two of which have a headline of the same words."""
    return [
        Event(
            id=event_id(DAY, headline),
            date=DAY,
            headline=headline,
            topics=draw(chains),
            summary=draw(st.none() | names),
            contexts=tuple(draw(st.lists(names, max_size=3, unique=True))),
            sources=tuple(draw(st.lists(st.builds(Source, names, st.none() | urls), max_size=3))),
            related=tuple(draw(st.lists(links(), max_size=3))),
        )
        for headline in draw(st.lists(headlines, min_size=1, max_size=4, unique_by=normalise))
    ]


@given(of_day=days())
@few_examples()
def test_any_events_read_back_as_they_were(of_day: list[Event], tmp_path_factory: pytest.TempPathFactory) -> None:
    root, report = tmp_path_factory.mktemp("archive"), Report()
    (root / EXPORT_MARK).touch()
    write_archive(root, of_day)
    found = list(read_markdown(root, report))
    assert report.count == 0, report.first
    assert len({event.path for event in found}) == len(of_day)
    for event, read in zip(of_day, found, strict=True):
        shared = (name for other in event.related for name in other.contexts)
        contexts = tuple(dict.fromkeys((*(() if event.summary else event.contexts), *shared)))
        related = tuple(
            replace(other, path=other.path or again.path)
            for other, again in zip(event.related, read.related, strict=True)
        )
        assert read == replace(event, contexts=contexts, related=related, paths=read.paths)
        assert write_page(read) == (root / read.paths[0].lstrip("/")).read_text(encoding="utf-8")
