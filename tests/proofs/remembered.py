"""What lists name is found in an archive: `python -m tests.proofs.remembered [--archive ARCHIVE.jsonl.gz]`.

The sample's facts are told in other words, laid out as Wikipedia's articles on the days of the year and read as those
are; each must be joined to the sample's event that it is. Two different events of one day must never be joined: pairs
of the sample's that share a context are put on one day for that. The numbers of `embeddings.build.remembered` were
chosen on the odd days of the month; the even ones measure.

With an archive of Wikipedia's Current Events portal, 200 pairs of its events of one day must not be joined either:
drawn at random, of one topic, of one category and of one country. Last, it lists which of the archive's events each of
the sample's is joined to; whether that is right, people must say.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from embeddings.archive import Report, read_archive
from embeddings.archive.days import DAYS_OF_YEAR, Choice, DayOfYear, read_day_of_year
from embeddings.archive.report import PageReport
from embeddings.archive.shipped import LIST, shipped_events
from embeddings.build.joining import joined_days
from embeddings.build.staging import Staged
from embeddings.build.tellings import Vocabulary
from embeddings.events import Event
from embeddings.text import normalise
from tests.proofs.tables import Table
from tests.rewording import reworded

LEAST_RIGHT = 0.9
PAIRS = 200

_ARCHIVE, _ARTICLES = "archive", "articles"
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b")


@dataclass(frozen=True)
class Join:
    """An event of a list, and the archive's that it was joined to (None: it stays one of its own)."""

    entry: Event
    text: Event | None


def joins(texts: Iterable[Event], entries: Iterable[Event], list_name: str = DAYS_OF_YEAR) -> list[Join]:
    """What each entry of a list is joined to, in the order of their days."""
    by_day: dict[dt.date, list[Staged]] = defaultdict(list)
    for archive, events in ((_ARCHIVE, texts), (_ARTICLES, entries)):
        for number, event in enumerate(events, 1):
            by_day[event.date].append(Staged(event, fetched=False, archive=archive, telling=number))
    found: list[Join] = []
    for day in joined_days(sorted(by_day.items())):
        for place, staged in enumerate(day.read):
            if list_name in staged.event.lists:
                found.append(Join(staged.event, None))
            text = None if staged.event.lists else staged.event
            found += [Join(each.event, text) for each in day.named.get(place, ()) if list_name in each.event.lists]
    return found


# --- the sample in other words ----------------------------------------------------------------------------------------


def article(of: DayOfYear, events: Sequence[Event], rng: random.Random) -> tuple[str, list[str]]:
    """An article on a day of the year that tells of events in other words, and the headline of each bullet's event."""
    bullets: list[tuple[int, str, str]] = []
    for event in events:
        text = _NAME.sub(
            lambda name: f"[[{name[0]}]]" if rng.random() < 0.5 else name[0], reworded(event.headline, rng)
        )
        bullets.append((event.date.year, text, event.headline))
    bullets.sort()
    lines = [
        f"*[[{year}]] &ndash; {text}<ref>{{{{cite web |url=https://e.example/{of.day}}}}}</ref>"
        for year, text, _ in bullets
    ]
    return "\n".join(["{{Day}}", "==Events==", *lines, "==Births==", ""]), [headline for _, _, headline in bullets]


def reworded_lists(events: Sequence[Event], seed: int) -> Iterator[tuple[Event, Event]]:
    """Each event as a list tells of it, read from an article, and the event that it is."""
    rng = random.Random(seed)
    by_day: dict[tuple[int, int], list[Event]] = defaultdict(list)
    for event in events:
        by_day[event.date.month, event.date.day].append(event)
    for (month, day), told in sorted(by_day.items()):
        of = DayOfYear(month, day)
        text, headlines = article(of, told, rng)
        read = read_day_of_year(text, of, PageReport("an article", Report()), Choice())
        by_headline = {event.headline: event for event in told}
        yield from zip(read, (by_headline[headline] for headline in headlines), strict=True)


def check_rewordings(events: Sequence[Event], seed: int, table: Table) -> None:
    """Count how many rewordings are joined to their event."""
    pairs = list(reworded_lists(events, seed))
    right = {(entry.id, entry.headline): event for entry, event in pairs}
    found = joins(shipped_events(), (entry for entry, _ in pairs))
    table.check("every bullet is read and stays", len(found) == len(events), f"{len(found)} of {len(events)}")
    good = sum(join.text is not None and join.text.id == right[join.entry.id, join.entry.headline].id for join in found)
    wrong = [
        join for join in found if join.text is not None and join.text.id != right[join.entry.id, join.entry.headline].id
    ]
    table.check(f"at least {LEAST_RIGHT:.0%} are joined to their event", good >= LEAST_RIGHT * len(events), f"{good}")
    for join in wrong:
        table.check("none is joined to another", False, f"{join.entry.headline} / {join.text and join.text.headline}")
    table.figure("joined to their event", f"{good} of {len(events)} ({good / len(events):.1%})")
    table.figure("joined to another", str(len(wrong)))


# --- different events of one day --------------------------------------------------------------------------------------


def check_pairs(pairs: Iterable[tuple[Event, Event]], claim: str, table: Table) -> None:
    """Neither of two different events of one day may be taken for the other."""
    for one, other in pairs:
        listed = replace(one, lists=(DAYS_OF_YEAR,), paths=(), date=other.date)
        [join] = joins([other], [listed])
        table.check(claim, join.text is None, f"{other.date} {one.headline} / {other.headline}")


def of_one_context(events: Sequence[Event], seed: int) -> list[tuple[Event, Event]]:
    """Pairs that share a context, as if they were of one day."""
    rng = random.Random(seed)
    by_context: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        for name in event.contexts:
            by_context[name].append(event)
    pairs = {
        (one.id, other.id): (one, other) for of in by_context.values() for one, other in itertools.combinations(of, 2)
    }
    return rng.sample([pairs[key] for key in sorted(pairs)], PAIRS)


def of_an_archive(by_day: dict[dt.date, list[Event]], seed: int) -> Iterator[tuple[str, list[tuple[Event, Event]]]]:
    """Kinds of pairs of different events of one day, a quarter of `PAIRS` of each."""
    rng = random.Random(seed)
    vocabulary = Vocabulary(shipped_events())
    days = [day for day in sorted(by_day) if day.day % 2 == 0 and len(by_day[day]) > 1]

    def drawn(alike: str) -> list[tuple[Event, Event]]:
        found: list[tuple[Event, Event]] = []
        while len(found) < PAIRS // 4:
            groups: dict[object, list[Event]] = defaultdict(list)
            for event in by_day[rng.choice(days)]:
                keys: Iterable[object] = ("any",)
                if alike == "topic":
                    keys = event.topics[:1]
                elif alike == "category":
                    keys = (event.category,) if event.category else ()
                elif alike == "country":
                    keys = sorted(vocabulary.telling(event).countries)
                for key in keys:
                    groups[key].append(event)
            larger = [of for of in groups.values() if len(of) > 1]
            if larger:
                one, other = rng.sample(rng.choice(larger), 2)
                if normalise(one.headline) != normalise(other.headline):
                    found.append((one, other))
        return found

    for alike in ("any", "topic", "category", "country"):
        yield alike, drawn(alike)


# --- the sample and an archive ----------------------------------------------------------------------------------------


def show_joined(by_day: dict[dt.date, list[Event]], table: Table) -> None:
    """Print what each of the sample's events is joined to."""
    first, last = min(by_day), max(by_day)
    within = [event for event in shipped_events() if first <= event.date < last]
    near = {event.date + dt.timedelta(days=off) for event in within for off in (0, 1)}
    found = {join.entry.id: join.text for join in joins((e for day in near for e in by_day.get(day, ())), (), LIST)}
    for parity, days in ((1, "odd"), (0, "even")):
        of = [event for event in within if event.date.day % 2 == parity]
        click.echo(f"== of {days} days")
        for event in of:
            text = found.get(event.id)
            off = "" if text is None else f" +{(text.date - event.date).days} {text.headline}"
            click.echo(f"{event.date} {event.headline}\n    {off or 'stays by itself'}")
        joined = sum(event.id in found for event in of)
        table.figure(f"of the sample's, joined to the archive's, {days} days", f"{joined} of {len(of)}")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--archive", type=click.Path(exists=True, path_type=Path), help="Of the Current Events portal.")
@click.option("--seed", default=1, show_default=True)
def cli(archive: Path | None, seed: int) -> None:
    """Join what lists name to an archive's events."""
    table = Table("what lists name, and the events that it is")
    even = [event for event in shipped_events() if event.date.day % 2 == 0]
    check_rewordings(even, seed, table)
    check_pairs(of_one_context(even, seed), "two of the sample's stay two", table)
    if archive is not None:
        by_day: dict[dt.date, list[Event]] = defaultdict(list)
        for event in read_archive(archive, Report()):
            by_day[event.date].append(event)
        for alike, pairs in of_an_archive(by_day, seed):
            check_pairs(pairs, f"two of a day stay two ({alike} alike)", table)
        show_joined(by_day, table)
    sys.exit(table.show())


if __name__ == "__main__":
    cli()
