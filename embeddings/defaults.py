"""What holds where nothing is set, for commands that do not wait for the package that reads settings.

That takes a tenth of a second, as long as all else of a look-up together.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DEFAULT_CONFIG = Path("config.toml")
PREFIX = "DATELINE_"
"""How the names of the environment's settings begin."""

Way = Literal["auto", "torch"]
"""How texts are encoded: by the index's export of the model where it can be used, or by torch alone."""


@dataclass(frozen=True)
class Asking:
    """The settings by which questions are answered.

    Attributes:
        path: the folder of the index.
        model: a name or folder; None: the index's own.
        rerank: a cross-encoder that orders the first answers anew.
    """

    path: Path = Path("index")
    model: str | None = None
    encoder: Way = "auto"
    rerank: str | None = None


def nothing_is_set(config: Path | None) -> bool:
    """Whether neither a file nor the environment sets anything.

    Args:
        config: the file that was named, if one was.
    """
    from_environment = any(name.upper().startswith(PREFIX) for name in os.environ)
    return config is None and not DEFAULT_CONFIG.is_file() and not from_environment
