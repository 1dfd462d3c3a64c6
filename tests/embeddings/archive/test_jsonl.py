from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report, read_archive
from embeddings.archive.layout import MAX_HEADLINE
from embeddings.archive.records.files import MAX_LINE_BYTES
from embeddings.errors import ArchiveDamagedError, ArchiveMissingError
from embeddings.events import Event, Related, Source, event_as_dict, event_id
from tests.packing import PACKERS

DAY = dt.date(2015, 12, 3)


def line(**changes: Any) -> str:
    return json.dumps({"date": "2015-12-03", "headline": "It rains.", **changes}, ensure_ascii=False)


def write(folder: Path, *lines: str | bytes) -> Path:
    path = folder / "events.jsonl"
    path.write_bytes(b"".join((text if isinstance(text, bytes) else text.encode()) + b"\n" for text in lines))
    return path


def read(path: Path) -> tuple[list[Event], Report]:
    report = Report()
    return list(read_archive(path, report)), report


def only(folder: Path, **changes: Any) -> Event:
    [event], report = read(write(folder, line(**changes)))
    assert report.count == 0, report.first
    return event


def test_day_and_headline_make_an_event(tmp_path: Path) -> None:
    assert only(tmp_path) == Event(id=event_id(DAY, "It rains."), date=DAY, headline="It rains.")


def test_everything_that_an_answer_says_of_an_event_is_read_back(tmp_path: Path) -> None:
    event = Event(
        id="2015-12-03-00c0ffee",
        date=DAY,
        headline="It rains.",
        topics=("Weather", "Rain"),
        category="Disasters",
        summary="All day.",
        contexts=("Rain", "River"),
        sources=(Source("Radio"), Source("Daily", "https://daily.example/1_(x)")),
        related=(
            Related(dt.date(2016, 1, 9), "It stops.", ("Rain",), "/news/2016/01/9/it-stops.md"),
            Related(dt.date(2016, 1, 10), "The sun shines."),
        ),
        paths=("/news/2015/12/3/it-rains.md",),
        attribution="The village paper",
    )
    [found], report = read(write(tmp_path, json.dumps(event_as_dict(event))))
    assert report.count == 0, report.first
    assert found == event


def test_texts_are_made_plain_and_names_that_are_left_empty_go(tmp_path: Path) -> None:
    event = only(
        tmp_path,
        headline="  ''It''\n rains&hellip; ",
        topics=["Rain ", "Rain", ""],
        category=" ",
        summary="\u202eAll day.",
        contexts=["\u200b", "River"],
        sources=[{"name": "''Daily''"}, {"name": " "}, {"url": "https://x.example"}],
    )
    assert event.headline == "It rains…"
    assert event.topics == ("Rain",)
    assert event.category is None
    assert event.summary == "All day."
    assert event.contexts == ("River",)
    assert event.sources == (Source("Daily"), Source("https://x.example", "https://x.example"))


def test_an_archives_own_id_is_kept(tmp_path: Path) -> None:
    assert only(tmp_path, id="Rain_of-3.12").id == "Rain_of-3.12"


def test_what_the_form_does_not_know_is_passed_over_and_named_once(tmp_path: Path) -> None:
    path = write(tmp_path, *[line(score=n, wikidata={"q": [1]}) for n in range(5)])
    events, report = read(path)
    assert {event.headline for event in events} == {"It rains."}
    assert report.count == 0
    assert [str(note) for note in report.notes] == [f'{path}: passed over the fields "score", "wikidata"']


def test_blank_lines_foreign_line_ends_and_a_byte_order_mark_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + line().encode() + b"\r\n\r\n  \n" + line(headline="It pours.").encode())
    events, report = read(path)
    assert report.count == 0
    assert [event.headline for event in events] == ["It rains.", "It pours."]


BAD_LINES: list[tuple[str | bytes | Callable[[], str], str]] = [
    ("{", "Invalid JSON"),
    ("[]", "Input should be an object"),
    ("null", "Input should be an object"),
    (b'{"date": "2015-12-03", "headline": "\xff\xfe"}', "Invalid JSON"),
    ('{"date": "2015-12-03", "headline": "\\ud800"}', "Invalid JSON"),
    ("[" * 10_000, "Invalid JSON"),
    ('{"headline": "It rains."}', "date: Field required"),
    ('{"date": "2015-12-03"}', "headline: Field required"),
    (line(date="2015-02-30"), "date: day is out of range for month, got '2015-02-30'"),
    (line(date="3 December 2015"), "date: expected a day such as 2015-12-23, got '3 December 2015'"),
    (line(date="2015-12-03T25:00:00"), "date: expected a day such as 2015-12-23"),
    (line(date="-0044-03-15"), "date: expected a day such as 2015-12-23, in the year 1 or later, got '-0044-03-15'"),
    (line(date="0"), "date: expected a day such as 2015-12-23, got '0'"),
    (line(date=14491), "date: expected a day such as 2015-12-23, got 14491"),
    (line(date=None), "date: expected a day such as 2015-12-23, got None"),
    (line(headline=7), "headline: Input should be a valid string, got 7"),
    (line(headline=" ''… "), "headline: expected words, got none"),
    (line(headline="x" * (MAX_HEADLINE + 1)), "headline: 5,001 characters, expected at most 5,000"),
    (line(summary="x" * 20_001), "summary: String should have at most 20000 characters"),
    (line(id=""), "id: expected up to 40 letters, digits, dots and dashes"),
    (line(id="../x"), 'id: expected up to 40 letters, digits, dots and dashes, got "../x"'),
    (line(id="x" * 41), "id: expected up to 40 letters"),
    (line(id="x\n"), "id: expected up to 40 letters"),
    (line(id=True), "id: Input should be a valid string"),
    (line(topics=7), "topics.0: Input should be a valid string"),
    (line(topics=["x"] * 21), "topics: List should have at most 20 items"),
    (line(contexts=[7]), "contexts.0: Input should be a valid string"),
    (line(sources=[7]), "sources.0: Input should be a valid dictionary"),
    (line(sources=[{"name": "x"}] * 101), "sources: List should have at most 100 items"),
    (line(related=[{"headline": "It stops."}]), "related.0.date: Field required"),
    (line(related=[{"date": 0, "headline": "It stops."}]), "related.0.date: expected a day"),
    (line(related=[{"date": "2015-12-03", "headline": "x"}] * 51), "related: List should have at most 50 items"),
    (lambda: line(pad="x" * MAX_LINE_BYTES), "is too long: more than the 2,097,152 bytes that are read"),
    (lambda: line(pad="x" * 3 * MAX_LINE_BYTES), "is too long: more than the 2,097,152 bytes that are read"),
]


@pytest.mark.parametrize(("bad", "why"), BAD_LINES, ids=[why[:40] + f" {n}" for n, (_, why) in enumerate(BAD_LINES)])
def test_a_bad_line_costs_that_line_and_is_reported_with_its_number(
    tmp_path: Path, bad: str | bytes | Callable[[], str], why: str
) -> None:
    path = write(tmp_path, line(), "", bad() if callable(bad) else bad, line(headline="It pours."))
    events, report = read(path)
    assert [event.headline for event in events] == ["It rains.", "It pours."]
    [rejection] = report.first
    assert (rejection.path, rejection.line) == (str(path), 3)
    assert why in rejection.why
    assert len(rejection.why) < 200
    assert rejection.why.isprintable()


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://x.example", "//x.example", "https://", "http://x y.example", 'https://x.example/"'],
)
def test_an_address_of_a_source_that_may_not_be_linked_is_reported_and_the_name_kept(tmp_path: Path, url: str) -> None:
    [event], report = read(write(tmp_path, line(sources=[{"name": "Daily", "url": url}])))
    assert event.sources == (Source("Daily"),)
    assert report.first[0].why.startswith("sources.url is not http or https: ")
    assert report.first[0].why.endswith("; the name is kept")


@pytest.mark.parametrize(
    "address",
    [
        "/../../../home/somebody/page.md",
        "/news/2015/12/3/../../../../../page.md",
        "news/2015/12/3/it-rains.md",
        "/news/2015/12/03/it-rains.md",
        "/news/2015/12/4/it-rains.md",
        "/news/2015/12/3/it-rains.html",
        "/news/2015/12/3/it\nrains.md",
        "/news/2015/12/3/..\\..\\page.md",
        "https://x.example/news/2015/12/3/it-rains.md",
    ],
)
def test_an_address_that_is_no_page_of_the_day_is_reported_and_left_out(tmp_path: Path, address: str) -> None:
    link = {"date": "2015-12-03", "headline": "It stops.", "path": address}
    [event], report = read(write(tmp_path, line(path=address, related=[link])))
    assert event.paths == ()
    assert event.related == (Related(DAY, "It stops."),)
    assert report.count == 2
    assert report.first[0].why.startswith("path is not a page of 2015-12-03, such as /news/2015/12/3/slug.md: ")


def test_every_rejection_goes_to_the_report_file(tmp_path: Path) -> None:
    path = write(tmp_path, *["{"] * 30)
    with (tmp_path / "report").open("w+") as file:
        report = Report(file)
        assert not list(read_archive(path, report))
        file.seek(0)
        rows = [json.loads(row) for row in file]
    assert report.count == len(rows) == 30
    assert [row["line"] for row in rows] == list(range(1, 31))
    assert all(row["path"] == str(path) and row["why"].startswith("Invalid JSON") for row in rows)


class TestCompressed:
    def test_a_gz_file_is_read_as_what_is_in_it(self, tmp_path: Path) -> None:
        path = tmp_path / "events.jsonl.gz"
        path.write_bytes(gzip.compress(f"{line()}\n{line(headline='It pours.')}".encode()))
        assert [event.headline for event in read(path)[0]] == ["It rains.", "It pours."]

    def test_a_file_that_breaks_off_says_after_which_line(self, tmp_path: Path) -> None:
        # Stored without compression, so that the first line is there when the stream ends in the second.
        whole = gzip.compress(f"{line()}\n{line(summary='x' * 50_000)}\n".encode(), compresslevel=0)
        path = tmp_path / "events.jsonl.gz"
        path.write_bytes(whole[:20_000])
        events = read_archive(path, Report())
        with pytest.raises(ArchiveDamagedError, match=r"breaks off after line [01]: .*; fetch the file again"):
            list(events)

    @pytest.mark.parametrize(
        "damage",
        [lambda data: data[:-6], lambda data: data[:40] + b"\0\0\0\0" + data[44:], lambda data: data + b"more"],
        ids=["cut", "overwritten", "something after it"],
    )
    def test_damage_is_told_from_the_end(self, tmp_path: Path, damage: Any) -> None:
        whole = gzip.compress("\n".join(line(headline=f"It rains for {n} days.") for n in range(50)).encode())
        path = tmp_path / "events.jsonl.gz"
        path.write_bytes(damage(whole))
        with pytest.raises(ArchiveDamagedError, match="breaks off"):
            read(path)

    @pytest.mark.parametrize("end", ["", ".gz", ".bz2", ".xz", ".zst"])
    def test_what_a_file_holds_counts_and_not_how_its_name_ends(self, tmp_path: Path, end: str) -> None:
        text = f"{line()}\n{line(headline='It pours.')}".encode()
        path = tmp_path / f"events.jsonl{end}"
        for pack in PACKERS.values():
            path.write_bytes(pack(text))
            assert [event.headline for event in read(path)[0]] == ["It rains.", "It pours."]


class TestChoosingAReader:
    def test_a_line_that_begins_as_a_page_of_the_web_costs_itself(self, tmp_path: Path) -> None:
        path = tmp_path / "events.jsonl"
        path.write_text(f"<html>\n{line()}\n")
        events, report = read(path)
        assert [event.headline for event in events] == ["It rains."]
        assert [rejection.line for rejection in report.first] == [1]

    def test_a_path_with_nothing_at_it_is_refused_at_the_call(self, tmp_path: Path) -> None:
        with pytest.raises(ArchiveMissingError, match=r"there is no archive at .*nothing: expected a folder"):
            read_archive(tmp_path / "nothing", Report())

    def test_a_file_of_another_kind_is_refused_at_the_call(self, tmp_path: Path) -> None:
        path = tmp_path / "events.docx"
        path.write_text("date,headline\n")
        with pytest.raises(ArchiveMissingError, match=r"events\.docx is not an archive: expected"):
            read_archive(path, Report())


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("2015-12-03"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = "date headline id topics category summary contexts sources related path attribution".split()
RECORDS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, SCRAPS))


@given(lines=st.lists(RECORDS.map(json.dumps).map(str.encode) | st.binary(max_size=80), max_size=4))
def test_any_lines_give_events_or_rejections_never_an_error(
    lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write(tmp_path_factory.mktemp("archive"), *lines)
    events, report = read(path)
    assert len(events) + report.count >= sum(bool(text.strip()) for text in lines)


@given(
    day=st.dates(),
    words=st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=30),
    names=st.lists(st.text(max_size=10), max_size=3),
)
def test_what_was_read_once_reads_the_same_again(
    day: dt.date, words: str, names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    first = line(date=day.isoformat(), headline=f"Rain {words}", contexts=names, summary=words).replace("&", "+")
    [event], _ = read(write(folder, first))
    [again], report = read(write(folder, json.dumps(event_as_dict(event))))
    assert again == event
    assert report.count == 0
