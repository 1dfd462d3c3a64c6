"""Daily posts in channels of every kind, on some days, under a title and text of the server's, published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns.

    Those that may not be empty have a default in the database, too: a process of the version before, which runs beside
    this one for a while, makes rows without them.
    """
    for column in (
        sa.Column("kind", sa.String(8), nullable=False, server_default="channel"),
        sa.Column("days", sa.String(40), nullable=False, server_default=""),
        sa.Column("title", sa.Text),
        sa.Column("own_text", sa.Text),
        sa.Column("publish", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("tag", sa.BigInteger),
    ):
        op.add_column("subscriptions", column)
    op.add_column("posts", sa.Column("publish_at", sa.Float))
    op.add_column("posts", sa.Column("publish_tries", sa.Integer, nullable=False, server_default="0"))
    op.create_index("ix_posts_publish_at", "posts", ["publish_at"])
