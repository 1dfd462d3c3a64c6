"""How well questions are answered as users see it: `python -m tests.benchmarks.asked --index INDEX FILE…`.

Every question of every file is asked through `python -m embeddings ask - --json`, silence included, and compared with
what is right. A file is one of:

- `.jsonl` with `question`, `class`, `gold` (ids) and perhaps `from`, `to`, `pattern`: an event of those days whose text
  has the pattern is right, too;
- `.jsonl` with `plain` and `dated`, the same question without and with its date, and `gold`;
- `.jsonl` with `id`, `kw` and `nl`, as `evaluate` reads it;
- `.tsv` with a question, days (`2015-01-07..2015-01-08|…`) and a pattern;
- `.txt` with a question a line that nothing answers: silence is right.

A rewording of a right event is right, too. Prints for each file and class the shares of questions with a right event
first and among the first five, with the 95 % interval, and how many get no events.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from embeddings.events import Event
from embeddings.index.catalogue import Catalogue
from embeddings.index.folder import IndexFolder
from embeddings.search.evaluation import is_right
from tests.benchmarks.anniversaries import interval

FIVE = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is right.

    Attributes:
        gold: ids of right events.
        days: pairs of first and last days; with `pattern`, events of these whose text has it are right.
        is_answerable: whether anything is right.
    """

    question: str
    of_class: str
    gold: tuple[str, ...] = ()
    days: tuple[tuple[str, str], ...] = ()
    pattern: re.Pattern[str] | None = None
    is_answerable: bool = True
    reworded: list[Event] = field(default_factory=list)

    def is_right(self, event: Mapping[str, Any]) -> bool:
        """Whether an event, as `ask --json` gives it, is right."""
        if event["id"] in self.gold:
            return True
        text = " ".join([*event["topics"], event["headline"], event["summary"] or ""])
        in_days = any(first <= event["date"] <= last for first, last in self.days)
        if in_days and self.pattern is not None and self.pattern.search(text):
            return True
        found = Event(date=dt.date.fromisoformat(event["date"]), headline=event["headline"], id=event["id"])
        return any(is_right(found, right) for right in self.reworded)


def read_questions(path: Path) -> list[Asked]:
    """The questions of a file."""
    lines = [line for line in path.read_text("utf-8").split("\n") if line.strip()]
    if path.suffix == ".txt":
        return [Asked(line, "unanswerable", is_answerable=False) for line in lines]
    if path.suffix == ".tsv":
        return [_of_columns(*line.split("\t")) for line in lines if not line.startswith("#")]
    return [asked for line in lines for asked in _of_record(json.loads(line))]


def _of_columns(question: str, days: str, pattern: str) -> Asked:
    spans = [tuple(span.split("..")) for span in days.split("|")]
    return Asked(question, "kind and period", (), tuple((span[0], span[-1]) for span in spans), _pattern(pattern))


def _of_record(record: Mapping[str, Any]) -> Iterator[Asked]:
    if "question" in record and "class" in record:
        days = ((record["from"], record["to"]),) if record.get("from") else ()
        pattern = _pattern(record["pattern"]) if record.get("pattern") else None
        yield Asked(record["question"], record["class"], tuple(record["gold"]), days, pattern)
    elif "plain" in record:
        yield from (Asked(record[kind], kind, tuple(record["gold"])) for kind in ("plain", "dated"))
    else:
        yield from (Asked(record[kind], kind, (record["id"],)) for kind in ("kw", "nl"))


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def ask_all(index: Path, questions: Sequence[Asked], today: str) -> list[list[dict[str, Any]]]:
    """The events that each question is answered by, through the command line."""
    command = [sys.executable, "-m", "embeddings", "--index", str(index), "ask", "-", "--json", "--today", today]
    text = "".join(f"{asked.question}\n" for asked in questions)
    ran = subprocess.run(command, input=text, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    return [answer.get("events", []) for answer in answers]


def with_rewordings(catalogue: Catalogue, questions: Sequence[Asked]) -> None:
    """Look up the events that are right, to know their rewordings."""
    for asked in questions:
        rows = [row for each in asked.gold if (row := catalogue.row(each)) is not None]
        asked.reworded.extend(catalogue.events(rows))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--index", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--today", default="2026-11-22", show_default=True)
@click.option("--rows", "rows_path", type=click.Path(path_type=Path), help="Write a JSON line a question.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(index: Path, today: str, rows_path: Path | None, files: Sequence[Path]) -> None:
    """Ask the questions of some files as users do."""
    questions = [(path.name, asked) for path in files for asked in read_questions(path)]
    with closing(IndexFolder(index).open()) as opened:
        with_rewordings(opened.catalogue, [asked for _, asked in questions])
    answers = ask_all(index, [asked for _, asked in questions], today)
    outcomes: dict[str, dict[str, list[tuple[bool, bool, bool]]]] = {}
    rows = []
    for (name, asked), events in zip(questions, answers, strict=True):
        right = [asked.is_right(event) for event in events[:FIVE]]
        first, among = (right[:1] == [True], any(right)) if asked.is_answerable else (not events, not events)
        for of_class in ("all", asked.of_class):
            outcomes.setdefault(name, {}).setdefault(of_class, []).append((first, among, not events))
        found = [{"id": event["id"], "headline": event["headline"], "score": event["score"]} for event in events]
        rank = right.index(True) + 1 if any(right) else None
        rows.append({"file": name, "class": asked.of_class, "query": asked.question, "rank": rank, "found": found})
    table = Table("file", "class", "questions", "first", "first five", "silent")
    for name, classes in outcomes.items():
        for of_class, hits in classes.items():
            if len(classes) > 2 or of_class == "all":  # two: all, and the only class
                shares = np.array(hits, float)
                cells = (interval(shares[:, 0]), interval(shares[:, 1]), f"{int(shares[:, 2].sum())}")
                table.add_row(name, of_class, f"{len(hits)}", *cells)
    Console(width=120).print(table)
    if rows_path is not None:
        rows_path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
