"""Connections to the database: some for writing, some for reading.

SQLite lets one connection write at a time, so there is one, in a thread of its own. Its
transactions begin with BEGIN IMMEDIATE, which waits there for the locks of other processes. A
transaction that begins as a read would have to wait later, and would fail if another process had
written meanwhile. Reads have connections of their own; in WAL mode they never wait for a write.
PostgreSQL gets a small pool for each of the two, and one for the renewal of leases: statements that
hang shall not cost the leases of all answers. Where a network drops packets and closes nothing, a
connection is given up after a part of the lease, and the next one is a new one. The server does not
see that: it ends our transaction, which holds locks, after the time that we wait at most.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.erasing import PAGE
from bot.store.failures import FOREIGN
from bot.store.urls import misconfigured

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.pool import ConnectionPoolEntry

    from bot.store.urls import Address

T = TypeVar("T")
Mode = Literal["ro", "rw", "rwc"]

TIMEOUT = 10.0
"""Most seconds that a statement waits, for a connection, a lock or its result."""

PATIENCE_WITH_READERS = 250
"""Most milliseconds for which emptying the write-ahead log waits for readers."""

ALWAYS = ("PRAGMA foreign_keys=ON",)
READING = (*ALWAYS, "PRAGMA query_only=ON")
WRITING = (
    *ALWAYS,
    # Of a new file; `erasing` relies on it.
    f"PRAGMA page_size={PAGE}",
    "PRAGMA journal_mode=WAL",
    # What was acknowledged to Slack must survive a power failure, not only a crash of the process.
    "PRAGMA synchronous=FULL",
    # What is freed is overwritten with zeros.
    "PRAGMA secure_delete=ON",
)
ANEW = (
    # In WAL mode the size of the pages stays. This fails while somebody else has the file open.
    "PRAGMA journal_mode=DELETE",
    f"PRAGMA page_size={PAGE}",
    "VACUUM",
)

WRITERS = (3, 3)
READERS = (2, 2)
RENEWERS = (1, 1)
"""PostgreSQL: connections that are kept open, and how many more are opened under load."""

SHARE = 0.6
"""Of a lease: how long a statement of PostgreSQL may take. Closing a dead connection takes 2 s."""

RENEWING_SHARE = 0.2
"""The same for the renewal of leases, which must have time for a second attempt."""


FOR_LOST_CLIENTS: Final = """
SELECT set_config(name, wanted.value, false) FROM pg_settings JOIN (VALUES
    ('idle_in_transaction_session_timeout', '{patience:.0f}ms'),
    ('transaction_timeout', '60s'),
    ('tcp_user_timeout', '10s'),
    ('tcp_keepalives_idle', '10s'),
    ('tcp_keepalives_interval', '5s'),
    ('tcp_keepalives_count', '3')
) AS wanted (name, value) USING (name)
"""
"""For a new session: what the server has of these settings.

Without them it holds the locks and the connection of a client that vanished for minutes or hours.
The first one is for a client that vanished between two statements. In the midst of one PostgreSQL
only looks at the network, and from version 17 on at the time. They are no parameters of the
connection, because PgBouncer refuses those.
"""


class Connections(Protocol):
    """Connections to one database, either for writing or for reading."""

    @property
    def width(self) -> int:
        """How many transactions may run at the same time."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Calls `work` in one transaction, commits, and returns its result."""

    async def dispose(self) -> None:
        """Closes all connections."""


class Pool:
    """Connections of an async driver."""

    def __init__(self, engine: AsyncEngine, width: int) -> None:
        self._engine = engine
        self.width = width

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Calls `work` in one transaction, commits, and returns its result."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def dispose(self) -> None:
        """Closes all connections."""
        await self._engine.dispose()


class Single:
    """One connection in a thread of its own, to which each transaction goes as a whole.

    The async driver has such a thread too, but switches to it for each cursor, statement, fetch and
    close: ten times for a transaction of one statement, which took most of its time.
    """

    width = 1

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "store")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Like `Pool.run`. Once begun it is finished, even if the caller is cancelled."""
        return await self._on_thread(self._in_transaction, work)

    async def empty_log(self) -> None:
        """Moves all of the write-ahead log into the file itself, and cuts it to nothing.

        Waits for readers a moment only. Raises nothing: the next time does what this one could not.
        """
        await self._on_thread(self._empty_log)

    async def shrink_pages(self) -> bool:
        """Makes a file anew that somebody else made with larger pages: `erasing` relies on ours.

        Returns False where that cannot be done now, as while another process has the file open.
        """
        return await self._on_thread(self._shrink_pages)

    async def dispose(self) -> None:
        """Closes the connection after the current transaction."""
        try:
            await self._on_thread(self._engine.dispose)
        finally:
            self._thread.shutdown(wait=False)

    async def _on_thread(self, function: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)

    def _in_transaction(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    def _empty_log(self) -> None:
        with suppress(*FOREIGN), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE_WITH_READERS}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                cursor.execute(f"PRAGMA busy_timeout={TIMEOUT * 1000:.0f}")

    def _shrink_pages(self) -> bool:
        with suppress(*FOREIGN), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            if _page_size(cursor) > PAGE:
                try:
                    for statement in ANEW:
                        cursor.execute(statement)
                finally:  # also where the disk is full
                    cursor.execute("PRAGMA journal_mode=WAL")
            return _page_size(cursor) <= PAGE
        return False


def _page_size(cursor: DBAPICursor) -> int:
    return int(cursor.execute("PRAGMA page_size").fetchone()[0])


@dataclass(frozen=True, slots=True)
class Engines:
    """All connections to one database."""

    write: Connections
    """For transactions that change something."""

    read: Connections
    """For single queries. They never wait for a write, nor a write for them."""

    renew: Connections | None = None
    """For the renewal of leases; None where only one connection can write."""

    async def dispose(self) -> None:
        """Closes all connections."""
        await self.read.dispose()
        if self.renew:
            await self.renew.dispose()
        await self.write.dispose()


def engines(address: Address, *, lease: float = 10.0) -> Engines:
    """Returns the connections, none of them open yet; a lease lasts `lease` seconds.

    Raises `SettingsError` when the driver is not installed.
    """
    if address.is_sqlite:
        reader = create_async_engine(_file(address.url, "rw"), **_sqlite(), **_pool(*READERS))
        _run_on_connect(reader.sync_engine, READING)
        return Engines(_single(address), Pool(reader, sum(READERS)))
    try:
        patience = min(TIMEOUT, max(lease * SHARE, 2.0))
        opening = partial(_postgres, address, lost_after=patience)
        return Engines(
            opening(WRITERS, patience),
            opening(READERS, patience),
            opening(RENEWERS, max(lease * RENEWING_SHARE, 1.0)),
        )
    except ModuleNotFoundError:
        raise misconfigured("PostgreSQL needs the extra `postgres` (asyncpg)") from None


def read_only(address: Address) -> Pool:
    """A connection to a SQLite file that may be somebody else's: it changes no byte of it."""
    engine = create_async_engine(_file(address.url, "ro"), **_sqlite(), **_pool(1, 0))
    _run_on_connect(engine.sync_engine, ("PRAGMA query_only=ON",))
    return Pool(engine, 1)


def path_of(address: Address) -> Path:
    """The absolute path of the SQLite file."""
    return Path(address.url.database or "").absolute()


def _postgres(
    address: Address, size: tuple[int, int], patience: float, *, lost_after: float
) -> Pool:
    arguments: dict[str, Any] = {"timeout": min(patience, 5.0), "command_timeout": patience}
    engine = create_async_engine(
        address.url,
        connect_args=arguments | dict(address.arguments),
        # The statements rely on it, whatever the server's default is: after waiting for a lock each
        # of them sees what others have committed meanwhile.
        isolation_level="READ COMMITTED",
        **_pool(*size),
    )
    statement = FOR_LOST_CLIENTS.format(patience=lost_after * 1000)
    _run_on_connect(engine.sync_engine, (statement,))
    return Pool(engine, sum(size))


def _single(address: Address) -> Single:
    url = _file(address.url, "rwc").set(drivername="sqlite")
    engine = create_engine(url, **_sqlite(), **_pool(1, 0))
    _run_on_connect(engine, WRITING)
    event.listen(engine, "begin", _begin_immediate)
    return Single(engine)


def _file(url: URL, mode: Mode) -> URL:
    file = Path(url.database or "").absolute().as_uri()
    return url.set(database=file, query={"mode": mode, "uri": "true"})


def _sqlite() -> dict[str, Any]:
    # None: sqlite3 begins no transactions by itself. It would begin too late to include DDL.
    return {"connect_args": {"timeout": TIMEOUT, "isolation_level": None}}


def _pool(kept: int, more: int) -> dict[str, Any]:
    return {
        "pool_size": kept,
        "max_overflow": more,
        "pool_timeout": TIMEOUT,
        "hide_parameters": True,
    }


def _run_on_connect(engine: Engine, statements: tuple[str, ...]) -> None:
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        try:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            cursor.close()
            connection.commit()
        except BaseException:  # a lock, for example: the pool would drop the connection unclosed
            connection.close()
            raise

    event.listen(engine, "connect", connected)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_reading(connection: Connection) -> None:
    """Begins a transaction in which all queries see the same state of the SQLite file."""
    connection.exec_driver_sql("BEGIN")
