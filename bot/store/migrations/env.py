"""Alembic's entry point. The caller has begun the transaction, holds the lock, and commits."""

from __future__ import annotations

from alembic import context

from bot.store.schema import VERSION_TABLE
from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite's DDL is transactional too, after an explicit BEGIN.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
