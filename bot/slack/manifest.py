"""The Slack app's manifest: the scopes and events that the bot needs, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPES: Mapping[str, str] = {
    "app_mentions:read": "to be told when somebody mentions the bot",
    "channels:history": "to read the thread of a mention in a public channel",
    "chat:write": "to answer, and to edit the answer while it grows",
    "files:write": "to attach what is too long for a message: long answers, tables, and code",
    "groups:history": "to read the thread of a mention in a private channel",
    "im:history": "to receive and read direct messages",
    "mpim:history": "to receive and read group direct messages",
    "users:read": "to tell the model who said what, and to speak people's language",
}

OPTIONAL = frozenset({"files:write"})
"""Scopes without which the bot works but does less; `doctor` says so."""

EVENTS: Mapping[str, str] = {
    "app_mention": "somebody mentions the bot",
    "message.channels": "a question or an answer in a channel was deleted",
    "message.groups": "the same in a private channel",
    "message.im": "somebody writes to the bot directly",
    "message.mpim": "somebody writes in a group direct message",
}

DESCRIPTION = "Answers questions with a language model, word by word, in the thread."
LONG_DESCRIPTION = (
    "Mention the bot in a channel or a thread, or write to it directly. It reads the thread, asks "
    "a language model, and shows the answer in the thread while it is being written. To ask more "
    "in a thread, mention it again. The person who asked can stop it at any time. Answers come "
    "from a language model and may be wrong."
)


def manifest(*, name: str = "Stream Bot", http_url: str | None = None) -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP mode if `http_url`, the bot's public URL, is given.

    Raises `ValueError` for a name or a URL that Slack refuses (docs: app manifest).
    """
    if not 1 <= len(name) <= 35:
        raise ValueError("the name must have 1 to 35 characters")
    request_url = None if http_url is None else _request_url(http_url)
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": "#1d3557",
        },
        "features": _features(name),
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": _settings(request_url),
    }


def _features(name: str) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": False,
            # Without these two nobody can send direct messages to the bot.
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
    }


def _settings(request_url: str | None) -> dict[str, Any]:
    where = {"request_url": request_url} if request_url else {}
    return {
        "event_subscriptions": where | {"bot_events": list(EVENTS)},
        "interactivity": {"is_enabled": True} | where,
        "org_deploy_enabled": False,
        "socket_mode_enabled": request_url is None,
        "token_rotation_enabled": False,
    }


def _request_url(url: str) -> str:
    """The URL for events and clicks; `url` may have the path already, or only the host."""
    if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
        raise ValueError("the URL must begin with https://, as Slack calls no other")
    return url.rstrip("/").removesuffix("/slack/events") + "/slack/events"
