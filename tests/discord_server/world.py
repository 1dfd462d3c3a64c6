"""Who and what there is: users, guilds with roles and channels, and who may do what where."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag
from typing import Protocol

from .errors import Json


class Permission(IntFlag):
    """The permission bits that the server looks at."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    CONNECT = 1 << 20
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


# Kinds of channels.
VOICE, NEWS, NEWS_THREAD, THREAD, PRIVATE_THREAD, STAGE, FORUM, MEDIA = 2, 5, 10, 11, 12, 13, 15, 16
THREADS = frozenset({NEWS_THREAD, THREAD, PRIVATE_THREAD})
FORUMS = frozenset({FORUM, MEDIA})
VOICES = frozenset({VOICE, STAGE})
REQUIRE_TAG = 1 << 4  # a forum's flag
ALL_PERMISSIONS = (1 << 53) - 1
EVERYBODY = int(
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.CONNECT
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.USE_EXTERNAL_APPS
)


class HasValue(Protocol):
    """What discord.Permissions looks like from here."""

    value: int


Bits = int | HasValue


def bits(permissions: Bits) -> int:
    return permissions if isinstance(permissions, int) else permissions.value


def permission(name: str) -> Permission:
    """`read_message_history` -> its bit."""
    try:
        return Permission[name.upper()]
    except KeyError:
        known = ", ".join(each.name.lower() for each in Permission if each.name)
        message = f"permission must be one of {known}, got {name!r}"
        raise ValueError(message) from None


@dataclass(eq=False)
class User:
    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    installed: bool = False  # has installed the app for themselves
    blocks_direct_messages: bool = False

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "username": self.name,
            "global_name": None if self.bot else self.name.title(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(eq=False)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 0
    mentionable: bool = False
    managed: bool = False

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "managed": self.managed,
            "mentionable": self.mentionable,
            "flags": 0,
        }


@dataclass
class Overwrite:
    allow: int = 0
    deny: int = 0
    is_member: bool = False

    def payload(self, whose: int) -> Json:
        kind = 1 if self.is_member else 0
        return {"id": str(whose), "type": kind, "allow": str(self.allow), "deny": str(self.deny)}


@dataclass(eq=False)
class Tag:
    """A tag of a forum; a `moderated` one is set by those who may manage threads."""

    id: int
    name: str
    moderated: bool = False

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "moderated": self.moderated,
            "emoji_id": None,
            "emoji_name": None,
        }


@dataclass(eq=False)
class Channel:
    """A channel of a guild (`guild` is set) or a private one between `recipients`."""

    id: int
    name: str = ""
    kind: int = 0  # 0 text, 1 direct messages, 2 voice, 4 category, 5 announcements, 11 thread, …
    guild: Guild | None = None
    recipients: list[User] = field(default_factory=list)
    with_bot: bool = True  # of private channels: whether the bot is one of the two
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    position: int = 0
    topic: str | None = None
    parent: Channel | None = None  # of a thread
    author: User | None = None  # of a thread; None: the guild's owner
    archived: bool = False  # a thread
    archived_at: str = "2024-01-01T00:00:00+00:00"  # when that was changed last
    locked: bool = False
    thread_members: set[int] = field(default_factory=set)  # ids of users; of a private thread
    tags: list[Tag] = field(default_factory=list)  # of a forum
    applied_tags: list[int] = field(default_factory=list)
    requires_tag: bool = False
    last_message_id: int | None = None
    deleted: bool = False

    def payload(self) -> Json:
        payload: Json = {
            "id": str(self.id),
            "type": self.kind,
            "flags": REQUIRE_TAG if self.requires_tag else 0,
            "last_message_id": None if self.last_message_id is None else str(self.last_message_id),
        }
        if self.guild is None:
            return {**payload, "recipients": [user.payload() for user in self.recipients]}
        if self.kind in THREADS:
            return {**payload, **self._thread_payload()}
        if self.kind in VOICES:
            payload |= {"bitrate": 64_000, "user_limit": 0}
        if self.kind in FORUMS:
            payload["available_tags"] = [tag.payload() for tag in self.tags]
        return {
            **payload,
            "name": self.name,
            "guild_id": str(self.guild.id),
            "position": self.position,
            "permission_overwrites": [each.payload(whose) for whose, each in self.overwrites.items()],
            "nsfw": False,
            "parent_id": None,
            "topic": self.topic,
            "rate_limit_per_user": 0,
        }

    def _thread_payload(self) -> Json:
        assert self.guild is not None
        assert self.parent is not None
        return {
            "name": self.name,
            "guild_id": str(self.guild.id),
            "parent_id": str(self.parent.id),
            "owner_id": str(self.author.id if self.author else self.guild.owner.id if self.guild.owner else self.id),
            "member_count": 1,
            "message_count": 0,
            "total_message_sent": 0,
            "rate_limit_per_user": 0,
            "applied_tags": [str(each) for each in self.applied_tags],
            "thread_metadata": {
                "archived": self.archived,
                "auto_archive_duration": 1_440,
                "archive_timestamp": self.archived_at,
                "locked": self.locked,
            },
        }


@dataclass(eq=False)
class Member:
    user: User
    roles: list[Role] = field(default_factory=list)

    def payload(self, with_user: bool = True) -> Json:
        payload: Json = {
            "roles": [str(role.id) for role in self.roles],
            "nick": None,
            "avatar": None,
            "joined_at": "2024-01-01T00:00:00+00:00",
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": False,
            "flags": 0,
            "communication_disabled_until": None,
        }
        return {**payload, "user": self.user.payload()} if with_user else payload


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    locale: str = "en-US"
    owner: User | None = None
    bot_is_member: bool = True
    roles: list[Role] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)
    threads: list[Channel] = field(default_factory=list)
    members: dict[int, Member] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        return self.roles[0]

    def role(self, id_or_name: int | str) -> Role:
        return next(role for role in self.roles if id_or_name in {role.id, role.name})

    def member(self, user: User) -> Member:
        """The user's membership; whoever acts in a guild is a member of it."""
        return self.members.setdefault(user.id, Member(user))

    def permissions_of(self, user: User) -> int:
        """What `user` may do in the guild by roles alone."""
        if self.owner is user:
            return ALL_PERMISSIONS
        member = self.members.get(user.id)
        granted = 0
        for role in (self.everyone, *(member.roles if member else [])):
            granted |= role.permissions
        return ALL_PERMISSIONS if granted & Permission.ADMINISTRATOR else granted

    def partial(self) -> Json:
        return {"id": str(self.id), "locale": self.locale, "features": []}

    def payload(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "splash": None,
            "discovery_splash": None,
            "description": None,
            "banner": None,
            "owner_id": str(self.owner.id) if self.owner else "1",
            "region": "deprecated",
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "preferred_locale": self.locale,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "application_id": None,
            "vanity_url_code": None,
            "features": [],
            "emojis": [],
            "stickers": [],
            "roles": [role.payload() for role in self.roles],
        }

    def create_payload(self, bot: User) -> Json:
        """GUILD_CREATE: the guild with its channels; of the members only the bot, as without the members intent."""
        return {
            **self.payload(),
            "joined_at": "2024-01-01T00:00:00+00:00",
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "voice_states": [],
            "members": [self.members[bot.id].payload()],
            "channels": [channel.payload() for channel in self.channels],
            "threads": [each.payload() for each in self.threads if not each.archived and sees(each, bot)],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }


def permissions_in(channel: Channel, user: User) -> int:
    """What `user` may do in `channel`: roles, then the channel's overwrites for everyone, roles and the member."""
    channel = channel.parent or channel
    guild = channel.guild
    if guild is None:
        return EVERYBODY
    granted = guild.permissions_of(user)
    if granted & Permission.ADMINISTRATOR:
        return ALL_PERMISSIONS
    member = guild.members.get(user.id)
    allow = deny = 0
    for role in member.roles if member else []:
        overwrite = channel.overwrites.get(role.id, Overwrite())
        allow, deny = allow | overwrite.allow, deny | overwrite.deny
    everyone = channel.overwrites.get(guild.everyone.id, Overwrite())
    own = channel.overwrites.get(user.id, Overwrite())
    for step in (everyone, Overwrite(allow, deny), own):
        granted = (granted & ~step.deny) | step.allow
    if not granted & Permission.VIEW_CHANNEL or (channel.kind in VOICES and not granted & Permission.CONNECT):
        return granted & Permission.VIEW_CHANNEL
    return granted


def sees(channel: Channel, user: User) -> bool:
    """Whether `user` has access to a channel: to one of voice who may connect, to a private thread who is in it."""
    granted = permissions_in(channel, user)
    if channel.kind == PRIVATE_THREAD and user.id not in channel.thread_members:
        return bool(granted & Permission.MANAGE_THREADS)
    if channel.kind in VOICES and not granted & Permission.CONNECT:
        return False
    return bool(granted & Permission.VIEW_CHANNEL)
