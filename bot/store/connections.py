"""Where a transaction runs: a function of SQLAlchemy's connection, the same for both databases."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


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
