"""Pages and lines that were tampered with: `python -m tests.proofs.fuzz`.

Real pages and lines (of the archives that `DATELINE_TEST_ARCHIVES` names, else of the sample archive and made up) are
changed at random, read one by one, and at the end indexed all together.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from embeddings.archive import Report, read_archive
from embeddings.build.run import build_index
from embeddings.errors import EmbeddingsError
from embeddings.index.folder import IndexFolder
from embeddings.sample import sample_path
from tests.proofs.archives import events, write_jsonl
from tests.proofs.tables import Table
from tests.word_encoder import WordEncoder

LARGEST = 2 * 2**20  # bytes: what a page and a line may have

# What means something to one of the readers, to what they call, or to whatever shows a text.
_SIGNS = (
    "# |## |### |##### |### Source:|### Related:|_Context: |_|, |1. |- |\n|\r|[|](|)|](/news/2015/12/3/a.md)|.md)|"
    "/news/|../|..\\|%2e%2e/|http://|https://x/|javascript:|''|'|&amp;|&#|&#39;|&#x|&#999999999999;|&#789;|&zwj;|&|"
    ";|: |"
    "\x00|\x1b[31m|\x7f|\x85|\u2028|\u200b|\u202e|\ufeff|\ud800|\udfff|\U000e0041|"
    "\u0315|\u0316|\u0344|\ufdfa|\u1112|é|ß|İ|ﬃ|ا|ह|न|日|😀|\U0010ffff|"
    '{|}|"|":|{"|[[|null|true|1e999|-1e999|NaN|Infinity|9|-|0x|\\u|\\ud800|\\u0000|"date":|"id":|"path":|"sources":[|'
    '"related":[{|2015-02-30|0000-00-00|9999-12-31|\\|/|@everyone|<@1>|```|[x](y)|<script>|*|~|\t| |  '
)
TOKENS: tuple[bytes, ...] = (
    *(sign.encode("utf-8", "surrogatepass") for sign in _SIGNS.split("|")),
    *(b"||", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"),
)


def seeds(real: str | None) -> tuple[list[tuple[str, bytes]], list[bytes]]:
    """Pages with their places below `news/`, and lines, to start from."""
    folder = Path(real) if real else sample_path()
    paths = [path for path in sorted(folder.rglob("*.md")) if path.parent.name.isdecimal()]
    pages = [("/".join(path.parts[-4:]), path.read_bytes()) for path in paths]
    with tempfile.TemporaryDirectory() as name:
        lines = write_jsonl(Path(name) / "made.jsonl", events(200, 1)).read_bytes().splitlines()
    for path in sorted(folder.rglob("*.jsonl.gz")):
        with gzip.open(path) as file:
            lines += [line.rstrip(b"\n") for line in islice(file, 2_000)]
    return pages, lines


def mutate(random_: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change a text in one to eight places; seldom make it huge."""
    changed = bytearray(data)
    for _ in range(random_.randint(1, 8)):
        at = random_.randrange(len(changed) + 1)
        end = min(len(changed), at + random_.choice([0, 1, 3, 20, 200]))
        match random_.randrange(8):
            case 0:
                changed[at:end] = b""
            case 1:
                changed[at:end] = random_.choice(TOKENS)
            case 2:
                changed[at:at] = random_.choice(TOKENS) * random_.choice([2, 10, 40, 300])
            case 3:
                changed[at:end] = changed[at:end] * random_.choice([2, 10, 100])
            case 4 if changed:
                changed[at % len(changed)] ^= 1 << random_.randrange(8)
            case 5:
                other = random_.choice(others)
                start = random_.randrange(len(other) + 1)
                changed[at:end] = other[start : start + random_.choice([5, 50, 500])]
            case 6:
                changed[at:end] = b"".join(random_.choices(TOKENS, k=random_.choice([2, 8, 60])))
            case 7:
                changed[at:end] = random_.randbytes(random_.choice([1, 4, 40]))
            case _:
                pass
    if random_.random() < 0.02:
        unit = b"".join(random_.choices(TOKENS, k=random_.randint(1, 3)))
        at = random_.randrange(len(changed) + 1)
        room = max(0, LARGEST - len(changed))
        changed[at:at] = unit * (room // len(unit) // random_.choice([1, 1, 2, 10]))
    # Bytes that are no text cost the whole page at once, so most cases have none.
    return bytes(changed) if random_.random() < 0.2 else changed.decode("utf-8", "ignore").replace("\0", "").encode()


def mutate_line(random_: random.Random, line: bytes, others: Sequence[bytes]) -> bytes:
    """Change a JSON line, most often so that it is JSON still."""
    if random_.random() < 0.3:
        return mutate(random_, line, others).replace(b"\n", b" ")
    record = json.loads(line)
    for _ in range(random_.randint(1, 4)):
        record[random_.choice([*record, "path", "related", "attribution", "more"])] = _value(random_, record, 0)
    return json.dumps(record, ensure_ascii=random_.random() < 0.5).encode("utf-8", "surrogatepass")


def _value(random_: random.Random, record: dict[str, Any], depth: int) -> Any:
    """A value such as a record has, or one that it should not have."""
    match random_.randrange(6):
        case 0 if depth < 3:
            return [_value(random_, record, depth + 1) for _ in range(random_.choice([0, 1, 2, 3]))] * random_.choice(
                [1, 1, 1, 40, 600][: 5 - depth]
            )
        case 1 if depth < 3:
            names = ("name", "url", "date", "headline", "contexts", "path")
            return {name: _value(random_, record, depth + 1) for name in random_.sample(names, 3)}
        case 2:
            return random_.choice([None, True, 0, -1, 1450828800, 10**30, 1e308, float("inf"), float("nan")])
        case 3:
            text = random_.choice(["http://paper.example/", "/news/2015/12/3/a.md", "2015-12-23", ""])
        case _:
            text = str(random_.choice([value for value in record.values() if value] or [""]))
    changed = mutate(random_, text[:5_000].encode(), TOKENS).decode("utf-8", "ignore")
    return changed[:40] if depth else changed  # lists repeat what is in them


def cases(root: Path, count: int, seed: int, real: str | None) -> Iterator[Path]:
    """Archives of one changed page, index or line each."""
    pages, lines = seeds(real)
    indexes = [(place, page) for place, page in pages if place.endswith("/index.md")]
    others = [page for _, page in pages]
    random_ = random.Random(seed)
    for number in range(count):
        if number % 3 == 2:
            path = root / f"{number}.jsonl"
            path.write_bytes(mutate_line(random_, random_.choice(lines), lines))
            yield path
        else:
            place, page = random_.choice(indexes if number % 3 else pages)
            path = root / str(number) / "news" / place
            path.parent.mkdir(parents=True)
            path.write_bytes(mutate(random_, page, others))
            yield root / str(number)


def fuzz(work: Path, table: Table, count: int, seed: int, real: str | None) -> None:
    """Read `count` changed pages and lines, then index them."""
    root = work / "cases"
    root.mkdir()
    slowest, slowest_case = 0.0, ""
    made: list[Path] = []
    found = rejected = 0
    for path in cases(root, count, seed, real):
        made.append(path)
        report = Report()
        started = time.process_time()
        try:
            found += sum(1 for _ in read_archive(path, report))
            crash = ""
        except Exception as error:  # noqa: BLE001  # a crash is what is looked for
            crash = repr(error)
        took_s = time.process_time() - started
        rejected += report.count
        told = f"{path.name}, {sum(file.stat().st_size for file in [path, *path.rglob('*.*')]):,} bytes"
        if took_s > slowest:
            slowest, slowest_case = took_s, told
        table.check("read without a crash", not crash, f"{told}: {crash}")
        table.check("read in less than a second", took_s < 1, f"{told}: {took_s:.1f} s")
    table.figure("events found, pages and lines reported", f"{found:,}, {rejected:,}")
    table.figure("slowest", f"{slowest:.2f} s of processor time ({slowest_case})")
    table.figure("peak memory of reading", _peak())
    folder = IndexFolder(work / "index")
    try:
        result = build_index(folder, made, WordEncoder(dimension=64), Report())
        problems = list(folder.problems())
        table.check("all of them make an index that verify finds sound", not problems, str(problems))
        table.figure("events in it", f"{result.events:,}")
    except EmbeddingsError as error:
        table.check("all of them make an index that verify finds sound", False, str(error))
    table.figure("peak memory of all", _peak())


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB"


def main(count: int = 10_000, seed: int = 1) -> int:
    """Run the whole proof."""
    real = os.environ.get("DATELINE_TEST_ARCHIVES")
    table = Table(f"{count:,} changed pages and lines, of {'real archives' if real else 'the sample archive'}")
    with tempfile.TemporaryDirectory() as name:
        fuzz(Path(name), table, count, seed, real)
    return table.show()


if __name__ == "__main__":
    sys.exit(main(seed=int(sys.argv[1]) if len(sys.argv) > 1 else 1))
