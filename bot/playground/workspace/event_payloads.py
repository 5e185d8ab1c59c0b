"""The events that Slack sends an app when the workspace changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from bot.playground.workspace.changes import Change, Message
    from bot.playground.workspace.people import App, Channel

Event = dict[str, Any]
"""The inner event, without its envelope."""

DEFAULT_SUBSCRIPTIONS = frozenset(
    {"app_mention", "message.channels", "message.groups", "message.im", "message.mpim"}
)

_MESSAGE_EVENTS = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
# Fields that only conversations.history returns; metadata has an event of its own.
_NOT_IN_EVENTS = frozenset(
    {"reply_count", "reply_users", "reply_users_count", "latest_reply", "is_locked", "metadata"}
)


def events_for(
    change: Change, channel: Channel, app: App, subscriptions: AbstractSet[str]
) -> list[Event]:
    """None, one or two events; none where the app is not a member of the channel."""
    if app.user_id not in channel.members or change.kind not in _EVENTS:
        return []
    return [
        event for name, event in _EVENTS[change.kind](change, channel, app) if name in subscriptions
    ]


def _posted(change: Change, channel: Channel, app: App) -> Iterator[tuple[str, Event]]:
    message = _without_counters(change.message)
    if _mentions(message, channel, app):
        yield "app_mention", _mention(message, channel, message["ts"])
    where = {"channel": channel.id, "event_ts": message["ts"], "channel_type": channel.kind}
    yield _MESSAGE_EVENTS[channel.kind], message | where


def _updated(change: Change, channel: Channel, app: App) -> Iterator[tuple[str, Event]]:
    message, event_ts = _without_counters(change.message), f"{change.at:.6f}"
    # Observed: an edit that mentions the app raises app_mention again, with the same ts.
    if "edited" in message and _mentions(message, channel, app):
        yield "app_mention", _mention(message, channel, event_ts)
    previous = _without_counters(change.previous or {})
    body = {"message": message, "previous_message": previous}
    yield _hidden("message_changed", body, channel, event_ts)


def _deleted(change: Change, channel: Channel, _app: App) -> Iterator[tuple[str, Event]]:
    previous = _without_counters(change.message)
    body = {"previous_message": previous, "deleted_ts": previous["ts"]}
    yield _hidden("message_deleted", body, channel, f"{change.at:.6f}")


def _reacted(change: Change, channel: Channel, _app: App) -> Iterator[tuple[str, Event]]:
    item = {"type": "message", "channel": channel.id, "ts": change.message["ts"]}
    yield (
        change.detail["type"],
        change.detail
        | {"item": item, "item_user": change.message.get("user"), "event_ts": f"{change.at:.6f}"},
    )


_EVENTS = {"posted": _posted, "updated": _updated, "deleted": _deleted, "reacted": _reacted}


def _hidden(
    subtype: str, body: dict[str, Any], channel: Channel, event_ts: str
) -> tuple[str, Event]:
    event = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "ts": event_ts,
        "event_ts": event_ts,
        "channel": channel.id,
        "channel_type": channel.kind,
    }
    return _MESSAGE_EVENTS[channel.kind], event | body


def _mention(message: Message, channel: Channel, event_ts: str) -> Event:
    event = {key: value for key, value in message.items() if key not in {"subtype", "root"}}
    return event | {"type": "app_mention", "channel": channel.id, "event_ts": event_ts}


def _mentions(message: Message, channel: Channel, app: App) -> bool:
    """Slack sends no `app_mention` in a DM, nor for the app's own messages."""
    by_app = message.get("bot_id") == app.bot_id
    return channel.kind != "im" and not by_app and f"<@{app.user_id}>" in message.get("text", "")


def _without_counters(message: Message) -> Message:
    return {key: value for key, value in message.items() if key not in _NOT_IN_EVENTS}
