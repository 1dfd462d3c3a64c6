"""What can be wrong with the store."""

from __future__ import annotations

from embeddings.errors import EmbeddingsError


class StoreError(EmbeddingsError):
    """The store cannot be opened or used."""


class StoreAwayError(StoreError):
    """The database cannot be reached or written to for now; it may come back by itself."""
