"""The stories of a new index: what is known of the one in force is kept, and what is new is joined to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from itertools import chain
from pathlib import Path

import numpy as np

from embeddings.index.catalogue import Catalogue
from embeddings.index.folder import OpenIndex
from embeddings.index.manifest import FORMER, STORIES, STORY_LINKS
from embeddings.index.prominence import Prominence
from embeddings.index.stories import Stories
from embeddings.index.vectors import VectorIndex
from embeddings.program import fingerprint
from embeddings.progress import Progress
from embeddings.prominence.traits import Traits, moved_rows
from embeddings.stories.joining import join
from embeddings.stories.learnt import learnt
from embeddings.stories.links import Links, Material, find_links
from embeddings.stories.naming import leads
from embeddings.stories.terms import Terms
from embeddings.text import normalise

_JOINING = "joining events to stories"


def write_stories(
    generation: Path,
    previous: OpenIndex | None,
    material: Callable[[], Material],
    catalogue: Catalogue,
    prominence: Prominence,
    model: str,
    progress: Progress,
) -> None:
    """Write which events are of one story, and the links that say so for the next build.

    Args:
        material: of the new index; is not asked for where no event is new.
        model: the fingerprint of the model that made the vectors.
    """
    taught = learnt(model)
    program = f"{_program()} {model}"
    links, known = _kept(previous, catalogue, program)
    if not known.all():
        links = links.beside(find_links(material(), np.flatnonzero(~known), taught, progress))
    np.savez(
        generation / STORY_LINKS,
        allow_pickle=False,
        program=np.array(program),
        ones=links.ones,
        others=links.others,
        chances=links.chances,
    )
    if known.all() and previous is not None and previous.stories is not None and _are_the_same(previous, catalogue):
        previous.stories.save(generation / STORIES, generation / FORMER)
        return
    progress(_JOINING, 0, 1)
    groups = join(catalogue.size, links.ones, links.others, links.chances, taught.least)
    before, rows = _before(previous, catalogue)
    named = leads(groups, prominence.standing, before)
    ids = catalogue.ids()
    former = dict(_former(previous, rows, named, ids))
    Stories(named, former).save(generation / STORIES, generation / FORMER)
    progress(_JOINING, 1, 1)


def material_of(catalogue: Catalogue, vectors: VectorIndex, traits: Traits) -> Material:
    """What the events of an index tell that may join them."""
    size = catalogue.size
    rows, numbers = traits.names.pairs()
    contexts = Terms.of_mentions(*_numbered(catalogue.contexts_of_rows()), size)
    words = catalogue.words_of_rows()
    return Material(
        catalogue.days.astype(np.int64),
        Terms.of_mentions(rows, numbers, size).with_terms(contexts),
        Terms.of_mentions(*words, size),
        Terms.of_mentions(*_numbered(catalogue.narrowest_topics()), size),
        vectors.take,
    )


def _numbered(pairs: Iterable[tuple[int, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows, and numbers of the texts that they have, however their letters are written."""
    numbers: dict[str, int] = {}
    keys: dict[str, int] = {}
    flat = np.fromiter(
        chain.from_iterable(
            (
                row,
                keys[text]
                if text in keys
                else keys.setdefault(text, numbers.setdefault(normalise(text), len(numbers))),
            )
            for row, text in pairs
        ),
        np.int64,
    )
    return flat[::2], flat[1::2]


def _are_the_same(previous: OpenIndex, catalogue: Catalogue) -> bool:
    return np.array_equal(previous.catalogue.all_digests(), catalogue.all_digests())


def _kept(previous: OpenIndex | None, catalogue: Catalogue, program: str) -> tuple[Links, np.ndarray]:
    """The links of the index in force that hold still, and which events need not be compared again."""
    known = np.zeros(catalogue.size, bool)
    if previous is None or STORY_LINKS not in previous.manifest.files:
        return Links.none(), known
    with np.load(previous.folder / STORY_LINKS, allow_pickle=False) as held:
        if str(held["program"]) != program:
            return Links.none(), known
        links = Links(held["ones"], held["others"], held["chances"])
    moved = moved_rows(previous.catalogue, catalogue)
    known[moved[moved >= 0]] = True
    return links.moved(moved), known


def _before(previous: OpenIndex | None, catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """The row after which each event's story was called, -1 where it was of none, (n,).

    Also the row that each event of the index in force has now, -1 where it is no longer there.
    """
    found = np.full(catalogue.size, -1, np.int64)
    if previous is None or previous.stories is None:
        return found, np.zeros(0, np.int64)
    now = {each: row for row, each in enumerate(catalogue.ids())}
    ids = previous.catalogue.ids()
    rows = np.fromiter((now.get(each, -1) for each in ids), np.int64, len(ids))
    for row in np.flatnonzero(rows < 0).tolist():  # its id may lead to another event
        rows[row] = -1 if (other := catalogue.row(ids[row])) is None else other
    led = np.asarray(previous.stories.leads, np.int64)
    is_of_one = np.bincount(led, minlength=len(led))[led] > 1
    there = is_of_one & (rows >= 0) & (rows[led] >= 0)
    found[rows[there]] = rows[led[there]]
    return found, rows


def _former(
    previous: OpenIndex | None, rows: np.ndarray, named: np.ndarray, ids: list[str]
) -> Iterable[tuple[str, str]]:
    """Ids of events that are gone, or were before, each with that of the event after which its story is called now."""
    if previous is None or previous.stories is None:
        return
    stories, catalogue = previous.stories, previous.catalogue
    gone = np.flatnonzero(rows < 0)
    last = catalogue.ids()
    were = [(last[row], row) for row in gone.tolist()]
    were += [(each, row) for each, of in stories.former.items() if (row := catalogue.row(of)) is not None]
    for each, row in were:
        now = rows[stories.rows(row)]
        now = named[now[now >= 0]]
        if len(now):
            values, counts = np.unique(now, return_counts=True)
            yield each, ids[int(values[np.argmax(counts)])]


@cache
def _program() -> str:
    """A fingerprint of what finds links: another version may find others."""
    package = resources.files("embeddings.stories")
    return fingerprint(package / name for name in ("learnt.npz", "learnt.py", "links.py", "terms.py"))
