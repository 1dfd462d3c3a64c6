"""Opens an index to ask it questions: the model is made ready while what searches is still being imported."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

from embeddings.model.export import encoder_of
from embeddings.model.reranker import reranker

if TYPE_CHECKING:
    from embeddings.defaults import Way
    from embeddings.index.folder import IndexFolder
    from embeddings.search.service import Search


@contextmanager
def open_search(
    folder: IndexFolder,
    model: str | None,
    way: Way,
    rerank: str | None = None,
    *,
    checked: bool = False,
    first: str = "",
) -> Iterator[Search]:
    """Open an index to ask it: with the model and the way to encode that the settings name.

    Args:
        model: a name or folder; None: the index's own.
        rerank: a cross-encoder that orders the first answers anew.
        checked: hash every file first that has changed since it was hashed, for processes that use the index for long.
        first: a text like the first question, to make the model ready with at once; empty: at the first question.
    Raises:
        IndexMissingError, IndexUnusableError, ModelError: if they cannot be used.
    """
    opened = folder.open_checked(again=False) if checked else folder.open()
    with closing(opened) as index, ThreadPoolExecutor(1, "model") as beside:
        encoder = encoder_of(index, model, way, one_by_one=True)
        if first:
            with suppress(RuntimeError):  # no memory for a thread; whoever asks first then waits, or is told why
                beside.submit(encoder.encode, [first])
        from embeddings.search.service import Search

        yield Search(index, encoder, reranker(rerank))
