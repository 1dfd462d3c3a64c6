"""The only module that answers interactions: it acknowledges at once, has pages made in turn, and reports errors.

What Discord has given up is left wherever it is (`bot/given_up`)."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import discord
from discord import Interaction, InteractionType
from discord.app_commands import Choice, CommandNotFound, CommandSignatureMismatch

from bot import current, error_words, language, metrics, settings_words
from bot.cards.discord_face import PICTURE, layout, without_button
from bot.cards.page import AnswerPage
from bot.config import LimitSettings
from bot.fairness import Cooldown, TooManyError, Turns
from bot.given_up import (
    ACKNOWLEDGED_WITHIN_S,
    ANSWERED_WITHIN_S,
    UNACKNOWLEDGED,
    UNANSWERED,
    UNSUGGESTED,
    Deadline,
    Dropped,
    GivenUpError,
    working_until,
)
from bot.markup import MAX_CONTENT, escape, escape_within, plain
from bot.outages import describe
from bot.pictures import Following, Pictures
from bot.retries import PASSING, impatiently, repeated
from bot.store.errors import StoreAwayError
from embeddings.errors import InputError

log = logging.getLogger(__name__)

Show = Callable[[], Awaitable[AnswerPage]]
Suggest = Callable[[], Awaitable[list[Choice[str]]]]

_ALREADY_ACKNOWLEDGED = 40060
_UNKNOWN_INTERACTION = 10062  # it was not acknowledged in time
_UNKNOWN_MESSAGE = 10008
# Refusals besides those of status 403 and 404: an invalid webhook token, an archived thread, a locked one.
_REFUSALS = {50027, 50083, 160005}
_ACKNOWLEDGEMENTS = 4  # tries at most, in the three seconds that Discord waits
_ACKNOWLEDGE_AGAIN_S = 0.7
_DELETING_S = _FILLING_S = 5.0  # for each way to take the "thinking…" away, before the sentence comes without
_LONGEST_NAME = 100  # characters in the log or a sentence
_DEFERRED = "deferred"  # under this name in interaction.extras: how it was acknowledged
_OTHER_VERSION = ((CommandNotFound, "other_version"), (CommandSignatureMismatch, "other_version"))
_PUBLIC, _PRIVATE, _UPDATE = "public", "private", "update"
_ARRIVED = "arrived"  # when it came, by the desk's clock


class Desk:
    """Answers interactions; users who ask too often are told to wait, and what Discord has given up is left.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, limits: LimitSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._cooldown = Cooldown(limits.user_commands, limits.user_seconds, clock)
        self._turns = Turns(limits.at_once, limits.waiting_per_server)
        self.pictures = Pictures()
        self._following = Following(self.pictures)
        self._under_way: set[asyncio.Task[Any]] = set()
        self._latest_keystroke: dict[int, object] = {}
        self._dropped = Dropped()

    # --- how long Discord waits ---

    def arrived(self, interaction: Interaction[Any]) -> None:
        """Note when an interaction came; called before anything is done for it."""
        interaction.extras[_ARRIVED] = self._clock()

    def takes(self, interaction: Interaction[Any]) -> bool:
        """Whether Discord still takes an answer; if not, the interaction is counted, and must be left."""
        try:
            self._deadline(interaction).check()
        except GivenUpError as error:
            self._dropped.add(str(error))
            return False
        return True

    def _deadline(self, interaction: Interaction[Any]) -> Deadline:
        """Until when Discord takes the next answer: an acknowledgement, or what follows one."""
        came = interaction.extras.setdefault(_ARRIVED, self._clock())
        if interaction.type is InteractionType.autocomplete:
            return Deadline(came + ACKNOWLEDGED_WITHIN_S, UNSUGGESTED, self._clock)
        if _DEFERRED in interaction.extras or interaction.response.is_done():
            return Deadline(came + ANSWERED_WITHIN_S, UNANSWERED, self._clock)
        return Deadline(came + ACKNOWLEDGED_WITHIN_S, UNACKNOWLEDGED, self._clock)

    # --- answering ---

    async def respond(self, interaction: Interaction[Any], show: Show, *, private: bool = False) -> None:
        """Answer a command with a page; a user who gives too many commands is refused first, and privately.

        Args:
            private: show the answer only to the user who gave the command.
        """
        await self._answer(interaction, show, _PRIVATE if private else _PUBLIC)

    async def turn(self, interaction: Interaction[Any], show: Show, asker: int) -> None:
        """Answer a button or select: if the asker uses it the message changes, anybody else gets a private copy."""
        try:
            await self._answer(interaction, show, _UPDATE if interaction.user.id == asker else _PRIVATE)
        except Exception as error:  # noqa: BLE001  # discord.py would only log it
            await self.fail(interaction, error)

    async def share(self, interaction: Interaction[Any], show: Show, custom_id: str) -> None:
        """Answer a button of a private message with a page for everybody; the button is then out of use.

        Raises:
            InputError: if Discord does not let the page be shown there.
        """
        with self._unless_given_up():
            # No deferral waits, so that the follow-up is seen by everybody.
            page = await self._made(interaction, show, _UPDATE)
            try:
                png = None if page.picture is None else await self.pictures.soon(page.picture.chart)
                await interaction.followup.send(
                    view=layout(page, interaction.user.id, drawn=png is not None),
                    files=_files(png),
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            except discord.HTTPException as refused:
                if not _is_refusal(refused):
                    raise
                raise InputError(settings_words.NOT_LET_SHARE) from refused
            if (message := interaction.message) is not None:
                view = without_button(message, custom_id, str(settings_words.SHARED))
                with suppress(discord.HTTPException):  # it is shared all the same
                    await repeated(lambda: interaction.edit_original_response(view=view))

    async def open_form(self, interaction: Interaction[Any], form: discord.ui.Modal) -> None:
        """Answer a button with a form."""
        await _respond(lambda: interaction.response.send_modal(form))

    async def _answer(self, interaction: Interaction[Any], show: Show, how: str) -> None:
        with self._unless_given_up():
            page = await self._made(interaction, show, how)
            if how == _UPDATE and interaction.message is not None:
                await self._following.stop(interaction.message.id)
            await self._present(interaction, page)
            metrics.ANSWERED.observe(current.age_s(), current.kind())

    async def _made(self, interaction: Interaction[Any], show: Show, how: str) -> AnswerPage:
        """Acknowledge an interaction, and have its page made when it is its turn. GivenUpError where it is in vain."""
        self._deadline(interaction).check()
        self._cooldown.spend(interaction.user.id)
        await _acknowledge(interaction, how)
        async with self._turns.turn(interaction.guild_id or interaction.user.id):
            with working_until(self._deadline(interaction)):
                return await show()

    @contextmanager
    def _unless_given_up(self) -> Iterator[None]:
        """A context that ends where Discord has given the interaction up."""
        try:
            yield
        except GivenUpError as error:
            self._dropped.add(str(error))

    async def _present(self, interaction: Interaction[Any], page: AnswerPage) -> None:
        """Show a page, with its picture if that is there at once; else the picture follows."""
        picture = page.picture
        png = None if picture is None else await self.pictures.soon(picture.chart)
        message = await _show(interaction, page, png)
        if message is not None and picture is not None and png is None:

            async def send(later: bytes) -> None:
                await _edit(interaction, page, later)

            self._following.follow(message, picture.chart, send)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """A context around all that is done for an interaction, from where it comes in: `finish` waits for its task."""
        entered = {task} if (task := asyncio.current_task()) is not None else set()
        entered -= self._under_way  # the outermost of several counts
        self._under_way |= entered
        try:
            yield
        finally:
            self._under_way -= entered

    async def finish(self, within_s: float) -> None:
        """Wait at most `within_s` seconds for answers that have begun; the others are then cancelled."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within_s)
        for task in (late := list(self._under_way)):
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self._dropped.tell()
        await self._following.close()

    async def suggest(self, interaction: Interaction[Any], suggest: Suggest) -> list[Choice[str]]:
        """Answer an autocomplete request; without suggestions if the same user has typed on meanwhile.

        Raises:
            CancelledError: if Discord has given the request up. discord.py would answer it, and log the refusal.
        """
        keystroke = self._latest_keystroke[interaction.user.id] = object()
        try:
            await asyncio.sleep(0)  # those that came in together: only the last of them is worth an answer
            if self._latest_keystroke.get(interaction.user.id) is not keystroke:
                return []
            with working_until(self._deadline(interaction)):
                found = await suggest()
            metrics.ANSWERED.observe(current.age_s(), current.kind())
            return found
        except StoreAwayError:
            return []
        except GivenUpError as error:
            self._dropped.add(str(error))
            raise asyncio.CancelledError from error
        except Exception:  # no suggestion is better than an error while somebody types
            log.exception("suggesting failed")
            return []
        finally:
            if self._latest_keystroke.get(interaction.user.id) is keystroke:
                del self._latest_keystroke[interaction.user.id]

    # --- errors ---

    async def fail(self, interaction: Interaction[Any], error: Exception) -> None:
        """Say privately what went wrong: a helpful sentence, or an apology with the log's reference."""
        metrics.ERRORS.add(_kind(error))
        if isinstance(error, InputError | TooManyError):
            sentence = escape_within(error_words.of_error(error), MAX_CONTENT)
        elif isinstance(error, StoreAwayError):  # which the log has once, from when it went
            sentence = str(error_words.STORE_AWAY)
        elif isinstance(error, CommandNotFound | CommandSignatureMismatch):
            log.warning("a command of another version came: %s", error)
            sentence = escape(error_words.command_of_another_version(_name(interaction)))
        else:
            reference = current.reference()
            log.error("error %s in %s", reference, _name(interaction), exc_info=error)
            sentence = error_words.apology(reference)
        if not self.takes(interaction):
            return
        with self.counted():  # discord.py tells of a command's error when that is done
            try:
                await _say_privately(interaction, sentence)
            except (discord.HTTPException, discord.RateLimited, *PASSING) as lost:
                log.warning("the error message could not be sent to the user: %s", describe(lost))


async def _acknowledge(interaction: Interaction[Any], how: str) -> None:
    """Tell Discord that an answer will come, before it gives the interaction up after three seconds."""

    async def defer() -> None:
        if how == _UPDATE:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=how == _PRIVATE, thinking=True)

    try:
        await _respond(defer)
    except discord.HTTPException as error:
        if error.code == _UNKNOWN_INTERACTION:
            raise GivenUpError(UNACKNOWLEDGED) from error
        raise
    interaction.extras[_DEFERRED] = how


async def _edit(interaction: Interaction[Any], page: AnswerPage, png: bytes | None) -> int:
    """Fill the acknowledged answer in; returns the message's id."""
    view = layout(page, interaction.user.id, drawn=png is not None)

    async def edit() -> int:
        # Of a message that is turned, what it showed before goes.
        files = _files(png) if png is not None or interaction.message is not None else discord.utils.MISSING
        return (await interaction.edit_original_response(view=view, attachments=files)).id

    return await repeated(edit)


def _files(png: bytes | None) -> list[discord.File]:
    """The file of a picture; made anew for each request, which reads it to its end."""
    return [] if png is None else [discord.File(io.BytesIO(png), PICTURE)]


async def _show(interaction: Interaction[Any], page: AnswerPage, png: bytes | None) -> int | None:
    """Show a page as the acknowledged answer; if Discord refuses that, show the user a private copy.

    Args:
        png: its picture, if that is there.
    Returns:
        The id of the answer's message; None where only a copy is shown.
    """
    try:
        return await _edit(interaction, page, png)
    except discord.HTTPException as refused:
        if not _is_refusal(refused):
            raise
        with _as_shown(interaction):
            note = str(error_words.DELETED_MEANWHILE if refused.code == _UNKNOWN_MESSAGE else error_words.NOT_LET_SHOW)
        copy = dataclasses.replace(page, blocks=(f"-# {note}", *page.blocks))
        view = layout(copy if copy.cost <= 1 else page, interaction.user.id)  # the page without it fits always
        try:
            await interaction.followup.send(view=view, ephemeral=True)
        except discord.HTTPException as lost:
            if not _is_refusal(lost):
                raise
            log.warning("an answer could be shown nowhere: %s, and then %s", refused, lost)
    return None


def _as_shown(interaction: Interaction[Any]) -> AbstractContextManager[None]:
    """A context whose texts stand in or for an answer, which may be in another language than its user's."""
    return language.speaking(interaction.extras.get(current.SHOWN_IN, language.spoken()))


def _is_refusal(error: discord.HTTPException) -> bool:
    """Whether Discord refuses the message for good, so that sending it again to the same place cannot help."""
    return isinstance(error, discord.NotFound | discord.Forbidden) or error.code in _REFUSALS


async def _say_privately(interaction: Interaction[Any], sentence: str) -> None:
    if interaction.type is InteractionType.autocomplete:  # which takes no sentence
        await interaction.response.autocomplete([])
        return
    how = interaction.extras.get(_DEFERRED)
    if how is None and not interaction.response.is_done():
        await _respond(lambda: interaction.response.send_message(sentence, ephemeral=True))
        return
    if how == _PRIVATE:
        try:
            await repeated(lambda: interaction.edit_original_response(content=sentence))
        except discord.HTTPException:  # the private "thinking…" is not there, say: a message of its own
            log.debug("a private deferral could not be filled in", exc_info=True)
        else:
            return
    elif how != _UPDATE:
        await _clear_away(interaction)
    await interaction.followup.send(sentence, ephemeral=True)


async def _respond(first: Callable[[], Awaitable[object]]) -> None:
    """Send the first answer to an interaction, in the three seconds that Discord waits."""

    async def attempt() -> None:
        try:
            await first()
        except discord.HTTPException as error:
            if error.code != _ALREADY_ACKNOWLEDGED:  # an earlier try got through, though its answer was lost
                raise

    await impatiently(attempt, _ACKNOWLEDGEMENTS, _ACKNOWLEDGE_AGAIN_S)
    metrics.ACKNOWLEDGED.observe(current.age_s(), current.kind())


async def _clear_away(interaction: Interaction[Any]) -> None:
    """Delete the public "thinking…", or at least replace it by a sentence.

    As long as it is there, Discord shows the first follow-up in its place, to everybody. If it can be neither deleted
    nor replaced in good time, such a public follow-up is better than no answer.
    """

    async def fill_in() -> None:
        with _as_shown(interaction):
            await interaction.edit_original_response(content=str(error_words.TOLD_PRIVATELY))

    for attempt, seconds in ((interaction.delete_original_response, _DELETING_S), (fill_in, _FILLING_S)):
        try:
            async with asyncio.timeout(seconds):
                await repeated(attempt)
        except (discord.HTTPException, discord.RateLimited, *PASSING) as error:
            if isinstance(error, discord.NotFound) and error.code == _UNKNOWN_MESSAGE:
                return  # somebody else did it
            log.debug("a public deferral could not be taken away", exc_info=True)
        else:
            return


def _kind(error: Exception) -> str:
    """What went wrong, for the metrics."""
    kinds = ((TooManyError, "too_many"), (InputError, "input"), (StoreAwayError, "store_away"))
    found = (name for of, name in (*kinds, *_OTHER_VERSION) if isinstance(error, of))
    return next(found, "unexpected")


def _name(interaction: Interaction[Any]) -> str:
    """The interaction, for the log: a command's name or a custom_id, never a user's text."""
    data: dict[str, Any] = dict(interaction.data or {})
    return plain(str(data.get("name") or data.get("custom_id")), _LONGEST_NAME)
