"""One call of the Web API: its arguments, and what a method can reach to answer it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.playground.api.streams import Streams
from bot.playground.rules.sizes import Sizes
from bot.playground.workspace.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.api.triggers import Triggers
    from bot.playground.workspace.people import Channel
    from bot.playground.workspace.workspace import Workspace

BOT_SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "reactions:read",
        "reactions:write",
        "team:read",
        "users:read",
    }
)
_SCOPE_FAMILY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
_TRUE = {"1", "true", "True"}


@dataclass(slots=True)
class Site:
    """What stands behind the methods."""

    workspace: Workspace
    triggers: Triggers
    open_socket: Callable[[], str]
    base_url: str = ""
    streams: Streams = field(default_factory=Streams)
    scopes: set[str] = field(default_factory=lambda: set(BOT_SCOPES))
    contents: dict[str, bytes] = field(default_factory=dict)
    sizes: Sizes = field(default_factory=Sizes)


@dataclass(frozen=True, slots=True)
class Call:
    """Arguments come as JSON values, or as the strings of a form; both read the same here."""

    method: str
    arguments: dict[str, Any]
    site: Site
    now: float

    @property
    def workspace(self) -> Workspace:
        return self.site.workspace

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise Refused("invalid_arguments", response_metadata={"messages": messages})
        return value

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) is True or self.text(name) in _TRUE

    def limit(self, default: int, maximum: int) -> int:
        try:
            number = int(self.text("limit") or default)
        except ValueError:
            raise Refused("invalid_limit") from None
        return min(number, maximum) if number > 0 else default

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """A list or an object; in a form it is a string of JSON."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None

    def need(self, scope: str) -> None:
        """Refuses the call when the token lacks the scope; `*:read` depends on the channel."""
        if scope.startswith("*:"):
            kind = _kind(self.workspace, self.text("channel"))
            scope = scope.replace("*", _SCOPE_FAMILY[kind])
        if scope not in self.site.scopes:
            provided = ",".join(sorted(self.site.scopes))
            raise Refused("missing_scope", needed=scope, provided=provided)

    def channel(self, name: str = "channel") -> Channel:
        """A channel that the app can see: a private one it is no member of does not exist."""
        wanted = self.required(name)
        found = self.workspace.channels.get(wanted)
        if found is None or (found.kind != "channel" and not self.member_of(found)):
            raise Refused("channel_not_found")
        return found

    def joined(self, name: str = "channel") -> Channel:
        channel = self.channel(name)
        if not self.member_of(channel):
            raise Refused("not_in_channel")
        return channel

    def member_of(self, channel: Channel) -> bool:
        return self.workspace.bot.user_id in channel.members


def _kind(workspace: Workspace, channel_id: str) -> str:
    channel = workspace.channels.get(channel_id)
    return channel.kind if channel else "channel"
