"""The archive that ships with the program: well-known events for the days of the year, in the Markdown layout.

`source/MM.toml` is what people edit; `python -m embeddings.sample` writes the pages under `news/` from it.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

ATTRIBUTION = "Dateline's sample archive, CC0 1.0"


def sample_path() -> Path:
    """The folder of the sample archive, as `read_archive` takes it."""
    return Path(str(resources.files(__name__)))
