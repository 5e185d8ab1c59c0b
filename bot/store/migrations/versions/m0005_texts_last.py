"""The texts of the table `turns` come last, and are erasable: see `store.erasing`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

PAGE = 4096
"""Bytes of the padding, as `store.erasing` has it."""

ORDER: list[tuple[str, ...]] = [("look_at", "text"), ("text", "ending")]


def upgrade() -> None:
    """Makes the table anew in SQLite. In PostgreSQL it is the same; older versions read both."""
    if op.get_bind().dialect.name != "sqlite":
        return
    _pad("text")
    _pad("ending")
    # Votes go with the turns while the table is made anew.
    op.execute("CREATE TEMPORARY TABLE votes AS SELECT * FROM feedback")
    with op.batch_alter_table("turns", recreate="always", partial_reordering=ORDER):
        pass
    op.execute("INSERT INTO feedback SELECT * FROM votes")
    op.execute("DROP TABLE votes")


def _pad(name: str) -> None:
    column: sa.ColumnClause[str] = sa.column(name, sa.Text)
    padded = sa.literal(" " * PAGE).concat(column)
    op.execute(sa.update(sa.table("turns", column)).where(column != "").values({name: padded}))
