"""Rows ↔ values. Pure.

What cannot be read gets a default: one row that was edited by hand must not stop all others.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.core.reply import Phase, Snapshot
from bot.core.turns import (
    ENDINGS,
    Again,
    Claim,
    Repair,
    TurnRecord,
    TurnState,
    order_of_deletion,
)
from bot.core.types import Failed, Lease, LeftOut, Order, Thread, Turn, Unseen, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = Any  # SQLAlchemy's rows have their columns as attributes

LATEST = 2**63 - 1
"""The largest BIGINT of both databases."""


def moment(ts: str) -> int:
    """Returns a ts in microseconds, which sorts by time; 0 for a text that is no ts."""
    seconds, _, fraction = ts.partition(".")
    digits = seconds + f"{fraction:0<6.6}"
    return min(int(digits), LATEST) if digits.isdecimal() and len(digits) < 100 else 0


def columns(turn: Turn) -> dict[str, Any]:
    """Returns the columns that hold the question itself."""
    team, channel, ts = turn.key
    return {
        "team": team,
        "channel": channel,
        "ts": ts,
        "thread": turn.thread.root or "",
        "moment": moment(ts),
        "asker": turn.user,
        "text": storable(turn.text),
        "direct": turn.direct,
        "has_more": turn.has_more,
        "round": turn.round,
        "goes_on": turn.goes_on,
        "whole": turn.whole,
    }


def told(turn: Turn) -> dict[str, Any]:
    """Returns the parameters of what a further delivery tells of the question."""
    return {
        "told_text": storable(turn.text),
        "told_more": turn.has_more,
        "told_whole": turn.whole,
    }


def storable(text: str) -> str:
    """Returns the text without NUL (PostgreSQL rejects it) and lone surrogates (both do)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def ended_state(how: str) -> TurnState:
    """Returns the state of a turn whose reply ended as `how`, the value of a `Phase`."""
    return next((state for phase, state in ENDINGS.items() if phase == how), TurnState.FAILED)


def claim(row: Row, *, attempts: int | None) -> Claim:
    """Returns the claim. `attempts` is None when this claim has not begun the turn."""
    posts = read_posts(row.posts)
    return Claim(
        turn=question(row),
        lease=Lease((row.team, row.channel, row.ts), row.fence),
        begun=attempts is not None,
        attempts=row.attempts if attempts is None else attempts,
        age=max(row.age, 0.0),
        posts=posts or (),
        kept=min(row.kept, len(posts or ())),
        doubtful=row.doubtful or posts is None,
        cleared=row.cleared,
        ending=read_ending(row.ending),
        order=read_order(row.asked_for),
        looks=row.state == TurnState.LOOKING,
    )


def turn_record(row: Row) -> TurnRecord:
    """Returns the record. An unknown state counts as ANSWERING in an open turn, else as FAILED."""
    guess = TurnState.ANSWERING if row.ended_at is None else TurnState.FAILED
    state = next((each for each in TurnState if each == row.state), guess)
    return TurnRecord(row.asker, row.round, state, _is_gone(row), row.fence)


def repair(row: Row) -> Repair:
    """Returns the right to repair a message of an ended turn."""
    turn, posts = question(row), read_posts(row.posts)
    return Repair(turn, Lease(turn.key, row.fence), row.owner, posts, gone=_is_gone(row))


def _is_gone(row: Row) -> bool:
    return row.asked_for in (Order.WITHDRAWN, Order.ORPHANED)


def taken_back(row: Row) -> dict[str, Any]:
    """Returns the columns of an ended turn whose question was deleted.

    An answer that stays keeps all of its messages. To remove one, they are looked for in Slack:
    `posts` does not have those that share its files. An unknown state may be a newer version's for
    an answer that is whole, so the answer stays.
    """
    state = next((each for each in TurnState if each == row.state), TurnState.DELIVERED)
    order = order_of_deletion(state)
    if order is Order.WITHDRAWN:
        return {"asked_for": order.value, "doubtful": True, "kept": row.kept}
    kept = len(read_posts(row.posts) or ())
    return {"asked_for": order.value, "doubtful": False, "kept": kept}


def asked_again(row: Row, again: Again) -> dict[str, Any]:
    """Returns the columns that say which messages of an ended turn stay when it is asked again."""
    everything = len(read_posts(row.posts) or ())
    kept = {Again.WHOLE: 0, Again.LAST: row.kept, Again.MORE: everything}[again]
    return {"kept": kept, "goes_on": kept > 0}


def write_posts(posts: Sequence[str]) -> str:
    """Returns a JSON list."""
    return json.dumps(list(posts))


def read_posts(text: str) -> tuple[str, ...] | None:
    """Returns the messages (ts); None when the text is no JSON list of strings."""
    try:
        posts = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
    whole = isinstance(posts, list) and all(isinstance(post, str) for post in posts)
    return tuple(posts) if whole else None


def write_ending(ending: Snapshot) -> str:
    """Returns JSON in ASCII, which both databases accept whatever the answer contains."""
    failure, usage = ending.failure, ending.usage
    return json.dumps(
        {
            "phase": ending.phase,
            "text": ending.text,
            "failure": failure and [failure.kind, failure.id, failure.wait],
            "usage": usage and [usage.prompt_tokens, usage.completion_tokens],
            "seconds": ending.seconds,
            "thoughts": ending.thoughts,
            "greets": ending.greets,
            "first": ending.first,
            "left_out": [[each.what, each.count] for each in ending.left_out],
        }
    )


def read_ending(text: str | None) -> Snapshot | None:
    """Returns the snapshot; None when it cannot be read, and the question is answered again."""
    try:
        parts = json.loads(text or "")
        failure, usage = parts["failure"], parts["usage"]
        return Snapshot(
            Phase(parts["phase"]),
            str(parts["text"]),
            _failed(*failure) if failure else None,
            Usage(*map(int, usage)) if usage else None,
            # Not written by older versions of the bot.
            float(parts.get("seconds", 0)),
            str(parts.get("thoughts", "")),
            greets=parts.get("greets") is True,
            first=parts.get("first") is True,
            left_out=tuple(
                LeftOut(Unseen(what), int(count)) for what, count in parts.get("left_out", [])
            ),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return None


def read_order(word: str | None) -> Order | None:
    """Returns the order; None for an unknown word."""
    return next((order for order in Order if order == word), None)


def _failed(kind: str, id: str, wait: float | None = None) -> Failed:  # noqa: A002 - its name
    return Failed(str(kind), str(id), None if wait is None else float(wait))


def question(row: Row) -> Turn:
    """Returns the turn."""
    return Turn(
        Thread(row.team, row.channel, row.thread or None),
        row.ts,
        row.asker,
        row.text or "",
        row.direct,
        row.has_more,
        row.round,
        row.goes_on,
        row.whole,
    )
