"""Check of the database: does it open, and is it ours."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bot.config import loses_files
from bot.doctor.finding import Finding
from bot.errors import SettingsError, StoreError
from bot.store import open_store
from bot.store.engines import path_of
from bot.store.urls import address

if TYPE_CHECKING:
    from bot.core.feedback import Tally
    from bot.doctor.visit import Visit

HINT = "Check DATABASE_URL; a database that is damaged has to be restored from a backup."
DAYS = 30
LOST = "Set DATABASE_URL to a PostgreSQL: this host keeps no files."


async def database(visit: Visit) -> Finding:
    """It can be opened, as `run` does. A file that is not there yet is not made."""
    url = visit.settings.database_url.get_secret_value()
    try:
        where = address(url)
        if where.is_sqlite and loses_files():
            return Finding.warning("SQLite, whose file is lost at every restart", LOST)
        if where.is_sqlite and not path_of(where).exists():
            return _new(writable=os.access(path_of(where).parent, os.W_OK))
        async with open_store(url, owner="doctor") as journal:
            tally = await journal.feedback.counts(None, DAYS * 86400.0)
            return Finding.ok(f"opens, and its schema is up to date{_feedback(tally)}")
    except SettingsError as error:
        return Finding.failed("; ".join(error.problems), HINT)
    except StoreError as error:
        return Finding.failed(f"DATABASE_URL: does not answer ({error})", HINT)


def _feedback(tally: Tally) -> str:
    if not tally.up + tally.down:
        return ""
    return f"; feedback in {DAYS} days: {tally.up} up, {tally.down} down"


def _new(*, writable: bool) -> Finding:
    if not writable:
        return Finding.failed("DATABASE_URL: its folder is not there or not writable", HINT)
    return Finding.ok("SQLite, a file that the first run will make")
