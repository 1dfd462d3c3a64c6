from __future__ import annotations

import bz2
import datetime as dt
import lzma
import os
import random
import re
import tracemalloc
from html import escape
from pathlib import Path

import pytest

from embeddings.archive import Report, read_archive
from embeddings.archive.portal.page import MAX_PAGE
from embeddings.errors import ArchiveDamagedError, ArchiveMissingError
from embeddings.events import Event
from tests.packing import PACKERS

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
    return events, [str(each) for each in (*report.first, *report.notes)]


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


def test_a_page_may_hold_its_text_without_a_revision(tmp_path: Path) -> None:
    body = f"<page><title>{DAYS}2015 December 3</title><text>*It rains.</text></page>"
    path = write(tmp_path, page(DAYS + "2015 December 2", "*It pours."), body, body.replace("3<", "4<"))
    assert [event.date.day for event in read(path)[0]] == [2, 3, 4]


def test_a_dump_of_several_bz2_streams_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "dump.xml.bz2"
    parts = (HEAD, page(DAYS + "2015 December 3", "*It rains."), page(DAYS + "2015 December 4", "*It snows."))
    path.write_bytes(b"".join(bz2.compress(part.encode()) for part in (*parts, "</mediawiki>")))
    assert [event.headline for event in read(path)[0]] == ["It rains.", "It snows."]


PART_NAMES = (
    "enwiki-20260901-pages-articles1.xml-p1p41242{}",
    "enwiki-latest-pages-articles-multistream27.xml-p68475910p69975909{}",
    "frwiki-20260901-pages-meta-current.xml{}",
    "dump.xml",
    "dump.xml.bz2",
    "dump.xml.gz",
    "dump{}",
    "pages-articles{}.part",
    "dump.jsonl",
    "DUMP.XML{}",
    "a name without an end",
    "enwiki.xml{}.1",
    "dump.json.gz",
    "notes.txt",
)


def test_a_dump_is_read_whatever_its_name_and_however_it_is_packed(tmp_path: Path) -> None:
    data = "".join((HEAD, SITE, page(DAYS + "2015 December 3", "*It rains."), "</mediawiki>")).encode()
    right = 0
    for end, pack in PACKERS.items():
        for name in PART_NAMES:
            path = tmp_path / name.format("" if end == "plain" else f".{end}")
            path.write_bytes(pack(data))
            right += [event.headline for event in read(path)[0]] == ["It rains."]
    assert right == len(PACKERS) * len(PART_NAMES) == 70


@pytest.mark.parametrize("end", ["bz2", "gz", "xz", "zst"])
def test_a_packed_dump_of_several_streams_is_read_whole_and_a_damaged_one_stops(tmp_path: Path, end: str) -> None:
    days = [
        page(DAYS + f"2015 December {number}", "*It rains.") + page("Ardun", "x" * 200_000) for number in range(1, 6)
    ]
    packed = [PACKERS[end](part.encode()) for part in (HEAD, *days, "</mediawiki>")]
    path = tmp_path / f"dump.xml.{end}"
    path.write_bytes(b"".join(packed))
    assert len({event.date for event in read(path)[0]}) == 5
    path.write_bytes(b"".join(packed)[:-7])
    with pytest.raises(ArchiveDamagedError, match=r"breaks off after page \d+: .* fetch the file again"):
        read(path)


def test_streams_of_xz_may_be_padded_and_take_no_more_memory_than_they_may(tmp_path: Path) -> None:
    path = tmp_path / "dump.xml.xz"
    parts = (HEAD, page(DAYS + "2015 December 3", "*It rains."), "</mediawiki>")
    path.write_bytes((b"\0" * 8).join(lzma.compress(part.encode()) for part in parts) + b"\0" * 70_000)
    assert [event.headline for event in read(path)[0]] == ["It rains."]
    greedy = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**20}]
    data = bytearray(lzma.compress("".join(parts).encode(), filters=greedy, check=lzma.CHECK_NONE))
    assert [event.headline for event in read(path)[0]] == ["It rains."]
    data[15] = 40  # a dictionary of 4 GiB, in the filter's properties
    path.write_bytes(data)
    with pytest.raises(ArchiveDamagedError):
        read(path)


@pytest.mark.parametrize(
    ("start", "command"), [(b"7z\xbc\xaf\x27\x1c", "7z x"), (b"PK\x03\x04", "unzip"), (b"Rar!\x1a\x07", "unrar x")]
)
@pytest.mark.parametrize("name", ["dump.xml.7z", "dump.xml", "dump"])
def test_what_is_no_stream_is_told_with_what_unpacks_it(tmp_path: Path, start: bytes, command: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(start + b"\0" * 100)
    with pytest.raises(ArchiveMissingError, match=f"which is not read; unpack it with `{command} {name}`"):
        read(path)


@pytest.mark.parametrize("name", ["dump.xml", "events.txt", "dump.xml.bz2", "noise"])
@pytest.mark.parametrize("data", [b"", b"{}", b"hello", b"\x00\x01\x02" * 50], ids=["nothing", "json", "text", "bytes"])
def test_what_is_none_is_refused_in_a_sentence(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises((ArchiveMissingError, ArchiveDamagedError), match=re.escape(name)):
        read(path)


def revision(text: str | None, saved: str | None, order: str = "time first") -> str:
    time = f"<timestamp>{saved}</timestamp>" if saved else ""
    words = '<text deleted="deleted" />' if text is None else f"<text>{escape(text)}</text>"
    other = "<content><role>other</role><text>*It hails.</text></content>"
    parts = (time, words, other) if order == "time first" else (other, words, time)
    return f"<revision><id>1</id>{''.join(parts)}</revision>"


@pytest.mark.parametrize("order", ["time first", "text first"])
def test_of_several_revisions_the_one_that_was_saved_last_counts(tmp_path: Path, order: str) -> None:
    draw = random.Random(7)
    right = 0
    for number in range(40):
        saved = [
            dt.datetime(2015, 12, 3, tzinfo=dt.UTC) + dt.timedelta(seconds=draw.randrange(10**8)) for _ in range(5)
        ]
        saved[draw.randrange(5)] = max(saved)
        texts = [f"*It rains for the {place} time." for place in range(5)]
        last = max(range(5), key=lambda place: (saved[place], place))
        parts = [revision(texts[place], f"{saved[place]:%Y-%m-%dT%H:%M:%SZ}", order) for place in range(5)]
        if number % 4 == 1:
            parts.append(revision("*It snows.", None, order))  # when it was saved is not said
        elif number % 4 == 2:
            parts.insert(0, revision(None, "2099-01-01T00:00:00Z", order))  # it is hidden
        elif number % 4 == 3:
            parts.append(revision("*It snows.", "yesterday", order))
        body = f"<page><title>{DAYS}2015 December 3</title><ns>100</ns>{''.join(parts)}</page>"
        [event] = read(write(tmp_path, body, name="dump.xml"))[0]
        right += event.headline == texts[last][1:]
    assert right == 40


def test_a_portal_that_is_called_otherwise_in_its_wiki_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        page("Portail:Current events/2015 December 3", "*It rains."),
        page("Projet:Current events/2015 December 4", "*It snows."),
        page("Portal:Current events/2015 December 5", "*It pours."),
    )
    data = bz2.decompress(path.read_bytes()).replace(b"'100'>Portal<", b"'100'>Portail<")
    path.write_bytes(data)
    assert [event.headline for event in read(path)[0]] == ["It rains.", "It pours."]


def test_the_lists_of_the_main_page_are_found_whatever_the_project_is_called(tmp_path: Path) -> None:
    named = [f"{name}:Selected anniversaries/October 21" for name in ("Chronicle", "Project", "Talk")]
    path = write(tmp_path, *(page(name, f"*[[1966]] &ndash; It rains at {name[:4]}.") for name in named), name="d.xml")
    path.write_text(path.read_text().replace("</namespaces>", "<namespace key='4'>Chronicle</namespace></namespaces>"))
    assert [event.headline for event in read(path)[0]] == ["It rains at Chro.", "It rains at Proj."]


def test_a_dump_without_pages_of_the_portal_says_what_it_looked_for_and_what_it_has(tmp_path: Path) -> None:
    names = ["Ardun", "Talk:Ardun", "Portal:Current events", "Cestry"]
    path = write(tmp_path, *(page(name, "*It rains.") for name in names))
    events, [note] = read(path)
    assert events == []
    assert note == (
        f"{path}: has no page of the portal or of a day of the year: looked for titles such as "
        "Portal:Current events/2015 December 23 or December 23, it has Ardun, Talk:Ardun, Portal:Current events"
    )
    assert read(write(tmp_path))[1][0].endswith("it has none")


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
        (HEAD.encode(), "no element found"),  # it is not packed at all
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
    large = page("Ardun", "x" * 20 * 2**20), page(DAYS + "2015 December 2", *["x" * 10 * 2**20] * 2)
    write(tmp_path, *large, page(DAYS + "2015 December 3", "*It rains."))
    del large
    tracemalloc.start()
    try:
        events, notes = read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ([event.headline for event in events], len(notes)) == (["It rains."], 1)
    assert peak < 10 * 2**20
