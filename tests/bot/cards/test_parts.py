"""The selects that narrow a list, however many years and topics it has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.cards.page import Narrow
from bot.cards.parts import part_page
from bot.views.items import BY_TOPIC, BY_YEAR, EVERYTHING
from bot.views.state import AnswerList, PartList, Place
from embeddings.search.narrowing import Part
from embeddings.search.topics import topic_key

years = st.integers(0, 40).map(lambda number: [2026 - each for each in range(number)])
topics = st.integers(0, 40).map(lambda number: [f"Topic {each}" for each in range(number)])


def narrows(of_years: list[int], of_topics: list[str], year: int | None, topic: str) -> dict[str, Narrow]:
    of = PartList(AnswerList("0123456789"), year, topic)
    part = Part(9, (), tuple((each, 3) for each in of_years), tuple((each, 3) for each in of_topics))
    return {each.action: each for each in part_page(part, Place(of), of, topic or None).narrows}


@given(st.data(), years, topics)
def test_a_select_has_room_for_what_holds_now_and_keeps_the_order(
    data: st.DataObject, of_years: list[int], of_topics: list[str]
) -> None:
    year = data.draw(st.none() | st.sampled_from(of_years)) if of_years else None
    topic = data.draw(st.just("") | st.sampled_from(of_topics).map(topic_key)) if of_topics else ""
    found = narrows(of_years, of_topics, year, topic)
    for action, values, now in (
        (BY_YEAR, [str(each) for each in of_years], year and str(year)),
        (BY_TOPIC, [topic_key(each) for each in of_topics], topic),
    ):
        if len(values) < 2 and not now:
            assert action not in found
            continue
        options = found[action].options
        shown = [value for value, _, _ in options[1:]]
        assert options[0][0] == EVERYTHING
        assert len(shown) == min(24, len(values))
        assert [value for value, _, holds in options if holds] == ([now] if now else [])
        assert shown == [value for value in values if value in shown]
        assert shown[:23] == values[:23]
