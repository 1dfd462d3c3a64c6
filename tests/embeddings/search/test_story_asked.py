"""What a story is asked for by, and which of its events may carry it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings.search.stories import told
from embeddings.search.story_asked import asked_for, years_of
from embeddings.search.story_carrying import lacking
from tests.embeddings.search.test_stories import FERRY, TODAY, VOTE, headlines, index_of, story_of

TRIAL = [
    ("2014-03-01", "President Odo Marek of Karland faces protests."),
    ("2014-03-03", "President Odo Marek of Karland resigns after protests in Karland."),
    ("2014-03-09", "The trial of former President Odo Marek of Karland begins."),
    ("2014-03-12", "The trial of former President Odo Marek of Karland goes on."),
]


LATER = [("2018-04-16", "Anna Berg shows a film about the ferry Marigold off Port Alder.")]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2014 FIFA World Cup", (2014, 2014)),
        ("2010–11 Ivorian crisis", (2010, 2011)),
        ("Sudanese civil war (2023–present)", (2023, 9999)),
        ("Enigma 19999", None),
        ("Rana Plaza collapse", None),
    ],
)
def test_a_name_says_of_which_years_it_is(text: str, years: tuple[int, int] | None) -> None:
    assert years_of(text) == years


def test_words_count_by_their_rarity_and_a_year_is_had_by_its_events(tmp_path: Path) -> None:
    with index_of(tmp_path, [*FERRY, *TRIAL]) as search:
        catalogue = search.index.catalogue
        rows = {event.headline: row for row, event in enumerate(catalogue.events(range(catalogue.size)))}
        asked = asked_for(catalogue, "Trial of Odo Marek")
        assert asked is not None
        trial, protests, ferry = (rows[text] for text in (TRIAL[2][1], TRIAL[0][1], FERRY[0][1]))
        assert asked.held[trial] == pytest.approx(1)
        assert asked.held[ferry] == 0
        assert 0.5 < asked.held[protests] < 1
        assert asked.named[protests]
        assert not asked.named[ferry]
        assert asked.named_in("Odo Marek") < asked.named_in("trial of Odo Marek") == pytest.approx(1)
        of_year = asked_for(catalogue, "2013 ferry Marigold")
        assert of_year is not None
        assert not of_year.in_years[ferry]
        numbered = asked_for(catalogue, "Marigold II")
        assert numbered is not None
        assert not numbered.numbered.any()
        assert asked_for(catalogue, "zzz qqq") is None
        people = asked_for(catalogue, "Karlandian President")
        assert people is not None
        assert people.held[protests] == pytest.approx(1)


def test_of_a_larger_story_the_part_that_words_name_is_preferred() -> None:
    held = np.array([1, 1, 1, 1, 1, 0.7])
    assert lacking(held, np.zeros(6, bool))[-1] > lacking(held[1:], np.zeros(5, bool))[-1] > 0
    assert lacking(held, np.ones(6, bool)).tolist() == [0] * 6


def test_what_has_only_the_topic_above_it_does_not_carry_its_story(tmp_path: Path) -> None:
    stranger = ("2014-04-18", "A mill burns down in Eastmark.", "Marigold disaster")
    with index_of(tmp_path, [*((*each, "Marigold disaster") for each in FERRY), stranger, *VOTE]) as search:
        story = search.story("Marigold disaster", TODAY)
        assert story.count == len(FERRY) + 1
        assert headlines(story) == [headline for _, headline in FERRY]
        assert stranger[1] in headlines(story_of(search, stranger[1]))  # it is asked for


def test_a_topic_is_told_with_stories_whose_events_have_its_name(tmp_path: Path) -> None:
    with index_of(tmp_path, [*FERRY[:3], (*FERRY[3], "Ferry Marigold sinking"), *VOTE]) as search:
        assert headlines(search.story("Ferry Marigold sinking", TODAY)) == [headline for _, headline in FERRY]


@pytest.mark.parametrize("year", [2014, 2018])  # the strongest event is of one of them
def test_a_title_of_another_year_than_was_asked_for_gives_way(tmp_path: Path, year: int) -> None:
    with index_of(tmp_path, [*FERRY, *LATER]) as search:
        catalogue = search.index.catalogue
        dates = {event.headline: event.date for event in catalogue.events(range(catalogue.size))}
        rows = np.arange(catalogue.size)
        story = told(search.index, rows, words=asked_for(catalogue, f"{year} ferry"))
        assert dates[next(each for each in dates if each.startswith(story.title.rstrip("…")))].year == year
