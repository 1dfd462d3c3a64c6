"""Words that only introduce a source."""

from __future__ import annotations

from itertools import product

import pytest

from embeddings.archive.portal.bullet import read_bullet
from embeddings.events import Source
from tests.rows import for_each

PHRASES = [
    "Video:", "Video here:", "More here:", "More:", "More information:", "Further reading:", "Read more:", "See:",
    "See also:", "See video:", "Full story:", "Source:", "Sources:", "Link:", "Reference:", "Photos:", "Press release:",
    "Watch live:", "Live coverage:", "Official website:", "Report in German:", "Transcript:", "Listen here:", "Via:",
    "According to:", "Details here:", "video:", "more here:", "See", "See also", "Video", "More", "Source", "Read more",
]  # fmt: skip
SENTENCES = ["It rains in [[Ardun]].", "It rains in [[Ardun]]! ", '"It rains", says [[Ardun]].']
LABELS = ["(Radio)", "Radio", "(''Radio'')", "([[Radio]])"]


@for_each(("phrase", "sentence"), list(product(PHRASES, SENTENCES)))
@for_each("label", LABELS)
def test_a_phrase_before_a_source_is_no_part_of_the_sentence(phrase: str, sentence: str, label: str) -> None:
    plain = read_bullet(sentence)
    bullet = read_bullet(f"{sentence} {phrase} [http://radio.example/1 {label}]")
    assert (bullet.text, bullet.links) == (plain.text, ("Ardun",))
    assert bullet.sources == (Source("Radio", "http://radio.example/1"),)


@for_each("phrase", [phrase for phrase in PHRASES if phrase.endswith(":")])
@for_each("form", [" – {} {}", " ({} {})", "; {} {}", ", {} {}", ". [http://a.example (A)], {} {}", ". ''{}'' {}"])
def test_a_phrase_is_known_after_other_signs_than_a_full_stop(phrase: str, form: str) -> None:
    bullet = read_bullet("It rains in [[Ardun]]" + form.format(phrase, "[http://radio.example/1 (Radio)]"))
    assert (bullet.text.rstrip("."), bullet.links) == ("It rains in Ardun", ("Ardun",))
    assert bullet.sources[-1] == Source("Radio", "http://radio.example/1")


PUBLISHERS = [
    "Radio",
    "BBC News",
    "The Ardun Times",
    "Voice of Cestry",
    "''The Paper''",
    "[[The Paper]]",
    "''[[Radio|Radio]]''",
]


@for_each("publisher", PUBLISHERS)
@for_each("form", ["{}: {}", "{} {}", "({}) {}", "({} {})", "({}: {})", "{} – {}"])
@for_each(
    "source",
    ["[http://news.example/1]", "http://news.example/1", "[http://news.example/1 here]", "[http://news.example/1 1]"],
)
def test_a_publisher_before_a_link_without_a_name_is_the_source_s_name(publisher: str, form: str, source: str) -> None:
    bullet = read_bullet(f"It rains in [[Ardun]]. {form.format(publisher, source)}")
    assert (bullet.text, bullet.links) == ("It rains in Ardun.", ("Ardun",))
    name = publisher.replace("''", "").replace("[[", "").replace("]]", "").replace("Radio|", "")
    assert bullet.sources == (Source(name, "http://news.example/1"),)


@pytest.mark.parametrize("after", ["(in German)", "(video)", "(PDF)", "(French)", "(subscription required)"])
def test_a_note_behind_a_source_does_not_stay(after: str) -> None:
    assert read_bullet(f"It rains. [http://radio.example/1 (Radio)] {after}").text == "It rains."


def test_a_remark_that_a_link_is_missing_does_not_stay() -> None:
    assert read_bullet("It rains. [Newslink missing]").text == "It rains."


@for_each(
    "words", ["New South Ardun", "New South Ardun rejoices", "Newton", "Newsham Bridge", "Radiology", "Radical Ardun"]
)
@for_each("form", ["It rains in Dell, {}", "It rains – {}", "It rains. The {}"])
@for_each("label", ["(Paper)", "(''The Paper'')", "(Paper via Wire)"])
def test_words_that_begin_as_the_host_does_are_no_publisher(words: str, form: str, label: str) -> None:
    for host in ("news.example", "www.radio.example", "newspaper.example/new", "news.radio.example"):
        assert read_bullet(f"{form.format(words)} [http://{host}/1 {label}]").text == form.format(words)


@for_each("words", ["Radio", "Radio News", "The Radio", "RADIO Limited", "BBC", "BBC News", "The BBC World Service"])
@for_each("form", ["It rains; {}", "It rains – {}", "It rains, {}"])
@for_each("host", ["news.radio.bbc.example", "www.bbc.radio.example", "radio.bbc.example/1"])
def test_the_own_name_of_a_host_before_its_link_is_a_publisher(words: str, form: str, host: str) -> None:
    assert read_bullet(f"{form.format(words)} [http://{host} (Wire)]").text == "It rains"


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("It rains in [[Ardun]], [[Cestry]] [http://radio.example/1]", "It rains in Ardun, Cestry"),
        ("It rains in the A.B. Senate [http://radio.example/1]", "It rains in the A.B. Senate"),
        ("It rains on Mt. Belmora [http://radio.example/1]", "It rains on Mt. Belmora"),
        ("It rains, says Prof. Belmor [http://radio.example/1]", "It rains, says Prof. Belmor"),
        ("The Cestry Front (CF) [http://radio.example/1]", "The Cestry Front (CF)"),
        ("[[Ann Belmor]] [http://radio.example/1 (Radio)]", "Ann Belmor"),
        ("[[Cestry Cup]]: [[Ardun]] win [http://radio.example/1]", "Cestry Cup: Ardun win"),
        ("It rains. Ten people die. [http://radio.example/1 (Radio)]", "It rains. Ten people die."),
        ("It rains. Ten people die [http://radio.example/1 (Radio)]", "It rains. Ten people die"),
        ("Ann Belmor makes a video [http://radio.example/1 (Radio)]", "Ann Belmor makes a video"),
        ("It rains, reports the Radio. [http://radio.example/1]", "It rains, reports the Radio."),
        ("It rains. Cestry [http://radio.example/1 denies it].", "It rains. Cestry denies it."),
        ("The press publishes more [http://radio.example/1 (Radio)]", "The press publishes more"),
        ("It hails according to [http://radio.example/1 (Radio)]", "It hails according to"),
        ("Video: it rains. [http://radio.example/1 (Radio)]", "Video: it rains."),
        ("Video: [http://radio.example/1 (Radio)] It rains.", "It rains."),
        ("Cestry wins 3–1. It is 2. [http://radio.example/1 (Radio)]", "Cestry wins 3–1. It is 2."),
    ],
)
def test_words_of_the_sentence_stay(wikitext: str, text: str) -> None:
    assert read_bullet(wikitext).text == text
