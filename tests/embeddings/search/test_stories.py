"""Stories of an index: what is told of one, how it is found, and what becomes of it when the archive changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.errors import InputError
from embeddings.index.folder import IndexFolder
from embeddings.index.manifest import FORMER, STORIES, STORY_LINKS
from embeddings.model.calibration import Confidence
from embeddings.search.service import Search
from embeddings.search.stories import StoriesMissingError, Story, choose_carrying, how_many
from tests.word_encoder import WordEncoder

TODAY = dt.date(2026, 11, 29)

FERRY = [
    ("2014-04-16", "The ferry Marigold sinks off Port Alder with 300 passengers aboard."),
    ("2014-04-17", "Divers search the ferry Marigold off Port Alder for missing passengers."),
    ("2014-04-19", "The captain of the ferry Marigold is arrested in Port Alder over the sinking."),
    ("2014-11-11", "A court in Port Alder sentences the captain of the ferry Marigold over the sinking."),
]
VOTE = [
    ("2014-05-02", "Voters in Karland choose a parliament in an election won by the Green Union."),
    ("2014-05-05", "The Green Union of Karland forms a coalition after the election of the parliament."),
    ("2014-05-09", "The parliament of Karland elects the Green Union leader after the election."),
]
# Nothing is rare in an archive of ten events.
OTHERS = [
    (f"2014-0{1 + n % 9}-1{n % 7}", f"Town{n} sees its {word}{n} of {word}s{n * 7}.")
    for n in range(60)
    for word in ["mill"]
]
ALONE = ("2014-06-01", "A comet can be seen with bare eyes above Mongolia.")


@contextmanager
def index_of(folder: Path, events: Sequence[tuple[str, ...]]) -> Iterator[Search]:
    """An index of some events: day, headline and perhaps topic."""
    archive = folder / "archive.jsonl"
    lines = [
        {"date": day, "headline": headline, "topics": list(topics), "id": f"{day}-{abs(hash_of(headline)):08x}"}
        for day, headline, *topics in (*OTHERS, *events)
    ]
    archive.write_text("".join(json.dumps(line) + "\n" for line in lines))
    index = IndexFolder(folder / "index")
    build_index(index, [archive], WordEncoder(), Report(), accept_removals=True)
    asked = WordEncoder()
    asked.wary = Confidence((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0), 0.5)  # half of the words
    with closing(index.open()) as opened:
        yield Search(opened, asked)


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode()[-4:], "big") % 2**32


def headlines(story: Story) -> list[str]:
    return [each.event.headline for each in story.carrying]


def story_of(search: Search, headline: str) -> Story:
    every = search.index.catalogue.events(range(search.index.catalogue.size))
    [event] = [each for each in every if each.headline == headline]
    return search.story(event.id, TODAY)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    with index_of(tmp_path_factory.mktemp("stories"), [*FERRY, *VOTE, ALONE]) as search:
        yield search


class TestStories:
    def test_an_accident_and_the_trial_months_later_are_one(self, search: Search) -> None:
        story = story_of(search, FERRY[1][1])
        assert headlines(story) == [headline for _, headline in FERRY]
        assert [each.number for each in story.carrying] == [1, 2, 3, 4]
        assert (story.first, story.last, story.count) == (dt.date(2014, 4, 16), dt.date(2014, 11, 11), 4)
        assert story.asked == story.carrying[1].event.id

    def test_every_event_leads_to_the_same_story(self, search: Search) -> None:
        stories = {story_of(search, headline).id for _, headline in FERRY}
        assert len(stories) == 1
        assert search.story(stories.pop(), TODAY).count == len(FERRY)

    def test_an_event_alone_is_a_story_of_one_and_has_no_place(self, search: Search) -> None:
        story = story_of(search, ALONE[1])
        assert (story.count, story.title, headlines(story)) == (1, ALONE[1], [ALONE[1]])
        assert search.place_in_story(story.id) is None
        assert search.place_in_story("nothing") is None

    def test_an_event_knows_its_place(self, search: Search) -> None:
        story = story_of(search, VOTE[1][1])
        place = search.place_in_story(story.carrying[1].event.id)
        assert place is not None
        assert (place.story_id, place.title, place.number, place.count) == (story.id, story.title, 2, 3)

    def test_pages_give_all_of_its_events(self, search: Search) -> None:
        story = story_of(search, FERRY[0][1])
        pages = [*search.story_events(story.id, 0, 3), *search.story_events(story.id, 3, 3)]
        assert [each.event.headline for each in pages] == [headline for _, headline in FERRY]
        assert [each.number for each in pages] == [1, 2, 3, 4]
        assert search.story_events(story.id, 9, 3) == ()

    def test_words_lead_to_the_story_of_the_best_event(self, search: Search) -> None:
        assert search.story("ferry Marigold sinks off Port Alder", TODAY).count == len(FERRY)

    def test_what_is_no_topic_is_told_so(self, search: Search) -> None:
        with pytest.raises(InputError, match='no topic "zzz qqq"'):
            search.story("zzz qqq", TODAY)
        with pytest.raises(InputError, match="no story has the id"):
            search.story_events("2001-01-01-00000000", 0, 5)

    def test_the_latest_goes_on(self, search: Search) -> None:
        assert story_of(search, FERRY[0][1]).going_on
        assert not story_of(search, VOTE[0][1]).going_on


def test_topics_are_told_as_stories_are_and_the_nearest_are_suggested(tmp_path: Path) -> None:
    events = [*((day, text, "Marigold disaster") for day, text in FERRY), *((*each, "Karland") for each in VOTE), ALONE]
    with index_of(tmp_path, events) as search:
        story = search.story("marigold  DISASTER", TODAY)
        assert story.title == story.topic == "Marigold disaster"
        assert (story.count, story.asked) == (4, None)
        assert search.story(story.id, TODAY) == story
        assert [each.number for each in search.story_events(story.id, 1, 2)] == [2, 3]
        assert story_of(search, FERRY[2][1]).title == "Marigold disaster"
        assert search.story("Merrygold dissaster", TODAY).title == "Marigold disaster"
        with pytest.raises(InputError, match='nearest: "Karland"'):
            search.story("Karl zzz qqq", TODAY)


def test_an_index_of_an_earlier_version_says_that_it_has_no_stories(tmp_path: Path) -> None:
    with index_of(tmp_path, FERRY) as search:
        row = search.index.catalogue.events([0])[0]
        search.index.stories = None
        assert search.place_in_story(row.id) is None
        with pytest.raises(StoriesMissingError, match="no stories yet"):
            search.story(row.id, TODAY)


class TestUpdates:
    def test_a_build_that_changes_nothing_keeps_links_and_stories(self, tmp_path: Path) -> None:
        with index_of(tmp_path, [*FERRY, *VOTE]) as search:
            before = [(search.index.folder / name).read_bytes() for name in (STORIES, FORMER, STORY_LINKS)]
        with index_of(tmp_path, [*FERRY, *VOTE]) as search:
            assert [(search.index.folder / name).read_bytes() for name in (STORIES, FORMER, STORY_LINKS)] == before

    def test_a_story_that_grows_keeps_its_id(self, tmp_path: Path) -> None:
        with index_of(tmp_path, [*FERRY[1:3], *VOTE]) as search:
            before = story_of(search, FERRY[1][1]).id
        with index_of(tmp_path, [*FERRY, *VOTE]) as search:
            story = search.story(before, TODAY)
            assert (story.id, story.count) == (before, len(FERRY))

    def test_one_whose_first_event_is_withdrawn_opens_from_its_old_id(self, tmp_path: Path) -> None:
        with index_of(tmp_path, [*FERRY, *VOTE]) as search:
            ids = [each.event.id for each in story_of(search, FERRY[0][1]).carrying]
        for times in range(2):  # the build after that knows it, too
            with index_of(tmp_path, [*FERRY[1:], *VOTE, *([ALONE] if times else [])]) as search:
                assert search.story(ids[0], TODAY).count == len(FERRY) - 1
                assert search.story(ids[1], TODAY).id == search.story(ids[0], TODAY).id
                assert len(search.story_events(ids[0], 0, 9)) == len(FERRY) - 1

    def test_two_that_an_update_joins_open_from_both_ids(self, tmp_path: Path) -> None:
        first = [(day, text, "Marigold disaster") for day, text in FERRY]
        with index_of(tmp_path, [*FERRY[:2], *VOTE]) as search:
            old = [story_of(search, FERRY[0][1]).id, story_of(search, FERRY[1][1]).id]
        with index_of(tmp_path, [*first, *VOTE]) as search:
            assert len({search.story(each, TODAY).id for each in old}) == 1


@given(st.lists(st.floats(0, 8), min_size=1, max_size=30), st.integers(1, 12), st.randoms())
def test_what_carries_a_story_is_in_order_and_has_what_must_be(standing: list[float], most: int, any_: Any) -> None:
    size = len(standing)
    vectors = np.random.default_rng(size).normal(size=(size, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    must = sorted({0, size - 1, any_.randrange(size)})
    chosen = choose_carrying(np.array(standing), vectors, np.arange(size, dtype=float), must, max(most, len(must)))
    assert chosen.tolist() == sorted(set(chosen.tolist()))
    assert set(must) <= set(chosen.tolist())
    assert len(chosen) == min(size, max(most, len(must)))


def test_what_says_the_same_again_carries_no_story() -> None:
    vectors = np.array([[1.0, 0], [1, 0], [0, 1], [0.7, 0.7]])
    chosen = choose_carrying(np.array([3.0, 2.9, 2, 0]), vectors, np.arange(4.0), [0], 2)
    assert chosen.tolist() == [0, 2]


@given(st.integers(1, 10_000))
def test_a_story_is_carried_by_five_to_twelve_events(count: int) -> None:
    assert min(count, 5) <= how_many(count) <= 12
