"""The page of a list that is gone on with or narrowed: its events, and by which years and topics it can be narrowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot import local_dates, words
from bot.cards.page import PLAIN, AnswerPage, Frame, Narrow
from bot.cards.pages import list_page
from bot.markup import MAX_OPTION, escape_within, plain
from bot.views.items import BY_TOPIC, BY_YEAR, EVERYTHING
from bot.views.state import AnswerList, DaysList, OnThisDayList, PartList, Place
from embeddings.search.narrowing import Part
from embeddings.search.topics import topic_key

_MOST_OPTIONS = 25  # Discord's limit, of which one is for everything
_TOPIC = 100  # characters, in the heading


def part_page(part: Part, place: Place, of: PartList, topic: str | None, frame: Frame = PLAIN) -> AnswerPage:
    """A page of what is left of a list.

    Args:
        topic: the name of the topic to which it is narrowed, if it is.
    """
    only = [str(of.year)] if of.year is not None else []
    only += [escape_within(topic or str(words.TOPIC_GONE), _TOPIC)] if of.topic else []
    small = words.narrowed(part.total, only)
    heading = f"{_heading(of)}-# {small}"
    page = list_page(heading, part.events, place, part.total, frame, _day(of))
    narrows = (
        _narrow(BY_YEAR, str(words.BY_YEAR), ((str(year), str(year), n, year == of.year) for year, n in part.years)),
        _narrow(
            BY_TOPIC,
            str(words.BY_TOPIC),
            ((topic_key(name), name, n, topic_key(name) == of.topic) for name, n in part.topics),
        ),
    )
    return replace(page, narrows=tuple(each for each in narrows if each is not None))


def _day(of: PartList) -> tuple[int, int] | None:
    """The month and day that a list is of, if it is of one."""
    return (of.of.month, of.of.day) if isinstance(of.of, OnThisDayList) else None


def _heading(of: PartList) -> str:
    match of.of:
        case DaysList(dates):
            return f"## {local_dates.date_range(dates)}\n"
        case OnThisDayList(month, day):
            return f"## {words.on_this_day_heading(month, day)}\n"
        case AnswerList():
            return ""


def _narrow(action: str, placeholder: str, found: Iterable[tuple[str, str, int, bool]]) -> Narrow | None:
    """A select of values, each with its name, how many events it has, and whether it holds; None if there is no choice.

    What holds now is always among them, so that the select can say so.
    """
    several, most = list(found), _MOST_OPTIONS - 1
    holds_beyond = [each for each in several[most:] if each[3]]
    shown = [*several[: most - len(holds_beyond)], *holds_beyond]
    if len(shown) < 2 and not any(each[3] for each in shown):
        return None
    counted = ((value, words.with_count(name, number, MAX_OPTION), now) for value, name, number, now in shown)
    options = tuple((value, plain(label, MAX_OPTION), now) for value, label, now in counted)
    return Narrow(action, placeholder, ((EVERYTHING, str(words.EVERYTHING[action]), False), *options))
