"""The blocks our messages are made of. Notices live in `context`, so history can drop them."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]

FURNITURE = frozenset({"actions", "context", "context_actions"})
"""The types of blocks that are ours; all others carry the answer."""


def notice(text: str, *more: str, emoji: bool = True) -> Block:
    """A line of our own beside the answer. Nothing in it is markup."""
    said = [{"type": "plain_text", "text": each, "emoji": emoji} for each in (text, *more)]
    return {"type": "context", "elements": said}


def without_furniture(blocks: list[Block]) -> list[Block]:
    """Only what carries the answer."""
    return [block for block in blocks if block.get("type") not in FURNITURE]
