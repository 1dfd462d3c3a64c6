"""Where a message stands, as the custom_id of a button: a list, its page, and the events opened from it.

A custom_id has at most 100 characters and outlives the process, the index and the program's version, so its form is
fixed here, with laws in the tests:

    dl:<action>:<who>:<list>:<page>:<trail>

`who` is the asker's id and numbers are in base 36; the trail's events are parted by commas, the one shown last.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from dataclasses import dataclass, replace

from embeddings.dates import DateRange

MAX_CUSTOM_ID = 100  # characters, Discord's limit

MAX_QUESTION_BYTES = 48  # of a question in a custom_id: 64 characters there

NOBODY = 0
"""The asker's id in a message that belongs to nobody: every user of its buttons gets a private copy."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOPIC_KEY = re.compile(r"(?:[0-9a-f]{8})?")
_PLAIN_ID = re.compile(r"(\d{4}-\d{2}-\d{2})-([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class DaysList:
    """The events of some days."""

    dates: DateRange


@dataclass(frozen=True, slots=True)
class OnThisDayList:
    """The events of one day of all years."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class AnswerList:
    """The events that a question found, kept in the store under a key."""

    key: str


@dataclass(frozen=True, slots=True)
class NoList:
    """An event that was asked for by itself: there is no list to go back to."""


@dataclass(frozen=True, slots=True)
class DailyList:
    """The events of a subscription's post of a local day."""

    subscription: str
    date: dt.date


@dataclass(frozen=True, slots=True)
class LongerList:
    """More events of the day of a subscription's post, chosen by what it prefers and leaves out."""

    subscription: str
    date: dt.date


@dataclass(frozen=True, slots=True)
class ChannelsList:
    """The channels with daily posts of the server in which a button is pressed; no events."""


@dataclass(frozen=True, slots=True)
class PartList:
    """A list gone on with beyond what was shown first, and narrowed where that is wanted.

    Attributes:
        year: only events of this year; None: of all.
        topic: only events of the topic with this key, of eight hexadecimal digits; "": of all.
    """

    of: DaysList | OnThisDayList | AnswerList
    year: int | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class RandomList:
    """An event drawn at random, which the trail holds once it is drawn.

    Attributes:
        days: of which days, or of one day of all years; None: of all days.
        topic: of the topic with this key; "": of any.
        last: the id of the event that was shown before; no custom_id has it, a button's trail says it.
    """

    days: DaysList | OnThisDayList | None = None
    topic: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class QuestionList:
    """The answer to a question that stands in the custom_id itself, of at most `MAX_QUESTION_BYTES` in UTF-8."""

    text: str


@dataclass(frozen=True, slots=True)
class StoryList:
    """The story that an event belongs to, or that was called after it; the event is marked there.

    What stories there are changes with every build; an id goes on leading to the one that its event is in.
    """

    event: str


@dataclass(frozen=True, slots=True)
class TopicList:
    """The story of a topic: its events, told in order of time.

    Attributes:
        topic: the topic's key, eight hexadecimal digits.
    """

    topic: str


EventList = (
    DaysList
    | OnThisDayList
    | AnswerList
    | NoList
    | DailyList
    | LongerList
    | ChannelsList
    | PartList
    | RandomList
    | QuestionList
    | StoryList
    | TopicList
)


@dataclass(frozen=True, slots=True)
class Place:
    """What a message shows: a page of a list, or the last event of the trail.

    Attributes:
        page: the page of the list, from 0.
        trail: ids of the events that were opened one from another.
    """

    of: EventList
    page: int = 0
    trail: tuple[str, ...] = ()

    def opened(self, event_id: str) -> Place:
        """The place after opening an event."""
        return replace(self, trail=(*self.trail, event_id))

    def back(self) -> Place | None:
        """The place before the last event was opened; None if there is none."""
        if len(self.trail) > 1 or (self.trail and not isinstance(self.of, NoList | RandomList)):
            return replace(self, trail=self.trail[:-1])
        return None


@dataclass(frozen=True, slots=True)
class Target:
    """What a custom_id says: the asker's id, and the place it leads to (a select adds the event that is chosen)."""

    asker: int
    place: Place


def encode(action: str, target: Target) -> str:
    """Write a custom_id; where the trail is too long for it, the events opened first are forgotten.

    Args:
        action: one lower-case letter that tells components with the same target apart.
    """
    place = target.place
    head = f"dl:{action}:{_base36(target.asker)}:{_encode_list(place.of)}:{_base36(place.page)}:"
    trail = [_encode_id(event_id) for event_id in place.trail]
    if trail and isinstance(place.of, StoryList) and len(head) + len(trail[-1]) > MAX_CUSTOM_ID:
        # Two of the longest ids do not fit: the event is opened, and its card leads to its story.
        return encode(action, Target(target.asker, Place(NoList(), 0, place.trail)))
    while trail and len(head) + len(",".join(trail)) > MAX_CUSTOM_ID:
        del trail[0]
    return head + ",".join(trail)


_PATTERN = re.compile(
    r"dl:[a-z]:(?P<who>[0-9a-z]{1,13}):(?P<list>[a-z][\w.~-]{0,64}):(?P<page>[0-9a-z]{1,5}):(?P<trail>[\w.,~-]*)"
)


def decode(custom_id: str) -> Target | None:
    """Read a custom_id; None if it is not one of the bot's or its parts make no sense."""
    match = _PATTERN.fullmatch(custom_id)
    if match is None:
        return None
    try:
        of = _decode_list(match["list"])
        trail = tuple(_decode_id(part) for part in match["trail"].split(",") if part)
        return Target(int(match["who"], 36), Place(of, int(match["page"], 36), trail))
    except (ValueError, OverflowError):
        return None


def _encode_list(of: EventList) -> str:
    match of:
        case DaysList(dates):
            return f"e{_base36(dates.first.toordinal())}-{_base36(dates.last.toordinal())}"
        case OnThisDayList(month, day):
            return f"o{month:02}{day:02}"
        case AnswerList(key):
            return f"q{key}"
        case NoList():
            return "n"
        case DailyList(subscription, date):
            return f"d{subscription}-{_base36(date.toordinal())}"
        case LongerList(subscription, date):
            return f"m{subscription}-{_base36(date.toordinal())}"
        case ChannelsList():
            return "c"
        case PartList(inner, year, topic):
            return f"f{'' if year is None else _base36(year)}-{topic}-{_encode_list(inner)}"
        case RandomList(days, topic):
            return f"r{topic}-{'' if days is None else _encode_list(days)}"
        case QuestionList(question):
            return "w" + base64.urlsafe_b64encode(question.encode()).decode().rstrip("=")
        case StoryList(event):
            return f"s{_encode_id(event)}"
        case TopicList(topic):
            return f"t{topic}"


def _decode_list(text: str) -> EventList:
    kind, rest = text[0], text[1:]
    if kind == "e":
        first, last = (dt.date.fromordinal(int(part, 36)) for part in rest.split("-"))
        return DaysList(DateRange(first, last))
    if kind == "o" and len(rest) == 4:
        day = dt.date(2000, int(rest[:2]), int(rest[2:]))  # a leap year has every day
        return OnThisDayList(day.month, day.day)
    if kind == "q" and rest:
        return AnswerList(rest)
    if text == "n":
        return NoList()
    if text == "c":
        return ChannelsList()
    if kind == "f":
        year, topic, inner = rest.split("-", 2)
        of = _decode_list(inner)
        if isinstance(of, DaysList | OnThisDayList | AnswerList) and _TOPIC_KEY.fullmatch(topic):
            return PartList(of, _year(year), topic)
    if kind == "r":
        topic, inner = rest.split("-", 1)
        days = _decode_list(inner) if inner else None
        if isinstance(days, DaysList | OnThisDayList | None) and _TOPIC_KEY.fullmatch(topic):
            return RandomList(days, topic)
    if kind == "w":
        return QuestionList(base64.b64decode(rest + "=" * (-len(rest) % 4), b"-_", validate=True).decode())
    if kind == "s" and rest:
        return StoryList(_decode_id(rest))
    if kind == "t" and rest and _TOPIC_KEY.fullmatch(rest):
        return TopicList(rest)
    if kind in {"d", "m"}:
        subscription, ordinal = rest.split("-")
        date = dt.date.fromordinal(int(ordinal, 36))
        return DailyList(subscription, date) if kind == "d" else LongerList(subscription, date)
    raise ValueError


def _year(text: str) -> int | None:
    """The year that is written; ValueError if it is none of the calendar."""
    return dt.date(int(text, 36), 1, 1).year if text else None


def _encode_id(event_id: str) -> str:
    """Ten characters for ids of the usual form; others as they are, marked."""
    if match := _PLAIN_ID.fullmatch(event_id):
        try:
            day = dt.date.fromisoformat(match[1])
        except ValueError:
            return f"~{event_id}"
        eight = base64.urlsafe_b64encode(bytes.fromhex(match[2])).decode().rstrip("=")
        return f"{_base36(day.toordinal())}{eight}"
    return f"~{event_id}"


def _decode_id(text: str) -> str:
    if text.startswith("~"):
        return text[1:]
    day = dt.date.fromordinal(int(text[:-6], 36))
    return f"{day.isoformat()}-{base64.urlsafe_b64decode(text[-6:] + '==').hex()}"


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
