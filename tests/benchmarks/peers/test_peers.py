"""The short form of `python -m tests.benchmarks.peers`: two peers of the test's own, in this environment."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.events import Event
from embeddings.index.folder import OpenIndex
from embeddings.search.evaluation import LabelledQuery
from tests.benchmarks.peers.corpus import write_corpus, write_vectors
from tests.benchmarks.peers.measures import Figures, percentile, quality, ratio
from tests.benchmarks.peers.places import DATELINE, ON_TORCH, PEERS
from tests.benchmarks.peers.process import ROOT, PeerError, PeerProcess
from tests.benchmarks.peers.rounds import BLOCK, ask_in_turn, encode_in_turn
from tests.benchmarks.peers.tables import COLUMNS, markdown
from tests.benchmarks.peers.worker import read_corpus
from tests.word_encoder import WordEncoder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")

# Speaks the protocol through the worker's own `serve`; its answers are the words of the question, in order.
SPLITTER = """
import os, sys
from tests.benchmarks.peers.worker import serve

class Splitter:
    def build(self, ids, texts, vectors): print("a library's chatter", len(ids))
    def open(self): raise OSError("no such folder: böse")
    def encode(self, texts): os._exit(3)
    def ask(self, question, k): return question.split()[:k]

replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
serve(Splitter(), sys.stdin, replies)
"""


def _started(name: str, folder: Path) -> PeerProcess:
    return PeerProcess(name, [sys.executable, "-c", SPLITTER], folder / f"{name}.log", longest_s=60)


@pytest.fixture
def splitter(tmp_path: Path) -> Iterator[PeerProcess]:
    with _started("splitter", tmp_path) as process:
        yield process


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder in place of a model's: only what its files hold matters here."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "weights").write_text("these")
    return folder


def test_a_peer_answers_over_the_line_protocol_whatever_it_prints(
    splitter: PeerProcess, sample_index: OpenIndex, model: Path, tmp_path: Path
) -> None:
    corpus = write_corpus(sample_index.catalogue, model, tmp_path)
    np.save(corpus.path.with_suffix(".npy"), np.zeros((len(corpus.ids), 2), np.float32))
    assert splitter.request("build", corpus=str(corpus.path))["seconds"] >= 0
    reply = splitter.request("ask", question='Überlingen "2002"\nand more', k=3)
    assert reply["ids"] == ["Überlingen", '"2002"', "and"]
    assert f"a library's chatter {len(corpus.ids)}" in (tmp_path / "splitter.log").read_text()
    assert splitter.resident_bytes() > 1_000_000


def test_a_peer_that_fails_is_named_with_its_reason_and_can_be_asked_again(splitter: PeerProcess) -> None:
    with pytest.raises(PeerError, match=r"splitter could not open: OSError: no such folder: böse; its log is .*\.log"):
        splitter.request("open")
    assert splitter.request("ask", question="a b", k=1)["ids"] == ["a"]


def test_a_peer_that_ends_is_named_with_its_status(splitter: PeerProcess) -> None:
    with pytest.raises(PeerError, match="splitter ended with status 3"):
        splitter.request("encode", texts=["a"])
    with pytest.raises(PeerError, match="splitter ended with status 3"):
        splitter.request("ask", question="a", k=1)


def test_a_peer_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    silent = [sys.executable, "-c", "import sys; sys.stdin.readline(); sys.stdin.readline()"]
    with (
        pytest.raises(PeerError, match=r"silent took longer than 0.1 s to ask"),
        PeerProcess("silent", silent, tmp_path / "log", longest_s=0.1) as process,
    ):
        process.request("ask", question="a", k=1)


def test_the_corpus_of_an_index_is_read_as_it_was_written(sample_index: OpenIndex, model: Path, tmp_path: Path) -> None:
    corpus = write_corpus(sample_index.catalogue, model, tmp_path)
    vectors = np.arange(2 * len(corpus.ids), dtype=np.float32).reshape(-1, 2)
    np.save(corpus.path.with_suffix(".npy"), vectors)
    ids, texts, read = read_corpus(corpus.path)
    [first] = sample_index.catalogue.events([0])
    assert (ids[0], texts[0]) == (first.id, first.title)
    assert (ids, texts) == (corpus.ids, corpus.texts)
    assert len(ids) == sample_index.catalogue.size
    assert np.array_equal(read, vectors)
    assert write_corpus(sample_index.catalogue, model, tmp_path).key == corpus.key
    (model / "weights").write_text("others")
    assert write_corpus(sample_index.catalogue, model, tmp_path).key != corpus.key


def test_the_vectors_of_a_corpus_are_made_once(sample_index: OpenIndex, model: Path, tmp_path: Path) -> None:
    corpus = write_corpus(sample_index.catalogue, model, tmp_path)
    encoded: list[str] = []

    def encode(texts: Sequence[str]) -> np.ndarray:
        encoded.extend(texts)
        return WordEncoder().vectors(texts)

    for _ in range(2):
        write_vectors(corpus, encode, print)
    assert encoded == corpus.texts
    ids, _, vectors = read_corpus(corpus.path)
    assert np.array_equal(vectors, sample_index.vectors.take(range(len(ids))))


class _Recorder:
    """In place of a process: remembers what it was asked, by whom else in between."""

    def __init__(self, name: str, told: list[tuple[str, str]]) -> None:
        self.name = name
        self._told = told

    def request(self, do: str, **values: object) -> dict[str, object]:
        self._told.append((self.name, do))
        return {"ids": [f"{self.name} {values.get('question')} {values.get('k')}"], "seconds": 0.5}


def test_peers_take_turns_in_blocks_and_another_one_begins_each_time() -> None:
    told: list[tuple[str, str]] = []
    peers = [_Recorder(name, told) for name in "ab"]
    questions = [str(number) for number in range(BLOCK + 1)]
    answers = ask_in_turn(peers, questions, depth=50, passes=2, tell=print)
    turns = [*["a"] * BLOCK, *["b"] * BLOCK, "b", "a"]
    assert [name for name, _ in told] == 3 * turns
    assert answers["b"].found == {question: [f"b {question} 50"] for question in questions}
    assert [len(block) for block in answers["a"].blocks] == [BLOCK, 1, BLOCK, 1]
    assert answers["a"].blocks[1] == [500.0]
    assert encode_in_turn(peers, questions[:20], rounds=2) == {"a": [20.0, 20.0], "b": [20.0, 20.0]}


def test_right_is_the_event_or_one_that_says_the_same_within_two_days() -> None:
    day = dt.date(2015, 12, 23)
    events = {
        "right": Event("right", day, "Russian air strikes kill two hundred civilians"),
        "reworded": Event("reworded", day + dt.timedelta(2), "Russian air strikes kill two hundred civilians in Syria"),
        "later": Event("later", day + dt.timedelta(3), "Russian air strikes kill two hundred civilians"),
        "other": Event("other", day, "A volcano erupts"),
    }
    found = {"air strikes": ["other", "later", "reworded", "right"], "Who died?": ["other"] * 50}
    measured = quality([LabelledQuery(id="right", kw="air strikes", nl="Who died?")], found, events.__getitem__)
    assert measured["kw"] == {"s1": 0.0, "s5": 1.0, "mrr10": 0.3333, "r50": 1.0}
    assert measured["nl"] == {"s1": 0.0, "s5": 0.0, "mrr10": 0.0, "r50": 0.0}
    assert measured["all"]["s5"] == 0.5


def test_a_ratio_is_the_median_over_blocks_so_one_that_was_disturbed_counts_for_nothing() -> None:
    dateline = [[10.0, 10.0], [10.0, 10.0], [10.0, 10.0]]
    peer = [[20.0, 22.0], [900.0, 900.0], [18.0, 24.0]]
    assert ratio(peer, dateline) == pytest.approx(2.1)
    assert ratio(dateline, dateline) == 1.0
    assert percentile(peer, 50) == 23.0


def _figures(name: str, success: float, p50: float, speed: float | None) -> Figures:
    measured = {"all": {"s1": success, "s5": 0.5, "mrr10": 0.5, "r50": 0.5}}
    return Figures(name, "1.0", measured, p50, 9.0, 1.0, speed, 1.0, 1.0, 1_234.0, 1.0)


def test_the_table_marks_the_best_of_each_column_whoever_has_it() -> None:
    shown = markdown([_figures("Dateline", 0.61, 8.0, 50.0), _figures("peer", 0.4, 3.26, None)])
    titles, rule, dateline, peer = ([cell.strip() for cell in line.split("|")[1:-1]] for line in shown.splitlines())
    assert len(titles) == len(rule) == len(dateline) == len(peer) == len(COLUMNS) + 1
    first, second = dict(zip(titles, dateline, strict=True)), dict(zip(titles, peer, strict=True))
    assert (first["success@1"], second["success@1"]) == ("**0.610**", "0.400")
    assert (first["p50 ms"], second["p50 ms"]) == ("8.0", "**3.3**")
    assert (first["texts/s"], second["texts/s"]) == ("**50**", "–")
    assert first["recall@50"] == second["recall@50"] == "**0.500**"
    assert second["memory MB"] == "**1,234**"


def test_figures_are_written_as_json_with_three_digits() -> None:
    written = json.loads(json.dumps(_figures("peer", 0.4, 3.26049, None).as_dict()))
    assert (written["p50_ms"], written["texts_per_s"], written["name"]) == (3.26, None, "peer")


def test_every_peer_has_an_adapter_and_pinned_requirements() -> None:
    adapters = ROOT / "tests" / "benchmarks" / "peers" / "adapters"
    assert {file.stem for file in adapters.glob("*.py")} == {*PEERS, "__init__"}
    assert {file.stem for file in adapters.glob("*.txt")} == set(PEERS) - {DATELINE, ON_TORCH}
    for file in adapters.glob("*.txt"):
        assert all(line.count("==") == 1 for line in file.read_text().splitlines()), file
