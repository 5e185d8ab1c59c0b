"""Settings → what is remembered: opened when it is there, swept, let go of at the end."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

import structlog

from bot.backoff import Backoff
from bot.config import loses_files
from bot.errors import StoreError
from bot.store import open_store
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.config import Settings
    from bot.core.ports import Feedback, Journal
    from bot.store import SqlJournal

log = structlog.get_logger(__name__)

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts to open it."""

HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Database:
    """What one database remembers: the turns, and what people said of their answers."""

    journal: Journal
    feedback: Feedback


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Swept as long as we live. What is still ours of the turns at the end is let go of."""
    async with AsyncExitStack() as stack:
        journal = await _store(settings, stack)
        tasks = await stack.enter_async_context(Tasks("store"))
        tasks.start(_forget(journal, settings.bot_retention_days * DAY), name="purge")
        try:
            yield Database(journal, journal.feedback)
        finally:
            with suppress(StoreError):  # then the leases run out by themselves
                await journal.leave()


async def _store(settings: Settings, stack: AsyncExitStack) -> SqlJournal:
    """Waits for a database that is not there yet; one that is wrong is a mistake in settings."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
    backoff = Backoff(PAUSES)
    while True:
        opening = open_store(
            settings.database_url.get_secret_value(),
            owner=owner,
            lease=settings.bot_lease_seconds,
            loses_files=loses_files(),
        )
        try:
            return await stack.enter_async_context(opening)
        except StoreError as error:
            pause = backoff.next()
            log.warning("database does not answer yet", detail=str(error), pause=pause)
        await asyncio.sleep(pause)


async def _forget(journal: SqlJournal, seconds: float) -> None:
    """Rows of turns that ended long ago go, once an hour."""
    while True:
        with suppress(StoreError):
            await journal.purge(seconds)
        await asyncio.sleep(HOUR)
