"""The tables, the same for SQLite and PostgreSQL. Every change here needs a migration."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    true,
)

from bot.store.erasing import ErasableText

metadata = MetaData()

turns = Table(
    "turns",
    metadata,
    # The bot that was asked: others may share the database. "" until a bot of ours adopts the row.
    Column("bot", Text, primary_key=True, server_default=""),
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    # The root's ts; "" for a direct message outside of threads, because NULL equals nothing.
    Column("thread", Text, nullable=False),
    # The ts in microseconds, by which the turns of a thread are sorted.
    Column("moment", BigInteger, nullable=False),
    Column("asker", Text, nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("has_more", Boolean, nullable=False),
    Column("round", Integer, nullable=False),
    Column("goes_on", Boolean, nullable=False),
    # A `TurnState`. Whether a turn is open depends on `ended_at` alone.
    Column("state", Text, nullable=False),
    # It is being answered. The index `turns_begun` allows one such turn in each thread.
    Column("begun", Boolean, nullable=False, server_default=false()),
    # How often it was begun since it was asked.
    Column("attempts", Integer, nullable=False, server_default="0"),
    # It was begun in quarantine and did not crash the process at first.
    Column("cleared", Boolean, nullable=False, server_default=false()),
    # A message may be in Slack that is not in `posts`.
    Column("doubtful", Boolean, nullable=False, server_default=false()),
    # Grows with each claim; see `journal`.
    Column("fence", BigInteger, nullable=False, server_default="0"),
    # The process that holds the lease; "" for none.
    Column("owner", Text, nullable=False),
    # Seconds since 1970, by the database's clock.
    Column("lease_until", Double, nullable=False),
    # Its messages in Slack: a JSON list of ts.
    Column("posts", Text, nullable=False, server_default="[]"),
    # How many of `posts` belong to earlier rounds and stay as they are.
    Column("kept", Integer, nullable=False, server_default="0"),
    # An `Order`; ORDER itself is a word of SQL.
    Column("asked_for", Text),
    Column("accepted_at", Double, nullable=False),
    Column("ended_at", Double),
    # False while more may have come with the question than its events have told.
    Column("whole", Boolean, nullable=False, server_default=true()),
    # When its messages are to be looked at once more; NULL if Slack has answered every call.
    Column("look_at", Double),
    # In SQLite these two stay last (see `erasing`): who adds a column makes the table anew there.
    # The question; NULL once the turn has ended.
    Column("text", ErasableText),
    # The whole answer, a `Snapshot` as JSON; NULL once the turn has ended and no look is owed.
    Column("ending", ErasableText),
)

c = turns.c
OPEN = c.ended_at.is_(None)

# Both databases use a partial index only for queries with exactly its condition.
_THREAD = (c.bot, c.team, c.channel, c.thread)
Index("turns_open", *_THREAD, c.moment, sqlite_where=OPEN, postgresql_where=OPEN)
Index("turns_begun", *_THREAD, unique=True, sqlite_where=c.begun, postgresql_where=c.begun)
Index("turns_ended", c.ended_at)
_OWED = c.look_at.is_not(None)
Index("turns_look", c.look_at, sqlite_where=_OWED, postgresql_where=_OWED)

feedback = Table(
    "feedback",
    metadata,
    # The turn. Votes are deleted with it.
    Column("bot", Text, primary_key=True, server_default=""),
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    Column("voter", Text, primary_key=True),
    # The round whose answer was meant.
    Column("round", Integer, nullable=False),
    # A `Thumb`.
    Column("verdict", Text, nullable=False),
    # What was wrong: `Fault`s, separated by blanks, and the voter's own words.
    Column("faults", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("given_at", Double, nullable=False),
    ForeignKeyConstraint(
        ["bot", "team", "channel", "ts"],
        ["turns.bot", "turns.team", "turns.channel", "turns.ts"],
        ondelete="CASCADE",
        onupdate="CASCADE",
    ),
)
"""One vote of each person on each turn, on its latest round."""

Index("feedback_given", feedback.c.bot, feedback.c.team, feedback.c.given_at)

guard = Table("schema_guard", metadata, Column("min_reader", Integer, nullable=False))
"""One row: the oldest `READER` (see `schema`) that may use this database."""
