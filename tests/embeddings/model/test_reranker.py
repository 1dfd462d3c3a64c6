from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import ModelError
from embeddings.model.reranker import CrossEncoderReranker, reranker


def cross_encoder(folder: Path, labels: int) -> Path:
    """A cross-encoder that has learned nothing, small enough to be made here."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(0)

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "dam", "breaks", "it", "rains"]
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        initializer_range=1.0,  # with its usual weights, next to nothing, two texts may get the same number
    )
    config.num_labels = labels
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.mark.model
def test_a_cross_encoder_in_a_folder_gives_a_number_for_each_text(tmp_path: Path) -> None:
    found = CrossEncoderReranker(str(cross_encoder(tmp_path, 1))).scores(
        "dam", ["A dam breaks", "It rains", "A dam breaks"]
    )
    assert (found.shape, found.dtype) == ((3,), np.dtype(np.float32))
    assert found[0] == pytest.approx(found[2])
    assert found[0] != found[1]


@pytest.mark.model
def test_a_model_that_tells_classes_apart_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"expected one; set rerank\.model to a cross-encoder for search"):
        CrossEncoderReranker(str(cross_encoder(tmp_path, 3))).scores("dam", ["A dam breaks"])


@pytest.mark.model
def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match=rf'the model "{tmp_path}" cannot be loaded .*or leave it out'):
        CrossEncoderReranker(str(tmp_path)).scores("dam", ["A dam breaks"])


def test_no_setting_is_no_reranker() -> None:
    assert reranker(None) is None
    assert reranker("somewhere") is not None
