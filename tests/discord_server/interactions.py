"""An interaction from its gateway event to its last follow-up, and what Discord allows to answer it with."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import IntEnum

from .clock import Changes, Timing
from .errors import (
    ApiError,
    FormErrors,
    Json,
    already_acknowledged,
    invalid_webhook_token,
    unknown_interaction,
    unknown_message,
    unknown_webhook,
)
from .limits import EPHEMERAL, check_choices, check_modal
from .messages import Message, MessageStore, Upload
from .world import Channel, Guild, User

MOST_FOLLOWUPS_AS_GUEST = 5  # of a user-installed app where the bot is no member


class Kind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Callback(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


ALLOWED = {
    Kind.COMMAND: {Callback.MESSAGE, Callback.DEFERRED_MESSAGE, Callback.MODAL},
    Kind.COMPONENT: set(Callback) - {Callback.CHOICES},
    Kind.AUTOCOMPLETE: {Callback.CHOICES},
    Kind.MODAL: set(Callback) - {Callback.CHOICES, Callback.MODAL},
}


@dataclass(eq=False)
class Interaction:
    id: int
    token: str
    application_id: int
    kind: Kind
    user: User
    guild: Guild | None
    channel: Channel
    data: Json
    owners: Json  # who installed the app: {"0": guild id, "1": user id}
    bot_user: User
    source: Message | None = None  # whose button was pressed
    option_kind: int = 3  # of the option that is completed
    forced_ephemeral: bool = False
    started: float = field(default_factory=time.monotonic)
    acknowledged_after_s: float | None = None
    callback: Callback | None = None
    original: Message | None = None
    deferred_ephemeral: bool = False
    pending: bool = False  # a deferral waits for its message
    updated: bool = False  # the source message was changed
    followups: list[Message] = field(default_factory=list)
    followup_count: int = 0
    choices: list[Json] | None = None
    modal: Json | None = None
    refusals: list[ApiError] = field(default_factory=list)  # what the bot's answers were refused with
    changes: Changes = field(default_factory=Changes)  # its own, so that a thousand at once do not wake each other

    @property
    def as_guest(self) -> bool:
        return "0" not in self.owners

    def metadata(self) -> Json:
        metadata: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": self.user.payload(),
            "authorizing_integration_owners": self.owners,
        }
        if self.kind == Kind.COMMAND:
            metadata["name"] = self.data["name"]
            metadata["command_type"] = self.data["type"]
            if self.data["type"] == 3:
                metadata["target_message_id"] = self.data["target_id"]
        if self.kind == Kind.COMPONENT and self.source is not None:
            metadata["interacted_message_id"] = str(self.source.id)
        return metadata


class Interactions:
    """All interactions by token, and the answers that they get."""

    def __init__(self, messages: MessageStore, timing: Timing, changes: Changes) -> None:
        self._messages, self.timing, self._changes = messages, timing, changes
        self.by_token: dict[str, Interaction] = {}

    def respond(self, interaction_id: int, token: str, body: Json, uploads: list[Upload]) -> Interaction:
        """Take the first answer to an interaction.

        Raises:
            ApiError: 10062 if it is unknown or too late, 40060 if it was acknowledged, 50035 for a bad answer.
        """
        interaction = self.by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise unknown_interaction()
        if interaction.callback is not None:
            raise already_acknowledged()
        after_s = time.monotonic() - interaction.started
        if after_s > self.timing.acknowledge_s:
            raise unknown_interaction()
        callback = self._callback(interaction, body)
        self._take(interaction, callback, body.get("data") or {}, uploads)
        interaction.callback, interaction.acknowledged_after_s = callback, after_s
        self._announce(interaction)
        return interaction

    def refuse(self, token: str, error: ApiError) -> None:
        """Note that an answer to the interaction of this token was refused."""
        interaction = self.by_token.get(token)
        if interaction is not None:
            interaction.refusals.append(error)
            self._announce(interaction)

    def _announce(self, interaction: Interaction) -> None:
        interaction.changes.announce()
        self._changes.announce()

    def _callback(self, interaction: Interaction, body: Json) -> Callback:
        errors = FormErrors()
        allowed = {int(each) for each in ALLOWED[interaction.kind]}
        if interaction.source is None:
            allowed -= {Callback.UPDATE, Callback.DEFERRED_UPDATE}
        errors.choice(body.get("type"), ("type",), sorted(allowed))
        errors.raise_any()
        return Callback(body["type"])

    def _take(self, interaction: Interaction, callback: Callback, data: Json, uploads: list[Upload]) -> None:
        ephemeral = bool((data.get("flags") or 0) & EPHEMERAL) or interaction.forced_ephemeral
        if callback == Callback.CHOICES:
            interaction.choices = check_choices(data.get("choices"), interaction.option_kind)
        elif callback == Callback.MODAL:
            interaction.modal = check_modal(data)
        elif callback == Callback.MESSAGE:
            interaction.original = self._send(interaction, data, uploads, ephemeral)
        elif callback == Callback.DEFERRED_MESSAGE:
            interaction.original = self._messages.create(
                interaction.channel,
                interaction.bot_user,
                {},
                [],
                interaction=interaction,
                ephemeral=ephemeral,
                loading=True,
            )
            interaction.deferred_ephemeral, interaction.pending = ephemeral, True
        else:
            assert interaction.source is not None
            if callback == Callback.UPDATE:
                self._messages.edit(interaction.source, data, uploads)
                interaction.updated = True
            interaction.original = interaction.source

    def _send(self, interaction: Interaction, body: Json, uploads: list[Upload], ephemeral: bool) -> Message:
        return self._messages.create(
            interaction.channel, interaction.bot_user, body, uploads, interaction=interaction, ephemeral=ephemeral
        )

    def _open(self, application_id: int, token: str) -> Interaction:
        """The acknowledged interaction of a token that still lives."""
        interaction = self.by_token.get(token)
        if interaction is None or interaction.application_id != application_id:
            raise invalid_webhook_token()
        if time.monotonic() - interaction.started > self.timing.token_s:
            raise invalid_webhook_token()
        if interaction.callback is None or interaction.kind == Kind.AUTOCOMPLETE:
            raise unknown_webhook()
        return interaction

    def follow_up(self, application_id: int, token: str, body: Json, uploads: list[Upload]) -> Message:
        """Send a follow-up; the first after a deferral takes the deferral's place, and its visibility."""
        interaction = self._open(application_id, token)
        if interaction.as_guest and interaction.followup_count >= MOST_FOLLOWUPS_AS_GUEST:
            message = "This interaction has reached its maximum number of follow up messages"
            raise ApiError(400, 40094, message)
        original = interaction.original
        if interaction.pending and original is not None and not original.deleted:
            self._messages.edit(original, body, uploads)
            interaction.pending = False
            sent = original
        else:
            ephemeral = bool((body.get("flags") or 0) & EPHEMERAL) or interaction.forced_ephemeral
            sent = self._send(interaction, body, uploads, ephemeral)
            interaction.followups.append(sent)
        interaction.followup_count += 1
        self._announce(interaction)
        return sent

    def find(self, application_id: int, token: str, message_id: str) -> tuple[Interaction, Message]:
        """The message that `@original` or an id names."""
        interaction = self._open(application_id, token)
        candidates = [*interaction.followups]
        if interaction.original is not None:
            candidates.append(interaction.original)
            if message_id == "@original":
                candidates = [interaction.original]
                message_id = str(interaction.original.id)
        for message in candidates:
            if str(message.id) == message_id and not message.deleted:
                return interaction, message
        raise unknown_message()

    def edit(self, application_id: int, token: str, message_id: str, body: Json, uploads: list[Upload]) -> Message:
        interaction, message = self.find(application_id, token, message_id)
        self._messages.edit(message, body, uploads)
        if message is interaction.original:
            interaction.pending = False
            interaction.updated = interaction.updated or message is interaction.source
        self._announce(interaction)
        return message

    def delete(self, application_id: int, token: str, message_id: str) -> None:
        interaction, message = self.find(application_id, token, message_id)
        self._messages.delete(message)
        if message is interaction.original:
            interaction.pending = False
        self._announce(interaction)

    def callback_payload(self, interaction: Interaction, message: Json | None) -> Json:
        """The body of a callback asked for `with_response`."""
        assert interaction.callback is not None
        about: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
        answer: Json = {"interaction": about}
        if interaction.original is not None and message is not None:
            about["response_message_id"] = str(interaction.original.id)
            about["response_message_loading"] = interaction.pending
            about["response_message_ephemeral"] = interaction.original.ephemeral
            if interaction.callback in {Callback.MESSAGE, Callback.UPDATE}:
                answer["resource"] = {"type": int(interaction.callback), "message": message}
        return answer
