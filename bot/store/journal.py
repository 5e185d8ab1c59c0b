"""The journal in a database: no accepted turn is lost, and none is answered by two processes.

How it works:

- **State.** A turn goes accepted → posting → answering → closing → delivered, stopped or failed
  (`core.turns.TurnState`). `posting` is committed before a message is posted, and `closing`, with
  the whole answer, before the last write to Slack. So the process that takes up a turn knows what
  may be in Slack. `ended_at` is set when the turn ends; a turn without it is open.
- **Lease.** Who works on a turn is in its row: `owner`, and `lease_until` by the database's clock.
  A process renews all its leases in one statement. When it dies, they expire, and any process may
  claim its turns. A new turn belongs from its insert on to the process that accepted it.
- **Fence.** Each claim adds one to the turn's `fence`, and every later commit names the fence of
  its claim. A process that was paused for longer than its lease may still believe in it; if another
  one has claimed the turn meanwhile, its commits change no row and raise `LeaseLost`.
- **Line.** One turn of a thread is answered at a time, the oldest first. A turn is claimed at once
  but begins (`begun`) only when no older one of its thread is open. A unique index allows one begun
  turn in each thread; in PostgreSQL all rows of the thread are locked first, in a fixed order.
- **Quarantine.** `attempts` counts how often a turn was begun. From `QUARANTINE_FROM` on a claim
  does not begin it: it may be what crashes the process, so the engine begins it alone.

Any transaction may be carried out twice (see `transactions`). For most methods the second time
changes nothing; where it does, the method's docstring says why that is harmless.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bot.core.turns import QUARANTINE_FROM
from bot.core.types import Lease
from bot.errors import LeaseLost
from bot.store import rows, statements
from bot.store.feedback import SqlFeedback
from bot.store.gate import Priority
from bot.store.statements import key_values, lease_values
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection, Executable, Update

    from bot.core.reply import Snapshot
    from bot.core.turns import Claim, TurnRecord
    from bot.core.types import Order, Turn, TurnKey
    from bot.store.engines import Engines

DEDUPLICATED = 48 * 3600.0
"""Least seconds that an ended turn is kept, so that a late redelivery is known as a duplicate."""


class SqlJournal:
    """Implements the Journal port, where each method is described."""

    def __init__(self, engines: Engines, *, owner: str, lease: float = 10.0) -> None:
        """`owner` names this process and no other; a lease lasts `lease` seconds."""
        self._transactions = Transactions(engines)
        self.feedback = SqlFeedback(self._transactions)
        """The Feedback port, in the same database."""
        self._owner = owner
        self._me = {"me": owner}
        self._taking = {"me": owner, "lease": lease}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Finishes running transactions; after that every method raises `StoreError`."""
        await self._transactions.__aexit__(*error)

    async def accept(self, turn: Turn) -> bool:
        """Repeated, it may return False for a new turn. `due` then returns it: it is ours."""
        work = partial(_insert, values=rows.columns(turn) | self._taking)
        return await self._transactions.write("accept", work, Priority.NEW)

    async def claim(self, key: TurnKey) -> Claim | None:
        """Repeated, it counts one attempt too many and sets `doubtful`, which is only cautious."""
        return await self._transactions.write("claim", partial(self._claim, key=key))

    async def begin(self, lease: Lease) -> int | None:
        """Repeated, it counts one attempt too many."""
        return await self._transactions.write("begin", partial(self._begin, lease=lease))

    async def renew(self, leases: Collection[Lease]) -> Mapping[Lease, Order | None]:
        """Renews all leases of this process in one statement, those not asked for included."""
        kept = await self._transactions.write("renew", self._renew, Priority.LEASE)
        return {lease: kept[lease] for lease in leases if lease in kept}

    async def clear(self, lease: Lease) -> None:
        """The mark is kept until the turn is reopened."""
        await self._change("clear", lease, statements.CLEAR)

    async def posting(self, lease: Lease) -> None:
        """Sets `doubtful`. A turn in the state `closing` keeps that state."""
        await self._change("posting", lease, statements.POSTING)

    async def posted(self, lease: Lease, posts: Sequence[str]) -> None:
        """Clears `doubtful`."""
        await self._change("posted", lease, statements.POSTED, posts=rows.write_posts(posts))

    async def close(self, lease: Lease, ending: Snapshot) -> None:
        """From here on only the last write to Slack is missing."""
        await self._change("close", lease, statements.CLOSE, ending=rows.write_ending(ending))

    async def ended(self, lease: Lease, how: str) -> None:
        """Repeated, it raises `LeaseLost`: harmless, since nothing is left to write."""
        await self._change("ended", lease, statements.ENDED, state=rows.ended_state(how))

    async def release(self, lease: Lease) -> None:
        """Repeated, it raises `LeaseLost`: harmless, since the turn has been given back."""
        await self._change("release", lease, statements.RELEASE)

    async def leave(self) -> None:
        """All in one statement, turns that are not claimed included."""
        await self._transactions.write("leave", partial(self._leave, statement=statements.LEAVE))

    async def offer(self) -> None:
        """Turns that wait in line included: their next process goes on in the same message."""
        await self._transactions.write("offer", partial(self._leave, statement=statements.OFFER))

    async def due(self) -> list[TurnKey]:
        """Turns that this process works on are included: only the caller knows which these are."""
        found = await self._transactions.rows("due", statements.DUE, self._me)
        return [(row.team, row.channel, row.ts) for row in sorted(found, key=_age)]

    async def order(self, key: TurnKey, order: Order) -> bool:
        """`GONE` is never replaced by a later order."""
        return (
            await self._count("order", statements.ORDER, key_values(key) | {"order": order.value})
            > 0
        )

    async def answering(self, team: str, channel: str, ts: str) -> TurnKey | None:
        """Selects candidates by a text search in `posts`; the exact check follows here.

        The two databases read JSON in different ways, so the query does not read it.
        """
        found = await self._transactions.rows(
            "answering", statements.answering(team, channel, ts), {}
        )
        having = (row.ts for row in found if ts in (rows.read_posts(row.posts) or ()))
        return next(((team, channel, question) for question in having), None)

    async def find(self, key: TurnKey) -> TurnRecord | None:
        """One query."""
        found = await self._transactions.rows("find", statements.FIND, key_values(key))
        return rows.turn_record(found[0]) if found else None

    async def reopen(self, turn: Turn) -> bool:
        """Repeated, it may return False for a turn that it has reopened; `due` then returns it."""
        return await self._transactions.write("reopen", partial(self._reopen, turn=turn))

    async def purge(self, older_than_seconds: float) -> int:
        """Deletes turns that ended so many seconds ago. Returns how many. Raises `StoreError`."""
        total, deleted = 0, statements.BATCH
        age = {"seconds": max(older_than_seconds, DEDUPLICATED)}
        while deleted == statements.BATCH:
            deleted = await self._count("purge", statements.FORGET, age)
            total += deleted
        return total

    def _claim(self, connection: Connection, *, key: TurnKey) -> Claim | None:
        _lock(connection, statements.LOCK_THREAD, key_values(key))
        taken = connection.execute(statements.TAKE, key_values(key) | self._taking)
        if not (row := taken.one_or_none()):
            return None
        if row.attempts >= QUARANTINE_FROM:
            return rows.claim(row, attempts=None)
        return rows.claim(row, attempts=connection.scalar(statements.BEGIN_TAKEN, key_values(key)))

    def _begin(self, connection: Connection, *, lease: Lease) -> int | None:
        _lock(connection, statements.LOCK_THREAD, key_values(lease.key))
        ours = lease_values(lease, self._owner)
        attempts: int | None = connection.scalar(statements.BEGIN_HELD, ours)
        if attempts is None and connection.scalar(statements.IS_HELD, ours) is None:
            raise LeaseLost(lease.key[2])
        return attempts

    def _renew(self, connection: Connection) -> dict[Lease, Order | None]:
        _lock(connection, statements.LOCK_OURS, self._me)
        return {
            Lease((team, channel, ts), fence): rows.read_order(order)
            for team, channel, ts, fence, order in connection.execute(
                statements.RENEW, self._taking
            )
        }

    def _leave(self, connection: Connection, *, statement: Update) -> None:
        _lock(connection, statements.LOCK_OURS, self._me)
        connection.execute(statement, self._me)

    def _reopen(self, connection: Connection, *, turn: Turn) -> bool:
        before = key_values(turn.key) | {"of_round": turn.round - 1}
        if not (row := connection.execute(statements.BEFORE, before).one_or_none()):
            return False
        # Continue keeps all messages. Any other round replaces those of the last round, and keeps
        # what an earlier Continue kept.
        kept = len(rows.read_posts(row.posts) or ()) if turn.goes_on else row.kept
        goes_on = turn.goes_on or row.kept > 0
        values = before | self._taking | rows.columns(turn) | {"kept": kept, "goes_on": goes_on}
        return connection.execute(statements.REOPEN, values).rowcount > 0

    async def _change(self, name: str, lease: Lease, statement: Executable, **values: Any) -> None:
        if not await self._count(name, statement, lease_values(lease, self._owner) | values):
            raise LeaseLost(lease.key[2])

    async def _count(self, name: str, statement: Executable, values: Mapping[str, Any]) -> int:
        return await self._transactions.write(name, partial(_count, statement, values))


def _insert(connection: Connection, *, values: Mapping[str, Any]) -> bool:
    statement = statements.ACCEPT[connection.dialect.name]
    return connection.execute(statement, values).first() is not None


def _lock(connection: Connection, query: Executable, values: Mapping[str, Any]) -> None:
    """Locks rows. SQLite needs no lock: only one transaction writes at a time."""
    if connection.dialect.name != "sqlite":
        connection.execute(query, values)


def _count(statement: Executable, values: Mapping[str, Any], connection: Connection) -> int:
    return connection.execute(statement, values).rowcount


def _age(row: Any) -> tuple[int, str]:
    return (row.moment, row.ts)
