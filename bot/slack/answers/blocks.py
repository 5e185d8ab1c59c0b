"""Blocks of our messages. Notices stand in `context` blocks, so that history can leave them out."""

from __future__ import annotations

from typing import Any, Final

from bot.transcript.blocks import FURNITURE

Block = dict[str, Any]

ANCHOR: Final[Block] = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "\u2060"}]},
    ],
}
"""Rich text that nobody sees, and that history leaves out."""


def notice(text: str, *more: str, emoji: bool = True) -> Block:
    """A line of our own beside the answer. Nothing in it is markup."""
    said = [{"type": "plain_text", "text": each, "emoji": emoji} for each in (text, *more)]
    return {"type": "context", "elements": said}


def only(text: str) -> dict[str, Any]:
    """Text and blocks of a message that must say nothing but `text`.

    A message with rich text may not be edited into one without: hence the anchor.
    """
    return {"text": text, "blocks": [ANCHOR, notice(text)]}


def is_anchor(block: Block) -> bool:
    """Whether it is the anchor, as we wrote it or as Slack gives it back."""
    return all(block.get(name) == value for name, value in ANCHOR.items())


def without_furniture(blocks: list[Block]) -> list[Block]:
    """The blocks that show the answer."""
    return [block for block in blocks if block.get("type") not in FURNITURE]
