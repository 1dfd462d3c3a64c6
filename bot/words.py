"""The texts of answers; those of stories, errors, help, settings, commands and daily posts stand beside them.

Constants are of `language.Text`, functions make their texts in the language that is spoken when they are called.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.language import (
    ENGLISH,
    either,
    headed,
    later,
    listed,
    ngettext,
    number,
    parted,
    plater,
    quoted,
    separated,
    spoken,
)
from bot.language import gettext as _
from bot.local_dates import date_range, day_of_year, short_date
from bot.markup import isolated
from embeddings.dates import DateRange, parse_range
from embeddings.errors import InputError
from embeddings.search.answers import is_after, is_before
from embeddings.text import shorten

if TYPE_CHECKING:
    from bot.answers import About
    from embeddings.search.answers import DayAnswer

_MOST_NAMED = 3  # dates in a heading

# Translators: the example can be any question that news answer.
NOTHING_FITS = later(
    "Nothing in the archive fits. It holds news events: ask with what happened, where, to whom or when, "
    "such as: earthquake Nepal 2015."
)
# Translators: the answer to a question that was not asked in English. The example is English.
NOTHING_FITS_ABROAD = later(
    "Nothing in the archive fits. It is in English: try names in Latin letters, a date, or English words, "
    "such as: earthquake Nepal 2015."
)
NO_EVENTS_ON_THIS_DAY = later("The archive has no event on this day of any year.")
EVENT_REMOVED = later("This event is no longer in the archive.")
ANSWER_FORGOTTEN = later("This answer was last used too long ago and has been forgotten. Please ask again.")
ANSWER_AWAY = later(
    "The pages of this answer cannot be looked up just now. Please try again in a minute, or ask again."
)
NO_WORDS_IN_MESSAGE = later("This message has no text to look for.")
# Translators: heading of a numbered list of newspapers and other sources.
SOURCES = later("Sources")
# Translators: heading of a list of events that are related to the one that is shown.
RELATED = later("Related")
# Translators: said of an event, in a line of facts.
WITHDRAWN = later("withdrawn from the archive")

# Translators: hint in a select menu of events, at most 150 characters.
OPEN = later("Open an event…")
BACK = plater("button", "Back")
BACK_TO_LIST = plater("button", "Back to the list")
PREVIOUS = plater("button", "Previous")
NEXT = plater("button", "Next")
MORE = plater("button", "More")
NARROW = plater("button", "Narrow down")
# Translators: hint in a select menu of years, at most 150 characters.
BY_YEAR = later("Only of one year…")
# Translators: hint in a select menu of topics, at most 150 characters.
BY_TOPIC = later("Only of one topic…")
# Translators: option of a select menu: events of all years, not of one alone. At most 100 characters.
OF_EVERY_YEAR = later("Of every year")
# Translators: option of a select menu: events of all topics, not of one alone. At most 100 characters.
OF_EVERY_TOPIC = later("Of every topic")
EVERYTHING = {"z": OF_EVERY_YEAR, "t": OF_EVERY_TOPIC}
# Translators: in place of a topic's name: "12 events · only a topic that the archive no longer has".
TOPIC_GONE = later("a topic that the archive no longer has")
READ = plater("button", "Read the source")
# Translators: button or link to Wikipedia's page about a day. At most 80 characters.
READ_DAY = later("This day on Wikipedia")
SEARCH_ALL_DATES = plater("button", "Search all dates")
INVITE = plater("button", "Add Dateline to a server")

# Translators: what the bot stores. Keep the marks ** and the hyphens at the beginning of lines.
STORED = later("""\
**Stored**
- for each answer with buttons, which events it showed, for a year after its last use
- for daily posts, what /daily show lists and what was posted
- what /settings shows
- for 90 days, feedback without a name

Not stored: questions without feedback, who asked them, messages.""")
FAULTS = later("Something is wrong? Tell the people who run this bot, with the reference that an error names.")

CONSOLE_HELP = """\
/event DATE            events of a day, month or range: 2015-12-23, dec 2015, last month
/ask QUESTION          events that a question is about; add from:2015 to:2016-06 count:3
/onthisday [DAY]       the day's best events over the years: 12-23, 23 December
/related ID            an event with all its sources and related events
/story EVENT            how something came about and what came of it: an id, a topic or words
/random [DAY] [topic:TOPIC]   an event that mattered, of a day, month or year, or of a topic
/about                 what the archive holds, and whose text it is
/help, /quit"""


def dates_understood(ranges: Sequence[DateRange], *, has_events: bool = True) -> str:
    """How the dates in a question were understood, and where all events of one are to be read if there are any."""
    named = parted(date_range(dates) for dates in ranges[:5])
    is_open = any(dates.first == dt.date.min or dates.last == dt.date.max for dates in ranges)
    if has_events and len(ranges) == 1 and not is_open:
        # Translators: {typed} is what users type after the command, such as 2015-12-23.
        return _(
            "Dates in the question: {dates} · /event {typed} lists all of its events",
            dates=named, typed=as_typed(ranges[0]),
        )  # fmt: skip
    return _("Dates in the question: {dates}", dates=named)


def as_typed(dates: DateRange) -> str:
    """A span of days as a user may type it: `2015-12-23`, `2015-12`, `2015`, `2010s`, `2015-12-23..2016-01-03`."""
    first, last = dates.first.isoformat(), dates.last.isoformat()
    for typed in (first, first[:7], first[:4], f"{first[:3]}0s"):
        with suppress(InputError):
            if parse_range(typed, dates.first) == dates:
                return typed
    return f"{first}..{last}"


def nothing_fits(
    ranges: Sequence[DateRange], first: dt.date | None, last: dt.date | None, *, language: str = ""
) -> str:
    """Why a question has no answer: its dates are not those of the archive, or nothing is like it.

    Args:
        language: of the question, where that is not English.
    """
    if is_before(ranges, first) and first is not None:
        return _("The archive begins on {day}, and nothing in it tells of that.", day=short_date(first))
    if is_after(ranges, last) and last is not None:
        return _ends_on(last)
    in_english = spoken() in ENGLISH and not language
    return str(NOTHING_FITS if in_english else NOTHING_FITS_ABROAD)


def _ends_on(last: dt.date) -> str:
    return _("The archive ends on {day}.", day=short_date(last))


def corrected(corrections: Iterable[tuple[str, str]]) -> str:
    """Which words of a question were read otherwise than they were typed: pairs of typed and read."""
    pairs = list(corrections)
    # Translators: {read} are the words that were looked for, in place of those that were typed.
    return _(
        "For {read}: the archive has no {typed}",
        read=listed([isolated(read) for __, read in pairs]),
        typed=either([quoted(isolated(typed)) for typed, __ in pairs]),
    )


def names_dates(ranges: Sequence[DateRange]) -> bool:
    """Whether a heading writes out the question's dates; if there are too many, it says "the dates in the question"."""
    return len(ranges) <= _MOST_NAMED


def group_heading(is_outside: bool, ranges: Sequence[DateRange]) -> str:
    """Above the events that are in none of the question's dates, or above the others where they come after those."""
    if not names_dates(ranges):
        if is_outside:
            return _("Outside the dates in the question")
        return _("Within the dates in the question")
    named = listed([date_range(dates) for dates in ranges])
    if is_outside:
        # Translators: heading above events of other days; {dates} such as "December 2015" or "2015 and 2016".
        return _("Outside {dates}", dates=named)
    # Translators: heading above events of these days; {dates} such as "December 2015" or "2015 and 2016".
    return _("Within {dates}", dates=named)


def only_within(dates: DateRange) -> str:
    """To which days an answer was narrowed."""
    # Translators: to which days an answer was limited: "Only 2 May 2015 to 9 May 2015".
    return _("Only {dates}", dates=date_range(dates))


def today_is(day: dt.date) -> str:
    """Which day counted as today, where that matters."""
    # Translators: a note after "12 events"; the day by the clocks of UTC.
    return " · " + _("today is {day} (UTC)", day=short_date(day))


def days_heading(dates: DateRange, events: int) -> str:
    """Above the events of some days."""
    return headed(date_range(dates), events_counted(events))


def on_this_day_heading(month: int, day: int) -> str:
    """Above the events of one day of all years."""
    # Translators: heading above what happened on a day in many years: "On 23 December".
    return _("On {day}", day=day_of_year(month, day))


def no_events(answer: DayAnswer) -> str:
    """Why a day shows nothing, and where there is something."""
    if answer.last is None:
        return _("The archive is empty.")
    if answer.after_the_end:
        return _ends_on(answer.last)
    nearest = separated([short_date(day) for day in answer.nearest])
    return _("The archive has no event then. The nearest days with events: {days}.", days=nearest)


def page_of(page: int, pages: int) -> tuple[str, ...]:
    """Which page this is, where there are several."""
    if pages <= 1:
        return ()
    # Translators: small print under a list.
    return (_("page {page} of {pages}", page=number(page), pages=number(pages)),)


def narrowed(events: int, only: Sequence[str]) -> str:
    """How many events are left of a list, and of what; names in `only` are escaped."""
    counted = events_counted(events)
    # Translators: {name} is a year or a topic to which a list was narrowed: "12 events · only 2015 · only Football".
    return " · ".join([counted, *(_("only {name}", name=each) for each in only)])


def with_count(name: str, events: int, limit: int) -> str:
    """An option that narrows a list: a year or a topic, and how many events it has."""
    counted = f" ({number(events)})"
    return isolated(shorten(name, limit - 2 * len(counted))) + counted


def about(found: About) -> Iterable[str]:
    """What the archive holds, a line each."""
    if found.first is not None and found.last is not None:
        # Translators: {events} and {days} are counts with nouns: "1,024 events on 12 days, 2 May 2015 to 3 May 2016."
        yield _(
            "{events} on {days}, {first} to {last}.",
            events=events_counted(found.events),
            days=ngettext("{count} day", "{count} days", found.days),
            first=short_date(found.first),
            last=short_date(found.last),
        )
    if found.updated is not None:
        day, time = short_date(found.updated.date()), f"{found.updated:%H:%M}"
        yield _("Last brought up to date on {day} at {time} UTC.", day=day, time=time)
    # Translators: {names} says whose texts the archive has: "Wikipedia, CC BY-SA 4.0".
    yield _("Texts: {names}", names=parted(found.attributions))
    yield _(
        "Questions are understood with the model {model} on the bot's own machine and go nowhere else.",
        model=found.model,
    )
    yield _("Places and their time zones: GeoNames, CC BY 4.0.")


def withdrawn(day: dt.date) -> str:
    """On the card of an event that an edit took out of the archive."""
    return _("Withdrawn: an edit took this event out of the archive, seen on {day}.", day=short_date(day))


def closest(day: dt.date, headline: str) -> str:
    """Beneath an event of a list: the one that is closest to it, whose headline is escaped."""
    # Translators: before the one event that is closest to the one above: "Related: 3 May 2015: Headline".
    return _("Related: {date}: {headline}", date=short_date(day), headline=headline)


def contexts(names: str) -> str:
    """On the card of an event: what it is about, escaped."""
    # Translators: before the names of what an event is about, separated by commas: "About: NATO, Turkey".
    return _("About: {names}", names=names)


def text_from(attribution: str) -> str:
    """The small print under a card."""
    # Translators: whose text it is: "Text: Wikipedia, CC BY-SA 4.0".
    return _("Text: {name}", name=attribution)


def more(left: int) -> str:
    """At the end of a list that is cut."""
    # Translators: at the end of a list of which {count} lines are left out.
    return " " + ngettext("… and {count} more", "… and {count} more", left)


def events_counted(events: int) -> str:
    """`1 event`, `1,024 events`."""
    return ngettext("{count} event", "{count} events", events)


def suggested_days(dates: DateRange, events: int) -> str:
    """A suggestion while a date is typed: how it is understood, and how many events it has."""
    return f"{date_range(dates)} — {events_counted(events)}"


def topic_choice(name: str, limit: int) -> str:
    """A suggestion while somebody types: a topic, among events."""
    # Translators: a suggestion while somebody types; at most 30 characters besides the name.
    room = limit - len(_("Topic: {name}", name=""))
    return _("Topic: {name}", name=isolated(shorten(name, room - 2)))
