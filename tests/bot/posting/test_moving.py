"""Daily posts come once where the store is moved to another database between them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.daily.claims import Wish
from bot.store import Store
from bot.store.copying import copy_store
from embeddings.index.folder import IndexFolder
from tests.bot.daily.parts import HandClock, opened, posting, posts_in
from tests.bot.stores import EMPTY
from tests.discord_server import Channel, DiscordServer
from tests.postgresql import PostgreSQL


@pytest.fixture
def folder(sample_folder: IndexFolder) -> IndexFolder:
    """The events that posts show."""
    return sample_folder


async def subscribed(server: DiscordServer, store: Store, clock: HandClock) -> Channel:
    channel = server.add_channel("moved")
    await store.daily.subscribe(Wish(server.guild.id, channel.id, dt.time(9), "UTC"), clock())
    await store.daily.note_time(clock())
    return channel


async def post(url: str, server: DiscordServer, folder: IndexFolder, clock: HandClock, at: str) -> None:
    """Have a bot run that started a minute before a moment, when Discord has forgotten the nonces of before."""
    server.rest._nonces.clear()
    clock.set(at)
    clock.pass_(minutes=-1)
    async with opened(url) as store, posting(server, store, folder, clock) as poster:
        clock.set(at)
        await poster.work_off()
        await store.daily.note_time(clock())


@pytest.mark.parametrize("back", [False, True], ids=["to PostgreSQL", "to SQLite"])
async def test_a_move_after_the_days_post_brings_no_second_one_and_loses_none(
    back: bool, server: DiscordServer, folder: IndexFolder, clock: HandClock, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    old, new = EMPTY.in_folder(tmp_path), postgresql.new_database()
    if back:
        old, new = EMPTY.on(postgresql), f"sqlite:///{tmp_path}/new.db"
    async with opened(old) as store:
        channel = await subscribed(server, store, clock)
    await post(old, server, folder, clock, "2026-07-20T09:00")
    await copy_store(old, new)
    for at in ("2026-07-20T09:10", "2026-07-20T14:00", "2026-07-21T09:00", "2026-07-21T09:30"):
        await post(new, server, folder, clock, at)
    assert [at.day for _, at in posts_in(server, channel)] == [20, 21]


@pytest.mark.parametrize("started", ["2026-07-20T09:05", "2026-07-20T12:00"])
async def test_what_a_bot_posted_from_the_old_store_after_the_copy_is_not_posted_again(
    started: str, server: DiscordServer, folder: IndexFolder, clock: HandClock, postgresql: PostgreSQL, tmp_path: Path
) -> None:
    old, new = EMPTY.in_folder(tmp_path), postgresql.new_database()
    clock.set("2026-07-20T08:55")
    async with opened(old) as store:
        channel = await subscribed(server, store, clock)
    await copy_store(old, new)
    await post(old, server, folder, clock, "2026-07-20T09:00")
    assert len(posts_in(server, channel)) == 1
    await post(new, server, folder, clock, started)
    await post(new, server, folder, clock, "2026-07-21T09:00")
    assert [at.day for _, at in posts_in(server, channel)] == [20, 21]
