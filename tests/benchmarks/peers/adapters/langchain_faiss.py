"""LangChain's FAISS store with its Hugging Face embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings


class LangChain:
    """A store on the disk, read whole into memory."""

    def __init__(self, folder: Path, model: Path) -> None:
        self._folder = folder
        self._encode = HuggingFaceEmbeddings(model_name=str(model))
        self._store: FAISS

    def build(self, ids: Sequence[str], texts: Sequence[str], vectors: np.ndarray) -> None:
        store = FAISS.from_embeddings(zip(texts, vectors, strict=True), self._encode, ids=list(ids))
        store.save_local(str(self._folder))

    def open(self) -> None:
        # The store keeps its texts as a pickle, which it loads only where one says that the file is one's own.
        self._store = FAISS.load_local(str(self._folder), self._encode, allow_dangerous_deserialization=True)

    def encode(self, texts: Sequence[str]) -> None:
        self._encode.embed_documents(list(texts))

    def ask(self, question: str, k: int) -> list[str]:
        return [document.id for document in self._store.similarity_search(question, k=k)]


def make(folder: Path, model: Path) -> LangChain:
    """A store in that folder."""
    return LangChain(folder, model)
