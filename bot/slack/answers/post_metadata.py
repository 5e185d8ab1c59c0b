"""How a post of ours is found whose answer was lost: it may stand there, or never have happened."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.core.types import Turn

METADATA: Final = "bot_answer"
"""The event type in the metadata of each post; its payload names the question and the part."""

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


def search(turn: Turn) -> tuple[str, dict[str, Any]]:
    """The method and its arguments that find every post of ours for `turn`, page by page.

    Only what is younger than the question: a thread may be long, and pages begin at its root.
    """
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


def posts_in(page: Mapping[str, Any], turn: Turn) -> Iterator[tuple[int, str]]:
    """Part and ts of every post of ours for `turn` on a page."""
    for message in page.get("messages") or []:
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        part = payload.get("part")
        ours = metadata.get("event_type") == METADATA and payload.get("question") == turn.ts
        if ours and isinstance(part, int):
            yield part, str(message["ts"])


def files_in(page: Mapping[str, Any]) -> Iterator[str]:
    """The names of all files on a page."""
    for message in page.get("messages") or []:
        yield from (str(file.get("name")) for file in message.get("files") or [])


def next_page(page: Mapping[str, Any]) -> str:
    """The cursor of the page that follows; empty after the last."""
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")
