"""Turns and feedback in a database (SQLite or PostgreSQL) that outlives the process."""

from bot.store.journal import SqlJournal
from bot.store.opening import open_store
from bot.store.tenant import ANYBODY, Tenant
from bot.store.transactions import Observe, ignore

__all__ = ["ANYBODY", "Observe", "SqlJournal", "Tenant", "ignore", "open_store"]
