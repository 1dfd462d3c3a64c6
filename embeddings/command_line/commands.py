"""Build, check and query an index from the command line: `python -m embeddings COMMAND`.

Importing this costs little; what a command needs is imported when it runs.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from embeddings.command_line.json_output import print_json, range_as_dict
from embeddings.command_line.options import (
    Context,
    Day,
    WebAddress,
    accept_removals_option,
    answers,
    days_option,
    limit_option,
    opened_for_writing,
    report_option,
    shared_options,
    today_option,
    unanswerable_option,
)
from embeddings.command_line.running import run_command
from embeddings.errors import InputError
from embeddings.program import index_command
from embeddings.text import counted

if TYPE_CHECKING:
    from embeddings.search.answers import Answer


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@shared_options
@click.version_option(package_name="dateline", message="%(version)s")
@click.pass_context
def cli(ctx: click.Context, index: Path | None, config: Path | None) -> None:
    """Build, check and query an index of news events."""
    ctx.obj = Context(config=config, index=index)


@cli.command(short_help="Read archives and write the index.")
@click.argument("archives", metavar="ARCHIVE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", help="A sentence-transformers model: a name or a folder.  [default: the index's own]")
@report_option
@accept_removals_option
@answers
def build(
    context: Context, archives: tuple[Path, ...], model: str | None, report: Path | None, accept_removals: bool
) -> None:
    """Read archives and write the index: folders of Markdown pages, .jsonl, .json, .csv and .tsv files, and dumps of
    MediaWiki in XML; a file may be packed by bzip2, gzip, xz or Zstandard.

    Afterwards the index holds what the named archives hold. Events that did not change are not encoded again. Where the
    same archives as last time have lost more than a tenth of what the index holds of them, it is left as it is.
    """
    from embeddings.archive import Report
    from embeddings.build.run import build_index
    from embeddings.command_line import display
    from embeddings.command_line.progress import ProgressDisplay
    from embeddings.index.threads import compute_alone

    compute_alone()
    settings = context.settings()
    with opened_for_writing(report) as file, ProgressDisplay() as progress:
        rejections = Report(file)
        result = build_index(
            context.folder(),
            archives,
            context.encoder(model),
            rejections,
            progress=progress,
            way=settings.index.encoder,
            accept_removals=accept_removals,
            births_and_deaths=settings.archive.births_and_deaths,
            sample=settings.archive.sample,
        )
    if context.as_json:
        print_json(result.as_dict())
    else:
        display.show_build(result, rejections, report)
        display.show_next(result, context.folder(), context.index)


@cli.command(short_help="Fetch new and edited days of Wikipedia's portal.")
@click.option("--since", type=Day(), help="Look at every day from this one on.  [default: new days, and those due]")
@click.option("--until", type=Day(), help="Look at no day after this one.  [default: today, UTC]")
@click.option("--api", type=WebAddress(), help="The api.php of another wiki.  [default: the config's]")
@days_option
@report_option
@accept_removals_option
@answers
def update(
    context: Context,
    since: dt.date | None,
    until: dt.date | None,
    api: str | None,
    days: bool | None,
    report: Path | None,
    accept_removals: bool,
) -> None:
    """Fetch days of Wikipedia's Current Events portal that are new or were edited, and write the index.

    What the index holds of other archives stays. A day is looked at each time for two weeks, then the rarer the older
    it is. Where most of the days have lost their events at once, nothing of them is withdrawn. An update that broke off
    goes on where it stopped. Wikipedia's days of the year are fetched with --days, and from then on every time.
    """
    import asyncio

    from embeddings.archive import Report
    from embeddings.build.run import Build
    from embeddings.build.update import Span, updating
    from embeddings.command_line import display
    from embeddings.command_line.progress import ProgressDisplay
    from embeddings.index.threads import compute_alone
    from embeddings.wiki.client import wiki_client

    compute_alone()
    settings = context.settings()
    with opened_for_writing(report) as file, ProgressDisplay() as progress:
        rejections = Report(file)
        work = Build(
            context.folder(),
            context.encoder(),
            rejections,
            progress,
            settings.index.encoder,
            accept_removals=accept_removals,
            births_and_deaths=settings.archive.births_and_deaths,
            sample=settings.archive.sample,
        )
        of_the_year = days if days is not None else (settings.archive.days_of_the_year or None)
        with updating(work, Span(since, until, of_the_year)) as under_way:
            asyncio.run(under_way.fetch(lambda: wiki_client(api or settings.archive.api, settings.archive.contact)))
            result = under_way.write()
    if context.as_json:
        print_json(result.as_dict())
    else:
        display.show_update(result, rejections, report)
        display.show_next(result, context.folder(), context.index)


@cli.command(short_help="Find the events that a question is about.")
@click.argument("query", nargs=-1, required=True)
@click.option("--from", "first", metavar="DATE", help="Only events of this day or later.")
@click.option("--to", "last", metavar="DATE", help="Only events of this day or earlier.")
@limit_option
@today_option
@answers
def ask(
    context: Context, query: tuple[str, ...], first: str | None, last: str | None, limit: int, today: dt.date
) -> None:
    """Find the events that a question is about: ask civilian deaths Russia.

    With - as the question, a question is read from each line of standard input, and answered in order.
    """
    from embeddings.search.questions import check_question, search_window

    many = query == ("-",)
    if many and sys.stdin is None:  # as in a process whose parent has closed it
        raise InputError("the standard input is closed; pipe questions into it, one a line, or ask one as an argument")
    question = "" if many else check_question(" ".join(query))
    within = search_window(first, last, today)
    with context.search(question or "a question") as search:
        from embeddings.command_line.asking import ask_each, lines, show  # while the model is made ready

        search.warm_up(question or "a question")

        def answered(text: str) -> Answer:
            return search.with_story(search.ask(text, today, within=within, limit=limit))

        if many:
            ask_each(lines(sys.stdin.buffer), answered, as_json=context.as_json)
        else:
            show(answered(question), as_json=context.as_json)


@cli.command(short_help="List the events of a day, month or range.")
@click.argument("date", nargs=-1, required=True)
@today_option
@answers
def event(context: Context, date: tuple[str, ...], today: dt.date) -> None:
    """List the events of a day, month or range: event 2015-12-23."""
    from embeddings.dates import parse_range
    from embeddings.events import event_as_dict

    dates = parse_range(" ".join(date), today)
    with context.look_up_events() as index:
        answer = index.days(dates)
        if context.as_json:
            print_json(
                {
                    **range_as_dict(dates),
                    "total": answer.total,
                    "events": [event_as_dict(event) for event in answer.events],
                    "archive": {
                        "first": answer.first and answer.first.isoformat(),
                        "last": answer.last and answer.last.isoformat(),
                    },
                }
            )
        else:
            from embeddings.command_line import display

            display.show_days(answer)


@cli.command(short_help="The day's best events over the years.")
@click.argument("day", metavar="[MM-DD]", nargs=-1)
@limit_option
@today_option
@click.option("--explain", is_flag=True, help="Say why each event was chosen.")
@answers
def onthisday(context: Context, day: tuple[str, ...], limit: int, today: dt.date, explain: bool) -> None:
    """The day's best events over the years: onthisday 12-23."""
    from embeddings.dates import parse_day_of_year
    from embeddings.events import event_as_dict

    month, number = parse_day_of_year(" ".join(day), today) if day else (today.month, today.day)
    with context.look_up() as index:
        chosen = index.choice(month, number, limit)
        if context.as_json:
            from embeddings.search.reasons import reasons_as_dict

            shown = [
                {**event_as_dict(each.event), **({"why": reasons_as_dict(each)} if explain else {})} for each in chosen
            ]
            print_json({"day": f"{month:02}-{number:02}", "events": shown})
            return
        from embeddings.command_line import display

        if explain:
            display.show_choice(month, number, chosen)
        else:
            display.show_on_this_day(month, number, [each.event for each in chosen])


@cli.command(short_help="Events related to one event.")
@click.argument("event_id", metavar="ID")
@answers
def related(context: Context, event_id: str) -> None:
    """Events related to one event: the archive's own links first, then computed ones."""
    from embeddings.events import related_as_dict

    with context.look_up() as index:
        found = index.event(event_id)
        others = index.related(event_id)
        if context.as_json:
            withdrawn = {"withdrawn": True} if found.withdrawn else {}
            print_json({"id": found.id, "related": [related_as_dict(other) for other in others], **withdrawn})
        else:
            from embeddings.command_line import display

            display.show_related(found, others)


@cli.command(short_help="How it came to an event, and what came of it.")
@click.argument("text", metavar="ID|TOPIC|WORDS", nargs=-1, required=True)
@today_option
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw it over time, too.")
@answers
def story(context: Context, text: tuple[str, ...], today: dt.date, png: Path | None) -> None:
    """Tell the story that an event belongs to, or that a topic or words name: story Syrian civil war.

    It shows the events that carry it, in order of time; with --json all of its events.
    """
    from embeddings.command_line.telling import tell

    with context.search() as search:
        tell(search, " ".join(text), today, as_json=context.as_json, png=png)


@cli.command(short_help="Print one event as a Markdown page.")
@click.argument("event_id", metavar="ID")
@answers
def page(context: Context, event_id: str) -> None:
    """Print one event as a Markdown page in the archive's layout."""
    from embeddings.archive.layout import address
    from embeddings.archive.writing import write_page

    with context.look_up_events() as index:
        found = index.event(event_id)
    text = write_page(found)
    if context.as_json:
        print_json({"id": found.id, "path": address(found), "page": text})
    else:
        click.echo(text, nl=False)


@cli.command(short_help="Write the whole index as a Markdown archive.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@answers
def export(context: Context, folder: Path) -> None:
    """Write the whole index as a Markdown archive into an empty folder, or over an earlier export."""
    from embeddings.build.export import export_archive
    from embeddings.command_line.progress import ProgressDisplay

    with context.opened() as index, ProgressDisplay() as progress:
        pages, days = export_archive(index.catalogue, folder, progress)
    if context.as_json:
        print_json({"pages": pages, "days": days})
    else:
        both = f"{counted(pages, 'page')} and {counted(days, 'day index', 'day indexes')}"
        click.echo(f"{both} written to {folder}")


@cli.command(short_help="Say how a date expression is understood.")
@click.argument("expression", nargs=-1, required=True)
@today_option
@answers
def dates(context: Context, expression: tuple[str, ...], today: dt.date) -> None:
    """Say how a date expression is understood: dates late 2016."""
    from embeddings.dates import parse_range

    found = parse_range(" ".join(expression), today)
    if context.as_json:
        print_json(range_as_dict(found))
    else:
        from embeddings.command_line import display

        display.show_range(found)


@cli.command(short_help="Measure how well questions find their events.")
@click.argument("queries", metavar="QUERIES.jsonl", type=click.Path(path_type=Path))
@click.option("--rows", type=click.Path(path_type=Path), help="Write a JSON line a question.")
@unanswerable_option
@today_option
@answers
def evaluate(context: Context, queries: Path, rows: Path | None, unanswerable: Path | None, today: dt.date) -> None:
    """Measure how well questions find their events. A line of the file has an event's id and two questions, such as:

    \b
    {"id": "1969-07-20-ed7eb122", "kw": "moon landing", "nl": "When did people walk on the Moon?"}
    """
    from embeddings.command_line.measuring import measure

    measure(context, queries, rows, unanswerable, today)


@cli.command(short_help="Say what the index holds.")
@answers
def stats(context: Context) -> None:
    """Say what the index holds."""
    from embeddings.archive.last_updated import last_updated
    from embeddings.model import languages

    folder = context.folder()
    manifest, updated = folder.manifest(), last_updated(folder.fetched)
    export = manifest.model.export
    found = {
        "events": manifest.events,
        "days": manifest.days,
        "first": manifest.first and manifest.first.isoformat(),
        "last": manifest.last and manifest.last.isoformat(),
        "model": manifest.model.name,
        "dimension": manifest.model.dimension,
        "encoders": export and {"events": export.for_texts, "questions": export.for_questions},
        "languages": languages.in_use(),
        "bytes": manifest.bytes,
        "built": manifest.built.isoformat(),
        "updated": updated and updated.isoformat(timespec="seconds"),
        "attributions": list(manifest.attributions),
    }
    if context.as_json:
        print_json(found)
    else:
        from embeddings.command_line import display

        display.show_stats(found)


@cli.command(short_help="Look whether the index is sound.")
@answers
def verify(context: Context) -> None:
    """Hash every file of the index and check its parts against each other; exit status 1 if something is wrong."""
    from embeddings.archive.fetched import problems as problems_of_fetched_days

    folder = context.folder()
    problems = [*folder.problems(), *problems_of_fetched_days(folder.fetched)]
    if context.as_json:
        print_json({"ok": not problems, "problems": problems})
    elif problems:
        for problem in problems:
            click.echo(problem)
    else:
        click.echo(f"the index in {folder.root} is sound")
    if problems:
        raise SystemExit(1)


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; returns the exit status: 0 answered, 1 the work failed or damage was found, 2 bad input."""
    return run_command(cli, index_command(), arguments)
