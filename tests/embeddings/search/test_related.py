from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.archive import Report
from embeddings.build.run import build_index
from embeddings.events import Event, Related, event_id
from embeddings.index.folder import IndexFolder, OpenIndex
from embeddings.search.names import names, telling_words
from embeddings.search.related import _TELLING as TELLING
from embeddings.search.related import (
    RelatedCandidate,
    choose_related,
    close,
    computed,
    least,
    rarity,
    shared,
    text_of,
)
from embeddings.stems import stems
from embeddings.text import normalise
from embeddings.wordings import says_the_same
from tests.benchmarks.related_blind import as_markdown, by_version, pairs, plain
from tests.word_encoder import WordEncoder

DAY = dt.date(2015, 12, 3)


class TestNames:
    @pytest.mark.parametrize(
        ("text", "spans"),
        [
            ("Clashes break out in Addis Ababa.", ["Clashes", "Addis Ababa"]),
            ("The Syrian Observatory for Human Rights reports", ["Syrian Observatory for Human Rights"]),
            ("Reports from Kata'ib and O'Neill's home", ["Reports", "Kata'ib", "O'Neill"]),
            ("the U.S. President Ann Lee speaks", ["U.S. President Ann Lee"]),
            ("a dispute of Russia and Ukraine over Al-Asad, near Ramadi", ["Russia", "Ukraine", "Al-Asad", "Ramadi"]),
            ("It rains. In Paris it snows.", ["Paris"]),
            ("Apollo 11 lands; COVID-19 spreads in 2020", ["Apollo 11", "COVID-19"]),
            ("nothing of a name 7", []),
            ("", []),
        ],
    )
    def test_are_words_with_capitals_that_stand_together(self, text: str, spans: list[str]) -> None:
        assert list(names(text).spans) == spans

    def test_a_single_word_that_begins_a_sentence_is_not_sure_to_be_one(self) -> None:
        assert names("Police in Paris wait. Ann Lee waits.").sure == {"paris", "ann", "lee"}
        assert "police" in names("Police wait. The French Police wait.").sure

    @given(
        st.text(max_size=80) | st.lists(st.sampled_from(["Al", "of", "a", "'", "s", ". ", "-", "7", " "])).map("".join)
    )
    def test_of_any_text_stand_in_it(self, text: str) -> None:
        found = names(text)
        assert all(span in text for span in found.spans)
        assert found.sure <= set(normalise(" ".join(found.spans)).split())


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_what_more_events_have_says_less(one: int, other: int, total: int) -> None:
    few, many = sorted((one, other))
    assert 0 <= rarity(many, total) <= rarity(few, total) <= 1
    assert rarity(total, total) == 0
    assert rarity(few, total) <= rarity(few, 10 * total)


def test_a_small_archive_cannot_show_what_is_rare() -> None:
    assert rarity(1, 100) == pytest.approx(0.21, abs=0.01)
    assert rarity(1, 100_000) == pytest.approx(0.92, abs=0.01)
    assert rarity(4_500, 113_755) == pytest.approx(0.1, abs=0.002)


def told(headline: str, **more: Any) -> Event:
    return Event(id=event_id(DAY, headline), date=DAY, headline=headline, **more)


class TestShared:
    RARE = dict.fromkeys("zika virus igor dodon king county daniel ortega pregnancy vote minister ann lee".split(), 0.5)

    def names(self, event: Event, other: Event) -> list[str]:
        return [name for name, _ in shared(event, other, names(event.headline), self.RARE)]

    def test_are_topics_and_contexts_as_the_event_has_them(self) -> None:
        event = told("It spreads.", topics=("Zika virus",), contexts=("Pregnancy", "Brazil"))
        assert self.names(event, told("It ends.", contexts=("pregnancy", "Zika Virus"))) == ["Zika virus", "Pregnancy"]

    def test_what_nobody_knows_the_rarity_of_counts_for_nothing(self) -> None:
        event = told("It spreads.", contexts=("Brazil", "…", "Pregnancy"))
        found = shared(event, event, names(event.headline), self.RARE)
        assert found == (("Pregnancy", 0.5), ("Brazil", 0.0), ("…", 0.0))

    def test_are_the_longest_parts_of_names_that_both_have(self) -> None:
        event = told("The Moldovan President Igor Dodon resigns.")
        assert self.names(event, told("Voters turn to Igor Dodon again.")) == ["Igor Dodon"]

    def test_one_word_of_a_longer_name_is_another_name(self) -> None:
        event = told("A court in King County hears Daniel Ortega.")
        assert self.names(event, told("The mayor of Snohomish County greets Daniel Barenboim.")) == ["County"]
        assert self.names(event, told("The conductor Daniel Barenboim plays.")) == []

    def test_a_surname_is_enough(self) -> None:
        event = told("The President Igor Dodon resigns.")
        assert self.names(event, told("Protests against Dodon end.")) == ["Dodon"]

    def test_a_name_that_very_many_have_is_not_told(self) -> None:
        event = told("The Minister Ann Lee speaks.")
        assert shared(event, event, names(event.headline), dict.fromkeys(("ann", "lee", "minister"), 0.09)) == ()
        assert shared(event, event, names(event.headline), {}) == ()

    def test_names_are_looked_for_in_topics_headline_and_summary_apart(self) -> None:
        event = told("Ann Lee speaks in Oslo", topics=("Zika virus",), summary="King Olav listens.")
        assert names(text_of(event)).spans == ("Zika", "Ann Lee", "Oslo", "King Olav")
        assert names(text_of(replace(event, summary=None))).spans == ("Zika", "Ann Lee", "Oslo")

    def test_a_word_that_only_begins_sentences_is_no_name(self) -> None:
        assert self.names(told("Vote on the treaty."), told("Vote on a tax.")) == []
        assert self.names(told("Zika spreads."), told("The north fears Zika.")) == ["Zika"]

    def test_a_name_that_stands_in_a_topic_and_a_context_is_not_told_again(self) -> None:
        event = told("Ann Lee meets Igor Dodon.", topics=("Ann Lee",), contexts=("Igor Dodon",))
        assert self.names(event, replace(event, headline="Igor Dodon leaves Ann Lee.")) == ["Ann Lee", "Igor Dodon"]
        assert self.names(event, told("Igor Dodon leaves Ann Lee.", topics=("Ann Lee",))) == ["Ann Lee", "Igor Dodon"]

    def test_the_rarest_comes_first_and_none_is_told_twice(self) -> None:
        event = told("The Minister Ann Lee speaks.", topics=("Ann Lee",), contexts=("Brazil",))
        other = told("The Minister Ann Lee falls.", topics=("Ann Lee",), contexts=("Brazil",))
        found = shared(event, other, names(event.headline), {**self.RARE, "lee": 0.9, "brazil": 0.1})
        assert [name for name, _ in found] == ["Ann Lee", "Minister Ann Lee", "Brazil"]


class TestChoose:
    """Vectors of two numbers: the first is nearness to the event, the second what else there is."""

    def candidate(
        self, headline: str, cosine: float, days: int = 30, rare: float = 0.0, words: float = 0.0
    ) -> RelatedCandidate:
        vector = np.array([cosine, np.sqrt(1 - cosine**2)], np.float32)
        event = replace(told(headline), date=DAY + dt.timedelta(days))
        return RelatedCandidate(event, vector, (("Zika", rare),) if rare else (), words)

    MINE = RelatedCandidate(told("It rains in Alpha."), np.array([1, 0], np.float32))

    def chosen(self, *candidates: RelatedCandidate, limit: int = 10) -> list[str]:
        return [found.event.headline for found in choose_related(self.MINE, candidates, [], limit)]

    def test_nearness_names_words_and_nearness_in_time_each_draw_up(self) -> None:
        plain_, near = self.candidate("a", 0.69), self.candidate("b", 0.76, days=34)
        assert self.chosen(plain_, near) == ["b", "a"]
        assert self.chosen(plain_, self.candidate("c", 0.69, days=34, rare=0.6)) == ["c", "a"]
        assert self.chosen(plain_, self.candidate("d", 0.69, days=34, words=0.6)) == ["d", "a"]
        assert self.chosen(plain_, self.candidate("e", 0.69, days=4)) == ["e", "a"]

    def test_rare_names_make_up_for_some_nearness_and_nearness_in_time_for_some_rarity(self) -> None:
        rarer, nearer = self.candidate("a", 0.6, 5, rare=0.9), self.candidate("b", 0.7, 40, rare=0.6)
        assert self.chosen(nearer, rarer) == ["a", "b"]
        rarer, sooner = self.candidate("a", 0.66, 300, rare=0.9), self.candidate("b", 0.6, 20, rare=0.6)
        assert self.chosen(sooner, rarer) == ["b", "a"]

    def test_a_topic_counts_beyond_its_rarity(self) -> None:
        mine = replace(self.MINE, event=replace(self.MINE.event, topics=("Zika",)))
        other = self.candidate("a", 0.56, rare=0.1)
        assert choose_related(self.MINE, [other], [], 10) == []
        assert choose_related(mine, [other], [], 10) == [other]

    def test_a_rewording_is_left_out_and_of_two_the_worse(self) -> None:
        assert self.chosen(self.candidate("In Alpha it rains", 0.8, days=1)) == []
        for days, found in ((1, []), (3, []), (4, ["Floods drown Beta."])):
            assert self.chosen(self.candidate("Floods drown Beta.", 0.95, days=days)) == found
        assert self.chosen(self.candidate("A b c d.", 0.7), self.candidate("D c b a.", 0.68, days=31)) == ["A b c d."]

    def test_of_two_that_are_as_good_the_first_comes_first(self) -> None:
        assert self.chosen(self.candidate("a", 0.7, 30), self.candidate("b", 0.7, -30)) == ["a", "b"]

    def test_what_stands_in_the_list_already_is_not_told_in_other_words(self) -> None:
        other, listed = self.candidate("A b c d.", 0.7), (DAY + dt.timedelta(30), "d c b a")
        assert other.event.date == listed[0]
        assert choose_related(self.MINE, [other], [(DAY, "d c b a"), (listed[0], "e f g h")], 10) == [other]
        assert choose_related(self.MINE, [other], [(DAY, "nothing"), listed], 10) == []

    def test_what_shares_nothing_is_left_out_unless_it_is_as_near_as_the_nearest(self) -> None:
        assert self.chosen(self.candidate("a", 0.59, days=4)) == []
        assert self.chosen(self.candidate("a", 0.61, days=4)) == ["a"]
        assert self.chosen(self.candidate("a", 0.61, days=400)) == []
        assert self.chosen(self.candidate("a", 0.9), self.candidate("b", 0.64, days=4)) == ["a"]
        assert self.chosen(self.candidate("a", 0.85), self.candidate("b", 0.64, days=4)) == ["a", "b"]

    @given(st.floats(0, 0.41), st.integers(4, 9_999), st.floats(0.01, 1))
    def test_a_name_alone_makes_no_two_events_related_however_rare(self, cosine: float, days: int, rare: float) -> None:
        assert self.chosen(self.candidate("a", cosine, days + 3_000, rare=rare)) == []

    @given(
        st.lists(st.tuples(st.floats(0, 0.99), st.integers(-900, 900), st.floats(0, 1), st.floats(0, 2)), max_size=9)
    )
    def test_a_stranger_more_changes_nothing(self, drawn: list[tuple[float, int, float, float]]) -> None:
        candidates = [self.candidate(f"headline {place}", *one) for place, one in enumerate(drawn)]
        found = self.chosen(*candidates)
        assert found == self.chosen(*candidates)
        assert len(set(found)) == len(found)
        stranger = self.candidate("stranger", 0.3, days=2_000, rare=1.0)
        assert self.chosen(*candidates, stranger) == found == self.chosen(stranger, *candidates)

    def test_one_like_another_comes_after_one_that_is_not(self) -> None:
        flood, again = self.candidate("a", 0.84, days=400), self.candidate("b", 0.83, days=500)
        other = RelatedCandidate(told("c"), np.array([0.82, -np.sqrt(1 - 0.82**2)], np.float32))
        other = replace(other, event=replace(other.event, date=DAY + dt.timedelta(600)))
        assert self.chosen(flood, again, other) == ["a", "c", "b"]
        assert self.chosen(flood, again, other, limit=2) == ["a", "c"]

    def test_one_that_is_little_like_a_better_one_loses_nothing(self) -> None:
        mine = replace(self.MINE, vector=np.array([1, 0, 0], np.float32))
        found = [
            RelatedCandidate(
                replace(told(name), date=DAY + dt.timedelta(30)),
                np.array([cosine, *rest], np.float32),
                (("Zika", 0.3),),
            )
            for name, cosine, rest in (("a", 0.9, (0.436, 0)), ("b", 0.8, (0, 0.6)), ("c", 0.79, (-0.613, 0)))
        ]
        nearness = [float(found[0].vector @ other.vector) for other in found[1:]]
        assert 0.75 > nearness[0] > nearness[1] + 0.1
        assert choose_related(mine, found, [], 10) == found


Index = Callable[..., OpenIndex]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Opens an index of the records that it is given."""
    opened: list[OpenIndex] = []

    def make(*records: dict[str, Any]) -> OpenIndex:
        archive = tmp_path / "events.jsonl"
        archive.write_text("\n".join(map(json.dumps, records)))
        folder = IndexFolder(tmp_path / f"index-{len(opened)}")
        build_index(folder, [archive], WordEncoder(), Report())
        opened.append(folder.open())
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def record(headline: str, date: str = "2015-12-03", **more: Any) -> dict[str, Any]:
    return {"date": date, "headline": headline, **more}


def related_to(index: OpenIndex, row: int) -> list[Related]:
    return computed(index, row, index.catalogue.events([row])[0], 10)


def by_comparing_with_each(index: OpenIndex, row: int, others: Sequence[int]) -> list[str]:
    """The ids of `computed`, by looking at every other event and at each of its words."""
    catalogue = index.catalogue
    event, vector = catalogue.events([row])[0], index.vectors.take([row])[0]
    named = names(text_of(event))

    def rare(stem: str) -> float:
        return rarity(len(catalogue.postings([stem])[stem]), catalogue.size)

    of_names = telling_words((*named.spans, *event.topics, *event.contexts))
    rarities = {word: rare(stem) for word in of_names for stem in stems(word)}
    plain_words = {
        stem: rare(stem)
        for stem in stems(" ".join(telling_words((text_of(event),))))
        if stem not in stems(" ".join(of_names))
    }

    def candidate(other: int) -> RelatedCandidate:
        [its] = catalogue.events([other])
        has = set(stems(" ".join((its.headline, *its.topics, *its.contexts))))
        words = sum(rare for stem, rare in plain_words.items() if rare >= TELLING and stem in has)
        common = shared(event, its, named, rarities)
        return RelatedCandidate(its, index.vectors.take([other])[0], common, words)

    mine = RelatedCandidate(event, vector)
    found = choose_related(mine, [candidate(other) for other in others if other != row], [], 10, least(catalogue.size))
    return [chosen.event.id for chosen in found]


class TestComputed:
    FILLERS = tuple(record(f"Nothing {n} of note.", "2001-01-01", contexts=["Russia"]) for n in range(60))

    def test_a_rare_shared_context_leads_to_an_event_and_a_common_one_does_not(self, index: Index) -> None:
        found = related_to(
            index(
                *self.FILLERS,
                record("Doctors warn mothers of babies.", contexts=["Zika virus", "Russia"]),
                record("Parliament votes quickly.", "2016-01-09", contexts=["Russia"]),
                record("Babies of mothers suffer.", "2016-02-09", contexts=["Zika virus"], path="/news/2016/02/9/a.md"),
            ),
            60,
        )
        day, headline = dt.date(2016, 2, 9), "Babies of mothers suffer."
        assert found == [Related(day, headline, ("Zika virus",), "/news/2016/02/9/a.md", event_id(day, headline))]

    def test_without_contexts_names_of_the_text_lead_to_it(self, index: Index) -> None:
        found = related_to(
            index(
                *self.FILLERS, record("Mayor Ann Lee resigns."), record("Voters choose Ann Lee as mayor.", "2015-12-09")
            ),
            60,
        )
        assert [(other.headline, other.contexts) for other in found] == [
            ("Voters choose Ann Lee as mayor.", ("Ann Lee",))
        ]

    MANY = tuple(record(f"Nothing {n} of note at a meeting.", "2001-01-01") for n in range(500))

    def test_a_city_in_common_brings_nothing_that_is_about_something_else(self, index: Index) -> None:
        planets = (
            record("Astronomers meeting in Prague find no planet but Pluto."),
            record("Astronomers find no moon but Pluto and planet.", "2015-12-20"),
        )
        strangers = (record(f"A {what} meeting in Prague.", "2016-01-09") for what in ("football", "party", "family"))
        with_strangers = related_to(index(*self.MANY, *planets, *strangers), 500)
        assert with_strangers == related_to(index(*self.MANY, *planets), 500)
        assert [other.contexts for other in with_strangers] == [("Pluto",)]

    def test_words_that_are_no_names_count_where_few_have_them(self, index: Index) -> None:
        race = record("The old kayak race ends on a lake today near town.", "2020-05-05")
        pair = record("A kayak race on the sea."), race
        assert [other.headline for other in related_to(index(*self.MANY, *pair), 500)] == [race["headline"]]
        many = (record(f"Nothing {n} of note at a kayak meeting.", "2001-01-01") for n in range(500))
        assert race["headline"] not in [other.headline for other in related_to(index(*many, *pair), 500)]

    def test_a_small_archive_asks_for_less_and_a_large_one_for_no_more_than_the_largest(self) -> None:
        assert least(2) < least(429) < least(20_000) < least(30_000)
        assert least(30_100) == least(1_000_000)

    def test_what_the_archive_names_already_is_not_named_again_in_other_words(self, index: Index) -> None:
        found = index(
            *self.FILLERS, record("Ann Lee resigns."), record("Voters choose Ann Lee as mayor.", "2016-01-09")
        )
        event = found.catalogue.events([60])[0]
        link = Related(dt.date(2016, 1, 9), "As mayor, voters choose Ann Lee")
        assert computed(found, 60, replace(event, related=(link,)), 10) == []
        by_id = replace(link, headline="Ann Lee wins.", id=found.catalogue.events([61])[0].id)
        assert computed(found, 60, replace(event, related=(by_id,)), 10) == []

    def test_what_is_near_in_time_is_found_though_very_many_are_nearer_in_meaning(self, index: Index) -> None:
        far = (record("Storms hit the coast.", f"{year}-05-01") for year in range(1800, 1950))
        found = index(
            *far, record("Storms hit the coast.", "2016-01-09"), record("Storms hit the coast hard.", "2016-01-20")
        )
        assert "Storms hit the coast hard." in [other.headline for other in related_to(found, 150)]

    def test_each_list_is_that_of_comparing_the_event_with_every_other(self, index: Index) -> None:
        choice = random.Random(29)
        people = ["Ann Lee", "Igor Dodon", "Mayor Ann Lee", "Osla", "Daniel Ortega", "Ortega"]
        things = "kayak race planet moon court vote rain snow flood dam bridge ferry opera strike tax whale".split()

        def headline() -> str:
            return f"{choice.choice(people)} sees {' '.join(choice.choices(things, k=3))} with {choice.choice(people)}."

        found = index(
            *(record(f"Nothing {n} of note.", "2001-01-01", contexts=["Russia"]) for n in range(200)),
            *(
                record(
                    headline(),
                    f"2015-{choice.randrange(11, 13)}-{choice.randrange(1, 29):02}",
                    topics=choice.sample(things, choice.randrange(2)),
                    contexts=choice.sample(people, choice.randrange(2)),
                )
                for _ in range(40)
            ),
        )
        lists = {row: related_to(found, row) for row in range(200, 240, 2)}
        assert sum(map(len, lists.values())) > 2 * len(lists)
        for row, others in lists.items():
            assert [other.id for other in others] == by_comparing_with_each(found, row, range(200, 240))

    @pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
    def test_the_calendar_may_end_before_the_weeks_around_do(self, index: Index, date: str) -> None:
        assert len(related_to(index(record("Ann Lee resigns.", date), record("Ann Lee sings.", date)), 0)) == 1

    def test_events_of_thousands_of_names_are_looked_up_all_the_same(self, index: Index) -> None:
        choice = random.Random(7)
        words = [f"N{n}" for n in range(600)]
        texts = [" ".join(choice.choices(words, k=800)) for _ in range(20)]
        found = index(*(record(text, contexts=choice.sample(words, 200)) for text in texts))
        assert len(related_to(found, 0)) <= 10

    def test_lists_of_the_sample_hold_neither_the_event_nor_two_wordings_of_one(self, sample_index: OpenIndex) -> None:
        catalogue = sample_index.catalogue
        for row in range(0, catalogue.size, 37):
            event = replace(catalogue.events([row])[0], related=())
            found = computed(sample_index, row, event, 10)
            assert len({event.id, *(other.id for other in found)}) == len(found) + 1 <= 11
            everything: list[Event | Related] = [*found, event]
            worded = [(one.date, normalise(one.headline)) for one in everything]
            assert not any(
                says_the_same(*one, *other) for place, one in enumerate(worded) for other in worded[place + 1 :]
            )


def rows_of(index: OpenIndex, others: Sequence[Related]) -> list[int]:
    rows = [index.catalogue.row(str(other.id)) for other in others]
    return [row for row in rows if row is not None]


def is_close(index: OpenIndex, row: int, event: Event, other: int) -> bool:
    return list(close(index, row, event, [other])) == [other]


class TestIsClose:
    def test_what_tells_of_the_same_is_close_and_what_only_happened_is_not(self, index: Index) -> None:
        archive = index(
            *TestComputed.FILLERS,
            record("Mayor Ann Lee resigns."),
            record("Voters choose Ann Lee as mayor.", "2015-12-09"),
            record("A volcano erupts in Peru.", "2015-12-09"),
            record("Ann Lee climbs a volcano.", "1970-12-09"),
        )
        rows = {event.headline: row for row, event in enumerate(archive.catalogue.events(range(64)))}
        mayor = rows["Mayor Ann Lee resigns."]
        event = archive.catalogue.events([mayor])[0]
        found = {headline for headline, row in rows.items() if row != mayor and is_close(archive, mayor, event, row)}
        assert found == {"Voters choose Ann Lee as mayor."}

    def test_every_computed_one_is_close_and_most_of_the_others_are_not(self, sample_index: OpenIndex) -> None:
        catalogue, found = sample_index.catalogue, 0
        rows = range(0, catalogue.size, 37)
        for row in rows:
            event = replace(catalogue.events([row])[0], related=())
            others = rows_of(sample_index, computed(sample_index, row, event, 10))
            assert all(is_close(sample_index, row, event, other) for other in others)
            found += sum(is_close(sample_index, row, event, other) for other in rows if other != row)
        assert found < len(rows) ** 2 / 100

    def test_a_small_archive_asks_for_less(self, index: Index) -> None:
        pair = record("rain on hill near town today"), record("snow on hill near road today", "2016-03-02")
        many = (record(f"rain snow hill road town today near {n}", "2001-01-01") for n in range(500))
        for archive, is_enough in ((index(*pair), True), (index(*many, *pair), False)):
            row = archive.catalogue.size - 2
            assert is_close(archive, row, archive.catalogue.events([row])[0], row + 1) == is_enough


class TestBlindPairs:
    def test_the_plain_rule_takes_most_shared_contexts_then_the_newest(self, index: Index) -> None:
        found = index(
            record("One.", "2015-01-01", contexts=["A", "B"]),
            record("Two.", "2015-01-02", contexts=["A"]),
            record("Three.", "2015-01-03", contexts=["C"]),
            record("Four.", "2015-01-04", contexts=["A", "C"]),
            record("Five.", "2015-01-05", contexts=["B", "A"]),
        )
        others = plain(found, 0, found.catalogue.events([0])[0], 10)
        assert [other.headline for other in others] == ["Five.", "Four.", "Two."]
        assert others[0].contexts == ("A", "B")

    def test_the_pairs_do_not_tell_whose_list_is_whose(self, sample_index: OpenIndex) -> None:
        made = pairs(sample_index, 12, random.Random(1))
        assert len(made) == 12
        assert {pair.ours for pair in made} == {"A", "B"}
        text = as_markdown(made)
        assert text.count("List A") == text.count("List B") == 12
        assert "ours" not in text.partition("## 1.")[0]

    def test_the_other_list_may_be_another_version_s(self, index: Index, tmp_path: Path) -> None:
        found = index(record("Storms hit the coast."), record("Storms hit the coast hard.", "2015-12-20"))
        others = by_version(Path(__file__).parents[3], tmp_path / "index-0")(found, [1, 0])
        assert [[one.headline for one in some] for some in others] == [
            ["Storms hit the coast."],
            ["Storms hit the coast hard."],
        ]
        with pytest.raises(click.UsageError, match="holds no checkout"):
            by_version(tmp_path, tmp_path / "index-0")(found, [0])

    def test_beside_another_version_the_pairs_do_not_show_what_is_shared(self, sample_index: OpenIndex) -> None:
        text = as_markdown(pairs(sample_index, 3, random.Random(1)), with_shared=False)
        assert "| date | headline |\n" in text
        assert "shared" not in text.partition("## 1.")[2].partition("Contexts:")[0]
