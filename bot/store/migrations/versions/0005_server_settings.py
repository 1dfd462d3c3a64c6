"""Servers' settings, which answers were shared, and what people say of answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "server_settings",
        sa.Column("guild", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("left_at", sa.Float),
    )
    op.create_table(
        "shares",
        sa.Column("press", sa.String(128), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_index("ix_shares_at", "shares", ["at"])
    op.create_table(
        "feedback",
        sa.Column("key", sa.String(8), primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("remark", sa.Text, nullable=False),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"])
