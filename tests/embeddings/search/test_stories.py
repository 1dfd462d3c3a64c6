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
from embeddings.search.stories import TOPIC, StoriesMissingError, Story, page, told
from embeddings.search.story_carrying import apart, choose_carrying, how_many
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
WRECK = FERRY[:2]
SHARES = [
    ("2014-04-16", "Shares of the shipyard Brandt Works fall in Karland after an inquiry."),
    ("2014-04-18", "The shipyard Brandt Works in Karland faces an inquiry over its shares."),
]
# Any one of them is a link too few.
INQUIRY = [
    ("2014-04-19", "Divers of Brandt Works in Karland search the ferry Marigold off Port Alder; an inquiry begins."),
    (
        "2014-04-20",
        "An inquiry of Port Alder asks Brandt Works in Karland about the ferry Marigold and its passengers.",
    ),
    ("2014-04-21", "The inquiry says that Brandt Works in Karland made the ferry Marigold that sinks off Port Alder."),
]
ALONE = ("2014-06-01", "A comet can be seen with bare eyes above Mongolia.")


@contextmanager
def index_of(folder: Path, events: Sequence[tuple[str, ...]], contexts: Sequence[str] = ()) -> Iterator[Search]:
    """An index of some events, day, headline and perhaps topic, all of which have some contexts."""
    archive = folder / "archive.jsonl"
    lines = [
        {"date": day, "headline": headline, "topics": list(topics), "id": f"{day}-{abs(hash_of(headline)):08x}"}
        for day, headline, *topics in (*OTHERS, *events)
    ]
    for line in lines[len(OTHERS) :]:
        line["contexts"] = list(contexts)
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

    def test_two_that_an_update_joins_open_from_both_ids_and_so_they_do_when_split_again(self, tmp_path: Path) -> None:
        with index_of(tmp_path, [*WRECK, *SHARES]) as search:
            before = [{story_of(search, headline).id for _, headline in each} for each in (WRECK, SHARES)]
            assert [len(each) for each in before] == [1, 1]
            [wreck], [shares] = before
            assert wreck != shares
        with index_of(tmp_path, [*WRECK, *SHARES, *INQUIRY]) as search:
            assert search.story(wreck, TODAY).id == search.story(shares, TODAY).id == wreck
            assert search.story(shares, TODAY).count == 7
            joining = story_of(search, INQUIRY[0][1]).asked
            assert joining is not None
        with index_of(tmp_path, [*WRECK, *SHARES]) as search:
            assert headlines(search.story(wreck, TODAY)) == [headline for _, headline in WRECK]
            assert headlines(search.story(shares, TODAY)) == [headline for _, headline in SHARES]
            assert search.story(joining, TODAY).id in (wreck, shares)  # it is gone, and its story with it

    def test_an_update_makes_the_stories_that_a_build_from_nothing_does(self, tmp_path: Path) -> None:
        stories = []
        for folder, before in ((tmp_path / "updated", [*WRECK, *SHARES, *VOTE[:1]]), (tmp_path / "new", [])):
            folder.mkdir()
            for events in (before, [*WRECK, *SHARES, *INQUIRY, *VOTE])[not before :]:
                with index_of(folder, events) as search:
                    assert search.index.stories is not None
                    leads = search.index.stories.leads
                    stories.append({tuple(np.flatnonzero(leads == lead).tolist()) for lead in set(leads.tolist())})
        first, updated, new = stories
        assert max(map(len, first)) < max(map(len, new))
        assert updated == new

    def test_contexts_join_what_words_do_not(self, tmp_path: Path) -> None:
        events = [
            ("2014-04-16", "Voters of three islands say no."),
            ("2014-04-17", "A minister steps down over the result."),
        ]
        for contexts, count in (((), 1), (("Skerry plebiscite", "Skerry Union", "Skerry"), 2)):
            with index_of(tmp_path, events, contexts) as search:
                assert story_of(search, events[0][1]).count == count


def test_a_story_of_thousands_is_told_from_a_bounded_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 3_000
    with index_of(tmp_path, FERRY) as search:
        index = search.index
        rows = np.sort(np.resize(np.arange(index.catalogue.size), many))
        read: list[int] = []

        def counted(way: Any) -> Any:
            def call(asked: Any) -> Any:
                read.append(len(asked))
                return way(asked)

            return call

        monkeypatch.setattr(index.vectors, "take", counted(index.vectors.take))
        monkeypatch.setattr(index.catalogue, "events", counted(index.catalogue.events))
        story = told(index, rows, asked=int(rows[1_700]))
        assert (story.count, len(story.days)) == (many, many)
        assert 5 <= len(story.carrying) <= 12
        assert sum(read) < many / 3
        read.clear()
        assert [each.number for each in page(index, rows, 2_990, 25)] == list(range(2_991, 3_001))
        assert [each.number for each in page(index, rows, 1_500, 25)] == list(range(1_501, 1_526))
        assert sum(read) == 35


def test_a_topic_above_few_events_is_told_with_the_story_that_its_name_asks_for(tmp_path: Path) -> None:
    events = [*FERRY[:3], (*FERRY[3], "Ferry Marigold of Port Alder"), *VOTE, ALONE]
    with index_of(tmp_path, events) as search:
        story = search.story("Ferry Marigold of Port Alder", TODAY)
        assert story.id.startswith(TOPIC)
        assert headlines(story) == [headline for _, headline in FERRY]
        assert [each.event.headline for each in search.story_events(story.id, 0, 9)] == headlines(story)


def test_what_is_far_from_what_a_story_is_about_is_far_apart() -> None:
    core = np.array([[1.0, 0], [1, 0], [0.8, 0.6]])
    found = apart(np.array([[1.0, 0], [0.8, 0.6], [0, -1]]), core)
    assert found[0] == 0
    assert 0 <= found[1] < 0.5
    assert found[2] >= 1


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
