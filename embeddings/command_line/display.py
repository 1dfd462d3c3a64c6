"""Answers of the index commands for people: rich in a terminal, plain text elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from embeddings.calendar_names import MONTHS
from embeddings.program import index_command, own_command
from embeddings.search.answers import is_after, is_before
from embeddings.text import clean, counted

if TYPE_CHECKING:
    # What an answer is made of is loaded by what makes it: here it would be loaded for every answer.
    from embeddings.archive.report import Report
    from embeddings.build.result import BuildResult
    from embeddings.build.update import UpdateResult
    from embeddings.dates import DateRange
    from embeddings.events import Event, Related
    from embeddings.index.folder import IndexFolder
    from embeddings.search.answers import Answer, DayAnswer
    from embeddings.search.evaluation import Silence
    from embeddings.search.on_this_day import DayCandidate
    from embeddings.search.stories import Story, StoryPlace

_PIPED = 80  # columns of what is meant to be read where there is no terminal
_READABLE = 100  # columns of a sentence that is easy to read
_INDENT = 3 * " "
_SHOWN_DAYS = 100  # events of a long range; JSON has them all


def _console() -> Console:
    # What an archive or a user named is printed as it stands: "[red]" is no colour and ":smile:" no picture.
    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        return console
    # Where the output is no terminal, lines are for grep: one event must not be broken into several.
    return Console(highlight=False, markup=False, emoji=False, width=10_000, soft_wrap=True)


def day_range(dates: DateRange) -> str:
    """`2015-12-23`, or `2015-12-01 to 2015-12-31`."""
    return str(dates.first) if dates.first == dates.last else f"{dates.first} to {dates.last}"


def show_question(question: str) -> None:
    """One of several questions, above its answer."""
    _console().print(Text(f"\n? {clean(question)}", style="bold"))


def show_answer(answer: Answer) -> None:
    """The events for a question, best first, those outside its dates under a heading of their own."""
    console = _console()
    for each in answer.corrected:
        console.print(
            f"in English: {each.read}" if answer.language else f'for {each.read}: the archive has no "{each.typed}"'
        )
    if answer.dates:
        console.print(f"dates understood: {', '.join(map(day_range, answer.dates))}")
    if not answer.hits:
        console.print(_nothing_fits(answer))
    number = 0
    for place, (is_outside, hits) in enumerate(answer.groups):
        if is_outside or place:
            where = "outside" if is_outside else "within"
            console.print(Text(f"{where} {' and '.join(map(day_range, answer.dates))}", style="bold"))
        for hit in hits:
            number += 1
            _print_event(console, hit.event, f"{number}. ", f"score {hit.score:.2f}")
    if answer.story is not None:
        _print_story(console, "most of these are of one story", answer.story)
    console.print(Text(f"{_events(len(answer.hits))} in {answer.took_ms:,.0f} ms", style="dim"))


def _nothing_fits(answer: Answer) -> str:
    if is_before(answer.dates, answer.first):
        return f"nothing fits: the archive begins on {answer.first}"
    if is_after(answer.dates, answer.last):
        return f"nothing fits: the archive ends on {answer.last}"
    if answer.language:
        return (
            "nothing fits: the archive is in English; try names in Latin letters, a date, or English words, such as: "
            "earthquake Nepal 2015"
        )
    return "nothing fits: ask with what happened, where, to whom or when, such as: earthquake Nepal 2015"


def show_days(answer: DayAnswer) -> None:
    """The events of some days, or where the archive ends."""
    console = _console()
    console.print(f"{day_range(answer.dates)}: {_events(answer.total)}")
    if answer.after_the_end:
        console.print(f"the archive ends on {answer.last}")
    elif not answer.events and answer.nearest:
        console.print(f"the nearest days with events: {', '.join(map(str, answer.nearest))}")
    for event in answer.events[:_SHOWN_DAYS]:
        _print_event(console, event)
    if len(answer.events) > _SHOWN_DAYS:
        console.print(f"… and {len(answer.events) - _SHOWN_DAYS:,} more; --json gives them all")


def show_on_this_day(month: int, day: int, events: Sequence[Event]) -> None:
    """The day's events over the years."""
    console = _console()
    console.print(f"on {day} {MONTHS[month - 1]}: {_events(len(events))}")
    for event in events:
        _print_event(console, event)


def show_choice(month: int, day: int, chosen: Sequence[DayCandidate]) -> None:
    """The day's events over the years, and in a sentence why each was chosen; 80 columns where it is no terminal."""
    from embeddings.search.reasons import explanation

    console = _console()
    width = min(console.width, _READABLE) if console.is_terminal else _PIPED
    console.print(f"on {day} {MONTHS[month - 1]}: {_events(len(chosen))}")
    for each in chosen:
        line = Text(str(each.event.date), style="cyan").append("  ").append(each.event.headline, style="bold")
        line.truncate(width, overflow="ellipsis")
        console.print(line)
        for part in Text(explanation(each), style="dim").wrap(console, max(width - len(_INDENT), 1)):
            part.rstrip()
            console.print(Text(_INDENT).append(part))


def show_related(event: Event, others: Sequence[Related]) -> None:
    """What is related to an event."""
    console = _console()
    _print_event(console, event)
    console.print(counted(len(others), "related event"))
    for other in others:
        line = Text("  ").append(str(other.date), style="cyan").append(f"  {other.headline}")
        if other.contexts:
            line.append(f"  ({', '.join(other.contexts)})", style="dim")
        console.print(line)


def show_story(story: Story) -> None:
    """Print a story: title, days, and in order of time the events that carry it; an arrow marks the one asked about."""
    console = _console()
    days = str(story.first) if story.first == story.last else f"{story.first} to {story.last}"
    going_on = ", and it goes on" if story.going_on else ""
    console.print(Text(story.title, style="bold"))
    console.print(f"{days}, {_events(story.count)}{going_on}")
    for number, each in enumerate(story.carrying, 1):  # as the picture has them
        mark = "→" if each.event.id == story.asked else " "
        _print_event(console, each.event, f"{mark} {number}. ")
    if len(story.carrying) < story.count:
        console.print(f"… and {_events(story.count - len(story.carrying))} more; --json gives them all")
    for other in story.also:
        _print_story(console, "also", other)


def _print_story(console: Console, label: str, story: StoryPlace) -> None:
    """A line that names a story, and the id by which it is told."""
    facts = f"  {story.first} to {story.last}, {_events(story.count)}  {story.event_id}"
    console.print(Text(f"{label}: {story.title}").append(facts, style="dim"))


def show_range(dates: DateRange) -> None:
    """How a date expression is understood."""
    _console().print(f"{day_range(dates)} ({counted(dates.days, 'day')})")


def show_build(result: BuildResult, report: Report, file: Path | None) -> None:
    """What a build did, and the first of what it could not read."""
    console = _console()
    console.print(
        f"{_events(result.events)}: {result.new:,} new, {result.changed:,} changed, {result.unchanged:,} unchanged; "
        f"{result.removed:,} removed, {result.merged:,} merged, {result.rejected:,} rejected; {result.seconds:.1f} s"
    )
    if result.listed:
        added = f"; {_events(result.from_sample)} of the sample added" if result.from_sample else ""
        verb = "is" if result.listed == 1 else "are"
        console.print(f"{_events(result.listed)} {verb} named by lists of what is worth remembering{added}")
    for rejection in report.first:
        console.print(Text(f"  {rejection}"))
    if report.count > len(report.first):
        where = f"{file} lists them all" if file else "--report FILE lists them all"
        console.print(f"  … and {report.count - len(report.first):,} more; {where}")
    for note in report.notes:
        console.print(Text(f"  {note}"))


def show_next(result: BuildResult, folder: IndexFolder, named: Path | None) -> None:
    """Where an index was written, or that it stays, and what can be done with it.

    Args:
        named: the folder, if it is another than the config's.
    """
    option = "" if named is None else f"--index {named} "
    ask, on_discord = index_command(f"{option}ask earthquake in Japan"), own_command(f"setup {option}".rstrip())
    size = decimal(folder.manifest().bytes)
    where = f"nothing is new: {folder.root} stays as it is" if result.is_kept else f"written to {folder.root}"
    _console().print(f"{where} ({size}); ask it with `{ask}`, or put it on Discord with `{on_discord}`")


def _events(number: int) -> str:
    return counted(number, "event")


def show_update(result: UpdateResult, report: Report, file: Path | None) -> None:
    """What an update fetched, and what that made of the index."""
    _console().print(
        f"{counted(result.days, 'day')} looked at, {result.fetched:,} of them fetched, "
        f"in {counted(result.requests, 'request')}"
    )
    show_build(result, report, file)


def show_measures(measures: Mapping[str, Any], questions: int) -> None:
    """Search quality as a table."""
    table = Table("questions", "success@1", "success@5", "MRR@10", "recall@50")
    for kind, label in (("kw", "keywords"), ("nl", "sentences"), ("all", "all")):
        row = measures[kind]
        table.add_row(label, *(f"{row[name]:.3f}" for name in ("s1", "s5", "mrr10", "r50")))
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"{counted(questions, 'question')}, {measures['p50_ms']} ms at the median, {measures['p95_ms']} ms at p95"
    )


def show_silence(silence: Silence) -> None:
    """Two sentences on how often questions got no answer, and unanswerable ones got one."""
    console = _console()
    console.print(f"Of {counted(silence.questions, 'question')} with an answer, {silence.wrong_silences:.1%} got none.")
    console.print(f"Of {counted(silence.unanswerable, 'question')} with none, {silence.strangers:.1%} got events.")


def show_stats(found: Mapping[str, Any]) -> None:
    """What the index holds, a line each."""
    console = _console()
    for name, value in found.items():
        if value is None:
            continue
        console.print(f"{name:<12} {_figure(value)}")


def _figure(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{each} for {name}" for name, each in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


def _print_event(console: Console, event: Event, before: str = "", after: str = "") -> None:
    line = Text(before).append(str(event.date), style="cyan").append("  ").append(event.headline, style="bold")
    console.print(line)
    for text in _details(event, after):
        console.print(Text(f"   {text}", style="dim"))


def _details(event: Event, after: str) -> Iterable[str]:
    if event.withdrawn:
        yield f"withdrawn: seen on {event.withdrawn} to have been taken out of the archive"
    if event.summary:
        yield event.summary
    parts = [event.id]
    if event.topics or event.category:
        parts.append(" › ".join(event.topics or [event.category or ""]))
    if event.sources:
        parts.append(", ".join(source.name for source in event.sources))
    yield " · ".join([*parts, *([after] if after else [])])
