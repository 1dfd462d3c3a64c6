"""The store's tables as they are now; `migrations/` says how a store of any earlier version gets there."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Boolean, Date, Float, Index, Integer, String, Text, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class KeptAnswerRow(Base):
    """What a question found; its buttons carry the key."""

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    body: Mapped[str] = mapped_column(Text)  # JSON: events, dates, within, shown
    used_on: Mapped[dt.date] = mapped_column(Date, index=True)


class NoteRow(Base):
    """One thing that the bot noted for itself, such as the hash of the commands that Discord has."""

    __tablename__ = "notes"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class SubscriptionRow(Base):
    """A channel that gets posts. Moments are Unix times."""

    __tablename__ = "subscriptions"

    key: Mapped[str] = mapped_column(String(10), primary_key=True)
    guild: Mapped[int] = mapped_column(BigInteger, index=True)
    channel: Mapped[int] = mapped_column(BigInteger, unique=True)
    role: Mapped[int | None] = mapped_column(BigInteger)
    time: Mapped[str] = mapped_column(String(5))  # 09:00
    zone: Mapped[str] = mapped_column(String(64))
    events: Mapped[int] = mapped_column(Integer)  # a post
    prefer: Mapped[str] = mapped_column(Text)  # JSON: words of topics
    leave_out: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(16))
    next_date: Mapped[dt.date] = mapped_column(Date)  # the first local day that has not been claimed
    next_at: Mapped[float] = mapped_column(Float, index=True)
    paused: Mapped[str | None] = mapped_column(String(16))  # why
    left_at: Mapped[float | None] = mapped_column(Float)  # when the bot was removed from the guild
    notice: Mapped[str | None] = mapped_column(String(16))  # what the moderators have yet to be told
    notice_at: Mapped[float | None] = mapped_column(Float)  # since when
    notice_free_at: Mapped[float | None] = mapped_column(Float, index=True)  # from when on anybody may tell it
    told_uncertain: Mapped[bool] = mapped_column(Boolean)
    kind: Mapped[str] = mapped_column(String(8), server_default="channel")
    days: Mapped[str] = mapped_column(String(40), server_default="")  # as `bot.daily.days` writes them
    title: Mapped[str | None] = mapped_column(Text)
    own_text: Mapped[str | None] = mapped_column(Text)
    publish: Mapped[bool] = mapped_column(Boolean, server_default=false())
    tag: Mapped[int | None] = mapped_column(BigInteger)


class PostRow(Base):
    """What became of a subscription's post of a local day; one row, whichever process sends it."""

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_state_free_at", "state", "free_at"),)

    subscription: Mapped[str] = mapped_column(String(10), primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    due_at: Mapped[float] = mapped_column(Float, index=True)
    state: Mapped[str] = mapped_column(String(12))
    owner: Mapped[str | None] = mapped_column(String(32))  # who is at it
    free_at: Mapped[float] = mapped_column(Float)  # from when on anybody may take it over
    tried_at: Mapped[float] = mapped_column(Float)  # before this moment nobody sent it
    tries: Mapped[int] = mapped_column(Integer)
    message: Mapped[int | None] = mapped_column(BigInteger)
    events: Mapped[str | None] = mapped_column(Text)  # JSON: ids of the events that it shows
    publish_at: Mapped[float | None] = mapped_column(Float, index=True)  # from when on anybody may publish it
    publish_tries: Mapped[int] = mapped_column(Integer, server_default="0")


class IdentifyGateRow(Base):
    """Until when nobody else may identify a shard of a rate-limit bucket of Discord's. Moments are Unix times."""

    __tablename__ = "identify_gates"

    application: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    bucket: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    taken_until: Mapped[float] = mapped_column(Float)


class RunningShardRow(Base):
    """A shard that a process runs; a process that was killed leaves it behind."""

    __tablename__ = "running_shards"

    application: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    owner: Mapped[str] = mapped_column(String(32), primary_key=True)  # a random token a process
    shard: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    shard_count: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[float] = mapped_column(Float)


class ServerSettingsRow(Base):
    """What the moderators of a server have settled."""

    __tablename__ = "server_settings"

    guild: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text)  # JSON: what differs from the usual settings
    left_at: Mapped[float | None] = mapped_column(Float)  # when the bot was removed from the guild


class ShareRow(Base):
    """A press of Share that was followed, so that none is followed twice."""

    __tablename__ = "shares"

    press: Mapped[str] = mapped_column(String(128), primary_key=True)  # the message's id, and what the button shows
    at: Mapped[float] = mapped_column(Float, index=True)


class FeedbackRow(Base):
    """An answer that was not what somebody meant; nothing says who or where."""

    __tablename__ = "feedback"

    key: Mapped[str] = mapped_column(String(8), primary_key=True)
    at: Mapped[float] = mapped_column(Float, index=True)
    question: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(Text)  # JSON: ids of the events that were shown
    remark: Mapped[str] = mapped_column(Text)
