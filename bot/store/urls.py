"""DATABASE_URL, as people and hosts write it, in the terms of SQLAlchemy and its drivers."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Arguments = dict[str, Any]

SQLITE = {"sqlite", "sqlite+aiosqlite"}
POSTGRES = {"postgres", "postgresql", "postgres+asyncpg", "postgresql+asyncpg"}

SSL_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
OPTION = re.compile(r"-c\s*([\w.]+)=((?:\\.|[^\s\\])*)\s*")
"""One of libpq's `options`: `-c name=value`, with blanks in the value behind a backslash."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the database is, and what its driver is to be told beside that."""

    url: URL = field(repr=False)
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """A file, else PostgreSQL."""
        return self.url.get_backend_name() == "sqlite"


def address(database_url: str) -> Address:
    """Raises `SettingsError`, which names what is wrong and shows no value."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise wrong("must be a URL such as sqlite:///bot.db or postgres://user@host/name") from None
    if url.drivername in SQLITE:
        return _sqlite(url)
    if url.drivername in POSTGRES:
        return _postgres(url)
    raise wrong(f"{url.drivername}:// is not supported; only sqlite:/// and postgres://")


def wrong(problem: str) -> SettingsError:
    """Something is the matter with DATABASE_URL, or with what it leads to."""
    return SettingsError([f"DATABASE_URL: {problem}"])


def _sqlite(url: URL) -> Address:
    if url.host or url.username:
        raise wrong(
            "sqlite needs three slashes before a relative path, four before an absolute one"
        )
    if not url.database or ":memory:" in url.database:
        raise wrong("sqlite in memory cannot be shared by connections; give it a file")
    if url.query:
        raise wrong(f"sqlite takes no parameter {_names(url.query)}")
    return Address(url.set(drivername="sqlite+aiosqlite"))


def _postgres(url: URL) -> Address:
    known = {*SSL_FILES, *PARAMETERS, "sslmode", "channel_binding"}
    if strange := [name for name in url.query if name not in known]:
        raise wrong(f"parameter {_names(strange)} is not supported")
    if url.host and "," in url.host:
        raise wrong("several hosts in one URL are not supported")
    # What stands twice counts once, the last time, as with libpq.
    query = {name: v if isinstance(v, str) else v[-1] for name, v in url.query.items()}
    arguments: Arguments = _encryption(query)
    for name, translate in PARAMETERS.items():
        if name in query:
            translate(query[name], arguments)
    plain = url.set(drivername="postgresql+asyncpg", query={})
    return Address(plain, arguments)


def _names(names: Any) -> str:
    return ", ".join(sorted(names))


def _encryption(query: Mapping[str, str]) -> Arguments:
    """Only from a URL does asyncpg take files by libpq's names; it gets one with nothing else."""
    mode = query.get("sslmode")
    if mode is not None and mode not in SSL_MODES:
        raise wrong(f"sslmode must be one of {', '.join(sorted(SSL_MODES))}")
    if query.get("sslrootcert") == "system":
        return {"ssl": ssl.create_default_context()}
    files = {name: query[name] for name in SSL_FILES if name in query}
    arguments: Arguments = {"ssl": mode} if mode else {}
    return arguments | ({"dsn": f"postgres://?{urlencode(files)}"} if files else {})


def _host(value: str, arguments: Arguments) -> None:
    arguments["host"] = value


def _timeout(value: str, arguments: Arguments) -> None:
    if not value.isdecimal():
        raise wrong("connect_timeout must be a whole number of seconds")
    # libpq waits for ever at 0; nobody wants a bot that does.
    arguments["timeout"] = max(float(value), 2.0)


def _application(value: str, arguments: Arguments) -> None:
    arguments.setdefault("server_settings", {})["application_name"] = value


def _options(value: str, arguments: Arguments) -> None:
    if OPTION.sub("", value.strip()):
        raise wrong("options may only be of the form -c name=value")
    settings = {name: re.sub(r"\\(.)", r"\1", text) for name, text in OPTION.findall(value)}
    arguments.setdefault("server_settings", {}).update(settings)


PARAMETERS: Mapping[str, Callable[[str, Arguments], None]] = {
    "host": _host,
    "connect_timeout": _timeout,
    "application_name": _application,
    "options": _options,
}
"""What else may stand behind the question mark. `channel_binding` is dropped: asyncpg has none."""
