import asyncio
import socket
from contextlib import AsyncExitStack, suppress

import pytest
from structlog.testing import capture_logs

from bot.config import Settings
from bot.database import open_database
from bot.errors import NotAvailable, SettingsError
from bot.store import open_store
from tests.environment import environment
from tests.fakes import turn


def settings(url, **variables):
    with environment(DATABASE_URL=url, **variables):
        return Settings()


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/bot.db"


async def test_both_ports_are_of_one_database(url):
    async with open_database(settings(url)) as database:
        await database.journal.accept(turn())

        assert await database.journal.find(turn().key)
        assert (await database.feedback.counts(None, 60.0)).up == 0


async def test_at_the_end_its_turns_are_released(url):
    """Another process takes them up at once, not only when the leases have expired."""
    with suppress(ZeroDivisionError):
        async with open_database(settings(url, BOT_LEASE_SECONDS="60")) as database:
            await database.journal.accept(turn())
            raise ZeroDivisionError

    async with open_store(url, owner="other") as journal:
        assert (await journal.claim(turn().key)).begun


async def test_each_opening_is_another_owner(url):
    """Two bots in one process would otherwise work on the same turns."""
    async with open_database(settings(url)) as one, open_database(settings(url)) as other:
        await one.journal.accept(turn())

        assert await other.journal.claim(turn().key) is None
        assert await one.journal.claim(turn().key)


async def test_old_turns_are_deleted(url):
    async with open_store(url, owner="a") as journal:
        for ts in ("1.0", "2.0"):
            await journal.accept(turn(ts, root=ts))
            await journal.ended((await journal.claim(turn(ts).key)).lease, "complete")
        await journal._transactions.write(
            "age", lambda c: c.exec_driver_sql("UPDATE turns SET ended_at = 0 WHERE ts = '1.0'")
        )

    async with open_database(settings(url)) as database:
        async with asyncio.timeout(20):
            while await database.journal.find(turn("1.0").key):
                await asyncio.sleep(0.01)
        assert await database.journal.find(turn("2.0").key)


async def test_a_wrong_database_is_a_mistake_in_settings(tmp_path):
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        async with open_database(settings(f"sqlite:///{tmp_path}/garbage.db")):
            pytest.fail("it was opened")


async def test_a_database_that_does_not_answer_is_waited_for():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        given = settings(f"postgresql://127.0.0.1:{taken.getsockname()[1]}/test")
        with capture_logs() as logs:
            opening = asyncio.get_running_loop().create_task(
                AsyncExitStack().enter_async_context(open_database(given))
            )
            async with asyncio.timeout(20):
                while not logs:
                    await asyncio.sleep(0.01)
            assert not opening.done()
            opening.cancel()
            await asyncio.wait([opening])

    assert (logs[0]["event"], logs[0]["pause"]) == ("not available yet", 1.0)
    assert logs[0]["problem"].startswith("DATABASE_URL: ")


async def test_a_database_that_does_not_answer_in_time_is_not_available():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://127.0.0.1:{taken.getsockname()[1]}/test"
        with pytest.raises(NotAvailable, match="DATABASE_URL: nothing listens there"):
            async with open_database(settings(url, BOT_START_TIMEOUT="0")):
                pytest.fail("it was opened")
