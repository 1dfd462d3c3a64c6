"""Nothing that an archive has is corrected: `python -m tests.proofs.spelling INDEX`.

Asks for every topic, context and name in a headline as a question of its own, and looks whether it is read as anything
else. Exit status 1 if one is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from embeddings.index.catalogue import Catalogue
from embeddings.index.folder import IndexFolder
from embeddings.search.names import names
from embeddings.search.reading import lexicon
from embeddings.search.spelling import Correction, corrected

_AT_ONCE = 1_000


def names_of(catalogue: Catalogue) -> dict[str, None]:
    """The topics and contexts of a catalogue, and the names in its headlines, each once."""
    found: dict[str, None] = {}
    for start in range(0, catalogue.size, _AT_ONCE):
        for event in catalogue.events(range(start, min(start + _AT_ONCE, catalogue.size))):
            found.update(dict.fromkeys((*event.topics, *event.contexts, *names(event.headline).spans)))
    return found


def changed(catalogue: Catalogue) -> Iterator[tuple[str, tuple[Correction, ...]]]:
    """Each name that would be read as something else, and as what."""
    archive = lexicon(catalogue)
    for name in names_of(catalogue):
        text, corrections = corrected(name, archive)
        if corrections or text != name:
            yield name, corrections


@click.command(help=__doc__.splitlines()[0])
@click.argument("index", type=click.Path(path_type=Path, exists=True))
def main(index: Path) -> None:
    with closing(IndexFolder(index).open()) as opened:
        asked = len(names_of(opened.catalogue))
        wrong = list(changed(opened.catalogue))
    for name, corrections in wrong:
        click.echo(f"{name}: {', '.join(f'{each.typed} read as {each.read}' for each in corrections)}")
    click.echo(f"{asked:,} names, {len(wrong):,} changed")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
