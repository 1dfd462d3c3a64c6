"""Brackets of links and sources that are one too many, or one too few."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive.portal.brackets import in_order
from embeddings.archive.portal.bullet import read_bullet
from tests.rows import for_each

SENTENCES = [
    "The [[Belmora Dam]] breaks in [[Ardun]]. [https://radio.example/1 (Radio)]",
    "[[Ann Belmor]] wins the [[2015 Cestry Cup|cup]] of [[Cestry]]'s league, in [[Ardun|the capital]]; it rains. "
    "[https://paper.example/2 (The Paper)]",
    '[[Cestry]] says that "the [[Ardun Accord|accord]]" is over. [https://radio.example/1 (Radio)] '
    "[https://paper.example/2 (''The Paper'')]",
    "Ten [[Ardun]]ians ([[Belmora]]) leave, [[Ann Belmor]] too. [https://radio.example/1 (Radio)], "
    "[https://paper.example/2 (AP via The Paper)]",
]
BRACKET = re.compile(r"[\[\]]")


def with_one_bracket_less(text: str) -> Iterator[str]:
    for match in BRACKET.finditer(text):
        yield text[: match.start()] + text[match.end() :]


def with_one_bracket_more(text: str) -> Iterator[str]:
    for match in BRACKET.finditer(text):
        yield text[: match.start()] + match[0] + text[match.start() :]


def with_no_closing(text: str) -> Iterator[str]:
    for match in re.finditer(r"(?<=\))\]", text):
        yield text[: match.start()] + text[match.end() :]


VARIANTS = [  # some 130
    (variant, sentence)
    for sentence in SENTENCES
    for faulty in (with_one_bracket_less, with_one_bracket_more, with_no_closing)
    for variant in faulty(sentence)
]


@for_each(("variant", "sentence"), VARIANTS)
def test_one_bracket_too_many_or_too_few_changes_nothing(variant: str, sentence: str) -> None:
    assert read_bullet(variant) == read_bullet(sentence)


def test_two_brackets_too_many_or_too_few_change_no_word() -> None:
    count = right = 0
    for sentence in SENTENCES:
        words = re.findall(r"\w+", read_bullet(sentence).text)
        for variant in with_one_bracket_less(sentence):
            for second in with_one_bracket_more(variant):
                count += 1
                found = read_bullet(second)
                right += re.findall(r"\w+", found.text) == words and not BRACKET.search(found.text)
    assert right >= 0.95 * count, f"{right} of {count} sentences with two faults keep their words"


@pytest.mark.parametrize(
    ("wikitext", "text", "links"),
    [
        ("It rains in Ardun]], [[Cestry]].", "It rains in Ardun, Cestry.", ("Cestry",)),
        ("It rains in [[Ardun, says [[Cestry]].", "It rains in Ardun, says Cestry.", ("Cestry",)),
        ("Rain]] and snow fall.", "Rain and snow fall.", ()),
        ("The A.B.]Office of [[Rain]] acts.", "The A.B. Office of Rain acts.", ("Rain",)),
        ("They have[boycotted it.", "They have boycotted it.", ()),
        ("The Belmora]]n dam breaks.", "The Belmoran dam breaks.", ()),
        ("[Ardun|The capital] is wet.", "The capital is wet.", ("Ardun",)),
        ("[Ardun]] is wet.", "Ardun is wet.", ("Ardun",)),
        ("[[[Ardun]]] is wet.", "Ardun is wet.", ("Ardun",)),
        ("The [[Ardun F.C.|Ardun team wins.", "The Ardun team wins.", ("Ardun F.C.",)),
        ("Wet [[File:Rain.jpg|thumb|200px|Ardun is wet.", "Wet Ardun is wet.", ()),
        ("<nowiki>[[</nowiki>Rain [[falls]].", "Rain falls.", ("falls",)),
    ],
)
def test_a_link_that_is_half_there_leaves_no_bracket(wikitext: str, text: str, links: tuple[str, ...]) -> None:
    bullet = read_bullet(wikitext)
    assert (bullet.text, bullet.links) == (text, links)


@pytest.mark.parametrize(
    "wikitext",
    [
        '"[M]y [sic] rain [...] falls", [[Ann]] says.',
        'He says "[the [[Belmora Dam]]] breaks".',
        "It is [at last] raining.",
        "A[1] rain.",
    ],
)
def test_an_editor_s_remark_in_brackets_stays(wikitext: str) -> None:
    assert read_bullet(wikitext).text == wikitext.replace("[[", "").replace("]]]", "]").replace("]]", "")


@for_each(
    "source",
    [
        "[http://radio.example/1 (Radio)",
        "[http://radio.example/1 (Radio)}",
        "[http://radio.example/1 (Radio}]",
        "http://radio.example/1 (Radio)]",
        "[[http://radio.example/1 (Radio)]]",
        "[[http://radio.example/1 (Radio)]",
        "[http://radio.example/1 (Radio)]]",
        "[[http://radio.example/1|(Radio)]]",
        "[http://radio.example/1|(Radio)]",
        "[url=http://radio.example/1 (Radio)]",
        "[ http://radio.example/1 (Radio)]",
        "[http:/radio.example/1 (Radio)]",
        "[http//radio.example/1 (Radio)]",
        "[http:radio.example/1 (Radio)]",
        "[http:--radio.example/1 (Radio)]",
        "[ttp://radio.example/1 (Radio)]",
        "[htttp://radio.example/1 (Radio)]",
        "[http:// radio.example/1 (Radio)]",
        "[http://radio.example/1 ([[Radio])]",
        "[http://radio.example/1 ([Radio]])]",
    ],
)
@for_each("after", ["", " It snows.", " [http://paper.example (Paper)]", ", [http://paper.example (Paper)"])
def test_a_source_with_a_slip_is_one(source: str, after: str) -> None:
    bullet = read_bullet(f"It rains. {source}{after}")
    assert bullet.text == f"It rains.{' It snows.' if 'snows' in after else ''}"
    assert [(found.name, found.url) for found in bullet.sources] == [
        ("Radio", "http://radio.example/1"),
        ("Paper", "http://paper.example"),
    ][: 2 if "paper" in after else 1]


PARTS = st.sampled_from(
    [
        "Rain ",
        "[[Ardun]]",
        "[[Ardun|wet]] ",
        "[http://a.example/b (C)] ",
        "[http://a.example ([[C]])]",
        "(so) ",
        "[sic] ",
        "[[File:A.jpg|thumb|[[Ardun]] wet]]",
        "'''b''' ",
        "{{x|[[y]]}} ",
        ", ",
        "<nowiki>]]</nowiki> ",
        "http://a.example ",
    ]
)


@given(st.lists(PARTS, max_size=12).filter(lambda parts: all(a + b != "[sic] [sic] " for a, b in pairwise(parts))))
def test_brackets_in_order_stay_as_they_are(parts: list[str]) -> None:
    assert in_order("".join(parts)) == "".join(parts)


@given(st.text("[]|a A.h:/", max_size=60))
def test_any_brackets_come_to_an_order_that_stays(text: str) -> None:
    ordered = in_order(f"http://{text}")
    assert ordered.count("[") == ordered.count("]")
