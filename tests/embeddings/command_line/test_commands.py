from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings.archive.shipped import shipped_events
from embeddings.command_line.commands import main
from embeddings.events import event_id
from embeddings.index.folder import IndexFolder
from embeddings.search.evaluation import read_queries
from tests.wiki_server import DAYS, WikiServer, html, wiki_server
from tests.word_encoder import WordEncoder

RECORDS: tuple[dict[str, Any], ...] = (
    {
        "date": "2003-12-23",
        "headline": "A dam breaks above the town of Alpha.",
        "id": "dam",
        "topics": ["Floods"],
        "summary": "People flee [to the hills].",
        "sources": [{"name": "Daily", "url": "https://daily.example/1"}],
        "related": [{"date": "2015-12-23", "headline": "The dam of Alpha is repaired.", "contexts": ["Alpha"]}],
    },
    {"date": "2015-12-23", "headline": "The dam of Alpha is repaired.", "id": "repair"},
    {"date": "2015-12-24", "headline": "Parliament votes on [red]the treaty[/red] :smile:.", "id": "vote"},
)
EVENT_KEYS = {"id", "date", "headline", "topics", "category", "summary", "contexts", "sources", "related", "path"}

Run = Callable[..., "Ran"]
Feed = Callable[[str | bytes], None]


class Ran:
    """How one command line ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output, which holds nothing else."""
        assert self.status in (0, 1)
        assert self.out.endswith("}\n")
        assert self.out.count("\n") == 1
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    @property
    def sentence(self) -> str:
        """What went wrong: one line on standard error, and nothing on standard output."""
        assert not self.out
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith("\n")
        assert "Traceback" not in self.err
        assert "Usage" not in self.err
        assert len(self.err) < 600
        return self.err.strip()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, without the settings of whoever runs the tests, and the word encoder for every model."""
    _move(tmp_path, monkeypatch)


def _move(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    for name in ("DATELINE_INDEX", "DATELINE_INDEX__PATH", "DATELINE_INDEX__MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("embeddings.model.encoder.SentenceEncoder", WordEncoder)
    monkeypatch.setattr("embeddings.model.export.SentenceEncoder", WordEncoder)


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Feed:
    """Give a command a text or bytes as standard input."""

    def give(text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    return give


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str | Path) -> Ran:
        status = main(list(map(str, arguments)))
        return Ran(status, *capsys.readouterr())

    return command


def write(name: str, *records: dict[str, Any]) -> Path:
    path = Path(name)
    path.write_text("\n".join(map(json.dumps, records)))
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with RECORDS and an index of them. Nothing may write to it."""
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as monkeypatch, contextlib.redirect_stdout(io.StringIO()):
        _move(folder, monkeypatch)
        assert main(["build", str(write("events.jsonl", *RECORDS))]) == 0
    return folder


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    """The folder of an index of RECORDS, which is the config's default too."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return Path("index")


class TestBuild:
    def test_as_json_counts_what_it_did(self, run: Run) -> None:
        archive = write("events.jsonl", *RECORDS)
        told = run("build", archive, "--json").json
        assert told.pop("seconds") >= 0
        nothing = dict.fromkeys(("changed", "unchanged", "removed", "merged", "rejected"), 0)
        assert told == {"events": 3, "new": 3, **nothing}
        assert run("build", archive, "--json").json["unchanged"] == 3

    def test_for_people_says_the_same_in_a_line(self, run: Run) -> None:
        ran = run("build", write("events.jsonl", *RECORDS))
        assert ran.status == 0
        assert ran.out.startswith("3 events: 3 new, 0 changed, 0 unchanged; 0 removed, 0 merged, 0 rejected; ")
        assert ran.out.count("\n") == 2

    def test_what_was_written_where_and_what_to_do_next_is_told_last(self, run: Run) -> None:
        last = run("build", write("events.jsonl", *RECORDS)).out.splitlines()[-1]
        assert last.startswith("written to index (")
        assert "ask it with `python -m embeddings ask earthquake in Japan`" in last
        assert "or put it on Discord with `python -m bot setup`" in last
        last = run("build", "--index", "other", write("events.jsonl", *RECORDS)).out.splitlines()[-1]
        assert "ask it with `python -m embeddings --index other ask " in last
        assert "with `python -m bot setup --index other`" in last

    def test_an_index_that_stays_as_it_is_is_told_as_such(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("embeddings.build.repeated.program", lambda: "this version")
        archive = write("events.jsonl", *RECORDS)
        run("build", archive)
        first, last = run("build", archive).out.splitlines()
        assert first.startswith("3 events: 0 new, 0 changed, 3 unchanged; ")
        assert last.startswith("nothing is new: index stays as it is (")

    def test_what_could_not_be_read_is_shown_and_reported_to_a_file(self, run: Run) -> None:
        archive = write("events.jsonl", *RECORDS, *({"date": "[red]"} for _ in range(25)))
        ran = run("build", archive, "--report", "report.jsonl")
        assert ran.status == 0
        assert "25 rejected" in ran.out
        assert "events.jsonl: line 4: " in ran.out
        assert "… and 5 more; report.jsonl lists them all" in ran.out
        rows = [json.loads(line) for line in Path("report.jsonl").read_text().splitlines()]
        assert len(rows) == 25
        assert set(rows[0]) == {"path", "line", "why"}
        assert (rows[0]["path"], rows[0]["line"]) == ("events.jsonl", 4)

    def test_the_index_option_stands_before_or_after_the_command(self, run: Run) -> None:
        archive = write("events.jsonl", *RECORDS)
        assert run("--index", "one", "build", archive).status == 0
        assert run("build", "--index", "two", archive).status == 0
        assert run("stats", "--index", "one", "--json").json["events"] == 3
        assert run("--index", "two", "stats", "--json").json["events"] == 3
        assert not Path("index").exists()

    def test_the_model_that_was_named_is_kept_by_later_builds_and_questions(self, run: Run) -> None:
        archive = write("events.jsonl", *RECORDS)
        assert run("build", archive, "--model", "another model").status == 0
        assert run("build", archive).status == 0
        assert run("stats", "--json").json["model"] == "another model"
        assert run("ask", "dam").status == 0

    def test_an_archive_that_breaks_off_is_status_1(self, run: Run, index: Path) -> None:
        before = IndexFolder(index).manifest()
        data = gzip.compress(Path("events.jsonl").read_bytes())
        Path("broken.jsonl.gz").write_bytes(data[: len(data) // 2])
        ran = run("build", "broken.jsonl.gz")
        assert ran.status == 1
        assert "broken.jsonl.gz breaks off" in ran.sentence
        assert IndexFolder(index).manifest() == before

    def test_another_build_at_the_same_time_is_status_1(self, run: Run, index: Path) -> None:
        with IndexFolder(index).build_lock():
            ran = run("build", "events.jsonl", "--json")
        assert ran.status == 1
        assert "another build of the index in index is running; wait for it to end" in ran.sentence


class TestPage:
    PAGE = """### [2003-12-23](/news/2003/12/23/index.md)

# Floods: A dam breaks above the town of Alpha.\x20

People flee [to the hills].


### Source:

1. [Daily](https://daily.example/1)

### Related:

1. [The dam of Alpha is repaired. ](/news/2015/12/23/the-dam-of-alpha-is-repaired-HEX.md) _Context: Alpha_
"""

    def test_is_the_event_in_the_archives_layout_and_nothing_else(self, run: Run, index: Path) -> None:
        ran = run("page", "dam")
        assert (ran.status, ran.err) == (0, "")
        assert re.sub("-[0-9a-f]{8}.md", "-HEX.md", ran.out) == self.PAGE

    def test_as_json_has_the_page_with_its_address(self, run: Run, index: Path) -> None:
        told = run("page", "dam", "--json").json
        assert told["id"] == "dam"
        assert told["path"] == "/news/2003/12/23/floods-a-dam-breaks-above-the-town-of-alpha.md"
        assert told["page"] == run("page", "dam").out

    def test_an_unknown_id_is_bad_input(self, run: Run, index: Path) -> None:
        ran = run("page", "flood")
        assert ran.status == 2
        assert 'no event has the id "flood"' in ran.sentence


class TestExport:
    def test_writes_an_archive_that_build_reads(self, run: Run, index: Path) -> None:
        assert run("export", "out", "--json").json == {"pages": 3, "days": 3}
        assert run("export", "out").out == "3 pages and 3 day indexes written to out\n"
        assert run("build", "out", "--index", "again", "--json").json["events"] == 3

    def test_a_folder_of_other_things_is_bad_input(self, run: Run, index: Path) -> None:
        ran = run("export", ".")
        assert ran.status == 2
        assert ". holds files that are not an export by Dateline" in ran.sentence

    def test_what_cannot_be_written_to_is_a_failure(self, run: Run, index: Path) -> None:
        Path("file").touch()
        ran = run("export", "file/out")
        assert ran.status == 1
        assert "the export was not written" in ran.sentence


class TestAsk:
    def test_as_json_ranks_events_with_their_scores(self, run: Run, index: Path) -> None:
        told = run("ask", "dam", "above", "Alpha", "in", "2003", "--json").json
        assert {"query", "dates", "events", "took_ms"} <= set(told)
        assert told["query"] == "dam above Alpha in 2003"
        assert told["dates"] == [{"from": "2003-01-01", "to": "2003-12-31"}]
        assert EVENT_KEYS | {"score"} <= set(told["events"][0])
        assert told["events"][0]["id"] == "dam"
        scores = [event["score"] for event in told["events"]]
        assert scores == sorted(scores, reverse=True)

    def test_for_people_has_a_block_an_event(self, run: Run, index: Path) -> None:
        out = run("ask", "dam breaks above Alpha in 2003").out
        assert "dates understood: 2003-01-01 to 2003-12-31" in out
        assert "1. 2003-12-23  A dam breaks above the town of Alpha." in out
        assert "People flee [to the hills]." in out
        assert "dam · Floods · Daily · score " in out
        assert "3 events in " in out

    def test_for_people_events_outside_the_questions_dates_have_a_heading(self, run: Run, index: Path) -> None:
        out = run("ask", "dam breaks above Alpha in 2003").out
        assert out.index("1. 2003-12-23") < out.index("outside 2003-01-01 to 2003-12-31") < out.index("2. 2015")

    def test_what_is_read_otherwise_than_typed_is_said(self, run: Run, index: Path) -> None:
        told = run("ask", "the", "repairs", "in", "Allpha", "--json").json
        assert told["corrected"] == [{"typed": "Allpha", "read": "Alpha"}]
        assert told["query"] == "the repairs in Allpha"
        assert 'for Alpha: the archive has no "Allpha"' in run("ask", "the repairs in Allpha").out
        assert "corrected" not in run("ask", "the repairs in Alpha", "--json").json

    def test_a_window_filters_exactly(self, run: Run, index: Path) -> None:
        told = run("ask", "dam Alpha", "--from", "2015", "--to", "2015-12-23", "--json").json
        assert [event["id"] for event in told["events"]] == ["repair"]
        assert run("ask", "dam", "--to", "1999", "--json").json["events"] == []
        assert "nothing fits" in run("ask", "dam", "--to", "1999").out

    def test_today_counts_in_windows_and_questions(self, run: Run, index: Path) -> None:
        told = run("ask", "dam yesterday", "--from", "yesterday", "--today", "2015-12-24", "--json").json
        assert told["dates"] == [{"from": "2015-12-23", "to": "2015-12-23"}]
        assert {event["id"] for event in told["events"]} == {"repair", "vote"}

    def test_limit_is_5_unless_told(self, run: Run) -> None:
        names = "Alpha Beta Gamma Delta Epsilon Zeta Eta".split()
        write("many.jsonl", *({"date": f"2015-01-{7 * n + 1:02}", "headline": f"{name}."} for n, name in enumerate(names[:4])), *({"date": f"2016-01-{7 * n + 1:02}", "headline": f"{name}."} for n, name in enumerate(names[4:])))  # fmt: skip # noqa: E501
        run("build", "many.jsonl")
        assert len(run("ask", "alpha", "--json").json["events"]) == 5
        assert len(run("ask", "alpha", "--limit", "2", "--json").json["events"]) == 2
        assert len(run("ask", "alpha", "--limit", "100", "--json").json["events"]) == 7

    def test_a_dash_answers_each_line_of_the_input_in_order(self, run: Run, index: Path, feed: Feed) -> None:
        feed("dam above Alpha in 2003\r\n\nparliament treaty\n" + "x" * 501 + "\n" + "y" * 30_000 + "\ndam\n")
        ran = run("ask", "-", "--json", "--limit", "1")
        told = [json.loads(line) for line in ran.out.splitlines()]
        assert (ran.status, len(told)) == (0, 6)
        assert [each["query"][:6] for each in told] == ["dam ab", "", "parlia", "xxxxxx", "yyyyyy", "dam"]
        assert [[event["id"] for event in told[at]["events"]] for at in (0, 2, 5)] == [["dam"], ["vote"], ["repair"]]
        for at, reason in ((1, "the question is empty"), (3, "has 501 characters"), (4, "expected 1 to 500")):
            assert set(told[at]) == {"query", "error"}
            assert reason in told[at]["error"]
        assert told[0] | {"took_ms": 0} == run("ask", told[0]["query"], "--json", "--limit", "1").json | {"took_ms": 0}

    def test_a_dash_reads_text_in_any_bytes(self, run: Run, index: Path, feed: Feed) -> None:
        feed(b"\xef\xbb\xbfdam\n\xff\xfe dam\x00\ntreaty")
        told = [json.loads(line) for line in run("ask", "-", "--json").out.splitlines()]
        assert told[0]["query"] == "dam"
        assert [len(each["events"]) > 0 for each in told] == [True, True, True]
        feed(b"")
        assert run("ask", "-", "--json").out == ""

    def test_a_dash_for_people_has_each_question_above_its_answer(self, run: Run, index: Path, feed: Feed) -> None:
        feed("dam\n \n[red]treaty\n")
        out = run("ask", "-").out
        assert out.index("? dam") < out.index("breaks above") < out.index("empty") < out.index("? [red]treaty")

    def test_a_dash_without_an_input_is_refused(self, run: Run, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", None)  # as Python has it where the parent closed it
        ran = run("ask", "-", "--json")
        assert (ran.status, ran.out) == (2, "")
        assert "standard input is closed" in ran.sentence

    def test_one_event_is_counted_as_one(self, run: Run, index: Path) -> None:
        assert "\n1 event in " in run("ask", "dam", "--limit", "1").out
        assert ": 1 event\n" in run("event", "2003-12-23").out

    def test_a_dash_with_a_wrong_window_asks_nothing(self, run: Run, index: Path, feed: Feed) -> None:
        feed("dam\n")
        ran = run("ask", "-", "--from", "nonsense", "--json")
        assert ran.status == 2
        assert "nonsense" in ran.sentence


class TestEvent:
    def test_as_json_has_every_event_of_the_days(self, run: Run, index: Path) -> None:
        told = run("event", "dec 2015", "--json").json
        assert (told["from"], told["to"], told["total"]) == ("2015-12-01", "2015-12-31", 2)
        assert [event["id"] for event in told["events"]] == ["repair", "vote"]
        assert set(told["events"][0]) >= EVENT_KEYS
        assert "score" not in told["events"][0]

    def test_related_links_carry_the_id_that_they_lead_to(self, run: Run, index: Path) -> None:
        [event] = run("event", "2003-12-23", "--json").json["events"]
        assert event["related"] == [
            {"id": "repair", "date": "2015-12-23", "headline": "The dam of Alpha is repaired.", "contexts": ["Alpha"], "path": None}  # noqa: E501
        ]  # fmt: skip
        assert event["sources"] == [{"name": "Daily", "url": "https://daily.example/1"}]

    def test_for_people_names_days_around_an_empty_one_and_the_archives_end(self, run: Run, index: Path) -> None:
        assert "2015-12-22: 0 events" in run("event", "2015-12-22").out
        assert "the nearest days with events: 2003-12-23, 2015-12-23, 2015-12-24" in run("event", "2015-12-22").out
        assert "the archive ends on 2015-12-24" in run("event", "2016-01-01").out
        told = run("event", "2016-01-01", "--json").json
        assert (told["total"], told["events"]) == (0, [])
        assert "2015-12-24" in json.dumps(told)

    def test_words_of_a_date_need_no_quotes(self, run: Run, index: Path) -> None:
        assert run("event", "23", "December", "2015").out == run("event", "2015-12-23").out
        assert run("event", "yesterday", "--today", "2015-12-24").out == run("event", "2015-12-23").out

    def test_what_looks_like_markup_is_shown_as_it_stands(self, run: Run, index: Path) -> None:
        assert "Parliament votes on [red]the treaty[/red] :smile:." in run("event", "2015-12-24").out


class TestOnThisDay:
    def test_as_json_has_the_day_and_its_events_oldest_first(self, run: Run, index: Path) -> None:
        told = run("onthisday", "12-23", "--json").json
        assert told["day"] == "12-23"
        assert [event["id"] for event in told["events"]] == ["dam", "repair"]
        assert run("onthisday", "--today", "2024-12-23", "--json").json == told
        assert [event["id"] for event in run("onthisday", "12-23", "--limit", "1", "--json").json["events"]] == ["dam"]

    def test_explaining_adds_to_each_event_why_it_was_chosen(self, run: Run, index: Path) -> None:
        plain, told = (run("onthisday", "12-23", "--json", *more).json["events"] for more in ((), ("--explain",)))
        whys = [event.pop("why") for event in told]
        assert told == plain
        for why in whys:
            assert set(why) == {"score", "field", "reasons", "parts"}
            assert why["score"] == pytest.approx(sum(why["parts"].values()), abs=0.01)
        shown = run("onthisday", "12-23", "--explain").out
        assert all(len(line) <= 80 for line in shown.splitlines())  # no terminal
        sentences = " ".join(shown.split())
        assert all(reason in sentences for why in whys for reason in why["reasons"])
        assert all(f"{event['date']}  {event['headline'][:60]}" in shown for event in told)

    def test_for_people_an_empty_day_is_an_answer(self, run: Run, index: Path) -> None:
        assert "0 events" in run("onthisday", "29 February", "--explain").out
        ran = run("onthisday", "29 February")
        assert (ran.status, ran.out) == (0, "on 29 February: 0 events\n")


class TestRelated:
    def test_as_json_has_the_id_and_what_is_related(self, run: Run, index: Path) -> None:
        told = run("related", "dam", "--json").json
        assert told["id"] == "dam"
        assert set(told["related"][0]) == {"id", "date", "headline", "contexts", "path"}
        assert told["related"][0]["id"] == "repair"

    def test_an_id_that_was_merged_is_answered_under_the_one_that_stays(self, run: Run, index: Path) -> None:
        import datetime as dt

        old = event_id(dt.date(2003, 12, 23), "A dam breaks above the town of Alpha.")
        assert run("related", old, "--json").json == run("related", "dam", "--json").json

    def test_for_people_has_a_line_each(self, run: Run, index: Path) -> None:
        out = run("related", "dam").out
        assert "1 related event\n" in out
        assert "  2015-12-23  The dam of Alpha is repaired.  (Alpha)" in out


class TestStory:
    def test_one_of_a_single_day_is_told_and_not_drawn(self, run: Run, index: Path) -> None:
        assert run("story", "Floods").status == 0
        drawn = run("story", "Floods", "--png", "floods.png")
        assert drawn.status == 2
        assert drawn.sentence == "the story is of 2003-12-23 alone; a picture of it would be a single bar"

    def test_gives_all_events_in_json(self, run: Run, index: Path) -> None:
        told = run("story", "dam", "--json").json
        assert set(told) == {"id", "title", "topic", "from", "to", "going_on", "count", "asked", "also", "events"}
        assert told["asked"] == "dam"
        assert len(told["events"]) == told["count"]
        assert [event["number"] for event in told["events"]] == list(range(1, told["count"] + 1))
        assert set(told["events"][0]) >= EVENT_KEYS
        assert told["from"] == told["events"][0]["date"]

    def test_for_people_marks_the_event_that_was_asked_for(self, run: Run, index: Path) -> None:
        out = run("story", "dam").out
        assert [line for line in out.splitlines() if line.startswith("→")]


class TestDates:
    @pytest.mark.parametrize(
        ("words", "first", "last"),
        [
            (("late", "2016"), "2016-09-01", "2016-12-31"),
            (("yesterday", "--today", "2024-03-01"), "2024-02-29", "2024-02-29"),
        ],
    )
    def test_says_how_an_expression_is_understood(
        self, run: Run, words: tuple[str, ...], first: str, last: str
    ) -> None:
        assert run("dates", *words, "--json").json == {"from": first, "to": last}

    def test_for_people_counts_the_days(self, run: Run) -> None:
        assert run("dates", "2016").out == "2016-01-01 to 2016-12-31 (366 days)\n"
        assert run("dates", "2016-02-29").out == "2016-02-29 (1 day)\n"


class TestEvaluate:
    @pytest.fixture
    def queries(self, index: Path) -> Path:
        return write("queries.jsonl", {"id": "dam", "kw": "dam breaks", "nl": "what broke above Alpha?"})

    def test_the_example_in_its_help_can_be_used(self, run: Run) -> None:
        [line] = [line.strip() for line in run("evaluate", "--help").out.splitlines() if line.strip().startswith("{")]
        Path("example.jsonl").write_text(line)
        [query] = read_queries(Path("example.jsonl"))
        assert query.kw == "moon landing"
        Path("wrong.jsonl").write_text('{"id": "x"}')
        assert f"such as {line}" in run("evaluate", "wrong.jsonl").sentence

    def test_as_json_has_the_measures_of_each_kind(self, run: Run, queries: Path) -> None:
        told = run("evaluate", queries, "--json").json
        assert {"kw", "nl", "all", "p50_ms", "p95_ms"} <= set(told)
        for kind in ("kw", "nl", "all"):
            assert set(told[kind]) == {"s1", "s5", "mrr10", "r50"}
        assert told["kw"] == {"s1": 1.0, "s5": 1.0, "mrr10": 1.0, "r50": 1.0}

    def test_rows_have_what_each_question_found(self, run: Run, queries: Path) -> None:
        assert run("evaluate", queries, "--rows", "rows.jsonl").status == 0
        rows = [json.loads(line) for line in Path("rows.jsonl").read_text().splitlines()]
        assert [set(row) for row in rows] == [{"id", "kind", "query", "found"}] * 2
        assert [row["kind"] for row in rows] == ["kw", "nl"]
        assert rows[0]["found"][0] == "dam"

    def test_for_people_is_a_table(self, run: Run, queries: Path) -> None:
        out = run("evaluate", queries).out
        assert all(word in out for word in ("keywords", "sentences", "success@5", "MRR@10", "2 questions"))

    def test_unanswerable_questions_measure_what_is_held_back(self, run: Run, queries: Path) -> None:
        Path("strange.txt").write_text("best pizza recipe\nhow tall am I\n")
        told = run("evaluate", queries, "--unanswerable", "strange.txt", "--json").json
        # No threshold is known for the encoder of these tests, so nothing is held back.
        assert told == {"questions": 2, "unanswerable": 2, "wrong_silences": 0.0, "strangers": 1.0}
        out = run("evaluate", queries, "--unanswerable", "strange.txt").out
        assert "Of 2 questions with an answer, 0.0% got none." in out


class TestStats:
    def test_as_json_says_what_the_index_holds(self, run: Run, index: Path) -> None:
        told = run("stats", "--json").json
        assert {"events", "days", "first", "last", "model", "dimension", "bytes"} <= set(told)
        assert (told["events"], told["days"], told["first"], told["last"]) == (3, 3, "2003-12-23", "2015-12-24")
        assert told["bytes"] > 0

    def test_for_people_has_a_line_each_and_takes_nothing_for_markup(self, run: Run) -> None:
        paper = "The [/red] paper :smile:"
        run("build", write("events.jsonl", {**RECORDS[0], "attribution": paper}), "--model", "models/[bold]")
        out = run("stats").out
        assert "events       1" in out
        assert paper in out
        assert "models/[bold]" in out


class TestVerify:
    def test_a_sound_index_is_status_0(self, run: Run, index: Path) -> None:
        assert run("verify", "--json").json == {"ok": True, "problems": []}
        ran = run("verify")
        assert (ran.status, ran.out) == (0, "the index in index is sound\n")

    def test_damage_is_status_1_and_named(self, run: Run, index: Path) -> None:
        [path] = index.glob("generations/*/catalogue.sqlite")
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
        ran = run("verify", "--json")
        assert (ran.status, ran.json["ok"]) == (1, False)
        assert "catalogue.sqlite" in ran.json["problems"][0]
        ran = run("verify")
        assert ran.status == 1
        assert "catalogue.sqlite" in ran.out

    def test_a_damaged_index_is_status_1_for_answers_too(self, run: Run, index: Path) -> None:
        (index / "manifest.json").write_text("{")
        for command in (("ask", "dam"), ("event", "2015"), ("stats",), ("related", "dam"), ("onthisday", "12-23")):
            ran = run(*command, "--json")
            assert ran.status == 1
            assert "manifest.json is damaged; run `python -m embeddings build` again" in ran.sentence


BAD_INPUT = [
    ((), "command"),
    (("nonsense",), "nonsense"),
    (("ask", "dam", "--nonsense"), "--nonsense"),
    (("--nonsense", "stats"), "--nonsense"),
    (("build",), "ARCHIVE"),
    (("build", "nothing"), "there is no archive at nothing"),
    (("build", "events.jsonl", "nothing"), "there is no archive at nothing"),
    (("build", "queries.txt"), "queries.txt is not an archive"),
    (("build", "empty"), "empty is not a Markdown archive"),
    (("build", "empty.jsonl"), "no events in empty.jsonl"),
    (("build", "events.jsonl", "--report", "missing/report.jsonl"), "missing/report.jsonl"),
    (("build", "events.jsonl", "--report", "empty"), "empty"),
    (("build", "events.jsonl", "--index", "events.jsonl"), "events.jsonl"),
    (("stats", "--index", "elsewhere"), "there is no index in elsewhere"),
    (("verify", "--index", "elsewhere"), "there is no index in elsewhere"),
    (("ask", "dam", "--index", "elsewhere"), "there is no index in elsewhere"),
    (("event", "2015", "--index", "elsewhere"), "there is no index in elsewhere"),
    (("onthisday", "--index", "elsewhere"), "there is no index in elsewhere"),
    (("related", "dam", "--index", "elsewhere"), "there is no index in elsewhere"),
    (("evaluate", "queries.jsonl", "--index", "elsewhere"), "there is no index in elsewhere"),
    (("stats", "--index", "events.jsonl"), "events.jsonl"),
    (("event",), "DATE"),
    (("event", ""), "date"),
    (("event", "2015-02-30"), "2015-02-30 is not a date: February 2015 has 28 days"),
    (("event", "02/03/2015"), "02/03/2015 may mean 2 March 2015 or 3 February 2015"),
    (("event", "soonish"), '"soonish" is not a date'),
    (("event", "x" * 5_000), "a date has 200 at most"),
    (("event", "2015", "--today", "foo"), "foo"),
    (("event", "2015", "--today", "2015-02-30"), "2015-02-30"),
    (("event", "2015", "--today", ""), "--today"),
    (("dates", "2015-02-30"), "2015-02-30 is not a date"),
    (("dates", "02/03/2015"), "02/03/2015 may mean 2 March 2015 or 3 February 2015"),
    (("dates",), "EXPRESSION"),
    (("onthisday", "02-30"), "02-30"),
    (("onthisday", "2015"), "2015 is a whole year"),
    (("onthisday", "12-23", "--limit", "0"), "0 is not in the range"),
    (("ask",), "QUERY"),
    (("ask", ""), "the question is empty"),
    (("ask", "  ", "?"), "the question is empty"),
    (("ask", "x" * 501), "the question has 501 characters"),
    (("ask", "dam", "--limit", "0"), "0 is not in the range"),
    (("ask", "dam", "--limit", "-1"), "-1 is not in the range"),
    (("ask", "dam", "--limit", "101"), "101 is not in the range"),
    (("ask", "dam", "--limit", "many"), "many"),
    (("ask", "dam", "--limit"), "--limit"),
    (("ask", "dam", "--from", "2016", "--to", "2015"), "'from' (2016) is later than 'to' (2015)"),
    (("ask", "dam", "--from", "2015-02-30"), "2015-02-30 is not a date"),
    (("ask", "dam", "--to", "02/03/2015"), "02/03/2015 may mean"),
    (("ask", "dam", "--today", "foo"), "foo"),
    (("related",), "ID"),
    (("related", "nothing"), 'no event has the id "nothing"'),
    (("related", ""), 'no event has the id ""'),
    (("related", "\x1b[31m\n"), "no event has the id"),
    (("related", "dam", "repair"), "repair"),
    (("evaluate",), "QUERIES"),
    (("evaluate", "missing.jsonl"), "missing.jsonl"),
    (("evaluate", "queries.jsonl", "--unanswerable", "missing.txt"), "missing.txt"),
    (("evaluate", "queries.jsonl", "--unanswerable", "x", "--rows", "y"), "name one of the two"),
    (("evaluate", "empty"), "empty"),
    (("evaluate", "bad.jsonl"), "bad.jsonl: line 2"),
    (("evaluate", "empty.jsonl"), "empty.jsonl holds no questions"),
    (("evaluate", "unknown.jsonl"), "the index holds no event unknown"),
    (("evaluate", "queries.jsonl", "--rows", "missing/rows.jsonl"), "missing/rows.jsonl"),
    (("stats", "--config", "missing.toml"), "there is no config file missing.toml"),
    (("stats", "--config", "events.jsonl"), "events.jsonl is not TOML"),
    (("stats", "--config", "unknown.toml"), "there is no setting index.paht"),
    (("stats", "--config", "type.toml"), "the setting index.path cannot be used"),
    (("--config", "missing.toml", "stats"), "there is no config file missing.toml"),
    (("stats", "--index", "index", "--config", "missing.toml"), "there is no config file missing.toml"),
    (("dates", "2015", "--config", "missing.toml"), "there is no config file missing.toml"),
]


@pytest.mark.parametrize(("arguments", "named"), BAD_INPUT, ids=[" ".join(a)[:60] for a, _ in BAD_INPUT])
def test_bad_input_is_named_in_one_sentence_with_status_2(
    run: Run, index: Path, arguments: tuple[str, ...], named: str
) -> None:
    Path("empty").mkdir()
    Path("empty.jsonl").touch()
    Path("queries.txt").touch()
    query = {"id": "dam", "kw": "dam", "nl": "dam"}
    write("queries.jsonl", query)
    write("bad.jsonl", query, {"id": "dam"})
    write("unknown.jsonl", {**query, "id": "unknown"})
    Path("unknown.toml").write_text('[index]\npaht = "x"\n')
    Path("type.toml").write_text("[index]\npath = 5\n")
    before = IndexFolder(index).manifest()
    for as_json in [(), ("--json",)] if arguments and "nonsense" not in arguments[0] else [()]:
        ran = run(*arguments, *as_json)
        assert ran.status == 2
        assert named in ran.sentence
        assert ran.sentence.isprintable()
    assert IndexFolder(index).manifest() == before


class TestWhatElseMayHappen:
    def test_a_mistake_of_ours_is_a_sentence_too_and_the_details_are_in_the_log(
        self, run: Run, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("a mistake")

        monkeypatch.setattr("embeddings.search.look_up.CatalogueLookUp.days", broken)
        ran = run("event", "2015", "--json")
        assert ran.status == 1
        assert ran.sentence.startswith("this should not have happened (ZeroDivisionError); the details are in ")
        log = Path(ran.sentence.rpartition(" in ")[2])
        assert log.is_relative_to(tmp_path)
        assert "ZeroDivisionError: a mistake" in log.read_text()

    @pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
    def test_nobody_else_can_read_the_log_nor_the_one_that_follows_it(
        self, run: Run, index: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("a mistake")

        monkeypatch.setattr("embeddings.search.look_up.CatalogueLookUp.days", broken)
        log = Path(run("event", "2015").sentence.rpartition(" in ")[2])
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        log.write_text("x" * 2**20)
        log.chmod(0o644)  # as an earlier version left it
        run("event", "2015")
        assert "ZeroDivisionError" in log.read_text()
        assert len(log.read_text()) < 2**20
        assert {stat.S_IMODE(file.stat().st_mode) for file in (log, log.with_name(f"{log.name}.1"))} == {0o600}

    @pytest.mark.parametrize(
        ("error", "status", "sentence"),
        [
            (KeyboardInterrupt(), 130, "interrupted"),
            (MemoryError(), 1, "there is not enough memory for this"),
            (PermissionError(13, "Permission denied", "x"), 1, "the system refused: Permission denied (x)"),
        ],
    )
    def test_whatever_ends_a_command_is_one_sentence(
        self,
        run: Run,
        index: Path,
        monkeypatch: pytest.MonkeyPatch,
        error: BaseException,
        status: int,
        sentence: str,
    ) -> None:
        def ended(*_: object) -> None:
            raise error

        monkeypatch.setattr("embeddings.search.look_up.CatalogueLookUp.days", ended)
        ran = run("event", "2015")
        assert ran.status == status
        assert not ran.out
        assert ran.err.lstrip("\n").startswith(sentence)  # a line of its own after the ^C that the terminal shows
        assert ran.err.strip().count("\n") == 0

    def test_help_is_an_answer_and_names_every_command(self, run: Run) -> None:
        for option in ("--help", "-h"):
            ran = run(option)
            assert (ran.status, ran.err) == (0, "")
            for command in "build update ask event onthisday related dates evaluate stats verify".split():
                assert f"  {command} " in ran.out
        assert "--report" in run("build", "--help").out
        assert run("--version").out.strip().count(".") == 2

    def test_a_terminal_is_given_colours_and_the_same_words(self, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(io.StringIO):
            def isatty(self) -> bool:
                return True

        out = Terminal()
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setattr(sys, "stdout", out)
        assert main(["event", "2015-12-23"]) == 0
        assert "The dam of Alpha is repaired." in out.getvalue()


def test_births_and_deaths_are_left_out_and_named_unless_the_config_wants_them(run: Run) -> None:
    Path("March_3.wiki").write_text(
        "==Events==\n*[[1913]] &ndash; A mine burns near Dell.\n==Births==\n*[[1930]] &ndash; Ida Hale, singer\n"
    )
    ran = run("build", "March_3.wiki")
    assert "1 event: 1 new" in ran.out
    assert "0 rejected" in ran.out
    assert "left out, of the days of the year: 1 births" in ran.out
    Path("config.toml").write_text("[archive]\nbirths_and_deaths = true\n")
    assert run("build", "March_3.wiki", "--json").json["new"] == 1
    assert run("event", "1930-03-03", "--json").json["events"][0]["category"] == "Births"


class TestUpdate:
    MONTH = ("--since", "2021-06-01", "--until", "2021-06-30")

    @pytest.fixture
    def wiki(self) -> Iterator[WikiServer]:
        with wiki_server() as wiki:
            wiki.month()
            yield wiki

    @pytest.fixture(autouse=True)
    def _without_the_sample(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATELINE_ARCHIVE__SAMPLE", "false")

    @pytest.mark.usefixtures("few_shipped")
    def test_a_new_index_knows_the_samples_events_of_before_the_archive_if_nothing_forbids_it(
        self, run: Run, wiki: WikiServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("DATELINE_ARCHIVE__SAMPLE")
        ran = run("update", "--api", wiki.api, *self.MONTH)
        older = sum(event.date < dt.date(2021, 6, 1) for event in shipped_events())
        sentence = f"{older} events are named by lists of what is worth remembering; {older} events of the sample added"
        assert sentence in ran.out.splitlines()
        assert "1969-07-20" in [event["date"] for event in run("onthisday", "07-20", "--json").json["events"]]

    def test_as_json_counts_what_it_did_and_what_it_took(self, run: Run, wiki: WikiServer) -> None:
        told = run("update", "--api", wiki.api, *self.MONTH, "--json").json
        assert told.pop("seconds") >= 0
        nothing = dict.fromkeys(("changed", "unchanged", "removed", "merged", "rejected"), 0)
        assert told == {"events": 56, "new": 56, **nothing, "days": 30, "fetched": 30, "requests": 2}
        assert run("event", "2021-06-03", "--json").json["total"] == 3
        assert run("verify").status == 0

    def test_for_people_says_the_same_in_two_lines(self, run: Run, wiki: WikiServer) -> None:
        ran = run("update", "--api", wiki.api, *self.MONTH)
        assert ran.out.startswith("30 days looked at, 30 of them fetched, in 2 requests\n56 events: 56 new, ")

    def test_the_config_says_which_wiki_and_who_asks(self, run: Run, wiki: WikiServer) -> None:
        Path("config.toml").write_text(f'[archive]\napi = "{wiki.api}"\ncontact = "mail@example.org"\n')
        assert run("update", *self.MONTH).status == 0
        assert wiki.requests[0].user_agent.endswith(" (mail@example.org)")

    def test_what_cannot_be_read_of_a_page_is_listed(self, run: Run, wiki: WikiServer) -> None:
        wiki.replace(dt.date(2021, 6, 3), ";Law and crime", "*[[File:A picture.jpg]]\n;Law and crime")
        ran = run("update", "--api", wiki.api, *self.MONTH, "--report", "report.jsonl")
        assert ran.status == 0
        [row] = [json.loads(line) for line in Path("report.jsonl").read_text().splitlines()]
        assert (row["path"], row["line"]) == ("Portal:Current events/2021 June 3", 8)

    def test_what_an_edit_removed_is_shown_as_withdrawn_to_who_names_it(self, run: Run, wiki: WikiServer) -> None:
        run("update", "--api", wiki.api, *self.MONTH)
        [event] = run("event", "2021-06-13", "--json").json["events"]
        wiki.delete(dt.date(2021, 6, 13))
        assert run("update", "--api", wiki.api, *self.MONTH, "--json").json["removed"] == 1
        assert run("event", "2021-06-13", "--json").json["total"] == 0
        assert run("related", event["id"], "--json").json == {"id": event["id"], "related": [], "withdrawn": True}
        assert "withdrawn: seen on" in run("related", event["id"]).out

    def test_what_the_wiki_lost_all_at_once_is_kept_until_its_removal_is_accepted(
        self, run: Run, wiki: WikiServer
    ) -> None:
        run("update", "--api", wiki.api, *self.MONTH)
        for day in DAYS[1:]:
            wiki.delete(day)
        ran = run("update", "--api", wiki.api, *self.MONTH)
        assert ran.status == 1
        assert ran.sentence.startswith("29 of the 30 days looked at that held events have none any more at 127.0.0.1:")
        assert run("stats", "--json").json["events"] == 56
        assert run("update", "--api", wiki.api, *self.MONTH, "--accept-removals", "--json").json["removed"] > 50

    def test_what_an_archive_lost_is_kept_until_its_removal_is_accepted(self, run: Run) -> None:
        events = [{"date": "2015-12-23", "headline": f"It rains for the {number} time."} for number in range(10)]
        run("build", write("events.jsonl", *events))
        write("events.jsonl", *events[:8])
        ran = run("build", "events.jsonl")
        assert ran.status == 1
        assert ran.sentence.startswith("the index was not replaced: 2 of the 10 events that it holds from archives")
        assert run("build", "events.jsonl", "--accept-removals", "--json").json["removed"] == 2

    def test_the_days_of_the_year_are_fetched_where_they_are_asked_for(self, run: Run, wiki: WikiServer) -> None:
        wiki.write("October 21", "==Events==\n*[[1966]] &ndash; A dam breaks.\n==Births==\n*[[1930]] &ndash; Ida\n")
        update = ("update", "--api", wiki.api, *self.MONTH)
        ran = run(*update, "--days")
        assert ran.out.startswith("396 days looked at, 31 of them fetched, in 11 requests\n57 events: 57 new, ")
        assert "left out, of the days of the year: 1 births" in ran.out
        assert run("event", "1966-10-21", "--json").json["total"] == 1
        assert run(*update, "--json").json["days"] == 396
        assert run(*update, "--no-days", "--json").json["days"] == 30
        assert run("verify").status == 0

    def test_a_bad_answer_is_one_sentence_and_status_1(self, run: Run, wiki: WikiServer) -> None:
        wiki.answer_next(html())
        ran = run("update", "--api", wiki.api, *self.MONTH)
        assert ran.status == 1
        assert "answers with text/html, expected application/json" in ran.sentence

    @pytest.mark.parametrize(
        "arguments",
        [("--since", "2021-06-31"), ("--since", "2021-07-01", "--until", "2021-06-01"), ("--api", "en.wikipedia.org")],
    )
    def test_what_cannot_be_used_is_named_with_status_2(self, run: Run, arguments: tuple[str, ...]) -> None:
        ran = run("update", *arguments)
        assert ran.status == 2
        assert arguments[-1] in ran.sentence or arguments[1] in ran.sentence

    def test_a_password_in_an_address_that_cannot_be_used_is_not_repeated(self, run: Run) -> None:
        ran = run("update", "--api", "ftp://me:hunter2@wiki.example/w")
        assert ran.status == 2
        assert "wiki.example/w is not a web address" in ran.sentence
        assert "hunter2" not in ran.sentence


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    root = Path(__file__).parents[3]
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(root), **environment},
    )


HEAVY = """
import sys
from embeddings.command_line.commands import main
for command in sys.argv[1:]:
    status = main(command.split())
    heavy = [name for name in ("torch", "sentence_transformers", "transformers") if name in sys.modules]
    print(command, status, heavy, file=sys.stderr)
"""


def test_what_encodes_nothing_does_not_import_the_model(index: Path) -> None:
    commands = ["--help", "dates 2015", "event 2015-12-23", "stats"]
    done = python(HEAVY, *commands)
    assert done.stderr.decode().splitlines() == [f"{command} 0 []" for command in commands]


def test_a_question_is_computed_on_one_processor(index: Path) -> None:
    code = (
        "import sys; from embeddings.command_line.commands import main; main(sys.argv[1:]);"
        "import faiss; print(faiss.omp_get_max_threads(), file=sys.stderr)"
    )
    assert python(code, "related", "repair", OMP_NUM_THREADS="4").stderr.splitlines()[-1] == b"1"


def test_an_output_that_cannot_hold_every_letter_gets_an_answer_all_the_same(run: Run) -> None:
    run("build", write("events.jsonl", {"date": "2015-12-23", "headline": "Łódź floods 🌧."}))
    code = """
import sys
from embeddings.command_line.commands import main
sys.exit(main(["event", "2015", "--json"]) or main(["event", "2015"]))
"""
    done = python(code, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, b"")
    answer, _, text = done.stdout.partition(b"\n")
    assert json.loads(answer)["events"][0]["headline"] == "Łódź floods 🌧."
    assert b"floods" in text
