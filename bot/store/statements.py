"""The journal's statements, for both databases.

They are built once: to build one takes longer than to run it. What is left open stands in them by
name: `of` and `held` give the names of a turn and a lease; values that are named like columns are
what these are set to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Double,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.turns import QUARANTINE_FROM, TurnState
from bot.core.types import Order
from bot.store.clock import Now
from bot.store.tables import OPEN, turns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Executable, Select

    from bot.core.types import Lease, TurnKey

MOST_DUE = 200
BATCH = 500
"""Rows deleted in one transaction, so that nobody waits long for the lock."""

c = turns.c
KEY = (c.team, c.channel, c.ts)
NOBODY = ""


ME = bindparam("me", type_=Text)
UNTIL = Now() + bindparam("lease", type_=Double)

TEAM, CHANNEL, TS = (bindparam(f"of_{name}", type_=Text) for name in ("team", "channel", "ts"))
TURN = and_(c.team == TEAM, c.channel == CHANNEL, c.ts == TS)
HELD = and_(TURN, OPEN, c.fence == bindparam("of_fence"), c.owner == ME)
"""The lease is good. The owner counts as well, since a turn that was left keeps its fence."""

OURS = and_(OPEN, c.owner == ME)
FREE = or_(c.owner == ME, c.lease_until < Now())
"""Nobody else works on it."""

other = turns.alias("other")
FIRST = or_(
    # Begun by a worker that has died: an older turn that came late may not push it aside.
    c.begun,
    ~exists().where(
        other.c.team == c.team,
        other.c.channel == c.channel,
        other.c.thread == c.thread,
        other.c.ts != c.ts,
        other.c.ended_at.is_(None),
        or_(other.c.begun, other.c.moment < c.moment),
    ),
)
"""The turn of its thread that may be answered now."""

AFRESH: Mapping[str, Any] = {
    "state": TurnState.ACCEPTED,
    "owner": ME,
    "lease_until": UNTIL,
    "accepted_at": Now(),
}
"""What a row holds, beside the question, when it has just been asked."""

RESET: Mapping[str, Any] = {
    "attempts": 0,
    "begun": False,
    "cleared": False,
    "doubtful": False,
    # None of the earlier round's leases is good now.
    "fence": c.fence + 1,
    "ending": None,
    "asked_for": None,
    "ended_at": None,
}
"""What an earlier round left behind."""

BEGUN: Mapping[str, Any] = {
    "begun": True,
    "attempts": c.attempts + 1,
    # Whoever begins a new turn posts at once, without announcing it once more.
    "doubtful": or_(c.doubtful, c.state == TurnState.ACCEPTED, c.posts == "[]"),
    "state": case((c.state == TurnState.ACCEPTED, TurnState.POSTING), else_=c.state),
}

LEFT: Mapping[str, Any] = {
    "owner": NOBODY,
    "lease_until": 0.0,
    # As if it had never been begun: the thread starts again with the oldest, mostly with this one.
    "begun": False,
    "attempts": case((and_(c.begun, c.attempts > 0), c.attempts - 1), else_=c.attempts),
}


def of(key: TurnKey) -> dict[str, Any]:
    """The names of a turn."""
    team, channel, ts = key
    return {"of_team": team, "of_channel": channel, "of_ts": ts}


def held(lease: Lease, owner: str) -> dict[str, Any]:
    """The names of a lease."""
    return of(lease.key) | {"of_fence": lease.fence, "me": owner}


def _accept(insert: Any) -> Executable:
    new = insert(turns).values(**AFRESH).on_conflict_do_nothing(index_elements=KEY)
    statement: Executable = new.returning(c.ts)
    return statement


ACCEPT = {"sqlite": _accept(sqlite.insert), "postgresql": _accept(postgresql.insert)}
"""The one statement that the two databases' dialects spell alike and SQLAlchemy does not."""

TAKE = (
    update(turns)
    .where(TURN, OPEN, FREE)
    .values(
        owner=ME,
        lease_until=UNTIL,
        fence=c.fence + 1,
        # A suspect is claimed but not begun: it has to wait for the others in quarantine.
        begun=and_(c.begun, c.attempts < QUARANTINE_FROM),
    )
    .returning(*turns.c, (Now() - c.accepted_at).label("age"))
)
"""A higher fence, where nobody else works on it: the row, and how old it is by this clock."""

BEGIN_TAKEN = update(turns).where(TURN, OPEN, FIRST).values(**BEGUN).returning(c.attempts)
BEGIN_HELD = update(turns).where(HELD, FIRST).values(**BEGUN).returning(c.attempts)
IS_HELD = select(c.ts).where(HELD)

RENEW = update(turns).where(OURS).values(lease_until=UNTIL).returning(*KEY, c.fence, c.asked_for)
LEAVE = update(turns).where(OURS).values(**LEFT)
OFFER = update(turns).where(OURS, ~c.begun).values(**LEFT)


def _unless_closing(state: TurnState) -> ColumnElement[Any]:
    return case((c.state == TurnState.CLOSING, TurnState.CLOSING), else_=state)


CHANGE = update(turns).where(HELD)
CLEAR = CHANGE.values(cleared=True)
POSTING = CHANGE.values(state=_unless_closing(TurnState.POSTING), doubtful=True)
POSTED = CHANGE.values(state=_unless_closing(TurnState.ANSWERING), doubtful=False)
CLOSE = CHANGE.values(state=TurnState.CLOSING)
ENDED = CHANGE.values(ended_at=Now(), text=None, ending=None, begun=False, doubtful=False)
RELEASE = CHANGE.values(**LEFT)

ENDED_BEFORE = and_(TURN, ~OPEN, c.round == bindparam("of_round"))
BEFORE = select(c.posts, c.kept).where(ENDED_BEFORE).with_for_update()
REOPEN = update(turns).where(ENDED_BEFORE).values(**AFRESH, **RESET)

# Who deleted the message wants nothing more, whatever is asked for after that.
_LAST = case((c.asked_for == Order.GONE, c.asked_for), else_=bindparam("order", type_=Text))
ORDER = update(turns).where(TURN, OPEN).values(asked_for=_LAST)

FIND = select(c.asker, c.round, c.state, c.ended_at).where(TURN)

# What we have begun ourselves comes last: most of it is under way and would fill the list.
_OWN = case((and_(c.begun, c.owner == ME), 1), else_=0)
DUE = select(*KEY, c.moment).where(OPEN, FREE, FIRST).order_by(_OWN, c.moment, c.ts).limit(MOST_DUE)
"""What could begin now."""

_OLD = c.ended_at < Now() - bindparam("seconds", type_=Double)
_CHOSEN = select(*KEY).where(_OLD).order_by(c.ended_at).limit(BATCH)
FORGET = delete(turns).where(_OLD, tuple_(*KEY).in_(_CHOSEN))
"""The condition stands twice: a turn may be reopened after it was chosen."""

_ITS_THREAD = select(other.c.thread).where(
    other.c.team == TEAM, other.c.channel == CHANNEL, other.c.ts == TS
)
LOCK_THREAD = (
    select(c.ts)
    .where(OPEN, c.team == TEAM, c.channel == CHANNEL, c.thread == _ITS_THREAD.scalar_subquery())
    .order_by(c.moment, c.ts)
    .with_for_update()
)
"""The open turns of the turn's thread, kept from changing until the transaction ends.

Always in the same order, so that two processes wait for each other and never in a circle.
"""

LOCK_OURS = select(c.ts).where(OURS).order_by(c.moment, c.ts).with_for_update()
"""The same for all open turns of one owner."""


def answering(team: str, channel: str, ts: str) -> Select[Any]:
    """The open turns there whose posts look as if `ts` were among them."""
    here = (OPEN, c.team == team, c.channel == channel, c.posts.contains(ts, autoescape=True))
    return select(c.ts, c.posts).where(*here).order_by(c.moment, c.ts)
