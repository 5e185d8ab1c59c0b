"""The text that a reader sees in a message, from whichever kinds of blocks it has."""

from __future__ import annotations

from typing import Any

# Fields with text for readers; `value`, `url` and ids are not shown.
_WORDS = ("text", "title", "alt_text", "name")
_LEFT_OUT = {"actions", "context", "context_actions"}
_LINE_BY_LINE = {"rich_text", "rich_text_list"}
_WITHIN = ("elements", "blocks", "fields", "rows", "columns", "accessory", "label")


def visible_text(message: dict[str, Any]) -> str:
    """The text of the blocks if there are any, else `text`; without buttons and context blocks."""
    blocks = message.get("blocks")
    if not blocks:
        return str(message.get("text", ""))
    return "\n".join(filter(None, (block_text(block) for block in blocks)))


def block_text(block: Any) -> str:
    if isinstance(block, str):
        return block
    if isinstance(block, list):
        return "".join(map(block_text, block))
    if not isinstance(block, dict) or block.get("type") in _LEFT_OUT:
        return ""
    if block.get("type") == "emoji":
        return f":{block.get('name')}:"
    words = [block_text(block[key]) for key in _WORDS if key in block]
    return "".join(words) + "".join(_within(block, key) for key in _WITHIN if key in block)


def _within(block: dict[str, Any], key: str) -> str:
    """Paragraphs, list items and table rows are separate lines."""
    inner = block[key]
    if key == "rows" and isinstance(inner, list):
        return "\n".join(" ".join(map(block_text, row)) for row in inner)
    if block.get("type") in _LINE_BY_LINE and isinstance(inner, list):
        return "\n".join(map(block_text, inner))
    return block_text(inner)
