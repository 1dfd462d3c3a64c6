"""Arrays that are mapped into memory from a file of the index."""

from __future__ import annotations

import tokenize
import warnings
from pathlib import Path

import numpy as np

from embeddings.errors import BUILD_AGAIN, IndexUnusableError

# NumPy reads a file's header as Python, so that damage to it is told in whatever way a parser fails.
_DAMAGE = (ValueError, TypeError, EOFError, SyntaxError, OverflowError, tokenize.TokenError)


def map_array(path: Path) -> np.ndarray:
    """Map what `numpy.save` wrote; pages of it are read as they are touched.

    Raises:
        IndexUnusableError: if the file cannot be read, or does not hold an array of numbers.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # a damaged header may name a kind of number that is given up
            array: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise IndexUnusableError(f"{path} cannot be read: {error.strerror}") from error
    except _DAMAGE as error:
        raise IndexUnusableError(f"{path} is not an array of numbers; {BUILD_AGAIN}") from error
    return array.view(np.ndarray)  # of which taking a part is faster than of np.memmap
