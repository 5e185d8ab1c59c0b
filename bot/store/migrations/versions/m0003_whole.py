"""The column `whole` of the table `turns`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds a column that older versions need not know: what they insert counts as whole."""
    column = sa.Column("whole", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("turns", column)
