"""Errors of SQLAlchemy and the drivers → our own errors, with a reason and without stored data."""

from __future__ import annotations

import re
import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, SQLAlchemyError

from bot.errors import SettingsError, StoreError
from bot.store.urls import misconfigured

FOREIGN = (SQLAlchemyError, sqlite3.Error, OSError, EOFError, UnicodeError, OverflowError)
"""Everything that SQLAlchemy and the drivers raise. A time-out is an OSError."""

TRANSIENT_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"}
"""SQLSTATEs: serialization failure, deadlock, lock not available, server shutting down, crashed,
starting; too many connections (PostgreSQL manual, appendix A)."""

TRANSIENT_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}

SETTING_STATES = ("28", "3D", "3F", "42")
"""Classes of SQLSTATEs that a setting causes: credentials, database, schema, permissions."""

SQLITE_SAYS = {
    sqlite3.SQLITE_BUSY: "database is locked",
    sqlite3.SQLITE_CANTOPEN: "unable to open database file",
    sqlite3.SQLITE_CONSTRAINT: "constraint failed",
    sqlite3.SQLITE_CORRUPT: "database disk image is malformed",
    sqlite3.SQLITE_FULL: "database or disk is full",
    sqlite3.SQLITE_IOERR: "disk I/O error",
    sqlite3.SQLITE_LOCKED: "database table is locked",
    sqlite3.SQLITE_NOTADB: "file is not a database",
    sqlite3.SQLITE_PERM: "access permission denied",
    sqlite3.SQLITE_PROTOCOL: "locking protocol",
    sqlite3.SQLITE_READONLY: "attempt to write a readonly database",
    sqlite3.SQLITE_TOOBIG: "string or blob too big",
}
"""SQLite's words for its primary result codes (`sqlite3_errstr`)."""

SETTING_CODES = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
DAMAGE_CODES = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")

DAMAGED = "restore a backup, or set another DATABASE_URL"


def is_transient(error: BaseException) -> bool:
    """True when the same work may succeed if it is tried again in a moment."""
    if isinstance(error, DBAPIError):
        return (
            error.connection_invalidated
            # Our only constraint that can be violated, by a race: one begun turn in a thread.
            or isinstance(error, IntegrityError)
            or state(error).startswith("08")
            or state(error) in TRANSIENT_STATES
            or code(error) in TRANSIENT_CODES
        )
    # After a time-out the caller has waited long enough.
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)


def store_error(error: BaseException) -> StoreError:
    """The error for work that failed."""
    return StoreError(reason(error))


def not_a_database() -> SettingsError:
    """The error for a file that is no SQLite database. It is never overwritten."""
    return misconfigured(f"the file is no SQLite database, or a damaged one; {DAMAGED}")


def reason(error: BaseException) -> str:
    """What went wrong, in one line, by codes and classes: messages of databases may quote data."""
    if sqlstate := state(error):
        return f"{_condition(error)} ({sqlstate})"
    origin = error.orig if isinstance(error, DBAPIError) else error
    return SQLITE_SAYS.get(code(error) or 0) or type(origin).__name__


def _condition(error: BaseException) -> str:
    """PostgreSQL's name of the condition, which the driver has as a class: `invalid password`."""
    origin = getattr(error, "orig", error)
    kind = type(origin.__cause__ or origin).__name__
    return CAPITALS.sub(" ", kind.removesuffix("Error")).lower()


def is_setting(error: BaseException) -> bool:
    """True when the database cannot be opened until a setting is changed."""
    if isinstance(error, DBAPIError):
        # Without a SQLSTATE the driver itself rejected what it was given.
        misused = isinstance(error, InterfaceError) and not error.connection_invalidated
        sqlstate = state(error)
        return (
            sqlstate.startswith(SETTING_STATES)
            or code(error) in SETTING_CODES
            or (misused and not sqlstate)
        )
    return False


def state(error: BaseException) -> str:
    """PostgreSQL's SQLSTATE, or ""."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def code(error: BaseException) -> int | None:
    """SQLite's primary result code (the low byte of the extended one), or None."""
    origin = getattr(error, "orig", error)
    extended = getattr(origin, "sqlite_errorcode", None)
    return None if extended is None else extended & 0xFF
