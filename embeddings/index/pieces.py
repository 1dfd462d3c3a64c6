"""Many short pieces of a file, read as they are needed.

Not mapped into memory: a place that is touched there brings 64 kB around it, on Linux, which count as the process's. Of
113,755 events' tokens that soon were 170 MB, and to hand them back and touch them again takes longer than to read them.
"""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import numpy as np

from embeddings.errors import IndexUnusableError


class Pieces:
    """A file of which pieces are read, by any number of threads.

    Raises:
        IndexUnusableError: if it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise self._unreadable(error) from error
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file. Nothing may be read afterwards."""
        self._file.close()

    def read(self, offsets: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """Some pieces, one behind the other, (sum(sizes),) uint8.

        Args:
            offsets, sizes: (n,) where each piece begins in the file, and how many bytes it has.
        Raises:
            IndexUnusableError: if the file cannot be read, or is shorter than it was.
        """
        ends = np.cumsum(sizes)
        found = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
        target = found.data
        places = zip((ends - sizes).tolist(), ends.tolist(), offsets.tolist(), strict=True)
        try:
            if not hasattr(os, "preadv"):  # on Windows
                return self._read_in_turn(target, list(places), found)
            read_at, file = os.preadv, self._file.fileno()
            for start, end, offset in places:
                got = read_at(file, [target[start:end]], offset)
                while got != end - start:  # the system need not read all at once
                    got += self._some(read_at(file, [target[start + got : end]], offset + got))
        except OSError as error:
            raise self._unreadable(error) from error
        return found

    def _read_in_turn(self, target: memoryview, places: list[tuple[int, int, int]], found: np.ndarray) -> np.ndarray:
        with self._lock:
            for start, end, offset in places:
                self._file.seek(offset)
                got = 0
                while start + got < end:
                    got += self._some(self._file.readinto(target[start + got : end]))
        return found

    @staticmethod
    def _some(got: int) -> int:
        if not got:
            raise OSError(errno.EIO, "it is shorter than it was")
        return got

    def _unreadable(self, error: OSError) -> IndexUnusableError:
        return IndexUnusableError(f"{self._path} cannot be read: {error.strerror}")
