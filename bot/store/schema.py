"""What a database holds, judged by the names of its tables before anything in it is changed."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.store.errors import StoreError
from bot.store.tables import Base

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version"
VERSIONS = {
    "0001": ("answers", "notes"),
    "0002": ("subscriptions", "posts"),
    "0003": ("identify_gates", "running_shards"),
    "0004": (),
    "0005": ("server_settings", "shares", "feedback"),
}
"""Every version, the first one first, and the tables that its migration makes. They are told here because Alembic takes
11 MB and 0.15 s of the processor: it is imported where a store is made or upgraded, not at every start."""
_FIRST_TABLES = set(VERSIONS["0001"])  # a store of every version has them


class Content(Enum):
    """What a database holds."""

    NOTHING = "nothing"
    STORE = "a store of this or an earlier version"
    REMAINS = "tables of a store whose making or upgrade was broken off by an earlier version"


def judge(tables: Collection[str], version: str | None, others: bool = False) -> Content:
    """Tell what a database holds.

    Args:
        tables: the names of its tables.
        version: the version that Alembic noted in the database; None if it noted none.
        others: whether tables of other programs may stand beside the store's, as in a schema of PostgreSQL.

    Raises:
        StoreError: if it is not a store, or one of a later version. The caller adds the database's name to the message.
    """
    found, ours = set(tables), set(Base.metadata.tables)
    if others:
        found &= ours | {VERSION_TABLE}
    if not found:
        return Content.NOTHING
    if version is None and found <= ours | {VERSION_TABLE} and not others:
        return Content.REMAINS
    if version in VERSIONS and found >= _FIRST_TABLES:
        return Content.STORE
    if version is not None and version not in VERSIONS and found >= _FIRST_TABLES:
        raise StoreError(
            f"it was made by a newer Dateline (its tables have version {version}, and this one knows none after "
            f"{latest()}); install that one, or name another database in store.url"
        )
    names = ", ".join(sorted(found)[:4])
    raise StoreError(f"it is not a store of Dateline (it holds {names}); name another database in store.url")


def contents(connection: Connection) -> tuple[list[str], str | None]:
    """The names of a database's tables, and the version that Alembic noted."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        return tables, None
    return tables, connection.scalar(text(f"SELECT max(version_num) FROM {VERSION_TABLE}"))


def bring_up_to_date(connection: Connection) -> None:
    """Make the tables or bring them up to date, inside the transaction that the connection is in.

    Raises:
        StoreError: if the database holds something else.
    """
    tables, version = contents(connection)
    content = judge(tables, version, others=connection.dialect.name != "sqlite")
    if content is Content.REMAINS:
        _drop_empty(connection, tables)
    elif content is Content.STORE:
        _drop_empty(connection, set(tables) - tables_of(str(version)))
        if version == latest():
            return
    bring_to(connection, "head")


def bring_to(connection: Connection, version: str) -> None:
    """Make the tables as they were at a version, or bring them to it."""
    from alembic import command

    config = migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def migrations() -> Config:
    """Where Alembic finds what it does."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    return config


def _drop_empty(connection: Connection, tables: Collection[str]) -> None:
    """Drop the empty tables that a killed start of an earlier version left, which did not use one transaction."""
    for name in sorted(set(tables) & set(Base.metadata.tables)):
        table = Base.metadata.tables[name]
        if connection.scalar(text(f"SELECT count(*) FROM {name}")):
            raise StoreError(f"its tables were left half made, and {name} holds rows; restore a backup")
        table.drop(connection)


def tables_of(version: str) -> set[str]:
    """The tables that a store has at a version."""
    versions = list(VERSIONS)
    return {name for earlier in versions[: versions.index(version) + 1] for name in VERSIONS[earlier]}


def latest() -> str:
    """The version that a store has once it is open."""
    return list(VERSIONS)[-1]


def has_table(version: str, name: str) -> bool:
    """Whether a store of a version has a table."""
    return name in tables_of(version)
