"""`--check` says what the store is, and changes nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from bot.daily.claims import Wish
from bot.store import Store, StoreAwayError, StoreError
from bot.store.look import describe
from embeddings.errors import InputError
from tests.bot.store.test_opening import as_left_by_a_killed_process, run, state
from tests.postgresql import PASSWORD, PostgreSQL
from tests.proofs.store_places import make_old

WISH = Wish(guild=11, channel=101, time=dt.time(9), zone="Europe/Berlin")


async def test_a_store_that_is_not_there_is_made_later(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    assert await describe(f"sqlite:///{path}") == "none yet; it is made at the first start"
    assert state(tmp_path) == {}
    path.touch()
    assert await describe(f"sqlite:///{path}") == "none yet; it is made at the first start"
    assert list(state(tmp_path)) == ["store.db"]
    assert not path.read_bytes()


async def test_a_store_is_named_and_its_subscriptions_are_counted_while_it_is_open_and_afterwards(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    store = await Store.open(f"sqlite:///{path}")
    assert await describe(f"sqlite:///{path}") == f"{path}: 0 subscriptions"
    await store.daily.subscribe(WISH, 0.0)
    assert await describe(f"sqlite:///{path}") == f"{path}: 1 subscription"
    killed = Path(shutil.copytree(tmp_path, tmp_path / "killed"))
    await store.close()
    for folder in (killed, tmp_path):
        before = state(folder)
        assert await describe(f"sqlite:///{folder}/store.db") == f"{folder}/store.db: 1 subscription"
        assert state(folder) == before


async def test_a_store_of_an_earlier_version_is_upgraded_later(store_url: str, tmp_path: Path) -> None:
    await make_old(store_url, "0001")
    before = state(tmp_path)
    told = await describe(store_url)
    assert told.endswith(": it is of an earlier version and will be upgraded at the next start")
    assert await describe(store_url) == told
    assert state(tmp_path) == before


async def test_of_postgresql_it_names_version_host_and_database(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    name = url.rpartition("/")[2]
    where = f"at 127.0.0.1:{postgresql.port}, database {name}: "
    assert (await describe(url)).endswith(f"{where}none yet; it is made at the first start")
    assert not postgresql.run("psql", "-d", name, "-Atc", "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
    store = await Store.open(url)
    await store.daily.subscribe(WISH, 0.0)
    await store.close()
    told = await describe(url)
    release = postgresql.run("psql", "-d", name, "-Atc", "SHOW server_version").split()[0]
    assert told == f"PostgreSQL {release} {where}1 subscription"


async def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    run(path, "CREATE TABLE songs (name)")
    with pytest.raises(StoreError, match=r"store\.db cannot be used: it is not a store of Dateline"):
        await describe(f"sqlite:///{path}")
    with pytest.raises(InputError, match="which is not an existing folder"):
        await describe(f"sqlite:///{tmp_path}/none/store.db")
    with pytest.raises(StoreError, match="it is a folder"):
        await describe(f"sqlite:///{tmp_path}")


async def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    as_left_by_a_killed_process(path, "CREATE TABLE songs (name)")
    for name in ("store.db-wal", "store.db-shm"):
        (tmp_path / name).unlink()
    store = await Store.open(f"sqlite:///{path}")
    await store.close()
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 200)  # the page that lists the tables
    with pytest.raises(StoreError, match=r"store\.db cannot be used: .*malformed.*; restore a backup"):
        await describe(f"sqlite:///{path}")


async def test_a_server_that_is_away_is_named_without_the_password(postgresql: PostgreSQL) -> None:
    for url in (
        "postgresql://dateline:secret@127.0.0.1:1/store",
        "postgresql://dateline@127.0.0.1:1/store?password=secret",
        postgresql.url("no_such_database"),
    ):
        with pytest.raises(StoreAwayError) as caught:
            await describe(url)
        assert "secret" not in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert "cannot be opened: " in str(caught.value)


async def test_in_memory_nothing_is_kept() -> None:
    assert await describe("sqlite:///:memory:") == "in memory; it is forgotten when the bot ends"
    store = await Store.open("sqlite:///:memory:")
    await store.set_note("name", "value")
    assert await store.note("name") == "value"
    await store.close()
