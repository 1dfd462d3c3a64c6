"""Indexes that are damaged: `python -m tests.proofs.damage`.

Copies of an index with bits flipped, files cut, lengthened, overwritten, missing, or taken from another generation.
`verify` has to find each; no look-up may end in anything but an answer or a sentence. And the vectors that an
unfinished build has left, damaged likewise: what is built from them has to be right all the same.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.index.folder import IndexFolder
from tests.proofs.archives import events, write_jsonl
from tests.proofs.commands import Commands
from tests.proofs.tables import Table
from tests.word_encoder import WordEncoder

Damage = Callable[[random.Random, Path, Path], None]
"""Given a copy of an index and another generation's index, changes the copy."""

EVENTS = 300
PAGE_BYTES = 4_096  # of SQLite
HEADER_BYTES = 45  # of the vectors

LOOK_UPS: tuple[list[str], ...] = (
    ["ask", "bridge in Ardun", "--json"],
    ["ask", "treaty", "--from", "2010-01-05", "--to", "2010-01-12", "--limit", "50", "--json"],
    ["ask", "storm January 2010"],
    ["event", "2010-01-05", "--json"],
    ["event", "2010"],
    ["event", "1999", "--json"],
    ["onthisday", "01-07", "--json", "--limit", "20"],
    ["related", "{id}", "--json"],
    ["related", "{id}"],
    ["stats", "--json"],
)


def _files(index: Path) -> list[Path]:
    parts = ("catalogue.sqlite", "vectors.faiss", "tokens.bin", "starts.npy", "prominence.npy")
    files = [index / "manifest.json", *(_one(index, name) for name in parts)]
    return files + list((index / "generations").glob("*/codes.faiss"))


def _one(index: Path, name: str) -> Path:
    [path] = (index / "generations").glob(f"*/{name}")
    return path


def _flip(path: Path, places: list[int], random_: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for place in places:
        data[place % len(data)] ^= 1 << random_.randrange(8)
    path.write_bytes(data)


def flip_anywhere(random_: random.Random, index: Path, _: Path) -> None:
    """Flip one to twenty bits of one file."""
    path = random_.choice(_files(index))
    size = path.stat().st_size
    _flip(path, random_.sample(range(size), random_.randint(1, 20)), random_)


def flip_the_vectors_header(random_: random.Random, index: Path, _: Path) -> None:
    """Flip a bit of what FAISS believes without looking."""
    _flip(_one(index, "vectors.faiss"), [random_.randrange(HEADER_BYTES)], random_)


def flip_a_page_header(random_: random.Random, index: Path, _: Path) -> None:
    """Flip bits where SQLite keeps the structure of its pages."""
    path = _one(index, "catalogue.sqlite")
    pages = path.stat().st_size // PAGE_BYTES
    places = [random_.randrange(pages) * PAGE_BYTES + random_.randrange(64) for _ in range(random_.randint(1, 30))]
    _flip(path, places, random_)


def flip_every_page(random_: random.Random, index: Path, _: Path) -> None:
    """Flip a bit somewhere in each page of the catalogue but the first."""
    path = _one(index, "catalogue.sqlite")
    pages = range(1, path.stat().st_size // PAGE_BYTES)
    _flip(path, [page * PAGE_BYTES + random_.randrange(PAGE_BYTES) for page in pages], random_)


def cut(random_: random.Random, index: Path, _: Path) -> None:
    """Cut a file off, perhaps to nothing."""
    path = random_.choice(_files(index))
    with path.open("r+b") as file:
        file.truncate(random_.choice([0, random_.randrange(path.stat().st_size)]))


def lengthen(random_: random.Random, index: Path, _: Path) -> None:
    """Write something after the end of a file."""
    with random_.choice(_files(index)).open("ab") as file:
        file.write(random_.randbytes(random_.randint(1, 5_000)))


def overwrite(random_: random.Random, index: Path, _: Path) -> None:
    """Put noise in the place of a block, as a disk does that has lost one."""
    path = random_.choice(_files(index))
    data = bytearray(path.read_bytes())
    start = random_.randrange(len(data)) // 512 * 512
    length = min(random_.choice([512, PAGE_BYTES, 16 * PAGE_BYTES]), len(data) - start)
    data[start : start + length] = random_.randbytes(length)
    path.write_bytes(data)


def remove(random_: random.Random, index: Path, _: Path) -> None:
    """Delete a file."""
    random_.choice([*_files(index)[1:], _one(index, "in_use.lock")]).unlink()


def exchange(random_: random.Random, index: Path, other: Path) -> None:
    """Take a file of another generation, of the same number of events."""
    pairs = zip(_files(other), _files(index), strict=True)
    # Headlines of as many words each have their tokens begin at the same places.
    unlike = [pair for pair in pairs if pair[0].read_bytes() != pair[1].read_bytes()]
    theirs, ours = random_.choice(unlike)
    shutil.copy(theirs, ours)


def exchange_folders(random_: random.Random, index: Path, _: Path) -> None:
    """Put a folder in the place of a published file."""
    path = random_.choice(_files(index)[1:])
    path.unlink()
    path.mkdir()


DAMAGES: tuple[Damage, ...] = (
    *(flip_anywhere, flip_the_vectors_header, flip_a_page_header, flip_every_page, cut),
    *(lengthen, overwrite, remove, exchange, exchange_folders),
)


def damaged_indexes(work: Path, commands: Commands, table: Table, copies: int, seed: int, count: int = EVENTS) -> None:
    """Damage `copies` copies of an index of `count` events, each in one of the ways in turn, with and without codes."""
    index, other = work / "index", work / "other"
    archives = [write_jsonl(work / f"{number}.jsonl", events(count, number)) for number in (1, 2)]
    for root, lines in zip((index, other), archives, strict=True):
        for codes, compressed_from in (("", count + 1), (" with codes", 1)):
            folder = IndexFolder(root.with_name(root.name + codes))
            build_index(folder, [lines], WordEncoder(dimension=64), Report(), compressed_from=compressed_from)
    name = commands.run(["event", "2010-01-05", "--json", "--index", index]).only.json()["events"][0]["id"]
    random_ = random.Random(seed)
    answered = refused = 0
    for number in range(copies):
        damage = DAMAGES[number % len(DAMAGES)]
        copy = work / "copy"
        codes = " with codes" if (number + number // len(DAMAGES)) % 2 else ""
        shutil.copytree(index.with_name(index.name + codes), copy)
        damage(random_, copy, other.with_name(other.name + codes))
        told = f"copy {number}{codes}, {damage.__name__}"
        verified = commands.run(["verify", "--json", "--index", copy])
        found = verified.signal is None and verified.only.in_a_sentence and verified.only.status == 1
        table.check("verify finds it and says so", found, f"{told}: {verified}")
        run = commands.run(
            *([word.format(id=name) for word in look_up] + ["--index", str(copy)] for look_up in LOOK_UPS)
        )
        table.check("no look-up crashes the process", run.signal is None, f"{told}: signal {run.signal}")
        for outcome in run.outcomes:
            table.check("a look-up answers or says why not", outcome.in_a_sentence, f"{told}: {outcome}")
            table.check("a look-up takes less than a second", outcome.took_s < 1, f"{told}: {outcome}")
            answered += outcome.status == 0
            refused += outcome.status != 0
        again = commands.run(["build", archives[0], "--index", copy, "--json"], ["verify", "--index", copy])
        mended = [outcome.status for outcome in again.outcomes] == [0, 0]
        table.check("what the sentence advises, to build again, mends it", mended, f"{told}: {again}")
        shutil.rmtree(copy)
    table.figure("look-ups answered and refused", f"{answered:,} and {refused:,}")


def damaged_journals(work: Path, commands: Commands, table: Table, copies: int, seed: int) -> None:
    """Damage what an unfinished build has encoded, and build from it."""
    random_ = random.Random(seed)
    archive = write_jsonl(work / "archive.jsonl", events(EVENTS, 1))
    commands.run(["build", archive, "--index", work / "sound"])
    expected = _encoded_digests(work / "sound")
    for longer in (1, 2, 4, 8, 16):  # until a build of this machine has begun to encode before it is killed
        shutil.rmtree(work / "unfinished", ignore_errors=True)
        commands.run(["build", archive, "--index", work / "unfinished"], slow_s=0.2 * longer, kill_after_s=0.9 * longer)
        if any((work / "unfinished").glob("encoded.sqlite*")):
            break
    for number in range(copies):
        copy = work / "copy"
        shutil.copytree(work / "unfinished", copy)
        journals = sorted(copy.glob("encoded.sqlite*"))
        table.check("a killed build leaves what it encoded", bool(journals))
        path = random_.choice(journals)
        data = bytearray(path.read_bytes())
        if number % 3 == 0 or not data:
            data[:] = data[: random_.randrange(len(data) + 1)]
        elif number % 3 == 1:
            for _ in range(random_.choice([1, 100, 10_000])):
                data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
        else:
            start = random_.randrange(len(data))
            data[start : start + PAGE_BYTES] = random_.randbytes(len(data[start : start + PAGE_BYTES]))
        path.write_bytes(data)
        run = commands.run(["build", archive, "--index", copy, "--json"], ["verify", "--index", copy])
        completed = [outcome.status for outcome in run.outcomes] == [0, 0]
        table.check("a build completes with a damaged journal", completed, f"{path.name}: {run}")
        right = completed and _encoded_digests(copy) == expected
        table.check("and every vector and token is right", right, f"copy {number}, {path.name}")
        shutil.rmtree(copy)


def _encoded_digests(index: Path) -> list[str]:
    files = json.loads((index / "manifest.json").read_text())["manifest"]["files"]
    return [files[name]["sha256"] for name in ("vectors.faiss", "tokens.bin", "starts.npy")]


def main(copies: int = 200, journals: int = 60, seed: int = 1) -> int:
    """Run the whole proof."""
    table = Table(f"{copies} damaged indexes, {journals} damaged journals")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with Commands(work / "log") as commands:
            damaged_indexes(work, commands, table, copies, seed)
            damaged_journals(work, commands, table, journals, seed)
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
