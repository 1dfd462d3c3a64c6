"""What was understood of a file of records and what was passed over, told once at its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from embeddings.archive.records.fields import Understood
from embeddings.archive.report import Report
from embeddings.text import clean, shorten

_MOST_NAMES = 50  # of a file; more would be data


@dataclass(slots=True)
class Understanding:
    """Takes what was understood of each record, and tells of each name once."""

    _read_as: dict[str, str] = field(default_factory=dict)
    _unknown: dict[str, None] = field(default_factory=dict)
    _notes: dict[str, None] = field(default_factory=dict)
    _more: bool = False

    def add(self, told: Understood) -> None:
        """Take what was understood of one record."""
        for name, of in told.read_as.items():
            if len(self._read_as) < _MOST_NAMES:
                self._read_as.setdefault(name[:100], of)
        for name in told.unknown:
            if len(self._unknown) < _MOST_NAMES:
                self._unknown.setdefault(name[:100])
            elif name[:100] not in self._unknown:
                self._more = True
        for note in sorted(told.notes):
            if len(self._notes) < _MOST_NAMES:
                self._notes.setdefault(note)

    def tell(self, path: str, report: Report) -> None:
        """Say in the report what was understood and what was passed over."""
        if self._read_as:
            report.note(path, "read " + ", ".join(f"{_shown(name)} as {of}" for name, of in self._read_as.items()))
        for note in self._notes:
            report.note(path, note)
        if self._unknown:
            names = ", ".join(map(_shown, self._unknown)) + (" and others" if self._more else "")
            report.note(path, f"passed over the fields {names}")


@dataclass(frozen=True, slots=True)
class Place:
    """A record's place in a report."""

    path: str
    line: int
    report: Report
    understanding: Understanding

    def reject(self, why: str) -> None:
        """The record is left out."""
        self.report.reject(self.path, self.line, why)

    def remark(self, why: str) -> None:
        """Something of the record is left out."""
        self.report.remark(self.path, self.line, why)


def _shown(name: str) -> str:
    return f'"{shorten(clean(name), 40)}"'
