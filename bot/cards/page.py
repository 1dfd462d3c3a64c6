"""What one message shows, as a value: blocks of text, what can be chosen and pressed, what stands around an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot import words
from bot.markup import BLOCK_BYTES, MAX_BYTES, MAX_TEXT, total
from bot.views.state import Place
from embeddings.picture.chart import Chart


@dataclass(frozen=True, slots=True)
class Choice:
    """An event that can be opened from a page."""

    event_id: str
    label: str
    description: str


@dataclass(frozen=True, slots=True)
class Narrow:
    """A select that narrows the list: its letter, and of each option its value, its label and whether it holds now."""

    action: str
    placeholder: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A button: the place it leads to, and a letter that tells it from others on the page with the same place.

    Attributes:
        aside: whether the place is shown in a message of its own, to whoever presses, and this one stays as it is.
    """

    label: str
    place: Place
    action: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """A select of one of several values.

    Attributes:
        options: value and label, each at most 100 characters; at most 25.
        chosen: the value that is marked; none of them where it is another one.
    """

    custom_id: str
    placeholder: str
    options: tuple[tuple[str, str], ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Channels:
    """A select of any number of a server's channels; `chosen` are the ids of those that are marked."""

    custom_id: str
    placeholder: str
    chosen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """A button that leads to no place."""

    custom_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around an answer.

    Attributes:
        question: what was asked and how it was read, in lines of small print; a message keeps them when it is turned.
        shared: who shared the answer, likewise.
        attribution: whether it says whose texts these are.
    """

    question: str = ""
    shared: str = ""
    attribution: bool = True

    @property
    def above(self) -> tuple[str, ...]:
        """The blocks above an answer."""
        return tuple(filter(None, (self.shared, self.question)))


PLAIN = Frame()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is drawn once a page is shown, and what it shows in words, of at most `MAX_ALT` characters."""

    chart: Chart
    alt: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """What a message shows. All text is escaped and together at most `MAX_TEXT` long."""

    blocks: tuple[str, ...]
    place: Place | None = None
    choices: tuple[Choice, ...] = ()
    steps: tuple[Step, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # label, web address
    controls: tuple[Options | Channels | Press, ...] = ()
    frame: Frame = PLAIN
    narrows: tuple[Narrow, ...] = ()
    picture: Picture | None = None
    open_label: str = field(default_factory=lambda: str(words.OPEN))  # above the events that can be opened

    @property
    def cost(self) -> float:
        """The share of a message's room that the text takes, from 0; above 1 it does not fit."""
        texts = (*self.frame.above, *self.blocks)
        size = sum(len(text.encode()) + BLOCK_BYTES for text in texts)
        return max(total(texts) / MAX_TEXT, size / MAX_BYTES)


def fitted(make: Callable[[int], AnswerPage], frame: Frame = PLAIN) -> AnswerPage:
    """A page that fits a message: made again with less room for text where scripts of many bytes need it.

    Args:
        make: makes the page with at most so many characters of text.
        frame: what stands around the page, and takes of its room.
    """
    room = MAX_TEXT - total(frame.above)
    while (page := replace(make(room), frame=frame)).cost > 1:
        room = int(room / max(page.cost, 1.05))
    return page
