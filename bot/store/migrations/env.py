"""Alembic's way in. The caller has begun the transaction, holds the lock, and commits."""

from __future__ import annotations

from alembic import context

from bot.store.schema import VERSION_TABLE
from bot.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite's DDL is as transactional as PostgreSQL's once the BEGIN is a real one.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
