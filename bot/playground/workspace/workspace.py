"""A Slack workspace as plain data: people, channels, messages, and a feed of changes.

Pure: no clock and no I/O. Times are given as `now`, in seconds since the epoch.
"""

from __future__ import annotations

import uuid
from itertools import count
from typing import TYPE_CHECKING, Any, Unpack

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.changes import Change, ChangeKind, Feed, Message, copied
from bot.playground.workspace.demo import demo_channels, demo_users
from bot.playground.workspace.event_payloads import DEFAULT_SUBSCRIPTIONS, Event, events_for
from bot.playground.workspace.messages import THREAD_FIELDS, Messages, Window, without_metadata
from bot.playground.workspace.people import App, Channel, User
from bot.playground.workspace.reactions import Reactions, with_reaction, without_reaction
from bot.playground.workspace.typed import typed
from bot.playground.workspace.visible import visible_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.playground.workspace.cursors import Page

__all__ = ["App", "Change", "Channel", "Message", "User", "Workspace"]

_SLACKBOT = "USLACKBOT"
_TOMBSTONE = {"user": _SLACKBOT, "subtype": "tombstone", "text": "This message was deleted."}


class Workspace:
    """One team with one app in it.

    Messages go in and come out as copies. ApiError is raised where Slack refuses a call.
    """

    def __init__(
        self,
        *,
        bot: App,
        users: Iterable[User],
        channels: Iterable[Channel],
        team_id: str = "T0PLAYGRND",
        name: str = "Playground",
        subscriptions: Iterable[str] = DEFAULT_SUBSCRIPTIONS,
        commands: Iterable[str] = (),
        dedupe_client_msg_id: bool = False,
    ) -> None:
        self.team_id = team_id
        self.name = name
        self.domain = "playground"
        self.bot = bot
        self.users = {user.id: user for user in users}
        self.channels = {channel.id: channel for channel in channels}
        self.subscriptions = set(subscriptions)
        """The names of the events that the app is sent."""
        self.commands = set(commands)
        """The slash commands that the app's manifest declares, each with its `/`."""
        self.dedupe_client_msg_id = dedupe_client_msg_id
        """Whether a post of the app with a known `client_msg_id` returns the first message.

        Slack lists `duplicate_message_not_found`, so it deduplicates something by this id; whether
        posts of bots, is not confirmed. Off, as the harder case.
        """
        self.ephemerals: list[Message] = []
        self.statuses: dict[tuple[str, str], str] = {}
        """The app's status line, by channel and thread ts."""
        self.views: list[dict[str, Any]] = []
        """All modals that were ever opened."""
        self.open_views: dict[str, str] = {}
        """The user of each open modal, by the modal's id."""
        self.files: dict[str, dict[str, Any]] = {}
        self._messages = Messages()
        self._posted_ids: dict[str, tuple[str, str]] = {}
        self._feed = Feed()
        self._last = 0
        self._block_ids = count(1)
        self._file_ids = count()

    @classmethod
    def demo(cls, bot: App | None = None, **settings: Any) -> Workspace:
        """The workspace of tests and of the page: three people, and channels of every kind."""
        app = bot or App()
        users = demo_users(app)
        return cls(bot=app, users=users, channels=demo_channels(users), **settings)

    def subscribe(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """`listener` is called with every change, in order. The result unsubscribes it."""
        return self._feed.subscribe(listener)

    def events_for(self, change: Change) -> list[Event]:
        """The events that Slack sends the app because of this change."""
        channel = self.channels[change.channel_id]
        return events_for(change, channel, self.bot, self.subscriptions)

    # Reading

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
        """The DM of this user (id or name) with the bot. It is opened if there is none."""
        user_id = self.user(user).id
        for channel in self.channels.values():
            if channel.kind == "im" and user_id in channel.members:
                return channel
        opened = Channel(f"D{user_id[1:]}", "", "im", [user_id, self.bot.user_id])
        self.channels[opened.id] = opened
        return opened

    def message(self, channel_id: str, ts: str) -> Message | None:
        return copied(self._messages.find(channel_id, ts))

    def messages(self, channel_id: str) -> list[Message]:
        """Everything in the channel, threads included, oldest first."""
        return self._messages.all(channel_id)

    def history(
        self,
        channel_id: str,
        *,
        limit: int = 100,
        cursor: str | None = None,
        **window: Unpack[Window],
    ) -> Page[Message]:
        """Newest first. Replies are in their threads only, unless they were broadcast."""
        return self._messages.history(channel_id, limit, cursor, **window)

    def replies(
        self,
        channel_id: str,
        ts: str,
        *,
        limit: int = 1000,
        cursor: str | None = None,
        **window: Unpack[Window],
    ) -> Page[Message]:
        """Oldest first; the root leads every page. The ts of a reply finds that reply alone."""
        return self._messages.replies(channel_id, ts, limit, cursor, **window)

    # Messages

    def say(self, channel_id: str, *, user: str, text: str, now: float, **fields: Any) -> Message:
        """A person types a message: it is stored with entities, mentions and rich text."""
        return self.post(channel_id, user=user, now=now, **(self._typed(text) | fields))

    def post(self, channel_id: str, *, user: str, now: float, **fields: Any) -> Message:
        """Adds a message with these fields of Slack's; those that are None are left out.

        Without a `user` it comes from an incoming webhook; then it has a `bot_id` only.
        """
        by_app = user == self.bot.user_id
        given = {key: value for key, value in fields.items() if value is not None}
        if first := self._posted_before(given) if by_app else None:
            return first
        ts = self.next_ts(now)
        message: Message = {"type": "message"} | ({"user": user} if user else {})
        message |= {"text": "", "ts": ts, "team": self.team_id}
        message |= {} if "bot_id" in given else self._author(ts, by_app=by_app)
        message |= self._in_thread(channel_id, copied(given))
        self._complete(message)
        self._messages.put(channel_id, message)
        if by_app:
            # Slack removes the status line as soon as the app posts (docs: setStatus).
            self.set_status(channel_id, message.get("thread_ts", ""), "", now)
            self._posted_ids[given.get("client_msg_id", "")] = (channel_id, ts)
        self._tell("posted", channel_id, message, now)
        return copied(message)

    def update(
        self, channel_id: str, ts: str, *, now: float, edited_by: str | None = None, **fields: Any
    ) -> Message:
        """Replaces these fields; None removes one. `edited_by` adds the mark "(edited)"."""
        message = self._messages.get(channel_id, ts)
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
        """The author edits a message that they typed."""
        author = self._messages.get(channel_id, ts)["user"]
        return self.update(channel_id, ts, now=now, edited_by=author, **self._typed(text))

    def delete(self, channel_id: str, ts: str, *, now: float) -> None:
        """A root with replies becomes a tombstone, for which Slack sends `message_changed`."""
        message = self._messages.get(channel_id, ts)
        if message.get("reply_count"):
            tombstone = {"type": "message", "ts": ts, "hidden": True} | _TOMBSTONE
            tombstone |= {key: message[key] for key in THREAD_FIELDS}
            self._messages.put(channel_id, tombstone)
            self._tell("updated", channel_id, tombstone, now, message)
        else:
            self._messages.remove(channel_id, message)
            self._tell("deleted", channel_id, message, now)

    def without_file(self, file_id: str, *, now: float) -> None:
        """Puts a tombstone in place of a deleted file, in every message that has it."""
        tombstone = {"id": file_id, "mode": "tombstone"}
        for channel_id in self.channels:
            for message in self._messages.all(channel_id):
                files = message.get("files") or []
                if any(file["id"] == file_id for file in files):
                    left = [tombstone if file["id"] == file_id else file for file in files]
                    self.update(channel_id, message["ts"], now=now, files=left)

    def post_ephemeral(self, channel_id: str, *, user: str, now: float, **fields: Any) -> Message:
        """Adds a message of the app that one person sees: in no history, and without an event."""
        ts = self.next_ts(now)
        author = {"user": self.bot.user_id} | self._author(ts, by_app=True)
        given = {key: value for key, value in fields.items() if value is not None}
        return self._show_to(channel_id, user, {"ts": ts} | author | copied(given), now)

    def slackbot_says(
        self, channel_id: str, *, user: str, now: float, text: str, thread_ts: str | None = None
    ) -> Message:
        """Slack itself tells one person something."""
        message: Message = {"ts": self.next_ts(now), "user": _SLACKBOT, "text": text}
        where = {"thread_ts": thread_ts} if thread_ts else {}
        return self._show_to(channel_id, user, message | where, now)

    def delete_ephemeral(self, ts: str) -> None:
        self.ephemerals = [message for message in self.ephemerals if message["ts"] != ts]

    # Modals

    def open_view(self, view: dict[str, Any], *, user: str, now: float) -> dict[str, Any]:
        """Shows a modal to a user, above those that they have open."""
        shown = self._view(f"V0{len(self.views):06d}", view, now)
        self.views.append(shown)
        self.open_views[shown["id"]] = user
        return shown

    def update_view(self, view_id: str, view: dict[str, Any], now: float) -> None:
        """Replaces what a modal shows."""
        at = next(n for n, each in enumerate(self.views) if each["id"] == view_id)
        self.views[at] = self._view(view_id, view, now)

    def close_views(self, user: str) -> None:
        """All that the user has open."""
        self.open_views = {view: owner for view, owner in self.open_views.items() if owner != user}

    # Members, reactions, status

    def join(self, channel_id: str, *, user: str, now: float) -> Message:
        self.channels[channel_id].members.append(user)
        text = f"<@{user}> has joined the channel"
        return self.post(channel_id, user=user, now=now, text=text, subtype="channel_join")

    def react(self, channel_id: str, ts: str, *, user: str, name: str, now: float) -> None:
        message = self._messages.get(channel_id, ts)
        detail = {"type": "reaction_added", "user": user, "reaction": name}
        self._set_reactions(channel_id, message, with_reaction(message, user, name), detail, now)

    def unreact(self, channel_id: str, ts: str, *, user: str, name: str, now: float) -> None:
        message = self._messages.get(channel_id, ts)
        detail = {"type": "reaction_removed", "user": user, "reaction": name}
        self._set_reactions(channel_id, message, without_reaction(message, user, name), detail, now)

    def set_status(self, channel_id: str, thread_ts: str, status: str, now: float) -> None:
        """Sets the line "<app> is thinking…" below a thread; an empty status removes it."""
        key = (channel_id, thread_ts)
        if status == self.statuses.get(key, ""):
            return
        self.statuses[key] = status
        message = {"ts": thread_ts, "thread_ts": thread_ts, "status": status}
        self._tell("status", channel_id, message, now)

    # Parts of a message

    def next_ts(self, now: float) -> str:
        """Unique in the workspace and growing, even if `now` does not grow."""
        self._last = max(int(now * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def next_file_id(self) -> str:
        """Unique: that of a deleted file does not come again."""
        return f"F0{next(self._file_ids):07d}"

    def _show_to(self, channel_id: str, user: str, message: Message, now: float) -> Message:
        shown = {"type": "message", "text": "", "is_ephemeral": True, "channel": channel_id}
        shown |= {"to": user} | message
        self._complete(shown)
        self.ephemerals.append(shown)
        self._tell("ephemeral", channel_id, shown, now)
        return copied(shown)

    def _view(self, view_id: str, view: dict[str, Any], now: float) -> dict[str, Any]:
        return view | {
            "id": view_id,
            "blocks": _with_ids(view.get("blocks")),
            "team_id": self.team_id,
            "app_id": self.bot.app_id,
            "bot_id": self.bot.bot_id,
            "hash": f"{int(now)}.playground",
            "state": {"values": {}},
        }

    def _typed(self, text: str) -> dict[str, Any]:
        written = typed(text, self.users.values())
        return {"text": written.text, "blocks": written.blocks or None}

    def _posted_before(self, given: Message) -> Message | None:
        where = self._posted_ids.get(given.get("client_msg_id") or "-")
        return self.message(*where) if self.dedupe_client_msg_id and where else None

    def _author(self, ts: str, *, by_app: bool) -> Message:
        if not by_app:
            return {"client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_OID, self.team_id + ts))}
        profile = self.bot.profile(self.team_id)
        return {"bot_id": self.bot.bot_id, "app_id": self.bot.app_id, "bot_profile": profile}

    def _in_thread(self, channel_id: str, given: Message) -> Message:
        """Adds what a reply says of its root; ApiError when there is no such root."""
        broadcast = given.pop("reply_broadcast", False)
        if "thread_ts" not in given:
            return given
        root = self._messages.get(channel_id, given["thread_ts"], "thread_not_found")
        given["thread_ts"] = root.get("thread_ts", root["ts"])
        first = self._messages.get(channel_id, given["thread_ts"])
        given |= {"parent_user_id": first["user"]} if "user" in first else {}
        if broadcast:
            given |= {"subtype": "thread_broadcast", "root": without_metadata(root)}
        return given

    def _complete(self, message: Message) -> None:
        """Adds ids to blocks, and the text that Slack derives from blocks when there is none."""
        for block in message.get("blocks", []):
            block.setdefault("block_id", f"b{next(self._block_ids):04x}")
        if not message.get("text") and message.get("blocks"):
            message["text"] = visible_text({"blocks": message["blocks"]})

    # Changes

    def _set_reactions(
        self,
        channel_id: str,
        message: Message,
        reactions: Reactions,
        detail: dict[str, Any],
        now: float,
    ) -> None:
        message["reactions"] = reactions
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
        self._feed.tell(Change(kind, channel_id, copied(message), previous, now, detail or {}))


def _with_ids(blocks: Any) -> list[Any]:
    """Slack gives a `block_id` to each block without one; a submission's values need it."""
    listed = blocks if isinstance(blocks, list) else []
    named = enumerate(block for block in listed if isinstance(block, dict))
    return [{"block_id": f"m{n}"} | block for n, block in named]
