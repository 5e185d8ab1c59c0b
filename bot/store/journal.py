"""The journal in a database: nothing that was accepted is lost, and nobody answers twice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bot.core.turns import QUARANTINE_FROM
from bot.core.types import Lease
from bot.errors import LeaseLost
from bot.store import rows, statements
from bot.store.feedback import SqlFeedback
from bot.store.gate import Rank
from bot.store.statements import held, of
from bot.store.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from types import TracebackType

    from sqlalchemy import Connection, Executable, Update

    from bot.core.reply import Snapshot
    from bot.core.turns import Claim, TurnRecord
    from bot.core.types import Order, Turn, TurnKey
    from bot.store.engines import Engines

DEDUPLICATED = 48 * 3600.0
"""Seconds for which an ended turn is remembered at least, or a redelivery would be answered."""


class SqlJournal:
    """Implements the Journal port, which says what each method means.

    Any transaction may be carried out twice, when the answer to its commit is lost. For most the
    second time changes nothing; where it does, the method says why that does no harm.
    """

    def __init__(self, engines: Engines, *, owner: str, lease: float = 10.0) -> None:
        self._transactions = Transactions(engines)
        self.feedback = SqlFeedback(self._transactions)
        """What people say of the answers, in the same database."""
        self._owner = owner
        self._me = {"me": owner}
        self._taking = {"me": owner, "lease": lease}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """What was begun is finished; after that everything raises `StoreError`."""
        await self._transactions.__aexit__(exc_type, exc, traceback)

    async def accept(self, turn: Turn) -> bool:
        """Repeated, it may say False of a new turn; `due` finds that, since it is ours."""
        work = partial(_insert, values=rows.columns(turn) | self._taking)
        return await self._transactions.write("accept", work, Rank.NEW)

    async def claim(self, key: TurnKey) -> Claim | None:
        """Repeated, it counts one attempt too many and is doubtful: careful, but never wrong."""
        return await self._transactions.write("claim", partial(self._claim, key=key))

    async def begin(self, lease: Lease) -> int | None:
        """Repeated, it counts one attempt too many."""
        return await self._transactions.write("begin", partial(self._begin, lease=lease))

    async def renew(self, leases: Collection[Lease]) -> Mapping[Lease, Order | None]:
        """One statement for all that is ours, what has only been accepted included."""
        kept = await self._transactions.write("renew", self._renew, Rank.LEASE)
        return {lease: kept[lease] for lease in leases if lease in kept}

    async def clear(self, lease: Lease) -> None:
        """Until it is asked again."""
        await self._change("clear", lease, statements.CLEAR)

    async def posting(self, lease: Lease) -> None:
        """A turn that closes stays so; the doubt is noted beside it."""
        await self._change("posting", lease, statements.POSTING)

    async def posted(self, lease: Lease, posts: Sequence[str]) -> None:
        """The doubt is over."""
        await self._change("posted", lease, statements.POSTED, posts=rows.write_posts(posts))

    async def close(self, lease: Lease, ending: Snapshot) -> None:
        """Whoever takes it up from here has only to write."""
        await self._change("close", lease, statements.CLOSE, ending=rows.write_ending(ending))

    async def ended(self, lease: Lease, how: str) -> None:
        """Repeated, it raises `LeaseLost`, which is as good: there is nothing left to write."""
        await self._change("ended", lease, statements.ENDED, state=rows.ended_state(how))

    async def release(self, lease: Lease) -> None:
        """Repeated, it raises `LeaseLost`: it is not ours any more, which was the aim."""
        await self._change("release", lease, statements.RELEASE)

    async def leave(self) -> None:
        """All at once, what is not claimed included."""
        await self._transactions.write("leave", partial(self._leave, statement=statements.LEAVE))

    async def offer(self) -> None:
        """What waits in line included: whoever takes it up sees its message and goes on there."""
        await self._transactions.write("offer", partial(self._leave, statement=statements.OFFER))

    async def due(self) -> list[TurnKey]:
        """What we have under way is among them: only the caller knows what it works on."""
        found = await self._transactions.rows("due", statements.DUE, self._me)
        return [(row.team, row.channel, row.ts) for row in sorted(found, key=_age)]

    async def order(self, key: TurnKey, order: Order) -> bool:
        """`GONE` outlasts everything that is asked for later."""
        return await self._count("order", statements.ORDER, of(key) | {"order": order.value}) > 0

    async def answering(self, team: str, channel: str, ts: str) -> TurnKey | None:
        """The database narrows it down by the looks, since the two read JSON in different ways."""
        found = await self._transactions.rows(
            "answering", statements.answering(team, channel, ts), {}
        )
        having = (row.ts for row in found if ts in (rows.read_posts(row.posts) or ()))
        return next(((team, channel, question) for question in having), None)

    async def find(self, key: TurnKey) -> TurnRecord | None:
        """For buttons."""
        found = await self._transactions.rows("find", statements.FIND, of(key))
        return rows.entry(found[0]) if found else None

    async def reopen(self, turn: Turn) -> bool:
        """Repeated, it may say False of what it has done; `due` finds that, as for `accept`."""
        return await self._transactions.write("reopen", partial(self._reopen, turn=turn))

    async def purge(self, older_than_seconds: float) -> int:
        """Forgets turns that ended so long ago, and says how many."""
        total, deleted = 0, statements.BATCH
        age = {"seconds": max(older_than_seconds, DEDUPLICATED)}
        while deleted == statements.BATCH:
            deleted = await self._count("purge", statements.FORGET, age)
            total += deleted
        return total

    def _claim(self, connection: Connection, *, key: TurnKey) -> Claim | None:
        _lock(connection, statements.LOCK_THREAD, of(key))
        taken = connection.execute(statements.TAKE, of(key) | self._taking)
        if not (row := taken.one_or_none()):
            return None
        if row.attempts >= QUARANTINE_FROM:
            return rows.claim(row, attempts=None)
        return rows.claim(row, attempts=connection.scalar(statements.BEGIN_TAKEN, of(key)))

    def _begin(self, connection: Connection, *, lease: Lease) -> int | None:
        _lock(connection, statements.LOCK_THREAD, of(lease.key))
        ours = held(lease, self._owner)
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
        before = of(turn.key) | {"of_round": turn.round - 1}
        if not (row := connection.execute(statements.BEFORE, before).one_or_none()):
            return False
        # Where it does not go on it replaces the last round, not what an earlier Continue has kept;
        # from that it goes on as that round did.
        kept = len(rows.read_posts(row.posts) or ()) if turn.goes_on else row.kept
        goes_on = turn.goes_on or row.kept > 0
        values = before | self._taking | rows.columns(turn) | {"kept": kept, "goes_on": goes_on}
        return connection.execute(statements.REOPEN, values).rowcount > 0

    async def _change(self, name: str, lease: Lease, statement: Executable, **values: Any) -> None:
        if not await self._count(name, statement, held(lease, self._owner) | values):
            raise LeaseLost(lease.key[2])

    async def _count(self, name: str, statement: Executable, values: Mapping[str, Any]) -> int:
        return await self._transactions.write(name, partial(_count, statement, values))


def _insert(connection: Connection, *, values: Mapping[str, Any]) -> bool:
    statement = statements.ACCEPT[connection.dialect.name]
    return connection.execute(statement, values).first() is not None


def _lock(connection: Connection, query: Executable, values: Mapping[str, Any]) -> None:
    """SQLite needs no lock of rows: only one transaction writes at a time."""
    if connection.dialect.name != "sqlite":
        connection.execute(query, values)


def _count(statement: Executable, values: Mapping[str, Any], connection: Connection) -> int:
    return connection.execute(statement, values).rowcount


def _age(row: Any) -> tuple[int, str]:
    return (row.moment, row.ts)
