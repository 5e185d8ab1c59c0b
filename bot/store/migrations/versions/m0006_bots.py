"""The column `bot` in the keys of both tables: several bots may share a database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = ["bot", "team", "channel", "ts"]
VOTE = "team, channel, ts, voter, round, verdict, faults, reason, given_at"


def upgrade() -> None:
    """Older versions cannot use the tables any more: they do not know the keys."""
    for name in ("turns_open", "turns_begun", "turns_ended", "turns_look"):
        op.drop_index(name, "turns")
    op.drop_index("feedback_given", "feedback")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
    else:
        _change()
    thread = ["bot", "team", "channel", "thread"]
    _index("turns_open", [*thread, "moment"], "ended_at IS NULL")
    _index("turns_begun", thread, "begun", unique=True)
    _index("turns_look", ["look_at"], "look_at IS NOT NULL")
    op.create_index("turns_ended", "turns", ["ended_at"])
    op.create_index("feedback_given", "feedback", ["bot", "team", "given_at"])
    op.execute("UPDATE schema_guard SET min_reader = 2")


def _index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "turns", columns, unique=unique, sqlite_where=where, postgresql_where=where
    )


def _bot() -> sa.Column[str]:
    """The rows that exist have no bot until one adopts them."""
    return sa.Column("bot", sa.Text, nullable=False, server_default="")


def _make_anew() -> None:
    """SQLite cannot change a key. Votes go with the turns meanwhile, so they are put aside."""
    op.execute("CREATE TEMPORARY TABLE votes AS SELECT * FROM feedback")
    op.drop_table("feedback")
    turns = sa.Table("turns", sa.MetaData(), autoload_with=op.get_bind())
    names = ", ".join(turns.columns.keys())
    op.create_table("turns_anew", _bot(), *map(_copy, turns.columns), sa.PrimaryKeyConstraint(*KEY))
    op.execute(f"INSERT INTO turns_anew ({names}) SELECT {names} FROM turns")  # noqa: S608
    op.drop_table("turns")
    op.rename_table("turns_anew", "turns")
    op.create_table(
        "feedback",
        _bot(),
        *(sa.Column(name, sa.Text, nullable=False) for name in (*KEY[1:], "voter")),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("faults", sa.Text, nullable=False, server_default=""),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("given_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint(*KEY, "voter"),
        sa.ForeignKeyConstraint(
            KEY, [f"turns.{name}" for name in KEY], ondelete="CASCADE", onupdate="CASCADE"
        ),
    )
    op.execute(f"INSERT INTO feedback ({VOTE}) SELECT {VOTE} FROM votes")  # noqa: S608
    op.execute("DROP TABLE votes")


def _copy(column: sa.Column[Any]) -> sa.Column[Any]:
    # Not `Column.copy`, which would copy the part in the key as well.
    default = column.server_default
    return sa.Column(column.name, column.type, nullable=column.nullable, server_default=default)


def _change() -> None:
    op.drop_constraint("feedback_team_channel_ts_fkey", "feedback")
    for name, key in (("turns", KEY), ("feedback", [*KEY, "voter"])):
        op.add_column(name, _bot())
        op.drop_constraint(f"{name}_pkey", name)
        op.create_primary_key(f"{name}_pkey", name, key)
    op.create_foreign_key(
        "feedback_turn_fkey", "feedback", "turns", KEY, KEY, ondelete="CASCADE", onupdate="CASCADE"
    )
