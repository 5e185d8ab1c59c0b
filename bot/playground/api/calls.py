"""One call of the Web API: its arguments, and the checks that many methods share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from bot.playground.api.backend import Backend
    from bot.playground.workspace.people import Channel
    from bot.playground.workspace.workspace import Workspace

Response = dict[str, Any]
"""The fields that a method answers with, `ok` left out."""

_SCOPE_FAMILY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
_TRUE = {"1", "true", "True"}


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its arguments: JSON values, or the strings of a form, read alike."""

    method: str
    arguments: dict[str, Any]
    backend: Backend
    now: float
    """Seconds since the epoch."""

    @property
    def workspace(self) -> Workspace:
        return self.backend.workspace

    # Arguments

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """The argument as text; ApiError when it is missing or empty."""
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise ApiError("invalid_arguments", response_metadata={"messages": messages})
        return value

    def flag(self, name: str) -> bool:
        return self.arguments.get(name) is True or self.text(name) in _TRUE

    def limit(self, default: int, maximum: int) -> int:
        """Items per page; ApiError when the argument is not a number."""
        try:
            number = int(self.text("limit") or default)
        except ValueError:
            raise ApiError("invalid_limit") from None
        return min(number, maximum) if number > 0 else default

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """A list or an object; a form holds it as JSON text. `error`: the code when that is bad."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None

    # Permissions

    def require_scope(self, scope: str) -> None:
        """ApiError when the token lacks the scope. `*:read` depends on the channel's kind."""
        if scope.startswith("*:"):
            channel = self.workspace.channels.get(self.text("channel"))
            family = _SCOPE_FAMILY[channel.kind] if channel else "channels"
            scope = scope.replace("*", family)
        if scope not in self.backend.scopes:
            provided = ",".join(sorted(self.backend.scopes))
            raise ApiError("missing_scope", needed=scope, provided=provided)

    def channel(self, name: str = "channel") -> Channel:
        """A channel the app can see; ApiError for unknown ones and private ones without it."""
        wanted = self.required(name)
        found = self.workspace.channels.get(wanted)
        if found is None or (found.kind != "channel" and not self.is_member(found)):
            raise ApiError("channel_not_found")
        return found

    def joined(self, name: str = "channel") -> Channel:
        """A channel the app is a member of; else ApiError."""
        channel = self.channel(name)
        if not self.is_member(channel):
            raise ApiError("not_in_channel")
        return channel

    def is_member(self, channel: Channel) -> bool:
        return self.workspace.bot.user_id in channel.members
