"""One event, told with its topic in front and without, is one event; what merely ends alike is not."""

from __future__ import annotations

import datetime as dt
from itertools import cycle, pairwise, permutations, product
from pathlib import Path

import pytest

from embeddings.archive import Report
from embeddings.archive.layout import slug
from embeddings.archive.reading import read_markdown
from embeddings.build.merging import group_day, merge
from embeddings.events import Event, Source, event_id
from tests.embeddings.archive.pages import entry, index, page, write

DAY = dt.date(2015, 12, 3)
TOPICS = (
    "Floods of 1997",
    "2009 harbour strike",
    "Northern dam dispute",
    "U.S. budget quarrel",
    "Fever outbreak (2014-present)",
    "Island election, 2015",
    "al-Nur offensive",
    "Sarah's Law",
    "Trial of the two captains",
    "É́ire rail reform",
    "St. Brannoc's fire",
    "War in the Upper Valley",
)
HEADLINES = (
    "Nine people are missing after a bridge gives way near the market of Alder.",
    'The governor calls the plan "a gift to nobody" and resigns. Her deputy takes over.',
    "Doctors at 14 hospitals walk out for a second day.",
)
MARKS = (": ", ". ", "; ", " – ", " ")
TOLD = tuple(zip(TOPICS, cycle(HEADLINES)))


def events_of(root: Path) -> list[Event]:
    report = Report()
    found = list(read_markdown(root, report))
    assert report.count == 0, report.first
    return [merge([found[place] for place in group]) for group in group_day(found)]


def place(root: Path, title: str, *, source: str = "") -> None:
    sources = f"1. [Daily]({source})" if source else ""
    write(
        root, f"2015/12/3/{slug(title)}-{len(title)}{'' if ';' not in title else 's'}.md", page(title, sources=sources)
    )


def is_told(event: Event, topic: str, headline: str) -> bool:
    return event.headline == headline and event.topics == (topic,)


@pytest.mark.parametrize("mark", MARKS)
def test_a_page_with_its_topic_in_front_and_the_days_entry_below_that_topic_are_one(tmp_path: Path, mark: str) -> None:
    right = 0
    for number, (topic, headline) in enumerate(TOLD):
        root = tmp_path / str(number)
        place(root, f"{topic}{mark}{headline}")
        write(root, "2015/12/3/index.md", index(entry(headline, "the-entry", topic=topic)))
        [event] = events_of(root)
        assert is_told(event, topic, headline), event
        assert len(event.paths) == 2
        right += 1
    assert right == 12


@pytest.mark.parametrize("mark", MARKS)
def test_pages_of_one_source_are_one_though_nothing_else_says_what_the_topic_is(tmp_path: Path, mark: str) -> None:
    right = 0
    for number, (topic, headline) in enumerate(TOLD):
        root = tmp_path / str(number)
        place(root, f"{topic}{mark}{headline}", source="https://daily.example/1")
        place(root, headline, source="https://daily.example/1")
        [event] = events_of(root)
        assert is_told(event, topic, headline), event
        right += 1
    assert right == 12


def test_all_ways_to_join_a_topic_are_one_event_in_whatever_order_they_come(tmp_path: Path) -> None:
    right = 0
    forms = ("{topic}: {headline}", "{topic}. {headline}", "{topic} {headline}", "{headline}")
    for number, (order, topic) in enumerate(zip(permutations(forms), cycle(TOPICS[::3]))):
        root = tmp_path / str(number)
        texts = [form.format(topic=topic, headline=HEADLINES[0]) for form in order]
        for at, text in enumerate(texts):
            write(root, f"2015/12/3/{at}.md", page(text))
        [event] = events_of(root)
        assert is_told(event, topic, HEADLINES[0]), event
        right += 1
    assert right == 24


@pytest.mark.parametrize("second", ["; ", ": "])
def test_two_topics_are_two(tmp_path: Path, second: str) -> None:
    right = 0
    beside = [*pairwise(TOPICS[:6]), *pairwise(TOPICS[5::-1])]
    for number, ((wide, narrow), mark) in enumerate(product(beside, (": ", ". "))):
        root = tmp_path / str(number)
        place(root, f"{wide}{second}{narrow}{mark}{HEADLINES[0]}")
        place(root, HEADLINES[0])
        [event] = events_of(root)
        assert (event.topics, event.headline) == ((wide, narrow), HEADLINES[0])
        right += 1
    assert right == 20


@pytest.mark.parametrize("mark", MARKS[:3])
def test_a_topic_in_front_and_an_edit_after_it_are_one(tmp_path: Path, mark: str) -> None:
    right = 0
    edits = (("near", "beside"), ("missing", "lost"), ("a bridge", "an old bridge"), ("people ", ""))
    for number, (topic, (before, after)) in enumerate(zip(TOPICS, cycle(edits))):
        root = tmp_path / str(number)
        headline = HEADLINES[0]
        place(root, f"{topic}{mark}{headline.replace(before, after)}", source="https://daily.example/1")
        place(root, headline, source="https://daily.example/1")
        [event] = events_of(root)
        assert event.topics == (topic,), event
        assert event.headline in {headline, headline.replace(before, after)}
        right += 1
    assert right == 12


TWO = (
    ("Al-Nur in the north claims the attack", "The north claims the attack"),
    ("A brother of King Olaf dies in Bergen", "King Olaf dies in Bergen"),
    ("South Alder United wins the cup", "Alder United wins the cup"),
    ("Iran's and Iraq's ministers meet", "Iraq's ministers meet"),
    ("The army enters Alder. Ten people are killed.", "Ten people are killed."),
    ("The army enters Alder: It burns.", "It burns."),
    ("Parliament rejects what the mayor said about the new harbour law", "The mayor said about the new harbour law"),
    ("Thirty-nine people are hurt", "Nine people are hurt"),
    ("Vice President Ada Moor resigns over the harbour", "President Ada Moor resigns over the harbour"),
    ("Northern Alder votes for a new parliament today", "Alder votes for a new parliament today"),
    ("Former mayor of Alder Ada Moor is jailed", "Ada Moor is jailed"),
    ("Nine dead in the floods of Alder", "Dead in the floods of Alder"),
)


def test_headlines_that_end_alike_are_two(tmp_path: Path) -> None:
    right = 0
    for number, (one, other) in enumerate((*TWO, *((b, a) for a, b in TWO))):
        root = tmp_path / str(number)
        write(root, "2015/12/3/a.md", page(one, sources="1. [Daily](https://daily.example/1)"))
        write(root, "2015/12/3/b.md", page(other, sources="1. [Radio](https://radio.example/2)"))
        assert {event.headline for event in events_of(root)} == {one, other}
        right += 1
    assert right == 24


class TestCleanest:
    def both(self, one: Event, other: Event) -> Event:
        merged = merge([one, other])
        assert merge([other, one]) == merged
        return merged

    def make(self, headline: str, *sources: str, **more: object) -> Event:
        event = Event(event_id(DAY, headline), DAY, headline, sources=tuple(Source(name) for name in sources))
        return event if not more else Event(**{**_fields(event), **more})  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "dirty",
        [
            "A bridge of {{convert|300|m}} opens in Alder.",
            "A bridge of 300 m opens in [[Alder]].",
            "A bridge opens in Alder, https://daily.example/1 says.",
            "A bridge of {{convert|300|m opens in Alder.",
            "A bridge opens in Alder.<ref>Daily",
            "See www.daily.example: a bridge opens in Alder.",
        ],
    )
    def test_a_headline_without_markup_and_addresses_is_shown_though_another_has_more(self, dirty: str) -> None:
        full = self.make(dirty, "Daily", "Radio")
        clean = self.make("A bridge of 300 metres opens in Alder.")
        merged = self.both(full, clean)
        assert (merged.headline, merged.id) == (clean.headline, clean.id)
        assert [source.name for source in merged.sources] == ["Daily", "Radio"]

    def test_a_topic_that_the_bare_form_shows_is_taken_off_the_fuller_one(self) -> None:
        full = self.make(f"Harbour strike. {HEADLINES[2]}", "Daily", "Radio")
        merged = self.both(full, self.make(HEADLINES[2]))
        assert (merged.headline, merged.topics) == (HEADLINES[2], ("Harbour strike",))
        assert merged.id == event_id(DAY, HEADLINES[2])
        assert len(merged.sources) == 2

    def test_what_is_no_topic_stays(self) -> None:
        full = self.make(f"Today {HEADLINES[2]}", "Daily")
        assert self.both(full, self.make(HEADLINES[2])).topics == ()

    def test_a_given_id_keeps_its_headline_without_the_topic(self) -> None:
        mine = self.make(f"Harbour strike: {HEADLINES[2]}", id="mine")
        merged = self.both(mine, self.make(HEADLINES[2], "Daily"))
        assert (merged.id, merged.headline, merged.topics) == ("mine", HEADLINES[2], ("Harbour strike",))


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__slots__}


def test_a_day_of_many_pages_with_topics_is_grouped_all_the_same() -> None:
    def page_of(number: int, lead: str) -> Event:
        headline = f"{lead}Number {number} of the pages tells of something of its own."
        return Event(event_id(DAY, headline), DAY, headline, paths=(f"/news/2015/12/3/{lead[:1]}{number}.md",))

    events = [page_of(number, lead) for number in range(200) for lead in ("Some dispute. ", "")]
    assert len(group_day(events)) == 200


MARKED = (
    ("A bridge of {{convert|300|m}} opens near Alder.", "A bridge of 300 m opens near Alder."),
    ("{{flagicon|Alder}} Alder wins the cup of the north.", "Alder wins the cup of the north."),
    ("The [[Alder Bridge|bridge]] opens after nine years.", "The bridge opens after nine years."),
    ("{{nowrap|Ada Moor}} becomes mayor of [[Alder]].", "Ada Moor becomes mayor of Alder."),
    ("Ada Moor becomes mayor of Alder.{{citation needed}}", "Ada Moor becomes mayor of Alder."),
    ("Ada Moor{{snd}}a doctor{{snd}}becomes mayor of Alder.", "Ada Moor – a doctor – becomes mayor of Alder."),
)


def test_a_page_whose_headline_kept_its_markup_is_the_same_event_and_the_clean_one_is_shown(tmp_path: Path) -> None:
    right = 0
    cases = [(case, topic) for case, own in zip(MARKED, TOPICS[:6], strict=True) for topic in ("", own)]
    for number, (((marked, clean), topic), swapped) in enumerate(product(cases, (False, True))):
        root = tmp_path / str(number)
        lead = f"{topic}: " if topic else ""
        titles = [f"{lead}{marked}", clean]
        for name, title in zip("ba" if swapped else "ab", titles, strict=True):
            sources = (
                "1. [Daily](https://daily.example/1)\n2. [Radio](https://radio.example/1)" if title != clean else ""
            )
            write(root, f"2015/12/3/{name}.md", page(title, sources=sources))
        write(root, "2015/12/3/index.md", index(entry(clean, "c", topic=topic)))
        [event] = events_of(root)
        assert is_told(event, topic, clean) or (not topic and (event.headline, event.topics) == (clean, ())), event
        assert len(event.sources) == 2
        right += 1
    assert right == 24


def test_topics_that_and_joins_are_told_apart_from_what_follows(tmp_path: Path) -> None:
    right = 0
    for number, (topic, headline) in enumerate(TOLD):
        root = tmp_path / str(number)
        write(root, "2015/12/3/a.md", page(f"{topic} and {headline}"))
        write(root, "2015/12/3/index.md", index(entry(headline, "b", topic=topic)))
        [event] = events_of(root)
        assert is_told(event, topic, headline)
        right += 1
    assert right == 12
