"""The table `feedback`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = ["team", "channel", "ts"]


def upgrade() -> None:
    """Adds a table that older versions need not know: its rows are deleted with their turns."""
    op.create_table(
        "feedback",
        *(sa.Column(name, sa.Text, primary_key=True) for name in (*KEY, "voter")),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("faults", sa.Text, nullable=False, server_default=""),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("given_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(KEY, [f"turns.{name}" for name in KEY], ondelete="CASCADE"),
    )
    op.create_index("feedback_given", "feedback", ["team", "given_at"])
