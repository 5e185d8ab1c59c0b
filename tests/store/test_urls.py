"""DATABASE_URL in every spelling, and mistakes that are named without being shown."""

import ssl

import pytest

from bot.errors import SettingsError
from bot.store.urls import address


@pytest.mark.parametrize(
    ("written", "url", "arguments"),
    [
        ("sqlite:///bot.db", "sqlite+aiosqlite:///bot.db", {}),
        ("sqlite:////var/lib/bot.db", "sqlite+aiosqlite:////var/lib/bot.db", {}),
        ("sqlite+aiosqlite:///a b.db", "sqlite+aiosqlite:///a b.db", {}),
        ("postgres://u:p%40@h/d", "postgresql+asyncpg://u:p%40@h/d", {}),
        ("postgresql://u@h:6432/d", "postgresql+asyncpg://u@h:6432/d", {}),
        ("postgresql+asyncpg://h/d", "postgresql+asyncpg://h/d", {}),
        ("postgres://h/d?sslmode=require", "postgresql+asyncpg://h/d", {"ssl": "require"}),
        (
            "postgres://h/d?sslmode=verify-full&sslrootcert=/c a.pem",
            "postgresql+asyncpg://h/d",
            {"ssl": "verify-full", "dsn": "postgres://?sslrootcert=%2Fc+a.pem"},
        ),
        ("postgres://h/d?channel_binding=require", "postgresql+asyncpg://h/d", {}),
        ("postgres://h/d?connect_timeout=7", "postgresql+asyncpg://h/d", {"timeout": 7.0}),
        ("postgres://h/d?connect_timeout=0", "postgresql+asyncpg://h/d", {"timeout": 2.0}),
        ("postgres:///d?host=/run/pg", "postgresql+asyncpg:///d", {"host": "/run/pg"}),
        (
            "postgres://h/d?application_name=bot&options=-csearch_path%3Dx%20-c%20a.b%3Dc%5C%20d",
            "postgresql+asyncpg://h/d",
            {"server_settings": {"application_name": "bot", "search_path": "x", "a.b": "c d"}},
        ),
    ],
)
def test_what_is_understood(written, url, arguments):
    found = address(written)

    assert found.url.render_as_string(hide_password=False) == url
    assert found.arguments == arguments
    assert found.is_sqlite == written.startswith("sqlite")


def test_the_systems_certificates():
    context = address("postgres://h/d?sslmode=verify-full&sslrootcert=system").arguments["ssl"]

    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("sqlite://bot.db", "three slashes"),
        ("sqlite:///bot.db?mode=sekret", "mode"),
        ("mysql://u:sekret@h/d", "mysql"),
        ("postgresql+psycopg://u:sekret@h/d", "psycopg"),
        ("postgres://u:sekret@h/d?keepalives=sekret", "keepalives"),
        ("postgres://u:sekret@h/d?sslmode=sekret", "sslmode"),
        ("postgres://u:sekret@h/d?connect_timeout=sekret", "connect_timeout"),
        ("postgres://u:sekret@h/d?options=--sekret", "options"),
        ("postgres://h/d?sekret=1", "parameter that is not supported; "),
        ("postgres://u:p@ss?sekret=1@h/d", "%3F"),
        ("postgres://u:p@ss?sslmode=disable&sekret=@h/d", "%26"),
        ("sqlite:///bot.db?sekret=1", "no parameter"),
        ("postgresql+sekret://h/d", "not supported; only"),
        ("postgres://u:sekret@h,i/d", "several hosts"),
        ("postgres://u:sek@ret@h/d", "write it as %40"),
        ("postgres://u:sek@r/et@h/d", "write it as %40"),
        ("postgres://u:sekret@h:sekret/d", "must be a URL"),
        ("sekret", "must be a URL"),
        ("", "must be a URL"),
    ],
)
def test_what_is_refused_is_named_and_never_shown(written, named):
    with pytest.raises(SettingsError) as caught:
        address(written)

    assert str(caught.value).startswith("DATABASE_URL: ")
    assert named in str(caught.value)
    assert "sekret" not in str(caught.value)
    assert "sekret" not in repr(address("postgres://u:sekret@h/d"))


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:////srv/bot.db", "sqlite /srv/bot.db"),
        ("postgres://user:canary@db.example/bot", "postgresql db.example:5432/bot"),
        ("postgres://user:canary@db.example:6/bot?sslmode=require", "postgresql db.example:6/bot"),
        ("postgres:///bot?host=/run/postgresql", "postgresql /run/postgresql:5432/bot"),
    ],
)
def test_its_place_is_told_without_user_and_password(url, place):
    assert address(url).place == place
