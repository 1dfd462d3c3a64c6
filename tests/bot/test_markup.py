from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import (
    MAX_BUTTON_LINK,
    address,
    button_link,
    cut,
    escape,
    escape_within,
    isolated,
    length,
    link,
    one_line,
    plain,
    total,
)
from embeddings.text import clean
from tests.bot.hostile import headlines
from tests.proofs.addresses import uri_problem
from tests.proofs.hostile_events import ADDRESSES, TEXTS

hostile = st.text() | st.sampled_from(headlines()) | st.sampled_from(list(TEXTS.values()))


def longest(text: str) -> int:
    """How long a text is by whichever count makes it longer: characters, or UTF-16 code units."""
    return max(len(text), sum(1 + (ord(character) > 0xFFFF) for character in text))


# What Discord would act on, not preceded by a backslash.
_ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*(?:<[@#:/ati]|@everyone|@here|\]\(|[*_~|`])")


@given(hostile)
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


@given(hostile)
def test_escaped_text_shows_the_text_letter_for_letter(text: str) -> None:
    assert re.sub(r"\\(.)", r"\1", escape(text)) == clean(text)


@given(hostile, st.integers(0, 300))
def test_escaped_text_keeps_within_its_limit_and_never_ends_in_half_an_escape(text: str, limit: int) -> None:
    escaped = escape_within(text, limit)
    assert longest(escaped) <= limit
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", escaped)


@pytest.mark.parametrize(
    "url", ["https://x.example/a b", "https://x.example/a>b<c", "https://x.example/)](https://evil"]
)
def test_an_address_cannot_end_its_link(url: str) -> None:
    inside = link("text", url).removeprefix("[text](<").removesuffix(">)")
    assert not set(inside) & set("<> \n")


@given(hostile, st.integers(1, 200))
def test_plain_text_is_one_line_within_its_limit_and_never_empty(text: str, limit: int) -> None:
    assert 1 <= longest(plain(text, limit)) <= limit


@given(st.text(st.characters(exclude_categories=())), st.text())
def test_a_length_is_in_utf_16_and_lengths_add_up(one: str, other: str) -> None:
    assert length(one) == longest(one)
    assert total((one, other)) == length(one) + length(other)


@given(hostile, st.integers(0, 200))
def test_what_is_cut_fits_and_begins_as_the_text_does(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert longest(short) <= limit
    assert short == text or limit == 0 or short.endswith("…")
    assert short == text or text.startswith(short[:-1])
    assert cut(text, length(text)) == text


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("🚀🚀🚀", 6, "🚀🚀🚀"),
        ("🚀🚀🚀", 5, "🚀…"),
        ("🚀🚀🚀", 4, "🚀…"),
        ("🚀", 1, "…"),
        ("🚀", 0, ""),
        ("some more words", 12, "some more…"),
    ],
)
def test_half_of_a_pair_is_never_left(text: str, limit: int, short: str) -> None:
    assert cut(text, limit) == short


# What stands for an address, and what of a URI is put together of anything.
urls = (
    st.sampled_from(ADDRESSES)
    | st.text()
    | st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "https", "HTTPS", "ftp"]),
        st.sampled_from(["news.example", "münchen.example", "a.b", "x@a.b", "[::1]", "1.2.3.4", "🚀.example"])
        | st.text(max_size=20),
        st.sampled_from(["", ":80", ":99999", ":0", ":x"]),
        st.text().map("/{}".format),
    )
)


@given(urls)
def test_an_address_is_a_uri_or_none_and_stays_what_it_is(url: str) -> None:
    found = address(url)
    if found is not None:
        assert uri_problem(found) is None
        assert address(found) == found
    shorter = button_link(url)
    assert shorter == (found if found is not None and len(found) <= MAX_BUTTON_LINK else None)


@given(urls)
def test_a_link_in_a_text_leads_to_a_uri_that_cannot_end_it(url: str) -> None:
    linked = link("text", url)
    if linked != "text":
        inside = linked.removeprefix("[text](<").removesuffix(">)")
        assert uri_problem(inside) is None
        assert not set(inside) & set("<>()[] \n")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://news.example/a?b=c#d", "https://news.example/a?b=c#d"),
        ("https://news.example/%C3%BC", "https://news.example/%C3%BC"),
        ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("HTTP://NEWS.EXAMPLE:8080/A", "http://news.example:8080/A"),
        ("https://en.wikipedia.org/wiki/Portal:Current_events/2015_December_23",) * 2,
        ("https://bank.example@evil.example/", None),
        ("https://user:secret@news.example/", None),
        ("https://[2001:db8::1]/", None),
        ("https://localhost/", None),
        ("https://news.example:99999/", None),
        ("https://1.2.3.999/", None),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_where_an_address_leads(url: str | None, found: str | None) -> None:
    assert address(url) == found


@given(st.text())
def test_what_is_written_from_right_to_left_is_kept_apart_and_nothing_else(text: str) -> None:
    alone = isolated(text)
    if alone == text:
        assert all(unicodedata.bidirectional(sign) not in ("R", "AL") for sign in clean(text))
    else:
        assert (alone[0], alone[-1]) == ("\u2068", "\u2069")
        assert one_line(alone) == alone
        assert plain(f"1. {alone}", 1_000) == f"1. {alone}"


@pytest.mark.parametrize("text", ["שלום", "الحرب الأهلية السورية", "a עברית b"])
def test_a_title_from_right_to_left_leaves_its_sentence_in_order(text: str) -> None:
    assert escape_within(text, 100) == f"\u2068{text}\u2069"
    assert length(escape_within(text * 30, 40)) <= 40
    assert escape_within(text, 2) == ""


def test_marks_that_would_turn_the_rest_of_a_line_round_are_taken_away() -> None:
    assert one_line("a \u2067b") == "a b"
    assert one_line("a \u202eb \u2068c") == "a b c"
    assert one_line("\ue000x\ue001 \u2068y\u2069") == "x \u2068y\u2069"
