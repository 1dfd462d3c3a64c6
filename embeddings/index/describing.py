"""The manifest of a generation that has just been written."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from embeddings.index.catalogue import Catalogue
from embeddings.index.manifest import (
    CATALOGUE,
    CODES,
    FILES,
    FORMAT,
    STORY_FILES,
    TRAITS,
    Inputs,
    Manifest,
    ModelRecord,
    file_record,
)


def describe(
    generation: Path,
    built: dt.datetime,
    model: ModelRecord,
    archives: Sequence[str] = (),
    inputs: Inputs | None = None,
) -> Manifest:
    """The manifest of a generation whose files are all written.

    Args:
        archives: the paths of what it was built from.
        inputs: what is known of what these hold.
    """
    others = [name for name in (CODES, TRAITS, *STORY_FILES) if (generation / name).exists()]
    written = [*FILES, *(model.export.files if model.export else ()), *others]
    with contextlib.closing(Catalogue(generation / CATALOGUE)) as catalogue:
        return Manifest(
            format=FORMAT,
            generation=generation.name,
            built=built,
            model=model,
            events=catalogue.size,
            days=catalogue.day_count,
            first=catalogue.first,
            last=catalogue.last,
            attributions=catalogue.attributions,
            archives=tuple(archives),
            inputs=inputs or Inputs(),
            files={name: file_record(generation / name) for name in written},
        )
