"""The messages of all channels, with their threads, and the pages in which they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.changes import Message, copied
from bot.playground.workspace.cursors import Page, page

if TYPE_CHECKING:
    from collections.abc import Callable

THREAD_FIELDS = ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply")
"""The fields that a message has while it has replies."""


class Window(TypedDict, total=False):
    """Which messages are read, and how much of them."""

    oldest: str | None
    latest: str | None
    inclusive: bool
    """Whether messages at `oldest` and `latest` belong to it."""
    include_all_metadata: bool
    """Whether messages are returned with their metadata."""


class Messages:
    """Stores messages by channel and ts, in the order in which they were posted."""

    def __init__(self) -> None:
        self._by_channel: dict[str, dict[str, Message]] = {}

    def find(self, channel_id: str, ts: str) -> Message | None:
        """The stored message itself, or None."""
        return self._in(channel_id).get(ts)

    def get(self, channel_id: str, ts: str, error: str = "message_not_found") -> Message:
        """The stored message itself, or ApiError with this code."""
        message = self.find(channel_id, ts)
        if message is None:
            raise ApiError(error)
        return message

    def all(self, channel_id: str) -> list[Message]:
        """Copies of all messages of the channel, those of threads included, oldest first."""
        return [copied(message) for message in self._in(channel_id).values()]

    def put(self, channel_id: str, message: Message) -> None:
        """Adds the message, or replaces the one with its ts."""
        self._in(channel_id)[message["ts"]] = message
        self._count_replies(channel_id, message)

    def remove(self, channel_id: str, message: Message) -> None:
        del self._in(channel_id)[message["ts"]]
        self._count_replies(channel_id, message)

    def history(
        self, channel_id: str, limit: int, cursor: str | None, **window: Unpack[Window]
    ) -> Page[Message]:
        """Copies, newest first, without replies that were not broadcast."""
        inside = _inside(window)
        found = [m for m in self._in(channel_id).values() if _in_channel(m) and inside(m["ts"])]
        return _page(found[::-1], limit, cursor, window)

    def replies(
        self, channel_id: str, ts: str, limit: int, cursor: str | None, **window: Unpack[Window]
    ) -> Page[Message]:
        """Copies of the thread's replies, oldest first, on each page after their root.

        The ts of a reply finds that reply alone.
        """
        root = self.get(channel_id, ts, "thread_not_found")
        inside = _inside(window)
        found = [m for m in self._thread(channel_id, ts) if inside(m["ts"])]
        listed = _page(found, limit, cursor, window)
        return Page([_shown(root, window), *listed.items], listed.next_cursor)

    def _in(self, channel_id: str) -> dict[str, Message]:
        return self._by_channel.setdefault(channel_id, {})

    def _thread(self, channel_id: str, ts: str) -> list[Message]:
        return [m for m in self._in(channel_id).values() if _is_reply(m) and m["thread_ts"] == ts]

    def _count_replies(self, channel_id: str, reply: Message) -> None:
        """Updates the thread fields of the root. A tombstone without replies is removed."""
        if not _is_reply(reply):
            return
        root_ts = reply["thread_ts"]
        replies, root = self._thread(channel_id, root_ts), self._in(channel_id)[root_ts]
        for key in THREAD_FIELDS:
            root.pop(key, None)
        if replies:
            people = list(dict.fromkeys(each.get("user", each.get("bot_id")) for each in replies))
            values = (root_ts, len(replies), people, len(people), replies[-1]["ts"])
            root |= dict(zip(THREAD_FIELDS, values, strict=True))
        elif root.get("subtype") == "tombstone":
            del self._in(channel_id)[root_ts]


def without_metadata(message: Message) -> Message:
    """A copy as Slack returns it unless metadata is asked for."""
    return {key: copied(value) for key, value in message.items() if key != "metadata"}


def _shown(message: Message, window: Window) -> Message:
    whole = window.get("include_all_metadata", False)
    return copied(message) if whole else without_metadata(message)


def _page(found: list[Message], limit: int, cursor: str | None, window: Window) -> Page[Message]:
    listed = page(found, limit, cursor)
    return Page([_shown(message, window) for message in listed.items], listed.next_cursor)


def _is_reply(message: Message) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


def _in_channel(message: Message) -> bool:
    return not _is_reply(message) or message.get("subtype") == "thread_broadcast"


def _inside(window: Window) -> Callable[[str], bool]:
    low = _seconds(window.get("oldest"), 0.0)
    high = _seconds(window.get("latest"), float("inf"))
    if window.get("inclusive"):
        return lambda ts: low <= float(ts) <= high
    return lambda ts: low < float(ts) < high


def _seconds(ts: str | None, default: float) -> float:
    try:
        return float(ts) if ts else default
    except ValueError:
        raise ApiError("invalid_ts_latest") from None
