"""An index that is opened once for all tests of a process, which otherwise takes a good part of a bot's start."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

from embeddings.index.catalogue_file import CatalogueFile
from embeddings.index.folder import IndexFolder, OpenIndex


class OpenedOnce(IndexFolder):
    """A folder to which nothing writes; `open_checked` gives the same index each time."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._kept: OpenIndex | None = None

    def open_checked(self, *, again: bool = True) -> OpenIndex:
        """The index, which stays open, with connections to its catalogue that are closed with it."""
        if self._kept is None:
            self._kept = super().open_checked(again=again)
            _ = self._kept.catalogue.spellings, self._kept.catalogue.short_forms, self._kept.catalogue.days
        catalogue = copy.copy(self._kept.catalogue)  # with all that it has read
        CatalogueFile.__init__(catalogue, catalogue._path)
        parts = {each.name: getattr(self._kept, each.name) for each in dataclasses.fields(OpenIndex)}
        return _Shared(**{**parts, "catalogue": catalogue})

    def close(self) -> None:
        """Close it, when every test is done."""
        if self._kept is not None:
            self._kept.close()


class _Shared(OpenIndex):
    def close(self) -> None:
        self.catalogue.close()
