from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from embeddings.events import Event
from embeddings.search.story_words import stories_of_words, years_named
from tests.embeddings.search.test_stories import FERRY, TODAY, VOTE, headlines, index_of

LATER = [
    ("2018-05-01", "Anna Berg begins a film about the 2014 Grey Spring: a ferry sinks, passengers missing aboard."),
    ("2018-05-03", "Anna Berg shows a film about the 2014 Grey Spring: a ferry sinks, passengers missing aboard."),
    ("2018-05-04", "Anna Berg wins with a film about the Grey Spring: a ferry sinks, passengers missing aboard."),
]


@pytest.mark.parametrize(
    ("headline", "years"),
    [
        ("The first campaign since the 2004 Orange Revolution begins.", [2004]),
        ("A crowd marks the 5th anniversary of the Orange Revolution.", [2004]),
        ("A crowd marks the fifth anniversary of the Orange Revolution.", [2004]),
        ("The 1969 film is shown again; elsewhere people speak a lot about an Orange Revolution.", []),
        ("A vote in 2009 ends what the Orange Revolution of 2004 began.", [2004]),
        ("The Orange Revolution is to be commemorated in 2010.", []),
        ("The 999th anniversary of the Orange Revolution, the 0 year anniversary", []),
    ],
)
def test_later_events_say_in_which_year_a_name_was(headline: str, years: list[int]) -> None:
    assert years_named("Orange Revolution", [Event("an id", dt.date(2009, 10, 18), headline)]) == years


def test_the_year_that_most_name_comes_first() -> None:
    told = ["The 2004 Orange Revolution.", "After the 2003 Orange Revolution", "Before the Orange Revolution (2004)"]
    events = [Event("an id", dt.date(2009, 10, 18), text) for text in told]
    assert years_named("Orange Revolution", events) == [2004, 2003]
    assert years_named("Orange Revolution", []) == []


def test_a_name_that_came_later_leads_to_what_it_stands_for(tmp_path: Path) -> None:
    with index_of(tmp_path, [*FERRY, *VOTE, *LATER]) as search:
        index, stories = search.index, search.index.stories
        assert stories is not None
        leads = {
            event.headline: int(stories.leads[row])
            for row, event in enumerate(index.catalogue.events(range(index.catalogue.size)))
        }
        ferry, film = leads[FERRY[0][1]], leads[LATER[0][1]]
        answers = [row for row, lead in enumerate(stories.leads.tolist()) if lead == film]
        assert len(answers) == len(LATER)
        assert stories_of_words(index, stories, "Grey Spring", answers[:2])[:2] == [ferry, film]
        assert stories_of_words(index, stories, "Grey Spring", answers)[0] == film  # told of so often, it is meant
        assert stories_of_words(index, stories, "Anna Berg", answers[:2])[0] == film  # of whom no year is told
        assert stories_of_words(index, stories, "Grey Spring", []) == []


def test_words_lead_to_the_likeliest_story_and_name_the_next_ones(tmp_path: Path) -> None:
    with index_of(tmp_path, [*FERRY, *VOTE, *LATER]) as search:
        story = search.story("Karland election parliament", TODAY)
        assert headlines(story) == [headline for _, headline in VOTE]
        assert story.asked is not None
        assert story.also == tuple(dict.fromkeys(story.also))
        assert all(other.count > 1 and other.story_id != story.id for other in story.also)
