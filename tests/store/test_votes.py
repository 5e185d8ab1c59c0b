"""Votes are read beside a bot that runs, on both databases, and nothing is changed."""

import asyncio
import threading

import pytest
from sqlalchemy.exc import DBAPIError

from bot.core.feedback import Fault, Thumb
from bot.errors import SettingsError, StoreError
from bot.store import open_store
from bot.store.engines import engines
from bot.store.urls import address
from bot.store.votes import _connections, _votes, read_votes
from tests.fakes import turn
from tests.store.openings import snapshot

KEY = turn().key
DAY = 86400.0


@pytest.fixture
async def voted(journal, sql):
    """Three votes on one answer, one of them two days old. The journal stays open."""
    await journal.accept(turn())
    for user, thumb in (("U1", Thumb.UP), ("U2", Thumb.DOWN), ("U3", Thumb.DOWN)):
        await journal.feedback.vote(KEY, 0, user, thumb)
    await journal.feedback.explain(KEY, 0, "U2", [Fault.WRONG, Fault.LONG], "理由 🙂\nand more")
    await sql("UPDATE feedback SET given_at = given_at - 1 WHERE voter = 'U1'")
    await sql(f"UPDATE feedback SET given_at = given_at - {2 * DAY} WHERE voter = 'U3'")
    return journal


@pytest.mark.usefixtures("voted")
async def test_all_votes_newest_first(url):
    votes = await read_votes(url)

    assert [vote.verdict for vote in votes] == [Thumb.DOWN, Thumb.UP, Thumb.DOWN]
    assert (votes[0].faults, votes[0].reason) == (("long", "wrong"), "理由 🙂\nand more")
    assert (votes[0].channel, votes[0].question) == (KEY[1], KEY[2])
    assert votes[1].given_at - votes[2].given_at == pytest.approx(2 * DAY, abs=5)
    assert "理由" not in repr(votes)


async def test_a_folder_is_told_as_at_the_start(tmp_path):
    with pytest.raises(SettingsError, match="something else than a file"):
        await read_votes(f"sqlite:///{tmp_path}")


@pytest.mark.usefixtures("voted")
async def test_only_the_latest(url):
    assert len(await read_votes(url, DAY)) == 2
    assert len(await read_votes(url, 3 * DAY)) == 3


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("voted")
async def test_a_write_under_way_is_not_waited_for(url):
    """As when the bot runs and is busy; in PostgreSQL no read ever waits for a write."""
    connections, loop = engines(address(url)), asyncio.get_running_loop()
    begun, go_on = asyncio.Event(), threading.Event()

    def write(connection):
        connection.exec_driver_sql("UPDATE feedback SET reason = 'later'")
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(5)

    async def read():
        await begun.wait()
        try:
            return await read_votes(url)
        finally:
            go_on.set()

    _, votes = await asyncio.gather(connections.write.run(write), read())
    await connections.dispose()

    assert len(votes) == 3
    assert "later" not in {vote.reason for vote in votes}


async def test_nothing_is_made(tmp_path):
    assert await read_votes(f"sqlite:///{tmp_path}/bot.db") is None
    assert list(tmp_path.iterdir()) == []


async def test_a_database_without_tables_has_no_votes_and_stays_so(url, sql):
    """It may be empty, or made by a version of the bot that had no feedback."""
    await sql("CREATE TABLE other (x INTEGER)")

    assert await read_votes(url) == []
    with pytest.raises(DBAPIError):
        await sql("SELECT * FROM turns")


async def test_a_closed_file_is_not_changed(tmp_path):
    url = f"sqlite:///{tmp_path}/closed.db"
    async with open_store(url, owner="a") as journal:
        await journal.accept(turn())
        await journal.feedback.vote(KEY, 0, "U1", Thumb.UP)
    before = snapshot(tmp_path)

    assert len(await read_votes(url)) == 1
    assert snapshot(tmp_path) == before


@pytest.mark.usefixtures("voted")
async def test_it_cannot_write(url):
    def work(connection):
        _votes(None, connection)
        connection.exec_driver_sql("DELETE FROM feedback")

    connections = _connections(address(url))
    with pytest.raises(DBAPIError, match=r"read.?only"):
        await connections.run(work)
    await connections.dispose()
    assert len(await read_votes(url)) == 3


async def test_a_table_of_somebody_else_is_not_read(url, sql):
    await sql("CREATE TABLE feedback (x INTEGER)")

    with pytest.raises(SettingsError, match="not the bot's"):
        await read_votes(url)


async def test_a_database_that_does_not_answer():
    with pytest.raises(StoreError):
        await read_votes("postgresql://127.0.0.1:1/test")


async def test_garbage_is_named(tmp_path):
    (tmp_path / "bot.db").write_bytes(b"garbage" * 1000)

    with pytest.raises(SettingsError, match="no SQLite database"):
        await read_votes(f"sqlite:///{tmp_path}/bot.db")
