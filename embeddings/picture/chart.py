"""What the picture of a story shows: bars over time, the numbers above them, the dates below. Values in, values out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from embeddings.calendar_names import MONTHS

FEWEST_BARS = 2  # one alone shows nothing that its number does not say

# Up to how many days a bar is of one unit: at most some hundred bars, each wide enough to be seen on a phone.
_MOST_DAYS = 45
_MOST_DAYS_BY_WEEKS = 400
_MOST_DAYS_BY_MONTHS = 8 * 366
_WEEK = 7

# How many dates there are below the bars, as a phone has room for; and the steps between them, the finest first.
_MOST_OF_DAYS, _MOST_OF_MONTHS, _MOST_OF_YEARS = 4, 5, 6
_DAY_STEPS = (1, 2, 3, 4, 7, 14)
_MONTH_STEPS = (1, 2, 3, 6)
_YEAR_STEPS = (1, 2, 4, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


class Unit(StrEnum):
    """What a bar is of, or what a date below the bars says."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Bar:
    """Events of the days from `start` to before `end`, both as ordinals of the calendar."""

    start: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text in the reader's language, and what stands for it where no font has its letters."""

    words: str
    digits: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A date below the bars: the day at which it begins, as an ordinal."""

    day: int
    label: Label


@dataclass(frozen=True, slots=True)
class Mark:
    """The number that an event has in the text, at its day, an ordinal; `asked` for the event that was asked for."""

    number: int
    day: int
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture before it is drawn.

    Attributes:
        unit: what each bar is of.
        open_ended: whether the story is still going on.
    """

    title: str
    span: Label
    unit: Unit
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    open_ended: bool

    @property
    def highest(self) -> Bar:
        """The bar with the most events, the first of them."""
        return max(self.bars, key=lambda bar: bar.count)


Name = Callable[[dt.date, Unit], str]
"""Names a day (`12 Nov`), a month (`Nov`) or a year (`2015`) in the reader's language."""


def english(day: dt.date, unit: Unit) -> str:
    """The names of the index commands."""
    month = MONTHS[day.month - 1][:3]
    return {Unit.DAY: f"{day.day} {month}", Unit.MONTH: month}.get(unit, str(day.year))


def chart(
    title: str,
    span: Label,
    days: Sequence[tuple[dt.date, int]],
    marks: Sequence[Mark],
    *,
    open_ended: bool = False,
    name: Name = english,
) -> Chart | None:
    """The picture of a story; None where it would have one bar.

    Args:
        span: from when to when, and how many events.
        days: the days with events, in order, and how many each has.
    """
    if not days:
        return None
    first, last = days[0][0], days[-1][0]
    unit = unit_of(first, last)
    bars = _bars(days, unit)
    if len(bars) < FEWEST_BARS:
        return None
    return Chart(title, span, unit, bars, tuple(_ticks(bars, name)), tuple(marks), open_ended)


def unit_of(first: dt.date, last: dt.date) -> Unit:
    """What a bar is of, where the bars lead from one day to another."""
    span = (last - first).days + 1
    if span <= _MOST_DAYS:
        return Unit.DAY
    if span <= _MOST_DAYS_BY_WEEKS:
        return Unit.WEEK
    return Unit.MONTH if span <= _MOST_DAYS_BY_MONTHS else Unit.YEAR


def _bars(days: Sequence[tuple[dt.date, int]], unit: Unit) -> tuple[Bar, ...]:
    starts = list(_starts(days[0][0], days[-1][0], unit))
    counts = [0] * len(starts)
    at = 0
    for day, count in days:
        while at + 2 < len(starts) and starts[at + 1] <= day.toordinal():
            at += 1
        counts[at] += count
    return tuple(Bar(start, end, count) for (start, end), count in zip(pairwise(starts), counts, strict=False))


def _starts(first: dt.date, last: dt.date, unit: Unit) -> Iterator[int]:
    """The days at which the bars begin, and that at which the last of them ends, as ordinals."""
    start, end = first.toordinal(), last.toordinal() + 1
    match unit:
        case Unit.DAY:
            yield from range(start, end + 1)
        case Unit.WEEK:
            monday = start - first.weekday()
            yield from range(monday, end + _WEEK, _WEEK)
        case Unit.MONTH:
            yield from _months(first, last, 1)
        case Unit.YEAR:
            yield from (_ordinal(year, 1) for year in range(first.year, last.year + 2))


def _months(first: dt.date, last: dt.date, step: int) -> Iterator[int]:
    """Every `step`th month, counted from a January, from that of `first` or before to the one after that of `last`."""
    month = first.year * 12 + (first.month - 1) // step * step
    while True:
        yield _ordinal(month // 12, month % 12 + 1)
        if month > last.year * 12 + last.month - 1:
            return
        month += step


def _ordinal(year: int, month: int) -> int:
    """The first day of a month; beyond the calendar, the day after its last."""
    return dt.date(year, month, 1).toordinal() if year <= dt.MAXYEAR else dt.date.max.toordinal() + 1


def _ticks(bars: Sequence[Bar], name: Name) -> Iterator[Tick]:
    """The dates below the bars: as many as there is room for, at round distances."""
    first, end = bars[0].start, bars[-1].end
    days, unit = _dates(first, end)
    year = 0
    for day in days:
        date = dt.date.fromordinal(day)
        words, digits = name(date, unit), _digits(date, unit)
        if unit is not Unit.YEAR and date.year != year:  # beneath the first date of each year
            year = date.year
            words, digits = f"{words}\n{name(date, Unit.YEAR)}", f"{digits}\n{year}"
        yield Tick(day, Label(words, digits))


def _dates(first: int, end: int) -> tuple[list[int], Unit]:
    begin, last = dt.date.fromordinal(first), dt.date.fromordinal(min(end - 1, dt.date.max.toordinal()))
    for step in _DAY_STEPS:
        # Weeks begin on Mondays, and the first day of all was one.
        start = first if step < _WEEK else first + (1 - first) % _WEEK
        if len(range(start, end, step)) <= _MOST_OF_DAYS:
            return list(range(start, end, step)), Unit.DAY
    for step in _MONTH_STEPS:
        days = [day for day in _months(begin, last, step) if first <= day < end]
        if len(days) <= _MOST_OF_MONTHS:
            return days, Unit.MONTH
    for step in _YEAR_STEPS:
        years = range(-(-begin.year // step) * step, last.year + 1, step)
        days = [day for day in (_ordinal(year, 1) for year in years if year) if first <= day < end]
        if len(days) <= _MOST_OF_YEARS:
            return days, Unit.YEAR
    return [], Unit.YEAR


def _digits(day: dt.date, unit: Unit) -> str:
    return {Unit.DAY: f"{day:%m-%d}", Unit.MONTH: f"{day:%m}"}.get(unit, str(day.year))


def spread(wanted: Sequence[float], distance: float, low: float, high: float) -> list[float]:
    """Places on a line, at least `distance` apart, that together are the least far from the wanted ones, squared.

    This is isotonic regression by pooling neighbours: where some stand too near each other, they become one block
    around their middle. (Best, M. J. and Chakravarti, N., Active set algorithms for isotonic regression, 1990.)

    Args:
        wanted: in ascending order, from `low` to `high`.
        distance: less where the line is too short for it.
    """
    count = len(wanted)
    if count > 1:
        distance = min(distance, (high - low) / (count - 1))
    blocks: list[tuple[float, int]] = []  # the middle that the block's places want, less their distances; how many
    for number, place in enumerate(wanted):
        middle, size = place - number * distance, 1
        while blocks and blocks[-1][0] >= middle:
            before, others = blocks.pop()
            middle, size = (before * others + middle * size) / (others + size), size + others
        blocks.append((middle, size))
    room = high - distance * max(0, count - 1)
    flat = [min(max(middle, low), room) for middle, size in blocks for _ in range(size)]
    return [place + number * distance for number, place in enumerate(flat)]
