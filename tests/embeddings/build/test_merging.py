from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.build.edits import is_renamed
from embeddings.build.merging import (
    NEIGHBOURS,
    group_day,
    has_given_id,
    merge,
    pair_rewordings,
)
from embeddings.events import Event, Related, Source, event_id

DAY = dt.date(2015, 12, 3)
LONG = "The army enters the old city of Alpha after a siege of eight months"
OTHER = "A court in the north frees two men whom it had found guilty"
EIGHT, EIGHT_NOW = "Rivers rise over the banks in nine towns", "Rivers fall over the banks in ten towns"


def make(
    headline: str = "It rains.",
    *,
    id: str | None = None,  # noqa: A002  # as the event calls it
    topics: tuple[str, ...] = (),
    category: str | None = None,
    summary: str | None = None,
    contexts: tuple[str, ...] = (),
    sources: tuple[Source, ...] = (),
    related: tuple[Related, ...] = (),
    paths: tuple[str, ...] = (),
) -> Event:
    return Event(
        id=id or event_id(DAY, headline),
        date=DAY,
        headline=headline,
        topics=topics,
        category=category,
        summary=summary,
        contexts=contexts,
        sources=sources,
        related=related,
        paths=paths,
    )


def page(headline: str, slug: str, *urls: str) -> Event:
    sources = tuple(Source(url.split("/")[2], url) for url in urls)
    return make(headline, paths=(f"/news/2015/12/3/{slug}.md",), sources=sources)


# --- which events are one ---


class TestSameEvent:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (make("It rains."), make("It rains!")),
            (make("Pelé is ill."), make("PELE is ill")),
            (page("It rains.", "a"), page("It pours.", "a")),
            (page("It rains.", "a"), page("It rains.", "b")),
            (make("It rains.", id="x1"), make("A storm comes.", id="x1")),
            (page(f"{LONG}.", "a"), page(f"{LONG.replace('siege', 'blockade')}.", "b")),
            (page(f"{LONG}.", "a"), page(f"{LONG} today.", "b")),
            (page(f"{LONG}.", "a"), page(f"{LONG.replace('Alpha', 'Alphaa')}.", "b")),
            (page(f"{LONG}.", "a"), page(f"{LONG.replace('Alpha', 'Alpho')}.", "b")),
            (
                page(f"{LONG}.", "a", "https://daily.example/1"),
                page(f"{LONG.replace('eight months', 'nine weeks')}.", "b", "https://daily.example/1"),
            ),
            (page(f"{LONG}.", "a"), page(f"Today {LONG}.", "b")),
            (page(f"{EIGHT}.", "a"), page(f"{EIGHT.replace('rise', 'fall')}.", "b")),
            (page(f"Sieges: {LONG}.", "a"), make(f"{LONG}.")),
            (page(f"[[Army|{LONG[:8]}]]{LONG[8:]}.", "a"), make(f"{LONG}.")),
        ],
        ids=[
            "words but for punctuation",
            "words but for accents and case",
            "address",
            "words under two addresses",
            "given id",
            "page after one small word was changed",
            "page after one word was added",
            "page after a name was spelt otherwise",
            "page after a letter of a name of five was changed",
            "page with the same source after two words were changed",
            "page after a word was put before all others",
            "page of eight words after one was changed",
            "words, which are told after a topic on a page",
            "words, beside markup that was left on a page",
        ],
    )
    def test_is_one_with_the_same(self, one: Event, other: Event) -> None:
        assert group_day([one, other]) == [[0, 1]]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (make("It rains."), make("It pours.")),
            (page("It rains.", "a"), page("It pours.", "b")),
            (make(f"{LONG}."), make(f"{LONG} today.")),
            (page(f"{LONG}.", "a"), page(f"{LONG.replace('Alpha', 'Omega')}.", "b")),
            (page(f"{LONG} 7.", "a"), page(f"{LONG} 9.", "b")),
            (page(f"{LONG} 7.", "a"), page(f"{LONG}.", "b")),
            (page(f"{LONG}.", "a"), page(f"{LONG.replace('eight months', 'nine weeks')}.", "b")),
            (
                page(f"{LONG}.", "a", "https://x.example/1"),
                page(f"{LONG.replace('eight months', 'nine weeks')}.", "b", "https://x.example/2"),
            ),
            (page(f"{LONG} in Oslo.", "a"), page(f"{LONG} in Osla.", "b")),
            (page("It rains in the city.", "a", "https://x.example/1"), page("It rains.", "b", "https://x.example/1")),
            (page(f"{LONG}.", "a", "https://x.example/1"), page(f"{OTHER}.", "b", "https://x.example/1")),
            (page(f"{EIGHT}.", "a", "https://x.example/1"), page(f"{EIGHT_NOW}.", "b", "https://x.example/1")),
            (page(f"{LONG}.", "a"), page(f"{LONG.replace('siege', 'Omega')}.", "b")),
            (make(f"Sieges: {LONG}."), make(f"{LONG}.")),
            (make(f"[[Army|{LONG[:8]}]]{LONG[8:]}."), make(f"{LONG}.")),
        ],
        ids=[
            "other words",
            "other pages",
            "no pages, which are renamed by editing",
            "another name",
            "another number",
            "a number more",
            "two words changed and no source shared",
            "two words changed and sources of their own",
            "another name, of four letters",
            "short headlines",
            "nothing but the source shared",
            "the source shared and two of eight words changed",
            "a name for a word",
            "a topic more, where neither is a page",
            "signs more, which are markup on pages alone",
        ],
    )
    def test_is_two_with(self, one: Event, other: Event) -> None:
        assert group_day([one, other]) == [[0], [1]]

    def test_pages_of_one_source_are_compared_though_neither_begins_nor_ends_as_the_other(self) -> None:
        first, *middle, last = LONG.split()
        other = " ".join(["Yesterday", *middle, "again"])
        assert first != "Yesterday"
        assert last != "again"
        source = "https://daily.example/1"
        assert group_day([page(f"{LONG}.", "a", source), page(f"{other}.", "b", source)]) == [[0, 1]]
        assert group_day([page(f"{LONG}.", "a"), page(f"{other}.", "b")]) == [[0], [1]]

    def test_pages_that_are_one_anyhow_keep_none_of_the_others_from_being_compared(self) -> None:
        begin = " ".join(LONG.split()[:-3])
        same = [page(f"{begin} 7 years and days.", slug) for slug in "ab"]
        renamed = [page(f"{LONG}{end}.", slug) for slug, end in (("c", ""), ("d", " today"))]
        assert group_day([*same, *renamed]) == [[0, 1], [2, 3]]

    def test_an_event_that_was_reworded_under_its_id_is_the_one_whose_headline_made_that_id(self) -> None:
        first = make("It rains.")
        reworded = make("A storm comes.", id=first.id)
        assert group_day([first, reworded]) == group_day([reworded, first]) == [[0, 1]]

    def test_ids_that_are_known_join_though_a_headline_made_them(self) -> None:
        kept = make("It rains.", id="2015-12-03-00000000")
        events = [kept, make("It pours.", id=event_id(DAY, "It pours."))]
        assert group_day(events, {event.id for event in events}) == [[0], [1]]
        again = make("It pours.", paths=("/a",)), make("A flood.", id=event_id(DAY, "It pours."))
        assert group_day(again, {again[0].id}) == [[0, 1]]

    def test_likeness_is_passed_on(self) -> None:
        by_path = make("A storm comes.", paths=("/a", "/b"))
        by_words = make("It rains.", paths=("/b", "/c"))
        last = make("Floods.", paths=("/c",))
        assert group_day([last, by_path, by_words]) == [[0, 1, 2]]

    def test_groups_come_in_the_order_of_their_first_members(self) -> None:
        events = [make("B"), make("A"), make("B!"), make("C"), make("A?")]
        assert group_day(events) == [[0, 2], [1, 4], [3]]

    def test_on_a_day_of_many_pages_those_that_begin_alike_are_compared_in_alphabetical_order(self) -> None:
        begin = "it is told that over the old town"
        between = [f"{begin} b{n:02} c{n:02} d{n:02} e{n:02}" for n in range(NEIGHBOURS - 1)]
        after = [f"{begin} z{n:02} y{n:02} x{n:02} w{n:02}" for n in range(NEIGHBOURS)]
        headlines = [f"{begin} art fills the night", *after, *between, f"{begin} thunder fills the night"]
        pages = [page(headline, str(place)) for place, headline in enumerate(headlines)]
        assert [0, len(pages) - 1] in group_day(pages)
        assert len(group_day(pages)) == len(pages) - 1

    def test_a_day_of_very_many_pages_is_grouped_all_the_same(self) -> None:
        pages = [page(f"Number {n} of the pages tells of something of its own.", str(n)) for n in range(500)]
        pages.append(page("Number 7 of the pages tells of something of its own!", "again"))
        groups = group_day(pages)
        assert len(groups) == 500
        assert [7, 500] in groups


def by_hand(events: Sequence[Event]) -> set[frozenset[int]]:
    """Groups by comparing each with each, again and again until nothing changes."""

    def same(one: Event, other: Event) -> bool:
        if one.headline == other.headline or set(one.paths) & set(other.paths):
            return True
        if one.id == other.id and (has_given_id(one) or has_given_id(other)):
            return True
        shared = {source.url for source in one.sources} & {source.url for source in other.sources}
        return bool(one.paths and other.paths) and is_renamed(one.headline, other.headline, source_shared=bool(shared))

    groups = [{place} for place in range(len(events))]
    joined = True
    while joined:
        joined = False
        for one in groups:
            for other in groups:
                if one is not other and any(same(events[a], events[b]) for a in one for b in other):
                    one.update(other)
                    groups.remove(other)
                    joined = True
                    break
            if joined:
                break
    return set(map(frozenset, groups))


WORDS = st.sampled_from(["rain", "wind", "Alpha", "Alphas", "Omega", "7", "9"])
HEADLINES = st.builds(
    lambda first, last: f"It is told that {first} came over the old town with {last} today", WORDS, WORDS
) | st.sampled_from(["It rains", "It pours"])
PLACES = st.lists(st.sampled_from(["/a", "/b", "/c", "/d"]), max_size=1).map(tuple)
URLS = st.lists(st.sampled_from(["https://x.example/1", "https://y.example/2"]), max_size=1)
EVENTS = st.builds(
    lambda headline, given, paths, urls, topics, summary, contexts, attribution: replace(
        make(
            headline,
            id=given,
            paths=paths,
            sources=tuple(Source("Daily", url) for url in urls),
            topics=topics,
            summary=summary,
            contexts=contexts,
        ),
        attribution=attribution,
    ),
    HEADLINES,
    st.none() | st.sampled_from(["x1", "x2", event_id(DAY, "It rains")]),
    PLACES,
    URLS,
    st.sampled_from([(), ("Weather",), ("Storms", "Weather")]),
    st.none() | st.sampled_from(["All day.", "All night."]),
    st.sampled_from([(), ("Rain",), ("rain", "Wind")]),
    st.sampled_from(["The portal", "A paper"]),
)


@given(st.lists(EVENTS, max_size=7))
def test_groups_are_those_of_comparing_each_with_each(events: list[Event]) -> None:
    groups = group_day(events)
    assert sorted(place for group in groups for place in group) == list(range(len(events)))
    assert set(map(frozenset, groups)) == by_hand(events)


@given(st.lists(EVENTS, max_size=7), st.randoms(use_true_random=False))
def test_neither_groups_nor_merged_events_depend_on_the_order(events: list[Event], random: Random) -> None:
    shuffled = list(events)
    random.shuffle(shuffled)

    def merged(of: Sequence[Event]) -> set[Event]:
        return {merge([of[place] for place in group]) for group in group_day(of)}

    assert merged(shuffled) == merged(events)


@given(HEADLINES, HEADLINES, st.booleans())
def test_being_renamed_goes_both_ways(one: str, other: str, shared: bool) -> None:
    assert is_renamed(one, other, source_shared=shared) == is_renamed(other, one, source_shared=shared)


@given(st.lists(EVENTS, min_size=1, max_size=5))
def test_a_merged_event_says_nothing_that_no_member_says_and_keeps_every_address(events: list[Event]) -> None:
    merged = merge(events)
    assert merged.id in {event.id for event in events}
    assert merged.headline in {event.headline for event in events}
    assert merged.date == DAY
    assert merged.attribution in {event.attribution for event in events if event.id == merged.id}
    assert merged.topics in {event.topics for event in events}
    assert len(merged.topics) == max(len(event.topics) for event in events)
    assert merged.summary in {event.summary for event in events}
    assert sorted(merged.paths) == sorted({path for event in events for path in event.paths})
    assert set(merged.sources) == {source for event in events for source in event.sources}
    assert {name.lower() for name in merged.contexts} == {name.lower() for e in events for name in e.contexts}


# --- what the one event says ---

SUN = Related(dt.date(2016, 1, 9), "Sun.")


class TestMerge:
    def test_an_index_entry_and_its_page_are_told_by_the_page(self) -> None:
        entry = make("It rains.", topics=("Weather",), contexts=("Rain",), paths=("/a",))
        full = make(
            "It rains all day.", summary="Roads flood.", sources=(Source("Radio", "https://r.example"),), paths=("/a",)
        )
        merged = merge([entry, full])
        assert (merged.id, merged.headline, merged.summary) == (full.id, full.headline, "Roads flood.")
        assert (merged.topics, merged.contexts, merged.paths) == (("Weather",), ("Rain",), ("/a",))

    @pytest.mark.parametrize(
        ("fuller", "other"),
        [
            (make("Rain.", sources=(Source("Radio"), Source("Daily"))), make("It rains.", related=(SUN,))),
            (make("Rain.", related=(SUN,)), make("It rains.", summary="All day.")),
            (make("Rain.", summary="All day."), make("It rains.", paths=("/a",))),
            (make("Rain.", paths=("/a", "/b")), make("It rains.", paths=("/c",))),
            (make("It rains."), make("Rain.")),
        ],
        ids=["more sources", "more related events", "a summary", "more addresses", "a longer headline"],
    )
    def test_the_headline_is_that_of_the_one_with(self, fuller: Event, other: Event) -> None:
        for group in ([fuller, other], [other, fuller]):
            merged = merge(group)
            assert (merged.id, merged.headline) == (fuller.id, fuller.headline)

    def test_the_category_is_the_fuller_ones_where_it_has_one(self) -> None:
        bare, full = make(category="Weather"), make(sources=(Source("Radio"),))
        assert merge([bare, full]).category == "Weather"
        assert merge([bare, replace(full, category="Disasters")]).category == "Disasters"
        assert merge([full, full]).category is None

    def test_of_events_that_differ_in_little_the_same_one_is_taken_whatever_order_they_come_in(self) -> None:
        one, other = make(contexts=("Rain",)), make(contexts=("rain",))
        assert merge([one, other]) == merge([other, one])

    def test_the_fuller_ones_address_is_shown_and_the_others_are_kept(self) -> None:
        bare, full = make(paths=("/a",)), make(paths=("/b",), sources=(Source("Radio"),))
        assert merge([bare, full]).paths == ("/b", "/a")

    def test_a_given_id_wins_over_one_made_from_a_headline(self) -> None:
        full = make(sources=(Source("Radio"), Source("Daily")))
        assert merge([full, make(id="mine")]).id == "mine"

    def test_one_source_is_listed_once_and_a_lost_address_comes_back(self) -> None:
        one = make(sources=(Source("Daily"), Source("Radio", "https://r.example/1"), Source("Wire")))
        other = make(sources=(Source("The Daily", "https://r.example/1"), Source("daily", "https://d.example/2")))
        assert set(merge([one, other]).sources) == {
            Source("Radio", "https://r.example/1"),
            Source("daily", "https://d.example/2"),
            Source("Wire"),
        }

    def test_sources_without_addresses_are_one_where_their_names_are(self) -> None:
        one, other = make(sources=(Source("Wire"), Source("Radio"))), make(sources=(Source("WIRE"), Source("Daily")))
        assert sorted(source.name.lower() for source in merge([one, other]).sources) == ["daily", "radio", "wire"]

    def test_two_articles_of_one_paper_are_two_sources(self) -> None:
        one = make(sources=(Source("Daily", "https://d.example/1"),))
        other = make(sources=(Source("Daily", "https://d.example/2"),))
        assert len(merge([one, other]).sources) == 2

    def test_contexts_are_one_where_only_case_and_accents_differ(self) -> None:
        assert merge([make(contexts=("São Paulo",)), make(contexts=("sao paulo", "Brazil"))]).contexts[1:] == (
            "Brazil",
        )

    def test_a_related_event_is_listed_once(self) -> None:
        day = dt.date(2016, 1, 9)
        one = make(related=(Related(day, "It stops.", ("Rain",), "/z"), Related(day, "Sun.")))
        other = make(related=(Related(day, "It stops.", ("Rain",), "/z"), Related(day, "sun")))
        merged = merge([one, other])
        assert [(link.headline.lower().strip("."), link.path) for link in merged.related] == [
            ("it stops", "/z"),
            ("sun", None),
        ]

    def test_a_related_page_is_one_by_its_address_whatever_its_link_says(self) -> None:
        links = [replace(SUN, path="/z"), replace(SUN, headline="It stops.", path="/z"), replace(SUN, path="/y")]
        merged = merge([make(related=(links[0],)), make(related=tuple(links[1:]))])
        assert sorted(link.path or "" for link in merged.related) == ["/y", "/z"]
        two = make(related=(links[0], links[2]))
        assert merge([make("Rain."), two]).related == two.related

    def test_one_event_alone_stays_as_it_is(self) -> None:
        event = make(contexts=("a", "A"), sources=(Source("Radio"), Source("Radio", "https://r.example")))
        assert merge([event]) is event


def test_an_id_is_given_where_date_and_headline_do_not_make_it() -> None:
    assert has_given_id(make(id="mine"))
    assert not has_given_id(make("It rains!", id=event_id(DAY, "it rains")))


class TestRewordings:
    LAW = "Parliament passes the law on harbours by two votes."

    def test_one_that_keeps_its_source_and_some_words_is_the_same(self) -> None:
        source = (Source("Radio", "https://radio.example/1"),)
        before = make(self.LAW, sources=source)
        assert pair_rewordings([before], [make("The law on harbours is passed by two votes.", sources=source)]) == [
            (0, 0)
        ]
        assert pair_rewordings([before], [make("A whale swims up the river.", sources=source)]) == []

    def test_one_that_is_about_the_same_things_and_keeps_most_words_is_the_same(self) -> None:
        before = make(self.LAW, contexts=("Harbours", "Parliament"))
        after = "Parliament adopts the law on harbours by three votes."
        assert pair_rewordings([before], [make(after, contexts=("Harbours",))]) == [(0, 0)]
        assert pair_rewordings([before], [make(after, contexts=("Taxes",))]) == []

    def test_one_that_has_less_than_half_of_its_things_in_common_is_another(self) -> None:
        before = make(self.LAW, contexts=("Harbours", "Parliament"))
        after = make("Parliament adopts the law on harbours by three votes.", contexts=("Parliament", "Taxes"))
        assert pair_rewordings([before], [after]) == []

    def test_one_word_may_differ_where_nothing_else_is_in_common(self) -> None:
        before = make(LONG)
        assert pair_rewordings([before], [make(f"{LONG} today")]) == [(0, 0)]
        assert pair_rewordings([before], [make(LONG.replace("eight months", "nine weeks"))]) == []

    def test_a_source_in_common_says_more_than_things_in_common(self) -> None:
        daily, radio = (Source("Daily", "https://d.example/1"),), (Source("Radio", "https://r.example/1"),)
        before = make(self.LAW, contexts=("Harbours",), sources=daily)
        near = make("Parliament passes the law on harbours by three votes.", contexts=("Harbours",), sources=radio)
        far = make("The law on harbours is passed by two votes.", sources=daily)
        farther = make("The law is passed by two.", sources=daily)
        assert pair_rewordings([before], [near, far]) == [(0, 1)]
        assert pair_rewordings([before], [farther, far]) == [(0, 1)]
        assert pair_rewordings([before], [replace(far, sources=radio)]) == []

    def test_the_most_alike_are_paired_first(self) -> None:
        things = ("Harbours",)
        come = [make(self.LAW.replace("two", number), contexts=things) for number in ("nine hundred", "three")]
        assert pair_rewordings([make(self.LAW, contexts=things)], come) == [(0, 1)]

    @given(st.lists(st.sampled_from("a b c d e".split()), max_size=12), st.integers(0, 8))
    def test_no_event_is_in_two_pairs(self, words: list[str], split: int) -> None:
        events = [make(f"the {word} of the town is the {word} of all towns", contexts=("Towns",)) for word in words]
        found = pair_rewordings(events[:split], events[split:])
        assert len({one for one, _ in found}) == len({other for _, other in found}) == len(found)

    def test_a_page_of_nothing_but_edits_costs_a_bounded_number_of_comparisons(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("embeddings.build.merging.MOST_REWORDED", 20)
        events = [make(f"{self.LAW} {number}") for number in range(100)]
        assert len(pair_rewordings(events, events)) <= 20
