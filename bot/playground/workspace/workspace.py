"""A Slack workspace as plain data: people, channels, messages, and a feed of what changes.

Pure: no clock, no I/O. The time is told in `now`, in seconds since the epoch.
"""

from __future__ import annotations

import uuid
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.changes import Change, ChangeKind, Feed, Message, copied
from bot.playground.workspace.cursors import Page, page
from bot.playground.workspace.event_payloads import DEFAULT_SUBSCRIPTIONS, Event, events_for
from bot.playground.workspace.people import App, Channel, User
from bot.playground.workspace.typed import typed
from bot.playground.workspace.visible import visible_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["App", "Change", "Channel", "Message", "User", "Workspace"]

_TOMBSTONE = {"user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted."}
_OF_A_THREAD = ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply")


class Workspace:
    """One team with one app in it. Whoever wants to know of changes subscribes."""

    def __init__(
        self,
        *,
        bot: App,
        users: Iterable[User],
        channels: Iterable[Channel],
        team_id: str = "T0PLAYGRND",
        name: str = "Playground",
        subscriptions: Iterable[str] = DEFAULT_SUBSCRIPTIONS,
        dedupe_client_msg_id: bool = False,
    ) -> None:
        self.team_id = team_id
        self.name = name
        self.domain = "playground"
        self.bot = bot
        self.users = {user.id: user for user in users}
        self.channels = {channel.id: channel for channel in channels}
        self.subscriptions = set(subscriptions)
        # Slack lists `duplicate_message_not_found`, so it knows some deduplication by this id;
        # whether it does it for bots is not confirmed. Off, as the harder case.
        self.dedupe_client_msg_id = dedupe_client_msg_id
        self.ephemerals: list[Message] = []
        self.statuses: dict[tuple[str, str], str] = {}
        self.views: list[dict[str, Any]] = []
        self.open_views: dict[str, str] = {}
        """The id of each modal that somebody has before them, and who that is."""
        self.files: dict[str, dict[str, Any]] = {}
        self._messages: dict[str, dict[str, Message]] = {}
        self._posted_ids: dict[str, tuple[str, str]] = {}
        self._feed = Feed()
        self._last = 0
        self._block_ids = count(1)

    @classmethod
    def demo(cls, **settings: Any) -> Workspace:
        """Three people, three channels, a DM each with the bot, and one with all of them."""
        bot = App()
        people = [
            User("U0ALICE", "alice", "Alice Archer", "4bbe2e", is_admin=True),
            User("U0BOB", "bob", "Bob Baker", "e7392d"),
            User("U0YUKI", "yuki", "結城 ゆき", "3c989f", locale="ja-JP"),
            User(bot.user_id, "streambot", bot.name, "684b6c", is_bot=True),
        ]
        humans = [user.id for user in people if not user.is_bot]
        everyone = [user.id for user in people]
        channels = [
            Channel("C0GENERAL", "general", "channel", [*everyone]),
            Channel("C0RANDOM", "random", "channel", [*everyone]),
            Channel("C0LEADS", "leads", "group", [humans[0], humans[1], bot.user_id]),
            Channel("C0TRIO", "mpdm-alice--bob--streambot-1", "mpim", [*humans[:2], bot.user_id]),
            *(Channel(f"D{user[1:]}", "", "im", [user, bot.user_id]) for user in humans),
        ]
        return cls(bot=bot, users=people, channels=channels, **settings)

    # Finding

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """`listener` hears every change, at once and in order; the result ends that."""
        return self._feed.subscribe(listener)

    def user(self, name: str) -> User:
        """By id or by name."""
        wanted = name.removeprefix("@")
        for user in self.users.values():
            if wanted in {user.id, user.name}:
                return user
        raise ApiError("user_not_found")

    def channel(self, name: str) -> Channel:
        """By id or by name."""
        wanted = name.removeprefix("#")
        for channel in self.channels.values():
            if wanted in {channel.id, channel.name or None}:
                return channel
        raise ApiError("channel_not_found")

    def dm(self, user: str) -> Channel:
        """The DM of this person (by id or name) with the bot; it is opened when there is none."""
        user_id = self.user(user).id
        channel = next(
            (c for c in self.channels.values() if c.kind == "im" and user_id in c.members), None
        )
        return channel or self._open(user_id)

    def message(self, channel_id: str, ts: str) -> Message | None:
        """A copy of the message, or None."""
        return copied(self._in(channel_id).get(ts))

    def messages(self, channel_id: str) -> list[Message]:
        """Everything in the channel, threads included, oldest first."""
        return [copied(message) for message in self._in(channel_id).values()]

    def history(
        self,
        channel_id: str,
        *,
        latest: str | None = None,
        oldest: str | None = None,
        inclusive: bool = False,
        limit: int = 100,
        cursor: str | None = None,
        include_all_metadata: bool = False,
    ) -> Page[Message]:
        """Newest first. Replies are in their threads only, unless they were broadcast."""
        within = _between(oldest, latest, inclusive=inclusive)
        found = [m for m in self._in(channel_id).values() if _at_top(m) and within(m["ts"])]
        return self._page(found[::-1], limit, cursor, metadata=include_all_metadata)

    def replies(
        self,
        channel_id: str,
        ts: str,
        *,
        latest: str | None = None,
        oldest: str | None = None,
        inclusive: bool = False,
        limit: int = 1000,
        cursor: str | None = None,
        include_all_metadata: bool = False,
    ) -> Page[Message]:
        """Oldest first; the root leads every page. The ts of a reply finds that reply alone."""
        root = self._in(channel_id).get(ts)
        if root is None:
            raise ApiError("thread_not_found")
        within = _between(oldest, latest, inclusive=inclusive)
        found = [m for m in self._thread(channel_id, ts) if within(m["ts"])]
        listed = self._page(found, limit, cursor, metadata=include_all_metadata)
        return Page([_copy(root, metadata=include_all_metadata), *listed.items], listed.next_cursor)

    def events_for(self, change: Change) -> list[Event]:
        """What Slack would tell the app about this change."""
        channel = self.channels[change.channel_id]
        return events_for(change, channel, self.bot, self.subscriptions)

    # Changing

    def say(self, channel_id: str, *, user: str, text: str, now: float, **fields: Any) -> Message:
        """A person types something: entities, mentions and rich_text are made of it."""
        written = typed(text, self.users.values())
        content = {"text": written.text, "blocks": written.blocks or None}
        return self.post(channel_id, user=user, now=now, **(content | fields))

    def post(self, channel_id: str, *, user: str, now: float, **fields: Any) -> Message:
        """Adds a message with these fields of Slack's; those that are None are left out."""
        by_app = user == self.bot.user_id
        given = {key: value for key, value in fields.items() if value is not None}
        if first := self._posted_before(given) if by_app else None:
            return first
        ts = self.next_ts(now)
        message: Message = {"type": "message", "user": user, "text": "", "ts": ts}
        message |= {"team": self.team_id} | self._author(ts, by_app=by_app)
        message |= self._placed(channel_id, copied(given))
        self._complete(message)
        self._in(channel_id)[message["ts"]] = message
        self._count_reply(channel_id, message)
        if by_app:
            # Slack takes the status line away as soon as the app posts (docs: setStatus).
            self.set_status(channel_id, message.get("thread_ts", ""), "", now)
            self._posted_ids[given.get("client_msg_id", "")] = (channel_id, message["ts"])
        self._tell("posted", channel_id, message, now)
        return copied(message)

    def update(
        self, channel_id: str, ts: str, *, now: float, edited_by: str | None = None, **fields: Any
    ) -> Message:
        """Replaces these fields; None removes one. `edited_by` leaves the mark "(edited)"."""
        message = self._existing(channel_id, ts)
        previous = copied(message)
        for key, value in fields.items():
            message.pop(key, None)
            if value is not None:
                message[key] = copied(value)
        if edited_by is not None:
            message["edited"] = {"user": edited_by, "ts": self.next_ts(now)}
        self._complete(message)
        self._tell("updated", channel_id, message, now, previous)
        return copied(message)

    def edit(self, channel_id: str, ts: str, *, text: str, now: float) -> Message:
        """A person edits what they typed."""
        written, author = typed(text, self.users.values()), self._existing(channel_id, ts)["user"]
        content = {"text": written.text, "blocks": written.blocks or None}
        return self.update(channel_id, ts, now=now, edited_by=author, **content)

    def delete(self, channel_id: str, ts: str, *, now: float) -> None:
        """A root with replies becomes a tombstone, which Slack tells as a `message_changed`."""
        message = self._existing(channel_id, ts)
        if message.get("reply_count"):
            kept = {"type": "message", "ts": ts, "hidden": True} | _TOMBSTONE
            kept |= {key: message[key] for key in _OF_A_THREAD}
            self._in(channel_id)[ts] = kept
            self._tell("updated", channel_id, kept, now, message)
            return
        del self._in(channel_id)[ts]
        self._count_reply(channel_id, message)
        self._tell("deleted", channel_id, message, now)

    def post_ephemeral(self, channel_id: str, *, user: str, now: float, **fields: Any) -> Message:
        """An ephemeral message: seen by one person, in no history, raising no event."""
        given = {key: value for key, value in fields.items() if value is not None}
        ts = self.next_ts(now)
        message: Message = {"type": "message", "text": "", "ts": ts, "is_ephemeral": True}
        message |= {"user": self.bot.user_id, "channel": channel_id, "to": user}
        message |= self._author(ts, by_app=True) | copied(given)
        self._complete(message)
        self.ephemerals.append(message)
        self._tell("ephemeral", channel_id, message, now)
        return copied(message)

    def delete_ephemeral(self, ts: str) -> None:
        """Takes an ephemeral message away."""
        self.ephemerals = [message for message in self.ephemerals if message["ts"] != ts]

    def join(self, channel_id: str, *, user: str, now: float) -> Message:
        self.channels[channel_id].members.append(user)
        text = f"<@{user}> has joined the channel"
        return self.post(channel_id, user=user, now=now, text=text, subtype="channel_join")

    def react(self, channel_id: str, ts: str, *, user: str, name: str, now: float) -> None:
        message = self._existing(channel_id, ts)
        reactions: list[dict[str, Any]] = message.setdefault("reactions", [])
        entry = next((r for r in reactions if r["name"] == name), None)
        if entry is not None and user in entry["users"]:
            raise ApiError("already_reacted")
        if entry is None:
            reactions.append(entry := {"name": name, "users": []})
        entry["users"].append(user)
        self._reacted("reaction_added", channel_id, message, user=user, name=name, now=now)

    def unreact(self, channel_id: str, ts: str, *, user: str, name: str, now: float) -> None:
        message = self._existing(channel_id, ts)
        entry = next((r for r in message.get("reactions", []) if r["name"] == name), None)
        if entry is None or user not in entry["users"]:
            raise ApiError("no_reaction")
        entry["users"].remove(user)
        self._reacted("reaction_removed", channel_id, message, user=user, name=name, now=now)

    def set_status(self, channel_id: str, thread_ts: str, status: str, now: float) -> None:
        """The line "<app> is thinking…" under a thread; an empty one takes it away."""
        key = (channel_id, thread_ts)
        if status == self.statuses.get(key, ""):
            return
        self.statuses[key] = status
        message = {"ts": thread_ts, "thread_ts": thread_ts, "status": status}
        self._tell("status", channel_id, message, now)

    def next_ts(self, now: float) -> str:
        """Unique in the workspace and growing, also when the clock stands still."""
        self._last = max(int(now * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    # Inside

    def _in(self, channel_id: str) -> dict[str, Message]:
        return self._messages.setdefault(channel_id, {})

    def _existing(self, channel_id: str, ts: str) -> Message:
        message = self._in(channel_id).get(ts)
        if message is None:
            raise ApiError("message_not_found")
        return message

    def _thread(self, channel_id: str, ts: str) -> list[Message]:
        return [m for m in self._in(channel_id).values() if _is_reply(m) and m["thread_ts"] == ts]

    def _open(self, user_id: str) -> Channel:
        channel = Channel(f"D{user_id[1:]}", "", "im", [user_id, self.bot.user_id])
        self.channels[channel.id] = channel
        return channel

    def _page(
        self, found: list[Message], limit: int, cursor: str | None, *, metadata: bool
    ) -> Page[Message]:
        listed = page(found, limit, cursor)
        return Page([_copy(m, metadata=metadata) for m in listed.items], listed.next_cursor)

    def _posted_before(self, given: Message) -> Message | None:
        where = self._posted_ids.get(given.get("client_msg_id") or "-")
        return self.message(*where) if self.dedupe_client_msg_id and where else None

    def _author(self, ts: str, *, by_app: bool) -> Message:
        if not by_app:
            return {"client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_OID, self.team_id + ts))}
        profile = self.bot.profile(self.team_id)
        return {"bot_id": self.bot.bot_id, "app_id": self.bot.app_id, "bot_profile": profile}

    def _placed(self, channel_id: str, given: Message) -> Message:
        """A reply belongs to the root of its thread, which must still be there."""
        broadcast = given.pop("reply_broadcast", False)
        if "thread_ts" not in given:
            return given
        root = self._in(channel_id).get(given["thread_ts"])
        if root is None:
            raise ApiError("thread_not_found")
        given["thread_ts"] = root.get("thread_ts", root["ts"])
        given["parent_user_id"] = self._existing(channel_id, given["thread_ts"])["user"]
        if broadcast:
            given |= {"subtype": "thread_broadcast", "root": _copy(root, metadata=False)}
        return given

    def _complete(self, message: Message) -> None:
        for block in message.get("blocks", []):
            block.setdefault("block_id", f"b{next(self._block_ids):04x}")
        if not message.get("text") and message.get("blocks"):
            # Slack builds the text of the notification when the app gives none.
            message["text"] = visible_text({"blocks": message["blocks"]})

    def _count_reply(self, channel_id: str, message: Message) -> None:
        """Roots carry the counters of their threads."""
        if not _is_reply(message):
            return
        root_ts = message["thread_ts"]
        replies, root = self._thread(channel_id, root_ts), self._in(channel_id)[root_ts]
        for key in _OF_A_THREAD:
            root.pop(key, None)
        if replies:
            people = list(dict.fromkeys(reply["user"] for reply in replies))
            counters = (root_ts, len(replies), people, len(people), replies[-1]["ts"])
            root |= dict(zip(_OF_A_THREAD, counters, strict=True))
        elif root.get("subtype") == "tombstone":
            del self._in(channel_id)[root_ts]

    def _reacted(
        self, kind: str, channel_id: str, message: Message, *, user: str, name: str, now: float
    ) -> None:
        left = [r | {"count": len(r["users"])} for r in message["reactions"] if r["users"]]
        message["reactions"] = left
        detail = {"type": kind, "user": user, "reaction": name}
        self._tell("reacted", channel_id, message, now, detail=detail)

    def _tell(
        self,
        kind: ChangeKind,
        channel_id: str,
        message: Message,
        now: float,
        previous: Message | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        shown = copied(message)
        self._feed.tell(Change(kind, channel_id, shown, previous, now, detail or {}))


def _is_reply(message: Message) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


def _at_top(message: Message) -> bool:
    return not _is_reply(message) or message.get("subtype") == "thread_broadcast"


def _copy(message: Message, *, metadata: bool) -> Message:
    """Slack keeps the payload of metadata to itself unless it was asked for."""
    shown = copied(message)
    if not metadata:
        shown.pop("metadata", None)
    return shown


def _between(oldest: str | None, latest: str | None, *, inclusive: bool) -> Callable[[str], bool]:
    low, high = _number(oldest, 0.0), _number(latest, float("inf"))

    def within(ts: str) -> bool:
        at = float(ts)
        return low <= at <= high if inclusive else low < at < high

    return within


def _number(ts: str | None, default: float) -> float:
    try:
        return float(ts) if ts else default
    except ValueError:
        raise ApiError("invalid_ts_latest") from None
