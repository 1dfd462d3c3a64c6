from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive.portal import page_title
from embeddings.build.withdrawals import (
    MOST_DAYS,
    MOST_EVENTS,
    is_moved_to_another_day,
    is_of_the_day,
    is_too_much,
    no_pages,
    shared_pages,
)
from embeddings.wiki.replies import PageState

DAY = dt.date(2021, 6, 3)
SPACES = ("Portal", "Portail", "ポータル", "Portal talk", "Wikipedia")
DAYS = st.dates(dt.date(2002, 1, 1), dt.date(2099, 12, 31))

# Where a page may have been moved to; `{}` is a namespace.
ITS_OWN = (
    "{}:Current events/2021 June 03",
    "{}:Current events/3 June 2021",
    "{}:Current events/2021/6/3",
    "{}:Actualités/3 juin 2021",
    "{}:Laufende Ereignisse/2021-06-03",
    "{}:News of 20210603",
    "{}:Events/June 3, 2021 (moved)",
    "{}:Current events/2021 June 3",
)
NOT_ITS_OWN = (
    "{}:Current events",
    "{}:Current events/June 2021",
    "{}:Current events/2021",
    "{}:Current events/2021 June 13",
    "{}:Current events/2020 June 3",
    "{}:Main Page",
    "{}:Current events/3 June",
    "{}:12345678901234567890 3",
)


def state(title: str, *, redirected: bool = True, section: bool = False) -> PageState:
    return PageState(title, 100, 7, redirected=redirected, section=section)


def test_a_page_that_was_moved_is_its_days_where_it_still_names_the_day() -> None:
    table = [(title.format(space), True) for title in ITS_OWN for space in SPACES]
    table += [(title.format(space), False) for title in NOT_ITS_OWN for space in SPACES]
    right = [title for title, own in table if is_of_the_day(state(title), DAY, ()) is own]
    assert len(right) == len(table) == 80
    assert all(is_of_the_day(state(title, redirected=False), DAY, [title]) for title, _ in table)
    assert not any(is_of_the_day(state(title, section=True), DAY, ()) for title, _ in table)
    assert not any(is_of_the_day(state(title), DAY, [title]) for title, _ in table)


@given(DAYS, DAYS, st.sampled_from(SPACES))
def test_a_title_is_moved_to_another_day_where_it_leads_to_the_title_of_one(
    day: dt.date, other: dt.date, space: str
) -> None:
    there = f"{space}:{page_title(other).partition(':')[2]}"
    assert is_moved_to_another_day(state(there), day) is (day != other)
    assert not is_moved_to_another_day(state(there, redirected=False), day)
    assert not is_moved_to_another_day(state(f"{there} (old)"), day)


@pytest.mark.parametrize("title", ["Portal:Current events/2021 June 31", "Main Page", "", ":", "Portal:"])
def test_a_title_of_no_day_is_not_another_days(title: str) -> None:
    assert not is_moved_to_another_day(state(title), DAY)


def test_pages_are_shared_where_several_redirects_lead_to_them() -> None:
    states = [state("a"), state("a"), state("b"), state("c"), state("c", redirected=False)]
    assert shared_pages(states) == {"a"}


@given(st.integers(0, 300), st.integers(0, 300))
def test_all_that_there_was_is_too_much_and_a_part_is_by_its_share(lost: int, kept: int) -> None:
    held = lost + kept
    assert is_too_much(lost, held, MOST_DAYS) is (lost > kept)
    assert is_too_much(lost, held, MOST_EVENTS) is (lost * 10 > held)
    assert not is_too_much(0, held, MOST_EVENTS)


def test_a_wiki_without_the_pages_is_told_by_their_first_and_last_title() -> None:
    titles = [page_title(DAY), page_title(DAY + dt.timedelta(days=40))]
    said = no_pages("wiki.example", "there", dict.fromkeys(titles), "the portal")
    assert "any of the 2 pages that it was asked for" in said
    assert "Portal:Current events/2021 June 3 to Portal:Current events/2021 July 13" in said
    assert "namespace" not in said
    plain = PageState(page_title(DAY), 0, None)
    assert "the page that it was asked for, Portal:Current events/2021 June 3, nor a namespace Portal" in no_pages(
        "wiki.example", "there", {page_title(DAY): plain}, "the portal"
    )
    year = PageState("January 1", 0, None)
    assert "pages that it was asked for, January 1 to May 2; name the api.php of a wiki that has" in no_pages(
        "wiki.example", "there", {"January 1": year, "May 2": None}, "them"
    )
