"""Looks for a post of ours whose answer was lost: it may stand there, or never have happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.errors import SlackRefused, SlackRejected, SlackUnknown
from bot.slack.errors import call

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.types import Turn

METADATA = "bot_answer"
"""The event type in the metadata of each post; its payload names the question and the part."""


def mark(turn: Turn, part: int) -> dict[str, Any]:
    """The metadata of one part of the answer to `turn`."""
    return {"event_type": METADATA, "event_payload": {"question": turn.ts, "part": part}}


async def find_post(client: AsyncWebClient, turn: Turn, part: int) -> str | None:
    """The ts of the post that carries this mark, None where there is none or we may not look.

    Raises `SlackUnknown` while it cannot be known.
    """
    method, where = _search(turn)
    try:
        found = await call(client, method, where)
    except SlackRejected:
        return None
    except SlackRefused as error:
        raise SlackUnknown(f"{method}: {error}") from error
    ours = mark(turn, part)
    for message in found.get("messages", []):
        metadata = message.get("metadata") or {}
        if {name: metadata.get(name) for name in ours} == ours:
            return str(message["ts"])
    return None


def _search(turn: Turn) -> tuple[str, dict[str, Any]]:
    """Only what is younger than the question: a thread may be long, and pages begin at its root."""
    where = {
        "channel": turn.thread.channel,
        "oldest": turn.ts,
        "inclusive": True,
        "include_all_metadata": True,
        "limit": 200,
    }
    if turn.thread.root:
        return "conversations.replies", where | {"ts": turn.thread.root}
    return "conversations.history", where
