from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import story_words, words
from bot.answers import KeptAnswer, RelatedAnswer
from bot.cards.daily_post import Own, daily_page
from bot.cards.discord_face import PICTURE, layout
from bot.cards.page import AnswerPage
from bot.cards.pages import answer_page, days_page, event_page, on_this_day_page
from bot.cards.story import events_page, last_page, story_page, window
from bot.language import speaking
from bot.markup import MAX_ALT, MAX_TEXT, length
from bot.views.state import AnswerList, DailyList, DaysList, NoList, OnThisDayList, Place, StoryList
from embeddings.dates import DateRange
from embeddings.events import Event
from embeddings.picture.chart import Unit
from embeddings.search.answers import DayAnswer
from embeddings.search.stories import Story, StoryEvent, StoryPlace
from tests.bot.hostile import headlines

FIRST = dt.date(2015, 12, 2)
PLACE = Place(StoryList("2015-12-04-00000002"))
MOST_COMPONENTS = 40


def event(number: int, headline: str = "Something happens") -> Event:
    day = FIRST + dt.timedelta(days=number)
    return Event(f"{day}-{number:08x}", day, headline, attribution="An archive, CC0")


def story(
    count: int, *, carrying: int = 12, going_on: bool = False, texts: Sequence[str] = ("Something happens",)
) -> Story:
    events = [event(number, text) for number, text in enumerate(islice(cycle(texts), count))]
    step = max(1, count // carrying)
    chosen = tuple(StoryEvent(events[at], at + 1) for at in range(0, count, step))[:carrying]
    return Story(
        id=events[0].id,
        title=texts[0],
        topic=None,
        first=events[0].date,
        last=events[-1].date,
        count=count,
        going_on=going_on,
        days=tuple(each.date for each in events),
        carrying=chosen,
        asked=chosen[-1].event.id,
    )


@given(st.integers(1, 200), st.booleans())
def test_the_pages_after_the_card_show_every_event_once_and_the_latest_of_one_that_goes_on_first(
    count: int, going_on: bool
) -> None:
    shown = story(count, carrying=5, going_on=going_on)
    pages = [window(shown, page) for page in range(1, last_page(shown) + 1)]
    numbers = [number for start, size in pages for number in range(start + 1, start + size + 1)]
    if count <= 5:
        assert numbers == []
        return
    assert sorted(numbers) == list(range(1, count + 1))
    assert all(1 <= size <= 5 for _, size in pages)
    latest = list(range(count - 4, count + 1))
    assert (numbers[:5] == latest) == (going_on or count == 5)
    rest = numbers[5:] if going_on else numbers
    assert rest == sorted(rest)


def test_the_card_says_when_it_was_and_numbers_what_carries_it_and_marks_what_was_asked_for() -> None:
    page = story_page(story(37), PLACE)
    assert page.blocks[0] == "## Something happens\n-# **2 Dec 2015\u2009–\u20097 Jan 2016** · 37 events"
    lines = page.blocks[1].split("\n")
    assert lines[0] == "**1 · 2 Dec 2015** Something happens"
    assert lines[-1] == "**12 · 4 Jan 2016** **Something happens** · *asked for*"
    assert len(lines) == 12
    assert [choice.label for choice in page.choices][:2] == ["1. Something happens", "2. Something happens"]
    assert [step.label for step in page.steps] == ["All 37 events"]
    assert page.blocks[-1] == "-# Text: An archive, CC0 · page 1 of 9"
    assert page.picture is not None
    assert page.picture.chart.unit is Unit.DAY
    assert [mark.asked for mark in page.picture.chart.marks] == [*[False] * 11, True]
    assert "12: 4 January 2016" in page.picture.alt


def test_a_story_that_goes_on_says_so_and_leads_to_its_latest_events() -> None:
    going_on = story(37, going_on=True)
    page = story_page(going_on, PLACE)
    assert "37 events · still going on" in page.blocks[0]
    assert page.picture is not None
    assert page.picture.chart.open_ended
    [step] = page.steps
    start, count = window(going_on, step.place.page)
    events = [StoryEvent(event(at), at + 1) for at in range(start, start + count)]
    latest = events_page(going_on, events, step.place)
    assert latest.blocks[0] == "## Something happens\n-# the latest: 33–37 of 37 events"
    assert latest.blocks[1].startswith("**33.** ")
    assert [(each.label, each.place.page) for each in latest.steps] == [
        (str(words.PREVIOUS), 0),
        (str(words.NEXT), 2),
        (str(story_words.STORY_CARD), 0),
    ]


def test_a_short_story_has_no_further_page_and_one_of_a_day_no_picture() -> None:
    assert story_page(story(5), PLACE).steps == ()
    one = replace(story(3), days=(FIRST,) * 3, last=FIRST)
    page = story_page(one, PLACE)
    assert page.picture is None
    assert page.blocks[0] == "## Something happens\n-# **2 December 2015** · 3 events"


@pytest.mark.parametrize("locale", ["en-US", "de", "ja", "ru", "th", "el"])
@pytest.mark.parametrize("texts", [headlines(), ["中" * 700], ["**" * 400], ["𐎠" * 300]])
def test_whatever_the_archive_holds_a_story_fits_into_a_message(texts: list[str], locale: str) -> None:
    shown = story(40, texts=texts, going_on=True)
    events = [StoryEvent(event(at, text), at + 1) for at, text in enumerate(islice(cycle(texts), 5))]
    with speaking(locale):
        made = story_page(shown, PLACE), events_page(shown, events, replace(PLACE, page=1))
    for page in made:
        assert page.cost <= 1
        assert sum(map(length, page.blocks)) <= MAX_TEXT
        view = layout(page, 2**63 - 1, drawn=True)
        assert view.total_children_count <= MOST_COMPONENTS
        if page.picture is not None:
            assert 0 < length(page.picture.alt) <= MAX_ALT
            assert f"attachment://{PICTURE}" in str(view.to_components())  # type: ignore[no-untyped-call]


def answer(number: int = 12) -> RelatedAnswer:
    place = StoryPlace("2015-12-04-00000002", "A *long* story", number, 37, event(3).id, FIRST, FIRST)
    return RelatedAnswer(event(3), (), place)


def labels(page: AnswerPage) -> list[str]:
    return [step.label for step in page.steps]


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (22, "22nd"), (1013, "1,013th")],
)
def test_the_card_of_an_event_says_where_it_stands_in_its_story(number: int, said: str) -> None:
    page = event_page(answer(number), Place(NoList(), trail=(event(3).id,)))
    assert f"-# {said} of 37 in the story A \\*long\\* story" in page.blocks[0]
    [step] = page.steps
    assert (step.label, step.place, step.aside) == (str(story_words.STORY), Place(StoryList(event(3).id)), True)


def test_the_card_of_an_event_leads_to_the_story_unless_it_was_opened_from_there() -> None:
    opened = PLACE.opened(event(3).id)
    assert labels(event_page(answer(), opened)) == [str(story_words.BACK_TO_STORY)]
    further = opened.opened(event(4).id)
    assert labels(event_page(answer(), further)) == [str(words.BACK), str(story_words.STORY)]
    days = Place(DaysList(DateRange(FIRST, FIRST))).opened(event(3).id)
    assert labels(event_page(answer(), days)) == [str(words.BACK_TO_LIST), str(story_words.STORY)]
    alone = replace(answer(), story=None)
    assert labels(event_page(alone, days)) == [str(words.BACK_TO_LIST)]


TOLD = StoryPlace("2015-12-02-00000000", "War & *peace* " * 20, 4, 37, event(3).id, FIRST, dt.date(2016, 3, 1), True)


def test_an_answer_of_one_story_has_its_line_above_the_events_and_a_button_that_leads_to_it() -> None:
    shown = [event(number) for number in range(5)]
    kept = KeptAnswer(tuple(each.id for each in shown), story=TOLD)
    page = answer_page(kept, shown, Place(AnswerList("key")))
    title, facts = page.blocks[0].split("\n")
    assert title.startswith("### War & \\*peace\\* War")
    assert length(title) <= 4 + 90
    assert facts.startswith("-# Story · **2 Dec 2015")
    assert facts.endswith("1 Mar 2016** · 37 events · still going on")
    assert page.blocks[1].startswith("**1.** **Something happens**")
    [step] = page.steps
    assert step.label.startswith("Story: War & *peace* War")
    assert len(step.label) <= 50
    assert (step.place, step.aside) == (Place(StoryList(event(3).id)), True)


def test_a_story_that_words_led_to_has_buttons_to_the_others_that_they_may_mean() -> None:
    others = (TOLD, replace(TOLD, title="Another", event_id="2015-12-09-00000007"))
    page = story_page(replace(story(3), also=others), PLACE)
    first, second = page.steps
    assert first.label.startswith("Also: War & *peace*")
    assert (second.label, second.place.of, second.aside) == ("Also: Another", StoryList("2015-12-09-00000007"), True)


@pytest.mark.parametrize("text", [None, "Told in more words."])
def test_the_events_of_a_day_name_the_stories_that_they_are_part_of(text: str | None) -> None:
    events = [replace(event(number), summary=text) for number in range(2)]
    titles = ("The *strike*", "")
    said = "-# part of The \\*strike\\*"
    days = DateRange(FIRST, FIRST)
    listed = days_page(DayAnswer(days, 2, tuple(events), (), FIRST, FIRST), Place(DaysList(days)), stories=titles)
    yearly = on_this_day_page(OnThisDayList(12, 2), events, stories=titles)
    posted = daily_page(FIRST, events, Place(DailyList("s", FIRST)), None, own=Own(stories=titles))
    for page in (listed, yearly, posted):
        first, second = [block.split("\n") for block in page.blocks if "Something happens" in block]
        assert (said in first) == (page is not posted or text is None)  # of a post two lines an event are enough
        assert not any("part of" in line for line in second)
