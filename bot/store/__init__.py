"""Turns and feedback in a database (SQLite or PostgreSQL) that outlives the process."""

from bot.store.journal import SqlJournal
from bot.store.opening import open_store

__all__ = ["SqlJournal", "open_store"]
