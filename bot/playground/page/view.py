"""The workspace as the page shows it: plain JSON, with the bodies of messages as HTML. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.playground.page import modals as drawing
from bot.playground.page.html import markup, render
from bot.playground.page.html.markup import Names
from bot.playground.workspace.visible import visible_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.playground.workspace.changes import Message
    from bot.playground.workspace.people import Channel, User
    from bot.playground.workspace.workspace import Workspace

_TOKEN = re.compile(r"<([^<>]+)>")
_COLOR = re.compile(r"[0-9a-fA-F]{6}")
_READ_OUT = 600
_METERS = 5
_WAITS = {
    "placeholder_after": "Placeholder after",
    "first_text_after": "First words after",
    "last_edit_after": "Last edit after",
}
_SHOWN_AT_START = 200

SUGGESTIONS = {
    "channel": (
        "@{bot} hello! What can I try?",
        "@{bot} show me a Markdown tour",
        "@{bot} 日本語で自己紹介して",
        "@{bot} write a long answer",
        "@{bot} show me some code",
        "@{bot} think first: how late is it?",
        "@{bot} cut the connection",
    ),
    "dm": (
        "Hello! What can I try?",
        "Show me a Markdown tour",
        "Show me a table",
        "A big table, please",
        "日本語で自己紹介して",
        "Write a long answer",
        "Cut the connection",
    ),
}


def opening(workspace: Workspace, model: str) -> dict[str, Any]:
    """Everything a page has to know when it opens."""
    bot = workspace.bot
    return {
        "type": "hello",
        "workspace": workspace.name,
        "model": model,
        "bot": {"id": bot.user_id, "name": bot.name},
        "users": [user_view(user) for user in workspace.users.values()],
        "channels": [channel_view(channel) for channel in workspace.channels.values()],
        "suggestions": {
            place: [text.format(bot=bot.name) for text in texts]
            for place, texts in SUGGESTIONS.items()
        },
        "messages": [
            message_view(workspace, channel_id, message)
            for channel_id in workspace.channels
            for message in workspace.messages(channel_id)[-_SHOWN_AT_START:]
        ],
    }


def user_view(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": markup.text(user.name),
        "real_name": markup.text(user.real_name) or user.name,
        "color": user.color if _COLOR.fullmatch(user.color) else "616069",
        "is_bot": user.is_bot,
    }


def channel_view(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": markup.text(channel.name),
        "kind": channel.kind,
        "members": channel.members,
    }


def message_view(workspace: Workspace, channel_id: str, message: Message) -> dict[str, Any]:
    """One message; what only its author or its reader may see says so in `user` and `to`.

    `source` is what its author typed, or None where nobody typed anything.
    """
    users = names(workspace).users
    return {
        "channel": channel_id,
        "ts": message["ts"],
        "thread_ts": message.get("thread_ts"),
        "user": message.get("user", ""),
        "bot": "bot_id" in message,
        "to": message.get("to"),
        "broadcast": message.get("subtype") == "thread_broadcast",
        "gone": message.get("subtype") == "tombstone",
        "edited": "edited" in message,
        "html": render.message(message, names(workspace)),
        "source": None if "bot_id" in message else as_typed(message.get("text", ""), users),
        "text": visible_text(message)[:_READ_OUT],
        "reactions": _reactions(message),
        "reply_count": message.get("reply_count", 0),
        "reply_users": message.get("reply_users", []),
        "latest_reply": message.get("latest_reply"),
    }


def modals(workspace: Workspace) -> list[dict[str, Any]]:
    """Those that people have before them."""
    known, owners = names(workspace), workspace.open_views
    return [
        drawing.shown(each, owners[each["id"]], known)
        for each in workspace.views
        if each["id"] in owners
    ]


def names(workspace: Workspace) -> Names:
    return Names(
        {user.id: user.real_name or user.name for user in workspace.users.values()},
        {channel.id: channel.name for channel in workspace.channels.values()},
    )


def addressed(text: str, users: Iterable[User]) -> str:
    """`@Their Name`, as the page's completion writes it, as a mention."""
    ids = {f"@{name}".lower(): u.id for u in users for name in (u.name, u.real_name) if name}
    longest_first = sorted(map(re.escape, ids), key=len, reverse=True)
    found = re.compile(rf"(?<![\w@<])(?:{'|'.join(longest_first)})(?![a-z0-9])", re.IGNORECASE)
    return found.sub(lambda match: f"<@{ids[match[0].lower()]}>", text)


def as_typed(text: str, users: Mapping[str, str]) -> str:
    """The text of a message as somebody would type it: `addressed` turns it back."""

    def shown(token: re.Match[str]) -> str:
        kind, target = token[1][0], token[1][1:].partition("|")[0]
        if kind == "@":
            return f"@{users.get(target, target)}"
        return f"@{target}" if kind == "!" else token[1].partition("|")[0]

    return markup.decode(_TOKEN.sub(shown, markup.text(text)))


def figures(stats: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the strip: calls against budgets, and how long people waited."""
    answers, methods = stats.get("answers", []), stats.get("methods", {})
    last = answers[-1] if answers else {}
    waits = [{"label": text, "value": _span(last.get(name))} for name, text in _WAITS.items()]
    return {
        "timing": [{"label": "Sockets", "value": str(stats.get("sockets", 0))}, *waits],
        "meters": [_meter(name, methods[name]) for name in _busiest(methods)],
    }


def _busiest(methods: Mapping[str, Any]) -> list[str]:
    """Those with a limit, if limits are in force, writes first; the strip has no room for all."""
    limited = [name for name, figures in methods.items() if figures["most"]]
    busiest = sorted(limited or methods, key=lambda name: -methods[name]["calls"])[:_METERS]
    return sorted(busiest, key=lambda name: (not name.startswith("chat."), name))


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _meter(method: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """A limit that was lowered a moment ago counts as used up, not as exceeded."""
    most = figures["most"]
    return {
        "method": method,
        "used": figures["calls"] if most is None else min(figures["calls"], most),
        "most": most,
        "refused": figures["refused"],
        "just_now": figures["refused_just_now"],
    }


def _reactions(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"emoji": markup.emoji_text(each["name"]), "count": each["count"]}
        for each in message.get("reactions", [])
    ]
