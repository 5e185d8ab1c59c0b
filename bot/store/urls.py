"""DATABASE_URL, as people and hosts write it → the URL and arguments that the drivers expect.

Parameters of PostgreSQL URLs are libpq's (PostgreSQL manual, 32.1.2); asyncpg knows only some of
them, so the others are translated here or refused.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Arguments = dict[str, Any]

SQLITE = {"sqlite", "sqlite+aiosqlite"}
POSTGRES = {"postgres", "postgresql", "postgres+asyncpg", "postgresql+asyncpg"}

SSL_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
OTHERS = {
    *("mariadb", "mssql", "mysql", "mysql+pymysql", "oracle", "postgresql+pg8000"),
    *("postgresql+psycopg", "postgresql+psycopg2", "postgresql+psycopg2cffi", "sqlite+pysqlite"),
}
"""What other programs take. A URL that begins with something else is not repeated."""

KNOWN_ELSEWHERE = """
async_fallback cache client_encoding command_timeout connection_limit fallback_application_name
gssdelegation gssencmode gsslib hostaddr immutable keepalives keepalives_count keepalives_idle
keepalives_interval krbsrvname load_balance_hosts max_overflow mode nolock passfile pgbouncer
pool_size pool_timeout prepared_statement_cache_size replication require_auth requirepeer requiressl
schema search_path service servicefile ssl ssl_max_protocol_version ssl_min_protocol_version
sslcertmode sslcompression sslcrldir sslkeylogfile sslnegotiation sslpassword sslsni
statement_cache_size statement_timeout target_session_attrs tcp_user_timeout timezone uri vfs
"""
"""Parameters that libpq, SQLite or other programs know, and we do not."""

ELSEWHERE = frozenset(KNOWN_ELSEWHERE.split())

IN_PASSWORD = "if it is none, write ? and & in the password as %3F and %26"  # noqa: S105

OPTION = re.compile(r"-c\s*([\w.]+)=((?:\\.|[^\s\\])*)\s*")
"""One of libpq's `options`: `-c name=value`. A blank in the value has a backslash before it."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is."""

    url: URL = field(repr=False)
    """SQLAlchemy's URL, with the async driver."""

    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Further arguments of asyncpg's `connect`."""

    @property
    def is_sqlite(self) -> bool:
        """True for a SQLite file, False for PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def place(self) -> str:
        """Kind and place, without user and password, for the log."""
        if self.is_sqlite:
            return f"sqlite {Path(self.url.database or '').absolute()}"
        host = self.arguments.get("host") or self.url.host or "localhost"
        return f"postgresql {host}:{self.url.port or 5432}/{self.url.database or ''}"


def address(database_url: str) -> Address:
    """Returns the address. Raises `SettingsError`, which names the mistake and shows no value."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise misconfigured(
            "must be a URL such as sqlite:///bot.db or postgres://user@host/name"
        ) from None
    if url.drivername in SQLITE:
        return _sqlite(url)
    if url.drivername in POSTGRES:
        return _postgres(url)
    named = f"{url.drivername}://" if url.drivername in OTHERS else "this kind of URL"
    raise misconfigured(f"{named} is not supported; only sqlite:/// and postgres://")


def misconfigured(problem: str) -> SettingsError:
    """Returns the error for a mistake in DATABASE_URL, or in the database that it names."""
    return SettingsError([f"DATABASE_URL: {problem}"])


def _sqlite(url: URL) -> Address:
    if url.host or url.username:
        raise misconfigured(
            "sqlite needs three slashes before a relative path, four before an absolute one"
        )
    if not url.database or ":memory:" in url.database:
        raise misconfigured("sqlite in memory cannot be shared by connections; give it a file")
    if url.query:
        raise misconfigured(f"sqlite takes no parameter{_named(url.query)}")
    return Address(url.set(drivername="sqlite+aiosqlite"))


def _postgres(url: URL) -> Address:
    known = {*SSL_FILES, *PARAMETERS, "sslmode", "channel_binding"}
    if strange := [name for name in url.query if name not in known]:
        raise misconfigured(
            f"has a parameter that is not supported{_named(strange)}; {IN_PASSWORD}"
        )
    if "@" in f"{url.host}{url.database}":
        raise misconfigured("an @ in user or password ends them; write it as %40")
    if url.host and "," in url.host:
        raise misconfigured("several hosts in one URL are not supported")
    # Of a parameter that is given twice the last value counts, as with libpq.
    query = {name: v if isinstance(v, str) else v[-1] for name, v in url.query.items()}
    arguments: Arguments = _encryption(query)
    for name, translate in PARAMETERS.items():
        if name in query:
            translate(query[name], arguments)
    plain = url.set(drivername="postgresql+asyncpg", query={})
    return Address(plain, arguments)


def _named(names: Iterable[str]) -> str:
    """The names that are known; others may be the end of a password, after a `?` in it."""
    shown = ", ".join(sorted({*names} & ELSEWHERE))
    return f": {shown}" if shown else ""


def _encryption(query: Mapping[str, str]) -> Arguments:
    """Asyncpg reads libpq's names of certificate files only from a URL, so it gets one for them."""
    mode = query.get("sslmode")
    if mode is not None and mode not in SSL_MODES:
        raise misconfigured(f"sslmode must be one of {', '.join(sorted(SSL_MODES))}")
    if query.get("sslrootcert") == "system":
        return {"ssl": ssl.create_default_context()}
    files = {name: query[name] for name in SSL_FILES if name in query}
    arguments: Arguments = {"ssl": mode} if mode else {}
    return arguments | ({"dsn": f"postgres://?{urlencode(files)}"} if files else {})


def _host(value: str, arguments: Arguments) -> None:
    arguments["host"] = value


def _timeout(value: str, arguments: Arguments) -> None:
    if not value.isdecimal():
        raise misconfigured("connect_timeout must be a whole number of seconds")
    # At least 2 seconds. For libpq 0 means no limit, which would stop the bot for ever.
    arguments["timeout"] = max(float(value), 2.0)


def _application(value: str, arguments: Arguments) -> None:
    arguments.setdefault("server_settings", {})["application_name"] = value


def _options(value: str, arguments: Arguments) -> None:
    if OPTION.sub("", value.strip()):
        raise misconfigured("options may only be of the form -c name=value")
    settings = {name: re.sub(r"\\(.)", r"\1", text) for name, text in OPTION.findall(value)}
    arguments.setdefault("server_settings", {}).update(settings)


PARAMETERS: Mapping[str, Callable[[str, Arguments], None]] = {
    "host": _host,
    "connect_timeout": _timeout,
    "application_name": _application,
    "options": _options,
}
"""Further parameters that are supported. `channel_binding` is ignored: asyncpg has none."""
