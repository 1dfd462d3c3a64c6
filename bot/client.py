"""The Discord client: commands kept in step, every interaction acknowledged at once, one home for errors."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import discord
import yarl
from discord import AllowedMentions, Intents, Interaction, app_commands
from discord.app_commands import AppCommandContext, AppInstallationType, Choice
from discord.gateway import DiscordWebSocket

from bot import words
from bot.cards.discord_face import layout
from bot.cards.pages import Page
from bot.cards.text import escape
from bot.config import DISCORDS_API, Config, DailySettings
from bot.engine import Engine
from bot.fairness import Cooldown, TooManyError, Turns
from bot.guide import Guide
from bot.posting.poster import Composed, Poster
from bot.retries import PASSING, impatiently, repeated
from bot.store import Store
from bot.store.daily import Claim, Terms
from bot.updates import LOOK_S, Updates
from bot.views.items import Go, OpenEvent
from bot.views.state import NOBODY, Target
from embeddings.errors import InputError

log = logging.getLogger(__name__)

Show = Callable[[], Awaitable[Page]]
Suggest = Callable[[], Awaitable[list[Choice[str]]]]

# Answers to commands need none; daily posts do.
PERMISSIONS = discord.Permissions(view_channel=True, send_messages=True, read_message_history=True)

_ALREADY_ACKNOWLEDGED = 40060
_UNKNOWN_INTERACTION = 10062  # it was not acknowledged in time
_ACKNOWLEDGEMENTS = 4  # tries at most, in the three seconds that Discord waits
_ACKNOWLEDGE_AGAIN_S = 0.7
_LONGEST_RATE_LIMIT_S = 30.0  # that is waited for in place; the least that discord.py takes
_DAY_S = 24 * 60 * 60
_DEFERRED = "deferred"  # under this name in interaction.extras: how it was acknowledged
_PUBLIC, _PRIVATE, _UPDATE = "public", "private", "update"


class TooLateError(Exception):
    """Discord has given the interaction up: whatever is sent now goes nowhere."""


def invite_link(application_id: int) -> str:
    """The address that adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))


class _Tree(app_commands.CommandTree["DatelineClient"]):
    """Commands that work in servers, in direct messages and installed by a user alone."""

    def __init__(self, client: DatelineClient) -> None:
        super().__init__(
            client,
            allowed_contexts=AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=AppInstallationType(guild=True, user=True),
        )

    async def on_error(self, interaction: Interaction[DatelineClient], error: app_commands.AppCommandError, /) -> None:
        """Hand every error of a command to the one place that answers."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await interaction.client.fail(interaction, cause)


class DatelineClient(discord.AutoShardedClient):
    """The bot on Discord.

    Args:
        engine: started; whoever made it closes it.
        store: open; likewise.
        clock: Unix time, which daily posts go by.
    """

    def __init__(self, config: Config, engine: Engine, store: Store, clock: Callable[[], float] = time.time) -> None:
        super().__init__(
            intents=Intents(guilds=True),
            allowed_mentions=AllowedMentions.none(),
            shard_count=config.discord.shard_count,
            shard_ids=list(config.discord.shard_ids) or None,  # type: ignore[arg-type]  # None: all, as its docs say
            max_messages=None,
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_LONGEST_RATE_LIMIT_S,
        )
        self.engine = engine
        self.guide = Guide(engine, store)
        self.tree = _Tree(self)
        self._config = config
        self._store = store
        self.clock = clock
        self.daily = store.daily
        self.poster = Poster(self, store.daily, self._compose, terms(config.daily), clock)
        self._updates = Updates(config, clock)
        self._cooldown = Cooldown(config.limits.user_commands, config.limits.user_seconds, time.monotonic)
        self._turns = Turns(config.limits.at_once, config.limits.waiting_per_server)
        self._under_way: set[asyncio.Task[Any]] = set()
        self._background: list[asyncio.Task[None]] = []
        self._ending = asyncio.Event()
        self._noting: set[asyncio.Task[None]] = set()
        self._latest_keystroke: dict[int, object] = {}

    # --- starting and stopping ---

    async def setup_hook(self) -> None:
        """Make ready what must be there before the first event: called once, after the login."""
        from bot.commands import add_commands  # its modules need this one

        if str(self._config.discord.api_url) != DISCORDS_API:
            # The first connection asks for the gateway's address only where the number of shards is not given.
            _, url, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
        self.add_dynamic_items(Go, OpenEvent)
        add_commands(self)
        await self._sync_commands()
        self._background += [
            asyncio.create_task(self._every(self._config.index.check_seconds, self._watch_index)),
            asyncio.create_task(self._every(_DAY_S, self._forget)),
            asyncio.create_task(self._every(LOOK_S, self._update_archive)),
        ]
        self.poster.start()

    async def _sync_commands(self) -> None:
        """Tell Discord the commands where they are not those that it was told last."""
        payload = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
        name = f"commands of {self.application_id}"
        if await self._store.note(name) == digest:
            return
        await self.tree.sync()
        await self._store.set_note(name, digest)
        log.info("told Discord the %d commands", len(payload))

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do some work now and then until the bot ends; work that has begun is never broken off."""
        while not self._ending.is_set():
            try:
                await work()
            except Exception:  # a damaged disk or a store that is away must not end it
                log.exception("background work failed; it is tried again in %.0f s", seconds)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), seconds)

    async def _watch_index(self) -> None:
        """Answer from a new index as soon as one is published."""
        await self.engine.reload_if_replaced()

    async def _update_archive(self) -> None:
        """Fetch the archive's new days, where the config wants it, and answer from them."""
        if await self._updates.run_if_due(self._ending):
            await self.engine.reload_if_replaced()

    async def _forget(self) -> None:
        """Delete answers that nobody uses any more."""
        if forgotten := await self._store.forget_unused(self.engine.today()):
            log.info("forgot %d answers that nobody had used for a year", forgotten)
        if forgotten := await self.daily.forget(self.clock()):
            log.info("forgot %d daily posts of servers that were left a month ago", forgotten)

    async def _compose(self, claim: Claim) -> Composed:
        """The post of a day."""
        page, events = await self.guide.daily(claim.subscription, claim.date)
        return Composed(layout(page, NOBODY), events)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Stop the daily posts of a server that has removed the bot; after a month they are forgotten."""
        await self._note_down(self.daily.leave(guild.id, self.clock()))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Go on with the daily posts of a server that has taken the bot back."""
        await self._note_down(self.daily.come_back([guild.id], self.clock()))

    async def on_ready(self) -> None:
        """Go on with the daily posts of servers that took the bot back while it was away; each time does no harm."""
        await self._note_down(self.daily.come_back([guild.id for guild in self.guilds], self.clock()))

    async def _note_down(self, change: Coroutine[None, None, None]) -> None:
        """Change the store at the word of the gateway; `close` waits for it."""
        task = asyncio.create_task(change)
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)
        await task

    async def close(self) -> None:
        """Close the connection; nothing uses the store afterwards."""
        await self.poster.stop(0)
        if self._noting:
            await asyncio.wait(self._noting)
        await super().close()

    async def finish(self, within_s: float) -> None:
        """Let what has begun come to its end, for `within_s` seconds at most, and close the connection.

        Nothing of it uses the engine or the store afterwards, so that they can be closed.
        """
        self._ending.set()
        posted = asyncio.create_task(self.poster.stop(within_s))
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within_s)
        for task in (late := list(self._under_way)):
            task.cancel()
        await asyncio.gather(posted, *late, *self._background, return_exceptions=True)
        await self.close()

    # --- answering ---

    async def respond(self, interaction: Interaction[DatelineClient], show: Show, *, private: bool = False) -> None:
        """Answer a command with a page: what can be refused is refused first and privately.

        Args:
            private: show the answer to who asked alone.
        """
        await self._answer(interaction, show, _PRIVATE if private else _PUBLIC)

    async def go(self, interaction: Interaction[DatelineClient], target: Target) -> None:
        """Answer a press: who asked turns their message, anybody else gets a private copy."""

        async def show() -> Page:
            return await self.guide.page(target.place, interaction.locale.value)

        try:
            await self._answer(interaction, show, _UPDATE if interaction.user.id == target.asker else _PRIVATE)
        except Exception as error:  # noqa: BLE001  # discord.py would only log it
            await self.fail(interaction, error)

    async def _answer(self, interaction: Interaction[DatelineClient], show: Show, how: str) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
        try:
            self._cooldown.spend(interaction.user.id)
            await self._acknowledge(interaction, how)
            async with self._turns.turn(interaction.guild_id or interaction.user.id):
                page = await show()
            view = layout(page, interaction.user.id)
            await repeated(lambda: interaction.edit_original_response(view=view))
        except TooLateError:
            log.warning("an interaction of %s was acknowledged too late", interaction.guild_id)
        finally:
            if task is not None:
                self._under_way.discard(task)

    async def _acknowledge(self, interaction: Interaction[DatelineClient], how: str) -> None:
        """Tell Discord that an answer will come, before it gives the interaction up after three seconds."""

        async def defer() -> None:
            try:
                if how == _UPDATE:
                    await interaction.response.defer()
                else:
                    await interaction.response.defer(ephemeral=how == _PRIVATE, thinking=True)
            except discord.HTTPException as error:
                if error.code == _UNKNOWN_INTERACTION:
                    raise TooLateError from error
                if error.code != _ALREADY_ACKNOWLEDGED:  # an earlier try got through, though its answer was lost
                    raise

        await impatiently(defer, _ACKNOWLEDGEMENTS, _ACKNOWLEDGE_AGAIN_S)
        interaction.extras[_DEFERRED] = how

    async def suggest(self, interaction: Interaction[DatelineClient], suggest: Suggest) -> list[Choice[str]]:
        """Suggestions for a keystroke; none where the same user has typed on meanwhile."""
        keystroke = self._latest_keystroke[interaction.user.id] = object()
        try:
            await asyncio.sleep(0)  # those that came in together: only the last of them is worth an answer
            if self._latest_keystroke.get(interaction.user.id) is not keystroke:
                return []
            return await suggest()
        except Exception:  # no suggestion is better than an error while somebody types
            log.exception("suggesting failed")
            return []
        finally:
            if self._latest_keystroke.get(interaction.user.id) is keystroke:
                del self._latest_keystroke[interaction.user.id]

    # --- errors ---

    async def fail(self, interaction: Interaction[DatelineClient], error: Exception) -> None:
        """Tell who asked, privately, what went wrong: a helpful sentence, or an apology with the log's reference."""
        if isinstance(error, InputError | TooManyError):
            sentence = escape(_sentence(str(error)))
        else:
            reference = secrets.token_hex(4)
            log.error("error %s in %s", reference, _name(interaction), exc_info=error)
            sentence = words.apology(reference)
        try:
            await self._say_privately(interaction, sentence)
        except (discord.HTTPException, discord.RateLimited, *PASSING) as lost:
            log.warning("the user could not be told of it: %s", lost)

    async def _say_privately(self, interaction: Interaction[DatelineClient], sentence: str) -> None:
        how = interaction.extras.get(_DEFERRED)
        if how is None and not interaction.response.is_done():
            try:
                await interaction.response.send_message(sentence, ephemeral=True)
            except discord.HTTPException as error:
                if error.code != _ALREADY_ACKNOWLEDGED:
                    raise
            return
        if how != _UPDATE:
            await repeated(interaction.delete_original_response)  # the "thinking…" that everybody sees
        await interaction.followup.send(sentence, ephemeral=True)


def terms(settings: DailySettings) -> Terms:
    """How posts are claimed, as the config has it."""
    return Terms(grace_s=settings.grace_hours * 3_600, per_s=settings.requests_per_second)


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _name(interaction: Interaction[Any]) -> str:
    """What was asked, for the log: a command's name or a custom_id, never what somebody wrote."""
    data: dict[str, Any] = dict(interaction.data or {})
    return str(data.get("name") or data.get("custom_id"))
