"""`python -m tests.pictures`: ask the bot everything, and write a picture an answer."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.errors import EmbeddingsError
from embeddings.index.folder import IndexFolder
from embeddings.model.encoder import DEFAULT_MODEL, SentenceEncoder
from embeddings.sample import sample_path
from tests.pictures import chromium
from tests.pictures.message import DESKTOP, PHONE, THEMES, Picture, document
from tests.pictures.scenes import running, scenes
from tests.pictures.stories import made_up

VIEWS = [(theme, width) for theme in THEMES for width in (DESKTOP, PHONE)]
DOCUMENTED = ("list", "card", "daily", "story")  # in docs/pictures, twice as sharp
DOCUMENTED_VIEW = [("dark", DESKTOP)]


async def pictures(folder: IndexFolder, work: Path, only: Collection[str]) -> list[tuple[str, Picture]]:
    """What is drawn, with a name each; all of it where `only` is empty."""
    async with running(folder, lambda index: SentenceEncoder(index.manifest.model.name), work) as (
        server,
        client,
        clock,
    ):
        asked = [(name, each) async for name, each in scenes(server, client, clock) if not only or name in only]
    return [*asked, *((name, each) for name, each in made_up() if not only or name in only)]


def draw(name: str, picture: Picture, out: Path, browser: str, *, documents: bool) -> None:
    """Write a picture into `out`."""
    views = DOCUMENTED_VIEW if documents else VIEWS
    png = out / f"{name}.png"
    width = sum(width for _, width in views)
    chromium.take(browser, document(picture, views), width, png, scale=2 if documents else 1)
    print(f"{png}  {png.stat().st_size:,} bytes")  # noqa: T201  # a command's output


def main() -> int:
    """Run the command; the exit status is 2 where Chromium or the index cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.pictures", description="Draw the bot's messages as PNG files."
    )
    parser.add_argument("--index", type=Path, help="answer from this index (default: one of the sample archive)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="draw only this one; repeatable")
    parser.add_argument("--documents", action="store_true", help=f"draw {', '.join(DOCUMENTED)} as the documents do")
    parser.add_argument("out", nargs="?", type=Path, default=Path("build/pictures"), metavar="OUT_DIR")
    options = parser.parse_args()
    only = DOCUMENTED if options.documents else options.only
    try:
        browser = chromium.find()
        options.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as work:
            folder = IndexFolder(options.index or Path(work) / "index")
            if options.index is None:
                build_index(folder, [sample_path()], SentenceEncoder(DEFAULT_MODEL), Report())
            for name, picture in asyncio.run(pictures(folder, Path(work), only)):
                draw(name, picture, options.out, browser, documents=options.documents)
    except (chromium.ChromiumError, EmbeddingsError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # a command's output
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
