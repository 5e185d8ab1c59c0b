"""What is wrong with a database that cannot be opened, and what to do about it."""

import sqlite3
import ssl

import pytest
from sqlalchemy.exc import InterfaceError

from bot.errors import SettingsError, StoreError
from bot.store.remedies import opening_error
from tests.store.test_failures import postgres_error, sqlite_error

MISUSED = InterfaceError("SELECT secret", {}, RuntimeError("invalid dsn"))


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
        (PermissionError(13, "Permission denied"), SettingsError),
        (ConnectionError("PostgreSQL server at x rejected SSL upgrade"), SettingsError),
        (ConnectionResetError(), StoreError),
        (EOFError(), StoreError),
        (FileNotFoundError(2, "No such file"), SettingsError),
        (ssl.SSLError("bad certificate"), SettingsError),
        (ConnectionRefusedError(), StoreError),
        (TimeoutError(), StoreError),
    ],
)
def test_whether_the_operator_must_change_a_setting(error, kind):
    assert type(opening_error(error)) is kind


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (sqlite_error(sqlite3.SQLITE_BUSY, "database is locked"), "end the other program"),
        (sqlite_error(sqlite3.SQLITE_FULL), "free some space"),
        (sqlite_error(sqlite3.SQLITE_NOTADB), "backup"),
        (sqlite_error(sqlite3.SQLITE_READONLY), "-shm"),
        (postgres_error("28P01"), "check user and password"),
        (postgres_error("3D000"), "create the database"),
        (postgres_error("42501"), "grant"),
        (postgres_error("53300"), "limits"),
        (postgres_error("57P03"), "starts or stops"),
        (ConnectionRefusedError(111, "no"), "check host and port"),
        (ConnectionError("unexpected connection_lost() call"), "no PostgreSQL"),
        (ConnectionResetError(), "no PostgreSQL"),
        (ssl.SSLCertVerificationError("no"), "SSL_CERT_FILE"),
        (TimeoutError(), "firewall"),
    ],
)
def test_each_says_what_to_do(error, remedy):
    assert remedy in str(opening_error(error))
