"""Event payload → Turn, for messages that ask the bot something.

Payloads come from outside, so every type is checked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bot.core.types import Thread, Turn
from bot.transcript.message import mentions, without_mention
from bot.transcript.untyped import mapping, mappings, string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.types import TurnKey

PERSON_SUBTYPES: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that people write; the others are Slack's own (joins, topics and so on)."""

NOT_NEW: Final = ("bot_id", "hidden")
"""Fields of messages that no person has just written: of bots, changed or deleted."""

LATE_MENTION: Final = 24 * 3600
"""Seconds after a message in which an edit may add the mention that makes it a question.

Shorter than the journal keeps turns: so it knows every question that was answered before the edit.
"""

SLACKBOT: Final = "USLACKBOT"
TOMBSTONE: Final = "tombstone"
TS: Final = re.compile(r"\d{1,16}\.\d{1,9}", re.ASCII)
"""A message's timestamp, which is its id in a channel."""

MAX_TEXT: Final = 100_000
"""Characters of a question that are read; Slack cuts messages at 40,000."""


def read_turn(body: object, bot_user: str) -> Turn | None:
    """The turn in `body`, an Events API payload; None when it asks the bot nothing."""
    envelope = mapping(body)
    event = mapping(envelope.get("event"))
    if envelope.get("type") != "event_callback" or not _is_question(event, bot_user):
        return None
    team, channel, user = _team(envelope), _id(event.get("channel")), _id(event.get("user"))
    ts, thread_ts = _ts(event.get("ts")), _ts(event.get("thread_ts"))
    if not (team and channel and user and ts) or (event.get("thread_ts") and not thread_ts):
        return None
    turn = _turn(event, team, channel, bot_user)
    return replace(turn, whole=_tells_all(envelope, event))


def turn_of_message(message: object, team: str, channel: str, bot_user: str) -> Turn | None:
    """The turn of a message read from Slack, edited or not; None if no person wrote it."""
    said = mapping(message)
    asked = _is_by_a_person(said) and not said.get("bot_id") and _id(said.get("user"))
    return _turn(said, team, channel, bot_user) if asked and _ts(said.get("ts")) else None


def read_amendment(body: object, bot_user: str) -> Turn | None:
    """A question to which Slack has added something: files that followed, or what a link shows.

    None when `body` is another event; an edit by a person is one, too.
    """
    event = mapping(mapping(body).get("event"))
    if event.get("subtype") != "message_changed":
        return None
    turn = _read_inner(body, mapping(event.get("message")), bot_user)
    return turn if turn and turn.has_more else None


def read_deletion(body: object) -> TurnKey | None:
    """The message (team, channel, ts) that was deleted; None when `body` is another event.

    The deleted root of a thread with replies becomes a tombstone, which is a `message_changed`.
    """
    envelope = mapping(body)
    event = mapping(envelope.get("event"))
    if envelope.get("type") != "event_callback" or event.get("type") != "message":
        return None
    changed = mapping(event.get("message"))
    deleted = {
        "message_deleted": event.get("deleted_ts"),
        "message_changed": changed.get("ts") if changed.get("subtype") == TOMBSTONE else None,
    }.get(str(event.get("subtype")))
    team, channel, ts = _team(envelope), _id(event.get("channel")), _ts(deleted)
    return (team, channel, ts) if team and channel and ts else None


def read_deleted_question(body: object, bot_user: str) -> Turn | None:
    """The turn that a deleted message was, as its own event announces it; None if it was none."""
    event = mapping(mapping(body).get("event"))
    # An edit may have added the mention.
    said = {**mapping(event.get("previous_message")), "edited": None}
    return _read_inner(body, said, bot_user)


def _read_inner(body: object, message: Mapping[str, Any], bot_user: str) -> Turn | None:
    """The turn of a message inside an event, as its own event would announce it."""
    envelope = mapping(body)
    event = mapping(envelope.get("event"))
    where = {name: event.get(name) for name in ("channel", "channel_type")}
    said = {**message, **where, "type": "message"}
    return read_turn({**envelope, "event": said}, bot_user)


def _turn(event: Mapping[str, Any], team: str, channel: str, bot_user: str) -> Turn:
    ts, direct = str(event["ts"]), _is_direct(event, channel)
    return Turn(
        Thread(team, channel, _root(ts, _ts(event.get("thread_ts")), direct=direct)),
        ts,
        str(event["user"]),
        without_mention(_text(event), bot_user),
        direct=direct,
        has_more=_has_more(event),
    )


def _has_more(event: Mapping[str, Any]) -> bool:
    """Whether something came with the text: a pasted table is a block beside it."""
    blocks = [string(block.get("type")) for block in mappings(event.get("blocks"))]
    return bool(event.get("files") or event.get("attachments") or {*blocks} - {"rich_text"})


def _tells_all(envelope: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether the event has all that came with the message.

    An `app_mention` may lack files, which the `message` event has; files that another organisation
    shares may follow later.
    """
    return event.get("type") == "message" and not envelope.get("is_ext_shared_channel")


def _is_question(event: Mapping[str, Any], bot_user: str) -> bool:
    """True for a new message of a person to the bot."""
    if any(event.get(field) for field in NOT_NEW) or event.get("user") in (bot_user, SLACKBOT):
        return False
    if event.get("edited") and not _adds_mention(event):
        return False
    return _is_by_a_person(event) and _is_for_us(event, bot_user)


def _adds_mention(event: Mapping[str, Any]) -> bool:
    """Whether an edited message may ask only now: the mention had been forgotten.

    Slack announces every edit of a message with a mention so; the journal knows the answered ones.
    """
    said, edited = _ts(event.get("ts")), _ts(mapping(event.get("edited")).get("ts"))
    if event.get("type") != "app_mention" or not said or not edited:
        return False
    return float(edited) - float(said) <= LATE_MENTION


def _is_by_a_person(event: Mapping[str, Any]) -> bool:
    subtype = event.get("subtype")
    return (subtype is None or isinstance(subtype, str)) and subtype in PERSON_SUBTYPES


def _is_for_us(event: Mapping[str, Any], bot_user: str) -> bool:
    return event.get("type") == "app_mention" or (
        event.get("type") == "message"
        and (event.get("channel_type") == "im" or mentions(_text(event), bot_user))
    )


def _team(envelope: Mapping[str, Any]) -> str | None:
    """The workspace where the bot is installed: `team_id` may be another one in Slack Connect."""
    authorizations = envelope.get("authorizations")
    first = authorizations[0] if isinstance(authorizations, list) and authorizations else None
    candidates = (
        mapping(first).get("team_id"),
        envelope.get("context_team_id"),
        envelope.get("team_id"),
    )
    return next((team for team in map(_id, candidates) if team), None)


def _root(ts: str, thread_ts: str | None, *, direct: bool) -> str | None:
    """The thread's root; None in the main line of a direct message, which is one conversation."""
    if direct:
        return thread_ts if thread_ts != ts else None
    return thread_ts or ts


def _is_direct(event: Mapping[str, Any], channel: str) -> bool:
    # `app_mention` carries no channel_type.
    return event.get("channel_type") == "im" or channel.startswith("D")


def _text(event: Mapping[str, Any]) -> str:
    text = event.get("text")
    return text[:MAX_TEXT] if isinstance(text, str) else ""


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 64 else None


def _ts(value: object) -> str | None:
    return value if isinstance(value, str) and TS.fullmatch(value) else None
