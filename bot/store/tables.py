"""The store's tables as they are now; `migrations/` says how a store of any earlier version gets there."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Date, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables."""


class KeptAnswerRow(Base):
    """What a question found; its buttons carry the key."""

    __tablename__ = "answers"

    key: Mapped[str] = mapped_column(String(16), primary_key=True)
    body: Mapped[str] = mapped_column(Text)  # JSON: events, dates, within
    used_on: Mapped[dt.date] = mapped_column(Date, index=True)


class NoteRow(Base):
    """One thing that the bot noted for itself, such as the hash of the commands that Discord has."""

    __tablename__ = "notes"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
