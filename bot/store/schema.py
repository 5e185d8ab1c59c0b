"""The schema of a database: checked, migrated, or refused because it is not ours to change.

Checking and migrating happen in one transaction under one lock: processes that start at the same
time wait for each other, and one that is killed meanwhile leaves the old schema. Migrations only
add, so two versions of the bot may share a database while one replaces the other; `min_reader` in
the table `schema_guard` says which versions still may.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, func, inspect, select, table
from sqlalchemy.exc import DBAPIError

from bot.store.engines import begin_reading, path_of, read_only
from bot.store.failures import DAMAGED, not_a_database
from bot.store.private_files import create_private, make_private
from bot.store.tables import feedback, guard, turns
from bot.store.urls import misconfigured

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.store.engines import Engines
    from bot.store.urls import Address

READER = 2
"""The schema that this version can read. A migration that older ones cannot raises `min_reader`."""

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""All migrations, in order. Listed here so that Alembic is loaded only when one is missing."""

VERSION_TABLE = "bot_version"
SHORTEST = 512
"""Bytes of the smallest SQLite page."""
LOCK = 0x626F7420
"""The number of PostgreSQL's advisory lock: any, but the same in every version."""


@dataclass(frozen=True, slots=True)
class FoundSchema:
    """The schema that a database has."""

    tables: frozenset[str] = frozenset()
    """Those of the names of our tables that exist."""

    versions: tuple[str, ...] = ()
    """The revisions in the version table: one, or none in a new database."""

    min_reader: object = None
    """The oldest `READER` that may use the database, as it is in the guard table."""

    columns: frozenset[str] = frozenset()
    """The columns of the table `turns`."""


async def prepare(address: Address, engines: Engines) -> None:
    """Brings the schema up to date. Raises `SettingsError` for a database that is not ours."""
    if not address.is_sqlite:
        await engines.write.run(bring_up_to_date)
        return
    await _check_sqlite_file(address)
    create_private(path_of(address))
    await engines.write.run(bring_up_to_date)
    make_private(path_of(address))


def bring_up_to_date(connection: Connection) -> None:
    """Checks the schema, and migrates it if it is not current."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
    if not is_current(inspect_schema(connection)):
        upgrade(connection)


def is_current(found: FoundSchema) -> bool:
    """True when nothing has to be migrated. Raises `SettingsError` for a schema we cannot use."""
    if not found.versions:
        if foreign := found.tables - {VERSION_TABLE}:
            raise misconfigured(
                f"holds a table {min(foreign)} that is not the bot's; set another database"
            )
        return False
    if not isinstance(found.min_reader, int):
        raise misconfigured(f"the database's schema_guard is missing or empty; {DAMAGED}")
    if found.min_reader > READER:
        raise misconfigured("the database was made by a newer version of the bot; update the bot")
    if found.versions[0] in REVISIONS[:-1]:
        return False
    # An unknown revision is a newer one. Its guard has just said that we may use it.
    if missing := set(turns.c.keys()) - found.columns:
        raise misconfigured(f"the table turns lacks {', '.join(sorted(missing))}; {DAMAGED}")
    if feedback.name not in found.tables:
        raise misconfigured(f"the table feedback is missing; {DAMAGED}")
    return True


def inspect_schema(connection: Connection) -> FoundSchema:
    """Returns what the database has. Changes nothing."""
    inspector = inspect(connection)
    names = (VERSION_TABLE, turns.name, guard.name, feedback.name)
    tables = frozenset(name for name in names if inspector.has_table(name))
    versions = table(VERSION_TABLE, column("version_num"))
    return FoundSchema(
        tables,
        tuple(connection.scalars(select(versions))) if VERSION_TABLE in tables else (),
        connection.scalar(select(func.max(guard.c.min_reader))) if guard.name in tables else None,
        frozenset(c["name"] for c in inspector.get_columns(turns.name))
        if turns.name in tables
        else frozenset(),
    )


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Runs the missing migrations, up to `revision`, in the transaction of `connection`."""
    from alembic import command  # noqa: PLC0415 - takes 0.3 s, and most starts do not need it
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    command.upgrade(config, revision)


async def _check_sqlite_file(address: Address) -> None:
    """Refuses a file that is not ours or is damaged before anything in it is changed."""
    path = path_of(address)
    _check_folder(path.parent)
    if not path.exists():
        return
    _check_path(path)
    connections = read_only(address)
    try:
        await connections.run(_check)
    except DBAPIError as error:
        if not _was_interrupted(error):
            raise
    finally:
        await connections.dispose()


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise misconfigured(
            "the directory of the SQLite file does not exist; create it, or correct the path"
        )
    # SQLite makes the WAL beside the file.
    if not os.access(folder, os.W_OK):
        raise misconfigured(
            "nothing may be written in the directory of the SQLite file; "
            "check its permissions, or choose another one"
        )


def check_is_file(path: Path) -> None:
    """Raises `SettingsError` for a folder or a device in place of the SQLite file."""
    if not path.is_file():
        raise misconfigured(
            "there is something else than a file where the SQLite file should be; correct the path"
        )


def _check_path(path: Path) -> None:
    check_is_file(path)
    # In a read-only file BEGIN IMMEDIATE begins a mere read, and the first write fails.
    if not os.access(path, os.W_OK):
        raise misconfigured("the SQLite file may only be read; check its permissions")
    # SQLite takes a file shorter than one page for an empty one and overwrites it.
    if 0 < path.stat().st_size < SHORTEST:
        raise not_a_database()


def _check(connection: Connection) -> None:
    begin_reading(connection)
    if (said := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
        raise misconfigured(f"the SQLite file is damaged ({said}); {DAMAGED}")
    is_current(inspect_schema(connection))


def _was_interrupted(error: DBAPIError) -> bool:
    """A process was killed during its first write, before WAL mode: the next write repairs that."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_READONLY_ROLLBACK
