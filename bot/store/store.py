"""Opens the database at DATABASE_URL, whatever state it is in, or says why not."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from bot.store.engines import Engines, engines, path_of
from bot.store.failures import opening
from bot.store.journal import SqlJournal
from bot.store.places import warn
from bot.store.schema import prepare
from bot.store.transactions import repeated
from bot.store.urls import address, wrong

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.store.urls import Address

OLDEST_SQLITE = (3, 35)
"""The first with RETURNING; Python brings its own or takes the system's."""


@asynccontextmanager
async def open_store(
    url: str, *, owner: str, lease: float = 10.0, loses_files: bool = False
) -> AsyncGenerator[SqlJournal]:
    """The journal, its schema up to date. `owner` must be this process's alone.

    Raises `SettingsError` for what whoever runs the bot has to mend, `StoreError` for a database
    that is not there yet.
    """
    where = address(url)
    if where.is_sqlite:
        _check_version()
        warn(path_of(where), loses_files=loses_files)
    opened = engines(where)
    try:
        await _prepare(where, opened)
        async with SqlJournal(opened, owner=owner, lease=lease) as journal:
            yield journal
    finally:
        await opened.dispose()


async def _prepare(where: Address, opened: Engines) -> None:
    """Tried again as well: processes that start at once may be in each other's way."""
    problem = await repeated(partial(prepare, where, opened), failure=opening)
    if problem is not None:
        raise problem


def _check_version() -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise wrong(f"this Python's SQLite is {sqlite3.sqlite_version}; 3.35 or newer is needed")
