"""One event of a day told with its topic in front of the headline, and without.

A page had its topic before the headline in older versions, with a colon, a full stop, a semicolon or nothing between.
What no archive knows as a topic shows to be one where it stands before what another page says alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from embeddings.archive.topics import LEAST_WORDS, MAX_LEAD, Lead, is_sentence_start, lead_of, marked_leads
from embeddings.build.edits import addresses, is_renamed
from embeddings.events import Event, event_id
from embeddings.text import compact, normalise

_LEAST_KNOWN = 2  # words of a headline after a topic that the day's events name
_LEAST_AFTER_DOT = 8  # after a full stop that may as well end a sentence
_LEAST_UNMARKED = 5  # after nothing at all, where a source is shared
_MOST_LEADS = 3  # of a headline that are looked at where what follows is edited; real ones have one or two
_MOST_HEADLINES = 30  # of one event; bounds the work on hostile archives


def told_without_topic(events: Sequence[Event], words: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Pairs of a page and another event of the day whose headline is all that follows the page's topic.

    Args:
        words: of each event's headline, normalised.
    """
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, of_place in enumerate(words):
        places[of_place].append(place)
    names = {compact(name) for event in events for name in chain(event.topics, event.contexts)}
    topics = {compact(topic) for event in events for topic in event.topics}
    unmarked: list[tuple[int, list[int], Lead]] = []
    for place, event in enumerate(events):
        if not event.paths:
            continue
        for count in range(1, min(MAX_LEAD + 1, len(words[place]))):
            others = places.get(rest := words[place][count:])
            if others is None or (lead := lead_of(event.headline, " ".join(rest))) is None:
                continue
            if not lead.mark:
                unmarked.append((place, others, lead))
            elif _is_marked(lead, len(rest), names, event, [events[other] for other in others]):
                topics.update(map(compact, lead.topics))
                yield place, others[0]
    for place, others, lead in unmarked:
        count = len(normalise(lead.rest).split())
        known = lead.is_known(topics) and count >= LEAST_WORDS
        shared = count >= _LEAST_UNMARKED and _shares_source(events[place], [events[other] for other in others])
        if is_sentence_start(lead.rest) and (known or shared):
            yield place, others[0]


def _is_marked(lead: Lead, count: int, names: Collection[str], event: Event, others: Sequence[Event]) -> bool:
    """Whether a lead with a mark after it is a topic, before a headline of `count` words that others say alone."""
    if count >= (_LEAST_AFTER_DOT if lead.mark == "." else LEAST_WORDS):
        return True
    return count >= _LEAST_KNOWN and (lead.is_known(names) or _shares_source(event, others))


def _shares_source(event: Event, others: Sequence[Event]) -> bool:
    return any(addresses(event) & addresses(other) for other in others)


def is_renamed_after_topic(one: Event, other: Event) -> bool:
    """Whether a headline is another one after a small edit, and a topic stands before one of the two."""
    source_shared = bool(addresses(one) & addresses(other))
    return any(
        2 * len(lead.rest) > len(second.headline)
        and is_renamed(lead.rest, second.headline, source_shared=source_shared)
        for first, second in ((one, other), (other, one))
        if first.paths
        for lead in marked_leads(first.headline)[:_MOST_LEADS]
    )


def without_leads(group: Sequence[Event]) -> list[Event]:
    """The events of a group, which are one, with the topics apart that stand before a headline in some of them."""
    names = {compact(name) for event in group for name in chain(event.topics, event.contexts)}
    headlines = sorted({event.headline for event in group}, key=lambda headline: (len(headline), headline))
    headlines = headlines[:_MOST_HEADLINES]
    return [_without_lead(event, headlines, names) for event in group]


def _without_lead(event: Event, headlines: Sequence[str], names: Collection[str]) -> Event:
    for headline in headlines:
        lead = lead_of(event.headline, headline) if headline != event.headline else None
        if lead is not None and lead.is_topic(names) and is_sentence_start(lead.rest):
            return _led_by(event, lead)
    for lead in marked_leads(event.headline)[:_MOST_LEADS]:
        if lead.is_topic(names) and any(
            headline != event.headline and is_renamed(lead.rest, headline, source_shared=True) for headline in headlines
        ):
            return _led_by(event, lead)
    return event


def _led_by(event: Event, lead: Lead) -> Event:
    known = {normalise(topic) for topic in event.topics}
    return replace(
        event,
        id=event_id(event.date, lead.rest) if event.id == event_id(event.date, event.headline) else event.id,
        headline=lead.rest,
        topics=(*event.topics, *(topic for topic in lead.topics if normalise(topic) not in known)),
    )
