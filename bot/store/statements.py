"""The journal's SQL statements, for both databases.

They are built once, because building one takes longer than running it. Their parameters are named:

- `of_bot`, `of_team`, `of_channel`, `of_ts`: the turn; with `of_fence` and `me` the lease
  (`Parameters`);
- `me` and `lease`: this process, and how many seconds its leases last;
- `of_round`, `order`, `seconds`, `was_doubtful` and `told_…`: as the statements say;
- `repairer`: who repairs a message, another name for each repair;
- a name that is a column's: what the column is set to.

Conditions are built from five: `OPEN` (not ended), `HELD` (we hold the turn's lease: same fence,
same owner), `FREE` (nobody else holds it), `FIRST` (its thread lets it begin) and `UNDER_REPAIR`
(somebody repairs a message of it). An UPDATE whose condition is not met changes no row; the caller
then knows that the lease is lost, or that another process was faster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
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
from bot.core.types import LONGEST_LEASE, Order
from bot.store.clock import Now
from bot.store.erasing import ErasableText
from bot.store.tables import OPEN, turns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Executable, Select

    from bot.core.types import Lease, TurnKey

LANDING = 30.0
"""Seconds in which Slack may still carry out a call whose answer we wait for no longer."""

MOST_DUE = 500
"""Most turns that `DUE` returns at once."""
BATCH = 500
"""Rows deleted in one transaction, so that it does not hold the lock for long."""

c = turns.c
KEY = (c.team, c.channel, c.ts)
ROW = (c.bot, *KEY)
"""The primary key."""
NOBODY = ""
REPAIRER = "repair "
"""How the names of owners begin that repair a message of an ended turn."""


ME = bindparam("me", type_=Text)
_LEASE = bindparam("lease", type_=Double)
UNTIL = Now() + _LEASE
LANDED = Now() + case((_LEASE < LANDING / 3, _LEASE * 3), else_=LANDING)
"""When a call that goes out now cannot land any more. Tests with short leases wait less."""

BOT, TEAM, CHANNEL, TS = (
    bindparam(f"of_{name}", type_=Text) for name in ("bot", "team", "channel", "ts")
)
TURN = and_(c.bot == BOT, c.team == TEAM, c.channel == CHANNEL, c.ts == TS)
HELD = and_(TURN, OPEN, c.fence == bindparam("of_fence"), c.owner == ME)
"""We hold the lease. The owner is compared too, because a released turn keeps its fence."""

OURS = and_(OPEN, c.bot == BOT, c.owner == ME)
FREE = or_(c.owner == ME, c.lease_until < Now(), c.lease_until > Now() + LONGEST_LEASE)
"""Nobody else holds the lease.

One that ends later than any lease can was given before the clock was set back.
"""

UNDER_REPAIR = and_(c.owner.startswith(REPAIRER), ~FREE)
"""Somebody repairs a message of the turn, which had ended. Whoever opens it waits for that."""

other = turns.alias("other")
FIRST = or_(
    # Begun by a process that has died: an older turn that arrived late must not overtake it.
    c.begun,
    # A look at an ended turn waits for no other, and none waits for it.
    c.state == TurnState.LOOKING,
    ~exists().where(
        other.c.bot == c.bot,
        other.c.team == c.team,
        other.c.channel == c.channel,
        other.c.thread == c.thread,
        other.c.ts != c.ts,
        other.c.ended_at.is_(None),
        other.c.state != TurnState.LOOKING,
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

AFTER_REPAIR: Mapping[str, Any] = {
    "owner": case((UNDER_REPAIR, c.owner), else_=ME),
    "lease_until": case((UNDER_REPAIR, c.lease_until), else_=UNTIL),
}
"""The lease of an ended turn that is opened again."""

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

TAKEN_BACK = ("asked_for", "doubtful", "kept")
"""The columns that `rows.taken_back` sets."""

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


class Parameters:
    """The parameters that name what belongs to one bot, and to one process of it."""

    def __init__(self, bot: str, owner: str) -> None:
        self.bot: Mapping[str, Any] = {"of_bot": bot}
        """Those that name all of the bot's rows."""
        self.process: Mapping[str, Any] = {**self.bot, "me": owner}
        """Those that name what this process holds."""

    def turn(self, key: TurnKey) -> dict[str, Any]:
        """Those that name a turn."""
        team, channel, ts = key
        return {**self.bot, "of_team": team, "of_channel": channel, "of_ts": ts}

    def lease(self, lease: Lease) -> dict[str, Any]:
        """Those that name a lease."""
        return {**self.process, **self.turn(lease.key), "of_fence": lease.fence}


def _accept(insert: Any) -> Executable:
    new = insert(turns).values(**AFRESH, bot=BOT).on_conflict_do_nothing(index_elements=ROW)
    statement: Executable = new.returning(c.ts)
    return statement


ACCEPT = {"sqlite": _accept(sqlite.insert), "postgresql": _accept(postgresql.insert)}
"""By dialect: ON CONFLICT is the same in both databases, but SQLAlchemy has it in dialects only."""

_TOLD_TEXT = bindparam("told_text", type_=ErasableText)
_TOLD_WHOLE = bindparam("told_whole", type_=Boolean)
MERGE = (
    update(turns)
    .where(TURN, OPEN)
    .values(
        # The text that came with everything else replaces that of an event which lacked something.
        text=case((and_(~c.whole, _TOLD_WHOLE, _TOLD_TEXT != ""), _TOLD_TEXT), else_=c.text),
        has_more=or_(c.has_more, bindparam("told_more", type_=Boolean)),
        whole=or_(c.whole, _TOLD_WHOLE),
    )
)
"""Adds what a further delivery tells of an open turn (`rows.told`). An ended one has no text."""

QUESTION = select(*turns.c).where(TURN, OPEN)

_CUT_OFF = and_(c.owner != NOBODY, c.state != TurnState.ACCEPTED, or_(c.owner != ME, c.begun))
"""Whoever held the turn did not give it back: one of its calls may land late."""

TAKE = (
    update(turns)
    .where(TURN, OPEN, FREE)
    .values(
        owner=ME,
        lease_until=UNTIL,
        fence=c.fence + 1,
        # A suspect is claimed but not begun: it waits in quarantine until it can begin alone.
        begun=and_(c.begun, c.attempts < QUARANTINE_FROM),
        look_at=case((_CUT_OFF, LANDED), else_=c.look_at),
    )
    .returning(*turns.c, (Now() - c.accepted_at).label("age"))
)
"""Claims a turn with a higher fence. Returns the row, and its age in seconds (`age`)."""

BEGIN_TAKEN = update(turns).where(TURN, OPEN, FIRST).values(**BEGUN).returning(c.attempts)
BEGIN_HELD = update(turns).where(HELD, FIRST).values(**BEGUN).returning(c.attempts)
IS_HELD = select(c.ts).where(HELD)

_UNLOCKED = select(*ROW).where(OURS).with_for_update(skip_locked=True).cte("unlocked")
_RENEW = update(turns).values(lease_until=UNTIL)
RENEW = {
    "sqlite": _RENEW.where(OURS),
    "postgresql": _RENEW.where(OURS, tuple_(*ROW).in_(select(*_UNLOCKED.c))),
}
"""Renews the leases of this process; not of rows that are locked, or one would cost all the others.

Whoever claims a turn locks its row as well, so that nobody can take up what was left out.
"""
STILL_OURS = select(*KEY, c.fence, c.asked_for).where(OURS)
LEAVE = (
    update(turns)
    .where(OURS)
    .values(**LEFT, look_at=case((and_(_CUT_OFF, c.begun), LANDED), else_=c.look_at))
)
OFFER = update(turns).where(OURS, ~c.begun).values(**LEFT)


def _unless_closing(state: TurnState) -> ColumnElement[Any]:
    closing = c.state.in_([TurnState.CLOSING, TurnState.LOOKING])
    return case((closing, c.state), else_=state)


CHANGE = update(turns).where(HELD)
_NOT_BEGUN = {name: value for name, value in LEFT.items() if name in ("begun", "attempts")}
_WAS_DOUBTFUL = bindparam("was_doubtful", type_=Boolean)
_NO_POST = and_(c.state == TurnState.POSTING, c.posts == "[]", ~_WAS_DOUBTFUL)
PUT_OFF = CHANGE.values(
    **_NOT_BEGUN,
    doubtful=_WAS_DOUBTFUL,
    state=case((_NO_POST, TurnState.ACCEPTED), else_=c.state),
)
"""Undoes `BEGUN` for a turn that goes on waiting; `doubtful` is again what it was."""

CLEAR = CHANGE.values(cleared=True)
POSTING = CHANGE.values(state=_unless_closing(TurnState.POSTING), doubtful=True)
POSTED = CHANGE.values(state=_unless_closing(TurnState.ANSWERING), doubtful=False)
OWE_LOOK = CHANGE.values(look_at=LANDED)
OTHERS_OWE_LOOK = update(turns).where(TURN, or_(OPEN, c.ending.is_not(None))).values(look_at=LANDED)
"""The same for a call of who has lost the lease; without words there is nothing to repeat."""
CLOSE = CHANGE.values(state=TurnState.CLOSING)
_TAKEN_BACK_BY = (c.state, c.posts, c.kept, c.asked_for)
ENDED = CHANGE.values(
    ended_at=Now(),
    text=None,
    ending=case((c.look_at.is_(None), None), else_=c.ending),
    begun=False,
    doubtful=False,
).returning(*_TAKEN_BACK_BY)
"""Ends a turn. Returns what `rows.taken_back` needs, and the order."""

_HAS_ENDING = and_(~OPEN, c.ending.is_not(None))
_LOOK_IS_DUE = and_(_HAS_ENDING, c.look_at < Now())
LOOKS = select(*KEY).where(c.bot == BOT, _LOOK_IS_DUE).order_by(c.look_at).limit(MOST_DUE)
"""Ended turns whose messages are to be looked at once more."""
_LOOKING = update(turns).values(
    state=TurnState.LOOKING,
    owner=NOBODY,
    lease_until=0.0,
    fence=c.fence + 1,
    attempts=0,
    begun=False,
    cleared=False,
    # Its messages are looked for in Slack.
    doubtful=True,
    # A look before its time leaves the one that is owed.
    look_at=case((c.look_at < Now(), None), else_=c.look_at),
    ended_at=None,
)
OPEN_LOOK = _LOOKING.where(TURN, _LOOK_IS_DUE)
"""Opens an ended turn for that look."""
LOOK_NOW = _LOOKING.where(TURN, _HAS_ENDING, c.look_at.is_not(None))
"""The same, also before its time."""

_BY = bindparam("repairer", type_=Text)
REPAIR = (
    update(turns)
    .where(TURN, ~OPEN, c.ending.is_(None), ~UNDER_REPAIR)
    .values(
        owner=_BY,
        lease_until=UNTIL,
        fence=c.fence + 1,
        # Should the edit land late, or an older version not wait for it, the next round is looked
        # at once more.
        look_at=LANDED + _LEASE,
    )
    .returning(*turns.c)
)
"""Keeps everybody else from writing, for as long as a lease. Returns the row.

The turn stays ended: an older version need not know what is done, and a process that dies leaves
nothing to be done.
"""
REPAIRED = update(turns).where(TURN, c.owner == _BY).values(owner=NOBODY, lease_until=0.0)
"""Ends a repair. By now somebody may have opened the turn, and wait for that."""

RELEASE = CHANGE.values(**LEFT)

ENDED_BEFORE = and_(TURN, ~OPEN, c.round == bindparam("of_round"))
BEFORE = select(c.posts, c.kept).where(ENDED_BEFORE).with_for_update()
REOPEN = update(turns).where(ENDED_BEFORE).values({**AFRESH, **RESET, **AFTER_REPAIR})

_NEW = bindparam("order", type_=Text)
# What deletions ask for is never replaced; only that of the question comes after the answer's.
_KNOWN_AS_DELETED = c.asked_for.in_([Order.WITHDRAWN, Order.ORPHANED])
_LAST = case(
    (_KNOWN_AS_DELETED, c.asked_for),
    (and_(c.asked_for == Order.GONE, _NEW != Order.WITHDRAWN), c.asked_for),
    else_=_NEW,
)
ORDER = update(turns).where(TURN, OPEN).values(asked_for=_LAST)

ENDED_WITH_QUESTION = and_(TURN, ~OPEN, or_(c.asked_for.is_(None), ~_KNOWN_AS_DELETED))
WITH_QUESTION = select(*_TAKEN_BACK_BY).where(ENDED_WITH_QUESTION).with_for_update()
_REOPENED = {**AFRESH, **RESET, **AFTER_REPAIR, "state": TurnState.CLOSING}
TAKE_BACK = (
    update(turns)
    .where(TURN, ~OPEN)
    .values({name: value for name, value in _REOPENED.items() if name not in TAKEN_BACK})
)
"""Opens an ended turn again whose question was deleted, with the columns of `rows.taken_back`."""

FIND = select(c.asker, c.round, c.state, c.ended_at, c.asked_for, c.fence).where(TURN)

# Turns that we have begun, or that show that they wait, come last: they would fill the list.
_OWN = case((and_(or_(c.begun, c.posts != "[]"), c.owner == ME), 1), else_=0)
DUE = (
    select(*KEY, c.moment)
    .where(c.bot == BOT, OPEN, FREE, FIRST)
    .order_by(_OWN, c.moment, c.ts)
    .limit(MOST_DUE)
)
"""Turns that could begin now, oldest first."""

_OLD = and_(c.bot == BOT, c.ended_at < Now() - bindparam("seconds", type_=Double))
_CHOSEN = select(*ROW).where(_OLD).order_by(c.ended_at).limit(BATCH)
FORGET = delete(turns).where(_OLD, tuple_(*ROW).in_(_CHOSEN))
"""`_OLD` is checked again in the DELETE, because a turn may be reopened after it was chosen."""

_ITS_THREAD = (
    select(other.c.thread)
    .where(other.c.bot == BOT, other.c.team == TEAM, other.c.channel == CHANNEL, other.c.ts == TS)
    .scalar_subquery()
)
LOCK_THREAD = (
    select(c.ts)
    .where(OPEN, c.bot == BOT, c.team == TEAM, c.channel == CHANNEL, c.thread == _ITS_THREAD)
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
    here = (
        OPEN,
        c.bot == BOT,
        c.team == team,
        c.channel == channel,
        c.posts.contains(ts, autoescape=True),
    )
    return select(c.ts, c.posts).where(*here).order_by(c.moment, c.ts)


ADOPT = update(turns).where(c.bot == NOBODY, or_(TEAM == "", c.team == TEAM)).values(bot=BOT)
"""Gives a bot the turns that no bot has; those of one workspace, or of all."""
