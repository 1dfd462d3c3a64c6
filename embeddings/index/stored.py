"""Values as the catalogue's tables return them, checked; and whether an error of SQLite's is damage."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3


def is_refusal(error: sqlite3.Error) -> bool:
    """Whether the error comes from the system, rather than from damage to the file."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_AUTH,
    )


def as_text(value: object) -> str:
    """A text. TypeError if it is none; the others raise it, too, and ValueError for what is no JSON or date."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of a text")
    return value


def as_text_or_none(value: object) -> str | None:
    """A text, or NULL."""
    return None if value is None else as_text(value)


def as_texts(value: object) -> tuple[str, ...]:
    """A JSON list of texts."""
    found = json.loads(as_text(value))
    if not isinstance(found, list):
        raise TypeError(f"{type(found).__name__} instead of a list")
    return tuple(map(as_text, found))


def as_day(value: object) -> dt.date:
    """A date in ISO 8601."""
    return dt.date.fromisoformat(as_text(value))
