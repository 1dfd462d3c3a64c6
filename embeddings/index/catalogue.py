"""The catalogue: every event of an index in one SQLite file, in order of time, and which words occur in which event.

An event's row number is its position in that order and its vector's position in the FAISS index, so a range of days is
a range of rows.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.errors import IndexUnusableError
from embeddings.events import Event, Related, Source, event_json
from embeddings.index.catalogue_words import CatalogueWords
from embeddings.index.stored import as_day, as_text, as_text_or_none, as_texts

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Origin:
    """What an event was made from, so that the next build can do without the archives.

    Attributes:
        fetched: whether a day that `update` fetched holds it.
        archived: the event as the named archives hold it; None if they do not, or if only lists among them name it.
            An event that is neither fetched nor archived nor named so is one of the sample's that was added.
    """

    fetched: bool
    archived: Event | None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An event that an edit took out of the archive, as it was, and the other ids that lead to it."""

    event: Event
    other_ids: frozenset[str]


_DIGESTS_AT_ONCE = 10_000


class Catalogue(CatalogueWords):
    """A finished catalogue, read from any number of threads.

    SQLite detects most damage to a file. The values that it returns are checked here, too, so that every method raises
    IndexUnusableError instead of returning values that no catalogue holds.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            with self._decoding():
                self._attributions = {
                    number: as_text(text) for number, text in self._rows("SELECT number, text FROM attributions")
                }
                self._has_lists = {"lists", "entries"} <= self._tables  # the first version's catalogues have none
                days = [
                    (as_day(date), events)
                    for date, events in self._rows("SELECT date, count(*) FROM events GROUP BY date ORDER BY date")
                ]
        except BaseException:
            self.close()
            raise
        self._days = [day for day, _ in days]
        self._starts = [0, *accumulate(events for _, events in days)]  # the first row of each day, and the end
        self.size = self._starts[-1]
        self.day_count = len(days)
        self.first = days[0][0] if days else None
        self.last = days[-1][0] if days else None

    @cached_property
    def days(self) -> np.ndarray:
        """The day of each row, (size,) int32: its number in the calendar, `date.toordinal`."""
        import numpy as np

        return np.repeat(np.array([day.toordinal() for day in self._days], np.int32), np.diff(self._starts))

    @property
    def attributions(self) -> tuple[str, ...]:
        """The authors and licences of the texts that the catalogue holds."""
        return tuple(self._attributions.values())

    def _checked(self, rows: Iterable[Any]) -> list[int]:
        """The row numbers, checked: each must be one of the catalogue's."""
        found = list(rows)
        for row in found:
            if not isinstance(row, int) or not 0 <= row < self.size:
                raise self._damaged(f"it names a row {row!r} of {self.size:,}")
        return found

    # --- finding rows ---

    def row(self, event_id: str) -> int | None:
        """The row of an event, by its id or by an id that was merged into it."""
        if not event_id.isascii():  # no id is; and half a surrogate pair cannot even be looked for
            return None
        found = self._rows("SELECT row FROM events WHERE id = ?", (event_id,)) or self._rows(
            "SELECT row FROM names WHERE id = ?", (event_id,)
        )
        return self._checked(found[0])[0] if found else None

    def rows_between(self, first: dt.date, last: dt.date) -> range:
        """The rows of the days from `first` to `last`, both included."""
        start = self._starts[bisect_left(self._days, first)]
        return range(start, max(start, self._starts[bisect_right(self._days, last)]))

    def rows_on(self, month: int, day: int) -> list[int]:
        """The rows of one day of every year, oldest first."""
        found = self._rows("SELECT row FROM events WHERE month_day = ? ORDER BY row", (f"{month:02}-{day:02}",))
        return self._checked(row for (row,) in found)

    def days_near(self, day: dt.date, limit: int = 2) -> list[dt.date]:
        """Up to `limit` days with events on either side of `day`, in order of time."""
        text = day.isoformat()
        before = self._rows("SELECT DISTINCT date FROM events WHERE date < ? ORDER BY date DESC LIMIT ?", (text, limit))
        after = self._rows("SELECT DISTINCT date FROM events WHERE date > ? ORDER BY date LIMIT ?", (text, limit))
        with self._decoding():
            return sorted(as_day(found) for (found,) in (*before, *after))

    def starting(self, words: Sequence[str], limit: int, rows: range | None = None) -> list[int]:
        """Rows whose headline has all of some normalised words, the last of which may be unfinished; newest first."""
        if not words or (rows is not None and not rows):
            return []
        within = "" if rows is None else f"AND rowid BETWEEN {rows.start} AND {rows.stop - 1}"
        query = " AND ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"*'])
        found = self._rows(
            f"SELECT rowid FROM headlines WHERE headlines MATCH ? {within} ORDER BY rowid DESC LIMIT ?", (query, limit)
        )
        return [row for (row,) in found]

    def sharing(self, contexts: Sequence[str], limit: int) -> list[tuple[int, str, int]]:
        """Rows that have one of `contexts`: row, context, and how many events have it; without common contexts."""
        found: list[tuple[int, str, int]] = []
        for name in contexts:
            rows = self._rows("SELECT row FROM contexts WHERE name = ? LIMIT ?", (name, limit + 1))
            if len(rows) <= limit:
                found += [(row, name, len(rows)) for row in self._checked(row for (row,) in rows)]
        return found

    def links(self) -> list[tuple[int, int]]:
        """Rows that other events link to, each with the number of those events."""
        found = self._rows(
            "SELECT other, count(DISTINCT row) FROM related WHERE other NOT NULL AND other != row GROUP BY 1"
        )
        self._checked(row for row, _ in found)
        return [(row, links) for row, links in found]

    # --- lists that name events ---

    def list_counts(self, rows: range) -> np.ndarray:
        """How many lists of what is worth remembering name each event of some rows, (len(rows),) int16."""
        import numpy as np

        counts = np.zeros(len(rows), np.int16)
        sql = "SELECT row, count(*) FROM lists WHERE row BETWEEN ? AND ? GROUP BY row"
        for row, number in self._rows(sql, (rows.start, rows.stop - 1)) if self._has_lists else ():
            counts[row - rows.start] = number
        return counts

    def named_by(self, name: str) -> list[int]:
        """The rows of the events that the list with a name names, ascending."""
        if not self._has_lists:
            return []
        found = self._rows("SELECT row FROM lists WHERE name = ? ORDER BY row", (name,))
        return self._checked(row for (row,) in found)

    def lists(self, row: int) -> tuple[str, ...]:
        """The names of the lists that name an event."""
        if not self._has_lists:
            return ()
        with self._decoding():
            found = self._rows("SELECT name FROM lists WHERE row = ? ORDER BY place", (row,))
            return tuple(as_text(name) for (name,) in found)

    def entries(self, rows: range) -> list[Event]:
        """What lists among the named archives tell of the events of some rows, as they do."""
        sql = "SELECT event FROM entries WHERE row BETWEEN ? AND ? ORDER BY row, place"
        with self._decoding():
            found = self._rows(sql, (rows.start, rows.stop - 1)) if self._has_lists else []
            return [event_json().validate_json(as_text(event)) for (event,) in found]

    # --- reading ---

    def events(self, rows: Iterable[int]) -> list[Event]:
        """The events of some rows, in the order of `rows`."""
        wanted = list(rows)
        found: dict[int, Event] = {}
        with self._decoding():
            for start in range(0, len(wanted), 500):  # SQLite bounds the values of one statement
                found.update(self._some(wanted[start : start + 500]))
            return [found[row] for row in wanted]

    def _some(self, rows: Sequence[int]) -> dict[int, Event]:
        marks = ",".join("?" * len(rows))
        sources: dict[int, list[Source]] = defaultdict(list)
        for row, name, url in self._rows(
            f"SELECT row, name, url FROM sources WHERE row IN ({marks}) ORDER BY row, place", rows
        ):
            sources[row].append(Source(as_text(name), as_text_or_none(url)))
        contexts: dict[int, list[str]] = defaultdict(list)
        for row, name in self._rows(f"SELECT row, name FROM contexts WHERE row IN ({marks}) ORDER BY row, place", rows):
            contexts[row].append(as_text(name))
        paths: dict[int, list[str]] = defaultdict(list)
        for row, path in self._rows(
            f"SELECT row, path FROM addresses WHERE row IN ({marks}) ORDER BY row, place", rows
        ):
            paths[row].append(as_text(path))
        related: dict[int, list[Related]] = defaultdict(list)
        for row, date, headline, shared, path, other in self._rows(
            "SELECT related.row, related.date, related.headline, related.contexts, related.path, events.id "
            "FROM related LEFT JOIN events ON events.row = related.other "
            f"WHERE related.row IN ({marks}) ORDER BY related.row, related.place",
            rows,
        ):
            related[row].append(
                Related(
                    as_day(date), as_text(headline), as_texts(shared), as_text_or_none(path), as_text_or_none(other)
                )
            )
        return {
            row: Event(
                id=as_text(name),
                date=as_day(date),
                headline=as_text(headline),
                topics=as_texts(topics),
                category=as_text_or_none(category),
                summary=as_text_or_none(summary),
                contexts=tuple(contexts[row]),
                sources=tuple(sources[row]),
                related=tuple(related[row]),
                paths=tuple(paths[row]),
                attribution=self._attributions[attribution],
            )
            for row, name, date, headline, topics, category, summary, attribution in self._rows(
                "SELECT row, id, date, headline, topics, category, summary, attribution "
                f"FROM events WHERE row IN ({marks})",
                rows,
            )
        }

    def wordings(self, rows: Sequence[int]) -> list[str]:
        """The headlines of some rows, normalised, in the order of `rows`."""
        marks = ",".join("?" * len(rows))
        with self._decoding():
            found = {
                row: as_text(words)
                for row, words in self._rows(f"SELECT row, words FROM events WHERE row IN ({marks})", rows)
            }
            return [found[row] for row in rows]

    def texts(self, rows: Sequence[int]) -> list[str]:
        """What the events of some rows tell themselves, headline and summary, in the order of `rows`."""
        marks = ",".join("?" * len(rows))
        with self._decoding():
            found = {
                row: f"{as_text(headline)} {as_text_or_none(summary) or ''}"
                for row, headline, summary in self._rows(
                    f"SELECT row, headline, summary FROM events WHERE row IN ({marks})", rows
                )
            }
            return [found[row] for row in rows]

    def withdrawn(self, event_id: str) -> Event | None:
        """The withdrawn event that an id stands for."""
        if not event_id.isascii():
            return None
        rows = self._rows(
            "SELECT withdrawn.event FROM withdrawn JOIN withdrawn_names USING (id) WHERE withdrawn_names.name = ?",
            (event_id,),
        )
        with self._decoding():
            return event_json().validate_json(as_text(rows[0][0])) if rows else None

    # --- for the next build, and for checking ---

    def all_withdrawn(self) -> list[Withdrawn]:
        """Every withdrawn event, in order of their ids."""
        rows = self._rows("SELECT event, names FROM withdrawn ORDER BY id")
        with self._decoding():
            return [
                Withdrawn(event_json().validate_json(as_text(event)), frozenset(as_texts(ids))) for event, ids in rows
            ]

    def origins(self, rows: range) -> dict[int, Origin]:
        """The origins of some rows; rows whose event is exactly what the named archives hold are left out."""
        values = (rows.start, rows.stop - 1)
        sql = "SELECT row, fetched, archived FROM origins WHERE row BETWEEN ? AND ?"
        found = self._rows(sql, values)
        with self._decoding():
            return {
                row: Origin(bool(fetched), None if archived is None else event_json().validate_json(as_text(archived)))
                for row, fetched, archived in found
            }

    def last_archived(self, after: dt.date | None, until: dt.date) -> dt.date | None:
        """The last day of some that has an event which the named archives hold, whether or not it was fetched too."""
        found = self._rows(
            "SELECT max(date) FROM events LEFT JOIN origins USING (row) WHERE date > ? AND date <= ? "
            "AND (origins.row IS NULL OR archived IS NOT NULL)",
            ((after or dt.date.min).isoformat(), until.isoformat()),
        )
        with self._decoding():
            return None if found[0][0] is None else as_day(found[0][0])

    def is_from_archives(self) -> bool:
        """Whether a named archive tells of any event, other than in a list."""
        sql = "SELECT 1 FROM events LEFT JOIN origins USING (row) WHERE origins.row IS NULL OR archived NOT NULL"
        return bool(self._rows(f"{sql} LIMIT 1"))

    def has_added(self) -> bool:
        """Whether any event was added from the sample."""
        others = "SELECT row FROM entries"  # only lists among the named archives tell of these
        sql = f"SELECT 1 FROM origins WHERE fetched = 0 AND archived IS NULL AND row NOT IN ({others}) LIMIT 1"
        return self._has_lists and bool(self._rows(sql))

    def archived_ids(self, without: Sequence[str] = ()) -> list[str]:
        """The ids of the events that the named archives hold, those that only lists among them name as well.

        Args:
            without: categories of which what only lists name is left out.
        """
        listed = (
            f"OR row IN (SELECT row FROM entries) AND coalesce(category, '') NOT IN ({','.join('?' * len(without))})"
        )
        sql = "SELECT id FROM events LEFT JOIN origins USING (row) WHERE origins.row IS NULL OR archived NOT NULL"
        found = self._rows(f"{sql} {listed}", without) if self._has_lists else self._rows(sql)
        with self._decoding():
            return [as_text(each) for (each,) in found]

    def ids(self) -> list[str]:
        """The id of every event, in order of time."""
        with self._decoding():
            return [as_text(found) for (found,) in self._rows("SELECT id FROM events ORDER BY row")]

    def ids_of(self, rows: range) -> dict[str, str]:
        """Every id that leads to an event of some rows, including its own, with that event's own id."""
        values = (rows.start, rows.stop - 1)
        return dict(
            self._rows("SELECT id, id FROM events WHERE row BETWEEN ? AND ?", values)
            + self._rows(
                "SELECT names.id, events.id FROM names JOIN events USING (row) WHERE row BETWEEN ? AND ?", values
            )
        )

    def digests(self, rows: range) -> dict[str, bytes]:
        """The digest of each event of some rows, by id."""
        return dict(self._rows("SELECT id, digest FROM events WHERE row BETWEEN ? AND ?", (rows.start, rows.stop - 1)))

    def all_digests(self) -> np.ndarray:
        """The digest of every event, in order of time, (size,) of 16 bytes each."""
        import numpy as np

        found = np.zeros(self.size, "S16")
        sql = "SELECT digest FROM events WHERE row BETWEEN ? AND ? ORDER BY row"
        with self._decoding():
            for start in range(0, self.size, _DIGESTS_AT_ONCE):
                digests = [digest for (digest,) in self._rows(sql, (start, start + _DIGESTS_AT_ONCE - 1))]
                found[start : start + _DIGESTS_AT_ONCE] = digests
        return found

    def rows_by_text(self, keys: Sequence[bytes]) -> dict[bytes, int]:
        """For each text key that the catalogue has, one row with the vector of that text."""
        marks = ",".join("?" * len(keys))
        return dict(
            self._rows(f"SELECT text_key, min(row) FROM events WHERE text_key IN ({marks}) GROUP BY text_key", keys)
        )

    def text_keys(self, rows: range) -> list[bytes]:
        """The key of the text that was encoded, of some rows in their order."""
        values = (rows.start, rows.stop - 1)
        return [
            key for (key,) in self._rows("SELECT text_key FROM events WHERE row BETWEEN ? AND ? ORDER BY row", values)
        ]

    def problems(self) -> Iterator[str]:
        """The faults inside the file that SQLite's own check and comparing the tables can find."""
        for (line,) in self._rows("PRAGMA integrity_check(5)"):
            if line != "ok":
                yield f"{self._path.name}: {line}"
        [(rows, last)] = self._rows("SELECT count(*), max(row) FROM events")
        if rows and last != rows - 1:
            yield f"{self._path.name}: {rows} events, but the last row is {last}"
        try:
            for (stem,) in self._rows("SELECT stem FROM postings"):
                self._postings([stem])
        except IndexUnusableError as error:  # rows out of order
            yield str(error)
