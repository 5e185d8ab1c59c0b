"""Where a trial's bots keep their journal: a file or a database of its own, and ways to hurt it."""

import asyncio
import contextlib
import secrets
import sqlite3
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.database import SERVER


@dataclass(frozen=True, slots=True)
class FileStore:
    """SQLite."""

    url: str
    path: Path

    @asynccontextmanager
    async def down(self):
        """Somebody else has locked the file, and can write while we cannot."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=5, isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
            yield
            db.execute("ROLLBACK")


@dataclass(frozen=True, slots=True)
class ServerStore:
    """PostgreSQL: a whole database, so that nobody else is hurt with it."""

    url: str
    name: str

    @asynccontextmanager
    async def down(self):
        """Nobody is let in, and who is in is thrown out."""
        async with _connected(SERVER) as admin:
            await admin.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS false')
            await self._throw_out(admin)
            yield
            await admin.execute(f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS true')

    @asynccontextmanager
    async def slow(self):
        """Every query waits for somebody who has locked all the tables."""
        async with _connected(self.url) as rude, rude.transaction():
            tables = await rude.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            names = ", ".join(row["tablename"] for row in tables)
            await rude.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            yield

    async def cut(self, times: int, pause: float) -> None:
        """Every connection is cut, again and again."""
        async with _connected(SERVER) as admin:
            for _ in range(times):
                await self._throw_out(admin)
                await asyncio.sleep(pause)

    async def _throw_out(self, admin) -> None:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", self.name
        )


@asynccontextmanager
async def open_store(kind: str, folder: Path):
    if kind == "sqlite":
        yield FileStore("sqlite:///bot.db", folder / "bot.db")
        return
    name = f"chaos_{secrets.token_hex(6)}"
    async with _connected(SERVER) as connection:
        await connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield ServerStore(urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}")), name)
    finally:
        async with _connected(SERVER) as connection:
            await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def has_postgres() -> bool:
    try:
        async with _connected(SERVER):
            return True
    except (OSError, asyncpg.PostgresError):
        return False


@asynccontextmanager
async def _connected(url: str):
    connection = await asyncpg.connect(url, timeout=5)
    try:
        yield connection
    finally:
        await connection.close()
