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
- **Look.** Slack may carry out a call after we have given up on its answer. Such a turn keeps its
  ending, and `look_at` says when nothing can land any more. Then it is opened once more
  (`LOOKING`), outside of the line: its messages are looked for, and its last word is repeated.
- **Repair.** A message that looks live when its turn has long ended is repaired when somebody
  presses its buttons. While the ending is kept, the look does that, before its time. Without it
  the turn stays ended, but for as long as a lease it has an owner, for whom whoever opens it waits.
- **Quarantine.** `attempts` counts how often a turn was begun. From `QUARANTINE_FROM` on a claim
  does not begin it: it may be what crashes the process, so the engine begins it alone.

Any transaction may be carried out twice (see `transactions`). For most methods the second time
changes nothing; where it does, the method's docstring says why that is harmless.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from bot.core.reply import Phase
from bot.core.turns import QUARANTINE_FROM, TurnState
from bot.core.types import Lease, Order
from bot.errors import LeaseLost
from bot.store import rows, statements
from bot.store.feedback import SqlFeedback
from bot.store.gate import Priority
from bot.store.statements import Parameters
from bot.store.transactions import Transactions, ignore

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection, Executable, Update

    from bot.core.reply import Snapshot
    from bot.core.turns import Again, Claim, Repair, TurnRecord
    from bot.core.types import Turn, TurnKey
    from bot.store.engines import Engines
    from bot.store.transactions import Observe

DEDUPLICATED = 48 * 3600.0
"""Least seconds that an ended turn is kept, so that a late redelivery is known as a duplicate."""


class SqlJournal:
    """Implements the Journal port, where each method is described."""

    def __init__(
        self,
        engines: Engines,
        *,
        owner: str,
        bot: str = "",
        lease: float = 10.0,
        observe: Observe = ignore,
    ) -> None:
        """`owner` names this process and no other; a lease lasts `lease` seconds.

        `bot` names who is asked: rows of another one do not exist for this journal. `observe` is
        told of each transaction.
        """
        self._transactions = Transactions(engines, observe)
        self._of = Parameters(bot, owner)
        self.feedback = SqlFeedback(self._transactions, self._of)
        """The Feedback port, in the same database."""
        self._taking = {**self._of.process, "lease": lease}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Finishes running transactions; after that every method raises `StoreError`."""
        await self._transactions.__aexit__(*error)

    async def accept(self, turn: Turn) -> bool:
        """Repeated, it may return False for a new turn. `due` then returns it: it is ours."""
        work = partial(self._accept, turn=turn)
        return await self._transactions.write("accept", work, Priority.NEW)

    async def amend(self, turn: Turn) -> None:
        """One statement; what is known already stays."""
        await self._count("amend", statements.MERGE, self._of.turn(turn.key) | rows.told(turn))

    async def question(self, key: TurnKey) -> Turn | None:
        """One query."""
        found = await self._transactions.rows("question", statements.QUESTION, self._of.turn(key))
        return rows.question(found[0]) if found else None

    async def claim(self, key: TurnKey) -> Claim | None:
        """Repeated, it counts one attempt too many and sets `doubtful`, which is only cautious."""
        return await self._transactions.write("claim", partial(self._claim, key=key))

    async def put_off(self, claim: Claim) -> None:
        """Repeated, it changes nothing."""
        was = {"was_doubtful": claim.doubtful}
        await self._change("put off", claim.lease, statements.PUT_OFF, **was)

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

    async def owe_look(self, lease: Lease) -> None:
        """Repeated, it changes nothing."""
        values = self._of.lease(lease) | self._taking
        if not await self._count("owe look", statements.OWE_LOOK, values):
            values = self._of.turn(lease.key) | self._taking
            await self._count("others owe look", statements.OTHERS_OWE_LOOK, values)
            raise LeaseLost(lease.key[2])

    async def close(self, lease: Lease, ending: Snapshot) -> None:
        """From here on only the last write to Slack is missing."""
        await self._change("close", lease, statements.CLOSE, ending=rows.write_ending(ending))

    async def ended(self, lease: Lease, how: str) -> None:
        """Repeated, it raises `LeaseLost`: harmless, since nothing is left to write."""
        await self._transactions.write("ended", partial(self._ended, lease=lease, how=how))

    async def release(self, lease: Lease) -> None:
        """Repeated, it raises `LeaseLost`: harmless, since the turn has been given back."""
        await self._change("release", lease, statements.RELEASE)

    async def leave(self) -> None:
        """All in one statement, turns that are not claimed included."""
        work = partial(self._leave, statement=statements.LEAVE, values=self._taking)
        await self._transactions.write("leave", work)

    async def offer(self) -> None:
        """Turns that wait in line included: their next process goes on in the same message."""
        work = partial(self._leave, statement=statements.OFFER, values=self._of.process)
        await self._transactions.write("offer", work)

    async def due(self) -> list[TurnKey]:
        """Turns that this process works on are included: only the caller knows which these are."""
        found = await self._transactions.rows("due", statements.DUE, self._of.process)
        looks = await self._transactions.rows("looks", statements.LOOKS, self._of.process)
        return [(row.team, row.channel, row.ts) for row in [*sorted(found, key=_age), *looks]]

    async def order(self, key: TurnKey, order: Order) -> bool:
        """An order of a deletion is never replaced by a later one that wants less."""
        return (
            await self._count(
                "order", statements.ORDER, self._of.turn(key) | {"order": order.value}
            )
            > 0
        )

    async def withdraw(self, key: TurnKey, question: Turn | None = None) -> bool:
        """Repeated, it may return False for a turn that it has opened; `due` then returns it."""
        work = partial(self._withdraw, key=key, question=question)
        return await self._transactions.write("withdraw", work)

    async def answering(self, team: str, channel: str, ts: str) -> TurnKey | None:
        """Selects candidates by a text search in `posts`; the exact check follows here.

        The two databases read JSON in different ways, so the query does not read it.
        """
        found = await self._transactions.rows(
            "answering", statements.answering(team, channel, ts), self._of.bot
        )
        having = (row.ts for row in found if ts in (rows.read_posts(row.posts) or ()))
        return next(((team, channel, question) for question in having), None)

    async def find(self, key: TurnKey) -> TurnRecord | None:
        """One query."""
        found = await self._transactions.rows("find", statements.FIND, self._of.turn(key))
        return rows.turn_record(found[0]) if found else None

    async def look_now(self, key: TurnKey) -> bool:
        """Repeated, it may return False for a look that it has opened; `due` then returns it."""
        return await self._count("look now", statements.LOOK_NOW, self._of.turn(key)) > 0

    async def repair(self, key: TurnKey) -> Repair | None:
        """Repeated, it may return None: nobody repairs the message until the lease has ended."""
        return await self._transactions.write("repair", partial(self._repair, key=key))

    async def repaired(self, repair: Repair) -> None:
        """Repeated, it changes nothing."""
        values = self._of.turn(repair.turn.key) | {"repairer": repair.owner}
        await self._count("repaired", statements.REPAIRED, values)

    async def reopen(self, turn: Turn, again: Again) -> bool:
        """Repeated, it may return False for a turn that it has reopened; `due` then returns it."""
        work = partial(self._reopen, turn=turn, again=again)
        return await self._transactions.write("reopen", work)

    async def adopt(self, team: str) -> None:
        """Takes over the turns that an older version left, which knew of one bot for a database.

        Those of the workspace `team` only, unless that is empty. Raises `StoreError`.
        """
        await self._count("adopt", statements.ADOPT, {**self._of.bot, "of_team": team})

    async def purge(self, older_than_seconds: float) -> int:
        """Deletes turns that ended so many seconds ago. Returns how many. Raises `StoreError`."""
        total, deleted = 0, statements.BATCH
        age = {**self._of.bot, "seconds": max(older_than_seconds, DEDUPLICATED)}
        while deleted == statements.BATCH:
            deleted = await self._count("purge", statements.FORGET, age)
            total += deleted
        return total

    def _accept(self, connection: Connection, *, turn: Turn) -> bool:
        new = _insert(connection, values=rows.columns(turn) | self._taking)
        if not new:
            connection.execute(statements.MERGE, self._of.turn(turn.key) | rows.told(turn))
        return new

    def _claim(self, connection: Connection, *, key: TurnKey) -> Claim | None:
        _lock(connection, statements.LOCK_THREAD, self._of.turn(key))
        row = self._take(connection, key)
        if row is None and connection.execute(statements.OPEN_LOOK, self._of.turn(key)).rowcount:
            row = self._take(connection, key)
        if row is None:
            return None
        if row.attempts >= QUARANTINE_FROM or row.state == TurnState.LOOKING:
            return rows.claim(row, attempts=None)
        return rows.claim(
            row, attempts=connection.scalar(statements.BEGIN_TAKEN, self._of.turn(key))
        )

    def _take(self, connection: Connection, key: TurnKey) -> Any:
        values = self._of.turn(key) | self._taking
        return connection.execute(statements.TAKE, values).one_or_none()

    def _begin(self, connection: Connection, *, lease: Lease) -> int | None:
        _lock(connection, statements.LOCK_THREAD, self._of.turn(lease.key))
        ours = self._of.lease(lease)
        attempts: int | None = connection.scalar(statements.BEGIN_HELD, ours)
        if attempts is None and connection.scalar(statements.IS_HELD, ours) is None:
            raise LeaseLost(lease.key[2])
        return attempts

    def _renew(self, connection: Connection) -> dict[Lease, Order | None]:
        connection.execute(statements.RENEW[connection.dialect.name], self._taking)
        return {
            Lease((team, channel, ts), fence): rows.read_order(order)
            for team, channel, ts, fence, order in connection.execute(
                statements.STILL_OURS, self._of.process
            )
        }

    def _leave(
        self, connection: Connection, *, statement: Update, values: Mapping[str, Any]
    ) -> None:
        _lock(connection, statements.LOCK_OURS, self._of.process)
        connection.execute(statement, values)

    def _withdraw(self, connection: Connection, *, key: TurnKey, question: Turn | None) -> bool:
        known = self._of.turn(key)
        if question:
            _insert(connection, values=rows.columns(question) | self._taking)
        if connection.execute(statements.ORDER, known | {"order": Order.WITHDRAWN.value}).rowcount:
            return False
        row = connection.execute(statements.WITH_QUESTION, known).one_or_none()
        return row is not None and self._take_back(connection, key, row)

    def _ended(self, connection: Connection, *, lease: Lease, how: str) -> None:
        values = self._of.lease(lease) | {"state": rows.ended_state(how)}
        row = connection.execute(statements.ENDED, values).one_or_none()
        if row is None:
            raise LeaseLost(lease.key[2])
        if row.asked_for == Order.WITHDRAWN and how != Phase.WITHDRAWN:
            # The order came from another process, and too late for this one to read it.
            self._take_back(connection, lease.key, row)

    def _take_back(self, connection: Connection, key: TurnKey, row: Any) -> bool:
        values = self._of.turn(key) | self._taking | rows.taken_back(row)
        return connection.execute(statements.TAKE_BACK, values).rowcount > 0

    def _repair(self, connection: Connection, *, key: TurnKey) -> Repair | None:
        owner = statements.REPAIRER + uuid4().hex
        values = self._of.turn(key) | self._taking | {"repairer": owner}
        row = connection.execute(statements.REPAIR, values).one_or_none()
        return None if row is None else rows.repair(row)

    def _reopen(self, connection: Connection, *, turn: Turn, again: Again) -> bool:
        before = self._of.turn(turn.key) | {"of_round": turn.round - 1}
        if not (row := connection.execute(statements.BEFORE, before).one_or_none()):
            return False
        values = before | self._taking | rows.columns(turn) | rows.asked_again(row, again)
        return connection.execute(statements.REOPEN, values).rowcount > 0

    async def _change(self, name: str, lease: Lease, statement: Executable, **values: Any) -> None:
        if not await self._count(name, statement, self._of.lease(lease) | values):
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
