"""What a database may hold: a store is opened, all else is refused in one sentence and stays as it was."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.store import Store, StoreError
from bot.store.address import engine_of, parse
from bot.store.opening import open_engine
from embeddings.index.folder import IndexFolder
from tests.postgresql import PASSWORD, PostgreSQL
from tests.proofs.store_places import apply, half_made

V0_1 = Path(__file__).parents[2] / "compatibility" / "v0_1" / "dateline.db"


def state(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Every file of a folder: its bytes, when it was changed, and who may read it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns, path.stat().st_mode)
        for path in files
    }


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def as_left_by_a_killed_process(path: Path, *statements: str) -> None:
    """A database in whose own file nothing stands yet: all of it is in the write-ahead log."""
    with closing(sqlite3.connect(path.with_name("open"))) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(path.with_name(f"open{suffix}"), path.with_name(path.name + suffix))
    path.with_name("open").unlink()


def newer(path: Path) -> None:
    shutil.copy(V0_1, path)
    run(path, "UPDATE alembic_version SET version_num = '9999'")


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "another program's database": (
        lambda path: run(path, "CREATE TABLE songs (name)", "CREATE TABLE bands (name)"),
        "it is not a store of Dateline (it holds bands, songs); name another database in store.url",
    ),
    "another program's database in write-ahead logging": (
        lambda path: run(path, "PRAGMA journal_mode = WAL", "CREATE TABLE songs (name)"),
        "it is not a store of Dateline (it holds songs); name another database in store.url",
    ),
    "another program's database, left by a killed process": (
        lambda path: as_left_by_a_killed_process(path, "CREATE TABLE songs (name)"),
        "it is not a store of Dateline (it holds songs); name another database in store.url",
    ),
    "another program's tables of the same names": (
        lambda path: run(path, "CREATE TABLE notes (text)", "CREATE TABLE pictures (name)"),
        "it is not a store of Dateline (it holds notes, pictures); name another database in store.url",
    ),
    "another program that uses Alembic": (
        lambda path: run(
            path,
            "CREATE TABLE alembic_version (version_num)",
            "INSERT INTO alembic_version VALUES ('0001')",
            "CREATE TABLE songs (name)",
        ),
        "it is not a store of Dateline (it holds alembic_version, songs); name another database in store.url",
    ),
    "a newer version's store": (
        newer,
        "it was made by a newer Dateline (its tables have version 9999, and this one knows none after ",
    ),
    "a text file": (
        lambda path: path.write_text("hello " * 1_000),
        "file is not a database; name another file, or move this one away",
    ),
    "a short text file": (
        lambda path: path.write_text("hello"),
        "file is not a database; name another file, or move this one away",
    ),
    "a folder": (Path.mkdir, "it is a folder; name a file"),
}


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=list(REFUSED))
async def test_a_file_that_is_no_store_is_refused_in_a_sentence_and_not_touched(
    make: Callable[[Path], object], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "store.db"
    make(path)
    before = state(tmp_path)
    with pytest.raises(StoreError) as caught:
        await Store.open(f"sqlite:///{path}")
    assert str(caught.value).startswith(f"the store {path} cannot be used: {reason}")
    assert "\n" not in str(caught.value)
    assert state(tmp_path) == before


async def test_an_index_catalogue_is_refused_and_not_touched(sample_folder: IndexFolder, tmp_path: Path) -> None:
    [catalogue] = sample_folder.root.glob("generations/*/catalogue.sqlite")
    path = Path(shutil.copy2(catalogue, tmp_path / "store.db"))
    before = state(tmp_path)
    with pytest.raises(StoreError, match=r"is not a store of Dateline \(it holds addresses, "):
        await Store.open(f"sqlite:///{path}")
    assert state(tmp_path) == before


TAKEN: dict[str, Callable[[Path], object]] = {
    "none": lambda _: None,
    "an empty file": Path.touch,
    "a database without tables": lambda path: run(path, "CREATE TABLE t (x)", "DROP TABLE t"),
    "a store of this version": lambda path: shutil.copy(V0_1, path),
    "a store whose making was broken off": lambda path: run(path, "CREATE TABLE alembic_version (version_num)"),
}


@pytest.mark.parametrize("make", TAKEN.values(), ids=list(TAKEN))
async def test_a_store_or_nothing_is_taken(make: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    make(path)
    store = await Store.open(f"sqlite:///{path}")
    await store.set_note("name", "value")
    assert await store.note("name") == "value"
    await store.close()
    assert list(state(tmp_path)) == ["store.db"]


async def test_a_file_that_was_moved_away_is_not_made_anew_by_the_next_connection(tmp_path: Path) -> None:
    file = tmp_path / "one store.db"
    engine = await open_engine(parse(f"sqlite:///{file}"))
    file.rename(tmp_path / "away.db")
    await engine.dispose()  # so that it has to connect
    with pytest.raises(OperationalError, match="unable to open database file"):
        await engine.connect()
    await engine.dispose()
    for thread in threading.enumerate():
        if "connection_worker" in thread.name:  # aiosqlite's, which tells the loop that it could not connect
            await asyncio.to_thread(thread.join)
    assert not file.exists()


async def test_an_upgrade_that_broke_off_before_its_version_was_noted_is_mended(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    _, statements, _ = [made for made in half_made(None) if made[2]][-2]  # all but the last
    apply(url, statements, each=True)
    store = await Store.open(url)
    assert await store.note("daily pace") == "0"
    await store.close()


async def test_tables_that_were_left_half_made_and_hold_rows_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run(path, "CREATE TABLE alembic_version (version_num)", "CREATE TABLE answers (key)")
    run(path, "INSERT INTO answers VALUES ('x')")
    with pytest.raises(StoreError, match="left half made, and answers holds rows; restore a backup"):
        await Store.open(f"sqlite:///{path}")


async def _run(url: str, *statements: str) -> None:
    engine = engine_of(parse(url))
    async with engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await engine.dispose()


async def test_on_postgresql_the_tables_of_another_program_may_stand_beside(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    await _run(url, "CREATE TABLE songs (name text)", "INSERT INTO songs VALUES ('one')")
    for _ in range(2):
        store = await Store.open(url)
        await store.close()
    await _run(url, "UPDATE songs SET name = 'two' WHERE name = 'one'")


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (
            ["CREATE TABLE alembic_version (version_num text)", "INSERT INTO alembic_version VALUES ('0001')"],
            "it is not a store of Dateline (it holds alembic_version)",
        ),
        (["CREATE TABLE notes (name text)"], "it is not a store of Dateline (it holds notes)"),
    ],
    ids=["its own Alembic", "a table of the same name"],
)
async def test_on_postgresql_another_programs_tables_of_our_names_are_refused_and_not_touched(
    statements: list[str], reason: str, postgresql: PostgreSQL
) -> None:
    url = postgresql.new_database()
    await _run(url, "CREATE TABLE songs (name text)", *statements)
    database = str(parse(url).database)
    before = postgresql.run("pg_dump", "--restrict-key=x", database)
    with pytest.raises(StoreError) as caught:
        await Store.open(url)
    assert reason in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert postgresql.run("pg_dump", "--restrict-key=x", database) == before
