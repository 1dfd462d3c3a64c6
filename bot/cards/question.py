"""The small print above an answer: what was asked, and how it was read."""

from __future__ import annotations

from collections.abc import Sequence

from bot import settings_words
from bot.markdown import seen
from bot.markup import escape_line, escape_within
from embeddings.search.spelling import Correction

_QUESTION = 600  # of a question that has up to 500 characters before it is escaped
_CORRECTED = 100  # each


def asked(text: str, corrections: Sequence[Correction] = (), language: str = "") -> str:
    """What was asked, as it was typed, and how its misspelt words were read; empty if there is nothing to say.

    Args:
        language: if it is not English, all of it was read otherwise.
    """
    read = [escape_within(each.read, _CORRECTED) for each in corrections]
    said = settings_words.read_as if language else settings_words.corrected
    lines = [escape_line(text, _QUESTION), said(read) if read else ""]
    return "\n".join(f"-# {line}" for line in lines if line)


def question_in(small_print: str) -> str:
    """The question that `asked` wrote, as `clean` leaves it."""
    first = small_print.partition("\n")[0]
    return seen(first.removeprefix("-# ")).text.strip()
