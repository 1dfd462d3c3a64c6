"""What the bot is and what can be asked: the pages of `/about` and `/help`."""

from __future__ import annotations

from collections.abc import Sequence

from bot import help_words, words
from bot.answers import About
from bot.cards.page import AnswerPage, Step, fitted
from bot.markup import escape, escape_within, link, plain
from bot.views.state import DaysList, OnThisDayList, Place, QuestionList
from embeddings.dates import DateRange
from embeddings.search.examples import Example, Kind

_ABOUT_SHARE = 3  # a third: of an index of many archives not all can be named
_CONTACT = 200
_LABEL = 80  # of a button
_ACTIONS = "efghi"  # one an example: two buttons must not have the same custom_id


def about_page(about: About, version: str, invite: str, contact: str = "", source: str = "") -> AnswerPage:
    """What the archive holds, whose text it is, what is stored, where the program is from and who runs it.

    Args:
        contact: how those who run the bot can be reached, as they wrote it: an address on the web, for mail, or words.
        source: the web address of the program's source, if they name one.
    """

    def make(room: int) -> AnswerPage:
        held = [f"- {escape_within(line, room // _ABOUT_SHARE)}" for line in words.about(about)]
        blocks = (
            "\n".join([f"## Dateline {escape(version)}", *held]),
            str(words.STORED),
            f"{help_words.CONTACT} {_contact(contact)}" if contact.strip() else str(words.FAULTS),
            f"-# {help_words.program(version, source)}",
        )
        return AnswerPage(blocks, links=((str(words.INVITE), invite),))

    return fitted(make)


def _contact(contact: str) -> str:
    text = contact.strip()
    return (
        link(escape_within(text, _CONTACT), text)
        if text.startswith(("https://", "http://"))
        else escape_within(text, _CONTACT)
    )


def help_page(examples: Sequence[Example]) -> AnswerPage:
    """What can be asked, and a button for each example, which answers whoever presses it."""
    steps = tuple(
        Step(plain(help_words.example(each), _LABEL), _place(each), action, aside=True)
        for each, action in zip(examples, _ACTIONS, strict=False)
    )
    blocks = [f"{help_words.HEADING}\n{help_words.commands()}"]
    if steps:
        blocks.append(str(help_words.TRY))
    return AnswerPage(tuple(blocks), steps=steps)


def _place(example: Example) -> Place:
    match example.kind:
        case Kind.DATE:
            return Place(DaysList(DateRange(example.date, example.date)))
        case Kind.DAY:
            return Place(OnThisDayList(example.date.month, example.date.day))
        case _:
            return Place(QuestionList(example.text))
