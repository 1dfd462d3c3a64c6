"""Archives that strangers made to do harm: `python -m tests.proofs.hostile`.

Each stands beside one good page, which has to be found; each has to cost its page or line alone, in bounded time and
memory, and to be in the report. Then the time that a day of many pages takes, which has to grow as the pages do.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from embeddings.archive.layout import day_address
from tests.proofs.archives import events, write_markdown
from tests.proofs.commands import Commands
from tests.proofs.tables import Table

DAY = "news/2015/12/3"
MOST_S = 10.0  # the build's own work and twice reading two megabytes take less than half of it on two slow cores
MOST_MB = 400
MEGA = 2**20


def _page(root: Path, body: str | bytes, name: str = "hostile.md") -> None:
    path = root / DAY / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"))


def _good(root: Path) -> None:
    _page(root, "# It rains on the good page.\n", "good.md")


@dataclass(frozen=True)
class Case:
    """What is done to an archive, what the report says of it (None: nothing), and how many events there are then."""

    name: str
    make: Callable[[Path], None]
    why: str | None
    events: int = 1

    @property
    def slow(self) -> bool:
        """Whether it takes about a second or more."""
        return self.name.startswith(
            (
                "an index",
                "a gz bomb",
                "400 links",
                "topics",
                "a string of 100",
                "a million marks",
                "bullets of",
                "300,000 b",
                "300,000 c",
                "a page of 100 MB in",
                "an article of 100",
            )
        )


def _text(body: str | bytes, name: str = "hostile.md") -> Callable[[Path], None]:
    return lambda root: _page(root, body, name)


def _related(line: str) -> str:
    return f"# It pours.\n\n### Related:\n\n{line}\n"


def _huge(root: Path) -> None:
    _page(root, "# It pours.\n")
    os.truncate(root / DAY / "hostile.md", 100 * MEGA)


def _pipe(root: Path) -> None:
    os.mkfifo(root / DAY / "hostile.md")
    os.mkfifo(root / "news/2015/pipe")


def _link(target: str, place: str = f"{DAY}/hostile.md") -> Callable[[Path], None]:
    def make(root: Path) -> None:
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).symlink_to(target)

    return make


def _fan(root: Path) -> None:
    for number in range(200):
        _page(root, f"# It rains for the {number}th time.\n", f"{number}.md")
    for year in range(1000, 1400):
        _link("../../2015/12/3/", f"news/{year}/12/3")(root)


def _scripts(root: Path) -> None:
    for name in (
        "日本語",
        "العربية",
        "हिन्दी",
        "ไทย",
        "עברית",
        "ქართული",
        "ᚠᚢᚦ",
        "𐍈",
        "a\u0301",
        "İ",
        "-rf",
        "%2e%2e",
        "con",
    ):
        _page(root, f"# Rain in {name} today.\n", f"{name}.md")


def _jsonl(*lines: str) -> Callable[[Path], None]:
    good = '{"date":"2015-12-03","headline":"It rains on the good page."}'
    return lambda path: _write(path, "\n".join((*lines, good)).encode("utf-8", "surrogatepass"))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _bomb(block: bytes, blocks: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with gzip.open(path, "wb", compresslevel=1) as file:
            for _ in range(blocks):
                file.write(block)
            file.write(b'\n{"date":"2015-12-03","headline":"It rains on the good page."}\n')

    return make


def _record(field: str, value: object) -> str:
    return json.dumps({"date": "2015-12-03", "headline": "It pours.", field: value}, ensure_ascii=False)


MARKS = "\u0315\u0316"

PAGES = (
    Case("a page of 100 MB", _huge, "is too large: more than the 2,097,152 bytes that are read"),
    Case("an empty page", _text(b""), "is empty"),
    Case("a binary page", _text(bytes(range(256))), "is not text"),
    Case("a page in Latin-1", _text("# É.".encode("latin-1")), "is not UTF-8"),
    Case("a page in UTF-16", _text("# É.".encode("utf-16")), "is not text"),
    Case("a page with CRLF and BOM", _text(b"\xef\xbb\xbf# It pours.\r\n\r\nMuch.\r\n"), None, 2),
    Case("a page with half a surrogate pair", _text("# It \ud800 pours."), "is not UTF-8"),
    Case("a pipe", _pipe, "is not a regular file"),
    Case("a link to a device", _link("/dev/zero"), "is a link that leads out of the archive"),
    Case("a link to a file outside", _link("/etc/passwd"), "is a link that leads out of the archive"),
    Case("a link to itself", _link("hostile.md"), "is not a regular file"),
    Case("a folder that is a link to itself", _link("4", "news/2015/12/4"), "is neither a folder nor a regular file"),
    Case("a folder that leads to the root", _link("/", "news/2015/12/4"), "is a link that leads out of the archive"),
    Case("a folder that leads to its parent", _link("..", "news/2015/12/4"), None),
    Case("attribution from outside", _link("/etc/hostname", "attribution.txt"), "is a link that leads out"),
    Case("400 links to one day", _fan, "is a link to a folder that is read already", 201),
    Case("a page in no day's folder", _text("# It pours.", "../page.md"), "is a page outside of a day's folder"),
    Case("a day that the calendar lacks", lambda root: (root / "news/2015/02/30").mkdir(parents=True), "is not a day"),
    Case("a date in other digits", lambda root: (root / "news/2015/12/٣").mkdir(), "is not a day"),
    Case("another date in the page", _text("### [2015-12-04](x)\n\n# It pours.\n"), "the folder's day counts", 2),
    Case("a name with a line feed", _text("# It pours.", "a\nb.md"), "its name holds control characters"),
    Case("a name with a backslash", _text("# It pours.", "..\\a.md"), "its name holds control characters"),
    Case("names in many scripts", _scripts, None, 14),
    Case(
        "an entry that leads out", _text("### [It pours.](/news/2015/12/3/../../../x.md)", "index.md"), "expected [head"
    ),
    Case(
        "an entry that leads to the index", _text("### [It pours.](/news/2015/12/3/index.md)", "index.md"), "expected ["
    ),
    Case("a headline of a million brackets", _text("# " + "[" * 1_000_000), "the headline has 1,000,000 characters"),
    Case(
        "a related event of a million brackets",
        _text(_related("1. " + "[" * 1_000_000)),
        "is not a link to a related event",
        2,
    ),
    Case(
        "a related event of link openings",
        _text(_related("[](/news/" * 200_000)),
        "is not a link to a related event",
        2,
    ),
    Case(
        "a million blanks before a number",
        _text(_related("x" + " " * 1_000_000 + "y")),
        "is not a link to a related event",
        2,
    ),
    Case(
        "a million blanks in a context",
        _text(_related(f"[A b.](/{DAY}/b.md) _Context: a{' ' * 1_000_000}b")),
        None,
        2,
    ),
    Case(
        "200,000 contexts",
        _text(_related(f"[A b.](/{DAY}/b.md) _Context: " + ",".join(map(str, range(200_000))))),
        "expected at most 500 contexts",
        2,
    ),
    Case(
        "100,000 sources",
        _text("# It pours.\n\n### Source:\n\n" + "1. [B](http://b.c/)\n" * 100_000),
        "more than 100 sources",
        2,
    ),
    Case("a source with a long name", _text(f"# It pours.\n### Source:\n[{'n' * 10**6}](http://x)"), "name has 1,0", 2),
    Case("a summary of a million lines", _text("# It pours.\n\n" + "a\n" * 1_000_000), "the summary has more than", 2),
    Case(
        "an index entry of ten million lines",
        _text(f"### [It pours.](/{DAY}/a.md)\n" + "a\n" * 10_000_000, "index.md"),
        "the summary has more than",
        2,
    ),
    Case(
        "an index of 200,000 entries",
        _text("".join(f"### [It pours {n:x}.](/{DAY}/{n}.md)\n" for n in range(200_000)), "index.md"),
        "more than 100,000 entries",
        100_001,
    ),
    Case("a million marks on a letter", _text("# It pours.\n\na" + MARKS * 400_000), None, 2),
    Case("marks held apart", _text("# It pours.\n\na" + "\u0315\u200b\u0316''" * 150_000), None, 2),
    Case("marks as entities", _text("# It pours.\n\na" + "&#789;&#790;" * 160_000), None, 2),
    Case("an entity of a million digits", _text("# It pours.\n\n&#" + "9" * 1_000_000 + ";"), None, 2),
    Case("entities without an end", _text("# It pours.\n\n" + "&a" * 1_000_000), "the summary has more than", 2),
    Case("letters that grow when normalised", _text("# " + "\ufdfa" * 5_000 + "\n"), None, 2),
    Case("a headline without words", _text("# 😀 — !\n"), "the headline has no words"),
    Case(
        "topics upon topics",
        _text(f"##### a\n### [{'a: ' * 1_600}It pours.](/{DAY}/a.md)\n" * 300, "index.md"),
        None,
        2,
    ),
    Case("two million line ends", _text("\n" * 2_000_000 + "x"), "expected the headline"),
)

LINES = (
    Case("a line of 100 MB", _jsonl("x" * (100 * MEGA)), "is too long: more than the 2,097,152 bytes that are read"),
    Case("a string of 100 MB", _jsonl(_record("summary", "x" * (100 * MEGA))), "is too long"),
    Case("a million nested brackets", _jsonl("[" * 1_000_000), "recursion limit exceeded"),
    Case("300,000 nested objects", _jsonl('{"a":' * 300_000), "recursion limit exceeded"),
    Case("a number without bounds", _jsonl('{"date":1e999,"headline":"x"}'), "expected a day"),
    Case("a number of 100,000 digits", _jsonl(f'{{"date":{"9" * 100_000},"headline":"x"}}'), "number out of range"),
    Case("no number", _jsonl('{"date":NaN,"headline":"x"}'), "expected a day"),
    Case("keys twice", _jsonl('{"date":"2015-12-03","headline":"x y","headline":"It pours."}'), None, 2),
    Case("half a surrogate pair", _jsonl('{"date":"2015-12-03","headline":"\\ud800"}'), "Invalid JSON"),
    Case("NUL and line ends as escapes", _jsonl('{"date":"2015-12-03","headline":"It\\u0000pours.\\n"}'), None, 2),
    Case("a path out of the archive", _jsonl(_record("path", "/news/../../x.md")), "path is not a page", 2),
    Case("a million sources", _jsonl(_record("sources", [0] * 600_000)), "List should have at most 100 items"),
    Case("a million wrong values", _jsonl(_record("topics", [[]] * 500_000)), "List should have at most 20 items"),
    Case("marks on a letter", _jsonl(_record("contexts", ["a" + MARKS * 1_900] * 200)), None, 2),
    Case("an entity of many digits", _jsonl(_record("summary", "&#" + "9" * 10_000)), None, 2),
    Case("an id with an entity", _jsonl(_record("id", "&#" + "9" * 10_000)), "id: expected"),
    Case("a wrong value with an entity", _jsonl(_record("topics", "&#" + "9" * 10_000)), "topics:"),
)


def _dump(text: str, before: str = "") -> Callable[[Path], None]:
    """A dump of two days, of which the first is hostile."""
    pages = "".join(
        f"<page><title>Portal:Current events/2015 December {day}</title><text>{escape(body)}</text></page>"
        for day, body in ((2, text), (3, "*It rains on the good page."))
    )
    return lambda path: _write(path, f"<mediawiki>{before}{pages}</mediawiki>".encode())


def _bullets(unit: str, times: int) -> str:
    """A page of a megabyte: as many bullets of `times` units as go into it."""
    bullet = "\n*" + unit * times
    return bullet * (1_000_000 // len(bullet))


LONG = "characters, expected at most 20,000"
DUMPS = (
    Case("template openings in a dump", _dump("{{a|" * 250_000), LONG),
    Case("links that nothing closes", _dump("*It pours. " + "[http://a " * 100_000), LONG),
    Case("bullets of openings", _dump(_bullets("{{a|", 250)), "the page has too much markup to be read", 2),
    Case("bullets of tags", _dump(_bullets("<i a=''", 140)), "the page has too much markup to be read", 2),
    Case("300,000 bullets", _dump("*a\n" * 300_000), "more than 5,000 lines", 2),
    Case("300,000 categories", _dump(";a\n" * 300_000), "more than 5,000 lines"),
    Case("half a million lines of a bullet", _dump("*a\n" + "a\n" * 500_000), "more than 5,000 lines"),
    Case(
        "bullets upon bullets", _dump("".join(f"{'*' * n}[[a{n}]]\n" for n in range(1, 1_400)) + "#a"), "has no ev", 2
    ),
    Case("comments that nothing closes", _dump("*It pours." + "<!--" * 250_000), LONG),
    Case("heads that nothing closes", _dump("{{Current events|" * 60_000), LONG),
    Case("marks on a letter in a dump", _dump("*It pours.a" + MARKS * 400_000), None, 2),
    Case("a page of 3 MB in a dump", _dump("x" * (3 * MEGA)), "is too large: more than the 2,097,152 characters"),
    Case("a page of 100 MB in a dump", _dump("x" * (100 * MEGA)), "is too large: more than the 2,097,152 characters"),
    Case(
        "an article of 3 MB",
        _dump("*It pours.", f"<page><title>A</title><text>{'x' * (3 * MEGA)}</text></page>"),
        None,
        2,
    ),
    Case(
        "an article of 100 MB",
        _dump("*It pours.", f"<page><title>A</title><text>{'x' * (100 * MEGA)}</text></page>"),
        None,
        2,
    ),
)

BOMBS = (
    Case("a gz bomb: one line of 500 MB", _bomb(bytes(MEGA), 500), "is too long"),
    Case("a gz bomb: 500 million blank lines", _bomb(b"\n" * MEGA, 500), None),
)


def try_all(work: Path, commands: Commands, table: Table, cases: Sequence[Case]) -> None:
    """Build from each hostile archive."""
    for number, case in enumerate(cases):
        if case in PAGES:
            archive = work / str(number)
            _good(archive)
        else:
            archive = work / f"{number}{'.xml' if case in DUMPS else '.jsonl.gz' if case in BOMBS else '.jsonl'}"
        case.make(archive)
        report, index = work / "report", work / "index"
        run = commands.run(["build", archive, "--index", index, "--json", "--report", report])
        outcome = run.only
        whys = [json.loads(row)["why"] for row in report.read_text().splitlines()] if report.exists() else []
        found = outcome.json()["events"] if outcome.status == 0 else None
        told = f"{case.name}: {found} events, {whys[:3]}, {run.took_s:.1f} s, {run.peak_mb} MB, {outcome}"[:500]
        table.check("costs no more than its page or line", found == case.events, told)
        in_report = not whys if case.why is None else any(case.why in why for why in whys)
        table.check("is in the report with the reason", in_report, told)
        heavy = case.name.startswith(("an index", "a gz bomb"))
        table.check(
            f"takes less than {MOST_S:.0f} s, an index or a bomb 60 s", run.took_s < (60 if heavy else MOST_S), told
        )
        most_mb = 3 * MOST_MB if heavy else MOST_MB
        table.check(f"takes less than {MOST_MB} MB, an index three times that", run.peak_mb < most_mb, told)
        slowest = float(table.figures.get("slowest", "0 ").split()[0])
        if run.took_s > slowest:
            table.figure("slowest", f"{run.took_s:.1f} s ({case.name}), {run.peak_mb} MB")
    pipe = work / "pipe.jsonl"
    os.mkfifo(pipe)
    outcome = commands.run(["build", pipe, "--index", work / "index", "--json"], kill_after_s=20.0).only
    table.check("a pipe named as an archive is refused", outcome.status == 2 and outcome.in_a_sentence, str(outcome))


def long_days(work: Path, commands: Commands, table: Table, sizes: tuple[int, ...]) -> None:
    """Build from one day of many pages."""
    took: list[float] = []
    for size in sizes:
        archive = work / f"day of {size}"
        write_markdown(archive, events(size, 1, per_day=size))
        assert (archive / day_address(events(1, 1)[0].date).lstrip("/")).is_dir()
        run = commands.run(["build", archive, "--index", work / f"index of {size}", "--json"], kill_after_s=900.0)
        built = run.only.status == 0 and run.only.json()["events"] == size
        table.check("a day of many pages is indexed", built, str(run.only)[:500])
        took.append(run.processor_s)
        table.figure(f"a day of {size:,} pages", f"{run.processor_s:.1f} s of processor time, {run.peak_mb} MB")
    for small, large, fewer, more in zip(took, took[1:], sizes, sizes[1:], strict=False):
        grown = large / small / (more / fewer)
        # Time that doubles with the pages gives 1; time that squares gives 2.
        table.check("twice the pages take about twice the time", grown < 1.5, f"{more:,}: {grown:.2f}")


def main() -> int:
    """Run the whole proof."""
    table = Table(f"{len(PAGES) + len(LINES) + len(DUMPS) + len(BOMBS)} hostile archives, and days of many pages")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        with Commands(work / "log") as commands:
            try_all(work, commands, table, (*PAGES, *LINES, *DUMPS, *BOMBS))
            long_days(work, commands, table, (12_500, 25_000, 50_000))
    return table.show()


if __name__ == "__main__":
    sys.exit(main())
