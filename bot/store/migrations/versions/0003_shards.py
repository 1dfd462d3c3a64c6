"""Many processes: when each may identify itself, and which shards each runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "identify_gates",
        sa.Column("application", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("taken_until", sa.Float, nullable=False),
    )
    op.create_table(
        "running_shards",
        sa.Column("application", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.String(32), primary_key=True),
        sa.Column("shard", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("shard_count", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.Float, nullable=False),
    )
