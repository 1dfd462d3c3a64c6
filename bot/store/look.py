"""Describes what a store holds, without making or changing anything."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from bot.store import schema
from bot.store.address import engine_of, file_of, parse
from bot.store.errors import StoreError
from bot.store.opening import dispose, naming
from bot.store.reading import has_content, judge, reading
from bot.store.schema import Content
from embeddings.text import counted

NONE_YET = "none yet; it is made at the first start"

_COUNT = "SELECT count(*) FROM subscriptions"


async def describe(url: str) -> str:
    """A sentence on where a store is, what it holds, and what the next start will do to it.

    Raises:
        InputError: if the URL cannot be used.
        StoreAwayError: if the database cannot be reached.
        StoreError: if the database is not a store, or may not be written to.
    """
    parsed = parse(url)
    engine = engine_of(parsed)  # which refuses what no engine can be made of, and connects later
    try:
        with naming(parsed):
            if (file := file_of(parsed)) is not None:
                return await asyncio.to_thread(_describe_file, file)
            if parsed.get_backend_name() == "sqlite":
                return "in memory; it is forgotten when the bot ends"
            async with engine.connect() as connection:
                await connection.execute(text("SET TRANSACTION READ ONLY"))
                return await connection.run_sync(_describe_database, parsed)
    finally:
        await dispose(engine)


def _describe_file(file: Path) -> str:
    for path, needed in ((file.parent, os.W_OK | os.X_OK), (file, os.R_OK | os.W_OK)):
        if path.exists() and not os.access(path, needed):
            raise StoreError(f"{path} may not be written to by this user; change its owner or rights")
    if not file.is_dir() and not has_content(file):
        return NONE_YET
    try:
        with reading(file) as connection:
            content, version = judge(connection)
            told = _told(content, version, lambda: connection.execute(_COUNT).fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{error}; restore a backup if this stays so") from error
    return f"{file}: {told}"


def _describe_database(connection: Connection, url: URL) -> str:
    release = str(connection.scalar(text("SHOW server_version"))).split()[0]
    tables, version = schema.contents(connection)
    content = schema.judge(tables, version, others=True)
    told = _told(content, version, lambda: connection.scalar(text(_COUNT)) or 0)
    return f"PostgreSQL {release} at {url.host or 'its socket'}:{url.port or 5432}, database {url.database}: {told}"


def _told(content: Content, version: str | None, count: Callable[[], int]) -> str:
    if content is Content.NOTHING:
        return NONE_YET
    if content is Content.REMAINS or version is None:
        return "its making was broken off; it is finished at the next start"
    upgrade = (
        "" if version == schema.latest() else "; it is of an earlier version and will be upgraded at the next start"
    )
    if not schema.has_table(version, "subscriptions"):
        return upgrade.removeprefix("; ")
    number = count()
    return f"{counted(number, 'subscription')}{upgrade}"
