"""An index taken over into another folder, whose files need not be made anew."""

from __future__ import annotations

import contextlib
import shutil

from embeddings.index.folder import IndexFolder


def copy_index(source: IndexFolder, to: IndexFolder) -> None:
    """Copy the index in force into a folder that has none. What `update` has fetched is not copied.

    Raises:
        IndexMissingError, IndexUnusableError: if the source cannot be opened.
        OSError: if it cannot be copied; a part may be there, which no reader takes for an index.
    """
    with to.build_lock(), contextlib.closing(source.open_checked()) as index:
        generation = to.root / "generations" / index.folder.name
        shutil.copytree(index.folder, generation)
        to.publish(generation, index.manifest)
