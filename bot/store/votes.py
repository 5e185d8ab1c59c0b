"""Reads what people said of answers, beside a bot that runs. Changes nothing in the database."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Double, bindparam, select

from bot.core.feedback import Vote
from bot.errors import BotError
from bot.store.clock import Now
from bot.store.engines import engines, path_of, read_only
from bot.store.remedies import opening_error
from bot.store.schema import check_is_file, inspect_schema, is_current
from bot.store.tables import feedback
from bot.store.transactions import with_retries
from bot.store.urls import address

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.store.engines import Connections
    from bot.store.urls import Address

f = feedback.c
ALL = select(f.given_at, f.verdict, f.faults, f.reason, f.team, f.channel, f.ts).order_by(
    f.given_at.desc(), f.ts, f.voter
)
RECENT = ALL.where(f.given_at > Now() - bindparam("seconds", type_=Double))


async def read_votes(url: str, seconds: float | None = None) -> list[Vote] | None:
    """The votes of the last `seconds`, newest first; without `seconds` all that are kept.

    None for a file that does not exist yet; it is not made. Raises `SettingsError` and `StoreError`
    as `open_store` does.
    """
    where = address(url)
    if where.is_sqlite:
        if not path_of(where).exists():
            return None
        check_is_file(path_of(where))
    connections = _connections(where)
    try:
        work = partial(connections.run, partial(_votes, seconds))
        found = await with_retries(work, failure=opening_error)
    finally:
        await connections.dispose()
    if isinstance(found, BotError):
        raise found
    return found


def _connections(where: Address) -> Connections:
    return read_only(where) if where.is_sqlite else engines(where).read


def _votes(seconds: float | None, connection: Connection) -> list[Vote]:
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
    found = inspect_schema(connection)
    # An older version of the bot may have made the database, without a table for votes.
    if not is_current(found) and feedback.name not in found.tables:
        return []
    rows = connection.execute(RECENT if seconds else ALL, {"seconds": seconds} if seconds else {})
    return [
        Vote(
            row.given_at,
            row.verdict,
            tuple(row.faults.split()),
            row.reason,
            row.team,
            row.channel,
            row.ts,
        )
        for row in rows
    ]
