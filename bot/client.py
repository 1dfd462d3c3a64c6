"""The Discord client: the connection, commands kept in step, background jobs, a good end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
import discord
import yarl
from aiohttp import WSCloseCode, WSMsgType
from discord import (
    AllowedMentions,
    Intents,
    Interaction,
    InteractionResponseType,
    InteractionType,
    MessageFlags,
)
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import current, error_words, language
from bot.cards.discord_face import layout
from bot.clocks import Clocks
from bot.command_tree import AnsweredTree
from bot.commands import zones
from bot.config import Config, DailySettings
from bot.daily.claims import Claim, Terms
from bot.desk import Desk
from bot.engine import Engine
from bot.gateway import GatewayState
from bot.guide import Guide
from bot.host import Host, HostClient
from bot.memory import GIVE_BACK_S, give_back
from bot.outages import LONGEST_RATE_LIMIT_S, TooManyStartsError, describe, is_expected, kind, next_wait_s
from bot.posting.channels import Post
from bot.posting.fence import trace
from bot.posting.poster import STORING_S, Composed, Poster
from bot.registration import register
from bot.repeats import Once
from bot.retries import impatiently
from bot.shards import BEAT_S, Gate, Roster
from bot.store import Store, StoreAwayError
from bot.updates import LOOK_S, Updates
from bot.views.state import NOBODY
from bot.waiting import set_within, unless
from embeddings.text import clean, counted

log = logging.getLogger(__name__)

_GOODBYE_S = 2.0  # that Discord has to answer when a session ends
_GLANCE_S = 0.02
_DAY_S = 24 * 60 * 60
_COME_BACK_S = 600.0
_LOOK_AGAIN_S = 5.0  # whether the clock can be believed, or a store that was away is back
_ANSWERED_BY_MESSAGE = frozenset(
    kind.value
    for kind in (InteractionType.application_command, InteractionType.component, InteractionType.modal_submit)
)
_MOST_LAUNCHES = 12  # of a shard, until the client begins anew
_MOST_DOUBLINGS = 6  # of the second that is waited at most before a lost connection is tried again: some minute
_APOLOGIES, _APOLOGISE_AGAIN_S = 3, 0.9  # tries, in the three seconds that Discord waits
_REGISTER_S = 5.0  # that connecting waits for the commands to be registered
_LONGEST_REGISTER_WAIT_S = 3_600.0
_ANSWERS_S = 5.0  # that answers which have begun may take where the connection ends by itself
_CLOSE_S = 1.0  # for the gateway and the sessions to say goodbye to a Discord that may not answer


class DatelineClient(HostClient):
    """The bot on Discord.

    Args:
        engine: started, or about to be by another task, for which connecting waits; the caller closes it.
        store: open; the caller closes it.
        clocks: the clocks that daily posts go by; None: those of the system.
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
            max_ratelimit_timeout=LONGEST_RATE_LIMIT_S,
            http_trace=trace(),
        )
        self.poster = Poster(self, store.daily, self._compose, terms(config.daily), clocks)
        guide, desk, trials = Guide(engine, store), Desk(config.limits), self.poster.trials
        self.poster.locale_of = guide.post_locale
        self.host = Host(
            engine, guide, store.daily, store.settings, store.shares, store.feedback, desk, clocks.wall, trials,
            config.discord.contact, config.discord.source,
        )  # fmt: skip
        self.tree = AnsweredTree(self)
        self._config = config
        self._store = store
        self._updates = Updates(config, clocks.wall)
        self._background: list[asyncio.Task[None]] = []
        self._ending = asyncio.Event()
        self._noting: set[asyncio.Task[None]] = set()
        self._gate: Gate | None = None
        self._roster: Roster | None = None
        self._launches: Counter[int] = Counter()
        self._once = Once()
        self._closing = False

    def _get_state(self, **options: Any) -> GatewayState:
        """discord.py's factory of its state."""
        self._state = GatewayState(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            unread=self._unread,
            **options,
        )
        return self._state

    # --- starting and ending ---

    async def setup_hook(self) -> None:
        """Prepare what the first event needs; discord.py calls this once, after the login and before it connects."""
        # Asked here, where discord.py would only ask for what the config does not say.
        recommended, url, starts = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        self.shard_count = self.shard_count or recommended
        application, shards = self.application_id or 0, self.shard_ids or range(self.shard_count)
        if starts.get("remaining", len(shards)) < len(shards):
            raise TooManyStartsError(starts.get("reset_after", 0) / 1_000)
        self._gate = Gate(self._store.shards, application, starts.get("max_concurrency", 1))
        self._roster = Roster(self._store.shards, application, self.shard_count, shards)
        registering = asyncio.create_task(self._register_commands())
        self._background.append(registering)
        loading = asyncio.gather(self.host.guide.load_names(), asyncio.to_thread(zones.warm_up))
        await self.host.engine.ready()
        try:
            await asyncio.gather(self.host.guide.warm_up(), loading)
        except Exception:  # what an answer needs it loads by itself, if later
            log.warning("not all could be loaded before the first answer", exc_info=True)
        self._background += [
            asyncio.create_task(self._every(self._config.index.check_seconds, self._watch_index)),
            asyncio.create_task(self._every(_DAY_S, self._forget)),
            asyncio.create_task(self._every(_COME_BACK_S, self._come_back)),
            asyncio.create_task(self._every(LOOK_S, self._update_archive)),
            asyncio.create_task(self._every(BEAT_S, self._roster.beat)),
            asyncio.create_task(self._every(GIVE_BACK_S, give_back)),
        ]
        self.poster.start()
        await asyncio.wait([registering], timeout=_REGISTER_S)

    async def _register_commands(self) -> None:
        """Have Discord hold the bot's commands, however long it refuses them."""
        once, failures = Once(), 0
        while not self._ending.is_set():
            try:
                if before := await unless(self._ending, register(self.tree)):
                    log.info("told Discord of the commands; what it had until now differed (%s)", before)
                return
            except Exception as error:  # whatever it is, the bot answers without it
                failures += 1
                wait_s = next_wait_s(error, failures, self.host.clock, _LONGEST_REGISTER_WAIT_S)
                if once(kind(error)):
                    log.warning(
                        "the commands could not be registered (%s); those that Discord has go on working, and the next "
                        "try is in %.0f s",
                        describe(error),
                        wait_s,
                        exc_info=None if is_expected(error) else error,
                    )
            await set_within(self._ending, wait_s)

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        """Connect a shard when it is its turn among those of all processes.

        After a failure discord.py waits five seconds and calls this again from inside itself, so that the calls nest.

        Raises:
            discord.ConnectionClosed: if Discord closed a connection with a final code before HELLO.
            discord.GatewayNotFound: after some failures; the caller of `connect` then waits longer, and begins anew.
        """
        if self._state.refusal is not None:
            raise self._state.refusal
        if self._launches[shard_id] >= _MOST_LAUNCHES:
            raise discord.GatewayNotFound
        self._launches[shard_id] += 1
        if self._gate is not None:
            await self._gate.reserve(shard_id)
        await super().launch_shard(gateway, shard_id, initial=initial)
        # discord.py would wait for up to 17 minutes between two tries, also when Discord has long been back.
        self.shards[shard_id]._parent._backoff._max = _MOST_DOUBLINGS

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait until a connected shard may identify; discord.py sends that as soon as this returns."""
        if self._gate is not None:
            await self._gate.pass_(shard_id or 0)

    async def close(self) -> None:
        """Close the connection; nothing uses the store afterwards."""
        self._ending.set()
        await self.poster.stop(0)
        self._closing = True
        if under_way := [*self._noting, *self._background]:
            await asyncio.wait(under_way, timeout=STORING_S)
        # discord.py closes the client, too, where it cannot go on: what users were promised is answered first.
        await self.host.desk.finish(_ANSWERS_S)
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
        """End the sessions so that Discord delivers nothing more, and handle what it sent before it knew.

        discord.py's own way of closing throws that away. Before calling this, `connect` must have ended: it would
        resume.
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
            await set_within(self._ending, wait_s)

    async def _watch_index(self) -> None:
        """Answer from a new index as soon as one is published."""
        if await self.host.engine.reload_if_replaced():
            await self.host.guide.find_examples()

    async def _update_archive(self) -> None:
        """Fetch the archive's new days, where the config wants it, and answer from them."""
        if await self._updates.run_if_due(self._ending):
            await self._watch_index()

    async def _come_back(self) -> None:
        """Go on with the daily posts of servers that have the bot back, if the store missed that."""
        if self.is_ready():
            guilds = {guild.id for guild in self.guilds}
            await self._welcome(list(guilds))
            await self.host.settings.leave_others(guilds, self._serves, self.host.clock())

    def _serves(self, guild: int) -> bool:
        """Whether a server is one of those whose gateway events reach this process."""
        return (guild >> 22) % (self.shard_count or 1) in self.shards

    async def _forget(self) -> None:
        """Delete answers that nobody uses any more, once the clock can be believed."""
        while not self.poster.wall_is_right:
            if await set_within(self._ending, _LOOK_AGAIN_S):
                return
        await self._come_back()  # first, for what belongs to servers that are still left is deleted
        if forgotten := await self._store.forget_unused(self.host.engine.today()):
            log.info("forgot %d answers that nobody had used for a year", forgotten)
        if forgotten := await self.host.daily.forget(self.host.clock()):
            log.info("forgot %d daily posts of servers that were left a month ago", forgotten)
        if forgotten := await self.host.feedback.forget(self.host.clock()):
            log.info("forgot feedback of three months ago, %d times", forgotten)
        await self.host.settings.forget(self.host.clock())
        await self.host.shares.forget(self.host.clock())

    async def _compose(self, claim: Claim) -> Composed:
        """The post of a day."""
        subscription, guide = claim.subscription, self.host.guide
        page, events = await guide.daily(subscription, claim.date)
        title = await guide.post_title(subscription, claim.date)
        return Composed(Post(layout(page, NOBODY), title), events)

    # --- events of the gateway ---

    async def on_interaction(self, interaction: Interaction[HostClient]) -> None:
        """Answer buttons, selects and unknown interactions. Commands are answered by discord.py's CommandTree."""
        with current.working_on(interaction), self.host.desk.counted():
            await self.host.press(interaction)

    def _unread(self, event: str, content: Any) -> None:
        """Answer an interaction that discord.py could not read, as far as it can be answered."""
        if event == "INTERACTION_CREATE":
            self._note(self._apologise(content))

    async def _apologise(self, content: Any) -> None:
        """Answer an interaction of which nothing but its kind, id and token is certain."""
        try:
            if content["type"] not in _ANSWERED_BY_MESSAGE:
                return
            path = "/interactions/{interaction_id}/{interaction_token}/callback"
            route = Route("POST", path, interaction_id=int(content["id"]), interaction_token=str(content["token"]))
            with language.speaking(str(content.get("locale"))):
                sentence = str(error_words.UNREADABLE)
            data = {"content": sentence, "flags": MessageFlags(ephemeral=True).value}
            answer = {"type": InteractionResponseType.channel_message.value, "data": data}
            await impatiently(lambda: self.http.request(route, json=answer), _APOLOGIES, _APOLOGISE_AGAIN_S)
        except Exception as error:  # noqa: BLE001  # the log has what matters
            if self._once(kind(error)):
                log.warning("the user whose interaction cannot be read could not be told (%s)", describe(error))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop the daily posts of a server that has removed the bot; after a month they are forgotten."""
        await self._note_down(self._leave(guild.id))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Go on with the daily posts of a server that has taken the bot back."""
        await self._note_down(self._welcome([guild.id]))

    async def on_ready(self) -> None:
        """Say that the bot answers, go on with what is stored for servers, and look for examples; may be repeated."""
        log.info("ready as %s, in %s: type /ask there", clean(str(self.user)), counted(len(self.guilds), "server"))
        await self._note_down(self._welcome([guild.id for guild in self.guilds]))
        if not self._ending.is_set():
            await self.host.guide.find_examples()

    async def _leave(self, guild: int) -> None:
        await self.host.daily.leave(guild, self.host.clock())
        await self.host.settings.leave(guild, self.host.clock())

    async def _welcome(self, guilds: list[int]) -> None:
        """Take up again what is stored for servers, if they were left."""
        await self.host.daily.come_back(guilds, self.host.clock())
        await self.host.settings.come_back(guilds)

    def _note(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Begin the work that a gateway event asks for; `close` waits for it."""
        task = asyncio.create_task(work)
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)
        return task

    async def _note_down(self, change: Coroutine[None, None, None]) -> None:
        """Change the store because of a gateway event."""
        if self._closing:  # the store may be closed before it is done; the next start finds out by itself
            change.close()
            return
        task = self._note(change)
        with contextlib.suppress(StoreAwayError):  # a server that was left refuses its next post, which says the same
            await task


def terms(settings: DailySettings) -> Terms:
    """The terms on which posts are claimed, from the config."""
    return Terms(grace_s=settings.grace_hours * 3_600, per_s=settings.requests_per_second)
