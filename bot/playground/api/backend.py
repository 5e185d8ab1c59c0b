"""The state that the methods of the Web API read and change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.playground.api.open_streams import OpenStreams
from bot.playground.rules.sizes import Sizes

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.api.triggers import Triggers
    from bot.playground.workspace.workspace import Workspace

BOT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "chat:write",
        "files:write",
        "groups:history",
        "im:history",
        "mpim:history",
        "users:read",
    }
)
"""What the bot's manifest asks for. With more, calls would be carried out that Slack refuses."""


@dataclass(slots=True)
class Backend:
    """The workspace, and what the API keeps beside it."""

    workspace: Workspace
    triggers: Triggers
    open_socket: Callable[[], str]
    """Returns a URL for one Socket Mode connection."""
    base_url: str = ""
    """The root of the server, with a slash at the end; empty until it listens."""
    streams: OpenStreams = field(default_factory=OpenStreams)
    scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    """OAuth scopes of the bot token."""
    contents: dict[str, bytes] = field(default_factory=dict)
    """The bytes of each uploaded file, by the file's id."""
    sizes: Sizes = field(default_factory=Sizes)
