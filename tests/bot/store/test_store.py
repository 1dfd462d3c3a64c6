from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.answers import KeptAnswer
from bot.daily.claims import Terms
from bot.daily.days import EVERY_DAY
from bot.daily.schedule import Kind
from bot.store import KEPT_DAYS, Store, StoreError
from bot.store.address import engine_of, parse
from bot.store.tables import Base
from embeddings.dates import DateRange
from embeddings.errors import InputError
from tests.proofs.store_places import ROWS, make_old

TODAY = dt.date(2026, 11, 22)
ANSWER = KeptAnswer(
    ("2015-12-23-f8d3682f", "my.own-id"),
    (DateRange(dt.date(2015, 12, 1), dt.date(2015, 12, 31)), DateRange(TODAY, TODAY)),
    DateRange(dt.date(1, 1, 1), TODAY),
)


@pytest.fixture
async def store(empty_store_url: str) -> AsyncIterator[Store]:
    store = await Store.open(empty_store_url, patience=60)
    yield store
    await store.close()


async def test_an_answer_outlives_the_process(empty_store_url: str) -> None:
    store = await Store.open(empty_store_url, patience=60)
    key = await store.keep_answer(ANSWER, TODAY)
    await store.close()
    store = await Store.open(empty_store_url, patience=60)
    assert await store.answer(key, TODAY) == ANSWER
    await store.close()


async def test_an_unknown_key_gives_none(store: Store) -> None:
    assert await store.answer("nothing", TODAY) is None


async def test_answers_are_forgotten_a_year_after_their_last_use(store: Store) -> None:
    unused = await store.keep_answer(ANSWER, TODAY)
    used = await store.keep_answer(ANSWER, TODAY)
    later = TODAY + dt.timedelta(days=KEPT_DAYS)
    assert await store.answer(used, later)
    assert await store.forget_unused(later) == 0
    assert await store.forget_unused(later + dt.timedelta(days=1)) == 1
    assert await store.answer(unused, later) is None
    assert await store.answer(used, later) == ANSWER


async def test_a_note_replaces_the_one_before(store: Store) -> None:
    assert await store.note("commands") is None
    await store.set_note("commands", "one")
    await store.set_note("commands", "two")
    assert await store.note("commands") == "two"


async def test_keys_fit_a_custom_id_and_differ(store: Store) -> None:
    keys = {await store.keep_answer(ANSWER, TODAY) for _ in range(20)}
    assert len(keys) == 20
    assert all(len(key) <= 12 for key in keys)


async def test_the_migrations_give_the_tables_that_the_program_expects(store_url: str) -> None:
    await (await Store.open(store_url, patience=60)).close()

    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    engine = engine_of(parse(store_url))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_subscriptions_of_the_version_before_go_on_as_they_were(store_url: str) -> None:
    await make_old(store_url, "0003")
    store = await Store.open(store_url)
    try:
        found = [
            await store.daily.subscription(each.key)
            for guild in range(ROWS)
            for each in await store.daily.of_guild(1_000_000_000_000 + guild)
        ]
        assert len(found) == ROWS
        for each in found:
            assert each is not None
            assert (each.days, each.kind, each.publish) == (EVERY_DAY, Kind.CHANNEL, False)
            assert (each.title, each.text, each.tag) == (None, None, None)
        assert await store.daily.publications.claim(1e12, Terms()) == []
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "store.url is not a database URL"),
        ("sqlite:////no/such/folder/store.db", "names a file in /no/such/folder, which is not an existing folder"),
        ("oracle://x", "whose driver is not installed"),
    ],
)
async def test_a_url_that_cannot_be_used_is_refused_with_what_to_do(url: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        await Store.open(url)


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("hello " * 1_000)
    with pytest.raises(StoreError, match=r"store\.db cannot be used: file is not a database; name another file"):
        await Store.open(f"sqlite:///{path}")
