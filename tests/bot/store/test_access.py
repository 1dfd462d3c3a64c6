"""A store that goes and comes back; what users see of it stands in tests/bot/test_store_away.py."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.answers import KeptAnswer
from bot.store import Store, StoreAwayError
from bot.store.backup import back_up
from tests.bot.stores import EMPTY

TODAY = dt.date(2026, 11, 22)
ANSWER = KeptAnswer(("2015-12-23-f8d3682f",))


async def is_back(store: Store) -> None:
    while not store.is_there:  # noqa: ASYNC110  # the time limit of the suite ends it
        await asyncio.sleep(0.05)


async def is_away(store: Store) -> None:
    with pytest.raises(StoreAwayError):
        await store.keep_answer(ANSWER, TODAY)
    assert not store.is_there


def notes(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM notes WHERE name LIKE 'note %'")}


async def test_the_log_of_a_file_that_was_replaced_is_not_played_into_the_new_one(tmp_path: Path) -> None:
    file, copy = tmp_path / "store.db", tmp_path / "copy.db"
    store = await Store.open(EMPTY.in_folder(tmp_path), patience=60)
    await store.set_note("note before", "1")
    back_up(f"sqlite:///{file}", copy)
    for number in range(30):
        await store.set_note(f"note {number}", "1")
    os.replace(copy, file)  # noqa: PTH105
    await is_away(store)
    await is_back(store)
    assert await store.note("note before") == "1"
    assert await store.note("note 29") is None
    await store.set_note("note after", "1")
    await store.close()
    assert notes(file) == {"note before", "note after"}


async def test_no_empty_store_takes_the_place_of_one_that_was_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "store.db"
    store = await Store.open(EMPTY.in_folder(tmp_path), patience=60)
    monkeypatch.setattr("bot.store.access._ASK_S", 0.01)
    tries = 0
    once = store._access._try

    async def counted() -> None:
        nonlocal tries
        try:
            await once()
        finally:
            tries += 1

    async def has_tried() -> None:
        before = tries
        while tries < before + 2:  # one may have been under way  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    monkeypatch.setattr(store._access, "_try", counted)
    await store.set_note("note", "1")
    back_up(f"sqlite:///{file}", tmp_path / "copy.db")
    caplog.set_level(logging.WARNING)
    file.unlink()
    file.write_text("no database " * 1_000)
    await is_away(store)
    while not any("not a database" in record.message for record in caplog.records):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    file.unlink()
    elsewhere = tmp_path.with_name("elsewhere")
    os.rename(tmp_path, elsewhere)  # noqa: PTH104  # a volume that is not mounted for a while
    await has_tried()
    assert not store.is_there
    os.rename(elsewhere, tmp_path)  # noqa: PTH104
    await has_tried()
    assert not store.is_there
    assert not file.exists()
    (tmp_path / "copy.db").rename(file)
    await is_back(store)
    assert await store.note("note") == "1"
    await store.close()


async def test_it_says_once_why_it_is_away_and_once_that_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "store.db"
    store = await Store.open(EMPTY.in_folder(tmp_path), patience=60)
    caplog.set_level(logging.WARNING, "bot.store.access")
    for _ in range(6):
        file.rename(tmp_path / "moved.db")
        await is_away(store)
        (tmp_path / "moved.db").rename(file)
        store._access._again = 0  # it need not wait longer each time for this
        await is_back(store)
    lines = [record.message for record in caplog.records]
    assert len(lines) <= 10
    assert "is back" in lines[-1]
    assert "deleted or moved" in lines[0]
    await store.close()


async def test_processes_that_write_the_same_note_at_once_do_not_hinder_each_other(empty_store_url: str) -> None:
    stores = [await Store.open(empty_store_url, patience=60) for _ in range(3)]
    await asyncio.gather(*(store.set_note("commands", str(number)) for number, store in enumerate(stores)))
    assert await stores[0].note("commands") in {"0", "1", "2"}
    for store in stores:
        await store.close()
