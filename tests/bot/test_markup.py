from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import escape, escape_within, link, plain
from embeddings.text import clean
from tests.bot.hostile import headlines

# What Discord would act on, not preceded by a backslash.
_ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*(?:<[@#:/ati]|@everyone|@here|\]\(|[*_~|`])")


@given(st.text() | st.sampled_from(headlines()))
def test_nothing_in_escaped_text_has_a_meaning_for_discord(text: str) -> None:
    escaped = escape(text)
    assert not _ACTIVE.search(escaped)
    assert "\n" not in escaped
    assert "\0" not in escaped


@pytest.mark.parametrize(
    ("text", "escaped"), [("- a", r"\- a"), ("+ a", r"\+ a"), ("12. a", r"12\. a"), ("2015-12-23", "2015-12-23")]
)
def test_no_line_becomes_a_list(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(st.text() | st.sampled_from(headlines()))
def test_escaped_text_shows_the_text_letter_for_letter(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", escape(text)) == clean(text)


@given(st.text() | st.sampled_from(headlines()), st.integers(0, 300))
def test_escaped_text_keeps_within_its_limit_and_never_ends_in_half_an_escape(text: str, limit: int) -> None:
    escaped = escape_within(text, limit)
    assert len(escaped) <= limit
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", escaped)


@pytest.mark.parametrize(
    "url", ["https://x.example/a b", "https://x.example/a>b<c", "https://x.example/)](https://evil"]
)
def test_an_address_cannot_end_its_link(url: str) -> None:
    inside = link("text", url).removeprefix("[text](<").removesuffix(">)")
    assert not set(inside) & set("<> \n")


@given(st.text() | st.sampled_from(headlines()), st.integers(1, 200))
def test_plain_text_is_one_line_within_its_limit_and_never_empty(text: str, limit: int) -> None:
    assert 1 <= len(plain(text, limit)) <= limit
