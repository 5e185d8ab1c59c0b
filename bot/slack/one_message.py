"""Reading one message: the arguments that ask for it, and where it stands in Slack's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def where(channel: str, ts: str) -> dict[str, Any]:
    """Arguments of `conversations.replies` for a root, a reply, or a message in no thread."""
    here = {"channel": channel, "ts": ts, "latest": ts, "oldest": ts}
    return here | {"inclusive": True, "limit": 2}


def found_in(page: Mapping[str, Any], ts: str) -> Mapping[str, Any] | None:
    """The message with this ts; None when the answer does not have it."""
    messages = page.get("messages") or []
    return next((each for each in messages if each.get("ts") == ts), None)
