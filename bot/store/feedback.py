"""Votes on answers, in the same database as the turns and deleted with them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Double, Integer, Text, and_, bindparam, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.feedback import LONGEST_REASON, Fault, Tally, Thumb, VoteOutcome
from bot.store.clock import Now
from bot.store.rows import storable
from bot.store.statements import BOT, TURN
from bot.store.tables import feedback, turns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection, Executable

    from bot.core.types import TurnKey
    from bot.store.statements import Parameters
    from bot.store.transactions import Transactions

f = feedback.c
KEY = (f.bot, f.team, f.channel, f.ts)
VOTE_KEY = (*KEY, f.voter)
VOTER = bindparam("of_voter", type_=Text)
VERDICT = bindparam("of_verdict", type_=Text)
ROUND = bindparam("of_round", type_=Integer)

GIVEN = and_(
    *(column == bindparam(f"of_{column.name}", type_=Text) for column in KEY),
    f.voter == VOTER,
    f.round == ROUND,
    f.verdict == VERDICT,
)


def _vote(insert: Any) -> Executable:
    """Counts a vote if the turn is in that round. Returns a row only when something changed.

    The turn may still be open: its buttons are in Slack a moment before its end is committed.
    """
    t = turns.c
    empty = literal("", Text)
    row = select(t.bot, t.team, t.channel, t.ts, VOTER, t.round, VERDICT, empty, empty, Now())
    said = (f.round, f.verdict, f.faults, f.reason, f.given_at)
    new = insert(feedback).from_select((*VOTE_KEY, *said), row.where(TURN, t.round == ROUND))
    changed = {column.name: new.excluded[column.name] for column in said}
    differs = or_(f.verdict != new.excluded.verdict, f.round != new.excluded.round)
    statement: Executable = new.on_conflict_do_update(
        index_elements=VOTE_KEY, set_=changed, where=differs
    ).returning(f.ts)
    return statement


VOTE = {"sqlite": _vote(sqlite.insert), "postgresql": _vote(postgresql.insert)}
EXPLAIN = update(feedback).where(GIVEN)
IS_GIVEN = select(f.ts).where(GIVEN)
COUNT = (
    select(f.verdict, func.count().label("times"))
    .where(f.bot == BOT, f.given_at > Now() - bindparam("seconds", type_=Double))
    .group_by(f.verdict)
)
COUNT_IN_TEAM = COUNT.where(f.team == bindparam("of_team", type_=Text))


class SqlFeedback:
    """Implements the Feedback port, where each method is described."""

    def __init__(self, transactions: Transactions, of: Parameters) -> None:
        self._transactions = transactions
        self._of = of

    async def vote(self, key: TurnKey, round_: int, user: str, verdict: Thumb) -> VoteOutcome:
        """Repeated, it returns `SAME`, as for a second click."""
        work = partial(_count_vote, values=self._values(key, round_, user, verdict))
        return await self._transactions.write("vote", work)

    async def explain(
        self, key: TurnKey, round_: int, user: str, faults: Collection[Fault], reason: str
    ) -> bool:
        """The reason is cut to `LONGEST_REASON` characters."""
        values = self._values(key, round_, user, Thumb.DOWN) | {
            "faults": " ".join(sorted({*faults})),
            "reason": storable(reason[:LONGEST_REASON]),
        }
        return await self._transactions.write("explain", partial(_change, values=values)) > 0

    async def counts(self, team: str | None, seconds: float) -> Tally:
        """One query. Verdicts that are no `Thumb` are not counted."""
        values = {**self._of.bot, "seconds": seconds}
        query = COUNT if team is None else COUNT_IN_TEAM
        if team is not None:
            values["of_team"] = team
        found = await self._transactions.rows("counts", query, values)
        return Tally(**{row.verdict: row.times for row in found if row.verdict in set(Thumb)})

    def _values(self, key: TurnKey, round_: int, user: str, verdict: Thumb) -> dict[str, Any]:
        vote = {"of_round": round_, "of_voter": user, "of_verdict": verdict.value}
        return self._of.turn(key) | vote


def _count_vote(connection: Connection, *, values: Mapping[str, Any]) -> VoteOutcome:
    if connection.execute(VOTE[connection.dialect.name], values).first():
        return VoteOutcome.COUNTED
    return VoteOutcome.SAME if connection.execute(IS_GIVEN, values).first() else VoteOutcome.STALE


def _change(connection: Connection, *, values: Mapping[str, Any]) -> int:
    return connection.execute(EXPLAIN, values).rowcount
