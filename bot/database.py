"""Settings → the database: opened as soon as it answers, old turns deleted, released at the end."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING

from bot.config import loses_files
from bot.errors import StoreError
from bot.starting.start_patience import StartPatience
from bot.store import ANYBODY, ignore, open_store
from bot.store.urls import address
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.config import Settings
    from bot.core.ports import Feedback, Journal
    from bot.store import Observe, SqlJournal, Tenant

HOUR, DAY = 3600.0, 86400.0
"""In seconds."""


@dataclass(frozen=True, slots=True)
class Database:
    """The ports that one database implements."""

    journal: Journal
    feedback: Feedback

    place: str = ""
    """Kind and place, for the log."""


@asynccontextmanager
async def open_database(
    settings: Settings, tenant: Tenant = ANYBODY, observe: Observe = ignore
) -> AsyncIterator[Database]:
    """Yields the open database; while it is open, old turns are deleted every hour.

    Only turns of `tenant` are seen; `observe` is told of each transaction. Waits for a database
    that does not answer yet. Raises `NotAvailable` when it does not answer within
    BOT_START_TIMEOUT, `SettingsError` when DATABASE_URL must be changed. On leaving, the turns of
    this process are released for others to take up.
    """
    async with AsyncExitStack() as stack:
        journal = await _open_journal(settings, tenant, stack, observe)
        tasks = await stack.enter_async_context(Tasks("store"))
        tasks.start(_purge(journal, settings.bot_retention_days * DAY), name="purge")
        try:
            place = address(settings.database_url.get_secret_value()).place
            yield Database(journal, journal.feedback, place)
        finally:
            with suppress(StoreError):  # the leases then expire by themselves
                await journal.leave()


async def _open_journal(
    settings: Settings, tenant: Tenant, stack: AsyncExitStack, observe: Observe
) -> SqlJournal:
    """Opens the journal, with retries while the database does not answer."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
    patience = StartPatience(settings.bot_start_timeout)
    while True:
        opening = open_store(
            settings.database_url.get_secret_value(),
            owner=owner,
            tenant=tenant,
            lease=settings.bot_lease_seconds,
            loses_files=loses_files(),
            observe=observe,
        )
        try:
            return await stack.enter_async_context(opening)
        except StoreError as error:
            problem = f"DATABASE_URL: {error}"
        await patience.wait(problem)


async def _purge(journal: SqlJournal, seconds: float) -> None:
    """Deletes turns that ended more than so many seconds ago, every hour."""
    while True:
        with suppress(StoreError):
            await journal.purge(seconds)
        await asyncio.sleep(HOUR)
