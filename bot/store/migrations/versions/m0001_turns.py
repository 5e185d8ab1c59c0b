"""The tables `turns` and `schema_guard`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the first schema."""
    _turns()
    _indexes()
    guard = op.create_table("schema_guard", sa.Column("min_reader", sa.Integer, nullable=False))
    op.bulk_insert(guard, [{"min_reader": 1}])


def _turns() -> None:
    op.create_table(
        "turns",
        sa.Column("team", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("ts", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("direct", sa.Boolean, nullable=False),
        sa.Column("has_more", sa.Boolean, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("goes_on", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("begun", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("cleared", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("doubtful", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("fence", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("lease_until", sa.Double, nullable=False),
        sa.Column("posts", sa.Text, nullable=False, server_default="[]"),
        sa.Column("kept", sa.Integer, nullable=False, server_default="0"),
        sa.Column("ending", sa.Text),
        sa.Column("asked_for", sa.Text),
        sa.Column("accepted_at", sa.Double, nullable=False),
        sa.Column("ended_at", sa.Double),
    )


def _indexes() -> None:
    thread = ["team", "channel", "thread"]
    for name, columns, unique, where in (
        ("turns_open", [*thread, "moment"], False, sa.column("ended_at").is_(None)),
        ("turns_begun", thread, True, sa.column("begun", sa.Boolean)),
    ):
        op.create_index(
            name, "turns", columns, unique=unique, sqlite_where=where, postgresql_where=where
        )
    op.create_index("turns_ended", "turns", ["ended_at"])
