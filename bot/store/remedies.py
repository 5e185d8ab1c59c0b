"""Why a database cannot be opened, and what the operator can do about it."""

from __future__ import annotations

import errno
import os
import sqlite3
import ssl
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, InterfaceError

from bot.errors import StoreError
from bot.starting.unreachable import NO_CONNECTION, unreachable
from bot.store.failures import (
    DAMAGE_CODES,
    code,
    is_setting,
    not_a_database,
    reason,
    state,
)
from bot.store.urls import misconfigured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.errors import BotError

PATHS: Final = "check the path and its permissions"

PARAMETERS: Final = "check its parameters, and the certificate files that they need"

OF_STATES: Final[Mapping[str, str]] = {
    "08": "check that what listens there is PostgreSQL: host and port",
    "28": "check user and password; write @ : / # and % in them as %40 %3A %2F %23 and %25",
    "3D": "create the database, or correct its name",
    "3F": "create the schema, or correct search_path",
    "42": "grant the user what is missing",
    "53": "the server is at its limits; see its log",
    "57": "the server starts or stops; see its log",
}
"""By the class of a SQLSTATE, its first two characters."""

OF_CODES: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_BUSY: "end the other program that uses the file",
    sqlite3.SQLITE_CANTOPEN: PATHS,
    sqlite3.SQLITE_FULL: "free some space on its disk",
    sqlite3.SQLITE_IOERR: "check its disk",
    sqlite3.SQLITE_LOCKED: "end the other program that uses the file",
    sqlite3.SQLITE_PERM: "check the permissions of the file and its directory",
    sqlite3.SQLITE_READONLY: (
        "check the permissions of the file, of those beside it (-wal and -shm) and of its directory"
    ),
}
"""By SQLite's primary result code."""

NO_TLS: Final = "it has no TLS, or is no PostgreSQL; set sslmode=disable, or check host and port"
NOT_POSTGRESQL: Final = "what listens there is no PostgreSQL; check host and port"


def opening_error(error: BaseException) -> BotError:
    """The error for a database that cannot be opened, with what to do about it.

    `SettingsError` when a setting must be changed; `StoreError` when it may open later.
    """
    if code(error) in DAMAGE_CODES:
        return not_a_database()
    if isinstance(error, OSError | EOFError):
        return _no_connection(error)
    problem = "; ".join(filter(None, (reason(error), _remedy(error))))
    return misconfigured(problem) if is_setting(error) else StoreError(problem)


def _no_connection(error: OSError | EOFError) -> BotError:
    """The error for what the driver raises before a database has answered."""
    if "rejected SSL upgrade" in str(error):
        return misconfigured(NO_TLS)
    if isinstance(error, OSError) and _is_about_a_file(error):
        return misconfigured(f"{os.strerror(error.errno or errno.EIO)}; {PATHS}")
    found = unreachable(error)
    if found.lasting or isinstance(error, ssl.SSLError):
        return misconfigured(found.reason)
    if found == NO_CONNECTION and isinstance(error, ConnectionError | EOFError):
        return StoreError(NOT_POSTGRESQL)
    return StoreError(found.reason)


def _is_about_a_file(error: OSError) -> bool:
    """True for a path to a file, folder or socket; errors of connections name no file."""
    return error.filename is not None or isinstance(error, FileNotFoundError | PermissionError)


def _remedy(error: BaseException) -> str:
    if not isinstance(error, DBAPIError):
        return ""
    if isinstance(error, InterfaceError) and is_setting(error):
        return PARAMETERS
    return OF_STATES.get(state(error)[:2]) or OF_CODES.get(code(error) or 0, "")
