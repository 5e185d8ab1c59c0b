"""A schema is brought up to date, or refused with the reason and left as it was."""

import asyncio
import signal
from contextlib import suppress

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.core.feedback import Thumb, VoteOutcome
from bot.errors import SettingsError
from bot.store import Tenant, open_store, schema
from bot.store.engines import engines
from bot.store.schema import READER, REVISIONS, FoundSchema, is_current
from bot.store.tables import turns
from bot.store.urls import address
from tests.environment import ROOT
from tests.fakes import turn
from tests.store.openings import OPEN, finished, opens, program, refused, snapshot

TABLES = frozenset({schema.VERSION_TABLE, "turns", "schema_guard", "feedback"})
COLUMNS = frozenset(turns.c.keys())

DIE = """
import asyncio, os, signal, sys
from bot.store import engines, schema
from bot.store.urls import address
async def main():
    opened = engines.engines(address(sys.argv[1]))
    def upgrade_and_die(connection):
        schema.upgrade(connection)
        os.kill(os.getpid(), signal.SIGKILL)
    await opened.write.run(upgrade_and_die)
asyncio.run(main())
"""


def test_the_list_of_revisions_is_alembics():
    config = Config()
    config.set_main_option("script_location", str(ROOT / "bot" / "store" / "migrations"))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())

    assert tuple(script.revision for script in reversed(scripts)) == schema.REVISIONS, (
        "add a new migration to REVISIONS of bot/store/schema.py"
    )


async def test_alembic_is_loaded_only_when_there_is_something_to_do(url):
    told = OPEN + "sys.exit(10 + ('alembic' in sys.modules))"

    assert [(await finished(program(told, url)))[0] for _ in range(2)] == [11, 10]


async def test_processes_that_start_at_once_all_come_up(url):
    ends = await asyncio.gather(*(finished(program(OPEN, url)) for _ in range(4)))

    assert ends == [(0, "")] * 4


async def test_a_migration_that_is_killed_leaves_nothing(url, sql):
    """F090."""
    assert (await finished(program(DIE, url)))[0] == -signal.SIGKILL

    assert await opens(url) == []
    assert await sql(f"SELECT version_num FROM {schema.VERSION_TABLE}") == [(schema.REVISIONS[-1],)]


async def test_a_migration_that_fails_leaves_nothing(url, sql):
    opened = engines(address(url))

    def upgrade_and_fail(connection):
        schema.upgrade(connection)
        raise ZeroDivisionError

    with suppress(ZeroDivisionError):
        await opened.write.run(upgrade_and_fail)
    assert await opened.write.run(schema.inspect_schema) == schema.FoundSchema()
    await opened.dispose()

    assert await opens(url) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"UPDATE schema_guard SET min_reader = {READER + 1}", "newer version"),
        ("DELETE FROM schema_guard", "schema_guard"),
        ("ALTER TABLE turns DROP COLUMN posts", "lacks posts"),
        ("ALTER TABLE turns RENAME TO elsewhere", "lacks"),
        ("DROP TABLE feedback", "feedback is missing"),
        (f"DROP TABLE {schema.VERSION_TABLE}", "not the bot's"),
        (f"DELETE FROM {schema.VERSION_TABLE}", "not the bot's"),
    ],
)
async def test_a_schema_that_is_not_ours_is_refused_and_left(url, sql, tmp_path, change, said):
    await opens(url)
    await sql(change)
    before = snapshot(tmp_path)

    assert said in await refused(url)
    assert snapshot(tmp_path) == before


FIRST_RELEASE = """
INSERT INTO turns (team, channel, ts, thread, moment, asker, text, direct, has_more, round, goes_on,
    state, owner, lease_until, accepted_at)
VALUES ('T1', 'C1', '1.000100', '1.000100', 1000100, 'U1', 'why not?', false, false, 0, false,
    'accepted', '', 0, 0)
"""
VOTE = """
INSERT INTO feedback (team, channel, ts, voter, round, verdict, given_at)
VALUES ('T1', 'C1', '1.000100', 'U2', 0, 'up', 0)
"""


@pytest.mark.parametrize("revision", REVISIONS[:-1])
async def test_what_an_older_version_left_stays(url, sql, revision):
    opened = engines(address(url))
    await opened.write.run(lambda connection: schema.upgrade(connection, revision))
    await opened.dispose()
    await sql(FIRST_RELEASE)
    voted = revision > "0001"
    if voted:
        await sql(VOTE)

    async with open_store(url, owner="a", tenant=Tenant("B1", "T1")) as journal:
        assert (await journal.find(turn().key)).user == "U1"
        asked = await journal.question(turn().key)
        assert (asked.text, asked.whole) == ("why not?", True)
        vote = await journal.feedback.vote(turn().key, 0, "U2", Thumb.UP)
        assert vote is (VoteOutcome.SAME if voted else VoteOutcome.COUNTED)
        assert (await journal.claim(turn().key)).begun
    assert await sql(f"SELECT version_num FROM {schema.VERSION_TABLE}") == [(REVISIONS[-1],)]


async def test_a_newer_schema_that_lets_us_in_is_used_and_left(url, sql):
    await opens(url)
    await sql("ALTER TABLE turns ADD COLUMN mood TEXT")
    await sql(f"UPDATE {schema.VERSION_TABLE} SET version_num = '0099'")

    async with open_store(url, owner="a") as journal:
        await journal.accept(turn())
        assert (await journal.claim(turn().key)).begun
    assert await sql(f"SELECT version_num FROM {schema.VERSION_TABLE}") == [("0099",)]


@pytest.mark.parametrize(
    ("found", "current"),
    [
        (FoundSchema(), False),
        (FoundSchema(TABLES, ("0001",), READER, COLUMNS), False),
        (FoundSchema(TABLES, (REVISIONS[-1],), READER, COLUMNS), True),
        (FoundSchema(TABLES, ("9999",), READER, COLUMNS | {"new"}), True),
    ],
)
def test_what_is_migrated(found, current):
    assert is_current(found) is current


@pytest.mark.parametrize(
    "found",
    [
        FoundSchema(frozenset({"turns"})),
        FoundSchema(TABLES, (REVISIONS[-1],), None, COLUMNS),
        FoundSchema(TABLES, (REVISIONS[-1],), READER + 1, COLUMNS),
        FoundSchema(TABLES, (REVISIONS[-1],), READER, COLUMNS - {"fence"}),
        FoundSchema(TABLES - {"feedback"}, (REVISIONS[-1],), READER, COLUMNS),
    ],
)
def test_what_is_refused(found):
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        is_current(found)
