"""Terms that events share, links between them, the groups that links make, and after which event these are called."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.progress import no_progress
from embeddings.stories.joining import join
from embeddings.stories.learnt import SIGNS, Learnt, learnt
from embeddings.stories.links import Links, Material, find_links
from embeddings.stories.naming import leads
from embeddings.stories.terms import Terms

ARCHIVES = st.lists(st.sets(st.sampled_from("abcdefgh"), max_size=5), min_size=2, max_size=12)


class TestTerms:
    @given(ARCHIVES)
    def test_what_two_share_is_what_counting_says(self, each: list[set[str]]) -> None:
        terms, size = Terms.of(each), len(each)
        events_of = Counter(term for event in each for term in event)
        rarity = {term: math.log1p(size) - math.log1p(events) for term, events in events_of.items()}
        ones, others = np.triu_indices(size, 1)
        cosines, rarest, together = terms.shared(ones, others)
        for place, (one, other) in enumerate(zip(ones.tolist(), others.tolist(), strict=True)):
            both = [rarity[term] for term in each[one] & each[other]]
            assert rarest[place] == pytest.approx(max(both, default=0) / max(math.log1p(size), 1))
            assert together[place] == pytest.approx(sum(both) / max(math.log1p(size), 1))
            lengths = [math.sqrt(sum(rarity[term] ** 2 for term in each[row])) for row in (one, other)]
            expected = sum(rare**2 for rare in both) / max(lengths[0] * lengths[1], 1e-9)
            assert cosines[place] == pytest.approx(expected, abs=1e-6)

    @given(ARCHIVES, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
    def test_neighbours_are_the_nearest_rows_with_a_rare_term(
        self, each: list[set[str]], most: int, near: int, limit: int
    ) -> None:
        terms, size = Terms.of(each), len(each)
        owners, others = terms.neighbours(np.arange(size), most, near, limit, (-1, 1))
        found = set(zip(owners.tolist(), others.tolist(), strict=True))
        assert len(found) == len(owners)
        for row in range(size):
            for side in (-1, 1):
                may_be = set()
                for term in each[row]:
                    having = [other for other in range(size) if term in each[other]]
                    if len(having) <= most:
                        at = having.index(row)
                        may_be |= set(having[max(0, at - near) : at] if side < 0 else having[at + 1 : at + 1 + near])
                got = {other for owner, other in found if owner == row and (other - row) * side > 0}
                assert got <= may_be
                assert len(got) == min(limit, len(may_be))


PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([0.1, 0.4, 0.7, 0.95])), max_size=30)


def joined(size: int, links: list[tuple[int, int, float]], least: float = 0.3) -> np.ndarray:
    ones, others, chances = (np.array(each) for each in zip(*links, strict=True)) if links else (np.zeros(0, int),) * 3
    return join(size, ones, others, chances, least)


def distinct(links: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    return [(*pair, chance) for pair, chance in {(min(a, b), max(a, b)): c for a, b, c in links if a != b}.items()]


class TestJoining:
    @given(PAIRS)
    def test_groups_are_called_after_one_of_them_and_held_together_by_links(
        self, links: list[tuple[int, int, float]]
    ) -> None:
        known = distinct(links)
        groups = joined(10, known)
        assert np.array_equal(groups[groups], groups)
        for group in set(groups.tolist()):
            members = np.flatnonzero(groups == group).tolist()
            reached = {members[0]}
            while (
                more := {b for a, b, _ in [*known, *((b, a, c) for a, b, c in known)] if a in reached}
                & set(members) - reached
            ):
                reached |= more
            assert reached == set(members)

    @given(PAIRS, st.randoms())
    def test_the_order_in_which_links_are_told_is_all_one(self, links: list[tuple[int, int, float]], any_: Any) -> None:
        known = distinct(links)
        shuffled = list(known)
        any_.shuffle(shuffled)
        assert np.array_equal(joined(10, known), joined(10, shuffled))

    @given(PAIRS, st.lists(st.booleans(), min_size=10, max_size=10))
    def test_what_is_in_between_is_all_one(self, links: list[tuple[int, int, float]], gaps: list[bool]) -> None:
        """An update moves rows: what it joins is what a build from nothing does."""
        known, moved = distinct(links), np.arange(10) + np.cumsum(gaps)
        groups = joined(20, [(int(moved[a]), int(moved[b]), chance) for a, b, chance in known])
        assert np.array_equal(groups[moved], moved[joined(10, known)])

    def test_a_chain_of_single_links_does_not_make_one_story(self) -> None:
        pairs = [(a, b, 0.9) for start in (0, 5) for a in range(start, start + 5) for b in range(a + 1, start + 5)]
        groups = joined(10, [*pairs, (4, 5, 0.9)])
        assert len(set(groups.tolist())) == 2

    def test_two_stories_that_many_links_hold_together_are_one(self) -> None:
        pairs = [(a, b, 0.5) for a in range(10) for b in range(a + 1, 10)]
        assert len(set(joined(10, pairs).tolist())) == 1


class TestNaming:
    def test_a_new_story_is_called_after_its_first_event_that_mattered(self) -> None:
        groups, standing = np.array([2, 1, 2, 2]), np.array([0.1, 5.0, 3.0, 4.0])
        assert leads(groups, standing, np.full(4, -1)).tolist() == [2, 1, 2, 2]

    def test_a_story_that_grows_keeps_its_name(self) -> None:
        before = np.array([-1, 2, 2, -1])
        assert leads(np.zeros(4, int), np.array([9.0, 1, 1, 9]), before).tolist() == [2, 2, 2, 2]

    def test_of_two_that_are_joined_the_larger_keeps_its_name(self) -> None:
        before = np.array([0, 0, 3, 3, 3])
        assert set(leads(np.full(5, 4), np.arange(5.0), before).tolist()) == {3}

    def test_of_one_that_is_split_the_part_with_its_lead_keeps_its_name(self) -> None:
        before = np.array([1, 1, 1, 1])
        assert leads(np.array([0, 0, 2, 2]), np.array([1.0, 1, 1, 1]), before).tolist() == [1, 1, 2, 2]

    @given(st.lists(st.integers(0, 5), min_size=6, max_size=6), st.lists(st.floats(0, 9), min_size=6, max_size=6))
    def test_every_story_is_called_after_one_of_its_events(self, drawn: list[int], standing: list[float]) -> None:
        groups = np.array([drawn.index(each) for each in drawn])
        found = leads(groups, np.array(standing), np.full(6, -1))
        assert np.array_equal(groups[found], groups)


ANY = Learnt("", None, -4.0, np.array([8.0] + [0.0] * (len(SIGNS) - 1)), 0.3)


def material(vectors: np.ndarray, names: list[set[str]] | None = None) -> Material:
    size = len(vectors)
    none = Terms.of([() for _ in range(size)])
    taken = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Material(np.arange(size), Terms.of(names) if names else none, none, none, lambda rows: taken[rows])


class TestLinks:
    def test_lead_from_an_event_to_nearer_ones_before_it(self) -> None:
        links = find_links(material(np.array([[1.0, 0], [0, 1], [1, 0.1]])), np.arange(3), ANY, no_progress)
        assert list(zip(links.ones.tolist(), links.others.tolist(), strict=True)) == [(0, 2)]
        assert links.chances[0] > 0.9

    def test_what_a_build_adds_is_what_a_build_from_nothing_finds(self) -> None:
        drawn = np.random.default_rng(1).normal(size=(30, 3))
        names = [{f"n{number % 7}", f"m{number % 5}"} for number in range(30)]
        whole = find_links(material(drawn, names), np.arange(30), ANY, no_progress)
        new = np.array([3, 4, 17, 29])
        old = np.setdiff1d(np.arange(30), new)
        kept = find_links(material(drawn[old], [names[row] for row in old]), np.arange(26), ANY, no_progress)
        added = find_links(material(drawn, names), new, ANY, no_progress)
        both = kept.moved(old).beside(added)
        columns = both.ones.tolist(), both.others.tolist(), both.chances.tolist()
        pairs = {(a, b): c for a, b, c in zip(*columns, strict=True)}
        assert len(pairs) == len(both.ones)
        for a, b, c in zip(whole.ones.tolist(), whole.others.tolist(), whole.chances.tolist(), strict=True):
            assert pairs[a, b] == pytest.approx(c)

    def test_of_events_that_are_gone_are_gone(self) -> None:
        links = Links(np.array([0, 1], np.int32), np.array([2, 2], np.int32), np.array([0.5, 0.6], np.float32))
        moved = links.moved(np.array([-1, 1, 0]))
        assert (moved.ones.tolist(), moved.others.tolist()) == ([0], [1])


def test_what_ships_is_for_the_default_model_and_for_any() -> None:
    for_any = learnt("another")
    assert for_any.turn is None
    assert len(for_any.weights) == len(SIGNS)
    assert 0 < for_any.least < 1
