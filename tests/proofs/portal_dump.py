"""A dump of the portal of thousands of days: `python -m tests.proofs.portal_dump --archive ARCHIVE.jsonl.gz`.

The events of a JSONL archive are laid out as pages of the portal, in the layout of their time, with a link here and
there; the pages go into a dump among articles, each in two revisions. A process of its own streams the dump, and what
it reads must be what was laid out. Its memory must not grow with the dump. What an archive has lost is made up: a
source's address is its number.
"""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import itertools
import json
import lzma
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby, zip_longest
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

import click

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from embeddings.archive import Report, read_archive
from embeddings.archive.portal import page_title
from embeddings.calendar_names import MONTHS
from embeddings.events import Event
from embeddings.text import shorten
from tests.proofs.commands import ROOT
from tests.proofs.tables import Table

MOST_MB = 150  # of the reading process: its modules take a third of it
MOST_GROWTH_MB = 20  # from a tenth of the days to all of them
READER = (sys.executable, "-m", "tests.proofs.portal_dump")
"""The beginning of a command line that reads a dump in a process of its own."""

_HEAD = '<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">\n'
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b")
_MARKUP = re.compile(r"</?[a-z]+[^<>]*>?|<!--|-->|\[\s*\]|\(\s*[,;]?\s*\)|\[\[|\]\]|\{\{|\}\}")
_LEFT_BEHIND = " ,;–—-"  # where a source was removed
_SIGNS = re.compile(r"[\[\]{}<>&|]|^[*#:;='\"]|//")

Told = dict[str, Any]


def told(event: Event) -> Told:
    """What a page of the portal says of an event."""
    return {
        "date": event.date.isoformat(),
        "category": event.category,
        "topics": list(event.topics),
        "headline": event.headline,
        "contexts": list(event.contexts),
        "sources": [[source.name, source.url] for source in event.sources],
    }


# --- laying out -------------------------------------------------------------------------------------------------------


def write_day(of_day: Sequence[Event], numbers: Iterator[int]) -> tuple[str, list[Told]]:
    """The page of a day, and what reading it must give."""
    lines: list[str] = []
    expected: list[Told] = []
    # Those without a category stand above all headings.
    order = {category: at for at, category in enumerate(dict.fromkeys((None, *(e.category for e in of_day))))}
    above: tuple[str, ...] = ()
    for category, those in groupby(
        sorted(of_day, key=lambda event: order[event.category]), lambda event: event.category
    ):
        if category is not None:
            lines += ["", f";{_text(category)}"]
            above = ()
        for event in those:
            for depth, topic in enumerate(event.topics, 1):
                if above[:depth] != event.topics[:depth]:
                    lines.append(f"{'*' * depth}[[{_article(topic)}|{_text(topic)}]]")
            above = event.topics
            headline, links = _linked(event.headline)
            sources = [[source.name, f"https://news.example/{next(numbers)}"] for source in event.sources]
            trail = "".join(f" [{url} ({_text(name)})]" for name, url in sources)
            lines.append(f"{'*' * (len(event.topics) + 1)}{headline}{trail}")
            contexts = list(dict.fromkeys((*map(_article, event.topics), *links)))
            heading = category and category.strip(_LEFT_BEHIND)
            expected.append(told(event) | {"category": heading, "contexts": contexts, "sources": sources})
    return _page(of_day[0].date, "\n".join(lines)), expected


def _page(day: dt.date, items: str) -> str:
    """The page in the layout of its time, give or take a few years: each of the three has thousands of days."""
    items = f"<!-- All news items below this line -->\n{items}\n<!-- All news items above this line -->"
    name = f"year={day.year}|month={day.month:02}|day={day.day}"
    if day.year < 2011:
        return f"{{{{Current events header|{day.year}|{day.month:02}|{day.day}}}}}\n\n{items}|}}\n"
    if day.year < 2019:
        return f"{{{{Current events|{name}|content=\n\n{items}}}}}\n"
    return f"{{{{Current events|{name}|top=yes}}}}\n{items}\n{{{{Current events|{name}|bottom=yes}}}}\n"


def _linked(headline: str) -> tuple[str, list[str]]:
    """A headline as wikitext, with links for up to three of the names in it, and what they lead to."""
    links: list[str] = []

    def link(match: re.Match[str]) -> str:
        if match[0] == headline.rstrip(".") or len(links) == 3:
            return match[0]
        links.append(match[0] if len(links) != 1 else f"{match[0]} of old")
        return f"[[{match[0]}]]" if len(links) != 2 else f"[[{links[-1]}#History|{match[0]}]]"

    return _NAME.sub(link, _text(headline)), links


def _article(topic: str) -> str:
    """A title for a topic's article: titles hold none of these signs."""
    return " ".join(re.sub(r"[#_<>\[\]|{}]", " ", topic).split())


def _text(text: str) -> str:
    """Plain text as wikitext: what would be markup as entities."""
    return _SIGNS.sub(lambda match: "".join(f"&#{ord(sign)};" for sign in match[0]), text)


def _packer(path: Path) -> BinaryIO:
    """A file to write that is packed as its name ends; xz and Zstandard as their commands do by themselves."""
    match path.suffix:
        case ".bz2":
            return cast("BinaryIO", bz2.open(path, "wb", compresslevel=1))
        case ".gz":
            return cast("BinaryIO", gzip.open(path, "wb", compresslevel=1))
        case ".xz":
            return cast("BinaryIO", lzma.open(path, "wb"))
        case _:
            return cast("BinaryIO", zstd.open(path, "wb"))


def write_dump(path: Path, pages: Iterable[tuple[dt.date, str]]) -> int:
    """Write the pages among articles, each in two revisions; returns the bytes of XML."""
    size = 0
    with io.TextIOWrapper(_packer(path), "utf-8") as file:
        size += file.write(f"{_HEAD}<siteinfo><sitename>Wiki</sitename></siteinfo>\n")
        for day, text in pages:
            size += _write(
                file, f"Weather of {MONTHS[day.month - 1]} {day.day}", 0, f"'''The day''' {day}: [[rain]].\n" * 100
            )
            size += _write(file, page_title(day), 100, text)
        size += file.write("</mediawiki>\n")
    return size


def _write(file: TextIO, title: str, namespace: int, text: str) -> int:
    revisions = "".join(
        f'<revision><id>1</id><text xml:space="preserve">{escape(version)}</text></revision>'
        for version in (text[: len(text) // 2], text)
    )
    return file.write(f"<page><title>{title}</title><ns>{namespace}</ns>{revisions}</page>\n")


# --- reading ----------------------------------------------------------------------------------------------------------


def read(dump: Path, out: Path) -> None:
    """Stream a dump and write what was read; the last line has what it took. Runs in a process of its own."""
    report = Report()
    started = time.perf_counter(), time.process_time()
    with out.open("w", encoding="utf-8") as file:
        for event in read_archive(dump, report):
            file.write(json.dumps(told(event)) + "\n")
        peak_mb = _peak_mb()
        took = time.perf_counter() - started[0], time.process_time() - started[1]
        notes = [str(rejection) for rejection in report.first]
        file.write(json.dumps({"took": took, "peak_mb": peak_mb, "count": report.count, "notes": notes}) + "\n")


def _peak_mb() -> int:
    """The most memory that this process has held. (What getrusage tells begins with its parent's.)"""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024


def explained(laid_out: str, found: str) -> str | None:
    """Why a headline is read otherwise than it was laid out; None where it should not be."""
    if found == laid_out.strip(_LEFT_BEHIND):
        return "without the commas or dashes at its end"
    if found == " ".join(_MARKUP.sub(" ", laid_out).split()).strip(_LEFT_BEHIND):
        return "without the empty brackets or markup in it"
    return None


def prove(
    work: Path,
    table: Table,
    archive: Path,
    part: str,
    most_days: int | None = None,
    packing: str = "bz2",
    reader: Sequence[str] = READER,
) -> int:
    """Lay out the first days of an archive, read them in a process of their own; returns its peak in MB."""
    numbers = itertools.count()
    laid_out = work / "laid_out.jsonl"
    dump, out = work / f"dump.xml.{packing}", work / "read.jsonl"

    def pages() -> Iterator[tuple[dt.date, str]]:
        with laid_out.open("w", encoding="utf-8") as file:
            days = groupby(read_archive(archive, Report()), lambda event: event.date)
            for day, of_day in itertools.islice(days, most_days):
                text, expected = write_day(list(of_day), numbers)
                file.writelines(json.dumps(record) + "\n" for record in expected)
                yield day, text

    size = write_dump(dump, pages())
    subprocess.run([*reader, "--read", str(dump), str(out)], cwd=ROOT, check=True)
    days: set[str] = set()
    events_in = events_out = 0
    last: Told = {}
    explanations: Counter[str] = Counter()
    with laid_out.open(encoding="utf-8") as expected, out.open(encoding="utf-8") as found:
        for want_line, got_line in zip_longest(expected, found, fillvalue="{}"):
            want, got = json.loads(want_line), json.loads(got_line)
            if "took" in got:
                last = got
                continue
            events_in, events_out = events_in + bool(want), events_out + bool(got)
            days.add(want.get("date", ""))
            differing = {key: (want.get(key), got.get(key)) for key in want if want.get(key) != got.get(key)}
            if differing.keys() == {"headline"} and (why := explained(want["headline"], got["headline"])):
                explanations[why] += 1
                differing = {}
            table.check(
                f"an event is read as it was laid out, {part}", not differing, shorten(f"{differing} {want}", 900)
            )
    table.check(f"as many events as were laid out, {part}", events_in == events_out, f"{events_in:,}, {events_out:,}")
    table.check(f"nothing to report, {part}", last["count"] == 0, str(last["notes"]))
    table.figure(f"{part}: days, events in, events out", f"{len(days):,}, {events_in:,}, {events_out:,}")
    for why, times in explanations.items():
        table.figure(f"{part}: {why}", f"{times:,}")
    seconds, processor_s = last["took"]
    table.figure(f"{part}: megabytes of XML", f"{size / 2**20:,.1f}")
    table.figure(f"{part}: seconds, processor's seconds", f"{seconds:.1f}, {processor_s:.1f}")
    table.figure(f"{part}: peak memory of the reading process", f"{last['peak_mb']} MB")
    table.check("the peak is bounded", last["peak_mb"] < MOST_MB, f"{last['peak_mb']} MB")
    return int(last["peak_mb"])


def prove_bounds(
    work: Path, table: Table, archive: Path, days: int, packing: str = "bz2", reader: Sequence[str] = READER
) -> None:
    """All days of an archive, and a tenth of them, whose peak must be near the same."""
    few = prove(work, table, archive, "a tenth", days // 10, packing, reader)
    all_ = prove(work, table, archive, "all days", days, packing, reader)
    table.check("ten times the days take about the same memory", all_ - few < MOST_GROWTH_MB, f"{few} MB, {all_} MB")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--archive", type=click.Path(exists=True, path_type=Path), help="A JSONL archive in the order of its days."
)
@click.option("--days", default=8_600, show_default=True, help="How many of its days, at most.")
@click.option(
    "--packed",
    "packing",
    type=click.Choice(["bz2", "gz", "xz", "zst"]),
    default="bz2",
    show_default=True,
    help="How the dump is packed.",
)
@click.option("--read", "dump_and_out", type=(Path, Path), hidden=True)
def cli(archive: Path | None, days: int, packing: str, dump_and_out: tuple[Path, Path] | None) -> None:
    """Stream a dump that is made from ARCHIVE."""
    if dump_and_out is not None:
        read(*dump_and_out)
        return
    if archive is None:
        raise click.UsageError("name an archive with --archive")
    table = Table(f"the portal's pages of up to {days:,} days in a dump packed as .{packing}")
    with tempfile.TemporaryDirectory() as name:
        prove_bounds(Path(name), table, archive, days, packing)
    sys.exit(table.show())


def prepare() -> None:
    """What reads is imported with this module, which is all that `tests.forks` can do beforehand."""


def main(arguments: list[str]) -> int:
    """Run a command line; returns its exit status, if it is to read."""
    cli.main(arguments, standalone_mode=False)
    return 0


if __name__ == "__main__":
    cli()
