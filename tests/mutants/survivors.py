"""What became of the mutants: a table of modules and rooms, and a list of what was not killed, by sort and kind."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.kinds import EQUAL, LACK, LENGTHS, SPEED, SQL_CASE, WORDS, Change
from tests.mutants.made import Verdict

EQUIVALENT = Path(__file__).parent / "equivalent.toml"

_WIDTH = 36  # of the first column


@dataclass(frozen=True)
class Tried:
    """A mutant that was tried; `change` says what it does, of those that were not killed."""

    room: str
    module: str
    verdict: Verdict
    change: Change | None


@dataclass(frozen=True)
class Argued:
    """A fault of which it was argued by hand why no test could notice it, or only one of the time that is taken."""

    file: str
    function: str
    before: str
    after: str
    why: str
    only: str = ""

    def says(self, change: Change) -> bool:
        ours = (self.file, self.function, self.before, self.after)
        return ours == (change.file, change.function, change.before, change.after)


def report(tried: Sequence[Tried], untried: Mapping[str, int], seconds: Mapping[str, float], path: Path) -> str:
    """Write the tables and the list of what was not killed into a file.

    Args:
        untried: how many of each module are not tried yet.
        seconds: that each room took by the clock, with its run without a fault.

    Returns:
        The tables.
    """
    with EQUIVALENT.open("rb") as file:
        argued = [Argued(**entry) for entry in tomllib.load(file).get("equivalent", [])]
    sorts = {id(one): _sort(one, argued) for one in tried}
    tables = "\n".join((*_modules(tried, untried, sorts), "", *_rooms(tried, seconds)))
    head = [
        "# What the tests do not notice",
        "",
        "Written by `make mutants`. Of a fault that is equal in meaning, or that changes a message or",
        "the time alone, nobody would miss the test; where tests lack, a line may be worth one.",
        "",
        "```text",
        tables,
        "```",
    ]
    path.write_text("\n".join((*head, *_listed(tried, sorts, argued))) + "\n", "utf-8")
    return tables


def _sort(one: Tried, argued: Sequence[Argued]) -> str:
    if one.change is None:
        return "killed"
    if one.verdict.outcome == "timed out":
        return "timed out"
    found = next((entry for entry in argued if entry.says(one.change)), None)
    if found is None:
        return one.change.sort
    return SPEED if found.only == "speed" else EQUAL


def _modules(tried: Sequence[Tried], untried: Mapping[str, int], sorts: Mapping[int, str]) -> Iterator[str]:
    """What became of the mutants of each module.

    The share that was killed is told where all were tried: after a change, those that were killed before are not tried
    again, so that the others are most of what is left.
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in tried:
        counts[one.module][sorts[id(one)]] += 1
    shown = {"killed": "killed", EQUAL: "equal", WORDS: "words", SPEED: "speed", LACK: "lack", "timed out": "timed out"}
    yield f"{'':{_WIDTH}}{'mutants':>9}" + "".join(f"{name:>11}" for name in (*shown.values(), "untried", "killed %"))
    for module, number in untried.items():
        counts[module]["untried"] = number
    total: Counter[str] = sum(counts.values(), Counter())
    for name, count in (*counts.items(), ("all", total)):
        cells = "".join(f"{count[sort]:>11,}" for sort in (*shown, "untried"))
        share = "" if count["untried"] else f"{100 * count['killed'] / (count.total() or 1):.1f}"
        yield f"{name:{_WIDTH}}{count.total():>9,}{cells}{share:>11}"


def _rooms(tried: Sequence[Tried], seconds: Mapping[str, float]) -> Iterator[str]:
    """What each room took: a mutant as long as its own process, the clock with the run without a fault."""
    yield f"{'':{_WIDTH}}{'mutants':>9}{'processor, s':>14}{'each':>8}{'clock, min':>12}"
    processor: dict[str, list[float]] = {room: [] for room in seconds}
    for one in tried:
        processor[one.room].append(one.verdict.processor)
    for room, took in (*processor.items(), ("all", [each for some in processor.values() for each in some])):
        minutes = seconds.get(room, sum(seconds.values())) / 60
        yield f"{room:{_WIDTH}}{len(took):>9,}{sum(took):>14,.0f}{sum(took) / (len(took) or 1):>8.2f}{minutes:>12.1f}"


def _listed(tried: Iterable[Tried], sorts: Mapping[int, str], argued: Sequence[Argued]) -> Iterator[str]:
    """What was not killed: by sort, then by kind, the commonest kind first."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one, change in sorted(
        ((one, one.change) for one in tried if one.change is not None), key=lambda pair: (pair[1].file, pair[1].line)
    ):
        why = next((f" — {entry.why}" for entry in argued if entry.says(change)), "")
        unreached = " (no test of its room reaches it)" if one.verdict.outcome == "no tests" else ""
        found[sorts[id(one)]][change.kind].append(f"- {change}{why}{unreached}")
    for sort in (LACK, "timed out", SPEED, WORDS, EQUAL):
        kinds = found[sort]
        yield from ("", f"## {sort.capitalize()}: {sum(map(len, kinds.values()))}")
        for kind, lines in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
            yield from ("", f"### {kind[0].upper()}{kind[1:]}: {len(lines)}", "")
            if kind in (SQL_CASE, LENGTHS):  # a rule knows them all
                places = Counter(line.removeprefix("- ").partition(":")[0] for line in lines)
                yield from (f"- {place}: {number}" for place, number in places.items())
            else:
                yield from lines
