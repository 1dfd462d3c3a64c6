"""What users read about what can be asked, and about the program itself."""

from __future__ import annotations

import re
from importlib.metadata import metadata

from bot.local_dates import DEFAULT_LOCALE, date_range, day_of_year
from embeddings.dates import DateRange
from embeddings.search.examples import Example, Kind

HELP_COMMAND = "What you can ask, with examples that this archive answers"
RANDOM_COMMAND = "An event that mattered, drawn at random"
RANDOM_DAY = "Of a day such as 20 July, or a date, month or year: 2015-12-23, july 2015, 1969"
RANDOM_TOPIC = "Of a topic of this archive"
PRIVATE = "Show the answer to you alone"

HEADING = "## What you can ask"
COMMANDS = """\
**/ask** a question or a few words, with or without a date
**/event** the events of a day, month or range
**/onthisday** what happened on a day over the years
**/related** an event with what is related to it
**/story** how something came about, and what came of it
**/random** an event that mattered, of a day or topic if you like
**/about** what the archive holds, and whose text it is
Or right-click a message: Apps, **Find related events**"""
TRY = "**Try one of these**\n-# The answer comes to you alone."
CONSOLE_TRY = "Try one of these:"
CONTACT = "Something is wrong? Tell the people who run this bot, with the reference that an error names:"
ANOTHER = "Another"


def example(found: Example, locale: str = DEFAULT_LOCALE) -> str:
    """What an example asks, as a button says it."""
    match found.kind:
        case Kind.DATE:
            return date_range(DateRange(found.date, found.date), locale)
        case Kind.DAY:
            return day_of_year(found.date.month, found.date.day, locale)
        case _:
            return found.text


def typed(found: Example) -> str:
    """An example as it is typed."""
    match found.kind:
        case Kind.DATE:
            return f"/event {found.date.isoformat()}"
        case Kind.DAY:
            return f"/onthisday {found.date:%m-%d}"
        case _:
            return f"/ask {found.text}"


def program(version: str, source: str = "") -> str:
    """Whose the program is, and where it is from.

    Args:
        source: the address of its source; "": what its package says, if it says anything.
    """
    about = metadata("dateline")
    licence = "".join(about.get_all("License-Expression") or [])
    named = [url for line in about.get_all("Project-URL") or [] for url in re.findall(r"https?://\S+", line)]
    where = source or next(iter(named), "")
    said = f"The program is Dateline {version}, free software{f' ({licence})' if licence else ''}."
    return f"{said} Source: <{where}>" if where else said


def none_at_random(narrowed: bool) -> str:
    """Why nothing was drawn."""
    return "The archive has no event of that day and topic." if narrowed else "The archive is empty."


ONLY_ONE = "That is the only event of its day and topic that mattered as much."
