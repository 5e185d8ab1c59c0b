"""The schema, the same for SQLite and PostgreSQL. What changes here needs a migration."""

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
)

metadata = MetaData()

turns = Table(
    "turns",
    metadata,
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    # The root's ts; "" for the main line of a direct message, since NULL equals nothing.
    Column("thread", Text, nullable=False),
    # The ts as a number of microseconds: what orders the turns of a thread.
    Column("moment", BigInteger, nullable=False),
    Column("asker", Text, nullable=False),
    # The question; erased at the end.
    Column("text", Text),
    Column("direct", Boolean, nullable=False),
    Column("has_more", Boolean, nullable=False),
    Column("round", Integer, nullable=False),
    Column("goes_on", Boolean, nullable=False),
    # For people and buttons. Whether a turn is open is told by `ended_at` alone.
    Column("state", Text, nullable=False),
    # Its thread's turn has come. The index below lets one open turn of a thread have it.
    Column("begun", Boolean, nullable=False, server_default=false()),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Begun alone, after processes had died of something, it did no harm for a while.
    Column("cleared", Boolean, nullable=False, server_default=false()),
    # A post was announced that nobody has confirmed.
    Column("doubtful", Boolean, nullable=False, server_default=false()),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    # "" when nobody works on it.
    Column("owner", Text, nullable=False),
    Column("lease_until", Double, nullable=False),
    # A JSON list of ts.
    Column("posts", Text, nullable=False, server_default="[]"),
    Column("kept", Integer, nullable=False, server_default="0"),
    # A snapshot as JSON; erased at the end.
    Column("ending", Text),
    # An `Order`, under a name that SQL does not use itself.
    Column("asked_for", Text),
    Column("accepted_at", Double, nullable=False),
    Column("ended_at", Double),
)

c = turns.c
OPEN = c.ended_at.is_(None)

# SQLite and PostgreSQL use a partial index only for the very condition that it was made with.
Index("turns_open", c.team, c.channel, c.thread, c.moment, sqlite_where=OPEN, postgresql_where=OPEN)
Index(
    "turns_begun",
    c.team,
    c.channel,
    c.thread,
    unique=True,
    sqlite_where=c.begun,
    postgresql_where=c.begun,
)
Index("turns_ended", c.ended_at)

feedback = Table(
    "feedback",
    metadata,
    # The turn, which takes what was said of its answer along when it is forgotten.
    Column("team", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("ts", Text, primary_key=True),
    Column("voter", Text, primary_key=True),
    # The one whose answer was meant.
    Column("round", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    # What was wrong: words that a form offers, parted by blanks, and words of the voter's own.
    Column("faults", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("given_at", Double, nullable=False),
    ForeignKeyConstraint(
        ["team", "channel", "ts"], ["turns.team", "turns.channel", "turns.ts"], ondelete="CASCADE"
    ),
)
"""One vote of each person on each turn, on its latest round."""

Index("feedback_given", feedback.c.team, feedback.c.given_at)

guard = Table("schema_guard", metadata, Column("min_reader", Integer, nullable=False))
"""One row: the oldest READER (see `schema`) that may work on this database."""
