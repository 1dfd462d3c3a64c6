"""Messages as the server keeps them, with all their later edits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .clock import Changes, Snowflakes, snowflake_seconds
from .component_limits import SELECTS, Kind, flatten
from .errors import FormErrors, Json
from .limits import EPHEMERAL, LOADING, SILENT, SUPPRESS_EMBEDS, V2, Draft, check_draft
from .mentions import Pings, check_allowed_mentions, pings
from .world import Channel, User

if TYPE_CHECKING:
    from .interactions import Interaction


FORWARD = 1  # the type of a reference to a message that is forwarded


@dataclass(frozen=True)
class Upload:
    """A file of a multipart body."""

    field: str  # such as files[0]
    filename: str
    content: bytes


@dataclass(frozen=True)
class Attachment:
    id: int
    filename: str
    content: bytes
    description: str | None = None

    def payload(self, base: str, ephemeral: bool) -> Json:
        url = f"{base}/attachments/{self.id}/{self.filename}"
        return {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": url,
            "proxy_url": url,
            "description": self.description,
            "ephemeral": ephemeral,
            "flags": 0,
        }


@dataclass(eq=False)
class Message:
    """A message in its current state."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    attachments: list[Attachment] = field(default_factory=list)
    nonce: str | int | None = None
    interaction: Interaction | None = None  # that it answers
    allowed_mentions: Json | None = None
    edited: datetime | None = None
    edits: int = 0
    deleted: bool = False
    extra: Json = field(default_factory=dict)  # a reference to another message, a poll, ...
    snapshot: Message | None = None  # of the message that this one forwards, as it was then

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether this still says that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def v2(self) -> bool:
        return bool(self.flags & V2)

    @property
    def created(self) -> datetime:
        return datetime.fromtimestamp(snowflake_seconds(self.id), UTC)

    @property
    def flat_components(self) -> list[Json]:
        """Every component, nested ones after the one that they are in."""
        return flatten(self.components)

    @property
    def buttons(self) -> list[Json]:
        return [each for each in self.flat_components if each["type"] == Kind.BUTTON]

    @property
    def selects(self) -> list[Json]:
        return [each for each in self.flat_components if each["type"] in SELECTS]

    @property
    def text(self) -> str:
        """All that a reader sees of content, embeds and components, a piece a line."""
        return "\n".join(
            piece for piece in [self.content, *_embed_texts(self.embeds), *self._component_texts()] if piece
        )

    def _component_texts(self) -> list[str]:
        texts = []
        for each in self.flat_components:
            texts += [each.get("content"), each.get("label"), each.get("placeholder")]
            texts += [option.get(key) for option in each.get("options", []) for key in ("label", "description")]
        return [text for text in texts if text]

    @property
    def pings(self) -> Pings:
        """Whom the message notifies."""
        texts = [each["content"] for each in self.flat_components if each["type"] == Kind.TEXT]
        return pings([self.content, *texts], self.allowed_mentions)


def _embed_texts(embeds: list[Json]) -> list[str]:
    texts: list[Any] = []
    for embed in embeds:
        texts += [(embed.get("author") or {}).get("name"), embed.get("title"), embed.get("description")]
        texts += [each[key] for each in embed.get("fields") or [] for key in ("name", "value")]
        texts.append((embed.get("footer") or {}).get("text"))
    return [text for text in texts if text]


class MessageStore:
    """Every message ever sent. It checks, changes and tells `announce(kind, message)` what happened."""

    def __init__(self, new_id: Snowflakes, changes: Changes) -> None:
        self._new_id, self._changes = new_id, changes
        self.by_id: dict[int, Message] = {}
        self.in_channel: dict[int, list[Message]] = {}
        self.announce: Callable[[str, Message], None] = lambda kind, message: None

    def create(
        self,
        channel: Channel,
        author: User,
        body: Json,
        uploads: list[Upload],
        *,
        interaction: Interaction | None = None,
        ephemeral: bool = False,
        loading: bool = False,
    ) -> Message:
        """Check and keep a new message.

        Raises:
            ApiError: if it breaks a limit.
        """
        message = Message(self._new_id(), channel, author, interaction=interaction)
        message.flags = (EPHEMERAL if ephemeral else 0) | (LOADING if loading else 0)
        if not loading:
            self._change(message, body, uploads, new=True)
        message.nonce = body.get("nonce")
        message.extra = {key: body[key] for key in ("message_reference", "poll", "sticker_ids") if body.get(key)}
        if (forwarded := self._forwarded(body)) is not None:
            message.snapshot = copy.deepcopy(
                forwarded, {id(kept): kept for kept in (forwarded.channel, forwarded.author)}
            )
        self.by_id[message.id] = message
        self.in_channel.setdefault(channel.id, []).append(message)
        channel.last_message_id = message.id
        self._tell("MESSAGE_CREATE", message)
        return message

    def _forwarded(self, body: Json) -> Message | None:
        """The message that a new one forwards."""
        reference = body.get("message_reference") or {}
        return self.by_id[int(reference["message_id"])] if reference.get("type") == FORWARD else None

    def edit(self, message: Message, body: Json, uploads: list[Upload]) -> None:
        """Change a message; filling in a deferred one is no edit to a reader.

        Raises:
            ApiError: if it would break a limit; nothing has changed then.
        """
        filled_in = message.loading
        self._change(message, body, uploads, new=filled_in)
        if not filled_in:
            message.edited = datetime.now(UTC)
            message.edits += 1
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        self._tell("MESSAGE_DELETE", message)

    def posts(self, channel: Channel) -> list[Message]:
        """What everybody sees in a channel, oldest first."""
        messages = self.in_channel.get(channel.id, [])
        return [message for message in messages if not message.deleted and not message.ephemeral]

    def _tell(self, kind: str, message: Message) -> None:
        if not message.ephemeral:
            self.announce(kind, message)
        self._changes.announce()

    def _change(self, message: Message, body: Json, uploads: list[Upload], new: bool) -> None:
        errors = FormErrors()
        flags = _flags(message, body, new, errors)
        attachments = self._attachments(message, body, uploads, errors)
        check_allowed_mentions(body.get("allowed_mentions"), errors)
        draft = Draft(
            content=_given(body, "content", message.content, ""),
            embeds=_given(body, "embeds", message.embeds, []),
            components=_given(body, "components", message.components, []),
            flags=flags,
            files={each.filename for each in attachments},
            other=bool(body.get("poll") or body.get("sticker_ids") or message.extra.get("poll"))
            or self._forwarded(body) is not None,
        )
        check_draft(draft, errors)
        message.content = draft.content.strip()
        message.embeds = [{"type": "rich", **embed} for embed in _copied(draft.embeds)]
        message.components = _numbered(draft.components)
        message.flags = flags & ~LOADING
        message.attachments = attachments
        if "allowed_mentions" in body or new:
            message.allowed_mentions = body.get("allowed_mentions")

    def _attachments(self, message: Message, body: Json, uploads: list[Upload], errors: FormErrors) -> list[Attachment]:
        described = body.get("attachments")
        kept = message.attachments
        notes: dict[str, Json] = {}
        if described is not None:
            notes = {str(each.get("id")): each for each in described}
            kept = [each for each in kept if str(each.id) in notes]
        added = []
        for upload in uploads:
            note = notes.get(upload.field.removeprefix("files[").removesuffix("]"), {})
            name = note.get("filename") or upload.filename
            added.append(Attachment(self._new_id(), name, upload.content, note.get("description")))
        known = {str(each.id) for each in message.attachments} | {
            upload.field.removeprefix("files[").removesuffix("]") for upload in uploads
        }
        for number, note in enumerate(described or []):
            if str(note.get("id")) not in known:
                message_text = f"No file or attachment has the id {note.get('id')!r}."
                errors.add(("attachments", number), "ATTACHMENT_NOT_FOUND", message_text)
            if note.get("description") is not None:
                errors.text(note["description"], ("attachments", number, "description"), 1_024)
        errors.array([*kept, *added], ("attachments",), 10)
        return [*kept, *added]


def _given(body: Json, key: str, current: Any, empty: Any) -> Any:
    """A field as an edit leaves it: what the body says, where null empties it."""
    if key not in body:
        return current
    return empty if body[key] is None else body[key]


def _flags(message: Message, body: Json, new: bool, errors: FormErrors) -> int:
    asked: int | None = body.get("flags")
    if asked is None:
        return message.flags
    if message.v2 and not asked & V2:
        text = "The IS_COMPONENTS_V2 flag cannot be removed from a message"
        errors.add(("flags",), "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", text)
    settable = V2 | SUPPRESS_EMBEDS | (SILENT if new else 0)
    return (message.flags & ~SUPPRESS_EMBEDS) | (asked & settable)


def _copied(value: Any) -> Any:
    """A copy of what came as JSON, in less than half the time that `copy.deepcopy` takes."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _numbered(components: list[Json]) -> list[Json]:
    """A copy in which every component has an id, as Discord gives those that came without."""
    copied: list[Json] = _copied(components)
    flat = flatten(copied)
    used = {each["id"] for each in flat if each.get("id")}
    free = (number for number in range(1, 10_000) if number not in used)
    for component in flat:
        if not component.get("id"):
            component["id"] = next(free)
    return copied


def message_payload(message: Message, base: str, users: dict[int, User], whole: bool = True) -> Json:
    """A message as Discord shows it to the bot; not `whole` without the message content intent."""
    found = message.pings
    payload: Json = {
        "id": str(message.id),
        "type": _type(message),
        "channel_id": str(message.channel.id),
        "author": message.author.payload(),
        "content": message.content if whole else "",
        "timestamp": message.created.isoformat(),
        "edited_timestamp": message.edited.isoformat() if message.edited else None,
        "tts": False,
        "pinned": False,
        "mention_everyone": found.everyone,
        "mentions": [users[each].payload() for each in sorted(found.users) if each in users],
        "mention_roles": [str(each) for each in sorted(found.roles)],
        "attachments": [each.payload(base, message.ephemeral) for each in message.attachments] if whole else [],
        "embeds": message.embeds if whole else [],
        "components": _resolved(message, base) if whole else [],
        "flags": message.flags,
    }
    if message.nonce is not None:
        payload["nonce"] = message.nonce
    if message.extra.get("message_reference"):
        payload["message_reference"] = message.extra["message_reference"]
    if message.snapshot is not None:
        payload["message_snapshots"] = [{"message": _snapshot_payload(message.snapshot, base, users)}]
    if message.extra.get("poll") and whole:
        payload["poll"] = _poll_payload(message)
    if message.interaction is not None:
        payload["application_id"] = payload["webhook_id"] = str(message.interaction.application_id)
        payload["interaction_metadata"] = message.interaction.metadata()
    return payload


_IN_SNAPSHOTS = (
    "type", "content", "mentions", "mention_roles", "attachments", "embeds", "timestamp", "edited_timestamp", "flags",
    "components",
)  # fmt: skip


def _snapshot_payload(message: Message, base: str, users: dict[int, User]) -> Json:
    """What a forward shows of a message: neither who wrote it nor its poll."""
    payload = message_payload(message, base, users)
    return {key: payload[key] for key in _IN_SNAPSHOTS}


def _poll_payload(message: Message) -> Json:
    """A poll as Discord shows it: what was asked for, its answers numbered, and nobody's votes."""
    poll = message.extra["poll"]
    end = message.created + timedelta(hours=poll.get("duration", 24))
    return {
        "question": poll["question"],
        "answers": [{**answer, "answer_id": number} for number, answer in enumerate(poll["answers"], 1)],
        "expiry": end.isoformat(),
        "allow_multiselect": poll.get("allow_multiselect", False),
        "layout_type": poll.get("layout_type", 1),
        "results": {"answer_counts": [], "is_finalized": False},
    }


def _type(message: Message) -> int:
    if message.extra.get("message_reference") and message.snapshot is None:
        return 19
    if message.interaction is None or message.interaction.kind != 2:
        return 0
    return 20 if message.interaction.data.get("type") == 1 else 23


def _resolved(message: Message, base: str) -> list[Json]:
    """The components with the addresses of attachments filled in."""
    urls = {f"attachment://{each.filename}": each.payload(base, False)["url"] for each in message.attachments}
    sizes = {each.filename: len(each.content) for each in message.attachments}
    components: list[Json] = _copied(message.components)
    for component in flatten(components):
        places = [component.get("media"), component.get("file"), *(i.get("media") for i in component.get("items", []))]
        for media in places:
            if isinstance(media, dict) and media.get("url") in urls:
                media["url"] = media["proxy_url"] = urls[media["url"]]
        if component["type"] == Kind.FILE:
            component["name"] = component["file"]["url"].rpartition("/")[2]
            component["size"] = sizes.get(component["name"])
    return components
