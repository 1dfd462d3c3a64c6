"""A backup is whole and overwrites nothing; a restore leaves the old store or the new one, and no log of the old."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.store import Store, StoreAwayError, StoreError
from bot.store.address import file_of, parse
from bot.store.backup import back_up, restore
from bot.store.schema import bring_up_to_date, latest
from embeddings.errors import InputError
from tests.bot.store.test_opening import V0_1, newer, run, state
from tests.bot.stores import EMPTY
from tests.postgresql import PASSWORD, PostgreSQL
from tests.proofs.store_places import leave_open, make_old, rows_of


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of a store in a folder of its own that is not there yet."""
    (tmp_path / "bot").mkdir()
    return f"sqlite:///{tmp_path}/bot/store.db"


async def written(url: str, value: str) -> None:
    if (file := file_of(parse(url))) is not None and file.name == "store.db":
        EMPTY.in_folder(file.parent)
    store = await Store.open(url)
    await store.set_note("value", value)
    await store.close()


async def read(url: str) -> str | None:
    store = await Store.open(url)
    try:
        return await store.note("value")
    finally:
        await store.close()


async def note_of(store: Store) -> str | None:
    """What a running bot reads, once it has opened the store anew."""
    for _ in range(200):
        try:
            return await store.note("value")
        except StoreAwayError:
            await asyncio.sleep(0.05)
    raise AssertionError("the store is not back")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestBackup:
    async def test_holds_what_the_store_holds_in_one_private_file(self, url: str, tmp_path: Path) -> None:
        await make_old(url, latest())
        target = tmp_path / "backup.db"
        copied = back_up(url, target)
        assert str(copied) == "5 subscriptions, 5 posts, 5 answers"
        assert await rows_of(f"sqlite:///{target}") == await rows_of(url)
        assert target.stat().st_mode & 0o777 == 0o600
        assert files(tmp_path) == ["backup.db", "bot"]
        with closing(sqlite3.connect(target)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)

    async def test_is_taken_while_the_bot_writes_and_holds_its_last_row(self, url: str, tmp_path: Path) -> None:
        store = await Store.open(url)
        await store.set_note("value", "before")

        async def write() -> None:
            for number in range(1_000_000):
                await store.set_note("other", str(number))

        writing = asyncio.create_task(write())
        for number in range(3):
            await store.set_note("value", f"of {number}")
            await asyncio.to_thread(back_up, url, tmp_path / f"{number}.db")
        assert not writing.done()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await store.close()
        assert [await read(f"sqlite:///{tmp_path}/{number}.db") for number in range(3)] == ["of 0", "of 1", "of 2"]

    async def test_holds_what_a_killed_bot_left_in_the_log(self, url: str, tmp_path: Path) -> None:
        await make_old(url, latest())
        leave_open(url)
        back_up(url, tmp_path / "backup.db")
        notes = (await rows_of(f"sqlite:///{tmp_path}/backup.db"))["notes"]
        assert {"name": "in the log", "value": "x"} in notes

    async def test_overwrites_nothing(self, url: str, tmp_path: Path) -> None:
        await written(url, "one")
        target = tmp_path / "backup.db"
        target.write_text("precious")
        with pytest.raises(InputError, match=r"backup\.db is there already, and a backup overwrites nothing"):
            back_up(url, target)
        with pytest.raises(InputError, match="is not an existing folder"):
            back_up(url, tmp_path / "none" / "backup.db")
        assert target.read_text() == "precious"

    def test_of_no_store_is_refused(self, url: str, tmp_path: Path) -> None:
        store, target = tmp_path / "bot" / "store.db", tmp_path / "backup.db"
        with pytest.raises(InputError, match=r"there is no store in .*store\.db"):
            back_up(url, target)
        run(store, "CREATE TABLE songs (name)")
        with pytest.raises(StoreError, match="cannot be backed up: it is not a store of Dateline"):
            back_up(url, target)
        store.unlink()
        run(store, "CREATE TABLE alembic_version (version_num)")
        with pytest.raises(StoreError, match="its making was broken off; start the bot once"):
            back_up(url, target)
        with pytest.raises(InputError, match="in memory, not a file"):
            back_up("sqlite:///:memory:", target)
        assert files(tmp_path) == ["bot"]

    async def test_of_a_damaged_store_is_refused(self, url: str, tmp_path: Path) -> None:
        await make_old(url, latest())
        store = tmp_path / "bot" / "store.db"
        with store.open("r+b") as file:
            file.seek(8 * 4096)
            file.write(b"\xff" * 4096)
        with pytest.raises(StoreError, match=r"store\.db cannot be backed up: it is damaged"):
            back_up(url, tmp_path / "backup.db")
        assert files(tmp_path) == ["bot"]


class TestRestore:
    async def test_gives_back_what_was_backed_up_and_keeps_what_was_there(self, url: str, tmp_path: Path) -> None:
        await written(url, "old")
        back_up(url, tmp_path / "backup.db")
        await written(url, "later")
        before = state(tmp_path)["backup.db"]
        for number, name in enumerate(("store.db.before-restore", "store.db.before-restore-2")):
            copied = restore(url, tmp_path / "backup.db")
            assert copied.kept == tmp_path / "bot" / name
            assert await read(f"sqlite:///{copied.kept}") == ("old" if number else "later")
            assert await read(url) == "old"
        assert state(tmp_path)["backup.db"] == before
        assert (tmp_path / "bot" / "store.db").stat().st_mode & 0o777 == 0o600
        assert files(tmp_path / "bot") == ["store.db", "store.db.before-restore", "store.db.before-restore-2"]

    async def test_plays_no_log_of_a_killed_bot_into_the_backup(self, url: str, tmp_path: Path) -> None:
        await make_old(url, latest())
        back_up(url, tmp_path / "backup.db")
        before = await rows_of(url)
        leave_open(url)
        kept = restore(url, tmp_path / "backup.db").kept
        assert await rows_of(url) == before
        assert {"name": "in the log", "value": "x"} in (await rows_of(f"sqlite:///{kept}"))["notes"]

    async def test_where_the_store_was_deleted_sets_its_log_aside(self, url: str, tmp_path: Path) -> None:
        await make_old(url, latest())
        back_up(url, tmp_path / "backup.db")
        before = await rows_of(url)
        leave_open(url)
        (tmp_path / "bot" / "store.db").unlink()
        assert restore(url, tmp_path / "backup.db").kept is None
        assert await rows_of(url) == before
        assert "store.db-wal.before-restore" in files(tmp_path / "bot")

    async def test_beside_a_running_bot_is_noticed_by_it(self, url: str, tmp_path: Path) -> None:
        await written(url, "old")
        back_up(url, tmp_path / "backup.db")
        store = await Store.open(url)
        await store.set_note("value", "later")
        kept = (await asyncio.to_thread(restore, url, tmp_path / "backup.db")).kept
        assert await note_of(store) == "old"
        await store.set_note("value", "new")
        assert await store.note("value") == "new"
        await store.close()
        assert await read(url) == "new"
        assert await read(f"sqlite:///{kept}") == "later"
        assert files(tmp_path / "bot") == ["store.db", "store.db.before-restore"]

    async def test_brings_back_settings_shares_and_feedback(self, url: str, tmp_path: Path) -> None:
        store = await Store.open(url)
        settled = await store.settings.change(7, lambda now: replace(now.public_in([8]), language="de", feedback=True))
        assert await store.shares.claim("1:dl:x", 5.0)
        key = await store.feedback.keep("moon", ["1969-07-20-00000000"], "the other", 6.0)
        before = await store.feedback.all()
        await store.close()
        back_up(url, tmp_path / "backup.db")
        store = await Store.open(url)
        await store.settings.change(7, lambda now: now.for_all(private=False))
        await store.feedback.delete(key)
        await store.shares.forget(1e12)
        await store.close()
        restore(url, tmp_path / "backup.db")
        store = await Store.open(url)
        assert await store.settings.read(7) == settled
        assert await store.feedback.all() == before
        assert not await store.shares.claim("1:dl:x", 7.0)
        await store.close()

    async def test_takes_a_store_of_an_earlier_version(self, url: str, tmp_path: Path) -> None:
        older = f"sqlite:///{tmp_path}/older.db"
        await make_old(older, "0001")
        copied = restore(url, tmp_path / "older.db")
        assert str(copied) == "5 answers"
        assert await read(url) is None
        restore(url, V0_1)
        assert len((await rows_of(url))["subscriptions"]) == 3

    async def test_needs_no_links_between_files(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(_: Path, target: Path) -> None:
            raise PermissionError(f"no links here: {target}")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
        await written(url, "old")
        back_up(url, tmp_path / "backup.db")
        await written(url, "later")
        kept = restore(url, tmp_path / "backup.db").kept
        assert await read(url) == "old"
        assert await read(f"sqlite:///{kept}") == "later"

    async def test_takes_the_name_that_a_killed_restore_gave_the_store(self, url: str, tmp_path: Path) -> None:
        await written(url, "old")
        back_up(url, tmp_path / "backup.db")
        store = tmp_path / "bot" / "store.db"
        store.with_name("store.db.before-restore").hardlink_to(store)
        assert restore(url, tmp_path / "backup.db").kept == store.with_name("store.db.before-restore")
        assert files(tmp_path / "bot") == ["store.db", "store.db.before-restore"]

    async def test_refuses_what_is_no_backup_and_touches_nothing(self, url: str, tmp_path: Path) -> None:
        await written(url, "old")
        newer(tmp_path / "newer.db")
        run(tmp_path / "songs.db", "CREATE TABLE songs (name)")
        (tmp_path / "text").write_text("hello" * 1_000)
        back_up(url, tmp_path / "damaged.db")
        with (tmp_path / "damaged.db").open("r+b") as file:
            file.seek(3 * 4096)
            file.write(b"\xff" * 4096)
        before = state(tmp_path)
        for name, reason in (
            ("newer.db", "cannot be restored: it was made by a newer Dateline"),
            ("songs.db", "cannot be restored: it is not a store of Dateline (it holds songs)"),
            ("text", "cannot be restored: file is not a database"),
            ("damaged.db", "cannot be restored: it is damaged"),
            ("bot", "cannot be restored: it is a folder"),
            ("none", "there is no file"),
            ("bot/store.db", "is the store itself"),
        ):
            with pytest.raises(InputError) as caught:
                restore(url, tmp_path / name)
            assert reason in str(caught.value)
            assert state(tmp_path) == before

    async def test_replaces_no_other_programs_file(self, url: str, tmp_path: Path) -> None:
        other = f"sqlite:///{tmp_path}/other.db"
        await written(other, "old")
        back_up(other, tmp_path / "backup.db")
        store = tmp_path / "bot" / "store.db"
        run(store, "CREATE TABLE songs (name)")
        before = state(tmp_path)
        with pytest.raises(
            StoreError, match=r"store\.db is not replaced: it is not a store of Dateline .*; move it away"
        ):
            restore(url, tmp_path / "backup.db")
        assert state(tmp_path) == before

    async def test_waits_for_a_writer_and_says_so_where_it_does_not_end(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await written(url, "old")
        back_up(url, tmp_path / "backup.db")
        monkeypatch.setattr("bot.store.backup.WAIT_S", 0.0)
        monkeypatch.setattr("bot.store.backup.BUSY_S", 0.0)
        with closing(sqlite3.connect(tmp_path / "bot" / "store.db", isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match=r"store\.db is held by another process, such as the bot"):
                restore(url, tmp_path / "backup.db")
        assert await read(url) == "old"
        assert files(tmp_path / "bot") == ["store.db"]


async def test_a_store_that_is_replaced_while_it_is_opened_is_not_taken_for_the_new_one(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await written(url, "old")
    store = tmp_path / "bot" / "store.db"
    shutil.copy(store, tmp_path / "new.db")

    def replace_and_go_on(connection: Connection) -> None:
        (tmp_path / "new.db").replace(store)
        bring_up_to_date(connection)

    monkeypatch.setattr("bot.store.schema.bring_up_to_date", replace_and_go_on)
    with pytest.raises(StoreAwayError):
        await Store.open(url)
    monkeypatch.undo()
    assert await read(url) == "old"


async def test_on_postgresql_two_commands_of_its_own_do_both(postgresql: PostgreSQL, tmp_path: Path) -> None:
    url = postgresql.new_database()
    await written(url, "old")
    for call in (back_up, restore):
        with pytest.raises(InputError) as caught:
            call(url, tmp_path / "backup")
        sentence = str(caught.value)
        assert PASSWORD not in sentence
        assert "***" not in sentence
    _, dump, _, put_back, _ = sentence.split("`")
    file = str(tmp_path / "backup")
    postgresql.run(*dump.replace("FILE", file).split())
    await written(url, "later")
    postgresql.run(*put_back.replace("FILE", file).split())
    assert await read(url) == "old"
