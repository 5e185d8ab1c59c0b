"""Event payload → Turn, for what deserves a reply. No type is trusted: it came from outside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bot.core.types import Thread, Turn
from bot.transcript.message import mentions, without_mention

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.types import TurnKey

ANSWERED: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes that people's own messages have; all others are somebody's housekeeping."""

OTHERS: Final = ("bot_id", "edited", "hidden")
"""Marks of messages that no person has just written: bots', edited ones, changes and deletions."""

SLACKBOT: Final = "USLACKBOT"
TOMBSTONE: Final = "tombstone"
MOMENT: Final = re.compile(r"\d{1,16}\.\d{1,9}", re.ASCII)
LONGEST: Final = 100_000
"""Slack cuts messages at 40,000 characters; more than this is nobody's question."""


def read_turn(body: object, bot_user: str) -> Turn | None:
    """The turn that `body`, an Events API payload, announces; None when there is none."""
    envelope = _mapping(body)
    event = _mapping(envelope.get("event"))
    if envelope.get("type") != "event_callback" or not _asks(event, bot_user):
        return None
    team, channel, user = _team(envelope), _id(event.get("channel")), _id(event.get("user"))
    ts, thread_ts = _moment(event.get("ts")), _moment(event.get("thread_ts"))
    if not (team and channel and user and ts) or (event.get("thread_ts") and not thread_ts):
        return None
    return _turn(event, team, channel, bot_user)


def reread(message: object, team: str, channel: str, bot_user: str) -> Turn | None:
    """The turn that a message of Slack's history is, edited or not; None for nobody's question."""
    said = _mapping(message)
    asked = _of_a_person(said) and not said.get("bot_id") and _id(said.get("user"))
    return _turn(said, team, channel, bot_user) if asked and _moment(said.get("ts")) else None


def read_deletion(body: object) -> TurnKey | None:
    """Which message was deleted (team, channel, ts); None when `body` tells of something else.

    The root of a thread with replies stays as a tombstone, which is told as a change.
    """
    envelope = _mapping(body)
    event = _mapping(envelope.get("event"))
    if envelope.get("type") != "event_callback" or event.get("type") != "message":
        return None
    changed = _mapping(event.get("message"))
    gone = {
        "message_deleted": event.get("deleted_ts"),
        "message_changed": changed.get("ts") if changed.get("subtype") == TOMBSTONE else None,
    }.get(str(event.get("subtype")))
    team, channel, ts = _team(envelope), _id(event.get("channel")), _moment(gone)
    return (team, channel, ts) if team and channel and ts else None


def _turn(event: Mapping[str, Any], team: str, channel: str, bot_user: str) -> Turn:
    ts, direct = str(event["ts"]), _is_direct(event, channel)
    return Turn(
        Thread(team, channel, _root(ts, _moment(event.get("thread_ts")), direct=direct)),
        ts,
        str(event["user"]),
        without_mention(_text(event), bot_user),
        direct=direct,
        has_more=bool(event.get("files") or event.get("attachments")),
    )


def _asks(event: Mapping[str, Any], bot_user: str) -> bool:
    """True for what a person says to the bot."""
    if any(event.get(mark) for mark in OTHERS) or event.get("user") in (bot_user, SLACKBOT):
        return False
    return _of_a_person(event) and _is_for_us(event, bot_user)


def _of_a_person(event: Mapping[str, Any]) -> bool:
    subtype = event.get("subtype")
    return (subtype is None or isinstance(subtype, str)) and subtype in ANSWERED


def _is_for_us(event: Mapping[str, Any], bot_user: str) -> bool:
    return event.get("type") == "app_mention" or (
        event.get("type") == "message"
        and (event.get("channel_type") == "im" or mentions(_text(event), bot_user))
    )


def _team(envelope: Mapping[str, Any]) -> str | None:
    """Where the bot is installed. In Slack Connect `team_id` can be the other organisation's."""
    authorizations = envelope.get("authorizations")
    first = authorizations[0] if isinstance(authorizations, list) and authorizations else None
    candidates = (
        _mapping(first).get("team_id"),
        envelope.get("context_team_id"),
        envelope.get("team_id"),
    )
    return next((team for team in map(_id, candidates) if team), None)


def _root(ts: str, thread_ts: str | None, *, direct: bool) -> str | None:
    """A direct message is a conversation by itself; a thread in it is another one."""
    if direct:
        return thread_ts if thread_ts != ts else None
    return thread_ts or ts


def _is_direct(event: Mapping[str, Any], channel: str) -> bool:
    # `app_mention` carries no channel_type.
    return event.get("channel_type") == "im" or channel.startswith("D")


def _text(event: Mapping[str, Any]) -> str:
    text = event.get("text")
    return text[:LONGEST] if isinstance(text, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 64 else None


def _moment(value: object) -> str | None:
    return value if isinstance(value, str) and MOMENT.fullmatch(value) else None
