"""The journal's SQL statements, for both databases.

They are built once, because building one takes longer than running it. Their parameters are named:

- `of_team`, `of_channel`, `of_ts`: the turn (`key_values`); with `of_fence` and `me` the lease
  (`lease_values`);
- `me` and `lease`: this process, and how many seconds its leases last;
- `of_round`, `order` and `seconds`: as the statements say;
- a name that is a column's: what the column is set to.

Conditions are built from four: `OPEN` (not ended), `HELD` (we hold the turn's lease: same fence,
same owner), `FREE` (nobody else holds it) and `FIRST` (its thread lets it begin). An UPDATE whose
condition is not met changes no row; the caller then knows that the lease is lost, or that another
process was faster.
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
"""Most turns that `DUE` returns at once."""
BATCH = 500
"""Rows deleted in one transaction, so that it does not hold the lock for long."""

c = turns.c
KEY = (c.team, c.channel, c.ts)
NOBODY = ""


ME = bindparam("me", type_=Text)
UNTIL = Now() + bindparam("lease", type_=Double)

TEAM, CHANNEL, TS = (bindparam(f"of_{name}", type_=Text) for name in ("team", "channel", "ts"))
TURN = and_(c.team == TEAM, c.channel == CHANNEL, c.ts == TS)
HELD = and_(TURN, OPEN, c.fence == bindparam("of_fence"), c.owner == ME)
"""We hold the lease. The owner is compared too, because a released turn keeps its fence."""

OURS = and_(OPEN, c.owner == ME)
FREE = or_(c.owner == ME, c.lease_until < Now())
"""Nobody else holds the lease."""

other = turns.alias("other")
FIRST = or_(
    # Begun by a process that has died: an older turn that arrived late must not overtake it.
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
"""The turn may begin: no other one of its thread has begun or is older."""

AFRESH: Mapping[str, Any] = {
    "state": TurnState.ACCEPTED,
    "owner": ME,
    "lease_until": UNTIL,
    "accepted_at": Now(),
}
"""The columns of a turn that has just been asked, beside the question itself."""

RESET: Mapping[str, Any] = {
    "attempts": 0,
    "begun": False,
    "cleared": False,
    "doubtful": False,
    # Leases of the earlier round become invalid.
    "fence": c.fence + 1,
    "ending": None,
    "asked_for": None,
    "ended_at": None,
}
"""Clears what an earlier round left in the row."""

BEGUN: Mapping[str, Any] = {
    "begun": True,
    "attempts": c.attempts + 1,
    # The process posts at once, without a commit of `posting` before it.
    "doubtful": or_(c.doubtful, c.state == TurnState.ACCEPTED, c.posts == "[]"),
    "state": case((c.state == TurnState.ACCEPTED, TurnState.POSTING), else_=c.state),
}
"""Begins a turn: one more attempt."""

LEFT: Mapping[str, Any] = {
    "owner": NOBODY,
    "lease_until": 0.0,
    # As if it had not begun: this attempt does not count, and the oldest of the thread is next.
    "begun": False,
    "attempts": case((and_(c.begun, c.attempts > 0), c.attempts - 1), else_=c.attempts),
}
"""Gives a turn back."""


def key_values(key: TurnKey) -> dict[str, Any]:
    """Returns the parameters that name a turn."""
    team, channel, ts = key
    return {"of_team": team, "of_channel": channel, "of_ts": ts}


def lease_values(lease: Lease, owner: str) -> dict[str, Any]:
    """Returns the parameters that name a lease."""
    return key_values(lease.key) | {"of_fence": lease.fence, "me": owner}


def _accept(insert: Any) -> Executable:
    new = insert(turns).values(**AFRESH).on_conflict_do_nothing(index_elements=KEY)
    statement: Executable = new.returning(c.ts)
    return statement


ACCEPT = {"sqlite": _accept(sqlite.insert), "postgresql": _accept(postgresql.insert)}
"""By dialect: ON CONFLICT is the same in both databases, but SQLAlchemy has it in dialects only."""

TAKE = (
    update(turns)
    .where(TURN, OPEN, FREE)
    .values(
        owner=ME,
        lease_until=UNTIL,
        fence=c.fence + 1,
        # A suspect is claimed but not begun: it waits in quarantine until it can begin alone.
        begun=and_(c.begun, c.attempts < QUARANTINE_FROM),
    )
    .returning(*turns.c, (Now() - c.accepted_at).label("age"))
)
"""Claims a turn with a higher fence. Returns the row, and its age in seconds (`age`)."""

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

# After the message was deleted nothing else is wanted, whatever is asked for later.
_LAST = case((c.asked_for == Order.GONE, c.asked_for), else_=bindparam("order", type_=Text))
ORDER = update(turns).where(TURN, OPEN).values(asked_for=_LAST)

FIND = select(c.asker, c.round, c.state, c.ended_at).where(TURN)

# Turns that we have begun come last: most of them are being answered and would fill the list.
_OWN = case((and_(c.begun, c.owner == ME), 1), else_=0)
DUE = select(*KEY, c.moment).where(OPEN, FREE, FIRST).order_by(_OWN, c.moment, c.ts).limit(MOST_DUE)
"""Turns that could begin now, oldest first."""

_OLD = c.ended_at < Now() - bindparam("seconds", type_=Double)
_CHOSEN = select(*KEY).where(_OLD).order_by(c.ended_at).limit(BATCH)
FORGET = delete(turns).where(_OLD, tuple_(*KEY).in_(_CHOSEN))
"""`_OLD` is checked again in the DELETE, because a turn may be reopened after it was chosen."""

_ITS_THREAD = select(other.c.thread).where(
    other.c.team == TEAM, other.c.channel == CHANNEL, other.c.ts == TS
)
LOCK_THREAD = (
    select(c.ts)
    .where(OPEN, c.team == TEAM, c.channel == CHANNEL, c.thread == _ITS_THREAD.scalar_subquery())
    .order_by(c.moment, c.ts)
    .with_for_update()
)
"""Locks all open turns of the turn's thread until the transaction ends.

Always in the same order, so that two processes cannot wait for each other in a circle.
"""

LOCK_OURS = select(c.ts).where(OURS).order_by(c.moment, c.ts).with_for_update()
"""Locks all open turns of this process, in the same order."""


def answering(team: str, channel: str, ts: str) -> Select[Any]:
    """Returns a query for open turns of the channel whose `posts` contain the text `ts`."""
    here = (OPEN, c.team == team, c.channel == channel, c.posts.contains(ts, autoescape=True))
    return select(c.ts, c.posts).where(*here).order_by(c.moment, c.ts)
