"""Which stories words lead to that name no topic: those of the events that answer them, and of what is near these.

What a name came from is often told without it: nobody spoke of an Orange Revolution in the first days of it. But
events of later years say of which year it was, "since the 2004 Orange Revolution", "the fifth anniversary of": what is
near them in that year comes first, where it was before the story that most of them are of.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from embeddings.events import Event
from embeddings.index.folder import OpenIndex
from embeddings.index.stories import Stories
from embeddings.search.story_asked import Asked
from embeddings.stems import question_stems, stems

_SPEAKING, _ENOUGH = 5, 3  # answers; so many of one story need no earlier one to explain them
_NEAR, _FROM = 20, 3  # events near to these; the first of them counts as a fourth answer
_SEVERAL = 3  # of these of a story that has no answer, or they are near by chance
_HELD = 2.0  # a story of which a vote counts as the square of what part of the words its events have
_ALONE = 0.5  # what an event that is of no story with others counts for one
_OF_YEAR, _FEWEST = 10, 2  # events of a year that are near; of so many of them a story is believed

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ANNIVERSARY = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)|({'|'.join(_ORDINALS)}))[ -](?:year[ -])?anniversary", re.IGNORECASE
)
_BEFORE, _AFTER, _OF = 30, 40, 70  # characters around a year, and after an anniversary, in which it is named


def stories_of_words(
    index: OpenIndex, stories: Stories, text: str, answers: Sequence[int], words: Asked | None = None
) -> list[int]:
    """The leads of the stories that words may mean, the likeliest first; none where nothing answers them.

    Args:
        answers: the rows of the events that answer the words, the best first.
        words: by their rarity; None where the archive has none of them.
    """
    leads, votes = stories.leads, defaultdict[int, float](float)
    first = np.array(answers[:_SPEAKING], np.int64)
    if not len(first):
        return []
    for rank, lead in enumerate(leads[first].tolist(), 1):
        votes[lead] += 1 / rank
    centre = index.vectors.take(first).mean(axis=0)
    centre /= max(float(np.linalg.norm(centre)), 1e-6)
    near, _ = index.vectors.search(centre, _NEAR)
    seen = Counter(leads[near].tolist())
    for rank, lead in enumerate(leads[near].tolist(), 1):
        votes[lead] += 1 / (_FROM + rank)
    for lead in votes:
        rows = stories.rows(lead)
        if len(rows) == 1:
            votes[lead] *= _ALONE
        if words is not None:
            votes[lead] *= float(np.sort(words.held[rows])[-_SPEAKING:].mean()) ** _HELD
    answering = set(leads[answers].tolist())
    believed = [lead for lead in votes if lead in answering or seen[lead] >= _SEVERAL]
    ordered = sorted(believed, key=lambda lead: (-votes[lead], lead))
    if np.count_nonzero(leads[first] == ordered[0]) >= _ENOUGH:
        return ordered
    began = dt.date.fromordinal(int(index.catalogue.days[stories.rows(ordered[0])[0]])).year
    years = [year for year in years_named(text, index.catalogue.events(first.tolist())) if year < began]
    then = _of_years(index, stories, years, centre)
    return list(dict.fromkeys((*then, *ordered)))


def _of_years(index: OpenIndex, stories: Stories, years: Sequence[int], centre: np.ndarray) -> Iterator[int]:
    """The story of each year that is nearest to what answers, if several of the nearest events are of it."""
    catalogue, leads = index.catalogue, stories.leads
    for year in years:
        window = catalogue.rows_between(dt.date(year, 1, 1), dt.date(year, 12, 31))
        near, _ = index.vectors.search(centre, _OF_YEAR, window)
        votes, seen = defaultdict[int, float](float), leads[near].tolist()
        for rank, lead in enumerate(seen, 1):
            votes[lead] += 1 / rank
        if votes and seen.count(found := max(votes, key=lambda lead: (votes[lead], -lead))) >= _FEWEST:
            yield found


def years_named(text: str, events: Sequence[Event]) -> list[int]:
    """The years of which later events say that what is named was in them, the one that most of them name first."""
    wanted = set(question_stems(text))
    found: defaultdict[int, int] = defaultdict(int)
    for event in events:
        for year in {year for year, around in _years(event) if 3 * len(wanted & set(stems(around))) >= 2 * len(wanted)}:
            found[year] += 1
    return sorted(found, key=lambda year: (-found[year], -year))


def _years(event: Event) -> Iterator[tuple[int, str]]:
    """The years before its own that an event names, each with the words around it."""
    told = f"{event.headline} {event.summary or ''}"
    for match in _YEAR.finditer(told):
        if dt.MINYEAR <= int(match[0]) < event.date.year:
            yield int(match[0]), told[max(0, match.start() - _BEFORE) : match.end() + _AFTER]
    for match in _ANNIVERSARY.finditer(told):
        years = int(match[1]) if match[1] else _ORDINALS.index(match[2].lower()) + 1
        if (year := event.date.year - years) >= dt.MINYEAR:
            yield year, told[match.end() : match.end() + _OF]
