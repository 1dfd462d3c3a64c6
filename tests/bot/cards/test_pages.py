from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st

from bot.answers import About, KeptAnswer, RelatedAnswer
from bot.cards import pages
from bot.cards.about import about_page
from bot.cards.daily_post import daily_page
from bot.cards.discord_face import layout
from bot.cards.page import AnswerPage, Frame
from bot.cards.pages import PER_PAGE
from bot.cards.question import asked
from bot.cards.settings_page import settings_page
from bot.language import speaking
from bot.markup import escape, length, total
from bot.server_settings import USUAL
from bot.views.state import AnswerList, DaysList, NoList, OnThisDayList, PartList, Place
from embeddings.dates import DateRange
from embeddings.events import Event, Related, Source
from embeddings.search.answers import DayAnswer
from embeddings.search.spelling import Correction
from tests.bot.hostile import headlines
from tests.conftest import few_examples
from tests.proofs.addresses import uri_problem
from tests.proofs.hostile_events import ADDRESSES, TEXTS

DAY = dt.date(2015, 12, 23)
DAYS = DateRange(DAY, DAY)
PLACE = Place(DaysList(DAYS))

# A long text is a short one several times: drawing each of its letters would take most of the time.
texts = st.builds(str.__mul__, st.text(max_size=10), st.sampled_from([1, 20])) | st.sampled_from(
    [*headlines(), *TEXTS.values(), *(number * letter for letter in "國🚀" for number in (10, 400, 4_000))]
)
addresses = st.none() | st.sampled_from(["https://x.example/1", "https://x.example/" + "y" * 1_900, *ADDRESSES])
contexts = st.lists(texts, max_size=4).map(tuple)
sources = st.lists(st.builds(Source, texts, addresses), max_size=3)


@st.composite
def events(draw: st.DrawFn) -> Event:
    return Event(
        id=f"2015-12-23-{draw(st.integers(0, 2**32 - 1)):08x}",
        date=DAY,
        headline=draw(texts),
        topics=tuple(draw(st.lists(texts, max_size=3))),
        summary=draw(st.none() | texts),
        contexts=draw(contexts),
        sources=tuple(draw(sources) * draw(st.integers(1, 4))),
        related=(),
        attribution=draw(texts) or "Texts",
        withdrawn=draw(st.none() | st.just(DAY)),
    )


@st.composite
def related(draw: st.DrawFn) -> tuple[Related, ...]:
    some = draw(st.lists(st.tuples(texts, contexts), max_size=3)) * draw(st.integers(1, 4))
    return tuple(
        Related(DAY, headline, shared, None, f"2015-12-23-{number:08x}")
        for number, (headline, shared) in enumerate(some[:10])
    )


def check(page: AnswerPage) -> None:
    assert page.cost <= 1
    assert total(page.blocks) <= 4_000
    assert all(page.blocks)
    assert len(page.choices) <= 25
    assert len({choice.event_id for choice in page.choices}) == len(page.choices)
    for choice in page.choices:
        assert 1 <= length(choice.label) <= 100
        assert 1 <= length(choice.description) <= 100
    assert len(page.steps) + len(page.links) <= 10
    for _, url in page.links:
        assert uri_problem(url) is None
        assert len(url) <= 512


@given(st.lists(events(), max_size=PER_PAGE), st.integers(0, 3), st.sampled_from(["en-US", "de", "ja", "xx"]))
def test_a_list_fits_a_message_whatever_its_events_hold(found: list[Event], page: int, locale: str) -> None:
    total = page * PER_PAGE + len(found)
    answer = DayAnswer(DAYS, total, tuple(found), (), DAY, DAY)
    with speaking(locale):
        check(pages.days_page(answer, Place(PLACE.of, page)))
        check(pages.on_this_day_page(OnThisDayList(12, 23), found))


BEFORE = DateRange(dt.date.min, DAY - dt.timedelta(1))


@given(
    st.lists(events(), max_size=PER_PAGE - 1),
    st.sampled_from([(), (DAYS,) * 9, (BEFORE,), (BEFORE, DAYS, DateRange(DAY, dt.date.max))]),
    st.sampled_from(["en-US", "de", "ja", "xx"]),
)
def test_an_answer_fits_a_message_whatever_its_events_and_dates(
    found: list[Event], dates: tuple[DateRange, ...], locale: str
) -> None:
    kept = KeptAnswer(tuple(event.id for event in found), dates, DAYS, (Correction("a" * 40, "B" * 40),) * 4)
    with speaking(locale):
        check(pages.answer_page(kept, [*found, None], Place(AnswerList("key"))))


@given(events(), related(), st.booleans())
def test_a_card_fits_a_message_whatever_the_event_holds(
    event: Event, others: tuple[Related, ...], from_list: bool
) -> None:
    place = Place(PLACE.of if from_list else OnThisDayList(12, 23), 0, (event.id,))
    check(pages.event_page(RelatedAnswer(event, others), place))


@given(st.lists(events(), max_size=10), st.none() | st.just(7), st.sampled_from(["", "-# A note."]))
@few_examples()
def test_a_post_fits_a_message_also_with_a_note_above_it(found: list[Event], role: int | None, note: str) -> None:
    page = daily_page(DAY, found, PLACE, role, note)
    check(page)
    assert page.blocks[0].startswith(note)


@given(st.lists(texts, max_size=200), texts)
def test_about_fits_a_message_however_many_archives_there_are(attributions: list[str], model: str) -> None:
    about = About(1, 1, DAY, DAY, tuple(attributions), model)
    check(about_page(about, "1.0", "https://discord.com/oauth2/authorize?client_id=1"))


def test_a_card_leads_to_the_first_source_that_a_browser_can_open() -> None:
    bad, good = Source("A", "https://news.example:99999/"), Source("B", "https://münchen.example/ü")
    event = Event("a", DAY, "It rains.", sources=(bad, good))
    page = pages.event_page(RelatedAnswer(event, ()), PLACE)
    assert page.links == (("Read the source", "https://xn--mnchen-3ya.example/%C3%BC"),)
    assert page.blocks[0].startswith("### **It rains.**\n")
    assert "1. A\n2. [B](<" in page.blocks[1]
    [(label, url)] = pages.event_page(RelatedAnswer(replace(event, sources=(bad,)), ()), PLACE).links
    assert (label, url[:29]) == ("This day on Wikipedia", "https://en.wikipedia.org/wiki")
    lost = replace(event, sources=(bad,), attribution="Texts")
    assert pages.event_page(RelatedAnswer(lost, ()), PLACE).links == ()


def test_in_a_list_the_source_is_a_link_and_the_headline_is_none() -> None:
    bad, good = Source("A", "https://news.example:99999/"), Source("B", "https://b.example/1")
    event = Event("a", DAY, "It rains.", topics=("Rain",), sources=(bad, good, Source("C")))
    [block] = pages.answer_page(KeptAnswer(("a",)), [event], Place(AnswerList("key"))).blocks[:-1]
    assert block == "**1.** **It rains.**\n-# **23 December 2015** · Rain · [B](<https://b.example/1>), A, C"
    lost = replace(event, topics=(), sources=())
    [block] = pages.answer_page(KeptAnswer(("a",)), [lost], Place(AnswerList("key"))).blocks[:-1]
    assert block.endswith(
        "[This day on Wikipedia](<https://en.wikipedia.org/wiki/Portal:Current_events/2015_December_23>)"
    )


def test_an_answer_that_holds_more_than_it_shows_goes_on_where_it_ended() -> None:
    event = Event("a", DAY, "It rains.")
    for shown, page in ((5, 1), (3, 0), (10, 2)):
        kept = KeptAnswer(tuple(map(str, range(25))), shown=shown)
        place = Place(AnswerList("key"), (shown - 1) // PER_PAGE)
        more = [step for step in pages.answer_page(kept, [event], place).steps if step.label == "More"]
        assert [step.place for step in more] == [Place(PartList(AnswerList("key")), page)]
    kept = KeptAnswer(("0", "1"), shown=2)
    assert pages.answer_page(kept, [event, event], Place(AnswerList("key"))).steps == ()


def test_every_event_of_a_full_list_is_there_with_its_headline() -> None:
    found = [
        Event(f"2015-12-23-{number:08x}", DAY, f"Headline {number}. " + "word " * 400, summary="More. " * 100)
        for number in range(PER_PAGE)
    ]
    answer = DayAnswer(DAYS, 12, tuple(found), (), DAY, DAY)
    page = pages.days_page(answer, PLACE)
    text = "\n".join(page.blocks)
    assert all(f"Headline {number}." in text for number in range(PER_PAGE))
    assert [step.label for step in page.steps] == ["Next", "Narrow down"]
    assert "page 1 of 3" in text
    assert page.cost > 0.8  # the room is used


def test_an_event_that_is_gone_keeps_its_place_in_the_list() -> None:
    kept = KeptAnswer(("a", "b"))
    page = pages.answer_page(kept, [None, Event("b", DAY, "It rains.")], Place(AnswerList("key")))
    assert "**1.** This event is no longer in the archive." in page.blocks
    assert [choice.event_id for choice in page.choices] == ["b"]


def test_an_event_that_was_withdrawn_says_so_wherever_it_is_shown() -> None:
    event = Event("a", DAY, "It rains.", summary="For days.", withdrawn=dt.date(2015, 12, 26))
    card = pages.event_page(RelatedAnswer(event, ()), PLACE).blocks[0]
    assert "**Withdrawn: an edit took this event out of the archive, seen on 26 December 2015.**" in card
    listed = pages.answer_page(KeptAnswer(("a",)), [event], Place(AnswerList("key"))).blocks[0]
    posted = daily_page(DAY, [event], PLACE, None).blocks[1]
    assert "withdrawn from the archive" in listed
    assert "withdrawn from the archive" in posted


IN_2015 = DateRange(dt.date(2015, 1, 1), dt.date(2015, 12, 31))
IN_THE_2010S = DateRange(dt.date(2010, 1, 1), dt.date(2019, 12, 31))
IN_MAY_2017 = DateRange(dt.date(2017, 5, 1), dt.date(2017, 5, 31))
MANY_DAYS = tuple(DateRange(DAY.replace(day=number), DAY.replace(day=number)) for number in range(1, 5))


def lines_of_answer(years: str, dates: tuple[DateRange, ...], page: int = 0) -> list[str]:
    """Headings and headlines on a page of an answer that has an event of each year; "gone" is one that is no more."""
    found = [
        None if year == "gone" else Event(str(number), dt.date(int(year), 5, 1), year, attribution="Texts")
        for number, year in enumerate(years.split())
    ]
    kept = KeptAnswer(("0",) * (page * PER_PAGE + len(found)), dates)
    shown = pages.answer_page(kept, found, Place(AnswerList("key"), page))
    assert [choice.event_id for choice in shown.choices] == [event.id for event in found if event]
    return [line for block in shown.blocks for line in block.splitlines() if not line.startswith("-#")]


@pytest.mark.parametrize(
    ("years", "dates", "lines"),
    [
        ("2015 2015 2016", (IN_2015,), ["**1.** **2015**", "**2.** **2015**", "### Outside 2015", "**3.** **2016**"]),
        ("2016 2015", (IN_2015,), ["### Outside 2015", "**1.** **2016**", "### Within 2015", "**2.** **2015**"]),
        ("2015 2016", (), ["**1.** **2015**", "**2.** **2016**"]),
        ("2009", (IN_THE_2010S,), ["### Outside 2010 to 2019", "**1.** **2009**"]),
        ("2009", (IN_2015, IN_MAY_2017), ["### Outside 2015 and May 2017", "**1.** **2009**"]),
        ("2015 2017", (IN_2015, IN_MAY_2017), ["**1.** **2015**", "**2.** **2017**"]),
        ("2009", MANY_DAYS, ["### Outside the dates in the question", "**1.** **2009**"]),
    ],
)
def test_events_outside_the_questions_dates_stand_under_their_own_heading(
    years: str, dates: tuple[DateRange, ...], lines: list[str]
) -> None:
    assert lines_of_answer(years, dates) == lines


def test_the_heading_is_repeated_on_the_next_page() -> None:
    assert lines_of_answer("2016", (IN_2015,), page=1) == ["### Outside 2015", "**6.** **2016**"]


def test_dates_that_the_first_heading_names_are_not_said_twice() -> None:
    def said(year: int, dates: tuple[DateRange, ...]) -> bool:
        found = [Event("1", dt.date(year, 5, 1), "A storm.")]
        shown = pages.answer_page(KeptAnswer(("1",), dates), found, Place(AnswerList("key")))
        return "Dates in the question" in shown.blocks[0]

    assert not said(2009, (IN_2015,))
    assert said(2015, (IN_2015,))
    assert said(2009, MANY_DAYS)


def test_an_event_that_is_gone_begins_no_group() -> None:
    assert lines_of_answer("2016 gone 2016", (IN_2015,)) == [
        "### Outside 2015",
        "**1.** **2016**",
        "**2.** This event is no longer in the archive.",
        "**3.** **2016**",
    ]


def lines_in(page: AnswerPage) -> int:
    """How many lines part the page's blocks from each other."""
    return sum(isinstance(item, ui.Separator) and item.visible for item in layout(page, 1).walk_children())


def test_a_line_parts_small_print_from_the_text_and_nothing_else() -> None:
    found = tuple(Event(str(n), DAY, f"Event {n}.", attribution="Texts") for n in range(3))
    answer = DayAnswer(DAYS, 3, found, (), DAY, DAY)
    assert lines_in(pages.days_page(answer, PLACE)) == 1
    assert lines_in(pages.days_page(answer, PLACE, frame=Frame(attribution=False))) == 0
    assert lines_in(settings_page(USUAL, "en-GB", ())) == 0


def test_days_without_events_are_not_counted() -> None:
    page = pages.days_page(DayAnswer(DAYS, 0, (), (DAY,), DAY, DAY), PLACE, " · today is Monday")
    heading, note, why = page.blocks[0].splitlines()
    assert heading.startswith("## ")
    assert note == "-# today is Monday"
    assert why.startswith("The archive has no event then.")


def test_a_related_events_headline_has_more_room_than_what_it_shares() -> None:
    contexts = tuple(f"A thing of the world {n}" for n in range(9))
    related = Related(DAY, "On a cold day in a small town the mayor opens a bridge. " * 2, contexts, id="1")
    page = pages.event_page(RelatedAnswer(Event("2", DAY, "A."), (related,)), Place(NoList(), trail=("2",)))
    line = page.blocks[1].splitlines()[1]
    assert line.startswith("1. **")
    headline, shared = line.rsplit(" *", 1)
    assert len(headline) > 2 * len(shared)


def test_the_attribution_of_every_archive_on_a_page_is_named() -> None:
    found = [Event(str(n), DAY, f"Event {n}.", attribution=name) for n, name in enumerate(["One", "Two", "One"])]
    answer = DayAnswer(DAYS, 3, tuple(found), (), DAY, DAY)
    assert pages.days_page(answer, PLACE).blocks[-1] == "-# Text: One · Text: Two"


def test_a_page_in_the_middle_leads_both_ways() -> None:
    answer = DayAnswer(DAYS, 20, (Event("a", DAY, "A."),), (), DAY, DAY)
    page = pages.days_page(answer, Place(PLACE.of, 1))
    assert [(step.label, step.place.page) for step in page.steps] == [("Previous", 0), ("Next", 2), ("Narrow down", 0)]


def test_a_question_stands_there_escaped_with_the_words_that_were_read_otherwise() -> None:
    changes = (Correction("sadam hussien", "Saddam Hussein"), Correction("@every_one", "*Bold*"))
    question, read = asked("sadam hussien @every_one", changes).splitlines()
    assert question == "-# sadam hussien " + escape("@every_one")
    assert read == "-# corrected: *Saddam Hussein*, *\\*Bold\\**"
    assert asked("the moon") == "-# the moon"
    assert asked("") == ""
