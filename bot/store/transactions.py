"""Transactions that a cancelled caller cannot break, and that are tried again.

Each runs in a task of its own. If a statement were cancelled, its connection would have to be
thrown away and nobody would know whether the commit happened; so a caller that is cancelled leaves,
and the transaction goes on. A transaction may also be carried out twice: when the answer to a
commit is lost, it is tried again. So all work must be safe to repeat.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from bot.backoff import Backoff
from bot.errors import BotError, LeaseLost, StoreError
from bot.store.engines import TIMEOUT
from bot.store.failures import FOREIGN, is_transient, store_error
from bot.store.gate import Gate, Priority
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping, Sequence

    from sqlalchemy import Connection, Executable, Row

    from bot.store.engines import Engines

T = TypeVar("T")

Observe = Callable[[str, float, bool], None]
"""Is told of each transaction: its name, the seconds it took with all waiting, its success."""

PAUSES = (0.05, 0.2, 0.5)
"""Seconds before each further attempt."""

DRAIN = 15.0
"""Seconds that closing waits for running transactions: longer than any statement may take."""


def ignore(_name: str, _seconds: float, _succeeded: bool) -> None:  # noqa: FBT001 - see `Observe`
    """Nobody wants to know."""


class Transactions:
    """Runs work in transactions. Leaving the context finishes what runs and refuses the rest."""

    def __init__(self, engines: Engines, observe: Observe = ignore) -> None:
        self._engines = engines
        self._observe = observe
        self._gate = Gate(engines.write.width, TIMEOUT)
        self._tasks = Tasks("store")
        self._open = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open = False
        await self._tasks.drain(DRAIN)
        await self._tasks.cancel()

    async def write(
        self, name: str, work: Callable[[Connection], T], priority: Priority = Priority.WORK
    ) -> T:
        """Calls `work` in a transaction, commits, returns its result.

        Raises `StoreError`, or `LeaseLost` if `work` does. `name` is for the log.
        """
        return await self._run(name, partial(self._write, work, priority))

    async def read(self, name: str, work: Callable[[Connection], T]) -> T:
        """Returns the result of `work`, which must not write. Raises `StoreError`."""
        return await self._run(name, partial(self._engines.read.run, work))

    async def rows(
        self, name: str, query: Executable, values: Mapping[str, Any]
    ) -> Sequence[Row[Any]]:
        """Returns all rows of a query. Raises `StoreError`."""
        return await self.read(name, partial(_rows, query, values))

    async def _run(self, name: str, transaction: Callable[[], Awaitable[T]]) -> T:
        if not self._open:
            raise StoreError("closed")
        outcome = await asyncio.shield(self._tasks.start(self._timed(name, transaction), name=name))
        if isinstance(outcome, BotError):
            raise outcome
        return outcome

    async def _timed(self, name: str, transaction: Callable[[], Awaitable[T]]) -> T | BotError:
        began = time.monotonic()
        outcome = await with_retries(transaction)
        self._observe(name, time.monotonic() - began, not isinstance(outcome, StoreError))
        return outcome

    async def _write(self, work: Callable[[Connection], T], priority: Priority) -> T:
        if priority is Priority.LEASE and self._engines.renew:
            return await self._engines.renew.run(work)
        # Each attempt enters again, so that nobody waits for one that pauses.
        await self._gate.enter(priority)
        try:
            return await self._engines.write.run(work)
        finally:
            self._gate.leave()


def _rows(
    query: Executable, values: Mapping[str, Any], connection: Connection
) -> Sequence[Row[Any]]:
    return connection.execute(query, values).all()


async def with_retries(
    work: Callable[[], Awaitable[T]], *, failure: Callable[[BaseException], BotError] = store_error
) -> T | BotError:
    """Returns the result of `work`, or the error after the last attempt.

    Only errors that are likely to pass are tried again. Errors are returned, not raised: the caller
    raises them if it still waits, so the task does not fail; and the driver's error, which may
    quote data, is in no traceback.
    """
    give_up = time.monotonic() + TIMEOUT
    backoff = Backoff(PAUSES)
    while True:
        try:
            return await work()
        except LeaseLost as error:
            return error.with_traceback(None)
        except FOREIGN as error:
            tried = backoff.failures == len(PAUSES) or time.monotonic() > give_up
            if tried or not is_transient(error):
                return failure(error)
        await asyncio.sleep(backoff.next())
