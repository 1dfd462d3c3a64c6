"""The sample's dates against another archive: `python -m tests.proofs.sample_dates ARCHIVE.jsonl.gz`.

Lists each event of the sample that falls within the archive's days with the archive's line that confirms its day, or
the reason why none does. A line confirms if it stands on the day or a day beside it (news is dated in UTC here and in
local time there, on the evening or on the morning after) and shares enough rare words, a rare name among them. A reason
counts before a line: somebody has read the lines. Exit status 1 if an event has neither.

News goes on for days, so that a date too late finds lines as well. A line is marked that has a better one within the
week before it: read those. The last figures say how many dates would be confirmed without a mark if they were wrong.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict, Field

from embeddings.archive import Report, read_archive
from embeddings.events import Event
from embeddings.sample import sample_path
from embeddings.sample.source import SourceEvent, read_source
from embeddings.stems import STOP_WORDS, stems
from tests.proofs.tables import Table

SOURCE = sample_path() / "source"
REASONS = "unconfirmed.toml"  # in SOURCE

# Chosen on the Current Events portal of 2002 to 2026, with every pair of an event and its best line read by a person:
# with a score of 9 and a name that at most one line in 33 has, four pairs do not fit, and their events have reasons.
LEAST_SCORE = 9.0
LEAST_NAME = math.log(33)
BESIDE = 0.5  # what a word of the event's summary and contexts counts, beside one of its headline
WEEK = 7

_STOP = frozenset(stems(" ".join(STOP_WORDS)))
_GAP = re.compile(r"[\W_]+")


class Reason(BaseModel):
    """Why no line confirms an event, in words for people."""

    model_config = ConfigDict(extra="forbid")

    date: dt.date
    wikipedia: str
    why: str = Field(min_length=20)


class _ReasonFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    events: list[Reason] = []


def read_reasons(path: Path) -> dict[tuple[dt.date, str], str]:
    """The reasons by day and Wikipedia title."""
    reasons = _ReasonFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).events
    return {(reason.date, reason.wikipedia): reason.why for reason in reasons}


@dataclass(frozen=True)
class Match:
    """A line that tells of an event.

    Attributes:
        score: the weight of the shared words, less where much is not shared.
        days_off: from the event's day to the line's.
    """

    line: Event
    score: float
    days_off: int


@dataclass(frozen=True)
class Finding:
    """What the archive says of an event's day; `before` is a better line, of the week before `match`."""

    match: Match | None
    before: Match | None = None


class Lines:
    """An archive's lines by day, what each of their words weighs and which of them are names."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._by_day: dict[dt.date, list[tuple[Event, frozenset[str]]]] = defaultdict(list)
        in_lines: Counter[str] = Counter()
        forms: Counter[str] = Counter()
        for event in events:
            text = " ".join((event.headline, event.summary or "", *event.topics))
            words = frozenset(stems(text)) - _STOP
            self._by_day[event.date].append((event, words))
            in_lines.update(words)
            forms.update(_GAP.split(text)[1:])  # the first word has a capital anyway
        count = sum(map(len, self._by_day.values()))
        self._weights = {word: math.log(count / lines) for word, lines in in_lines.items()}
        self._most = math.log(count + 1)  # of a word that no line has
        self._names = _names(forms)

    def covers(self, day: dt.date) -> bool:
        """Whether the day is within the archive's days."""
        return min(self._by_day) <= day <= max(self._by_day)

    def find(self, event: SourceEvent) -> Finding:
        """The best line on the event's day; without one, the best of the days beside it."""
        match = self._best(event, (0,)) or self._best(event, (-1, 1))
        if match is None:
            return Finding(None)
        before = self._best(event, range(match.days_off - WEEK, match.days_off))
        return Finding(match, before if before is not None and before.score > match.score else None)

    def _best(self, event: SourceEvent, days_off: Iterable[int]) -> Match | None:
        found = (match for off in days_off for match in self._of_day(event, off))
        return max(found, key=lambda match: match.score, default=None)

    def _of_day(self, event: SourceEvent, days_off: int) -> Iterable[Match]:
        headline = frozenset(stems(event.headline)) - _STOP
        all_words = headline | frozenset(stems(" ".join((event.summary, event.wikipedia, *event.contexts)))) - _STOP
        for line, words in self._by_day.get(event.date + dt.timedelta(days=days_off), ()):
            shared = all_words & words
            if max((self._weights[word] for word in shared & self._names), default=0.0) < LEAST_NAME:
                continue
            # Long lines cover the headline; of short lines, the event covers much.
            covered = max(
                self._weight(shared & headline) / (self._weight(headline) or 1.0),
                self._weight(shared) / (self._weight(words) or 1.0),
            )
            weight = self._weight(shared & headline) + BESIDE * self._weight(shared - headline)
            score = weight * math.sqrt(covered)
            if score >= LEAST_SCORE:
                yield Match(line, score, days_off)

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._weights.get(word, self._most) for word in words)


def _names(forms: Mapping[str, int]) -> frozenset[str]:
    """The stems that are written with a capital more often than not."""
    balance: Counter[str] = Counter()
    for form, times in forms.items():
        for word in stems(form):
            balance[word] += times if form[0].isupper() else -times
    return frozenset(word for word, times in balance.items() if times > 0)


def check(events: Sequence[SourceEvent], lines: Lines, reasons: Mapping[tuple[dt.date, str], str]) -> Table:
    """Print a line or a reason for each event that the archive's days cover; the table has the counts."""
    table = Table(f"{len(events)} events")
    covered = [event for event in events if lines.covers(event.date)]
    counts: Counter[str] = Counter()
    for event in sorted(covered, key=lambda event: (event.date, event.headline)):
        found = lines.find(event)
        reason = reasons.get((event.date, event.wikipedia))
        click.echo(f"{event.date} {event.headline}")
        if reason is not None:
            counts["a reason"] += 1
            click.echo(f"    no line: {reason}")
        elif (match := found.match) is not None:
            counts["on the day" if match.days_off == 0 else "within a day"] += 1
            click.echo(f"    {match.score:.0f} {match.line.date} {match.line.headline}")
            if found.before is not None:
                counts["marked"] += 1
                click.echo(f"    but before, {found.before.score:.0f} {found.before.line.date}: read both")
        told = f"{event.date} {event.wikipedia}: read the archive's lines around the day, then write one to {REASONS}"
        table.check("a line or a reason", reason is not None or found.match is not None, told)
    known = {(event.date, event.wikipedia) for event in events}
    for day, title in reasons:
        table.check("a reason has its event", (day, title) in known, f"{day} {title} is no event of the sample")
    table.figure("beyond the archive's days", str(len(events) - len(covered)))
    table.figure("confirmed on the day", str(counts["on the day"]))
    table.figure("confirmed within a day", str(counts["within a day"]))
    table.figure("of these, marked", str(counts["marked"]))
    table.figure("not confirmed, with a reason", str(counts["a reason"]))
    table.figure("not confirmed, without a reason", str(len(covered) - sum(counts.values()) + counts["marked"]))
    for days, name in ((-WEEK, "a week too early"), (3, "three days too late")):
        table.figure(f"dated {name}, confirmed unmarked", str(_confirmed_if_moved(covered, lines, days)))
    return table


def _confirmed_if_moved(events: Sequence[SourceEvent], lines: Lines, days: int) -> int:
    moved = (event.model_copy(update={"date": event.date + dt.timedelta(days=days)}) for event in events)
    findings = [lines.find(event) for event in moved]
    return sum(found.match is not None and found.before is None for found in findings)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("archive", type=click.Path(exists=True, path_type=Path))
def cli(archive: Path) -> None:
    """Check the sample's dates against ARCHIVE."""
    events = list(read_archive(archive, Report()))
    if not events:
        raise click.ClickException(f"{archive} holds no events that can be read")
    sys.exit(check(read_source(SOURCE), Lines(events), read_reasons(SOURCE / REASONS)).show())


if __name__ == "__main__":
    cli()
