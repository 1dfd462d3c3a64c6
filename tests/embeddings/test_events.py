from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.events import Event, Related, Source, event_as_dict, event_id, event_link, related_as_dict

DAY = dt.date(2015, 12, 23)
EVENT = Event(id="x", date=DAY, headline="It rains.")


@given(st.dates(), st.text(max_size=40))
def test_an_id_is_the_date_a_dash_and_eight_hexadecimal_digits(day: dt.date, headline: str) -> None:
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{8}", event_id(day, headline))
    assert event_id(day, headline).startswith(day.isoformat())


def test_an_id_stays_the_same_from_version_to_version() -> None:
    # Users keep ids in scripts and messages: how they are made may never change.
    assert event_id(DAY, "It rains.") == "2015-12-23-5f4f8ae9"


@pytest.mark.parametrize("same", ["it  RAINS", "“It rains!”", "It rains"])
def test_an_id_does_not_depend_on_case_blanks_and_punctuation(same: str) -> None:
    assert event_id(DAY, same) == event_id(DAY, "It rains.")


@pytest.mark.parametrize(("day", "headline"), [(DAY, "It pours."), (dt.date(2015, 12, 24), "It rains.")])
def test_another_day_or_other_words_give_another_id(day: dt.date, headline: str) -> None:
    assert event_id(day, headline) != event_id(DAY, "It rains.")


def test_the_title_has_the_topics_in_front_the_widest_first() -> None:
    event = Event(id="x", date=DAY, headline="It rains.", topics=("Weather", "Rain"))
    assert event.title == "Weather: Rain: It rains."
    assert EVENT.title == "It rains."


def test_the_path_that_is_shown_is_the_first_address() -> None:
    assert Event(id="x", date=DAY, headline="It rains.", paths=("/a", "/b")).path == "/a"
    assert EVENT.path is None


class TestLink:
    def test_the_headline_leads_to_the_first_source_with_an_address(self) -> None:
        sources = (Source("Radio"), Source("Daily", "https://daily.example/1"), Source("Wire", "https://wire.example"))
        assert event_link(Event(id="x", date=DAY, headline="It rains.", sources=sources)) == "https://daily.example/1"

    def test_else_an_event_of_the_portal_leads_to_its_day_there(self) -> None:
        assert event_link(EVENT) == "https://en.wikipedia.org/wiki/Portal:Current_events/2015_December_23"
        first = Event(id="x", date=dt.date(2016, 1, 9), headline="It rains.", sources=(Source("Radio"),))
        assert event_link(first) == "https://en.wikipedia.org/wiki/Portal:Current_events/2016_January_9"

    def test_before_there_was_a_portal_it_leads_to_the_article_on_its_day_of_the_year(self) -> None:
        links = {
            dt.date(79, 8, 24): "https://en.wikipedia.org/wiki/August_24",
            dt.date(2002, 6, 30): "https://en.wikipedia.org/wiki/June_30",
            dt.date(2002, 7, 1): "https://en.wikipedia.org/wiki/Portal:Current_events/2002_July_1",
        }
        for day, link in links.items():
            assert event_link(Event(id="x", date=day, headline="It rains.")) == link

    def test_an_event_of_another_archive_leads_nowhere_without_an_address(self) -> None:
        assert event_link(Event(id="x", date=DAY, headline="It rains.", attribution="The village paper")) is None


class TestJson:
    KEYS = ("id", "date", "headline", "topics", "category", "summary", "contexts", "sources", "related", "path")

    def test_an_event_has_the_keys_that_users_rely_on_and_json_can_hold_them(self) -> None:
        other = Related(dt.date(2016, 1, 9), "It stops.", ("Rain",), "/news/2016/01/9/it-stops.md", "y")
        event = Event(
            id="x",
            date=DAY,
            headline="It rains.",
            topics=("Weather",),
            category="Disasters",
            summary="All day.",
            contexts=("Rain",),
            sources=(Source("Radio"), Source("Daily", "https://daily.example/1")),
            related=(other,),
            paths=("/news/2015/12/23/it-rains.md", "/news/2015/12/23/rain.md"),
        )
        told = json.loads(json.dumps(event_as_dict(event)))
        assert set(self.KEYS) <= set(told)
        assert told["date"] == "2015-12-23"
        assert told["headline"] == "It rains."
        assert told["topics"] == ["Weather"]
        assert told["sources"] == [{"name": "Radio", "url": None}, {"name": "Daily", "url": "https://daily.example/1"}]
        assert told["related"] == [related_as_dict(other)]
        assert told["path"] == "/news/2015/12/23/it-rains.md"

    def test_what_is_missing_is_null_or_an_empty_list(self) -> None:
        told = event_as_dict(EVENT)
        assert [told[key] for key in ("category", "summary", "path")] == [None, None, None]
        assert [told[key] for key in ("topics", "contexts", "sources", "related")] == [[], [], [], []]

    def test_a_related_event_has_its_five_keys(self) -> None:
        told = related_as_dict(Related(DAY, "It rains."))
        assert told == {"id": None, "date": "2015-12-23", "headline": "It rains.", "contexts": [], "path": None}


def test_an_event_in_json_says_that_it_is_withdrawn_where_it_is() -> None:
    assert "withdrawn" not in event_as_dict(EVENT)
    assert event_as_dict(replace(EVENT, withdrawn=DAY))["withdrawn"] is True
