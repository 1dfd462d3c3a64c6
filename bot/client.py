"""The Discord client: the connection, commands kept in step, background jobs, a good end."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine

import aiohttp
import discord
import yarl
from aiohttp import WSCloseCode, WSMsgType
from discord import AllowedMentions, Intents, Interaction, app_commands
from discord.app_commands import AppCommandContext, AppInstallationType
from discord.gateway import DiscordWebSocket

from bot.cards.discord_face import layout
from bot.clocks import Clocks
from bot.commands import add_commands
from bot.commands.versions import check_options
from bot.config import Config, DailySettings
from bot.daily.claims import Claim, Terms
from bot.desk import Desk
from bot.engine import Engine
from bot.guide import Guide
from bot.host import Host, HostClient
from bot.posting.fence import trace
from bot.posting.poster import STORING_S, Composed, Poster
from bot.shards import BEAT_S, Gate, Roster
from bot.store import Store, StoreAwayError
from bot.updates import LOOK_S, Updates
from bot.views.state import NOBODY

log = logging.getLogger(__name__)

_LONGEST_RATE_LIMIT_S = 30.0  # that is waited for in place; the least that discord.py takes
_GOODBYE_S = 2.0  # that Discord has to answer when a session ends
_GLANCE_S = 0.02
_DAY_S = 24 * 60 * 60
_COME_BACK_S = 600.0
_LOOK_AGAIN_S = 5.0  # whether the clock can be believed, or a store that was away is back
_CLOSE_S = 1.0  # for the gateway and the sessions to say goodbye to a Discord that may not answer


class _Tree(app_commands.CommandTree[HostClient]):
    """Commands that work in servers, in direct messages and installed by a user alone."""

    def __init__(self, client: HostClient) -> None:
        super().__init__(
            client,
            allowed_contexts=AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=AppInstallationType(guild=True, user=True),
        )

    async def interaction_check(self, interaction: Interaction[HostClient], /) -> bool:
        """Refuse a command that came with options of another version of the program."""
        check_options(interaction)
        return True

    async def _call(self, interaction: Interaction[HostClient]) -> None:
        """Answer also what discord.py cannot read, such as a message in a form that is new; it would only log that."""
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # noqa: BLE001  # the desk logs it
            await interaction.client.host.desk.fail(interaction, error)

    async def on_error(self, interaction: Interaction[HostClient], error: app_commands.AppCommandError, /) -> None:
        """Hand every error of a command to the one place that answers."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await interaction.client.host.desk.fail(interaction, cause)


class DatelineClient(HostClient):
    """The bot on Discord.

    Args:
        engine: started; whoever made it closes it.
        store: open; likewise.
        clocks: daily posts go by them; those of the system where there are none.
    """

    def __init__(self, config: Config, engine: Engine, store: Store, clocks: Clocks | None = None) -> None:
        clocks = clocks or Clocks()
        super().__init__(
            intents=Intents(guilds=True),
            allowed_mentions=AllowedMentions.none(),
            shard_count=config.discord.shard_count,
            shard_ids=list(config.discord.shard_ids) or None,  # type: ignore[arg-type]  # None: all, as its docs say
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_LONGEST_RATE_LIMIT_S,
            http_trace=trace(),
        )
        self.host = Host(engine, Guide(engine, store), store.daily, Desk(config.limits), clocks.wall)
        self.tree = _Tree(self)
        self.poster = Poster(self, store.daily, self._compose, terms(config.daily), clocks)
        self._config = config
        self._store = store
        self._updates = Updates(config, clocks.wall)
        self._background: list[asyncio.Task[None]] = []
        self._ending = asyncio.Event()
        self._noting: set[asyncio.Task[None]] = set()
        self._gate: Gate | None = None
        self._roster: Roster | None = None

    # --- starting and ending ---

    async def setup_hook(self) -> None:
        """Make ready what must be there before the first event: called once, after the login."""
        # Asked here, where discord.py would only ask for what the config does not say.
        recommended, url, starts = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        self.shard_count = self.shard_count or recommended
        application, shards = self.application_id or 0, self.shard_ids or range(self.shard_count)
        self._gate = Gate(self._store.shards, application, starts["max_concurrency"])
        self._roster = Roster(self._store.shards, application, self.shard_count, shards)
        add_commands(self.tree)
        await self.host.guide.warm_up()
        await self._sync_commands()
        self._background += [
            asyncio.create_task(self._every(self._config.index.check_seconds, self._watch_index)),
            asyncio.create_task(self._every(_DAY_S, self._forget)),
            asyncio.create_task(self._every(_COME_BACK_S, self._come_back)),
            asyncio.create_task(self._every(LOOK_S, self._update_archive)),
            asyncio.create_task(self._every(BEAT_S, self._roster.beat)),
        ]
        self.poster.start()

    async def _sync_commands(self) -> None:
        """Tell Discord the commands where they are not those that it was told last."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
        name = f"commands of {self.application_id}"
        with contextlib.suppress(StoreAwayError):
            if await self._store.note(name) == digest:
                return
        await self.tree.sync()
        with contextlib.suppress(StoreAwayError):
            await self._store.set_note(name, digest)
        log.info("told Discord the %d commands", len(payload))

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard when it is its turn among those of all processes."""
        if self._gate is not None:
            await self._gate.reserve(shard_id)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a connected shard may identify; discord.py sends that as soon as this returns."""
        if self._gate is not None:
            await self._gate.pass_(shard_id or 0)

    async def close(self) -> None:
        """Close the connection; nothing uses the store afterwards."""
        self._ending.set()
        await self.poster.stop(0)
        if under_way := [*self._noting, *self._background]:
            await asyncio.wait(under_way, timeout=STORING_S)
        closing = asyncio.create_task(super().close())
        await asyncio.wait([closing], timeout=_CLOSE_S)
        if self._roster is not None:
            await self._roster.leave()
        if closing.done():
            closing.result()

    async def finish(self, within_s: float) -> None:
        """Wait at most `within_s` seconds for running work to finish, then close the connection.

        The client no longer uses the engine or the store afterwards, so that they can be closed.
        """
        self._ending.set()
        posted = asyncio.create_task(self.poster.stop(within_s))
        began = time.monotonic()
        await self._hang_up(min(within_s, _GOODBYE_S))
        await self.host.desk.finish(max(0.0, within_s - (time.monotonic() - began)))
        await asyncio.gather(posted, return_exceptions=True)
        await self.close()

    async def _hang_up(self, within_s: float) -> None:
        """End the sessions so that Discord delivers nothing more, and take what it sent before it knew.

        discord.py's own way of closing throws that away. Whoever calls this has ended `connect`, which would resume.
        """
        sockets = [self._get_websocket(shard_id=shard).socket for shard in self.shards]
        sockets = [socket for socket in sockets if not socket.closed]
        with contextlib.suppress(TimeoutError, aiohttp.ClientError, OSError):
            async with asyncio.timeout(within_s):
                for socket in sockets:
                    await socket.send_frame(WSCloseCode.OK.to_bytes(2, "big"), WSMsgType.CLOSE)
                while not all(socket.closed for socket in sockets):  # noqa: ASYNC110  # no event tells
                    await asyncio.sleep(_GLANCE_S)
        await asyncio.sleep(_GLANCE_S)  # handlers of what came last begin

    # --- background jobs ---

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work now and then until the bot ends; work that has begun is never broken off."""
        while not self._ending.is_set():
            wait_s = seconds
            try:
                await work()
            except StoreAwayError:  # of which the store tells
                wait_s = min(seconds, _LOOK_AGAIN_S)
            except Exception:  # a damaged disk, say, must not end it
                log.exception("background work failed; trying again in %.0f s", seconds)
            await self._ends_within(wait_s)

    async def _watch_index(self) -> None:
        """Answer from a new index as soon as one is published."""
        await self.host.engine.reload_if_replaced()

    async def _update_archive(self) -> None:
        """Fetch the archive's new days, where the config wants it, and answer from them."""
        if await self._updates.run_if_due(self._ending):
            await self.host.engine.reload_if_replaced()

    async def _come_back(self) -> None:
        """Go on with the daily posts of servers that have the bot, whatever kept the word of it from being stored."""
        if self.is_ready():
            await self.host.daily.come_back([guild.id for guild in self.guilds], self.host.clock())

    async def _ends_within(self, seconds: float) -> bool:
        """Wait so long, or until the bot ends."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)
        return self._ending.is_set()

    async def _forget(self) -> None:
        """Delete answers that nobody uses any more; not by a clock that may be wrong."""
        while not self.poster.wall_is_right:
            if await self._ends_within(_LOOK_AGAIN_S):
                return
        await self._come_back()  # first, for what belongs to servers that are still left is deleted
        if forgotten := await self._store.forget_unused(self.host.engine.today()):
            log.info("forgot %d answers that nobody had used for a year", forgotten)
        if forgotten := await self.host.daily.forget(self.host.clock()):
            log.info("forgot %d daily posts of servers that were left a month ago", forgotten)

    async def _compose(self, claim: Claim) -> Composed:
        """The post of a day."""
        page, events = await self.host.guide.daily(claim.subscription, claim.date)
        return Composed(layout(page, NOBODY), events)

    # --- events of the gateway ---

    async def on_interaction(self, interaction: Interaction[HostClient]) -> None:
        """Answer a press; commands are the tree's."""
        await self.host.press(interaction)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop the daily posts of a server that has removed the bot; after a month they are forgotten."""
        await self._note_down(self.host.daily.leave(guild.id, self.host.clock()))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Go on with the daily posts of a server that has taken the bot back."""
        await self._note_down(self.host.daily.come_back([guild.id], self.host.clock()))

    async def on_ready(self) -> None:
        """Go on with the daily posts of servers that took the bot back while it was away; each time does no harm."""
        await self._note_down(self.host.daily.come_back([guild.id for guild in self.guilds], self.host.clock()))

    async def _note_down(self, change: Coroutine[None, None, None]) -> None:
        """Change the store at the word of the gateway; `close` waits for it."""
        task = asyncio.create_task(change)
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)
        with contextlib.suppress(StoreAwayError):  # a server that was left refuses its next post, which says the same
            await task


def terms(settings: DailySettings) -> Terms:
    """The terms on which posts are claimed, from the config."""
    return Terms(grace_s=settings.grace_hours * 3_600, per_s=settings.requests_per_second)
