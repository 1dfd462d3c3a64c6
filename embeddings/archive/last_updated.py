"""When the pages of an index were last fetched, which answers tell without the parsers that fetching needs."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from pathlib import Path

UPDATED = "updated"
"""The note of the file of fetched pages that says so."""


def last_updated(path: Path) -> dt.datetime | None:
    """When the days in a file were last brought up to date; None if never, or if the file cannot be read now."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            found = db.execute("SELECT value FROM notes WHERE name = ?", (UPDATED,)).fetchone()
            return dt.datetime.fromisoformat(found[0]) if found else None
    except (sqlite3.Error, ValueError, TypeError):
        return None
