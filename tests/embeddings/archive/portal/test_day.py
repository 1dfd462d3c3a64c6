from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.archive.layout import MAX_HEADLINE
from embeddings.archive.portal import day_of_title, page_title, read_day
from embeddings.archive.portal.day import MAX_LINES
from embeddings.archive.portal.page import MAX_PAGE
from embeddings.archive.report import PageReport
from embeddings.events import PORTAL_ATTRIBUTION, Event, Source, event_id, event_link
from tests.embeddings.archive.portal.days import DAY, events, only, read

ITEMS = """;Disasters and accidents
*[[2015 Ardun floods|Floods in Ardun]]
**[[Lake Belmora]]
***The [[Belmora Dam]] breaks. [https://paper.example/dam (The Paper)] [https://radio.example/1 (''NW'' via ''Radio'')]
**Rain stops in [[Ardun]].

;Sports
*[[Cestry F.C.|Cestry]] wins the cup. [https://sports.example/ (Sports)]
"""
BELOW, ABOVE = "<!-- All news items below this line -->", "<!-- All news items above this line -->"
LAYOUTS = {
    "a table's head": f"{{{{Current events header|2015|12|3}}}}\n\n{BELOW}\n{ITEMS}\n{ABOVE}|}}\n",
    "a template around the items": (
        f"{{{{Current events|year=2015|month=12|day=3|content=\n\n{BELOW}\n{ITEMS}\n{ABOVE}}}}}\n"
    ),
    "a template in many lines": f"{{{{Current events\n| year = 2015\n|month=12\n|day=3\n|content=\n{ITEMS}}}}}\n",
    "a template at top and bottom": (
        f"{{{{Current events|year=2015|month=12|day=3|top=yes}}}}\n{BELOW}\n{ITEMS}"
        f"{ABOVE}\n{{{{Current events|year=2015|month=12|day=3|bottom=yes}}}}\n"
    ),
    "bold categories": ITEMS.replace(";Disasters and accidents", "'''Disasters and accidents'''").replace(
        ";Sports", "'''Sports'''"
    ),
    "neither head nor comments": ITEMS,
    "line ends of Windows": ITEMS.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_events(layout: str) -> None:
    first, second, third = events(layout)
    assert first == Event(
        id=event_id(DAY, "The Belmora Dam breaks."),
        date=DAY,
        headline="The Belmora Dam breaks.",
        topics=("Floods in Ardun", "Lake Belmora"),
        category="Disasters and accidents",
        contexts=("2015 Ardun floods", "Lake Belmora", "Belmora Dam"),
        sources=(
            Source("The Paper", "https://paper.example/dam"),
            Source("NW via Radio", "https://radio.example/1"),
        ),
    )
    assert (second.headline, second.topics, second.sources) == ("Rain stops in Ardun.", ("Floods in Ardun",), ())
    assert (third.headline, third.category, third.topics) == ("Cestry wins the cup.", "Sports", ())
    assert third.contexts == ("Cestry F.C.",)


def test_an_event_without_a_source_leads_to_its_day_on_the_portal() -> None:
    event = only("*It rains.")
    assert event.attribution == PORTAL_ATTRIBUTION
    assert event_link(event) == "https://en.wikipedia.org/wiki/Portal:Current_events/2015_December_3"


def test_pages_before_there_were_categories_have_none() -> None:
    assert only("*It rains in [[Ardun]]. [http://radio.example (Radio)]").category is None


@pytest.mark.parametrize(
    "heading", ["; Sports", ";Sports:", ";'''Sports'''", "'''Sports''':", "==Sports==", ";[[Sport|Sports]]"]
)
def test_a_category_is_known_in_each_of_its_forms(heading: str) -> None:
    assert only(f"{heading}\n*It rains.").category == "Sports"


def test_topics_five_deep_lead_from_the_widest_to_the_narrowest() -> None:
    page = "\n".join(f"{'*' * depth}[[Topic {depth}]]" for depth in range(1, 5)) + "\n*****It rains."
    event = only(page)
    assert event.topics == event.contexts == ("Topic 1", "Topic 2", "Topic 3", "Topic 4")


def test_a_topic_ends_with_its_bullets_and_with_its_category() -> None:
    page = "*[[Rain]]\n**It rains.\n*It snows.\n;Sports\n**Cestry wins."
    assert [event.topics for event in events(page)] == [("Rain",), (), ()]


def test_links_with_a_comma_between_them_are_several_topics_and_others_one() -> None:
    page = "*[[Rain]], [[Floods]]: [[Ardun]]–[[Belmora]] [[railway]]\n**A bridge breaks."
    event = only(page)
    assert event.topics == ("Rain", "Floods", "Ardun–Belmora railway")
    assert event.contexts == ("Rain", "Floods", "Ardun", "Belmora", "railway")


def test_a_few_words_above_other_bullets_are_a_topic_and_a_sentence_is_an_event() -> None:
    page = "*Floods in [[Ardun]]:\n**A bridge breaks.\n*The [[Belmora Dam]] breaks.\n**Ten villages are under water."
    bridge, dam, villages = events(page)
    assert bridge.topics == ("Floods in Ardun",)
    assert (dam.headline, dam.topics) == ("The Belmora Dam breaks.", ())
    assert (villages.topics, villages.contexts) == ((), ("Belmora Dam",))


def test_a_topic_whose_link_lacks_a_bracket_is_one() -> None:
    assert only("*[[Ardun floods]\n**A bridge breaks.").topics == ("Ardun floods",)


def test_a_few_words_with_nothing_under_them_are_an_event() -> None:
    assert only("*Rain in [[Ardun]]").headline == "Rain in Ardun"


def test_a_topic_without_events_is_none_and_is_reported() -> None:
    found, notes = read("*[[Rain]]\n**[[Floods]]\n***[[File:Floods.jpg]]\n*It snows.")
    assert [event.headline for event in found] == ["It snows."]
    assert notes == [
        "page: line 3: shows no text: File:Floods.jpg",
        'page: line 2: the topic "Floods" has no events',
        'page: line 1: the topic "Rain" has no events',
    ]


def test_a_bullet_goes_on_in_the_next_line() -> None:
    page = "*It rains\nin [[Ardun]]. [http://radio.example (Radio)]\n:and in [[Belmora]]\n*It snows."
    rains, snows = events(page)
    assert rains.headline == "It rains in Ardun. and in Belmora"
    assert snows.headline == "It snows."


def test_text_outside_of_bullets_becomes_an_event_with_a_note() -> None:
    found, notes = read(f"{BELOW}\n\nIt rains in [[Ardun]].\n\n*It snows.\n{ABOVE}")
    assert [event.headline for event in found] == ["It rains in Ardun.", "It snows."]
    assert found[0].contexts == ("Ardun",)
    assert notes == ["page: line 3: is not a bullet, and is taken for an event: It rains in Ardun."]


def test_a_heading_with_a_source_is_an_event_rather_than_a_category() -> None:
    [event, other], notes = read(";It rains. [http://radio.example (Radio)]\n*It snows.")
    assert (event.headline, event.category, other.category) == ("It rains.", None, None)
    assert len(notes) == 1


def test_lines_are_counted_through_comments_and_heads() -> None:
    page = "{{Current events\n|year=2015\n|content=\n<!-- two\nlines\n--><!-- more\n-->*[[File:Rain.jpg]]\n"
    page += "*[[File:Snow.jpg]]\n"
    _, notes = read(page)
    assert notes == [
        "page: line 7: shows no text: File:Rain.jpg",
        "page: line 8: shows no text: File:Snow.jpg",
    ]


def test_what_editors_put_into_comments_is_not_read() -> None:
    assert only("*It rains.<!-- really? -->\n<!--\n*It snows.\n-->").headline == "It rains."


def test_a_comment_that_nothing_closes_hides_nothing() -> None:
    assert [event.headline for event in events("*It rains. <!-- oh\n*It snows.")] == ["It rains. oh", "It snows."]


def test_a_source_alone_is_an_event_with_a_note() -> None:
    [event], notes = read("*[http://radio.example (Radio)]")
    assert (event.headline, event.sources) == ("Radio", (Source("Radio", "http://radio.example"),))
    assert notes == ["page: line 1: holds a source and no text; the source's name is taken for the headline"]


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("#REDIRECT [[Portal:Current events/2015 December 4]]", "is a redirect"),
        ("x" * (MAX_PAGE + 1), "is too large"),
        ("*" + "x" * (MAX_HEADLINE + 1), "the headline has 5,001 characters"),
        ("*" + "{{a|" * 3_000, "the bullet has too much markup"),
        ("*" + "[[a]] " * 4_000, "the bullet has 23,999 characters, expected at most 20,000"),
    ],
)
def test_what_cannot_be_read_is_reported(page: str, why: str) -> None:
    found, [note] = read(page)
    assert found == []
    assert why in note


def test_a_bullet_that_cannot_be_read_costs_itself_alone() -> None:
    found, notes = read("*It rains.\n*" + "{{a|" * 3_000 + "\n*It snows.")
    assert [event.headline for event in found] == ["It rains.", "It snows."]
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("*It rains." + "".join(f" [http://a.b/{n} (B)]" for n in range(101)), "more than 100 sources"),
        (
            "\n".join(f"{'*' * n}[[a{n}]]" for n in range(1, 22)) + f"\n{'*' * 22}It rains.",
            "expected at most 20 topics",
        ),
    ],
)
def test_more_than_an_event_may_have_is_left_out_and_reported(page: str, why: str) -> None:
    [event], [note] = read(page)
    assert event.headline.startswith("It rains")
    assert why in note


def test_a_line_that_is_kept_but_for_a_part_is_not_rejected() -> None:
    report = Report()
    page = "*It rains. {{x" + "|b" * 200 + "}}\n*[http://radio.example/1 (Radio)]\n*" + "x" * 20_001
    assert len(read_day(page, DAY, PageReport("page", report))) == 2
    assert (report.count, report.rejected) == (3, 1)


def test_more_lines_than_a_day_has_are_left_out_and_reported() -> None:
    found, [note] = read("*It rains.\n" * (MAX_LINES + 2))
    assert len(found) == MAX_LINES
    assert note == "page: line 5001: more than 5,000 lines; the rest is left out"


@pytest.mark.parametrize(
    "unit", ["{{a|", "\n*" + "{{a|" * 400, "\n*" + "[[a|{{b|" * 8, "<!--", "{{current events|", "&"]
)
def test_a_hostile_page_of_a_megabyte_takes_less_than_ten_seconds(unit: str) -> None:
    page = unit * (1_000_000 // len(unit))
    started = time.process_time()
    _, notes = read(page)
    assert time.process_time() - started < 10
    assert len(notes) < 5


def test_a_page_of_templates_with_thousands_of_parameters_is_left_when_it_has_taken_a_second() -> None:
    page = ("*It {{x" + "|b" * 3_000 + "}}.\n") * 160
    started = time.process_time()
    found, notes = read(page)
    assert time.process_time() - started < 10  # it would take 20
    assert 5 < len(found) < 20
    assert "takes too long" in notes[-1] or "too much markup" in notes[-1]


TOKENS = st.sampled_from(
    [
        *"[[ ]] {{ }} {| |} [ ] { } < > | = ' '' ''' & ; : * ** *** # ( ) , . ! \n \n* \n** \n; \n=".split(" "),
        "<ref>",
        "</ref>",
        "<ref name='a'/>",
        "<nowiki>",
        "</nowiki>",
        "<!--",
        "-->",
        "<b>",
        "<br>",
        "&lt;",
        "&#91;",
        "&#x27;",
        "&amp;",
        "http://a.b/",
        "[http://a.b/ (C)]",
        "[[A|b]]",
        "[[File:a]]",
        "{{ill|A|de|B}}",
        "{{!}}",
        "a",
        "Rain ",
        "\u200b",
        "\ufeff",
        "\u202e",
        "\v",
        "\0",
        "{{cite web|url=http://a.b|work=C}}",
        "{{Current events|",
        "\r",
    ]
)
PAGES = st.one_of(st.text(max_size=200), st.lists(TOKENS, max_size=60).map("".join))


@settings(max_examples=300)
@given(PAGES)
@example("*&#91;&#91;a&#93;&#93; [''[b")
@example("*<nowiki>[[a]]</nowiki> {<!-- -->{b}}")
@example("*a &lt;ref>b&lt;/ref> '&#39;c'' \u200b")
@example("*[[a|[[b]] [http://c.d [[e]] {{f}}]]")
def test_any_wikitext_gives_events_without_markup(wikitext: str) -> None:
    found, _ = read(wikitext)
    for event in found:
        texts = [event.headline, *event.topics, *event.contexts, *(source.name for source in event.sources)]
        for text in (*texts, event.category or "x"):
            assert text == " ".join(text.split()) != ""
            for mark in ("[[", "]]", "{{", "}}", "''", "<ref", "</ref", "<nowiki", "\u200b", "\ufeff", "\u202e"):
                assert mark not in text.casefold(), (mark, text)


@given(st.lists(st.sampled_from("Rain Snow Hail Ardun Belmora Cestry falls stops".split()), min_size=1), st.data())
def test_no_word_of_a_bullet_is_lost(words: list[str], data: st.DataObject) -> None:
    wraps = [
        "{}",
        "[[{}]]",
        "[[Other|{}]]",
        "''{}''",
        "<i>{}</i>",
        "{{{{nowrap|{}}}}}",
        "<nowiki>{}</nowiki>",
        "{{{{x|{}}}}}",
    ]
    wrapped = [data.draw(st.sampled_from(wraps)).format(word) for word in words]
    assert only(f"*It {' '.join(wrapped)}.").headline == f"It {' '.join(words)}."


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_a_title_reads_back_as_its_day(day: dt.date) -> None:
    assert day_of_title(page_title(day)) == day


@pytest.mark.parametrize(
    "title",
    [
        "2015 December 3",
        "Portal:Current events/2015 December",
        "Portal:Current events/2015 December 03",
        "Portal:Events",
        "Portal:Current events/2015 December 3/x",
        "Portal:Current events/٢٠١٥ December 3",
        "Portal:Current events/Sidebar",
    ],
)
def test_other_titles_are_no_days(title: str) -> None:
    assert day_of_title(title) is None


def test_a_page_of_nothing_but_bad_lines_is_not_reported_whole() -> None:
    report = Report()
    read_day("*[[File:Rain.jpg]]\n" * 500, DAY, PageReport("page", report))
    assert report.count == 101
