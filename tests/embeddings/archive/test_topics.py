from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive.topics import Topics, split_before


def knowing(*names: str) -> Topics:
    topics = Topics()
    for name in names:
        topics.learn_name(name)
    return topics


class TestSplit:
    @pytest.mark.parametrize(
        ("title", "split"),
        [
            ("Civil War: The army retreats.", (("Civil War",), "The army retreats.")),
            ("Civil War: Siege: The army retreats.", (("Civil War", "Siege"), "The army retreats.")),
            ("CIVIL-WAR: The army retreats.", (("CIVIL-WAR",), "The army retreats.")),
            ("Star Wars: The Return: A film opens.", (("Star Wars: The Return",), "A film opens.")),
            ("Civil War. The army retreats.", (("Civil War",), "The army retreats.")),
            ("Civil War: Siege. The army retreats.", (("Civil War", "Siege"), "The army retreats.")),
            ("Civil War: Civil War: The army retreats.", (("Civil War",), "The army retreats.")),
            ("Election, 2015: Votes are counted.", (("Election, 2015",), "Votes are counted.")),
            ("The mayor: I resign.", ((), "The mayor: I resign.")),
            ("The mayor: Siege: I resign.", ((), "The mayor: Siege: I resign.")),
            ("Civil War:", ((), "Civil War:")),
            ("Civil War: ", ((), "Civil War: ")),
            ("Civil War at 10:30", ((), "Civil War at 10:30")),
            ("Civil War", ((), "Civil War")),
            ("U.S. President resigns.", ((), "U.S. President resigns.")),
            ("Mr. Smith resigns.", ((), "Mr. Smith resigns.")),
            ("", ((), "")),
            (": The army retreats.", ((), ": The army retreats.")),
        ],
    )
    def test_takes_known_topics_off_a_title(self, title: str, split: tuple[tuple[str, ...], str]) -> None:
        topics = knowing("Civil War", "Siege", "Star Wars: The Return", "Election 2015", "U.S", "Mr")
        assert topics.split(title) == split

    def test_a_topic_of_more_than_two_hundred_characters_is_none(self) -> None:
        name = "x" * 300
        assert knowing(name).split(f"{name}: It rains.") == ((), f"{name}: It rains.")


class TestLearning:
    def test_what_led_one_headline_is_no_topic_and_what_led_two_is(self) -> None:
        topics = Topics()
        topics.learn_title("Civil War: The army retreats.")
        assert not topics.knows("Civil War")
        topics.learn_title("Civil War: The army retreats.")  # the same page again, or its index entry
        assert not topics.knows("Civil War")
        topics.learn_title("Civil War: Peace talks begin.")
        assert topics.knows("civil war")

    def test_narrower_topics_are_learnt_too(self) -> None:
        topics = Topics()
        topics.learn_title("Civil War: Siege: The army enters.")
        topics.learn_title("Siege: The army leaves.")
        assert topics.knows("Siege")
        assert not topics.knows("Civil War")

    def test_a_context_that_came_apart_at_its_comma_is_put_together(self) -> None:
        topics = Topics()
        topics.learn_contexts(["Island election", "2015", "Island"])
        assert topics.knows("Island election, 2015")
        assert topics.split("Island election, 2015: Votes are counted.")[0] == ("Island election, 2015",)
        assert not topics.knows("Island election 2015")

    @pytest.mark.parametrize("name", ["", " ", "…"])
    def test_a_name_without_letters_is_never_known(self, name: str) -> None:
        topics = knowing(name)
        topics.learn_title(f"{name}: It rains.")
        topics.learn_title(f"{name}: It pours.")
        assert not topics.knows(name)


class TestSplitBefore:
    @pytest.mark.parametrize(
        ("title", "split"),
        [
            ("Civil War: Siege: It ends.", (("Civil War", "Siege"), "It ends.")),
            ("Civil War. It ends.", (("Civil War",), "It ends.")),
            ("It ends.", ((), "It ends.")),
            ("Some say It ends.", None),
            ("Civil War: It has ended.", None),
            ("", None),
        ],
    )
    def test_splits_where_the_headline_is_known_from_the_index(
        self, title: str, split: tuple[tuple[str, ...], str] | None
    ) -> None:
        assert split_before(title, "It ends.") == split

    def test_without_a_headline_there_is_nothing_to_split(self) -> None:
        assert split_before("Civil War: It ends.", "") is None


PARTS = st.lists(st.sampled_from(["War", "Siege", "A, B", "It ends", ": ", ". ", ":", " ", "é"]), max_size=12)
TITLES = PARTS.map("".join).map(lambda title: " ".join(title.split()))


@given(learnt=st.lists(TITLES, max_size=6), title=TITLES)
def test_no_word_of_a_title_is_lost_and_a_headline_is_left(learnt: list[str], title: str) -> None:
    topics = knowing("War")
    for text in learnt:
        topics.learn_title(text)
    names, headline = topics.split(title)
    assert title.endswith(headline)
    assert bool(headline) == bool(title)
    assert len(set(names)) == len(names)
    assert all(name and name in title[: len(title) - len(headline)] for name in names)
    assert topics.split(headline) == ((), headline)


def test_a_hostile_title_takes_no_time_to_speak_of() -> None:
    started = time.process_time()
    topics = Topics()
    for title in (": " * 2_500, "a: " * 1_600, "a. " * 1_600, "a: b. " * 800):
        topics.learn_title(title)
        topics.learn_title(title + "x")
        topics.split(title)
    assert time.process_time() - started < 1
