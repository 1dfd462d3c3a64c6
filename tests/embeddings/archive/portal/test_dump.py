from __future__ import annotations

import bz2
import datetime as dt
import os
import tracemalloc
from html import escape
from pathlib import Path

import pytest

from embeddings.archive import Report, read_archive
from embeddings.archive.portal.page import MAX_PAGE
from embeddings.errors import ArchiveDamagedError, ArchiveMissingError
from embeddings.events import Event

DAYS = "Portal:Current events/"
HEAD = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">\n'
SITE = "<siteinfo><sitename>Wiki</sitename><namespaces><namespace key='100'>Portal</namespace></namespaces></siteinfo>"


def page(title: str, *texts: str) -> str:
    """A page of a dump, with its revisions."""
    revisions = "".join(
        f"<revision><id>{number}</id><contributor><username>A</username></contributor><comment>*It hails.</comment>"
        f'<text bytes="{len(text)}" xml:space="preserve">{escape(text)}</text></revision>'
        for number, text in enumerate(texts)
    )
    return f"<page><title>{escape(title)}</title><ns>100</ns><id>1</id>{revisions}</page>\n"


def write(folder: Path, *parts: str, name: str = "dump.xml.bz2", tail: str = "</mediawiki>\n") -> Path:
    data = "".join((HEAD, SITE, *parts, tail)).encode()
    path = folder / name
    path.write_bytes(bz2.compress(data) if name.endswith(".bz2") else data)
    return path


def read(path: Path) -> tuple[list[Event], list[str]]:
    report = Report()
    events = list(read_archive(path, report))
    return events, [str(rejection) for rejection in report.first]


@pytest.mark.parametrize("name", ["dump.xml", "dump.xml.bz2"])
def test_the_pages_of_days_are_read_and_others_passed_over(tmp_path: Path, name: str) -> None:
    path = write(
        tmp_path,
        page("Ardun", "*It is a town."),
        page(DAYS + "2015 December 3", "*It rains in [[Ardun|“Ardun” & <b>Cestry</b>]]."),
        page("Portal:Current events", "*It hails."),
        page("Talk:" + DAYS + "2015 December 3", "*It hails."),
        page(DAYS + "2002 July 1", "*It snows."),
        name=name,
    )
    events, notes = read(path)
    assert notes == []
    assert [(event.date, event.headline) for event in events] == [
        (dt.date(2015, 12, 3), "It rains in “Ardun” & Cestry."),
        (dt.date(2002, 7, 1), "It snows."),
    ]


def test_the_last_revision_of_a_page_counts(tmp_path: Path) -> None:
    path = write(tmp_path, page(DAYS + "2015 December 3", "*It rains.", "*It pours.", "*It stops."))
    assert [event.headline for event in read(path)[0]] == ["It stops."]


def test_a_dump_of_several_bz2_streams_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "dump.xml.bz2"
    parts = (HEAD, page(DAYS + "2015 December 3", "*It rains."), page(DAYS + "2015 December 4", "*It snows."))
    path.write_bytes(b"".join(bz2.compress(part.encode()) for part in (*parts, "</mediawiki>")))
    assert [event.headline for event in read(path)[0]] == ["It rains.", "It snows."]


def test_pages_that_cannot_be_read_are_reported_and_cost_themselves_alone(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        page(DAYS + "2015 February 30", "*It hails."),
        page(DAYS + "2015 December 1", ""),
        page(DAYS + "2015 December 2"),
        page(DAYS + "2015 December 3", "*[[File:Rain.jpg]]"),
        page(DAYS + "2015 December 4", "x" * (MAX_PAGE + 10)),
        page(DAYS + "2015 December 5", "*It rains."),
    )
    events, notes = read(path)
    assert [event.headline for event in events] == ["It rains."]
    assert notes == [
        f"{path}: {DAYS}2015 February 30: is not a day of the calendar",
        f"{path}: {DAYS}2015 December 1: is empty: the page holds no text",
        f"{path}: {DAYS}2015 December 2: is empty: the page holds no text",
        f"{path}: {DAYS}2015 December 3: line 1: shows no text: File:Rain.jpg",
        f"{path}: {DAYS}2015 December 4: is too large: more than the 2,097,152 characters that are read",
    ]


def test_a_dump_that_breaks_off_gives_what_came_before_and_then_says_so(tmp_path: Path) -> None:
    rain = page(DAYS + "2015 December 3", "*It rains.")
    path = write(tmp_path, rain, page("Ardun", "*It is a town."), rain[:60], name="dump.xml", tail="")
    events = read_archive(path, Report())
    assert next(events).headline == "It rains."
    with pytest.raises(ArchiveDamagedError, match=r"dump\.xml breaks off after page 2: unclosed token.*not changed"):
        next(events)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bz2.compress(HEAD.encode() * 2)[:-8], "ended before the end-of-stream marker"),
        (b"BZh9" + b"x" * 100, "Invalid data stream"),
        (HEAD.encode(), "Invalid data stream"),
    ],
)
def test_a_damaged_bz2_file_is_one_sentence(tmp_path: Path, data: bytes, why: str) -> None:
    path = tmp_path / "dump.xml.bz2"
    path.write_bytes(data)
    with pytest.raises(ArchiveDamagedError, match=rf"dump\.xml\.bz2 breaks off after page 0: .*{why}"):
        read(path)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("<html><body/></html>", "expected <mediawiki> to begin it, got <html>"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><mediawiki/>', "it holds a document type definition"),
        (HEAD + "<a>" * 100, "more than 50 deep"),
        (HEAD + "<!--" + "x" * 2_000_000, "it holds a tag or comment of more than 1,048,576 bytes"),
        (HEAD + '<a b="' + "x" * 2_000_000, "it holds a tag or comment of more than 1,048,576 bytes"),
    ],
)
def test_what_no_dump_holds_is_refused(tmp_path: Path, data: str, why: str) -> None:
    path = tmp_path / "dump.xml"
    path.write_text(data)
    with pytest.raises(ArchiveMissingError, match=rf"dump\.xml is not a dump of a MediaWiki wiki: .*{why}"):
        read(path)


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "dump.xml")
    with pytest.raises(ArchiveMissingError, match=r"dump\.xml is not a regular file"):
        read_archive(tmp_path / "dump.xml", Report())


def test_memory_holds_a_page_however_large_the_dump(tmp_path: Path) -> None:
    path = tmp_path / "dump.xml.bz2"
    large = page("Ardun", "x" * 40 * 2**20), page(DAYS + "2015 December 2", *["x" * 20 * 2**20] * 2)
    write(tmp_path, *large, page(DAYS + "2015 December 3", "*It rains."))
    del large
    tracemalloc.start()
    try:
        events, notes = read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ([event.headline for event in events], len(notes)) == (["It rains."], 1)
    assert peak < 16 * 2**20
