"""Daily posts: subscriptions, and what became of each post."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "subscriptions",
        sa.Column("key", sa.String(10), primary_key=True),
        sa.Column("guild", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False, unique=True),
        sa.Column("role", sa.BigInteger),
        sa.Column("time", sa.String(5), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("events", sa.Integer, nullable=False),
        sa.Column("prefer", sa.Text, nullable=False),
        sa.Column("leave_out", sa.Text, nullable=False),
        sa.Column("locale", sa.String(16), nullable=False),
        sa.Column("next_date", sa.Date, nullable=False),
        sa.Column("next_at", sa.Float, nullable=False),
        sa.Column("paused", sa.String(16)),
        sa.Column("left_at", sa.Float),
        sa.Column("notice", sa.String(16)),
        sa.Column("notice_at", sa.Float),
        sa.Column("notice_free_at", sa.Float),
        sa.Column("told_uncertain", sa.Boolean, nullable=False),
    )
    for column in ("guild", "next_at", "notice_free_at"):
        op.create_index(f"ix_subscriptions_{column}", "subscriptions", [column])
    op.create_table(
        "posts",
        sa.Column("subscription", sa.String(10), primary_key=True),
        sa.Column("date", sa.Date, primary_key=True),
        sa.Column("due_at", sa.Float, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("owner", sa.String(32)),
        sa.Column("free_at", sa.Float, nullable=False),
        sa.Column("tried_at", sa.Float, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("message", sa.BigInteger),
        sa.Column("events", sa.Text),
    )
    op.create_index("ix_posts_due_at", "posts", ["due_at"])
    op.create_index("ix_posts_state_free_at", "posts", ["state", "free_at"])
    # The moment up to which requests are planned; changing it also keeps two processes from claiming at once.
    # An upgrade that was killed, by a version that did it statement by statement, may have left it there.
    op.execute(sa.text("INSERT INTO notes (name, value) VALUES ('daily pace', '0') ON CONFLICT (name) DO NOTHING"))
