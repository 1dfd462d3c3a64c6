"""A copy of a store is whole, or there is none; nobody uses the store meanwhile, and nothing there is overwritten."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.answers import KeptAnswer
from bot.daily.claims import Claim, State, Terms, Wish
from bot.store import Store, StoreError
from bot.store.address import engine_of, parse
from bot.store.copying import copy_store
from bot.store.schema import VERSION_TABLE, latest
from bot.store.tables import NoteRow
from embeddings.dates import DateRange
from embeddings.errors import InputError
from tests.bot.store.test_opening import V0_1, newer, run, state
from tests.bot.stores import EMPTY, Stores
from tests.postgresql import PASSWORD, PostgreSQL
from tests.proofs.store_places import leave_open, lost, make_old, rows_of

NOON = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC).timestamp()
DAY = dt.date(2026, 11, 29)
WORDS = "Ça, “Ödön”, 日本 🇨🇴, שלום, a\u0301"


async def lived_in(store: Store) -> None:
    """Fill a store as a bot does, with text of every kind, dates and zones."""
    keys = []
    for channel, zone in ((101, "Pacific/Kiritimati"), (2**63 - 1, "America/Argentina/ComodRivadavia"), (103, "UTC")):
        wish = Wish(guild=11, channel=channel, time=dt.time(9), zone=zone, prefer=(WORDS,), leave_out=("war", "'; --"))
        keys.append((await store.daily.subscribe(replace(wish, title=WORDS, text=WORDS, publish=True), NOON)).key)
    for claim in await store.daily.claim(NOON + 90_000, "a process", 10, Terms(grace_s=86_400.0)):
        await store.daily.settle(claim, State.SENT, 2**62 + 1, ["2009-01-15-00000000"])
    await store.daily.leave(12, NOON)
    await store.settings.change(7, lambda now: replace(now.public_in([8]), language="de", feedback=True))
    assert await store.shares.claim("1:dl:x", NOON)
    await store.feedback.keep(WORDS, ["1969-07-20-00000000"], WORDS, NOON + 1 / 3)
    await store.keep_answer(KeptAnswer(("2004-12-26-quake001",), (DateRange(DAY, DAY),), shown=1), DAY)
    async with store._access.writing() as session:  # more than are copied at once
        session.add_all(NoteRow(name=f"note {number}", value=WORDS) for number in range(250))


@pytest.fixture(autouse=True)
def _few_are_copied_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.copying._AT_ONCE", 100)


LIVED_IN = Stores(lived_in)
Address = Callable[[], str]


@pytest.fixture(params=["SQLite to PostgreSQL", "PostgreSQL to SQLite", "SQLite to SQLite", "PostgreSQL to PostgreSQL"])
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The kinds of database that are copied from and to."""
    source, _, target = request.param.partition(" to ")
    return source, target


each_end = pytest.mark.parametrize("way", ["SQLite to PostgreSQL", "PostgreSQL to SQLite"], indirect=True)
"""Of a test that looks at one end, or at each by itself."""


@pytest.fixture
def store_url(way: tuple[str, str], postgresql: PostgreSQL, tmp_path: Path) -> Callable[[Stores], str]:
    """Makes the store that is copied."""
    (tmp_path / "from").mkdir()
    return lambda stores: stores.on(postgresql) if way[0] == "PostgreSQL" else stores.in_folder(tmp_path / "from")


@pytest.fixture
def target(way: tuple[str, str], postgresql: PostgreSQL, tmp_path: Path) -> str:
    """Where it is copied to; nothing is there."""
    (tmp_path / "to").mkdir()
    return postgresql.new_database() if way[1] == "PostgreSQL" else f"sqlite:///{tmp_path}/to/new.db"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_every_row_is_in_the_copy_and_the_store_is_as_it_was(
    store_url: Callable[[Stores], str], target: str, tmp_path: Path
) -> None:
    source = store_url(LIVED_IN)
    before = await rows_of(source)
    told: list[tuple[str, int, int | None]] = []
    copied = await copy_store(source, target, lambda *each: told.append(each))
    assert {name: len(rows) for name, rows in before.items() if name != VERSION_TABLE} == copied.rows
    after = await rows_of(target)
    assert {name: sorted(map(str, rows)) for name, rows in after.items()} == {
        name: sorted(map(str, rows)) for name, rows in before.items()
    }
    assert await rows_of(source) == before
    assert str(copied) == "261 rows, 3 subscriptions, 3 posts, 1 answers among them"
    total = sum(copied.rows.values())
    assert told[-1] == ("copying rows", total, total)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert files(tmp_path / "to") in ([], ["new.db"])
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in (tmp_path / "to").iterdir())


@each_end
async def test_a_bot_goes_on_with_the_copy_where_the_store_stood(
    store_url: Callable[[Stores], str], target: str
) -> None:
    source = store_url(LIVED_IN)
    await copy_store(source, target)
    for url in (source, target):  # the old store still works, too
        store = await Store.open(url)
        try:
            subscriptions = await store.daily.of_guild(11)
            assert {(each.title, each.text, each.zone) for each in subscriptions} == {
                (WORDS, WORDS, zone) for zone in ("Pacific/Kiritimati", "America/Argentina/ComodRivadavia", "UTC")
            }
            claims: list[Claim] = await store.daily.claim(NOON + 200_000, "other", 10, Terms(grace_s=86_400.0))
            assert [each.tries for each in claims] == [1] * len(claims)
            assert len(claims) == 3
            assert (await store.settings.read(7)).language == "de"
            assert not await store.shares.claim("1:dl:x", NOON)
            assert await store.shares.claim("2:dl:x", NOON)
            assert [(each.question, each.at) for each in await store.feedback.all()] == [(WORDS, NOON + 1 / 3)]
            assert await store.feedback.keep("another", [], "", NOON)
            assert not (await store.shards.take(1, 0, 5.0)).wait_s
        finally:
            await store.close()


async def test_no_table_numbers_its_rows_so_that_no_sequence_can_be_behind(postgresql: PostgreSQL) -> None:
    engine = engine_of(parse(EMPTY.on(postgresql)))
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM pg_sequences")) == 0
    await engine.dispose()


@pytest.mark.parametrize("version", ["0001", "0003"])
async def test_a_store_of_an_earlier_version_is_brought_up_to_date_in_the_copy_alone(
    version: str, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    source, target = f"sqlite:///{tmp_path}/old.db", postgresql.new_database()
    await make_old(source, version)
    before = await rows_of(source)
    await copy_store(source, target)
    after = await rows_of(target)
    assert lost(before, after) == []
    assert after[VERSION_TABLE] == [{"version_num": latest()}]
    assert await rows_of(source) == before


async def test_the_store_that_version_0_1_left_is_copied_whole(postgresql: PostgreSQL, tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_bytes(V0_1.read_bytes())
    target = postgresql.new_database()
    before = await rows_of(f"sqlite:///{tmp_path}/kept.db")
    copied = await copy_store(f"sqlite:///{tmp_path}/kept.db", target)
    assert (copied.rows["subscriptions"], copied.rows["answers"]) == (3, 2)
    assert lost(before, await rows_of(target)) == []


async def test_what_a_killed_bot_left_in_the_log_is_copied(postgresql: PostgreSQL, tmp_path: Path) -> None:
    source, target = f"sqlite:///{tmp_path}/store.db", postgresql.new_database()
    await make_old(source, latest())
    leave_open(source)
    await copy_store(source, target)
    assert {"name": "in the log", "value": "x"} in (await rows_of(target))["notes"]


@each_end
async def test_a_store_in_use_is_not_copied(
    store_url: Callable[[Stores], str], target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.copying._LEAVE_S", 0.0)
    monkeypatch.setattr("bot.store.address.BUSY_S", 0.0)
    source = store_url(EMPTY)
    store = await Store.open(source)
    try:
        with pytest.raises(StoreError, match="another process has it open, such as the bot; stop that, and copy again"):
            await copy_store(source, target)
        await store.set_note("value", "goes on")
    finally:
        await store.close()
    assert await rows_of(target) == {}


@each_end
async def test_nobody_writes_to_a_store_while_it_is_copied(
    store_url: Callable[[Stores], str], target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = store_url(LIVED_IN)
    monkeypatch.setattr("bot.store.address.BUSY_S", 0.0)
    monkeypatch.setattr("bot.store.opening.WAIT_S", 0.0)
    refused: list[str] = []

    def try_to_write(_: str, done: int, __: int | None) -> None:
        if done > 100 and not refused:
            with pytest.raises(StoreError) as caught:
                asyncio.run(opened_and_written())
            refused.append(str(caught.value))

    async def opened_and_written() -> None:
        store = await Store.open(source)
        await store.set_note("value", "written meanwhile")
        await store.close()

    def in_a_thread(step: str, done: int, total: int | None) -> None:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(try_to_write, step, done, total).result()

    await copy_store(source, target, in_a_thread)
    assert len(refused) == 1
    assert "value" not in {row["name"] for row in (await rows_of(source))["notes"]}


@each_end
async def test_a_target_that_is_not_empty_stays_as_it_is(store_url: Callable[[Stores], str], target: str) -> None:
    source = store_url(EMPTY)
    await make_old(target, "0001")
    before = await rows_of(target)
    with pytest.raises(InputError, match="a copy overwrites nothing"):
        await copy_store(source, target)
    assert await rows_of(target) == before
    with pytest.raises(InputError, match="a copy overwrites nothing"):
        await copy_store(source, source)


async def test_tables_of_other_programs_may_stand_beside_it(postgresql: PostgreSQL, tmp_path: Path) -> None:
    source, target = EMPTY.in_folder(tmp_path), postgresql.new_database()
    engine = engine_of(parse(target))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE songs (name text)"))
    await engine.dispose()
    await copy_store(source, target)
    assert {"songs", "notes"} <= (await rows_of(target)).keys()


async def test_what_is_no_store_is_refused_and_not_touched(postgresql: PostgreSQL, tmp_path: Path) -> None:
    newer(tmp_path / "newer.db")
    run(tmp_path / "songs.db", "CREATE TABLE songs (name)")
    run(tmp_path / "half.db", "CREATE TABLE alembic_version (version_num)")
    (tmp_path / "text").write_text("hello" * 1_000)
    empty, before = postgresql.new_database(), state(tmp_path)
    for address, reason in (
        (f"sqlite:///{tmp_path}/newer.db", "it was made by a newer Dateline"),
        (f"sqlite:///{tmp_path}/songs.db", "it is not a store of Dateline (it holds songs)"),
        (f"sqlite:///{tmp_path}/half.db", "its making was broken off; start the bot on it once"),
        (f"sqlite:///{tmp_path}/text", "file is not a database"),
        (f"sqlite:///{tmp_path}", "it is a folder"),
        (f"sqlite:///{tmp_path}/none.db", "there is no store in"),
        ("sqlite:///:memory:", "FROM names a store in memory"),
        ("dateline.db", "FROM is not a database URL"),
        ("mysql://host/x", "FROM names the database mysql"),
        (empty, "there is no store in postgresql://dateline:***@127.0.0.1"),
    ):
        with pytest.raises((InputError, StoreError)) as caught:
            await copy_store(address, postgresql.new_database())
        assert reason in str(caught.value)
        assert PASSWORD not in str(caught.value)
    assert state(tmp_path) == before
    assert await rows_of(empty) == {}


async def test_a_target_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    source = EMPTY.in_folder(tmp_path)
    (tmp_path / "log.db-wal").write_text("of a store that was deleted")
    for address, reason in (
        (f"sqlite:///{tmp_path}/none/new.db", "TO names a file in .*none, which is not an existing folder"),
        (f"sqlite:///{tmp_path}/log.db", r"log\.db-wal is there already"),
        ("sqlite://", "TO names a store in memory"),
        ("postgresql://dateline:pass%40word@127.0.0.1:1/none", r"dateline:\*\*\*@127\.0\.0\.1:1/none cannot be opened"),
    ):
        with pytest.raises((InputError, StoreError), match=reason) as caught:
            await copy_store(source, address)
        assert "pass%40word" not in str(caught.value)


async def test_a_damaged_store_is_not_copied(postgresql: PostgreSQL, tmp_path: Path) -> None:
    source, target = LIVED_IN.in_folder(tmp_path), postgresql.new_database()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    with (tmp_path / "store.db").open("r+b") as file:
        file.seek(30 * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match=r"it is damaged|malformed"):
        await copy_store(source, target)
    assert await rows_of(target) == {}


async def test_a_store_that_lacks_a_table_is_not_copied(tmp_path: Path) -> None:
    source, target = EMPTY.in_folder(tmp_path), f"sqlite:///{tmp_path}/new.db"
    run(tmp_path / "store.db", "DROP TABLE server_settings")
    with pytest.raises(StoreError, match="it lacks the table server_settings; restore a backup"):
        await copy_store(source, target)


@pytest.fixture
def with_a_zero(tmp_path: Path) -> str:
    url = EMPTY.in_folder(tmp_path)
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection, connection:
        connection.execute("INSERT INTO notes VALUES ('zero', 'a' || char(0) || 'b')")
    return url


async def test_a_row_that_the_target_cannot_hold_is_named_and_leaves_it_empty(
    with_a_zero: str, postgresql: PostgreSQL
) -> None:
    target = postgresql.new_database()
    with pytest.raises(StoreError, match="cannot take the rows of notes"):
        await copy_store(with_a_zero, target)
    assert await rows_of(target) == {}
