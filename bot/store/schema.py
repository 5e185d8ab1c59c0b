"""The schema of the database at hand: looked at, brought up to date, or refused.

Looking and migrating happen in one transaction under one lock, so processes that start at once wait
for each other, and one that is killed in the midst leaves the old schema.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, func, inspect, select, table
from sqlalchemy.exc import DBAPIError

from bot.store.engines import begin_reading, looking, path_of
from bot.store.failures import DAMAGED, no_database
from bot.store.tables import feedback, guard, turns
from bot.store.urls import wrong

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.store.engines import Engines
    from bot.store.urls import Address

READER = 1
"""What we can read. A migration that older versions cannot live with raises `min_reader`."""

REVISIONS = ("0001", "0002")
"""All migrations in their order, so that Alembic is only loaded when there is something to do."""

VERSION_TABLE = "bot_version"
SHORTEST = 512
LOCK = 0x626F7420
"""Any number, as long as every version uses the same one for PostgreSQL's lock."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is there: our tables' names, the versions noted, who may read it, the columns."""

    tables: frozenset[str] = frozenset()
    versions: tuple[str, ...] = ()
    min_reader: object = None
    columns: frozenset[str] = frozenset()


async def prepare(address: Address, engines: Engines) -> None:
    """Brings the schema up to date. Raises `SettingsError` for one that is not ours to touch."""
    if address.is_sqlite:
        await _look_into(address)
    await engines.write.run(bring_up_to_date)


def bring_up_to_date(connection: Connection) -> None:
    """Looks, and migrates where there is something to do."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if not ready(look(connection)):
        upgrade(connection)


def ready(found: Found) -> bool:
    """True when there is nothing to do, False when it has to be migrated first."""
    if not found.versions:
        if foreign := found.tables - {VERSION_TABLE}:
            raise wrong(f"holds a table {min(foreign)} that is not the bot's; set another database")
        return False
    if not isinstance(found.min_reader, int):
        raise wrong(f"the database's schema_guard is missing or empty: {DAMAGED}")
    if found.min_reader > READER:
        raise wrong("the database was made by a newer version of the bot; update the bot")
    if found.versions[0] in REVISIONS[:-1]:
        return False
    # An unknown version is a newer one, which says by its guard that we may work on it.
    if missing := set(turns.c.keys()) - found.columns:
        raise wrong(f"the table turns lacks {', '.join(sorted(missing))}: {DAMAGED}")
    if feedback.name not in found.tables:
        raise wrong(f"the table feedback is missing: {DAMAGED}")
    return True


def look(connection: Connection) -> Found:
    """Reads; changes nothing."""
    inspector = inspect(connection)
    names = (VERSION_TABLE, turns.name, guard.name, feedback.name)
    tables = frozenset(name for name in names if inspector.has_table(name))
    versions = table(VERSION_TABLE, column("version_num"))
    return Found(
        tables,
        tuple(connection.scalars(select(versions))) if VERSION_TABLE in tables else (),
        connection.scalar(select(func.max(guard.c.min_reader))) if guard.name in tables else None,
        frozenset(c["name"] for c in inspector.get_columns(turns.name))
        if turns.name in tables
        else frozenset(),
    )


def upgrade(connection: Connection) -> None:
    """Runs what is missing, within the transaction of `connection`."""
    from alembic import command  # noqa: PLC0415 - a third of a second, for most starts in vain
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    command.upgrade(config, "head")


async def _look_into(address: Address) -> None:
    """A file that is not ours, or broken, is refused before anything in it is changed."""
    path = path_of(address)
    _check_folder(path.parent)
    if not path.exists():
        return
    _check_file(path)
    connections = looking(address)
    try:
        await connections.run(_check)
    except DBAPIError as error:
        if not _was_interrupted(error):
            raise
    finally:
        await connections.dispose()


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise wrong("the directory of the SQLite file does not exist")
    # The WAL stands beside the file.
    if not os.access(folder, os.W_OK):
        raise wrong("nothing may be written in the directory of the SQLite file")


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise wrong("there is something else than a file where the SQLite file should be")
    # On a file that may only be read SQLite turns a writing transaction into a reading one.
    if not os.access(path, os.W_OK):
        raise wrong("the SQLite file may only be read")
    # SQLite takes any file shorter than its shortest page for an empty one, and writes over it.
    if 0 < path.stat().st_size < SHORTEST:
        raise no_database()


def _check(connection: Connection) -> None:
    begin_reading(connection)
    if (said := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
        raise wrong(f"the SQLite file is damaged ({said}): {DAMAGED}")
    ready(look(connection))


def _was_interrupted(error: DBAPIError) -> bool:
    """Killed while it wrote its very first page, before WAL: whoever writes next undoes that."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_READONLY_ROLLBACK
