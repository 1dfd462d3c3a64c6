"""What a user sees come back after doing something."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from .clock import Timing
from .errors import ApiError, Json, NotOfferedError
from .interactions import Callback, Interaction
from .messages import Message


class Reply:
    """A handle on an interaction's answer; it always shows the current state."""

    def __init__(self, interaction: Interaction, timing: Timing) -> None:
        self.interaction = interaction
        self._timing = timing
        self.error: str | None = None  # what kept the answer from coming

    def __repr__(self) -> str:
        return f"<Reply error={self.error!r} messages={len(self.messages)} text={self.text!r}>"

    @property
    def acknowledged_after_s(self) -> float | None:
        return self.interaction.acknowledged_after_s

    @property
    def deferred(self) -> bool:
        return self.interaction.callback in {Callback.DEFERRED_MESSAGE, Callback.DEFERRED_UPDATE}

    @property
    def ephemeral(self) -> bool:
        """Whether only this user sees the answer: its messages or, before there are any, the deferral."""
        messages = self.messages
        return all(each.ephemeral for each in messages) if messages else self.interaction.deferred_ephemeral

    @property
    def original(self) -> Message | None:
        """The first answer; for a component that updated its message, that message."""
        return self.interaction.original

    @property
    def followups(self) -> list[Message]:
        return [message for message in self.interaction.followups if not message.deleted]

    @property
    def messages(self) -> list[Message]:
        """The messages that answer, the original first, without deleted ones and those that still load."""
        original = self.interaction.original
        own = original is not None and (original is not self.interaction.source or self.interaction.updated)
        found = [original, *self.interaction.followups] if own else self.interaction.followups
        return [message for message in found if message is not None and not message.deleted and not message.loading]

    @property
    def message(self) -> Message:
        """The one message that answers."""
        if len(self.messages) != 1:
            text = f"expected one message, got {len(self.messages)} (error: {self.error}, refused: {self.refusals})"
            raise AssertionError(text)
        return self.messages[0]

    @property
    def text(self) -> str:
        """All that is visible of all messages."""
        return "\n".join(message.text for message in self.messages)

    @property
    def components(self) -> list[Json]:
        """The components of all messages, flattened."""
        return [component for message in self.messages for component in message.flat_components]

    @property
    def buttons(self) -> list[Json]:
        return [component for message in self.messages for component in message.buttons]

    @property
    def selects(self) -> list[Json]:
        return [component for message in self.messages for component in message.selects]

    @property
    def modal(self) -> Json | None:
        return self.interaction.modal

    @property
    def refusals(self) -> list[ApiError]:
        """What the bot's answers were refused with."""
        return self.interaction.refusals

    def is_answered(self) -> bool:
        interaction = self.interaction
        if interaction.callback in {Callback.CHOICES, Callback.MODAL, Callback.UPDATE}:
            return True
        return bool(self.messages)

    async def wait(self, until: Callable[[Reply], object] | None = None, timeout_s: float | None = None) -> Reply:
        """Wait for the answer, or until `until(reply)` is true; what did not come in time is in `error`."""
        condition = until or Reply.is_answered
        look_every_s = 0.02 if until else math.inf  # what answers is announced
        interaction, changes = self.interaction, self.interaction.changes
        left = interaction.started + self._timing.acknowledge_s - time.monotonic()
        await changes.until(lambda: interaction.callback is not None, max(0.0, left), math.inf)
        if self.interaction.callback is None:
            self.error = f"The application did not respond within {self._timing.acknowledge_s:g} s{self._why()}"
            return self
        patience_s = self._timing.patience_s if timeout_s is None else timeout_s
        if await changes.until(lambda: condition(self), patience_s, look_every_s):
            self.error = None
        else:
            self.error = f"acknowledged, but the answer did not come within {patience_s:g} s{self._why()}"
        return self

    def _why(self) -> str:
        return f": {'; '.join(map(str, self.refusals))}" if self.refusals else ""


def holder(message: Message | Reply, fits: Callable[[Json], bool], what: str) -> tuple[Message, Json]:
    """The message and the component in it that a user means."""
    messages = [message] if isinstance(message, Message) else list(reversed(message.messages))
    for each in messages:
        if each.deleted:
            continue
        for component in each.flat_components:
            if fits(component):
                return each, component
    seen = [
        component.get("label") or component.get("custom_id")
        for each in messages
        for component in each.flat_components
        if component.get("custom_id") or component.get("url")
    ]
    message_text = f"there is no {what} to use, only {seen}"
    raise NotOfferedError(message_text)
