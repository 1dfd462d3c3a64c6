"""matplotlib, loaded as the pictures need it: quickly, and as it comes, whatever the machine has settled for others."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from embeddings.picture.chart import Chart
from embeddings.picture.exchange import CONFIG_FOLDER

_IGNORE_SYSTEM = "MPL_IGNORE_SYSTEM_FONTS"


def load() -> Callable[[Chart], bytes]:
    """The function that draws; it takes a second or two to load, and 60 MB of memory."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it says when its cache takes a while
    # Else matplotlib reads every font of the system first; `fonts` asks for those that a text needs.
    os.environ[_IGNORE_SYSTEM] = "1"
    try:
        import matplotlib

        from embeddings.picture.drawing import png
    finally:
        del os.environ[_IGNORE_SYSTEM]
    matplotlib.rcdefaults()
    return png


@contextmanager
def drawing() -> Iterator[Callable[[Chart], bytes]]:
    """The function that draws, with a folder of its own for what matplotlib keeps: other programs would read it."""
    with tempfile.TemporaryDirectory(prefix="dateline-pictures-") as folder:
        os.environ[CONFIG_FOLDER] = folder
        try:
            yield load()
        finally:
            del os.environ[CONFIG_FOLDER]
