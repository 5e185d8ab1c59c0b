"""Opens the database at DATABASE_URL: checks its place, prepares its schema, makes the journal."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.store.engines import Engines, engines, path_of
from bot.store.journal import SqlJournal
from bot.store.remedies import opening_error
from bot.store.schema import prepare
from bot.store.transactions import ignore, with_retries
from bot.store.urls import address, misconfigured

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.store.transactions import Observe
    from bot.store.urls import Address

log = structlog.get_logger(__name__)

MOUNTS = Path("/proc/mounts")
NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"}
"""Types of network file systems, whose locks are not reliable (sqlite.org: How To Corrupt)."""

OLDEST_SQLITE = (3, 35)
"""The first version with RETURNING. Python brings its own SQLite or uses the system's."""


@asynccontextmanager
async def open_store(
    url: str,
    *,
    owner: str,
    lease: float = 10.0,
    loses_files: bool = False,
    observe: Observe = ignore,
) -> AsyncGenerator[SqlJournal]:
    """Yields the journal with its schema up to date.

    `owner` names this process and no other; `lease` is in seconds; `loses_files` says that this
    host loses its files at every restart; `observe` is told of each transaction. Raises
    `SettingsError` for what the operator must change, `StoreError` for a database that does not
    answer yet.
    """
    where = address(url)
    if where.is_sqlite:
        _check_version()
        warn(path_of(where), loses_files=loses_files)
    opened = engines(where, lease=lease)
    try:
        await _prepare(where, opened)
        async with SqlJournal(opened, owner=owner, lease=lease, observe=observe) as journal:
            yield journal
    finally:
        await opened.dispose()


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
    """Logs a warning when the file, or its locks, cannot be relied on.

    `loses_files`: this host loses its files at every restart.
    """
    if loses_files:
        log.warning(
            "THE DATABASE IS LOST AT EVERY RESTART: this host keeps no files. "
            "Set DATABASE_URL to a PostgreSQL"
        )
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
