"""Check of the database: can it be opened, and is it the bot's."""

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
    from bot.doctor.probe import Probe

HINT = "Correct DATABASE_URL; .env.example shows how it looks."
DAYS = 30
"""Votes of so many days are counted."""
LOST = "Set DATABASE_URL to a PostgreSQL database: this host keeps no files."


async def database(probe: Probe) -> Finding:
    """It can be opened as `run` opens it. A file that does not exist yet is not made."""
    url = probe.settings.database_url.get_secret_value()
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
        return Finding.problem("DATABASE_URL", error.problems[0], HINT)
    except StoreError as error:
        return Finding.problem("DATABASE_URL", str(error), HINT)


def _feedback(tally: Tally) -> str:
    if not tally.up + tally.down:
        return ""
    return f"; feedback in {DAYS} days: {tally.up} up, {tally.down} down"


def _new(*, writable: bool) -> Finding:
    if not writable:
        return Finding.failed(
            "DATABASE_URL: its folder is missing or not writable",
            "Create the folder, or correct the path in DATABASE_URL.",
        )
    return Finding.ok("SQLite; the first run will make the file")
