"""What each post of an answer carries, so that it can be found again: metadata and an id."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bot.core.types import Turn

METADATA: Final = "bot_answer"
"""The event type of the metadata; its payload names the question and the part."""

NAMESPACE: Final = uuid.UUID("6f1c3f0e-6d0a-5c1e-9c43-2f5d1f7d9b11")


def metadata(turn: Turn, part: int) -> dict[str, Any]:
    """The metadata of one part of the answer to `turn`."""
    return {"event_type": METADATA, "event_payload": {"question": turn.ts, "part": part}}


def message_id(
    turn: Turn, part: int, instead_of: str = "", ids: Collection[str] = frozenset()
) -> str:
    """The `client_msg_id` of a part: the same in every attempt to post it.

    Slack does not promise to heed it, but where it does, nobody reads a part twice. A post that
    stands `instead_of` another message (its ts) gets another id, and so does that of another bot
    (`ids`) that answers the same question.
    """
    seed = [*turn.key, str(part), instead_of, *sorted(ids)]
    return str(uuid.uuid5(NAMESPACE, "/".join(seed)))


def posts_in(page: Mapping[str, Any], turn: Turn) -> Iterator[tuple[int, str]]:
    """Part and ts of every post of the answer to `turn` on a page of messages."""
    for message in page.get("messages") or []:
        found = message.get("metadata") or {}
        payload = found.get("event_payload") or {}
        part = payload.get("part")
        ours = found.get("event_type") == METADATA and payload.get("question") == turn.ts
        if ours and isinstance(part, int):
            yield part, str(message["ts"])
