from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.archive.layout import slug
from embeddings.archive.reading import read_markdown
from embeddings.archive.writing import write_archive, write_page
from embeddings.build.merging import group_day, merge
from embeddings.errors import ArchiveMissingError
from embeddings.events import Event, Related, Source, event_id
from embeddings.text import clean, normalise
from tests.conftest import few_examples
from tests.embeddings.archive.pages import entry, index, page, write

DAY = dt.date(2015, 12, 3)


def read(root: Path) -> tuple[list[Event], Report]:
    report = Report()
    return list(read_markdown(root, report)), report


def only(root: Path) -> Event:
    events, report = read(root)
    assert not report.count, report.first
    [event] = events
    return event


def test_a_page_gives_headline_summary_sources_and_related_events(tmp_path: Path) -> None:
    write(
        tmp_path,
        "2015/12/3/a-dam-breaks.md",
        page(
            "A dam breaks above the town. ",
            summary="Nobody is hurt, the mayor says.",
            sources="1. [Daily News](http://news.example/dam_(town))\n2. [Radio](https://radio.example/1)",
            related="1. [It is rebuilt. ](/news/2016/01/9/rebuilt.md) _Context: Dam, Mayor of town_",
        ),
    )
    event = only(tmp_path)
    assert event.date == DAY
    assert event.headline == "A dam breaks above the town."
    assert event.summary == "Nobody is hurt, the mayor says."
    assert event.sources == (
        Source("Daily News", "http://news.example/dam_(town)"),
        Source("Radio", "https://radio.example/1"),
    )
    assert event.related == (
        Related(
            dt.date(2016, 1, 9),
            "It is rebuilt.",
            ("Dam", "Mayor of town"),
            "/news/2016/01/9/rebuilt.md",
        ),
    )
    assert event.contexts == ("Dam", "Mayor of town")
    assert event.path == "/news/2015/12/3/a-dam-breaks.md"
    assert event.id == event_id(DAY, "A dam breaks above the town.")


def test_summary_sources_and_related_may_each_be_missing(tmp_path: Path) -> None:
    write(tmp_path, "2015/12/3/a.md", "### [2015-12-3](/news/2015/12/3/index.md)\n\n#  It rains.\n")
    event = only(tmp_path)
    assert (event.headline, event.summary, event.sources, event.related) == ("It rains.", None, (), ())


def test_the_news_folder_itself_may_be_named(tmp_path: Path) -> None:
    write(tmp_path, "2015/12/3/a.md", page("It rains."))
    assert only(tmp_path / "news") == only(tmp_path)


def test_entities_and_wiki_quotes_are_decoded_balanced_or_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        "2015/12/3/a.md",
        page(" ''The Show'' isn&#039;t over&hellip; ", sources="1. [Wire via ''The Paper](http://paper.example/1)"),
    )
    event = only(tmp_path)
    assert event.headline == "The Show isn't over…"
    assert event.sources[0].name == "Wire via The Paper"


def test_brackets_and_parentheses_in_headlines_and_slugs_do_not_end_a_link(tmp_path: Path) -> None:
    headline = 'The "Movement [for] (Change)" wins](again) the vote.'
    write(tmp_path, "2015/12/3/index.md", index(entry(headline, "the-movement-(change)-wins")))
    event = only(tmp_path)
    assert event.headline == headline
    assert event.path == "/news/2015/12/3/the-movement-(change)-wins.md"


def test_an_index_entry_without_a_page_is_an_event_with_its_summary_or_contexts(tmp_path: Path) -> None:
    first = entry("It rains.", "it-rains", topic="Weather", below="It rained all day.")
    second = entry("It snows.", "it-snows", below="_Context: Snow, Weather_")
    write(tmp_path, "2015/12/3/index.md", index(first, second))
    events, report = read(tmp_path)
    assert report.count == 0
    assert [(event.topics, event.summary, event.contexts) for event in events] == [
        (("Weather",), "It rained all day.", ()),
        ((), None, ("Snow", "Weather")),
    ]


def test_a_readme_is_an_index_too_and_a_copy_of_the_index_is_read_once(tmp_path: Path) -> None:
    text = index(entry("It rains.", "it-rains"))
    write(tmp_path, "2015/12/3/README.md", text)
    assert only(tmp_path).headline == "It rains."
    write(tmp_path, "2015/12/3/index.md", text)
    assert only(tmp_path).headline == "It rains."


class TestTopics:
    def test_words_before_a_colon_are_topics_where_they_are_contexts(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            "2015/12/3/a.md",
            page(
                "Civil War: Siege of the City: The army enters the city.",
                related="1. [Peace talks begin. ](/news/2015/11/9/peace.md) _Context: Civil War, Siege of the City_",
            ),
        )
        event = only(tmp_path)
        assert event.topics == ("Civil War", "Siege of the City")
        assert event.headline == "The army enters the city."

    def test_words_before_a_colon_stay_where_nothing_else_says_that_they_are_a_topic(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("The Show: Part Two opens in cinemas."))
        event = only(tmp_path)
        assert (event.topics, event.headline) == ((), "The Show: Part Two opens in cinemas.")

    def test_words_that_lead_two_headlines_are_a_topic(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("Flood: Rain falls for a tenth day."))
        write(tmp_path, "2015/12/3/b.md", page("Flood: The river leaves its banks."))
        events, _ = read(tmp_path)
        assert [event.topics for event in events] == [("Flood",), ("Flood",)]

    def test_an_entry_and_its_page_are_one_headline_not_two_that_share_a_topic(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("Exclusive: Rain falls for a tenth day."))
        write(tmp_path, "2015/12/3/index.md", index(entry("Exclusive: Rain falls for a tenth day.", "a")))
        events, _ = read(tmp_path)
        assert {event.topics for event in events} == {()}

    def test_older_pages_end_a_topic_with_a_full_stop(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("Civil War. The army enters the city."))
        write(tmp_path, "2015/12/3/index.md", index(entry("It rains.", "b", below="_Context: Civil War, St, U.S_")))
        write(tmp_path, "2015/12/3/c.md", page("St. Mary's burns down."))
        write(tmp_path, "2015/12/3/d.md", page("U.S. troops leave."))
        events, _ = read(tmp_path)
        found = {event.headline: event.topics for event in events}
        assert found["The army enters the city."] == ("Civil War",)
        assert found["St. Mary's burns down."] == ()
        assert found["U.S. troops leave."] == ()

    def test_a_topic_with_a_comma_is_known_though_the_contexts_fell_apart_at_it(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("Island election, 2015: The opposition wins."))
        below = "_Context: Island, Island election, 2015_"
        write(
            tmp_path,
            "2015/12/3/index.md",
            index(entry("Island election, 2015: The opposition wins.", "a", below=below)),
        )
        events, _ = read(tmp_path)
        assert {event.topics for event in events} == {("Island election, 2015",)}

    def test_the_index_knows_the_bare_headline_of_a_page(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("Wide: Narrow: It rains."))
        write(tmp_path, "2015/12/3/index.md", index(entry("It rains.", "a", topic="Wide")))
        events, _ = read(tmp_path)
        merged = merge(events)
        assert (merged.topics, merged.headline) == (("Wide", "Narrow"), "It rains.")


class TestWhatCannotBeRead:
    def test_a_page_without_a_headline_costs_that_page(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", "### [2015-12-03](/news/2015/12/3/index.md)\n\nNo headline here.\n")
        write(tmp_path, "2015/12/3/b.md", page("It rains."))
        events, report = read(tmp_path)
        assert [event.headline for event in events] == ["It rains."]
        assert [(Path(r.path).name, r.line) for r in report.first] == [("a.md", 3), ("a.md", 4)]

    def test_a_bad_line_costs_that_line(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            "2015/12/3/a.md",
            page(
                "It rains.",
                sources="1. [Paper](http://paper.example/1\n2. [Radio](javascript:alert(1))\n3. Television",
                related="1. no link\n2. [Snow. ](/news/2015/02/30/snow.md)\n3. [Sun. ](/news/2015/02/3/sun.md)",
            ),
        )
        [event], report = read(tmp_path)
        assert event.sources == (Source("Radio"), Source("Television"))
        assert [other.headline for other in event.related] == ["Sun."]
        assert [(r.line, r.why.split(":")[0]) for r in report.first] == [
            (10, "the source's link has no closing bracket"),
            (11, "the source's address is not http or https"),
            (16, "is not a link to a related event"),
            (17, "is not a link to a related event"),
        ]

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            (b"", "is empty"),
            (b"# It \0 rains.", "is not text: it holds NUL bytes"),
            ("# Es regnet in Köln.".encode("latin-1"), "is not UTF-8: byte 16 is 0xf6"),
            ("# It rains.".encode("utf-16"), "is not text: it holds NUL bytes"),
            (b"# " + b"x" * 3_000_000, "is too large: more than the 2,097,152 bytes that are read"),
        ],
        ids=["empty", "binary", "latin-1", "utf-16", "huge"],
    )
    def test_a_file_that_is_no_page_is_named_with_the_reason(self, tmp_path: Path, data: bytes, why: str) -> None:
        path = write(tmp_path, "2015/12/3/a.md", data)
        events, report = read(tmp_path)
        assert not events
        assert [(r.path, r.line, r.why) for r in report.first] == [(str(path), None, why)]

    def test_line_ends_of_other_systems_and_a_byte_order_mark_are_read(self, tmp_path: Path) -> None:
        text = page("It rains.", summary="All day.").replace("\n", "\r\n")
        write(tmp_path, "2015/12/3/a.md", b"\xef\xbb\xbf" + text.encode())
        event = only(tmp_path)
        assert (event.headline, event.summary) == ("It rains.", "All day.")

    def test_the_folder_says_the_day_where_the_heading_disagrees(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("It rains.", day="2015-12-04"))
        [event], report = read(tmp_path)
        assert event.date == DAY
        assert report.first[0].why == "the heading says 2015-12-04, the folder 2015-12-03; the folder's day counts"

    def test_a_folder_that_is_no_day_is_reported(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("It rains."))
        write(tmp_path, "2015/02/30/a.md", page("It snows."))
        _, report = read(tmp_path)
        assert report.first[0].why == "is not a day: expected news/YYYY/MM/D"

    @pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
    def test_links_out_of_the_archive_and_loops_are_not_followed(self, tmp_path: Path) -> None:
        archive = tmp_path / "archive"
        secret = tmp_path / "secret.md"
        secret.write_text(page("A secret."))
        here = write(archive, "2015/12/3/a.md", page("It rains.")).parent
        (here / "b.md").symlink_to(secret)
        (here / "c.md").symlink_to("c.md")
        (here / "d.md").symlink_to("a.md")
        (here.parent / "4").symlink_to(tmp_path)
        (here.parent / "5").symlink_to(here.parent)
        events, report = read(archive)
        assert {event.headline for event in events} == {"It rains."}
        assert {event.path for event in events} == {"/news/2015/12/3/a.md", "/news/2015/12/3/d.md"}
        whys = {Path(r.path).name: r.why for r in report.first}
        assert whys["b.md"] == whys["4"] == "is a link that leads out of the archive"
        assert whys["c.md"] == "is not a regular file"

    @pytest.mark.skipif(sys.platform != "linux", reason="needs file names that are no text")
    def test_a_file_name_that_is_no_text_is_reported_legibly(self, tmp_path: Path) -> None:
        here = write(tmp_path, "2015/12/3/a.md", page("It rains.")).parent
        Path(os.fsdecode(os.fsencode(here) + b"/\xff.md")).write_text(page("It snows."))
        events, report = read(tmp_path)
        assert [event.headline for event in events] == ["It rains."]
        assert report.first[0].why == "its name is not UTF-8"
        assert report.first[0].path.endswith("\\udcff.md")

    def test_a_page_of_nothing_but_bad_lines_is_not_listed_whole(self, tmp_path: Path) -> None:
        write(tmp_path, "2015/12/3/a.md", page("It rains.", related="nonsense\n" * 50_000))
        [event], report = read(tmp_path)
        assert event.headline == "It rains."
        assert report.count == 101

    def test_a_folder_without_years_is_no_archive(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveMissingError, match="is not a Markdown archive"):
            read(tmp_path)


def test_the_archive_says_whose_texts_it_has(tmp_path: Path) -> None:
    write(tmp_path, "2015/12/3/a.md", page("It rains."))
    assert only(tmp_path).attribution == "Wikipedia, CC BY-SA 4.0"
    (tmp_path / "attribution.txt").write_text("The village paper, all rights reserved\n")
    assert only(tmp_path).attribution == "The village paper, all rights reserved"


# --- laws ---

names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).map(clean).filter(bool)
sentences = st.lists(names, min_size=1, max_size=12).map(" ".join)
urls = names.map(lambda name: f"https://news.example/{name}_(1)")


named = st.lists(st.tuples(names, st.none() | urls), max_size=3, unique_by=(lambda pair: normalise(pair[0]), str))


linked = st.lists(st.tuples(st.dates(), sentences), max_size=3, unique_by=lambda pair: (pair[0], slug(pair[1])))


@st.composite
def events(draw: st.DrawFn) -> Event:
    headline = draw(sentences) + "."
    contexts = tuple(draw(st.lists(sentences, max_size=3, unique=True)))
    related = tuple(
        Related(day, f"{text}.", contexts, f"/news/{day.year:04}/{day.month:02}/{day.day}/{slug(text)}.md")
        for day, text in draw(linked)
    )
    return Event(
        id=event_id(DAY, headline),
        date=DAY,
        headline=headline,
        summary=draw(st.none() | sentences),
        contexts=contexts if related else (),
        sources=tuple(Source(f"n {name}", url) for name, url in draw(named)),
        related=related,
        paths=(f"/news/2015/12/3/{slug(headline)}.md",),
    )


@given(event=events())
@few_examples()
def test_what_is_written_reads_back(event: Event, tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("archive")
    write_archive(root, [event])
    found, report = read(root)
    assert report.count == 0, report.first
    assert len(group_day(found)) == 1
    assert merge(found) == event
    assert write_page(merge(found)) == write_page(event)


@given(data=st.binary(max_size=2_000) | st.text(max_size=2_000).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_give_events_and_a_report_never_an_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("archive")
    write(root, "2015/12/3/a.md", data)
    write(root, "2015/12/3/index.md", data)
    found, report = read(root)
    assert found or report.count


FRAGMENTS = (
    *("### ", "# ", "## ", "##### ", "[", "](", "](/news/2015/12/3/a.md)", ")", "_Context: ", "a, b_", "\n", "''"),
    *("&amp;", "1. ", "Source:", "Related:", "### Source:\n", "### Related:\n", "http://x.example/", "A: B", "é\u200b"),
    *("### Changes:\n", "Formats: x\n", "; ", ". ", "[http:--x.example-1 Y]", "[Cover Image](x)", "{{a|b}}"),
)


@given(parts=st.lists(st.sampled_from(FRAGMENTS), max_size=60))
def test_any_mixture_of_the_layouts_parts_gives_clean_events(
    parts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("archive")
    write(root, "2015/12/3/a.md", "".join(parts) or "x")
    write(root, "2015/12/3/index.md", "".join(parts) or "x")
    found, report = read(root)
    assert found or report.count
    for event in found:
        for text in (event.headline, *event.topics, event.summary or "", *event.contexts):
            assert "''" not in text
            assert "\u200b" not in text
            assert text == " ".join(text.split())
