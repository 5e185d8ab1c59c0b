"""The words a reader sees in a message, whatever kinds of blocks they stand in."""

from __future__ import annotations

from typing import Any

# Fields that hold words for readers; `value`, `url` and ids are for machines.
_WORDS = ("text", "title", "alt_text", "name")
_ASIDE = {"actions", "context", "context_actions"}
_WITHIN = ("elements", "blocks", "fields", "rows", "columns", "accessory", "label")


def visible_text(message: dict[str, Any]) -> str:
    """Of the blocks where there are any, else the text; buttons and contexts count for nothing."""
    blocks = message.get("blocks")
    if not blocks:
        return str(message.get("text", ""))
    return "\n".join(filter(None, (block_text(block) for block in blocks)))


def block_text(block: Any) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, list):
        return "".join(map(block_text, block))
    if not isinstance(block, dict) or block.get("type") in _ASIDE:
        return ""
    words = [block_text(block[key]) for key in _WORDS if key in block]
    return "".join(words) + "".join(block_text(block[key]) for key in _WITHIN if key in block)
