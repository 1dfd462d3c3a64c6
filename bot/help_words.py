"""What users read about what can be asked, and about the program itself."""

from __future__ import annotations

import re
from importlib.metadata import metadata

from bot.command_words import FIND_RELATED_MENU
from bot.language import MENU, Text, later, pgettext, plater
from bot.language import gettext as _
from bot.local_dates import date_range, day_of_year
from embeddings.dates import DateRange
from embeddings.search.examples import Example, Kind

# Translators: heading of a card; keep the ## at its beginning.
HEADING = later("## What you can ask")
# Translators: {menu} is "Find related events" in your language. Keep the commands and the marks ** as they are.
COMMANDS = later("""\
**/ask** a question or a few words, with or without a date
**/event** the events of a day, month or range
**/onthisday** what happened on a day over the years
**/related** an event with what is related to it
**/story** how something came about, and what came of it
**/random** an event that mattered, of a day or topic if you like
**/about** what the archive holds, and whose text it is
Or right-click a message: Apps, **{menu}**""")
# Translators: above some buttons; keep the marks ** and, at the beginning of the second line, -#.
TRY = later("**Try one of these**\n-# The answer comes to you alone.")
CONSOLE_TRY = "Try one of these:"
# Translators: before an address.
CONTACT = later("Something is wrong? Tell the people who run this bot, with the reference that an error names:")
# Translators: button for another event, drawn at random.
ANOTHER = plater("button", "Another")


def commands() -> str:
    """What each command does."""
    return _(COMMANDS.message, menu=pgettext(MENU, FIND_RELATED_MENU))


def example(found: Example) -> str:
    """What an example asks, as a button says it."""
    match found.kind:
        case Kind.DATE:
            return date_range(DateRange(found.date, found.date))
        case Kind.DAY:
            return day_of_year(found.date.month, found.date.day)
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
    if licence:
        # Translators: {licence} is the name of a licence, such as MIT.
        said = _("The program is Dateline {version}, free software ({licence}).", version=version, licence=licence)
    else:
        said = _("The program is Dateline {version}, free software.", version=version)
    if not where:
        return said
    # Translators: the address of the program's source.
    source_of_it = _("Source: {address}", address=f"<{where}>")
    return f"{said} {source_of_it}"


def none_at_random(narrowed: bool) -> Text:
    """Why nothing was drawn."""
    return later("The archive has no event of that day and topic.") if narrowed else later("The archive is empty.")


ONLY_ONE = later("That is the only event of its day and topic that mattered as much.")
