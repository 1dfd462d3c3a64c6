"""The site's last layout: formats, topics above the headline, a picture among the sources, earlier versions."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.archive.reading import read_markdown
from embeddings.build.merging import group_day, merge
from embeddings.build.run import build_index
from embeddings.events import Event, Source, event_id
from embeddings.index.folder import IndexFolder
from tests.embeddings.archive.pages import entry, index, write
from tests.word_encoder import WordEncoder

DAY = dt.date(2015, 12, 3)
HEADLINE = "The harbour of Alder closes after a crane falls into the fairway."
ADDRESS = "/news/2015/12/3/the-harbour-of-alder-closes.md"
FORMATS = "Formats: [HTML](/news/2015/12/3/a.html)  [JSON](/news/2015/12/3/a.json)  [XML](/news/2015/12/3/a.xml)  "
DAILY, RADIO = Source("Daily", "https://daily.example/1"), Source("Radio", "https://radio.example/2")


def change(title: str, slug: str, note: str = "2017-08-27 03:46:27 (First version)", day: str = "2015/12/3") -> str:
    return f"1. [{title} ](/news/{day}/{slug}.md) _{note}_"


def page(
    *topics: str,
    headline: str = HEADLINE,
    summary: str = "",
    sources: str = "1. [Daily](https://daily.example/1)",
    changes: str = "",
    related: str = "",
    formats: str = FORMATS,
) -> str:
    lines = ["", formats, "", "### [2015-12-3](/news/2015/12/3/index.md)", ""]
    lines += [*(f"##### {topic}" for topic in topics), f"# {headline} ", "", summary, "", ""]
    for section, text in (("Sources", sources), ("Changes", changes), ("Related", related)):
        lines += [f"### {section}:", "", text, ""] if text else []
    return "\n".join(lines)


def read(root: Path) -> list[Event]:
    report = Report()
    found = list(read_markdown(root, report))
    assert report.count == 0, report.first
    return [merge([found[place] for place in group]) for group in group_day(found)]


TOPICS = ((), ("Harbour strike",), ("Harbour strike", "Trial of the two captains"))
PICTURES = (
    "",
    "\n2. [Cover Image](https://daily.example/p.jpg)",
    "\n1. [ cover image ](//daily.example/p (1).jpg)",
    "\n2. ![Cover Image](data:image/png;base64,AAAA)",
    "\n2. Cover Image",
    "\n2. [Cover Image](",
)
SUMMARIES = ("", "Formats: of ships are to change, the mayor says.", "Nobody is hurt.")
EARLIER = (
    "",
    change("Harbour strike: " + HEADLINE, "first"),
    change("Harbour strike; Nobody knows who let the crane fall.", "first")
    + "\n"
    + change(HEADLINE, "second", "(Update)"),
    change(f"{HEADLINE} [https://daily.example/1 (Daily)]", "first") + "\n" + change(" ", "second", "2018"),
)


def test_every_mixture_of_its_parts_is_one_event_without_a_rejection(tmp_path: Path) -> None:
    right = 0
    for number, (topics, picture, earlier) in enumerate(product(TOPICS, PICTURES, EARLIER)):
        summary = SUMMARIES[(number + number // 24) % 3]  # each beside each of the others, two by two
        if summary.startswith("Formats: ") and picture:
            continue
        root = tmp_path / str(number)
        sources = f"1. [Daily](https://daily.example/1){picture}\n2. [Radio](https://radio.example/2)"
        text = page(*topics, summary=summary, sources=sources, changes=earlier)
        write(root, ADDRESS.removeprefix("/news/"), text)
        [event] = read(root)
        assert (event.headline, event.summary) == (HEADLINE, summary or None)
        assert event.topics == topics or (not topics and "Harbour strike: " in earlier)
        assert event.sources == (DAILY, RADIO)
        assert len(event.paths) == 1 + earlier.count("](/news/")
        assert event.path == ADDRESS
        right += 1
    assert right == 52


class TestEarlierVersions:
    def test_its_headlines_and_addresses_are_names_of_the_event(self, tmp_path: Path) -> None:
        first, second = "A crane falls in Alder.", "The harbour of Alder shuts until further notice."
        changes = "\n".join(
            (change(first, "first"), change(second, "second"), change(HEADLINE, "the-harbour-of-alder-closes"))
        )
        write(tmp_path, ADDRESS.removeprefix("/news/"), page("Harbour strike", changes=changes))
        folder = IndexFolder(tmp_path / "index")
        build_index(folder, [tmp_path], WordEncoder(), Report())
        opened = folder.open()
        try:
            assert opened.catalogue.size == 1
            [event] = opened.catalogue.events([0])
            assert (event.headline, event.topics) == (HEADLINE, ("Harbour strike",))
            assert set(event.paths) == {ADDRESS, "/news/2015/12/3/first.md", "/news/2015/12/3/second.md"}
            for headline in (first, second, HEADLINE):
                assert opened.catalogue.row(event_id(DAY, headline)) == 0
        finally:
            opened.close()

    def test_a_page_that_was_left_behind_is_the_same_event(self, tmp_path: Path) -> None:
        first = "A crane falls in Alder and sinks a ferry that had just left with all its passengers."
        write(tmp_path, "2015/12/3/first.md", page(headline=first, sources="", formats=""))
        write(tmp_path, ADDRESS.removeprefix("/news/"), page(changes=change(first, "first")))
        write(tmp_path, "2015/12/3/index.md", index(entry(first, "first", topic="Harbour strike")))
        [event] = read(tmp_path)
        assert (event.headline, event.topics, event.path) == (HEADLINE, ("Harbour strike",), ADDRESS)

    def test_the_headline_of_now_is_shown_though_an_earlier_one_was_longer(self, tmp_path: Path) -> None:
        changes = change(f"{HEADLINE} Divers look for the driver, whom nobody has seen since.", "first")
        write(tmp_path, ADDRESS.removeprefix("/news/"), page(sources="", changes=changes))
        [event] = read(tmp_path)
        assert event.headline == HEADLINE

    def test_an_earlier_one_is_shown_where_the_one_of_now_has_markup(self, tmp_path: Path) -> None:
        marked = HEADLINE.replace("a crane", "a crane of {{convert|300|t}}")
        write(tmp_path, ADDRESS.removeprefix("/news/"), page(headline=marked, changes=change(HEADLINE, "first")))
        [event] = read(tmp_path)
        assert event.headline == HEADLINE
        assert event.sources == (DAILY,)

    def test_an_address_of_another_day_is_kept_and_joins_nothing(self, tmp_path: Path) -> None:
        changes = change("A crane falls in Alder.", "first", day="2015/12/2")
        write(tmp_path, ADDRESS.removeprefix("/news/"), page(changes=changes))
        write(tmp_path, "2015/12/2/b.md", "### [2015-12-02](/news/2015/12/2/index.md)\n\n# It rains.\n")
        assert sorted(event.headline for event in read(tmp_path)) == ["It rains.", HEADLINE]

    def test_a_line_that_is_no_version_costs_that_line(self, tmp_path: Path) -> None:
        changes = "nonsense\n1. [Snow. ](/news/2015/02/30/snow.md)\n" + change("A crane falls.", "first")
        write(tmp_path, ADDRESS.removeprefix("/news/"), page(changes=changes))
        report = Report()
        [event, _] = list(read_markdown(tmp_path, report))
        assert len(event.paths) == 2
        assert [rejection.why for rejection in report.first] == [
            "expected [earlier headline](/news/YYYY/MM/D/slug.md) _when_"
        ] * 2

    def test_no_more_of_them_are_kept_than_a_page_may_have(self, tmp_path: Path) -> None:
        changes = "\n".join(change(f"Version {number} of it.", f"v{number}") for number in range(300))
        write(tmp_path, ADDRESS.removeprefix("/news/"), page(changes=changes))
        report = Report()
        assert len(list(read_markdown(tmp_path, report))) == 201
        assert report.count == 100


@pytest.mark.parametrize("name", ["Cover Imagery", "The Cover Image", "Image", "Cover"])
def test_a_source_that_is_no_picture_stays(tmp_path: Path, name: str) -> None:
    write(tmp_path, ADDRESS.removeprefix("/news/"), page(sources=f"1. [{name}](https://daily.example/1)"))
    [event] = read(tmp_path)
    assert event.sources == (Source(name, "https://daily.example/1"),)


def test_a_source_in_the_headline_of_a_related_event_is_none_of_its_headline(tmp_path: Path) -> None:
    related = (
        "1. [ It rains in Alder. [https://daily.example/1 (Daily)] (Link dead as of 1 May 2007 (UTC))]"
        "(/news/2015/11/3/it-rains-in-alder-https-daily-example.md) _Context: Alder_"
    )
    write(tmp_path, ADDRESS.removeprefix("/news/"), page(related=related))
    [event] = read(tmp_path)
    [other] = event.related
    assert (other.headline, other.contexts) == ("It rains in Alder.", ("Alder",))
    assert other.path == "/news/2015/11/3/it-rains-in-alder-https-daily-example.md"


def test_a_source_that_page_and_headline_both_have_is_one(tmp_path: Path) -> None:
    headline = f"{HEADLINE} [https://daily.example/1 (The Daily)] (Radio) (Alder News)"
    sources = "1. [Daily](https://daily.example/1)\n2. [Radio](https://radio.example/2)"
    write(tmp_path, ADDRESS.removeprefix("/news/"), page(headline=headline, sources=sources))
    [event] = read(tmp_path)
    assert event.headline == HEADLINE
    assert event.sources == (DAILY, RADIO, Source("Alder News"))
