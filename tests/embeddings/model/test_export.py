from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.defaults import Way
from embeddings.errors import IndexUnusableError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import HEAD, INT8, NETWORK_FILES, OPENVINO, TOKENIZER, ExportRecord, Trial, parse, render
from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder
from embeddings.model.export import (
    CHECKED_TEXTS,
    MIN_OF_QUESTIONS,
    FastEncoder,
    _median,
    encoder_of,
    export,
    export_of,
)
from embeddings.model.tuning import Encoded, Head
from tests.word_encoder import WordEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

pytestmark = pytest.mark.model

EXPORT_FILES = (*NETWORK_FILES[OPENVINO], TOKENIZER, HEAD)

TEXTS = [
    "A dam breaks.",
    "",
    "A DAM breaks!",
    "Émile Zola's trial ends; naïve façades fall.",
    "東京 🌧 rain",
    "a\u200bb\tc\nd\x00e",
    "flood " * 600,
    "The head of state resigns after weeks of protest.",
]
WORDS = 11_000  # of 30,522: all that those have that are encoded by `shallow`


def write_archive(path: Path, *headlines: str) -> Path:
    lines = [json.dumps({"date": f"2015-12-{day:02}", "headline": text}) for day, text in enumerate(headlines, 1)]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(scope="module")
def built(model: SentenceEncoder, model_folder: IndexFolder, tmp_path_factory: pytest.TempPathFactory) -> IndexFolder:
    """A small index with an export. Nothing may write to it."""
    root = tmp_path_factory.mktemp("built")
    folder = IndexFolder(shutil.copytree(model_folder.root, root / "index"))  # whose export it takes over
    build_index(folder, [write_archive(root / "a.jsonl", "A dam breaks.", "It pours.")], model, Report())
    return folder


@pytest.fixture(scope="module")
def by_torch(model: SentenceEncoder) -> list[Encoded]:
    """What torch makes of `TEXTS`."""
    return model.encode(TEXTS)


@pytest.fixture(scope="module")
def shallow(model: SentenceEncoder) -> SentenceEncoder:
    """The model with the first of its six layers and of its words, which takes a sixth of the time to export."""
    from torch.nn import Embedding

    transformer, head = deepcopy(model.load())
    network: Any = transformer[0]
    network.auto_model.encoder.layer = network.auto_model.encoder.layer[:1]
    embeddings = network.auto_model.embeddings
    rows = embeddings.word_embeddings.weight[:WORDS]
    embeddings.word_embeddings = Embedding(rows.shape[0], rows.shape[1], _weight=rows)

    class Shallow(SentenceEncoder):
        def load(self) -> tuple[SentenceTransformer, Head]:
            return transformer, head

    return Shallow()


@pytest.fixture
def copy(built: IndexFolder, tmp_path: Path) -> IndexFolder:
    """An index with an export, to be changed."""
    shutil.copytree(built.root, tmp_path / "copy")
    return IndexFolder(tmp_path / "copy")


def generation(folder: IndexFolder) -> Path:
    return folder.root / "generations" / folder.manifest().generation


def agreement(these: Sequence[Encoded], those: Sequence[Encoded]) -> float:
    """The least cosine of two vectors of a text or of one of its tokens."""
    least = 1.0
    for one, other in zip(these, those, strict=True):
        pairs = zip((one.vector, *one.tokens), (other.vector, *other.tokens), strict=True)
        for a, b in ((a.astype(float), b.astype(float)) for a, b in pairs):
            least = min(least, a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    return least


class Counting(WordEncoder):
    """Stands where torch would encode, under the name of the model."""

    def __init__(self, model: SentenceEncoder) -> None:
        super().__init__(model.name)
        self.fingerprint = model.fingerprint


class TestVectors:
    def test_of_texts_and_tokens_are_those_of_torch(
        self, model: SentenceEncoder, by_torch: list[Encoded], built: IndexFolder
    ) -> None:
        index = built.open()
        torch = Counting(model)
        found = export_of(index, torch).encode(TEXTS)
        index.close()
        assert torch.encoded == []
        assert agreement(found, by_torch) > 0.995
        for one, other in zip(found, by_torch, strict=True):
            assert (one.vector.dtype, one.tokens.dtype) == (np.dtype(np.float32), np.dtype(np.int8))
            assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5)
            np.testing.assert_allclose(one.weights, other.weights, atol=0.01)

    def test_stand_in_the_order_of_the_texts_however_many_there_are(
        self, model: SentenceEncoder, built: IndexFolder
    ) -> None:
        index = built.open()
        encoder = export_of(index, Counting(model))
        texts = [f"Event {n} {'told ' * (n * 7 % 11)}" for n in range(20)]  # more than a batch
        together = encoder.encode(texts)
        alone = [encoded for text in texts for encoded in encoder.encode([text])]
        none = encoder.encode([])
        index.close()
        assert agreement(together, alone) > 0.995
        assert none == []

    def test_come_from_the_same_tokens_as_torchs(self, model: SentenceEncoder, built: IndexFolder) -> None:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(generation(built) / "tokenizer.json"))
        tokenizer.no_padding()
        for text in TEXTS:
            [expected] = model.load()[0].tokenize([text])["input_ids"].tolist()
            assert tokenizer.encode(text).ids == expected

    def test_of_questions_are_near_those_of_torch_in_8_bit_integers(
        self, model: SentenceEncoder, by_torch: list[Encoded], built: IndexFolder
    ) -> None:
        torch = Counting(model)
        encoder = FastEncoder(generation(built), {}, torch, torch.fingerprint, 384, way=INT8, one_by_one=True)
        found = encoder.encode(TEXTS)
        assert torch.encoded == []
        for one, other in zip(found, by_torch, strict=True):
            assert one.vector @ other.vector > 0.99
            assert one.tokens.shape == other.tokens.shape
        [alone] = encoder.encode(TEXTS[:1])
        np.testing.assert_array_equal(alone.tokens, found[0].tokens)


class TestAnIndexWithAnExport:
    def test_tells_of_its_agreement_and_is_sound(self, built: IndexFolder) -> None:
        manifest = built.manifest()
        export = manifest.model.export
        assert export is not None
        assert {*EXPORT_FILES, *NETWORK_FILES[INT8]} == set(export.files) == set(manifest.export_files)
        assert export.for_texts == OPENVINO
        assert [trial.way for trial in export.trials] == [OPENVINO, INT8]
        agreeing = (trial for trial in export.trials if trial.mean >= MIN_OF_QUESTIONS)
        fastest = min(agreeing, key=lambda trial: trial.question_cost)
        assert export.for_questions == fastest.way
        assert 0.999 < export.least <= export.mean <= 1.001
        assert export.texts == CHECKED_TEXTS
        assert list(built.problems()) == []

    @pytest.mark.parametrize("name", EXPORT_FILES)
    def test_is_damaged_where_a_file_of_it_is(self, model: SentenceEncoder, copy: IndexFolder, name: str) -> None:
        path = generation(copy) / name
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        [problem] = copy.problems()
        assert f"{name} is damaged" in problem
        index = copy.open()
        with pytest.raises(IndexUnusableError, match=rf"{name} is damaged: its SHA-256 .* build` again"):
            export_of(index, model).encode(["A dam breaks."])
        index.close()
        path.unlink()
        with pytest.raises(IndexUnusableError, match=f"the index lacks .*{name}"):
            copy.open()

    def test_is_answered_by_torch_where_openvino_is_missing(
        self,
        model: SentenceEncoder,
        built: IndexFolder,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr("embeddings.model.export.is_installed", lambda: False)
        index, torch = built.open(), Counting(model)
        encoder = export_of(index, torch)
        with caplog.at_level(logging.INFO):
            encoder.encode(["It rains."])
            encoder.encode(["It pours."])
        index.close()
        assert torch.encoded == ["It rains.", "It pours."]
        assert caplog.text.count("torch encodes; the extra dateline[fast] is faster") == 1

    def test_is_answered_by_torch_where_openvino_cannot_run_it(
        self, model: SentenceEncoder, copy: IndexFolder, caplog: pytest.LogCaptureFixture
    ) -> None:
        (generation(copy) / "encoder.xml").write_text("<net/>")
        torch = Counting(model)
        encoder = FastEncoder(generation(copy), {}, torch, torch.fingerprint, 384)
        encoder.encode(["It rains."])
        assert torch.encoded == ["It rains."]
        assert "openvino cannot run the exported model" in caplog.text
        assert "so torch encodes" in caplog.text

    def test_answers_questions_by_what_runs_where_the_chosen_way_does_not(
        self, model: SentenceEncoder, by_torch: list[Encoded], copy: IndexFolder, caplog: pytest.LogCaptureFixture
    ) -> None:
        (generation(copy) / NETWORK_FILES[INT8][0]).write_bytes(b"damaged")
        files = {name: record for name, record in copy.manifest().files.items() if name in EXPORT_FILES}
        torch = Counting(model)
        encoder = FastEncoder(generation(copy), files, torch, torch.fingerprint, 384, way=INT8, one_by_one=True)
        found = encoder.encode(TEXTS[:4])
        assert "onnxruntime cannot run the exported model" in caplog.text
        assert torch.encoded == []
        assert agreement(found, by_torch[:4]) > 0.995

    @pytest.mark.parametrize(
        ("name", "way", "is_used"),
        [(None, "auto", True), (DEFAULT_MODEL, "auto", True), (None, "torch", False), ("others", "auto", False)],
    )
    def test_is_used_unless_torch_is_wanted_or_another_model_is(
        self, built: IndexFolder, name: str | None, way: Way, is_used: bool
    ) -> None:
        index = built.open()
        encoder = encoder_of(index, name, way)
        assert isinstance(encoder, FastEncoder if is_used else SentenceEncoder)
        assert encoder.name == (name or DEFAULT_MODEL)
        index.close()

    def test_lends_it_to_the_next_build(self, model: SentenceEncoder, copy: IndexFolder, tmp_path: Path) -> None:
        before = copy.manifest()
        archive = write_archive(tmp_path / "b.jsonl", "A dam breaks.", "It pours.", "It stops.")
        torch = Counting(model)
        build_index(copy, [archive], torch, Report())
        after = copy.manifest()
        assert torch.encoded == []
        assert (after.model, after.export_files) == (before.model, before.export_files)
        assert list(copy.problems()) == []
        index = copy.open()
        expected = [encoded.vector for encoded in model.encode(["A dam breaks.", "It pours.", "It stops."])]
        assert np.einsum("ij,ij->i", index.vectors.take(range(3)), expected).min() > 0.999
        index.close()

    def test_loses_it_where_torch_alone_is_wanted_and_gets_it_again(
        self, shallow: SentenceEncoder, copy: IndexFolder, tmp_path: Path
    ) -> None:
        archive = write_archive(tmp_path / "b.jsonl", "A dam breaks.", "It pours.")
        build_index(copy, [archive], shallow, Report(), way="torch")
        assert copy.manifest().model.export is None
        assert set(copy.manifest().files).isdisjoint((*EXPORT_FILES, *NETWORK_FILES[INT8]))
        assert list(copy.problems()) == []
        build_index(copy, [archive], shallow, Report())
        assert copy.manifest().model.export is not None
        assert list(copy.problems()) == []


def test_a_question_costs_more_where_it_takes_more_of_the_processor_or_of_the_clock() -> None:
    def cost(clock_ms: float, processor_ms: float) -> float:
        return Trial(OPENVINO, 1, 1, clock_ms, 1, processor_ms).question_cost

    assert cost(5.6, 6) < cost(5.3, 11)  # nearly as soon, for half of the work
    assert cost(2, 9) < cost(7, 7)


def test_a_manifest_of_before_processor_time_was_measured_is_read(built: IndexFolder) -> None:
    body = json.loads(render(built.manifest()))["manifest"]
    for trial in body["model"]["export"]["trials"]:
        assert trial.pop("question_processor_ms") > 0
    export = parse(as_written(body)).model.export
    assert export is not None
    assert [trial.question_processor_ms for trial in export.trials] == [0, 0]


@pytest.mark.parametrize("is_tried", [True, False])
def test_the_next_build_tries_what_an_earlier_version_did_not_and_else_keeps_its_export(
    model: SentenceEncoder, copy: IndexFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_tried: bool
) -> None:
    tried: list[int] = []
    monkeypatch.setattr("embeddings.build.encoding.export", lambda _, texts, __: tried.append(len(texts)))
    if not is_tried:
        body = json.loads(render(copy.manifest()))["manifest"]
        body["model"]["export"]["trials"] = []
        (copy.root / "manifest.json").write_bytes(as_written(body))
    before = copy.manifest()
    build_index(copy, [write_archive(tmp_path / "b.jsonl", "A dam breaks.", "It pours.")], model, Report())
    assert tried == ([] if is_tried else [2])
    assert copy.manifest().export_files == before.export_files
    assert list(copy.problems()) == []


def as_written(body: dict[str, Any]) -> bytes:
    """A manifest's file with another body."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return (json.dumps({"manifest": body, "sha256": digest}, indent=1, ensure_ascii=False) + "\n").encode()


def test_a_question_counts_as_measured_where_the_processors_clock_ticks_too_seldom_to_tell() -> None:
    question_ms, processor_ms = _median([(3.2, 0.0), (3.4, 0.0), (9.0, 15.6)])
    assert question_ms == 3.4
    trial = Trial(INT8, 1.0, 1.0, question_ms, 1.0, processor_ms)
    assert ExportRecord(2, 1.0, 1.0, trials=(trial,)).is_tried
    assert trial.question_cost > 0


def test_a_manifest_of_before_there_was_a_choice_is_read(built: IndexFolder) -> None:
    body = json.loads(render(built.manifest()))["manifest"]
    for name in ("for_texts", "for_questions", "trials"):
        del body["model"]["export"][name]
    manifest = parse(as_written(body))
    export = manifest.model.export
    assert export == ExportRecord(export.texts, export.mean, export.least) if export else False
    assert set(manifest.export_files) == set(EXPORT_FILES)


def test_a_model_that_cannot_be_exported_is_not(tmp_path: Path) -> None:
    assert export(WordEncoder(), TEXTS, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_does_not_agree_with_torch_is_not_used(
    shallow: SentenceEncoder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Mistaken(SentenceEncoder):
        def load(self) -> tuple[SentenceTransformer, Head]:
            return shallow.load()

        def encode(self, texts: Sequence[str]) -> list[Encoded]:
            return super().encode([text.replace("dam", "war") for text in texts])

    assert export(Mistaken(), ["A dam breaks."], tmp_path) is None
    assert "so torch encodes: its agreement with torch is 0." in caplog.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("installed", [True, False])
def test_a_build_without_an_export_encodes_with_torch(
    model: SentenceEncoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    installed: bool,
) -> None:
    """Where the extra is missing, or the model has no tokenizer that can be exported."""
    monkeypatch.setattr("embeddings.model.export.is_installed", lambda: installed)
    monkeypatch.setattr(type(model.load()[0].tokenizer), "backend_tokenizer", None)
    folder = IndexFolder(tmp_path / "index")
    with caplog.at_level(logging.INFO):
        build_index(folder, [write_archive(tmp_path / "a.jsonl", "A dam breaks.")], model, Report())
    assert "so torch encodes" in caplog.text
    assert folder.manifest().model.export is None
    assert list(folder.problems()) == []


_ASK = """
import sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        print("NETWORK", event, arguments)

sys.addaudithook(watch)
from embeddings.command_line.commands import main
status = main(["--index", sys.argv[1], "ask", "dam", "--json"])
print("torch" in sys.modules)
sys.exit(status)
"""


def test_a_question_needs_neither_torch_nor_the_network(built: IndexFolder, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _ASK, str(built.root.absolute())],
        env={"HOME": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
    )
    answer, *rest = ran.stdout.splitlines()
    assert json.loads(answer)["events"][0]["headline"] == "A dam breaks."
    assert rest == ["False"]
    assert list(tmp_path.iterdir()) == []
