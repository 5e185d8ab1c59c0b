"""Opens the database at DATABASE_URL: checks its place, prepares its schema, makes the journal."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.store.engines import Single, engines, path_of
from bot.store.journal import SqlJournal
from bot.store.private_files import can_be_replaced
from bot.store.remedies import opening_error
from bot.store.schema import prepare
from bot.store.tenant import ANYBODY
from bot.store.transactions import ignore, with_retries
from bot.store.urls import address, misconfigured
from bot.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.store.engines import Connections, Engines
    from bot.store.tenant import Tenant
    from bot.store.transactions import Observe
    from bot.store.urls import Address

log = structlog.get_logger(__name__)

MOUNTS = Path("/proc/mounts")
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"}
"""Types of network file systems, whose locks are not reliable (sqlite.org: How To Corrupt)."""

LOG_IS_EMPTIED_EVERY = 20.0
"""Seconds for which SQLite's write-ahead log may hold what has been erased."""

OLDEST_SQLITE = (3, 35)
"""The first version with RETURNING. Python brings its own SQLite or uses the system's."""


@asynccontextmanager
async def open_store(
    url: str,
    *,
    owner: str,
    tenant: Tenant = ANYBODY,
    lease: float = 10.0,
    loses_files: bool = False,
    observe: Observe = ignore,
) -> AsyncGenerator[SqlJournal]:
    """Yields the journal with its schema up to date.

    `owner` names this process and no other, `tenant` whose turns it sees; `lease` is in seconds;
    `loses_files` says that this host loses its files at every restart; `observe` is told of each
    transaction. Raises `SettingsError` for what the operator must change, `StoreError` for a
    database that does not answer yet.
    """
    where = address(url)
    if where.is_sqlite:
        _check_version()
        warn(path_of(where), loses_files=loses_files)
    opened = engines(where, lease=lease)
    try:
        await _prepare(where, opened)
        if isinstance(opened.write, Single) and not await opened.write.shrink_pages():
            log.warning("erased texts may stay in the file: its pages are large, and it is in use")
        async with (
            log_kept_empty(opened.write),
            SqlJournal(
                opened, owner=owner, bot=tenant.bot, lease=lease, observe=observe
            ) as journal,
        ):
            if tenant.bot:
                await journal.adopt(tenant.adopts)
            yield journal
    finally:
        await opened.dispose()


@asynccontextmanager
async def log_kept_empty(
    connections: Connections, every: float = LOG_IS_EMPTIED_EVERY
) -> AsyncGenerator[None]:
    """Empties SQLite's write-ahead log at the start, `every` so many seconds, and at the end.

    Erased texts stay in it until then, and a process that was killed leaves it as it was.
    """
    if not isinstance(connections, Single):
        yield
        return
    try:
        async with Tasks("store") as tasks:
            tasks.start(_empty_log_often(connections, every), name="log")
            yield
    finally:  # also of a bot that ends with an error
        await connections.empty_log()


async def _empty_log_often(connection: Single, every: float) -> None:
    while True:
        await connection.empty_log()
        await asyncio.sleep(every)


async def _prepare(where: Address, opened: Engines) -> None:
    """With retries: processes that start at the same time may block each other."""
    problem = await with_retries(partial(prepare, where, opened), failure=opening_error)
    if problem is not None:
        raise problem


def _check_version() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise misconfigured(
            f"this Python's SQLite is {sqlite3.sqlite_version}; 3.35 or newer is needed"
        )


def warn(path: Path, *, loses_files: bool) -> None:
    """Logs a warning when the file, its folder, or its locks, cannot be relied on.

    `loses_files`: this host loses its files at every restart.
    """
    if loses_files:
        log.warning(
            "THE DATABASE IS LOST AT EVERY RESTART: this host keeps no files. "
            "Set DATABASE_URL to a PostgreSQL"
        )
    with suppress(OSError):  # whoever opens the file says it
        if can_be_replaced(path.parent):
            log.warning("every user of this machine may replace the database: its folder lets them")
    try:
        mounts = MOUNTS.read_text(errors="replace")
    except OSError:  # no Linux
        return
    if (kind := mounted(path, mounts)) in NETWORK:
        log.warning("SQLite's locks cannot be relied on over a network file system", kind=kind)


def mounted(path: Path, mounts: str) -> str:
    """Returns the type of the file system that holds `path`; `mounts` is /proc/mounts' text."""
    fields = [line.split() for line in mounts.splitlines()]
    points = {_unescaped(words[1]): words[2] for words in fields if len(words) > 2}
    around = [str(folder) for folder in (path, *path.parents) if str(folder) in points]
    return points[around[0]] if around else ""


def _unescaped(point: str) -> str:
    """The path without escapes: the kernel writes blanks as octal numbers."""
    for octal, character in ((r"\040", " "), (r"\011", "\t"), (r"\012", "\n"), (r"\134", "\\")):
        point = point.replace(octal, character)
    return point
