"""Databases for tests: a schema of a PostgreSQL server for each, gone afterwards."""

import os
import secrets
from contextlib import asynccontextmanager
from urllib.parse import quote

import asyncpg
import pytest

SERVER = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")


@asynccontextmanager
async def postgres_schema():
    """The URL of an empty schema. Without a server it is skipped, which CI must not overlook."""
    connection = await connected()
    name = f"test_{secrets.token_hex(6)}"
    await connection.execute(f"CREATE SCHEMA {name}")
    try:
        mark = "&" if "?" in SERVER else "?"
        yield f"{SERVER}{mark}options={quote(f'-csearch_path={name}')}"
    finally:
        await connection.execute(f"DROP SCHEMA {name} CASCADE")
        await connection.close()


async def connected():
    """A connection to the server itself."""
    try:
        return await asyncpg.connect(SERVER, timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"there is no PostgreSQL at TEST_DATABASE_URL ({error})")


@asynccontextmanager
async def database(kind, folder):
    """An empty database of either kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/bot.db"
    else:
        async with postgres_schema() as url:
            yield url
