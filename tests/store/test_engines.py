import asyncio
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store.engines import engines, path_of, read_only
from bot.store.urls import address
from tests.database import postgres_schema
from tests.relay import relayed


@pytest.fixture
def file(tmp_path):
    return address(f"sqlite:///{tmp_path}/bot.db")


@pytest.fixture
async def opened(file):
    found = engines(file)
    yield found
    await found.dispose()


@pytest.fixture
async def both(url):
    """The same on each of the databases."""
    found = engines(address(url))
    yield found
    await found.dispose()


def pragma(name):
    return lambda connection: connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def execute(statement):
    return lambda connection: connection.execute(text(statement))


def query(statement):
    return lambda connection: connection.execute(text(statement)).scalar()


async def test_sqlite_is_written_so_that_a_power_failure_loses_nothing(opened):
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")

    assert [await opened.write.run(pragma(name)) for name in names] == ["wal", 2, 1, 1]


async def test_a_reader_of_sqlite_cannot_write(opened):
    await opened.write.run(execute("CREATE TABLE t (a INT)"))

    assert await opened.read.run(query("SELECT count(*) FROM t")) == 0
    with pytest.raises(DBAPIError, match="readonly"):
        await opened.read.run(execute("INSERT INTO t VALUES (1)"))


async def test_a_write_is_in_one_transaction(both):
    """Of work that fails nothing is left."""

    def fail(connection):
        execute("INSERT INTO t VALUES (1)")(connection)
        raise ZeroDivisionError

    await both.write.run(execute("CREATE TABLE t (a INT)"))
    with pytest.raises(ZeroDivisionError):
        await both.write.run(fail)
    await both.write.run(execute("INSERT INTO t VALUES (2)"))

    assert await both.read.run(query("SELECT sum(a) FROM t")) == 2


async def test_a_read_of_sqlite_does_not_wait_for_a_write(opened):
    inside, done = threading.Event(), threading.Event()

    def slow(connection):
        execute("INSERT INTO t VALUES (1)")(connection)
        inside.set()
        done.wait(10)

    await opened.write.run(execute("CREATE TABLE t (a INT)"))
    async with asyncio.timeout(20):
        writing = asyncio.get_running_loop().create_task(opened.write.run(slow))
        while not inside.is_set():
            await asyncio.sleep(0.01)
        seen = await opened.read.run(query("SELECT count(*) FROM t"))
        done.set()
        await writing

    assert seen == 0
    assert await opened.read.run(query("SELECT count(*) FROM t")) == 1


async def test_a_write_of_sqlite_is_finished_when_its_caller_is_cancelled(opened):
    inside, cancelled = threading.Event(), threading.Event()

    def slow(connection):
        inside.set()
        cancelled.wait(10)
        execute("INSERT INTO t VALUES (1)")(connection)

    await opened.write.run(execute("CREATE TABLE t (a INT)"))
    task = asyncio.get_running_loop().create_task(opened.write.run(slow))
    async with asyncio.timeout(20):
        while not inside.is_set():
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    cancelled.set()

    # The next transaction runs in the same thread, after the one before it.
    assert task.cancelled()
    assert await opened.write.run(query("SELECT count(*) FROM t")) == 1


async def test_a_file_is_looked_into_without_a_change(file):
    writers = engines(file)
    await writers.write.run(execute("CREATE TABLE t (a INT)"))
    await writers.dispose()
    before = path_of(file).read_bytes()

    connections = read_only(file)
    assert await connections.run(query("SELECT count(*) FROM t")) == 0
    with pytest.raises(DBAPIError, match="readonly"):
        await connections.run(execute("DROP TABLE t"))
    await connections.dispose()

    assert path_of(file).read_bytes() == before


@pytest.mark.parametrize("name", ["write", "read"])
async def test_no_more_transactions_run_at_once_than_it_says(both, name):
    await both.write.run(execute("CREATE TABLE t (a INT)"))  # which makes SQLite's file
    connections = getattr(both, name)
    running = most = 0
    lock = threading.Lock()

    def count(connection):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        execute("SELECT 1")(connection)
        with lock:
            running -= 1

    await asyncio.gather(*(connections.run(count) for _ in range(20)))

    assert 1 <= most <= connections.width


async def test_a_transaction_whose_client_vanished_holds_no_lock_for_long():
    """F091: the network drops all packets in its midst; the server is told of no end."""
    async with postgres_schema() as url, relayed(url) as (relay, through):
        lost, others = engines(address(through), lease=1.0), engines(address(url))
        await others.write.run(execute("CREATE TABLE t (a INT)"))
        await others.write.run(execute("INSERT INTO t VALUES (1)"))

        def vanish(connection):
            execute("UPDATE t SET a = 2")(connection)
            relay.silence()
            execute("UPDATE t SET a = 3")(connection)

        with pytest.raises(TimeoutError):
            await lost.write.run(vanish)
        async with asyncio.timeout(20):
            await others.write.run(execute("UPDATE t SET a = a + 10"))

        assert await others.read.run(query("SELECT a FROM t")) == 11
        await lost.dispose()
        await others.dispose()


@pytest.mark.parametrize("name", ["write", "read", "renew"])
async def test_a_session_ends_when_its_client_has_vanished(name):
    """Also in the midst of a statement, or outside of a transaction."""
    async with postgres_schema() as url:
        opened = engines(address(url), lease=5.0)
        shown = [
            await getattr(opened, name).run(query(f"SHOW {setting}"))
            for setting in ("idle_in_transaction_session_timeout", "tcp_user_timeout")
        ]
        await opened.dispose()

    assert shown == ["3s", "10000"]
