"""Errors of SQLAlchemy and the drivers → our own errors, with a reason and without stored data."""

from __future__ import annotations

import sqlite3
import ssl

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, SQLAlchemyError

from bot.errors import BotError, SettingsError, StoreError
from bot.store.urls import misconfigured

FOREIGN = (SQLAlchemyError, sqlite3.Error, OSError, EOFError, UnicodeError, OverflowError)
"""Everything that SQLAlchemy and the drivers raise. A time-out is an OSError."""

TRANSIENT_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"}
"""SQLSTATEs: serialization failure, deadlock, lock not available, server shutting down, crashed,
starting; too many connections (PostgreSQL manual, appendix A)."""

TRANSIENT_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}

SETTING_STATES = ("28", "3D", "3F", "42")
"""Classes of SQLSTATEs that a setting causes: credentials, database, schema, permissions."""

SETTING_CODES = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
DAMAGE_CODES = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
QUOTING_STATES = ("22", "23")
"""Classes of SQLSTATEs whose messages quote data: invalid data, violated constraints."""

DAMAGED = "restore a backup, or set another DATABASE_URL"


def is_transient(error: BaseException) -> bool:
    """True when the same work may succeed if it is tried again in a moment."""
    if isinstance(error, DBAPIError):
        return (
            error.connection_invalidated
            # Our only constraint that can be violated, by a race: one begun turn in a thread.
            or isinstance(error, IntegrityError)
            or _state(error).startswith("08")
            or _state(error) in TRANSIENT_STATES
            or _code(error) in TRANSIENT_CODES
        )
    # After a time-out the caller has waited long enough.
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)


def store_error(error: BaseException) -> StoreError:
    """The error for work that failed."""
    return StoreError(reason(error))


def opening_error(error: BaseException) -> BotError:
    """The error for a database that cannot be opened.

    `SettingsError` when a setting must be changed; `StoreError` when it may open later.
    """
    if _code(error) in DAMAGE_CODES:
        return not_a_database()
    if _is_setting(error):
        return misconfigured(reason(error))
    return store_error(error)


def not_a_database() -> SettingsError:
    """The error for a file that is no SQLite database. It is never overwritten."""
    return misconfigured(f"the file is no SQLite database, or a damaged one: {DAMAGED}")


def reason(error: BaseException) -> str:
    """What the database reported, in one line and without any data."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    line = str(origin).partition("\n")[0].rstrip(".:")
    state = _state(error)
    if not line or state.startswith(QUOTING_STATES) or "query argument" in line:
        line = type(origin).__name__
    return f"{line} ({state})" if state else line


def _is_setting(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        # Without a SQLSTATE the driver itself rejected what it was given.
        misused = isinstance(error, InterfaceError) and not error.connection_invalidated
        state = _state(error)
        return (
            state.startswith(SETTING_STATES)
            or _code(error) in SETTING_CODES
            or (misused and not state)
        )
    return isinstance(error, FileNotFoundError | PermissionError | ssl.SSLError)


def _state(error: BaseException) -> str:
    """PostgreSQL's SQLSTATE, or ""."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _code(error: BaseException) -> int | None:
    """SQLite's primary result code (the low byte of the extended one), or None."""
    origin = getattr(error, "orig", error)
    code = getattr(origin, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
