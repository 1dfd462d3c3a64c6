"""Claims on daily posts, and what becomes of the posts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bot.daily.days import EVERY_DAY, Days
from bot.daily.schedule import Kind, Subscription


class State(StrEnum):
    """What became of a post."""

    OPEN = "open"  # claimed, and not yet known to be sent
    SENT = "sent"
    MISSED = "missed"  # the grace period passed before it could be sent
    UNCERTAIN = "uncertain"  # a try was cut off, and the channel's messages cannot be read
    EMPTY = "empty"  # the archive has nothing to show
    REFUSED = "refused"  # Discord does not let the bot post there; the subscription is paused


class Reason(StrEnum):
    """Why a subscription is paused, or which notice the moderators are given."""

    MODERATOR = "moderator"
    ACCESS = "access"
    CHANNEL = "channel"
    ROLE = "role"
    LOCKED = "locked"  # a thread
    TAG = "tag"  # a forum asks for one, or no longer has the one that was chosen
    ZONE = "zone"
    HISTORY = "history"  # paused it is not


@dataclass(frozen=True, slots=True)
class Wish:
    """What `/daily set` asks for."""

    guild: int
    channel: int
    time: dt.time
    zone: str
    count: int = 5
    role: int | None = None
    prefer: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    locale: str = "en-US"
    days: Days = EVERY_DAY
    kind: Kind = Kind.CHANNEL
    title: str | None = None
    text: str | None = None
    publish: bool = False
    tag: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """How daily posts stand, of all processes on one store.

    Attributes:
        due: posts that are due and not sent.
        overdue_s: since the oldest of them fell due; 0 where there is none.
        active, paused: channels with daily posts.
    """

    due: int
    overdue_s: float
    active: int
    paused: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A post that this process may send until `until`, and not before `not_before`. Moments are Unix times.

    Attributes:
        tried_at: before this moment nobody can have sent it.
        tries: how often it was tried, this time included; by it the waits between them grow.
        is_first: nobody can have sent it so far, whatever was tried.
    """

    subscription: Subscription
    date: dt.date
    due_at: float
    tried_at: float
    tries: int
    owner: str
    not_before: float
    until: float
    is_first: bool = True

    @property
    def nonce(self) -> str:
        """Discord's nonce for the post: the same for every try, in every process."""
        return f"{self.subscription.key}{self.date:%Y%m%d}"


@dataclass(frozen=True, slots=True)
class Publication:
    """A post that is there, and that this process may publish to the channels that follow its channel, until `until`.

    Publishing a message again changes nothing, so that a lost answer does no harm.
    """

    subscription: str
    channel: int
    message: int
    date: dt.date
    due_at: float
    tries: int
    until: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a guild has to be told once; the nonce is the same for every try.

    Attributes:
        until: the Unix time at which another process may take it over.
    """

    subscription: Subscription
    reason: Reason
    nonce: str
    until: float


@dataclass(frozen=True, slots=True)
class Terms:
    """How claims are made.

    Attributes:
        grace_s: how long after its due time a missed post is still sent.
        lease_s: how long after a post's turn another process may take the claim over.
        per_s: requests per second, of all processes together.
    """

    grace_s: float = 6 * 3_600.0
    lease_s: float = 75.0
    per_s: float = 30.0  # of Discord's 50: requests bunch where a machine is busy
