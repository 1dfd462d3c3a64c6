from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.server_settings import USUAL, ServerSettings
from bot.store import Store
from bot.store.server_settings import KEPT_AFTER_LEAVING_S, _body, _settings
from bot.store.shares import SHARES_KEPT_S

settings = st.builds(
    ServerSettings,
    st.none() | st.booleans(),
    st.lists(st.integers(1, 2**63 - 1), max_size=25).map(tuple),
    st.sampled_from(["", "de", "pt-BR"]),
    st.booleans(),
    st.booleans(),
)


@pytest.fixture
async def stores(empty_store_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Those of two processes."""
    one, other = await Store.open(empty_store_url, patience=60), await Store.open(empty_store_url, patience=60)
    yield one, other
    await one.close()
    await other.close()


@given(settings)
def test_what_is_written_reads_back(value: ServerSettings) -> None:
    assert _settings(_body(value)) == value


def test_what_only_another_version_knows_is_passed_over() -> None:
    assert _settings('{"private": true, "colour": "red"}') == ServerSettings(private=True)


@given(settings, st.lists(st.integers(1, 9), min_size=1, max_size=2), st.booleans())
def test_an_answer_is_private_by_its_server_or_its_command(
    value: ServerSettings, channels: list[int], usually: bool
) -> None:
    assert value.for_all(private=True).is_private(channels, usually)
    assert not value.for_all(private=False).is_private(channels, usually)
    assert USUAL.is_private(channels, usually) is usually
    public = value.public_in(channels[:1])
    assert not public.is_private(channels, usually)
    assert public.is_private([10], usually)


async def test_two_processes_change_different_things_at_once_and_both_count(stores: tuple[Store, Store]) -> None:
    one, other = stores
    await asyncio.gather(
        one.settings.change(7, lambda now: now.for_all(private=True)),
        other.settings.change(7, lambda now: ServerSettings(now.private, now.public_channels, "de", feedback=True)),
        one.settings.change(8, lambda now: now.for_all(private=False)),
    )
    assert await other.settings.read(7) == ServerSettings(private=True, language="de", feedback=True)
    assert await other.settings.read(8) == ServerSettings(private=False)
    assert await one.settings.read(9) == USUAL


async def test_changes_of_settings_that_are_there_are_made_one_after_another(stores: tuple[Store, Store]) -> None:
    await stores[0].settings.change(7, lambda now: replace(now, feedback=True))

    def added(channel: int) -> Callable[[ServerSettings], ServerSettings]:
        return lambda now: replace(now, public_channels=(*now.public_channels, channel))

    await asyncio.gather(*(stores[number % 2].settings.change(7, added(number)) for number in range(8)))
    assert sorted((await stores[1].settings.read(7)).public_channels) == list(range(8))


async def test_many_who_ask_at_once_read_it_once(stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch) -> None:
    store, reads = stores[0].settings, 0
    read = store.read

    async def counted(guild: int) -> ServerSettings:
        nonlocal reads
        reads += 1
        return await read(guild)

    monkeypatch.setattr(store, "read", counted)
    assert set(await asyncio.gather(*(store.of(7) for _ in range(50)))) == {USUAL}
    await store.of(7)
    assert reads == 1


async def test_settings_of_a_server_that_was_left_are_forgotten_unless_it_comes_back(
    stores: tuple[Store, Store],
) -> None:
    one, other = stores
    for guild in (7, 8, 9):
        await one.settings.change(guild, lambda now: now.for_all(private=True))
    for guild in (7, 8):
        await one.settings.leave(guild, 100.0)
    await one.settings.come_back([8, 9])
    await one.settings.forget(100.0 + KEPT_AFTER_LEAVING_S - 1)
    assert (await other.settings.read(7)).private
    await one.settings.forget(100.0 + KEPT_AFTER_LEAVING_S)
    assert [(await other.settings.read(guild)).private for guild in (7, 8, 9)] == [None, True, True]


async def test_a_press_is_followed_by_one_process_once(stores: tuple[Store, Store]) -> None:
    press = "1" * 20 + ":" + "dl:x:" + "z" * 95
    claims = await asyncio.gather(*(store.shares.claim(press, 5.0) for store in stores for _ in range(5)))
    assert sorted(claims) == [False] * 9 + [True]
    for store in stores:
        await store.shares.release(press)
    assert await stores[1].shares.claim(press, 5.0)
    await stores[0].shares.forget(5.0 + SHARES_KEPT_S - 1)
    assert not await stores[0].shares.claim(press, 6.0)
