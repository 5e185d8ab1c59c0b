"""Looks for posts of ours whose answer was lost: they may stand there, or never have happened."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from bot.errors import SlackRefused, SlackRejected, SlackUnknown
from bot.slack.errors import call

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.types import Turn

METADATA: Final = "bot_answer"
"""The event type in the metadata of each post; its payload names the question and the part."""

PAGES: Final = 10
OURS: Final = uuid.UUID("6f1c3f0e-6d0a-5c1e-9c43-2f5d1f7d9b11")


def mark(turn: Turn, part: int) -> dict[str, Any]:
    """The metadata of one part of the answer to `turn`."""
    return {"event_type": METADATA, "event_payload": {"question": turn.ts, "part": part}}


def message_id(turn: Turn, part: int, instead_of: str = "") -> str:
    """The `client_msg_id` of a part: the same in every attempt to post it.

    Slack does not promise to heed it, but where it does, nobody reads a part twice. What is posted
    `instead_of` a message that has gone is another message.
    """
    return str(uuid.uuid5(OURS, "/".join([*turn.key, str(part), instead_of])))


async def find_posts(client: AsyncWebClient, turn: Turn) -> dict[int, str]:
    """The ts of every post of ours for `turn`, by part; empty where we may not look.

    Raises `SlackUnknown` while it cannot be known.
    """
    found: dict[int, str] = {}
    method, where = _search(turn)
    for _ in range(PAGES):
        page = await _page(client, method, where)
        for message in page.get("messages") or []:
            if (part := _part(message, turn)) is not None:
                found.setdefault(part, str(message["ts"]))
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
        where["cursor"] = cursor
    return found


async def _page(client: AsyncWebClient, method: str, where: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return await call(client, method, where)
    except SlackRejected:
        return {}
    except SlackRefused as error:
        raise SlackUnknown(f"{method}: {error}") from error


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


def _part(message: Mapping[str, Any], turn: Turn) -> int | None:
    """Which part of the answer to `turn` a message is; None for any other."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    if metadata.get("event_type") != METADATA or payload.get("question") != turn.ts:
        return None
    part = payload.get("part")
    return part if isinstance(part, int) else None
