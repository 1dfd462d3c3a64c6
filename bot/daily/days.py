"""The days on which posts come: what moderators type, as a value, and in words. Pure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from bot.language import gettext as _
from bot.language import listed, ngettext, pgettext
from bot.local_dates import weekday
from embeddings.calendar_names import WEEKDAYS
from embeddings.errors import InputError

LONGEST_EVERY = 60  # days from one post to the next

_ALL = frozenset(range(7))
_NAMED = {
    "daily": _ALL,
    "day": _ALL,
    "all": _ALL,
    "all days": _ALL,
    "everyday": _ALL,
    "weekday": frozenset(range(5)),
    "workday": frozenset(range(5)),
    "working day": frozenset(range(5)),
    "weekend": frozenset({5, 6}),
}
_NUMBERS = {
    "other": 2, "second": 2, "two": 2, "third": 3, "three": 3, "fourth": 4, "four": 4, "fifth": 5, "five": 5,
    "sixth": 6, "six": 6, "seventh": 7, "seven": 7, "tenth": 10, "ten": 10, "fourteen": 14,
}  # fmt: skip
_EVERY = re.compile(r"(?:every|each) (?:([0-9]{1,3})(?:st|nd|rd|th)? |([a-z]+) )?(day|week)s?")
_BETWEEN = re.compile(r"\s*(?:[,;/&+]|\band\b)\s*")
_RANGE = re.compile(r"\s*(?:-|\bto\b|\bthrough\b|\buntil\b|\btill\b)\s*")
_STORED = re.compile(r"every ([0-9]+)(?: since (\d{4}-\d{2}-\d{2}))?")
_SHORTEST_NAME = 2  # letters: Tu and Th differ, T does not


@dataclass(frozen=True, slots=True)
class Days:
    """Some of a week's days, or one day of every so many.

    Attributes:
        weekdays: 0 for Monday to 6 for Sunday.
        every: days from one post to the next; 1 where the weekdays decide.
        since: the day from which they are counted; None where it is not known yet.
    """

    weekdays: frozenset[int] = _ALL
    every: int = 1
    since: dt.date | None = None

    def __contains__(self, date: dt.date) -> bool:
        if self.since is not None and (date.toordinal() - self.since.toordinal()) % self.every:
            return False
        return date.weekday() in self.weekdays

    def counted_from(self, date: dt.date) -> Days:
        """The same days, where the count begins on a day."""
        return replace(self, since=date)

    def going_on(self, before: Days) -> Days:
        """The same days, where a count of as many days as `before` goes on from there."""
        return replace(self, since=before.since) if self.every == before.every else self

    def __str__(self) -> str:
        """As the store keeps it: empty for every day, `0134`, or `every 3 since 2026-07-20`."""
        if self.every > 1:
            return f"every {self.every}" + (f" since {self.since}" if self.since else "")
        return "" if self.weekdays == _ALL else "".join(map(str, sorted(self.weekdays)))


EVERY_DAY = Days()


def read_days(text: str) -> Days:
    """What `str` of some days wrote. ValueError if nothing did."""
    if (match := _STORED.fullmatch(text)) is not None:
        return Days(every=int(match[1]), since=dt.date.fromisoformat(match[2]) if match[2] else None)
    return Days(frozenset(map(int, text))) if text else EVERY_DAY


def parse_days(text: str) -> Days:
    """The days that a moderator means: `mon-fri`, `weekends`, `mon, wed`, `every 3 days`. InputError otherwise."""
    folded = " ".join(re.sub("[\u2010-\u2015\u2212]", "-", text).casefold().replace(".", " ").split())
    if (match := _EVERY.fullmatch(folded)) is not None:
        number = int(match[1]) if match[1] else _NUMBERS.get(match[2], 0) if match[2] else 1
        number *= 7 if match[3] == "week" else 1
        if number == 1:
            return EVERY_DAY
        if 1 < number <= LONGEST_EVERY:
            return Days(every=number)
        raise _not_understood(text)
    if not folded:
        return EVERY_DAY
    found: set[int] = set()
    for part in filter(None, _BETWEEN.split(folded)):
        name = part.removeprefix("on ").removeprefix("every ").removeprefix("each ").strip()
        named = _NAMED.get(name, _NAMED.get(name.removesuffix("s")))
        found |= _weekdays(name) if named is None else named
    if not found:
        raise _not_understood(text)
    return Days(frozenset(found))


def _weekdays(text: str) -> set[int]:
    """A weekday, or those from one to another, over the week's end where they are so named. InputError otherwise."""
    ends = [_weekday(part) for part in _RANGE.split(text)]
    if None in ends or len(ends) > 2:
        raise _not_understood(text)
    first, last = (each for each in (ends[0], ends[-1]) if each is not None)
    return {(first + step) % 7 for step in range((last - first) % 7 + 1)}


def _weekday(text: str) -> int | None:
    name = text.removesuffix("s") if text.endswith("days") else text
    found = [number for number, each in enumerate(WEEKDAYS) if each.casefold().startswith(name)]
    return found[0] if len(name) >= _SHORTEST_NAME and len(found) == 1 else None


def _not_understood(text: str) -> InputError:
    # Translators: what is to be written is understood in English alone: keep "mon-fri" and so on as they are.
    return InputError(
        "“{words}” are no days for posts; write mon-fri, weekends, mon, wed or every 3 days (2 to {most}), "
        "or leave it out for every day",
        words=text[:40],
        most=LONGEST_EVERY,
    )


def in_words(days: Days) -> str:
    """The days as moderators read them: `every day`, `Monday to Friday`, `Monday and Wednesday`, `every 3 days`."""
    if days.every > 1:
        # Translators: when daily posts come; {count} is at least 2.
        return ngettext("every {count} day", "every {count} days", days.every)
    if days.weekdays == _ALL:
        return _("every day")
    chosen = sorted(days.weekdays)
    # A run may go over the week's end: it begins on the day whose day before is not among them.
    begins = next(day for day in chosen if (day - 1) % 7 not in days.weekdays)
    run = [(begins + step) % 7 for step in range(len(chosen))]
    if len(chosen) > 2 and set(run) == days.weekdays:
        # Translators: from one weekday to another; both in the form that the calendar has: "Monday to Friday".
        return pgettext("weekdays", "{first} to {last}", first=weekday(run[0]), last=weekday(run[-1]))
    return listed([weekday(day) for day in chosen])
