"""What users read of stories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.language import gettext as _
from bot.language import headed, later, ngettext, number, parted, pgettext, plater, spoken
from bot.markup import isolated
from bot.words import events_counted
from embeddings.picture.chart import Unit
from embeddings.text import clean, shorten

if TYPE_CHECKING:
    from embeddings.picture.chart import Chart

_BUTTON = 50  # characters of a label that names something; Discord takes 80, and a phone shows some 40

# Translators: button to the story that an event belongs to. A story is a chain of news events, in order of time.
STORY = plater("button", "Story")
# Translators: button back to the first page of a story.
STORY_CARD = plater("button", "The story in short")
# Translators: said of the event of a story that was asked for.
STORY_ASKED = later("asked for")
BACK_TO_STORY = plater("button", "Back to the story")
STORY_ALONE = later("The archive has no more of this story. /related shows what is near the event.")
NO_STORIES = later("This archive's index was made before there were stories. The next build or update makes them.")


def ordinal(value: int) -> str:
    """`1st`, `12th`, `1,022nd`: English."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th") if value % 100 not in (11, 12, 13) else "th"
    return f"{value:,}{ending}"


def story_place(place: int, count: int, title: str) -> str:
    """On the card of an event: where it stands in its story, whose title is escaped."""
    shown = ordinal(place) if spoken().startswith("en-") else number(place)
    # Translators: {place} is a plain number such as 3 (only in English 3rd), {count} how many events the story has:
    # write it so that a number fits, as in "event 3 of 12 in the story …".
    return _("{place} of {count} in the story {title}", place=shown, count=number(count), title=title)


def story_facts(days: str, events: int, going_on: bool) -> str:
    """Under the title of a story: from when to when it was, and how many events it has."""
    return " · ".join([f"**{days}**", events_counted(events), *([_("still going on")] if going_on else [])])


def story_all(events: int, going_on: bool) -> str:
    """The button to all of a story's events."""
    if going_on:
        return pgettext("button", "The latest, then all")
    # Translators: button, at most 80 characters; there are always more than five.
    return ngettext("All {count} events", "All {count} events", events)


def story_part(first: int, last: int, events: int, latest: bool) -> str:
    """Which of a story's events a page shows."""
    shown = f"{number(first)}–{number(last)}" if last > first else number(first)
    of = events_counted(events)
    if latest:
        # Translators: which of a story's events are shown: "the latest: 31–35 of 35 events".
        return _("the latest: {numbers} of {events}", numbers=shown, events=of)
    # Translators: which of a story's events are shown: "1–5 of 35 events".
    return _("{numbers} of {events}", numbers=shown, events=of)


def story_named(title: str, longest: int = _BUTTON) -> str:
    """The button from an answer to the story that most of its events belong to; `longest` is its length at most."""
    # Translators: button; at most 30 characters besides the title.
    room = longest - len(_("Story: {title}", title=""))
    return _("Story: {title}", title=isolated(shorten(clean(title), room)))


def story_also(title: str, longest: int = _BUTTON) -> str:
    """The button from a story to another one that the same words may mean; `longest` is its length at most."""
    # Translators: button to another story that the same words may mean; at most 30 characters besides the title.
    room = longest - len(_("Also: {title}", title=""))
    return _("Also: {title}", title=isolated(shorten(clean(title), room)))


def part_of(title: str) -> str:
    """Beneath an event of a list: the story that it is of, whose title is escaped."""
    # Translators: beneath an event: the story that it is part of.
    return _("part of {title}", title=title)


def story_alt(title: str, span: str, picture: Chart, numbered: Sequence[tuple[int, str]]) -> str:
    """What the picture of a story shows.

    Args:
        span: from when to when, and how many events.
        numbered: the numbers above its bars, with their days.
    """
    # Translators: what a picture shows, for those who do not see it. {span} is from when to when and how many events,
    # {bars} the sentence that begins "One bar a day", {days} pairs such as "1: 3 May 2015; 2: 9 May 2015".
    return _(
        "{title} over time, {span}. {bars} Numbered above the bars: {days}.",
        title=isolated(title),
        span=span,
        bars=_bars(picture.unit, picture.highest.count),
        days=parted(headed(number(place), day) for place, day in numbered),
    )


def _bars(unit: Unit, most: int) -> str:
    match unit:
        case Unit.DAY:
            # Translators: what a bar of a picture stands for.
            return ngettext(
                "One bar a day, at most {count} event in one day.",
                "One bar a day, at most {count} events in one day.",
                most,
            )
        case Unit.WEEK:
            return ngettext(
                "One bar a week, at most {count} event in one week.",
                "One bar a week, at most {count} events in one week.",
                most,
            )
        case Unit.MONTH:
            return ngettext(
                "One bar a month, at most {count} event in one month.",
                "One bar a month, at most {count} events in one month.",
                most,
            )
        case Unit.YEAR:
            return ngettext(
                "One bar a year, at most {count} event in one year.",
                "One bar a year, at most {count} events in one year.",
                most,
            )
