"""Archives as other programs write them: what each says of an event, and what the report says of it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report, read_archive
from embeddings.archive.records.files import HEAD_BYTES, MAX_LINE_BYTES
from embeddings.archive.records.table import MAX_ROW
from embeddings.build.result import BuildResult
from embeddings.errors import ArchiveDamagedError, ArchiveMissingError
from embeddings.events import Event, Source, event_as_dict
from tests.rows import for_each

DAY = dt.date(2019, 5, 17)
PAPER = "https://paper.example/1"
RADIO = "https://radio.example/2_(live)"

BuildArchives = Callable[..., BuildResult]


def read(folder: Path, name: str, text: str | bytes) -> tuple[list[Event], Report]:
    path = folder / name
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    report = Report()
    return list(read_archive(path, report)), report


def notes(report: Report) -> list[str]:
    return [note.why for note in report.notes]


# --- one record: what is written, and what of the event is other than DAY and "A dam holds." ---

BASE = {"date": "2019-05-17", "headline": "A dam holds."}
DAYS: list[object] = [
    "2019-05-17T08:30:00Z",
    "2019-05-17T08:30:00",
    "2019-05-17T08:30",
    "2019-05-17 08:30:00",
    "2019-05-17T23:59:59-08:00",
    "2019-05-17T00:10:00+14:00",
    "2019-05-17T08:30:00.123456+00:00",
    "2019-05-17T08:30:00,5Z",
    "2019-05-17 08:30:00 UTC",
    "2019-05-17 08:30:00+00",
    "2019-05-17T08:30:00+0530",
    "2019-05-17t08:30:00z",
    "2019-05-17T24:00:00Z",
    "2019-05-17T08:30:60Z",
    "2019-05-17T08:30:00.000000000Z",
    "2019-05-17T08:30:00+02:00[Europe/Oslo]",
    "2019-05-17T0830",
    "2019-05-17 8:30 pm",
    "20190517",
    "20190517T083000Z",
    "20190517083000",
    "20190517 08:30:00",
    "2019/05/17",
    "2019/5/17",
    "2019-5-17",
    "2019.05.17",
    "2019/05/17 08:30",
    " 2019-05-17 ",
    20190517,
    1558081800,
    1558081800.5,
    1558081800000,
    1558081800000000,
    1558081800000000000,
    "1558081800",
    "1558081800.25",
    "1558081800123",
    1.5580818e9,
    "Fri, 17 May 2019 08:30:00 GMT",
    "Fri, 17 May 2019 08:30:00 -0800",
    "17 May 2019 08:30 UT",
    "Fri May 17 08:30:00 2019",
    {"$date": "2019-05-17T08:30:00Z"},
    {"$date": 1558081800000},
    {"$date": {"$numberLong": "1558081800000"}},
]
NO_DAYS: list[object] = [
    "17/05/2019",
    "05/17/2019",
    "17.05.2019",
    "5/17/19",
    "2019-05",
    "2019",
    2019,
    "2019-05/17",
    "2019-13-17",
    "2019-02-30",
    "20190230",
    "2019-05-17T25:00",
    "2019-05-17T08:61",
    "2019-05-17 and after",
    "17 May 2019",
    "yesterday",
    "",
    True,
    [],
    -1558081800,
    1e300,
    "0000-05-17",
    "-0044-03-15",
    "-0044-03-15T10:00:00",
    "2019-W20-5",
    "٢٠١٩-٠٥-١٧",
    "08:30",
    12345678901,
    {"year": 2019},
    "2019-05-17T" + "0" * 10_000,
    10**30,
]


@for_each("day", DAYS)
@for_each("name", ["date", "published_at"])
def test_a_date_time_counts_as_its_day_as_it_is_written(tmp_path: Path, name: str, day: object) -> None:
    [event], report = read(tmp_path, "a.jsonl", json.dumps({name: day, "headline": "A dam holds."}))
    assert event.date == DAY
    assert report.count == 0
    assert len(notes(report)) == (day != " 2019-05-17 ") + (name != "date")


@for_each("day", NO_DAYS)
def test_what_is_no_day_or_may_be_two_costs_its_line(tmp_path: Path, day: object) -> None:
    events, report = read(tmp_path, "a.jsonl", json.dumps({"date": day, "headline": "A dam holds."}))
    assert (events, report.rejected) == ([], 1)
    assert report.first[0].why.startswith("date: ")
    assert len(report.first[0].why) < 200


def some(*names: str) -> tuple[Source, ...]:
    return tuple(Source(name) for name in names)


RECORDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # the headline
    ({"title": "A dam holds."}, {}),
    ({"Headline": "A dam holds."}, {}),
    ({"TITLE": "A dam holds.", "DATE": "2019-05-17"}, {}),
    ({"title": {"rendered": "A dam holds."}}, {}),
    ({"name": "A dam holds."}, {}),
    ({"event": "A dam holds."}, {}),
    ({"headline": "", "title": "A dam holds."}, {}),
    ({"headline": None, "title": "A dam holds."}, {}),
    ({"headline": "A dam holds.", "title": "News of the day"}, {}),
    ({"description": "A dam holds."}, {}),
    ({"headline": " ", "description": "A dam holds."}, {}),
    ({"text": "A dam holds."}, {}),
    ({"title": ["A dam holds."]}, {}),
    # the day
    ({"title": "A dam holds.", "date": None, "published": "2019-05-17T01:02:03Z"}, {}),
    ({"title": "A dam holds.", "time": "10:15", "datePublished": "2019-05-17"}, {}),
    ({"title": "A dam holds.", "pubDate": "Fri, 17 May 2019 10:15:00 +0200"}, {}),
    ({"title": "A dam holds.", "Year": 2019, "Month": "5", "Day": 17}, {}),
    ({"title": "A dam holds.", "year": "2019", "month": "May", "day": "17"}, {}),
    ({"title": "A dam holds.", "year": 2019, "month": 1, "day": "2019-05-17"}, {}),
    ({"headline": "A dam holds.", "date": "2019-05-17", "published": "2020-01-01", "created_at": 1}, {}),
    # the summary
    ({**BASE, "description": "It was full."}, {"summary": "It was full."}),
    ({**BASE, "Abstract": "It was full."}, {"summary": "It was full."}),
    ({**BASE, "summary": "It was full.", "description": "Other."}, {"summary": "It was full."}),
    ({**BASE, "summary": None, "excerpt": {"rendered": "It was full."}}, {"summary": "It was full."}),
    ({**BASE, "summary": float("nan")}, {}),
    # topics, contexts, category
    ({**BASE, "topics": "Floods"}, {"topics": ("Floods",)}),
    ({**BASE, "topic": "Floods, great"}, {"topics": ("Floods, great",)}),
    ({**BASE, "topics": [{"name": "Floods"}, "Dams"]}, {"topics": ("Floods", "Dams")}),
    ({**BASE, "topics": None}, {}),
    ({**BASE, "topics": ""}, {}),
    ({**BASE, "tags": ["dam", "river", None]}, {"contexts": ("dam", "river")}),
    ({**BASE, "tags": "dam, river"}, {"contexts": ("dam", "river")}),
    ({**BASE, "keywords": "dam"}, {"contexts": ("dam",)}),
    ({**BASE, "contexts": "Lake, Upper"}, {"contexts": ("Lake, Upper",)}),
    ({**BASE, "contexts": ["Lake"], "tags": ["dam", "Lake"]}, {"contexts": ("Lake", "dam")}),
    ({**BASE, "tags": [{"term": "dam"}, {"label": "river"}]}, {"contexts": ("dam", "river")}),
    ({**BASE, "tags": [3, 14], "categories": [7]}, {}),
    ({**BASE, "category": ["Disasters"]}, {"category": "Disasters"}),
    ({**BASE, "category": ["Disasters", "Water"]}, {"category": "Disasters", "contexts": ("Water",)}),
    ({**BASE, "categories": "Disasters"}, {"category": "Disasters"}),
    ({**BASE, "section": {"name": "Disasters"}}, {"category": "Disasters"}),
    ({**BASE, "category": []}, {}),
    # sources
    ({**BASE, "source": "Radio"}, {"sources": some("Radio")}),
    ({**BASE, "sources": "Radio"}, {"sources": some("Radio")}),
    ({**BASE, "sources": "Radio, Paper"}, {"sources": some("Radio, Paper")}),
    ({**BASE, "sources": ["Radio", "Paper"]}, {"sources": some("Radio", "Paper")}),
    (
        {**BASE, "sources": ["Radio", {"name": "Paper", "url": PAPER}]},
        {"sources": (*some("Radio"), Source("Paper", PAPER))},
    ),
    ({**BASE, "sources": {"name": "Radio"}}, {"sources": some("Radio")}),
    ({**BASE, "sources": [PAPER]}, {"sources": (Source(PAPER, PAPER),)}),
    ({**BASE, "source": PAPER}, {"sources": (Source(PAPER, PAPER),)}),
    ({**BASE, "url": PAPER}, {"sources": (Source(PAPER, PAPER),)}),
    ({**BASE, "link": PAPER, "url": PAPER}, {"sources": (Source(PAPER, PAPER),)}),
    ({**BASE, "URL": PAPER, "Source": "Paper"}, {"sources": (Source("Paper", PAPER),)}),
    ({**BASE, "url": PAPER, "source": {"id": None, "name": "Paper"}}, {"sources": (Source("Paper", PAPER),)}),
    (
        {**BASE, "url": PAPER, "publisher": {"@type": "Organization", "name": "Paper"}},
        {"sources": (Source("Paper", PAPER),)},
    ),
    ({**BASE, "url": PAPER, "sources": ["A", "B"]}, {"sources": (*some("A", "B"), Source(PAPER, PAPER))}),
    ({**BASE, "url": PAPER, "sources": [{"name": "Paper", "url": PAPER}]}, {"sources": (Source("Paper", PAPER),)}),
    (
        {**BASE, "url": RADIO, "sources": [{"name": "Paper", "url": PAPER}]},
        {"sources": (Source("Paper", PAPER), Source(RADIO, RADIO))},
    ),
    ({**BASE, "sources": [{"title": "Paper", "link": PAPER}]}, {"sources": (Source("Paper", PAPER),)}),
    ({**BASE, "sources": [{"href": PAPER}]}, {"sources": (Source(PAPER, PAPER),)}),
    ({**BASE, "links": [PAPER, RADIO]}, {"sources": (Source(PAPER, PAPER), Source(RADIO, RADIO))}),
    ({**BASE, "links": [{"href": PAPER, "text": "Paper"}]}, {"sources": (Source("Paper", PAPER),)}),
    ({**BASE, "sources": f"{PAPER}, {RADIO}"}, {"sources": (Source(PAPER, PAPER), Source(RADIO, RADIO))}),
    ({**BASE, "source": f"Paper ({PAPER})"}, {"sources": (Source("Paper", PAPER),)}),
    ({**BASE, "source": f"Paper <{PAPER}>"}, {"sources": (Source("Paper", PAPER),)}),
    ({**BASE, "source": f"Paper: {PAPER}"}, {"sources": (Source("Paper", PAPER),)}),
    ({**BASE, "source": f"[Radio]({RADIO})"}, {"sources": (Source("Radio", RADIO),)}),
    (
        {**BASE, "sources": f"Paper {PAPER}; Radio {RADIO}"},
        {"sources": (Source("Paper", PAPER), Source("Radio", RADIO))},
    ),
    (
        {**BASE, "sources": f"{PAPER} Paper, {RADIO} Radio"},
        {"sources": (Source("Paper", PAPER), Source("Radio", RADIO))},
    ),
    ({**BASE, "sources": None, "url": None}, {}),
    ({**BASE, "url": "javascript:alert(1)"}, {}),
    ({**BASE, "url": "see page 4"}, {}),
    ({**BASE, "image": PAPER}, {}),
    # the rest
    ({**BASE, "id": 17}, {"id": "17"}),
    ({**BASE, "id": PAPER}, {}),
    ({**BASE, "related": ["A dam breaks."]}, {}),
    ({**BASE, "related": None, "path": None, "attribution": None, "id": None}, {}),
    (
        {
            "date": 1558081800,
            "title": "A dam holds.",
            "by": "x",
            "score": float("nan"),
            "type": "story",
            "url": PAPER,
            "id": 8,
        },
        {"id": "8", "sources": (Source(PAPER, PAPER),)},
    ),
]
RECORDS = [
    ({"date": "2019-05-17", **record} if len(record) == 1 or "headline" in record else record, told)
    for record, told in RECORDS
]


def expected(told: dict[str, Any]) -> dict[str, Any]:
    empty = {"topics": (), "contexts": (), "category": None, "sources": (), "summary": None, "related": (), "paths": ()}
    return {"date": DAY, "headline": "A dam holds.", **empty, **told}


def held(event: Event) -> dict[str, Any]:
    names = "date headline topics contexts category sources summary related paths".split()
    return {name: getattr(event, name) for name in names}


@for_each(("record", "told"), RECORDS)
def test_a_record_of_another_program_is_understood_and_the_report_says_how(
    tmp_path: Path, record: dict[str, Any], told: dict[str, Any]
) -> None:
    [event], report = read(tmp_path, "a.jsonl", json.dumps(record))
    assert report.count == 0, report.first
    assert {**held(event), **({"id": event.id} if "id" in told else {})} == expected(told)
    own = {
        "date",
        "headline",
        "summary",
        "id",
        "topics",
        "contexts",
        "category",
        "sources",
        "related",
        "path",
        "attribution",
    }
    for name in record.keys() - own:
        if record[name] is not None:
            assert any(f'"{name}"' in note for note in notes(report)), name


@pytest.mark.parametrize("name", ["a.json", "b.json.gz", "c.jsonl", "d.ndjson.gz", "e.jsonl"])
def test_the_same_records_in_another_form_of_file_are_the_same_events(tmp_path: Path, name: str) -> None:
    records = [record for record, _ in RECORDS]
    lines, _ = read(tmp_path, "lines.jsonl", "\n".join(map(json.dumps, records)))
    text = "\n\n".join(json.dumps(record, indent=1) for record in records) if name == "e.jsonl" else json.dumps(records)
    events, report = read(tmp_path, name, text)
    assert events == lines
    assert report.count == 0


def test_fields_that_are_passed_over_are_named_once_with_a_bound(tmp_path: Path) -> None:
    lines = [json.dumps({**BASE, f"field {n}": 1, "x\x1b[31m" + "y" * 5_000: 2}) for n in range(200)]
    _, report = read(tmp_path, "a.jsonl", "\n".join(lines))
    [told] = notes(report)
    assert told.startswith('passed over the fields "field 0", "x [31myyyy')
    assert told.endswith(" and others")
    assert len(told) < 2_500


def test_notes_go_to_the_report_file_as_kept_and_are_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({**BASE, "sources": [{"name": "Radio", "url": "ftp://x"}], "x": 1}) + "\n{\n")
    with (tmp_path / "report").open("w+") as file:
        report = Report(file)
        assert len(list(read_archive(path, report))) == 1
        file.seek(0)
        rows = [json.loads(row) for row in file]
    assert (report.count, report.kept, report.rejected) == (2, 1, 1)
    assert [(row["line"], row.get("kept")) for row in rows] == [(1, True), (2, None), (None, True)]


def test_every_line_is_an_event_merged_or_rejected(tmp_path: Path, build: BuildArchives) -> None:
    path = tmp_path / "a.jsonl"
    records: list[Any] = [
        BASE,
        BASE,
        {**BASE, "path": "/news/2019/05/17/a.md"},
        {**BASE, "sources": ["x"]},
        {"date": 1},
    ]
    records += [{**BASE, "headline": "Rain."}, {**BASE, "headline": "rain"}, {**BASE, "id": "own"}]
    path.write_text("\n".join(map(json.dumps, records)))
    result = build(path)
    assert (result.events, result.merged, result.rejected) == (2, 5, 1)
    assert build(path, path).merged == 5


# --- arrays ---


def array(*headlines: str) -> list[dict[str, str]]:
    return [{**BASE, "headline": headline} for headline in headlines]


AWKWARD = ['a "quoted" one', "] } , [ {", "ends in a backslash \\", '\\"', "é – 日本", "{", '"', "\\\\"]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize(
    "wrap", ["{}", '{{"status": "ok", "n": [1, {{}}], "articles": {}, "more": [1]}}', '{{"data": {{"Items": {}}}}}']
)
def test_the_values_of_an_array_are_found_whatever_their_texts_hold(
    tmp_path: Path, wrap: str, indent: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = wrap.format(json.dumps(array(*(f"Rain {text}" for text in AWKWARD)), indent=indent, ensure_ascii=False))
    for size in (1, 2, 3, 7, 2**18):
        monkeypatch.setattr("embeddings.archive.records.json_text._CHUNK", size)
        events, report = read(tmp_path, "a.json", text)
        assert [event.headline for event in events] == [f"Rain {text}" for text in AWKWARD]
        assert report.count == 0, report.first


@given(
    values=st.lists(
        st.recursive(
            st.none() | st.floats() | st.text(max_size=8),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
            max_leaves=5,
        ),
        max_size=5,
    ),
    indent=st.none() | st.integers(0, 3),
)
def test_each_value_of_an_array_is_an_event_or_a_rejection(
    values: list[Any], indent: int | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    records = [each for value in values for each in (value, BASE)]
    events, report = read(tmp_path_factory.mktemp("a"), "a.json", json.dumps(records, indent=indent))
    assert len(events) == len(values)
    assert report.count == len(values)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("7", "Input should be an object"),
        ('{"a": 1,}', "Invalid JSON"),
        ('{"a" 1}', "Invalid JSON"),
        ("[" * 300 + "]" * 300, "Invalid JSON"),
        ('{"date": "2019-05-17", "headline": "\\ud800"}', "Invalid JSON"),
        ('"' + "x" * MAX_LINE_BYTES + '"', "is too long"),
        ('{"x": [' + "1," * (MAX_LINE_BYTES // 2) + "1]}", "is too long"),
    ],
    ids=lambda text: text[:20],
)
def test_a_bad_value_costs_itself_and_is_reported_with_its_line(tmp_path: Path, bad: str, why: str) -> None:
    good = json.dumps(BASE)
    events, report = read(tmp_path, "a.json", f"[\n{good},\n\n{bad}\n,{good}]")
    assert len(events) == 2
    [rejection] = report.first
    assert rejection.line == 4
    assert why in rejection.why


@pytest.mark.parametrize("text", ["[{}", '[{"a": "', "[", '{"events": [{}]'[:-1], '[{"a": 1}, '])
def test_an_array_without_an_end_is_damage(tmp_path: Path, text: str) -> None:
    with pytest.raises(ArchiveDamagedError, match="breaks off after line 1: its array has no end"):
        read(tmp_path, "a.json", text)


def test_what_stands_behind_an_array_is_reported(tmp_path: Path) -> None:
    events, report = read(tmp_path, "a.json", f"[{json.dumps(BASE)}]\n{json.dumps(BASE)}")
    assert len(events) == report.rejected == 1
    assert "the array ends here" in report.first[0].why


def test_one_object_is_one_event_though_it_has_a_list(tmp_path: Path) -> None:
    [event], _ = read(tmp_path, "a.json", json.dumps({**BASE, "items": [{"a": 1}]}, indent=1))
    assert event.headline == "A dam holds."


@pytest.mark.parametrize("name", ["a.json", "a.csv", "a.jsonl"])
def test_a_large_file_is_read_in_bounded_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    count = 100  # 6 MB
    with path.open("w") as file:
        file.write({"a.json": "[", "a.csv": "date,headline,pad\n", "a.jsonl": ""}[name])
        for n in range(count):
            if name == "a.csv":
                file.write(f'2019-05-17,"Rain {n}",{"x" * 60_000}\n')
            else:
                end = "]" if n == count - 1 else ","
                file.write(json.dumps({"d": 1, **BASE, "pad": "x" * 60_000}) + (end if name == "a.json" else "") + "\n")
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_archive(path, Report())) == count
        assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    finally:
        tracemalloc.stop()


# --- encodings ---


@for_each(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)  # the ones with le and be have no byte order mark
@for_each("name", ["a.jsonl", "b.json", "c.csv", "d.tsv", "e.csv.gz"])
def test_an_encoding_is_recognised(tmp_path: Path, name: str, encoding: str) -> None:
    tab = "\t" if "tsv" in name else ","
    record = json.dumps({**BASE, "headline": "Été – 日本 😀"}, ensure_ascii=False)
    text = {"a.jsonl": record, "b.json": f"[{record}]"}.get(
        name, f"date{tab}headline\r\n2019-05-17{tab}Été – 日本 😀\r\n"
    )
    [event], report = read(tmp_path, name, text.encode(encoding))
    assert event.headline == "Été – 日本 😀"
    assert report.count == 0


# --- tables ---

TABLES: list[tuple[str, str, dict[str, Any]]] = [
    ("date,headline", "2019-05-17,A dam holds.", {}),
    ("Date,Headline", '2019-05-17,"A dam holds."', {}),
    ('"date","headline"', '"2019-05-17","A dam holds."', {}),
    ("date;headline", "2019-05-17;A dam holds.", {}),
    ("date\theadline", "2019-05-17\tA dam holds.", {}),
    ("date|headline", "2019-05-17|A dam holds.", {}),
    ("sep=;\ndate;headline", "2019-05-17;A dam holds.", {}),
    ("sep=|\ndate|headline|a,b,c,d", "2019-05-17|A dam holds.", {}),
    ("\n\ndate,headline", "\n2019-05-17,A dam holds.", {}),
    (",date,headline", "0,2019-05-17,A dam holds.", {}),
    ("date , headline ", "2019-05-17 , A dam holds. ", {}),
    ("date,headline,,", "2019-05-17,A dam holds.,,", {}),
    ("date,headline,x", "2019-05-17,A dam holds.", {}),
    ("date,headline,x", "2019-05-17,A dam holds.,,,", {}),
    ("headline,date", '"A\ndam\r\nholds.",2019-05-17', {}),
    ("published_at,title", "2019-05-17 10:00:00,A dam holds.", {}),
    ("year,month,day,event", "2019,5,17,A dam holds.", {}),
    ("date,description", "2019-05-17,A dam holds.", {}),
    (
        "date,headline,summary",
        '2019-05-17,A dam holds.,"It was ""full"", they say"',
        {"summary": 'It was "full", they say'},
    ),
    ("date,headline,summary,category", "2019-05-17,A dam holds.,NULL,\\N", {}),
    (
        "date,headline,category",
        "2019-05-17,A dam holds.,Disasters;Water",
        {"category": "Disasters", "contexts": ("Water",)},
    ),
    ("date,headline,topics", "2019-05-17,A dam holds.,Floods; Dams", {"topics": ("Floods", "Dams")}),
    ("date,headline,topics", '2019-05-17,A dam holds.,"Floods, great"', {"topics": ("Floods, great",)}),
    ("date,headline,topic,topic", "2019-05-17,A dam holds.,Floods,Dams", {"topics": ("Floods", "Dams")}),
    ("date,headline,tags", '2019-05-17,A dam holds.,"dam, river"', {"contexts": ("dam", "river")}),
    ("date,headline,tags", "2019-05-17,A dam holds.,\"['dam', 'river']\"", {"contexts": ("dam", "river")}),
    ("date,headline,tags", '2019-05-17,A dam holds.,"[""dam"", ""river""]"', {"contexts": ("dam", "river")}),
    ("date,headline,tags", "2019-05-17,A dam holds.,[dam]", {"contexts": ("[dam]",)}),
    ("date,headline,sources", "2019-05-17,A dam holds.,Radio|Paper", {"sources": some("Radio", "Paper")}),
    ("date,headline,sources", '2019-05-17,A dam holds.,"Radio, Paper"', {"sources": some("Radio, Paper")}),
    ("date,headline,source,source", "2019-05-17,A dam holds.,Radio,Paper", {"sources": some("Radio", "Paper")}),
    ("date,headline,source,url", f"2019-05-17,A dam holds.,Paper,{PAPER}", {"sources": (Source("Paper", PAPER),)}),
    (
        "date,headline,url",
        f"2019-05-17,A dam holds.,{PAPER} {RADIO}",
        {"sources": (Source(PAPER, PAPER), Source(RADIO, RADIO))},
    ),
    (
        "date,headline,sources",
        f'2019-05-17,A dam holds.,"[{{""name"": ""Paper"", ""url"": ""{PAPER}""}}]"',
        {"sources": (Source("Paper", PAPER),)},
    ),
    ("date,headline,headline", "2019-05-17,,A dam holds.", {}),
    ("date,date,headline", "2019-05-17,x,A dam holds.", {}),
    ("id,date,headline", "17,2019-05-17,A dam holds.", {"id": "17"}),
]


@for_each("end", ["\n", "\r\n", ""])
@for_each(("header", "row", "told"), TABLES)
def test_a_row_of_a_table_is_an_event(tmp_path: Path, header: str, row: str, told: dict[str, Any], end: str) -> None:
    for name in ("a.csv", "a.tsv"):
        [event], report = read(tmp_path, name, f"{header}{end or chr(13)}{row}{end}")
        assert report.count == 0, report.first
        assert {**held(event), **({"id": event.id} if "id" in told else {})} == expected(told)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("2019-05-17,one,two,three", "has 4 cells, expected at most 3"),
        ("17/05/2019,Rain.,", "date: expected a day such as 2015-12-23, the year first, got '17/05/2019'"),
        (",Rain.,", "date: Field required"),
        ("2019-05-17,,", "headline: Field required"),
        ("2019-05-17,!,", "headline: expected words"),
        ('2019-05-17,"Rain.,', "opens a quotation mark that is not closed"),
        ('2019-05-17,"Rain' + "x" * MAX_ROW + ",", "cannot be parsed: field larger than field limit"),
        ("2019-05-17," + "x" * (MAX_LINE_BYTES + 5) + ",", "is too long"),
        (b"2019-05-17,Caf\xe9,", "is not UTF-8; save the table as UTF-8"),
    ],
    ids=lambda text: str(text)[:30],
)
def test_a_bad_row_costs_itself_and_is_reported_with_its_line(tmp_path: Path, bad: str | bytes, why: str) -> None:
    data = bad if isinstance(bad, bytes) else bad.encode()
    good = b"2019-05-17,A dam holds.,\n"
    events, report = read(tmp_path, "a.csv", b"date,headline,x\n" + good + data + b"\n" + good * 3)
    assert len(events) == 4
    [rejection] = report.first
    assert rejection.line == 3
    assert why in rejection.why


def test_a_quotation_mark_that_is_not_closed_costs_its_line_in_a_long_table(tmp_path: Path) -> None:
    rows = [f"2019-05-17,Rain {n},{'x' * 200}" for n in range(800)]  # more than may be a row of several lines
    rows[4] = '2019-05-17,"Rain,'
    events, report = read(tmp_path, "a.csv", "date,headline,x\n" + "\n".join(rows))
    assert sum(map(len, rows)) > MAX_ROW
    assert len(events) == len(rows) - 1
    assert [(rejection.line, rejection.why) for rejection in report.first] == [
        (6, "opens a quotation mark that is not closed")
    ]


@pytest.mark.parametrize("header", ["a,b", "headline,x", "date,x", "2019-05-17,A dam holds.", "<!DOCTYPE html>"])
def test_a_table_whose_header_names_no_event_is_refused_with_what_it_has(tmp_path: Path, header: str) -> None:
    with pytest.raises(
        ArchiveMissingError, match=f"expected a header with date and headline .* got {header[:8].replace(',', '.*')}"
    ):
        read(tmp_path, "a.csv", f"{header}\n1,2\n")


@given(data=st.binary(max_size=200) | st.text('",;\n\r\t ax[]{}', max_size=80).map(str.encode))
def test_any_bytes_give_events_rejections_or_one_sentence(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("a")
    for name, start in (("a.csv", b"date,headline\n"), ("a.csv", b""), ("a.json", b"["), ("a.json", b"")):
        try:
            read(folder, name, start + data)
        except (ArchiveMissingError, ArchiveDamagedError) as error:
            assert str(error).startswith(str(folder))  # noqa: PT017  # most bytes raise nothing


def test_an_event_that_was_read_from_a_foreign_record_reads_the_same_again(tmp_path: Path) -> None:
    for record, _ in RECORDS:
        [event], _ = read(tmp_path, "a.jsonl", json.dumps(record))
        [again], report = read(tmp_path, "b.jsonl", json.dumps(event_as_dict(event)))
        assert again == event
        assert not report.count
        assert not report.notes


def test_the_head_that_is_looked_at_is_smaller_than_a_value_may_be() -> None:
    assert HEAD_BYTES < MAX_LINE_BYTES
