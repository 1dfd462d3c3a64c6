"""The page of a server's channels with daily posts, as many channels as a message holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot import words
from bot.cards.page import AnswerPage, Step
from bot.views.state import ChannelsList, Place

_MOST = 10  # of a page: with what stands between them some twenty of the forty components of a message
_SMALL = "-# page 1,000 of 1,000"  # the room that the small print takes


def channels_page(lines: Sequence[str], page: int) -> AnswerPage:
    """A page of channels, a line or two each; the last page if the list has become shorter than `page`.

    Args:
        lines: one a channel, each short enough for a message.
        page: from 0.
    """
    groups = list(_groups(lines))
    page = min(page, len(groups) - 1)
    steps = []
    if page > 0:
        steps.append(Step(str(words.PREVIOUS), Place(ChannelsList(), page - 1), "p"))
    if page + 1 < len(groups):
        steps.append(Step(str(words.NEXT), Place(ChannelsList(), page + 1), "n"))
    small = [f"-# {text}" for text in words.page_of(page + 1, len(groups))]
    return AnswerPage((*groups[page], *small), Place(ChannelsList(), page), steps=tuple(steps))


def _groups(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each page."""
    group: list[str] = []
    for line in lines:
        if group and (len(group) == _MOST or AnswerPage((*group, line, _SMALL)).cost > 1):
            yield group
            group = []
        group.append(line)
    yield group
