"""`python -m tests.benchmarks.related_blind INDEX… --out DIR`: pairs of lists of related events, to be judged blind.

One list is computed as Dateline does, what the archive itself links to left aside; the other is made by the plain rule:
the number of shared contexts, then the newest, or for events without contexts the nearest in meaning. With
`--before CHECKOUT` the other is computed by the version of the program that lies in that folder. `pairs.md` shows the
two in random order, `key.json` tells which is which.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import click

from embeddings.command_line.running import run_command
from embeddings.events import Event, Related
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.search.look_up import MOST_RELATED
from embeddings.search.related import computed


@dataclass(frozen=True, slots=True)
class Pair:
    """An event with two lists for it, in the order in which they are shown; `ours` is the letter of Dateline's."""

    event: Event
    lists: tuple[Sequence[Related], Sequence[Related]]
    ours: str


def plain(index: OpenIndex, row: int, event: Event, limit: int) -> list[Related]:
    """The plain rule's related events of the event in `row`."""
    catalogue = index.catalogue
    shared: dict[int, list[str]] = defaultdict(list)
    if event.contexts:
        for other, name, _ in catalogue.sharing(event.contexts, catalogue.size):
            shared[other].append(name)
        # Rows are in order of time, so the newest has the highest.
        rows = sorted(shared.keys() - {row}, key=lambda other: (-len(shared[other]), -other))[:limit]
    else:
        near = index.vectors.search(index.vectors.take([row])[0], limit + 1)[0].tolist()
        rows = [other for other in near if other != row][:limit]
    return [
        Related(other.date, other.headline, tuple(shared[place]), other.path, other.id)
        for place, other in zip(rows, catalogue.events(rows), strict=True)
    ]


Others = Callable[[OpenIndex, Sequence[int]], list[list[Related]]]
"""The lists that are compared with Dateline's, for the events in some rows."""


def by_the_plain_rule(index: OpenIndex, rows: Sequence[int]) -> list[list[Related]]:
    """The plain rule's lists for the events in some rows."""
    events = index.catalogue.events(rows)
    return [plain(index, row, event, MOST_RELATED) for row, event in zip(rows, events, strict=True)]


def by_version(checkout: Path, root: Path) -> Others:
    """Has the version of the program that lies in a folder compute its lists, in a process of its own.

    Args:
        root: the folder of the index.
    """

    def lists(_: OpenIndex, rows: Sequence[int]) -> list[list[Related]]:
        script = Path(__file__).with_name("related_lists.py")
        answer = subprocess.run(
            [sys.executable, "-P", str(script), str(root.resolve()), str(MOST_RELATED)],
            input=json.dumps(list(rows)),
            env={**os.environ, "PYTHONPATH": str(checkout.resolve())},
            cwd=checkout,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        found = json.loads(answer.stdout)
        if Path(found["from"]) != checkout.resolve():
            raise click.UsageError(f"{checkout} holds no checkout of the program: {found['from']} answered instead")
        return [
            [Related(dt.date.fromisoformat(one["date"]), one["headline"], id=one["id"]) for one in others]
            for others in found["lists"]
        ]

    return lists


def pairs(index: OpenIndex, count: int, random_: random.Random, others: Others = by_the_plain_rule) -> list[Pair]:
    """Pairs for random events; one for which neither side finds anything is passed over."""
    rows = list(range(index.catalogue.size))
    random_.shuffle(rows)
    made: list[Pair] = []
    for start in range(0, len(rows), count):
        some = rows[start : start + count]
        for row, site in zip(some, others(index, some), strict=True):
            if len(made) == count:
                return made
            event = replace(index.catalogue.events([row])[0], related=())
            ours = computed(index, row, event, MOST_RELATED)
            if ours or site:
                first = random_.random() < 0.5
                made.append(Pair(event, (ours, site) if first else (site, ours), "A" if first else "B"))
    return made


def as_markdown(pairs: Sequence[Pair], *, with_shared: bool = True) -> str:
    """The pairs, numbered from 1, without a word of which list is whose.

    Args:
        with_shared: whether to show what each event shares with the one whose list it is in.
    """
    lines = [
        "For each event: which list would a reader of it rather see next to it, A or B?",
        "",
        "Good are earlier and later steps of the same story and events with a clear link to it. Rewordings of the",
        "event, near-copies of one another and strangers are not. Say for each list how many strangers it has.",
    ]
    for number, pair in enumerate(pairs, 1):
        event = pair.event
        lines += ["", f"## {number}. {event.date}", "", f"**{event.title}**"]
        if event.summary:
            lines += ["", event.summary]
        if event.contexts:
            lines += ["", f"Contexts: {', '.join(event.contexts)}"]
        for letter, others in zip("AB", pair.lists, strict=True):
            columns = ["date", "headline", *(["shared"] if with_shared else [])]
            lines += ["", f"List {letter}", "", _line(columns), _line(["---"] * len(columns))]
            cells = [[str(o.date), o.headline, ", ".join(o.contexts)][: len(columns)] for o in others]
            lines += map(_line, cells or [["", "(nothing)", ""][: len(columns)]])
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "".join("| " + cell.replace("|", "\\|") + " " for cell in cells) + "|"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("indexes", metavar="INDEX...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for pairs.md and key.json.")
@click.option("--count", default=20, show_default=True, help="Events of each index.")
@click.option("--seed", default=1, show_default=True, help="Chooses the events and the order of the lists.")
@click.option(
    "--before",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A checkout of another version: compare with its lists.",
)
def cli(indexes: tuple[Path, ...], out: Path, count: int, seed: int, before: Path | None) -> None:
    """Write pairs of lists of related events, and apart from them which list is whose."""
    random_ = random.Random(seed)
    made: list[Pair] = []
    for root in indexes:
        with closing(IndexFolder(root).open()) as index:
            made += pairs(index, count, random_, by_version(before, root) if before else by_the_plain_rule)
    out.mkdir(parents=True, exist_ok=True)
    (out / "pairs.md").write_text(as_markdown(made, with_shared=before is None), encoding="utf-8")
    key = [{"number": n, "event": pair.event.id, "ours": pair.ours} for n, pair in enumerate(made, 1)]
    (out / "key.json").write_text(json.dumps(key, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{len(made)} pairs in {out / 'pairs.md'}, the key in {out / 'key.json'}")


if __name__ == "__main__":
    sys.exit(run_command(cli, "python -m tests.benchmarks.related_blind", None))
