import sqlite3

import asyncpg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from bot.store.failures import is_transient, reason, store_error


def sqlite_error(code, message="no"):
    origin = sqlite3.OperationalError(message)
    origin.sqlite_errorcode = code
    return OperationalError("SELECT secret", {}, origin)


def postgres_error(state, message="no", kind=ProgrammingError):
    """As SQLAlchemy raises it: the driver's error is the cause of the one that it has made."""
    origin = RuntimeError(message)
    origin.sqlstate = state
    if state:
        origin.__cause__ = asyncpg.PostgresError.new({"C": state, "M": message})
    return kind("SELECT secret", {}, origin)


LOST = OperationalError("SELECT secret", {}, RuntimeError("gone"), connection_invalidated=True)


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY), True),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (sqlite_error(sqlite3.SQLITE_FULL), False),
        (sqlite_error(sqlite3.SQLITE_READONLY), False),
        (postgres_error("40001"), True),
        (postgres_error("40P01"), True),
        (postgres_error("08006"), True),
        (postgres_error("57P03"), True),
        (postgres_error("42P01"), False),
        (postgres_error("23505", kind=IntegrityError), True),
        (LOST, True),
        (ConnectionResetError(), True),
        (TimeoutError(), False),
        (ValueError(), False),
    ],
)
def test_what_is_tried_again(error, transient):
    assert is_transient(error) is transient


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY, "database is locked"), "database is locked"),
        (sqlite_error(sqlite3.SQLITE_FULL, "secret"), "database or disk is full"),
        (sqlite_error(sqlite3.SQLITE_ERROR, "no such table: secret"), "OperationalError"),
        (postgres_error("42P01", "no table secret"), "undefined table (42P01)"),
        (postgres_error("28P01", "secret"), "invalid password (28P01)"),
        (postgres_error("", "invalid input for query argument $1: secret"), "RuntimeError"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_the_reason_is_one_line_without_data(error, line):
    """Neither the statement nor its values."""
    assert reason(error) == line
    assert str(store_error(error)) == line
