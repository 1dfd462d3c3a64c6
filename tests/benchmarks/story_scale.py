"""Stories of a million real events: `python -m tests.benchmarks.story_scale --index INDEX --folder FOLDER`.

Writes into FOLDER an index of all events of INDEX nine times, each copy in years of its own and with topics, contexts
and names of its own, as a longer archive would have, and makes their stories; then takes one step after another: what
tells of them is read, the links of a day's fifty events are found, all are joined anew. Prints the processor time and
the most memory of each, as `tests.benchmarks.million` does, first for INDEX alone. Takes 3.5 GB of disk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import numpy as np

from embeddings.build.days import text_key
from embeddings.build.stories import material_of, write_stories
from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.index.manifest import CATALOGUE, STORIES, STORY_LINKS, TRAITS, VECTORS
from embeddings.index.prominence import Prominence
from embeddings.index.threads import compute_alone
from embeddings.index.vectors import VectorIndex, VectorWriter
from embeddings.progress import no_progress
from embeddings.prominence.names import Names
from embeddings.prominence.traits import Traits
from embeddings.stories.joining import join
from embeddings.stories.learnt import learnt
from embeddings.stories.links import find_links
from tests.benchmarks.million import timed

_YEARS = 30  # between two copies
_AT_ONCE = 5_000
_NEWS = 50  # events of a day


def copied(event: Event, copy: int) -> Event:
    """An event as a copy has it: years earlier, with topics and contexts of its own."""
    if not copy:
        return event
    topics, contexts = (tuple(f"{name} {copy}" for name in names) for names in (event.topics, event.contexts))
    date = dt.date.fromordinal(event.date.toordinal() - round(copy * _YEARS * 365.25))
    return replace(event, id=f"{copy}-{event.id}", date=date, topics=topics, contexts=contexts, related=(), paths=())


def write_copies(index: OpenIndex, folder: Path, copies: int) -> None:
    """Write catalogue and vectors of several copies, the earliest first."""
    with (
        closing(CatalogueWriter(folder / CATALOGUE)) as catalogue,
        VectorWriter(folder / VECTORS, index.vectors.dimension) as vectors,
    ):
        for copy in reversed(range(copies)):
            for start in range(0, index.catalogue.size, _AT_ONCE):
                rows = range(start, min(start + _AT_ONCE, index.catalogue.size))
                for event in (copied(each, copy) for each in index.catalogue.events(rows)):
                    digest = event.id.encode()[-16:].rjust(16)
                    catalogue.add(NewEvent(event, frozenset(), text_key(event), digest))
                vectors.add(index.vectors.take(np.arange(rows.start, rows.stop)))
        catalogue.finish()
        vectors.finish()


def names_of(index: OpenIndex, copies: int) -> Traits:
    """The names of several copies, each of which has its own."""
    with np.load(index.folder / TRAITS, allow_pickle=False) as held:
        arrays = {name.removeprefix("names "): held[name] for name in held.files if name.startswith("names ")}
    words = arrays["text"].tobytes().decode().split("\n")[:-1]
    each, size = np.arange(copies)[:, None], index.catalogue.size
    arrays |= {
        "text": np.frombuffer("".join(_own(words, copies)).encode(), np.uint8),
        "rows": (arrays["rows"] + each * size).ravel().astype(np.int32),
        "names": (arrays["names"] + each * len(words)).ravel().astype(np.int32),
        "marked": np.tile(arrays["marked"], copies),
    }
    traits = Traits(0)
    traits.names = Names.of_arrays(arrays, np.arange(copies * size), [])
    return traits


def _own(words: list[str], copies: int) -> Iterator[str]:
    for copy in range(copies):
        yield from (f"{word} {copy}\n" if copy else f"{word}\n" for word in words)


def measure(folder: Path, traits: Traits, prominence: Prominence, model: str) -> None:
    """Make the stories of what a folder holds; then find the links of a day, and join all anew, as an update does."""
    with closing(Catalogue(folder / CATALOGUE)) as catalogue, closing(VectorIndex.load(folder / VECTORS)) as vectors:
        material = partial(material_of, catalogue, vectors, traits)
        with timed(f"{catalogue.size:,} events: their stories"):
            write_stories(folder, None, material, catalogue, prominence, model, no_progress)
        leads = np.load(folder / STORIES)
        sizes = np.bincount(leads)
        click.echo(f"    {(sizes > 1).sum():,} stories of two events or more, the largest of {sizes.max():,}")
        with timed("    what tells of them"):
            found = material()
        with timed("    the links of a day"):
            find_links(found, np.arange(catalogue.size - _NEWS, catalogue.size), learnt(model), no_progress)
        del found
        with np.load(folder / STORY_LINKS) as held:
            ones, others, chances = (held[name] for name in ("ones", "others", "chances"))
        with timed(f"    joining by {len(ones):,} links"):
            join(catalogue.size, ones, others, chances, learnt(model).least)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--folder", type=click.Path(path_type=Path), required=True)
@click.option("--copies", default=9, show_default=True)
def main(index: Path, folder: Path, copies: int) -> None:
    """Make the stories of a million events."""
    compute_alone()
    with closing(IndexFolder(index).open()) as opened:
        for number in (1, copies):
            into = folder / f"{number}"
            if not (into / VECTORS).exists():
                into.mkdir(parents=True, exist_ok=True)
                write_copies(opened, into, number)
            prominence = Prominence(np.tile(opened.prominence.values, (number, 1)))
            measure(into, names_of(opened, number), prominence, opened.manifest.model.fingerprint)


if __name__ == "__main__":
    main()
