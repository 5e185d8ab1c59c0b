"""The connections: some that write and some that read; for SQLite one that writes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store.urls import wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL, Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.pool import ConnectionPoolEntry

    from bot.store.urls import Address

T = TypeVar("T")
Mode = Literal["ro", "rw", "rwc"]

PATIENCE = 10.0
"""Seconds that a statement waits for the lock of another process, or for its own answer."""

ALWAYS = ("PRAGMA foreign_keys=ON",)
READING = (*ALWAYS, "PRAGMA query_only=ON")
WRITING = (
    *ALWAYS,
    "PRAGMA journal_mode=WAL",
    # What was acknowledged to Slack must outlive a power cut, not only a crash of ours.
    "PRAGMA synchronous=FULL",
    # Erased texts are overwritten, not only unlinked.
    "PRAGMA secure_delete=ON",
)


WRITERS = (3, 3)
READERS = (2, 2)
"""Connections kept open, and how many more in a rush."""


class Connections(Protocol):
    """Some connections to one database, for one purpose."""

    @property
    def width(self) -> int:
        """How many transactions run at once."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """The result of `work`, committed."""

    async def dispose(self) -> None:
        """Closes them all."""


class Pool:
    """Connections of an async driver; what they wait for, the loop waits for."""

    def __init__(self, engine: AsyncEngine, width: int) -> None:
        self._engine = engine
        self.width = width

    async def run(self, work: Callable[[Connection], T]) -> T:
        """In one transaction."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def dispose(self) -> None:
        """Closes them all."""
        await self._engine.dispose()


class Single:
    """One connection in a thread of its own, where all of a transaction happens at one go.

    The async driver has such a thread as well, but goes there and back for each cursor, statement,
    fetch and close: ten times in a transaction of one statement, most of whose time that was.
    """

    width = 1

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, "store")

    async def run(self, work: Callable[[Connection], T]) -> T:
        """In one transaction. It goes on when the caller is cancelled."""
        return await self._there(self._in_transaction, work)

    async def dispose(self) -> None:
        """After what it is at."""
        try:
            await self._there(self._engine.dispose)
        finally:
            self._thread.shutdown(wait=False)

    async def _there(self, function: Callable[..., T], *arguments: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, function, *arguments)

    def _in_transaction(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)


@dataclass(frozen=True, slots=True)
class Engines:
    """`write` is for transactions; `read` for single statements beside them, never in their way."""

    write: Connections
    read: Connections

    async def dispose(self) -> None:
        """Closes all connections."""
        await self.read.dispose()
        await self.write.dispose()


def engines(address: Address) -> Engines:
    """Nothing is connected yet. Raises `SettingsError` when the driver is not installed."""
    if address.is_sqlite:
        reader = create_async_engine(_file(address.url, "rw"), **_sqlite(), **_pool(*READERS))
        _prepared(reader.sync_engine, READING)
        return Engines(_single(address), Pool(reader, sum(READERS)))
    try:
        return Engines(_postgres(address, *WRITERS), _postgres(address, *READERS))
    except ModuleNotFoundError:
        raise wrong("PostgreSQL needs the extra `postgres` (asyncpg)") from None


def looking(address: Address) -> Pool:
    """For a SQLite file that may not be ours: nothing is written, not even its journal mode."""
    engine = create_async_engine(_file(address.url, "ro"), **_sqlite(), **_pool(1, 0))
    _prepared(engine.sync_engine, ("PRAGMA query_only=ON",))
    return Pool(engine, 1)


def path_of(address: Address) -> Path:
    """Where the SQLite file is."""
    return Path(address.url.database or "").absolute()


def _postgres(address: Address, kept: int, more: int) -> Pool:
    arguments: dict[str, Any] = {"timeout": 5.0, "command_timeout": PATIENCE}
    engine = create_async_engine(
        address.url,
        connect_args=arguments | dict(address.arguments),
        # Whatever the server's default is: the journal's statements are written for this one.
        isolation_level="READ COMMITTED",
        **_pool(kept, more),
    )
    return Pool(engine, kept + more)


def _single(address: Address) -> Single:
    url = _file(address.url, "rwc").set(drivername="sqlite")
    engine = create_engine(url, **_sqlite(), **_pool(1, 0))
    _prepared(engine, WRITING)
    event.listen(engine, "begin", _begin_immediate)
    return Single(engine)


def _file(url: URL, mode: Mode) -> URL:
    file = Path(url.database or "").absolute().as_uri()
    return url.set(database=file, query={"mode": mode, "uri": "true"})


def _sqlite() -> dict[str, Any]:
    # None: Python begins no transactions of its own, which would come too late for DDL.
    return {"connect_args": {"timeout": PATIENCE, "isolation_level": None}}


def _pool(kept: int, more: int) -> dict[str, Any]:
    return {
        "pool_size": kept,
        "max_overflow": more,
        "pool_timeout": PATIENCE,
        "hide_parameters": True,
    }


def _prepared(engine: Engine, pragmas: tuple[str, ...]) -> None:
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        try:
            cursor = connection.cursor()
            for pragma in pragmas:
                cursor.execute(pragma)
            cursor.close()
        except BaseException:  # such as a lock: the pool would forget it, and its thread live on
            connection.close()
            raise

    event.listen(engine, "connect", connected)


def _begin_immediate(connection: Connection) -> None:
    # A transaction that begins by reading would fail when another process has written meanwhile.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def begin_reading(connection: Connection) -> None:
    """One picture for several reads; on its own every statement of SQLite sees a newer one."""
    connection.exec_driver_sql("BEGIN")
