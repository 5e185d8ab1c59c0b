"""The column `look_at` of the table `turns`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds a column that older versions need not know: they owe no look."""
    op.add_column("turns", sa.Column("look_at", sa.Double))
    owed = sa.text("look_at IS NOT NULL")
    op.create_index("turns_look", "turns", ["look_at"], sqlite_where=owed, postgresql_where=owed)
