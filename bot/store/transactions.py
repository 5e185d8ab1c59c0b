"""Transactions: a cancelled caller cannot break them, and they are tried again."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from bot.backoff import Backoff
from bot.errors import BotError, LeaseLost, StoreError
from bot.store.engines import PATIENCE
from bot.store.failures import FOREIGN, passes, running
from bot.store.gate import Gate, Rank
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from types import TracebackType

    from sqlalchemy import Connection, Executable, Row

    from bot.store.engines import Engines

T = TypeVar("T")

PAUSES = (0.05, 0.2, 0.5)
"""Seconds before each repetition."""

DRAIN = 15.0
"""Seconds for what still runs at the end: longer than any statement may take."""


class Transactions:
    """Runs each piece of work in a task of its own, in one transaction.

    A connection whose statement is cancelled has to be thrown away, and nobody knows what became of
    its commit; so whoever waits may go, the work goes on. Work must be safe to repeat, since a
    commit whose answer is lost may have happened.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._gate = Gate(engines.write.width, PATIENCE)
        self._tasks = Tasks("store")
        self._open = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open = False
        await self._tasks.drain(DRAIN)
        await self._tasks.cancel()

    async def write(self, name: str, work: Callable[[Connection], T], rank: Rank = Rank.WORK) -> T:
        """The result of `work`, committed. Raises `StoreError`, or `LeaseLost` out of `work`."""
        return await self._run(name, partial(self._write, work, rank))

    async def read(self, name: str, work: Callable[[Connection], T]) -> T:
        """The result of `work`, which must not write."""
        return await self._run(name, partial(self._engines.read.run, work))

    async def rows(
        self, name: str, query: Executable, values: Mapping[str, Any]
    ) -> Sequence[Row[Any]]:
        """All that a query finds."""
        return await self.read(name, partial(_rows, query, values))

    async def _run(self, name: str, transaction: Callable[[], Awaitable[T]]) -> T:
        if not self._open:
            raise StoreError("closed")
        outcome = await asyncio.shield(self._tasks.start(repeated(transaction), name=name))
        if isinstance(outcome, BotError):
            raise outcome
        return outcome

    async def _write(self, work: Callable[[Connection], T], rank: Rank) -> T:
        # Anew for each repetition: whoever pauses is in nobody's way.
        await self._gate.enter(rank)
        try:
            return await self._engines.write.run(work)
        finally:
            self._gate.leave()


def _rows(
    query: Executable, values: Mapping[str, Any], connection: Connection
) -> Sequence[Row[Any]]:
    return connection.execute(query, values).all()


async def repeated(
    work: Callable[[], Awaitable[T]], *, failure: Callable[[BaseException], BotError] = running
) -> T | BotError:
    """The result of `work`, tried again while what stops it is likely to pass; or the error.

    Errors are handed on as values. They are the caller's, if there still is one, not the task's;
    and the database's own error, which may quote what was to be stored, stands in no traceback.
    """
    give_up = time.monotonic() + PATIENCE
    backoff = Backoff(PAUSES)
    while True:
        try:
            return await work()
        except LeaseLost as error:
            return error.with_traceback(None)
        except FOREIGN as error:
            tried = backoff.failures == len(PAUSES) or time.monotonic() > give_up
            if tried or not passes(error):
                return failure(error)
        await asyncio.sleep(backoff.next())
