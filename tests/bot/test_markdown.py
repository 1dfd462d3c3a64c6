from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markdown import seen
from bot.markup import escape
from embeddings.text import clean

MARKS = st.text("*_~|`<>[]()#@:\\-+. \nabh/t0t19!?&")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**bold**, *slanted*, _so_, __under__, ~~struck~~, ***all***", "bold, slanted, so, under, struck, all"),
        ("a snake_case_name and _so_ on", "a snake_case_name and so on"),
        ("the ||murderer is the butler||", "the murderer is the butler"),
        ("# Title\n## Less\n-# small\n> quoted\n>>> more", "Title Less small quoted more"),
        ("- item\n  * item\n12. item", "item item item"),
        ("#hashtag 1.5 -3", "#hashtag 1.5 -3"),
        ("```py\nprint('*x*')\n```", "print('*x*')"),
        ("```one line```", "one line"),
        ("`*code*` and ``more``", "*code* and more"),
        (r"\*not slanted\*, \# no title", "*not slanted*, # no title"),
        ("[the **war**](https://a.example/b_(c)) [map](<https://b.example> \"tip\")", "the war map"),
        ("[a [b] c](https://a.example)", "a [b] c"),
        ("[no link](here)", "[no link](here)"),
        ("see https://a.example/b, <https://b.example> (https://c.example).", "see, ."),
        ("<@1> <@!2> <@&3> <#4> <:kek:5> <a:wave:6> </ask:7> <id:home> @everyone @here hello", "hello"),
        ("on <t:1450828800:D>, <t:1450828800> or <t:1450828800:R>", "on 2015-12-23 , 2015-12-23 or 2015-12-23"),
        ("at <t:1450828800:t> <t:99999999999999999:F>", "at"),
        ("5 < 7 > 3 & |x|", "5 < 7 > 3 & |x|"),
        ("", ""),
    ],
)  # fmt: skip
def test_marks_are_taken_out_and_words_stay(text: str, words: str) -> None:
    assert clean(seen(text).text) == words


def test_links_are_given_as_they_lead() -> None:
    text = "https://a.example/x_(y), <https://b.example/?q=1> (https://c.example/d). [t](https://e.example) [f](ftp:x)"
    assert seen(text).links == (
        "https://a.example/x_(y)",
        "https://b.example/?q=1",
        "https://c.example/d",
        "https://e.example",
    )


@given(st.text() | MARKS)
def test_what_the_bot_escaped_is_seen_as_it_was(text: str) -> None:
    assert clean(seen(escape(text)).text) == clean(text)


@given(st.text() | MARKS)
def test_any_text_is_seen_somehow(text: str) -> None:
    found = seen(text)
    assert all(link.startswith("http") for link in found.links)


@pytest.mark.parametrize(
    "piece", ["[", "[a](", "*", "`", "```", "<t:", "https://", "\\", "[[a]", "> ", "(", "__", "<@"]
)
def test_a_hostile_text_takes_no_longer_than_it_is_long(piece: str) -> None:
    assert len(seen(piece * 100_000).text) <= 20_000


@pytest.mark.parametrize("unit", ["[a\\]", " ", "[", "[[", "(", "`", "<", "\\", "http://a (", "*_", "> "])
@pytest.mark.parametrize("end", ["", ".", "](http://a)"])
def test_work_grows_with_the_length_of_a_text_and_no_faster(unit: str, end: str) -> None:
    def seconds(times: int) -> float:
        text = f"http://a {unit * times}{end}"
        began = time.process_time()
        seen(text)
        return time.process_time() - began

    few, many = (min(seconds(4_000 * share // len(unit) // 4) for _ in range(3)) for share in (1, 4))
    assert many < max(0.02, 10 * few)
