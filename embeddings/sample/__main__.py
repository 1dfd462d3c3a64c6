"""`python -m embeddings.sample` writes the sample's pages from its source files, and says what the archive holds."""

from __future__ import annotations

import calendar
import datetime as dt
import shutil
import sys
from collections import Counter, defaultdict
from dataclasses import replace

import click

from embeddings.archive import Report, read_archive
from embeddings.archive.shipped import events_path
from embeddings.archive.writing import write_archive
from embeddings.build.merging import group_day, merge
from embeddings.command_line.running import run_command
from embeddings.events import Event, event_json
from embeddings.sample import ATTRIBUTION, sample_path
from embeddings.sample.source import as_events, read_source


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--count-only", is_flag=True, help="Only print the counts; write nothing.")
def cli(count_only: bool) -> None:
    """Write the sample archive's pages from its source files and print what it holds."""
    root = sample_path()
    sources = read_source(root / "source")
    events = as_events(sources)
    if not count_only:
        shutil.rmtree(root / "news", ignore_errors=True)
        pages, days = write_archive(root, events, ATTRIBUTION)
        lines = (event_json().dump_json(event, exclude_defaults=True).decode() for event in as_read())
        events_path().write_text("".join(f"{line}\n" for line in lines), "utf-8")
        click.echo(f"{pages} pages and {days} day indexes written")
    days_of_year = {(event.date.month, event.date.day) for event in events}
    wanted = {(month, day) for month in range(1, 13) for day in range(1, calendar.monthrange(2024, month)[1] + 1)}
    click.echo(f"events           {len(events)}")
    click.echo(f"days covered     {len(days_of_year)} of {len(wanted)}")
    click.echo(f"by continent     {_shares(Counter(source.continent for source in sources))}")
    click.echo(f"by field         {_shares(Counter(source.field for source in sources))}")
    click.echo(f"by century       {_shares(Counter(f'{event.date.year // 100}00s' for event in events))}")
    click.echo(f"without related  {sum(not event.related for event in events)}")
    click.echo(f"three or more    {sum(len(event.related) >= 3 for event in events)}")
    click.echo(f"no address       {sum(source.url is None for event in events for source in event.sources)}")


def as_read() -> list[Event]:
    """The events as read from the written pages, duplicates merged, in order of time; without links to each other."""
    by_day: dict[dt.date, list[Event]] = defaultdict(list)
    for event in read_archive(sample_path(), Report()):
        by_day[event.date].append(event)
    groups = ([told[place] for place in group] for _, told in sorted(by_day.items()) for group in group_day(told))
    return [replace(merge(group), related=()) for group in groups]


def _shares(counts: Counter[str]) -> str:
    total = counts.total()
    return ", ".join(f"{name} {count} ({count / total:.0%})" for name, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(run_command(cli, "python -m embeddings.sample", None))
