from __future__ import annotations

import pytest

from embeddings.archive.portal.bullet import cost, read_bullet
from embeddings.events import Source
from tests.embeddings.archive.portal.days import only

RADIO = Source("Radio", "http://radio.example/1")


@pytest.mark.parametrize(
    ("wikitext", "text", "links"),
    [
        ("It rains in [[Ardun]].", "It rains in Ardun.", ("Ardun",)),
        ("It rains in [[Ardun, Cestry|the capital]].", "It rains in the capital.", ("Ardun, Cestry",)),
        ("[[Ardun]]ians see [[Ardun|'''rain''']].", "Ardunians see rain.", ("Ardun",)),
        ("A [[Rain_of  frogs#History|rain]] falls.", "A rain falls.", ("Rain of frogs",)),
        ("Rain ends [[#Snow|again]].", "Rain ends again.", ()),
        ("The [[:Category:Rain|rain]] of [[wikt:frog|frogs]].", "The rain of frogs.", ()),
        ("[[:de:Regen|Rain]] falls in [[:Ardun]].", "Rain falls in Ardun.", ("Ardun",)),
        ("''[[2001: A Rain Odyssey]]'' is shown.", "2001: A Rain Odyssey is shown.", ("2001: A Rain Odyssey",)),
        ("[[File:Rain.jpg|thumb|Rain in [[Ardun]]]]It rains.", "It rains.", ()),
        ("It &mdash; [[AT&amp;T]] says&nbsp;&#8211; rains.", "It — AT&T says – rains.", ("AT&T",)),
        ("It\u200b ra\u00adins\ufeff in [[Ar\u200bdun]].", "It rains in Ardun.", ("Ardun",)),
        ("It is <nowiki>''rain''</nowiki> <b>again</b><br/>and<br>again.", "It is rain again and again.", ()),
        ("It rains {{convert|10|mm|in|abbr=on}} {{snd}}a lot.", "It rains 10 mm – a lot.", ()),
        ("{{ill|Ann Belmor|de}} and {{flag|Cestry}} win.", "Ann Belmor and Cestry win.", ("Ann Belmor", "Cestry")),
        ("It {{lang|fr|pleut}}{{citation needed|date=May 2015}}.", "It pleut.", ()),
        ("It {{some template|rains|a=b}} in {{nowrap|[[Ardun]]}}.", "It rains in Ardun.", ("Ardun",)),
    ],
)
def test_markup_shows_its_text_and_its_links(wikitext: str, text: str, links: tuple[str, ...]) -> None:
    bullet = read_bullet(wikitext)
    assert (bullet.text, bullet.links, bullet.names, bullet.notes) == (text, links, (), ())


@pytest.mark.parametrize(
    "wikitext",
    [
        "It rains. [http://radio.example/1 (Radio)]",
        "It rains. [http://radio.example/1 Radio]",
        "It rains. [http://radio.example/1 (''Radio'')],",
        "It rains. ([http://radio.example/1 Radio])",
        "It rains. [http://radio.example/1 (Radio)",
        "It rains. [http://radio.example/1 (Radio]",
        "It rains. [http://radio.example/1 ([[Radio Ardun|Radio]])]",
        "It rains.<ref>[http://radio.example/1 Radio]</ref>",
        '<ref name="a">{{cite news|url=http://radio.example/1|title=Rain|work=[[Radio]]}}</ref>It rains.',
        "It rains. {{cite web |url=http://radio.example/1 |title=Rain |publisher=Radio}}",
        "It rains. [http://radio.example/1 (Radio)] {{Webarchive|url=http://old.example/|date=3 May 2016}}",
        "It rains. [http://radio.example/1 (Radio)]{{dead link}}.",
        "It rains [http://radio.example/1 (Radio)].",
    ],
)
def test_a_source_is_known_in_each_of_its_forms(wikitext: str) -> None:
    bullet = read_bullet(wikitext)
    assert (bullet.text, bullet.sources, bullet.links) == ("It rains.", (RADIO,), ())


def test_several_sources_stand_in_a_row_with_or_without_commas() -> None:
    bullet = read_bullet(
        "It rains. [http://radio.example/1 (Radio)], [https://paper.example/a?b&region=c&amp;d (''NW'' via ''Paper'')]"
        "[//daily.example (Daily (Ardun))] [http://radio.example/1 (Radio)]"
    )
    assert bullet.text == "It rains."
    assert bullet.sources == (
        RADIO,
        Source("NW via Paper", "https://paper.example/a?b&region=c&d"),
        Source("Daily (Ardun)", "https://daily.example"),
    )


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("It rains [http://radio.example/1 (Radio)], and it snows.", "It rains, and it snows."),
        ("It rains. [http://radio.example/1 (Radio)], Later it snows.", "It rains. Later it snows."),
        ("It rains.[http://radio.example/1 (Radio)]It snows.", "It rains. It snows."),
        ("It rains , and snows. [http://radio.example/1 (Radio)]", "It rains , and snows."),
    ],
)
def test_a_sentence_goes_on_after_a_source(wikitext: str, text: str) -> None:
    bullet = read_bullet(wikitext)
    assert (bullet.text, bullet.sources) == (text, (RADIO,))


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("[http://radio.example/1 It rains in Ardun.]", "It rains in Ardun."),
        ("The [http://radio.example/1 rain] falls in [[Ardun]].", "The rain falls in Ardun."),
        ("The rain in Ardun [http://radio.example/1 has ended]", "The rain in Ardun has ended"),
    ],
)
def test_a_link_that_is_a_part_of_the_sentence_keeps_its_text(wikitext: str, text: str) -> None:
    bullet = read_bullet(wikitext)
    assert (bullet.text, bullet.sources) == (text, (Source("radio.example", "http://radio.example/1"),))


@pytest.mark.parametrize("source", ["[http://www.radio.example/1]", "http://www.radio.example/1"])
def test_a_source_without_a_name_has_its_host_s(source: str) -> None:
    [found] = read_bullet(f"It rains. {source}").sources
    assert found == Source("radio.example", "http://www.radio.example/1")


def test_a_source_whose_address_is_no_web_page_keeps_its_name_and_is_noted() -> None:
    bullet = read_bullet("It rains. [ftp://radio.example/1 (Radio)]")
    assert (bullet.text, bullet.sources) == ("It rains.", (Source("Radio"),))
    assert bullet.notes == ("a source's address is not http or https: ftp://radio.example/1; its name is kept",)


def test_a_footnote_without_an_address_is_a_source_s_name() -> None:
    assert read_bullet("It rains.<ref>The Rain Gazette, 3 May</ref>").sources == (Source("The Rain Gazette, 3 May"),)


def test_a_bullet_of_links_names_topics_and_its_links_are_contexts_of_the_events_below() -> None:
    bullet = read_bullet("'''[[2015 Ardun floods|Floods in Ardun]]''', {{ill|Belmora Dam|de}}:")
    assert bullet.names == ("Floods in Ardun", "Belmora Dam")
    assert bullet.links == ("2015 Ardun floods", "Belmora Dam")
    assert only("*[[2015 Ardun floods#Dam|Dam]]\n**It breaks.").contexts == ("2015 Ardun floods",)


def test_a_link_beside_a_source_is_no_topic() -> None:
    event = only("*[[Ardun floods]] [http://radio.example/1 (Radio)]")
    assert (event.headline, event.topics, event.sources) == ("Ardun floods", (), (RADIO,))


def test_the_cost_of_reading_grows_with_openings_times_length() -> None:
    assert cost("It rains.") == 0
    assert cost("[[a]]" * 20) == 4 * cost("[[a]]" * 10)
