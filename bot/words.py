"""Every text that users of the bot read, but those in `bot.daily.words` and `bot.settings_words`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.local_dates import DEFAULT_LOCALE, date_range, day_of_year, short_date
from embeddings.dates import DateRange, parse_range
from embeddings.errors import InputError
from embeddings.search.answers import is_after, is_before
from embeddings.text import clean, shorten

if TYPE_CHECKING:
    from bot.answers import About
    from embeddings.picture.chart import Chart
    from embeddings.search.answers import DayAnswer

_MOST_NAMED = 3  # dates in a heading
_BUTTON = 50  # characters of a label that names something; Discord takes 80, and a phone shows some 40

NOTHING_FITS = (
    "Nothing in the archive fits. It holds news events: ask with what happened, where, to whom or when, "
    "such as: earthquake Nepal 2015."
)
NOTHING_FITS_ABROAD = (
    "Nothing in the archive fits. It is in English: try names in Latin letters, a date, or English words, "
    "such as: earthquake Nepal 2015."
)
NO_EVENTS_ON_THIS_DAY = "The archive has no event on this day of any year."
EVENT_REMOVED = "This event is no longer in the archive."
ANSWER_FORGOTTEN = "This answer was last used too long ago and has been forgotten. Please ask again."
ANSWER_AWAY = "The pages of this answer cannot be looked up just now. Please try again in a minute, or ask again."
STORE_AWAY = (
    "Settings can be neither read nor saved just now: the bot's database is away. Nothing was changed. "
    "Please try again in a minute."
)
BUTTON_OF_ANOTHER_VERSION = "This button is of an older version of Dateline. Please ask again."
FORM_OF_ANOTHER_VERSION = "This form is of an older version of Dateline. Please ask again."
DELETED_MEANWHILE = "The message in the channel was deleted meanwhile: this copy is for you alone."
NOT_LET_SHOW = "Discord does not let Dateline show this in the channel: this copy is for you alone."
TOLD_PRIVATELY = "This could not be answered here. Whoever asked has been told why."
NO_WORDS_IN_MESSAGE = "This message has no text to look for."
SOURCES = "Sources"
RELATED = "Related"
CLOSEST = "Related:"
CONTEXTS = "About"
WITHDRAWN = "withdrawn from the archive"

STORY = "Story"
STORY_CARD = "The story in short"
STORY_ASKED = "asked for"
BACK_TO_STORY = "Back to the story"
STORY_ALSO = "Also"
STORY_ALONE = "The archive has no more of this story. /related shows what is near the event."
NO_STORIES = "This archive's index was made before there were stories. The next build or update makes them."

OPEN = "Open an event…"
BACK = "Back"
BACK_TO_LIST = "Back to the list"
PREVIOUS = "Previous"
NEXT = "Next"
MORE = "More"
NARROW = "Narrow down"
BY_YEAR = "Only of one year…"
BY_TOPIC = "Only of one topic…"
EVERYTHING = {"z": "Of every year", "t": "Of every topic"}
TOPIC_GONE = "a topic that the archive no longer has"
READ = "Read the source"
READ_DAY = "This day on Wikipedia"
SEARCH_ALL_DATES = "Search all dates"
INVITE = "Add Dateline to a server"

STORED = """\
**Stored**
- for each answer with buttons, which events it showed, for a year after its last use
- for daily posts, what /daily show lists and what was posted
- what /settings shows
- for 90 days, feedback without a name

Not stored: questions without feedback, who asked them, messages."""
FAULTS = "Something is wrong? Tell the people who run this bot, with the reference that an error names."

CONSOLE_HELP = """\
/event DATE            events of a day, month or range: 2015-12-23, dec 2015, last month
/ask QUESTION          events that a question is about; add from:2015 to:2016-06 count:3
/onthisday [DAY]       the day's best events over the years: 12-23, 23 December
/related ID            an event with all its sources and related events
/story EVENT            how something came about and what came of it: an id, a topic or words
/random [DAY] [topic:TOPIC]   an event that mattered, of a day, month or year, or of a topic
/about                 what the archive holds, and whose text it is
/help, /quit"""


def dates_understood(ranges: Sequence[DateRange], locale: str = DEFAULT_LOCALE, *, has_events: bool = True) -> str:
    """How the dates in a question were understood, and where all events of one are to be read if there are any."""
    named = "Dates in the question: " + "; ".join(date_range(dates, locale) for dates in ranges[:5])
    one = has_events and len(ranges) == 1
    return f"{named} · /event {as_typed(ranges[0])} lists all of its events" if one else named


def as_typed(dates: DateRange) -> str:
    """A span of days as a user may type it: `2015-12-23`, `2015-12`, `2015`, `2010s`, `2015-12-23 to 2016-01-03`."""
    first, last = dates.first.isoformat(), dates.last.isoformat()
    for typed in (first, first[:7], first[:4], f"{first[:3]}0s"):
        with suppress(InputError):
            if parse_range(typed, dates.first) == dates:
                return typed
    return f"{first} to {last}"


def nothing_fits(
    ranges: Sequence[DateRange],
    first: dt.date | None,
    last: dt.date | None,
    locale: str = DEFAULT_LOCALE,
    *,
    language: str = "",
) -> str:
    """Why a question has no answer: its dates are not those of the archive, or nothing is like it.

    Args:
        language: of the question, where that is not English.
    """
    if is_before(ranges, first) and first is not None:
        return f"The archive begins on {short_date(first, locale)}, and nothing in it tells of that."
    if is_after(ranges, last) and last is not None:
        return f"The archive ends on {short_date(last, locale)}."
    return NOTHING_FITS_ABROAD if language else NOTHING_FITS


def corrected(corrections: Iterable[tuple[str, str]]) -> str:
    """Which words of a question were read otherwise than they were typed: pairs of typed and read."""
    pairs = list(corrections)
    read = " and ".join(read for _, read in pairs)
    typed = " or ".join(f"“{typed}”" for typed, _ in pairs)
    return f"For {read}: the archive has no {typed}"


def read_as(corrections: Iterable[tuple[str, str]]) -> str:
    """The English words by which a question in another language was searched."""
    return f"In English: {' '.join(read for _, read in corrections)}"


def names_dates(ranges: Sequence[DateRange]) -> bool:
    """Whether a heading writes out the question's dates; if there are too many, it says "the dates in the question"."""
    return len(ranges) <= _MOST_NAMED


def group_heading(is_outside: bool, ranges: Sequence[DateRange], locale: str = DEFAULT_LOCALE) -> str:
    """Above the events that are in none of the question's dates, or above the others where they come after those."""
    named = "the dates in the question"
    if names_dates(ranges):
        named = " and ".join(date_range(dates, locale) for dates in ranges)
    return f"{'Outside' if is_outside else 'Within'} {named}"


def only_within(dates: DateRange, locale: str = DEFAULT_LOCALE) -> str:
    """To which days an answer was narrowed."""
    return f"Only {date_range(dates, locale)}"


def today_is(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """Which day counted as today, where that matters."""
    return f" · today is {short_date(day, locale)} (UTC)"


def days_heading(dates: DateRange, events: int) -> str:
    """Above the events of some days."""
    return f"{date_range(dates)}: {count(events, 'event')}"


def on_this_day_heading(month: int, day: int, locale: str = DEFAULT_LOCALE) -> str:
    """Above the events of one day of all years."""
    return f"On {day_of_year(month, day, locale)}"


def no_events(answer: DayAnswer, locale: str = DEFAULT_LOCALE) -> str:
    """Why a day shows nothing, and where there is something."""
    if answer.last is None:
        return "The archive is empty."
    if answer.after_the_end:
        return f"The archive ends on {short_date(answer.last, locale)}."
    nearest = ", ".join(short_date(day, locale) for day in answer.nearest)
    return f"The archive has no event then. The nearest days with events: {nearest}."


def page_of(page: int, pages: int) -> tuple[str, ...]:
    """Which page this is, where there are several."""
    return (f"page {page:,} of {pages:,}",) if pages > 1 else ()


def narrowed(events: int, only: Sequence[str]) -> str:
    """How many events are left of a list, and of what."""
    return " · ".join([count(events, "event"), *(f"only {each}" for each in only)])


def with_count(name: str, events: int, limit: int) -> str:
    """An option that narrows a list: a year or a topic, and how many events it has."""
    number = f" ({events:,})"
    return shorten(name, limit - 2 * len(number)) + number


def about(found: About) -> Iterable[str]:
    """What the archive holds, a line each."""
    if found.first is not None and found.last is not None:
        days = f"{short_date(found.first)} to {short_date(found.last)}"
        yield f"{count(found.events, 'event')} on {count(found.days, 'day')}, {days}."
    if found.updated is not None:
        yield f"Last brought up to date on {short_date(found.updated.date())} at {found.updated:%H:%M} UTC."
    yield "Texts: " + "; ".join(found.attributions)
    yield f"Questions are understood with the model {found.model} on the bot's own machine and go nowhere else."
    yield "Places and their time zones: GeoNames, CC BY 4.0."


def withdrawn(day: dt.date, locale: str = DEFAULT_LOCALE) -> str:
    """On the card of an event that an edit took out of the archive."""
    return f"Withdrawn: an edit took this event out of the archive, seen on {short_date(day, locale)}."


def ordinal(number: int) -> str:
    """`1st`, `12th`, `1,022nd`."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number:,}{ending}"


def story_place(number: int, count: int, title: str) -> str:
    """On the card of an event: where it stands in its story, whose title is escaped."""
    return f"{ordinal(number)} of {count:,} in the story {title}"


def story_facts(days: str, events: int, going_on: bool) -> str:
    """Under the title of a story: from when to when it was, and how many events it has."""
    return " · ".join([f"**{days}**", count(events, "event"), *(["still going on"] if going_on else [])])


def story_all(events: int, going_on: bool) -> str:
    """The button to all of a story's events."""
    return "The latest, then all" if going_on else f"All {events:,} events"


def story_part(first: int, last: int, events: int, latest: bool) -> str:
    """Which of a story's events a page shows."""
    shown = f"{first:,} to {last:,}" if last > first else f"{first:,}"
    return f"{'the latest: ' if latest else ''}{shown} of {count(events, 'event')}"


def story_named(title: str) -> str:
    """The button from an answer to the story that most of its events are of."""
    return f"{STORY}: {shorten(clean(title), _BUTTON - len(STORY) - 2)}"


def story_also(title: str) -> str:
    """The button from a story to another one that the same words may mean."""
    return f"{STORY_ALSO}: {shorten(clean(title), _BUTTON - len(STORY_ALSO) - 2)}"


def part_of(title: str) -> str:
    """Beneath an event of a list: the story that it is of, whose title is escaped."""
    return f"part of {title}"


def story_alt(title: str, span: str, picture: Chart, numbered: Sequence[tuple[int, str]]) -> str:
    """What the picture of a story shows.

    Args:
        span: from when to when, and how many events.
        numbered: the numbers above its bars, with their days.
    """
    most = f"{count(picture.highest.count, 'event')} in one {picture.unit}"
    days = "; ".join(f"{number}: {day}" for number, day in numbered)
    return f"{title} over time, {span}. One bar a {picture.unit}, at most {most}. Numbered above the bars: {days}."


def text_from(attribution: str) -> str:
    """The small print under a card."""
    return f"Text: {attribution}"


def more(number: int) -> str:
    """At the end of a list that is cut."""
    return f" … and {number:,} more"


def count(number: int, noun: str) -> str:
    """`1 event`, `1,024 events`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def suggested_days(dates: DateRange, events: int, locale: str) -> str:
    """A suggestion while a date is typed: how it is understood, and how many events it has."""
    return f"{date_range(dates, locale)} — {count(events, 'event')}"


def command_of_another_version(name: str) -> str:
    """For a command that Discord offered, but not as this version has it."""
    return (
        f"“{name}” is a command of another version of Dateline. Please reload Discord (Ctrl+R, or close and open the "
        "app) and choose the command anew."
    )


def apology(reference: str) -> str:
    """For an error that nobody expected; the log has the same reference."""
    return f"Something went wrong on our side. If it happens again, report it with the reference {reference}."


UNREADABLE = (
    "Discord sent this in a form that this version of Dateline does not know. "
    "Try again; if that does not help, tell whoever runs the bot."
)


def topic_choice(name: str, limit: int) -> str:
    """A suggestion while somebody types: a topic, among events."""
    return f"Topic: {shorten(name, limit - len('Topic: '))}"


# --- the commands, as Discord's menu shows them (at most 100 characters each) ---

EVENT_COMMAND = "The events of a day, month or range"
EVENT_DATE = "A date such as 2015-12-23, 23 dec 2015, december 2015, last month"
ASK_COMMAND = "The events that a question is about"
ASK_QUERY = "A question or a few words; dates in it are understood: civilian deaths Russia late 2015"
ASK_FROM = "Only events of this day or later"
ASK_TO = "Only events of this day or earlier"
ASK_COUNT = "How many events, 1 to 10"
ON_THIS_DAY_COMMAND = "What happened on this day over the years"
ON_THIS_DAY_DAY = "A day such as 12-23 or 23 December; today if you leave it out"
RELATED_COMMAND = "An event with its sources and what is related to it"
RELATED_EVENT = "A few words of its headline, or its id"
STORY_COMMAND = "A story in its order of time: how something came about, and what came of it"
STORY_EVENT = "An event, a topic or a few words"
ABOUT_COMMAND = "What this archive holds, whose text it is, and what is stored"
FIND_RELATED_MENU = "Find related events"
