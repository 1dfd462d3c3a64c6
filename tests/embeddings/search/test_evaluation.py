from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.errors import InputError
from embeddings.index.folder import IndexFolder
from embeddings.model.calibration import Confidence
from embeddings.search.evaluation import (
    DEPTH,
    Kind,
    LabelledQuery,
    Outcome,
    Silence,
    measure_silence,
    read_queries,
    read_unanswerable,
    run,
    summarise,
)
from embeddings.search.service import Search
from tests.word_encoder import WordEncoder

TODAY = dt.date(2024, 3, 14)
DAM = "A dam breaks above the town of Mariana."


def outcome(rank: int | None, kind: Kind = "kw", took_ms: float = 1.0) -> Outcome:
    return Outcome("x", kind, "a question", (), rank, took_ms)


@pytest.fixture
def search(tmp_path: Path) -> Iterator[Search]:
    records = [
        {"date": "2015-12-03", "headline": DAM, "id": "dam"},
        {"date": "2015-12-04", "headline": "Above the town of Mariana a dam breaks.", "id": "again"},
        {"date": "2015-12-20", "headline": "Above Mariana a dam breaks, for the second time.", "id": "later"},
        {"date": "2003-05-01", "headline": "Parliament votes on the treaty.", "id": "vote"},
    ]
    archive = tmp_path / "events.jsonl"
    archive.write_text("\n".join(map(json.dumps, records)))
    folder = IndexFolder(tmp_path / "index")
    build_index(folder, [archive], WordEncoder(), Report())
    index = folder.open()
    yield Search(index, WordEncoder())
    index.close()


def ask(search: Search, *queries: LabelledQuery) -> list[Outcome]:
    return list(run(search, queries, TODAY, lambda step, done, total: None))


class TestRun:
    def test_asks_both_questions_of_each_event_and_finds_its_rank(self, search: Search) -> None:
        [keywords, question] = ask(
            search, LabelledQuery(id="vote", kw="dam Mariana treaty", nl="who votes on the treaty?")
        )
        assert (keywords.kind, question.kind) == ("kw", "nl")
        assert keywords.found[0] in {"dam", "again"}
        assert keywords.found.index("vote") + 1 == keywords.rank
        assert (question.rank, question.found[0]) == (1, "vote")
        assert question.query == "who votes on the treaty?"

    def test_a_rewording_of_the_event_within_two_days_is_right_too(self, search: Search) -> None:
        for name in ("dam", "again"):
            [found, _] = ask(search, LabelledQuery(id=name, kw="dam breaks Mariana", nl="dam"))
            assert found.rank == 1
            assert len({"dam", "again"} & set(found.found)) == 1
        [found, _] = ask(search, LabelledQuery(id="later", kw="dam breaks Mariana town", nl="dam"))
        assert found.found[0] != "later"
        assert found.rank == found.found.index("later") + 1

    def test_progress_counts_every_question(self, search: Search) -> None:
        told: list[tuple[int, int]] = []
        query = LabelledQuery(id="vote", kw="treaty", nl="treaty")
        list(run(search, [query, query], TODAY, lambda _, done, total: told.append((done, total))))
        assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]

    def test_an_event_that_the_index_lacks_is_named(self, search: Search) -> None:
        with pytest.raises(InputError, match="the index holds no event 2015-01-01-00000000; build it from the archive"):
            ask(search, LabelledQuery(id="2015-01-01-00000000", kw="dam", nl="dam"))


class TestSummarise:
    def test_measures_are_those_worked_out_by_hand(self) -> None:
        ranks = [1, 2, 5, 6, 10, 11, 50, None]
        measures = summarise([*(outcome(rank) for rank in ranks), outcome(1, "nl"), outcome(None, "nl")])
        reciprocal = 1 + 1 / 2 + 1 / 5 + 1 / 6 + 1 / 10
        assert measures["kw"] == {
            "s1": 1 / 8,
            "s5": 3 / 8,
            "mrr10": round(reciprocal / 8, 4),
            "r50": 7 / 8,
        }
        assert measures["nl"] == {"s1": 0.5, "s5": 0.5, "mrr10": 0.5, "r50": 0.5}
        assert measures["all"] == {
            "s1": 0.2,
            "s5": 0.4,
            "mrr10": round((reciprocal + 1) / 10, 4),
            "r50": 0.8,
        }

    def test_times_are_the_median_and_the_slowest_twentieth(self) -> None:
        kinds: list[Kind] = ["kw", "nl"]
        outcomes = [outcome(1, kind, float(ms)) for ms, kind in zip(range(1, 102), kinds * 51, strict=False)]
        measures = summarise(outcomes)
        assert (measures["p50_ms"], measures["p95_ms"]) == (51, 96)

    def test_is_what_json_can_hold(self) -> None:
        assert set(json.loads(json.dumps(summarise([outcome(1), outcome(DEPTH, "nl")])))) == {
            "kw", "nl", "all", "p50_ms", "p95_ms",
        }  # fmt: skip


class TestReadQueries:
    GOOD = '{"id": "a", "kw": "dam", "nl": "which dam broke?", "nl_has_time": true}'

    def read(self, folder: Path, text: str | bytes) -> list[LabelledQuery]:
        path = folder / "queries.jsonl"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_queries(path)

    def test_reads_an_object_a_line_whatever_else_is_in_it(self, tmp_path: Path) -> None:
        query = LabelledQuery(id="a", kw="dam", nl="which dam broke?")
        assert self.read(tmp_path, f"{self.GOOD}\n\n  \n{self.GOOD}") == [query, query]

    def test_a_byte_order_mark_and_foreign_line_ends_are_nothing(self, tmp_path: Path) -> None:
        assert len(self.read(tmp_path, b"\xef\xbb\xbf" + f"{self.GOOD}\r\n{self.GOOD}\r\n".encode())) == 2

    @pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
    def test_only_a_line_feed_ends_a_line(self, tmp_path: Path, mark: str) -> None:
        [query] = self.read(tmp_path, self.GOOD.replace("which ", f"which{mark}"))
        assert query.nl == f"which{mark}dam broke?"

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("{", 'line 2: expected an object with "id", "kw" and "nl"'),
            ("[]", 'line 2: expected an object with "id", "kw" and "nl"'),
            ('{"id": "a", "kw": "dam"}', 'line 2: expected an object with "id", "kw" and "nl"'),
            ('{"id": "a", "kw": "dam", "nl": 7}', 'line 2: expected an object with "id", "kw" and "nl"'),
            ('{"id": "a", "kw": "", "nl": "dam"}', "line 2: kw: the question is empty"),
            ('{"id": "a", "kw": "dam", "nl": "' + "x" * 501 + '"}', "line 2: nl: the question has 501 characters"),
        ],
    )
    def test_a_line_that_cannot_be_used_is_named(self, tmp_path: Path, text: str, sentence: str) -> None:
        with pytest.raises(InputError) as caught:
            self.read(tmp_path, f"{self.GOOD}\n{text}\n")
        assert str(caught.value).startswith(f"{tmp_path / 'queries.jsonl'}: {sentence}")
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("text", ["", "\n\n"])
    def test_a_file_without_questions_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(InputError, match=r"queries\.jsonl holds no questions; expected one JSON object per line"):
            self.read(tmp_path, text)

    def test_a_file_that_cannot_be_read_is_named_with_the_reason(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"the questions in .*missing\.jsonl cannot be read: No such file"):
            read_queries(tmp_path / "missing.jsonl")
        with pytest.raises(InputError, match=r"the questions in .* cannot be read: Is a directory"):
            read_queries(tmp_path)
        with pytest.raises(InputError, match=r"the questions in .* cannot be read: "):
            self.read(tmp_path, b"\xff\xfe")


class TestSilence:
    QUERIES = (LabelledQuery(id="vote", kw="parliament votes treaty", nl="who sings on the moon?"),)

    def wary(self, search: Search) -> Search:
        encoder = WordEncoder()
        encoder.wary = Confidence((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0), 0.5)
        return Search(search.index, encoder)

    def test_wrong_silences_and_strangers_are_counted_apart(self, search: Search) -> None:
        strange = ["best pizza recipe", "dam breaks above Mariana", "a cat", "a dog"]
        found = measure_silence(self.wary(search), self.QUERIES, strange, TODAY, lambda step, done, total: None)
        assert found == Silence(questions=2, unanswerable=4, wrong_silences=0.5, strangers=0.25)

    def test_a_file_of_questions_is_read_a_line_each(self, tmp_path: Path) -> None:
        (tmp_path / "questions.txt").write_text("best pizza recipe\n\n  who won?\n")
        assert read_unanswerable(tmp_path / "questions.txt") == ["best pizza recipe", "who won?"]

    @pytest.mark.parametrize(("text", "problem"), [("", "holds no questions"), ("what?\n" + "x" * 600, "question 2: ")])
    def test_a_file_that_cannot_be_asked_is_named(self, tmp_path: Path, text: str, problem: str) -> None:
        (tmp_path / "questions.txt").write_text(text)
        with pytest.raises(InputError, match=problem):
            read_unanswerable(tmp_path / "questions.txt")
        with pytest.raises(InputError, match="cannot be read"):
            read_unanswerable(tmp_path / "missing.txt")
