"""Which lists name an event, and what it was made of: every combination, beside a plain reading of what was added."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import product, starmap
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import IndexUnusableError
from embeddings.events import Event
from embeddings.index import catalogue
from embeddings.index.catalogue import Catalogue, Origin
from embeddings.index.catalogue_writer import CatalogueWriter, NewEvent

DAY = dt.date(2015, 12, 1)
ARCHIVED = Event("archived", DAY, "As the archive has it.")
ORIGINS = (None, *starmap(Origin, product((False, True), (None, ARCHIVED))))
LISTS = ((), ("days",), ("sample", "days"))
ENTRIES = ((), (Event("entry", DAY, "As a list has it.", lists=("days",)), Event("other", DAY, "As another has it.")))
CATEGORIES = (None, "Births", "Deaths")


def new(number: int, origin: Origin | None, lists: tuple[str, ...], entries: tuple[Event, ...]) -> NewEvent:
    day = DAY + dt.timedelta(number // 2)
    event = Event(f"event-{number}", day, f"Event {number}", category=CATEGORIES[number % len(CATEGORIES)])
    return NewEvent(event, frozenset(), b"", number.to_bytes(16, "big"), origin, lists, entries)


EVERY = [new(number, *parts) for number, parts in enumerate(product(ORIGINS, LISTS, ENTRIES))]
RANGES = [range(first, last) for first in range(0, len(EVERY), 4) for last in range(first, len(EVERY) + 1, 3)]

Write = Callable[..., Catalogue]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    opened: list[Catalogue] = []

    def run(added: Sequence[NewEvent], *changes: str) -> Catalogue:
        path = tmp_path / f"{len(opened)}.sqlite"
        writer = CatalogueWriter(path)
        for each in added:
            writer.add(each)
        writer.finish()
        with closing(sqlite3.connect(path)) as database, database:
            for change in changes:
                database.execute(change)
        opened.append(Catalogue(path))
        return opened[-1]

    yield run
    for each in opened:
        each.close()


def is_archived(each: NewEvent) -> bool:
    """Whether a named archive tells of it, other than in a list."""
    return each.origin is None or each.origin.archived is not None


def is_added(each: NewEvent) -> bool:
    """Whether it is there because the sample has it: nobody else tells of it."""
    return each.origin is not None and not each.origin.fetched and not is_archived(each) and not each.entries


def test_lists_and_what_they_say_are_told_of_each_event(write: Write) -> None:
    found = write(EVERY)
    assert [found.lists(row) for row in range(len(EVERY))] == [each.lists for each in EVERY]
    for name in ("days", "sample", "nothing"):
        assert found.named_by(name) == [row for row, each in enumerate(EVERY) if name in each.lists]
    for rows in RANGES:
        counts = found.list_counts(rows)
        assert counts.dtype == np.int16
        assert counts.tolist() == [len(EVERY[row].lists) for row in rows]
        assert found.entries(rows) == [entry for row in rows for entry in EVERY[row].entries]
        expected = {row: EVERY[row].origin for row in rows if EVERY[row].origin is not None}
        assert found.origins(rows) == expected


def test_what_archives_hold_is_told_from_what_lists_name_alone(write: Write) -> None:
    found = write(EVERY)
    for without in ((), ("Births",), ("Deaths", "Births")):
        assert sorted(found.archived_ids(without)) == sorted(
            each.event.id
            for each in EVERY
            if is_archived(each) or (each.entries and each.event.category not in without)
        )
    archived = [each.event.date for each in EVERY if is_archived(each)]
    days = [DAY + dt.timedelta(number) for number in range(-1, len(EVERY) // 2 + 1)]
    for after, until in product((None, *days), days):
        within = [day for day in archived if (after is None or day > after) and day <= until]
        assert found.last_archived(after, until) == max(within, default=None)


@pytest.mark.parametrize("each", EVERY, ids=lambda each: each.event.id)
def test_a_single_event_tells_where_it_is_from(write: Write, each: NewEvent) -> None:
    found = write([each])
    assert found.is_from_archives() is is_archived(each)
    assert found.has_added() is is_added(each)


def test_one_event_of_a_kind_among_others_is_enough(write: Write) -> None:
    others = [each for each in EVERY if not is_archived(each) and not is_added(each)]
    assert not write(others).is_from_archives()
    assert not write(others).has_added()
    assert write([*others, next(filter(is_archived, EVERY))]).is_from_archives()
    assert write([*others, next(filter(is_added, EVERY))]).has_added()
    assert not write([]).is_from_archives()
    assert not write([]).has_added()


def test_the_first_versions_catalogues_have_no_lists(write: Write) -> None:
    before = write(EVERY, "DROP TABLE lists", "DROP TABLE entries")
    assert before.lists(len(EVERY) - 1) == ()
    assert before.named_by("days") == []
    assert before.list_counts(range(5)).tolist() == [0] * 5
    assert before.entries(range(len(EVERY))) == []
    assert sorted(before.archived_ids()) == sorted(each.event.id for each in EVERY if is_archived(each))
    assert before.has_added() is False


def test_the_digests_of_all_events_come_in_order(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    found = write(EVERY)
    expected = np.array([each.digest for each in EVERY], "S16")
    assert np.array_equal(found.all_digests(), expected)
    monkeypatch.setattr(catalogue, "_DIGESTS_AT_ONCE", 7)
    assert np.array_equal(found.all_digests(), expected)
    assert len(write([]).all_digests()) == 0


@pytest.mark.parametrize(
    ("damage", "read"),
    [
        ("UPDATE OR REPLACE lists SET row = 99", lambda found: found.named_by("days")),
        ("UPDATE lists SET name = x'ff'", lambda found: found.lists(2)),
        ("UPDATE entries SET event = '{}'", lambda found: found.entries(range(len(EVERY)))),
        ("UPDATE origins SET archived = '{}'", lambda found: found.origins(range(len(EVERY)))),
        ("UPDATE events SET id = x'ff' WHERE row = 0", Catalogue.archived_ids),
    ],
)
def test_damage_is_told(write: Write, damage: str, read: Callable[[Catalogue], object]) -> None:
    with pytest.raises(IndexUnusableError, match=r"cannot be read \(it (holds|names)"):
        read(write(EVERY, damage))


def test_of_what_a_list_names_the_order_is_kept(write: Write) -> None:
    entries = tuple(replace(ARCHIVED, id=name) for name in "zab")
    found = write([new(0, None, ("z", "a", "m"), entries), new(1, None, ("a",), entries[:1])])
    assert found.lists(0) == ("z", "a", "m")
    assert [entry.id for entry in found.entries(range(2))] == ["z", "a", "b", "z"]
