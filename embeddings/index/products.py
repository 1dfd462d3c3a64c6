"""The products of vectors with a query."""

from __future__ import annotations

import numpy as np


def products(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """The product of each vector with a query, (n,) float32.

    Not by a product of matrices, whose last bits depend on where a row stands.
    """
    return np.asarray(np.einsum("ij,j->i", vectors, query), np.float32)
