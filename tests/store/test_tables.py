import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from bot.store import schema
from bot.store.engines import engines
from bot.store.tables import metadata, turns
from bot.store.urls import address
from tests.fakes import turn
from tests.store.openings import opens


async def test_the_migrations_make_the_schema_that_the_queries_need(url):
    await opens(url)
    opened = engines(address(url))
    options = {"opts": {"version_table": schema.VERSION_TABLE}}
    different = await opened.write.run(
        lambda c: compare_metadata(MigrationContext.configure(c, **options), metadata)
    )
    await opened.dispose()

    assert different == [], (
        "bot/store/tables.py and the migrations differ: add one to bot/store/migrations/versions, "
        "and leave those as they are that somebody has run"
    )


async def test_in_sqlite_nothing_stands_behind_the_texts(tmp_path):
    """It would be read page by page, through a long text, for every query of open turns."""
    await opens(f"sqlite:///{tmp_path}/x.db")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(turns)")]

    assert columns[-2:] == ["text", "ending"]
    assert columns == [column.name for column in turns.columns]


async def test_a_thread_has_one_begun_turn(journal, sql):
    """The database holds it, whatever the statements do."""
    for ts in ("1.0", "2.0"):
        await journal.accept(turn(ts))
    await sql("UPDATE turns SET begun = TRUE WHERE ts = '1.0'")

    with pytest.raises(IntegrityError):
        await sql("UPDATE turns SET begun = TRUE WHERE ts = '2.0'")


async def test_votes_are_deleted_with_their_turn(journal, sql):
    await journal.accept(turn())
    team, channel, ts = turn().key
    await sql(
        "INSERT INTO feedback (team, channel, ts, voter, round, verdict, given_at)"
        f" VALUES ('{team}', '{channel}', '{ts}', 'U2', 0, 'up', 0)"
    )
    await sql("DELETE FROM turns")

    assert await sql("SELECT voter FROM feedback") == []
