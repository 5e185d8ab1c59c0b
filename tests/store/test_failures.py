import sqlite3
import ssl

import pytest
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, ProgrammingError

from bot.errors import SettingsError, StoreError
from bot.store.failures import is_transient, opening_error, reason, store_error


def sqlite_error(code, message="no"):
    origin = sqlite3.OperationalError(message)
    origin.sqlite_errorcode = code
    return OperationalError("SELECT secret", {}, origin)


def postgres_error(state, message="no", kind=ProgrammingError):
    origin = RuntimeError(message)
    origin.sqlstate = state
    return kind("SELECT secret", {}, origin)


LOST = OperationalError("SELECT secret", {}, RuntimeError("gone"), connection_invalidated=True)
MISUSED = InterfaceError("SELECT secret", {}, RuntimeError("invalid dsn"))


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
    ("error", "kind"),
    [
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), SettingsError),
        (sqlite_error(sqlite3.SQLITE_NOTADB), SettingsError),
        (sqlite_error(sqlite3.SQLITE_CORRUPT), SettingsError),
        (sqlite_error(sqlite3.SQLITE_FULL), StoreError),
        (postgres_error("28P01"), SettingsError),
        (postgres_error("3D000"), SettingsError),
        (postgres_error("57P03"), StoreError),
        (MISUSED, SettingsError),
        (FileNotFoundError(2, "No such file"), SettingsError),
        (ssl.SSLError("bad certificate"), SettingsError),
        (ConnectionRefusedError(), StoreError),
        (TimeoutError(), StoreError),
    ],
)
def test_whether_the_operator_must_change_a_setting(error, kind):
    assert type(opening_error(error)) is kind


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY, "database is locked"), "database is locked"),
        (postgres_error("42P01", "no such table\nDETAIL: secret"), "no such table (42P01)"),
        (postgres_error("22021", "invalid byte in secret"), "RuntimeError (22021)"),
        (postgres_error("23505", "Key (text)=(secret)"), "RuntimeError (23505)"),
        (postgres_error("", "invalid input for query argument $1: secret"), "RuntimeError"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_the_reason_is_one_line_without_data(error, line):
    """Neither the statement nor its values."""
    assert reason(error) == line
    assert str(store_error(error)) == line
