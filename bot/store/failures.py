"""Where foreign errors end: each becomes one of ours, with a reason and without any data."""

from __future__ import annotations

import sqlite3
import ssl

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, SQLAlchemyError

from bot.errors import BotError, SettingsError, StoreError
from bot.store.urls import wrong

FOREIGN = (SQLAlchemyError, sqlite3.Error, OSError, EOFError, UnicodeError, OverflowError)
"""All that SQLAlchemy and the drivers below it raise; a time-out is an OSError."""

PASSING_STATES = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"}
"""PostgreSQL: serialization, deadlock, lock, shutdown, crash, start, too many connections."""

PASSING_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}

SETTING_STATES = ("28", "3D", "3F", "42")
"""PostgreSQL: who we are, which database, which schema, what we may do there."""

SETTING_CODES = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
DAMAGE_CODES = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
QUOTING_STATES = ("22", "23")
"""PostgreSQL's complaints about data, which quote it."""

DAMAGED = "restore a backup, or set another DATABASE_URL"


def passes(error: BaseException) -> bool:
    """True for what is likely to be over when the same is tried again in a moment."""
    if isinstance(error, DBAPIError):
        return (
            error.connection_invalidated
            # Of our constraints only "one begun turn in a thread" can be violated, by a race.
            or isinstance(error, IntegrityError)
            or _state(error).startswith("08")
            or _state(error) in PASSING_STATES
            or _code(error) in PASSING_CODES
        )
    # A time-out has waited long enough already.
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)


def running(error: BaseException) -> StoreError:
    """What broke in the midst of the work."""
    return StoreError(reason(error))


def opening(error: BaseException) -> BotError:
    """What broke at the start: a setting to mend, or a database that is not there yet."""
    if _code(error) in DAMAGE_CODES:
        return no_database()
    if _is_setting(error):
        return wrong(reason(error))
    return running(error)


def no_database() -> SettingsError:
    """Whatever the file is, it is not for us to write over."""
    return wrong(f"the file is no SQLite database, or a damaged one: {DAMAGED}")


def reason(error: BaseException) -> str:
    """What the database said, in one line and without anything that was to be stored."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    line = str(origin).partition("\n")[0].rstrip(".:")
    state = _state(error)
    if not line or state.startswith(QUOTING_STATES) or "query argument" in line:
        line = type(origin).__name__
    return f"{line} ({state})" if state else line


def _is_setting(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        # Without a state it is the driver itself that cannot work with what it was given.
        misused = isinstance(error, InterfaceError) and not error.connection_invalidated
        state = _state(error)
        return (
            state.startswith(SETTING_STATES)
            or _code(error) in SETTING_CODES
            or (misused and not state)
        )
    return isinstance(error, FileNotFoundError | PermissionError | ssl.SSLError)


def _state(error: BaseException) -> str:
    """PostgreSQL's five characters, or nothing."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _code(error: BaseException) -> int | None:
    """SQLite's number, without what it says in the upper bits; Python has its names."""
    origin = getattr(error, "orig", error)
    code = getattr(origin, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
