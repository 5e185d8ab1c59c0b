"""Slack's limits on text and blocks, each with its error.

Sizes are those of slack_sdk's validators and of Slack's reference pages. The total of all blocks is
documented nowhere: its figures are measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.rules.checks import (
    EITHER,
    PLAIN,
    Block,
    bounded,
    elements,
    filled,
    invalid,
    kind,
    text_object,
)
from bot.playground.rules.element_rules import actions, context_actions, element
from bot.playground.rules.rich_text_rules import MAX_TABLE_CELLS, rich_text, table
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_BLOCKS = 50
"""In one message."""
MAX_BLOCK_UNITS = 13_200
"""Characters in all blocks of a message (measured). `&`, `<` and `>` count as their entities."""
HEADER_UNITS = 100
"""Characters that a header counts for besides its text (measured)."""
MAX_MARKDOWN = 12_000
"""Characters in all markdown blocks of a message."""
MAX_UPDATE_BYTES = 4_000
"""Bytes of UTF-8 in the text of `chat.update`, also when there are blocks."""
MAX_POST_TEXT = 40_000
"""Characters in the text of `chat.postMessage`; what is longer is cut."""

_ENTITY_COST = {"&": 4, "<": 3, ">": 3}


def check_update_text(text: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_UPDATE_BYTES:
        raise ApiError("msg_too_long")


def check_markdown_text(text: str) -> None:
    if len(text) > MAX_MARKDOWN:
        raise ApiError("msg_too_long")


def check_blocks(blocks: Any, most_units: int = MAX_BLOCK_UNITS) -> None:
    """Raises the ApiError with which Slack refuses these blocks, if it does."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise ApiError("invalid_blocks_format")
    if len(blocks) > MAX_BLOCKS:
        raise invalid(f"no more than {MAX_BLOCKS} items allowed", "/blocks")
    for index, block in enumerate(blocks):
        _check_block(block, f"/blocks/{index}")
    _check_ids(blocks)
    _check_tables(blocks)
    check_markdown_text("".join(b["text"] for b in blocks if b["type"] == "markdown"))
    if sum(map(units, blocks)) > most_units:
        raise ApiError("msg_blocks_too_long")


def units(block: Block) -> int:
    """The characters that a block counts for in the total of its message."""
    extra = HEADER_UNITS if block["type"] == "header" else 0
    return extra + sum(map(_cost, _texts(block)))


def _check_block(block: Block, at: str) -> None:
    found = kind(block, _BLOCKS, at)
    bounded(block.get("block_id"), 255, f"{at}/block_id")
    _BLOCKS[found](block, at)


def _check_ids(blocks: list[Block]) -> None:
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        raise invalid("block_id already exists", "/blocks")


def _check_tables(blocks: list[Block]) -> None:
    """Slack takes one table per message (most reports agree), with 10,000 characters."""
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        raise invalid("only_one_table_allowed", "/blocks")
    if sum(len(text) for table in tables for text in _texts(table)) > MAX_TABLE_CELLS:
        raise invalid("table is too long", "/blocks")


def _section(block: Block, at: str) -> None:
    fields = block.get("fields", [])
    if "text" not in block and not fields:
        raise invalid("missing required field: text", at)
    if "text" in block:
        text_object(block["text"], 3000, f"{at}/text", EITHER)
    if len(fields) > 10:
        raise invalid("no more than 10 items allowed", f"{at}/fields")
    for index, field in enumerate(fields):
        text_object(field, 2000, f"{at}/fields/{index}", EITHER)
    if "accessory" in block:
        element(block["accessory"], f"{at}/accessory")


def _header(block: Block, at: str) -> None:
    text_object(block.get("text"), 150, f"{at}/text", PLAIN)


def _markdown(block: Block, at: str) -> None:
    if not isinstance(block.get("text"), str) or not block["text"]:
        raise invalid("must be more than 0 characters", f"{at}/text")


def _divider(_block: Block, _at: str) -> None:
    """It has no fields of its own."""


def _image(block: Block, at: str) -> None:
    filled(block.get("alt_text"), 2000, f"{at}/alt_text")
    if "slack_file" not in block:
        filled(block.get("image_url"), 3000, f"{at}/image_url")


def _context(block: Block, at: str) -> None:
    for index, shown in enumerate(elements(block, 10, at)):
        if isinstance(shown, dict) and shown.get("type") == "image":
            _image(shown, f"{at}/elements/{index}")
        else:
            text_object(shown, 3000, f"{at}/elements/{index}", EITHER)


def _opaque(_block: Block, _at: str) -> None:
    """Slack has more rules for these kinds; the playground checks none of them."""


_BLOCKS: dict[str, Callable[[Block, str], None]] = {
    "actions": actions,
    "context": _context,
    "context_actions": context_actions,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "markdown": _markdown,
    "rich_text": rich_text,
    "section": _section,
    "table": table,
} | dict.fromkeys(("file", "input", "video", "task_card", "plan", "alert", "card"), _opaque)


def _cost(text: str) -> int:
    return len(text) + sum(text.count(char) * extra for char, extra in _ENTITY_COST.items())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "text" and isinstance(item, str):
                yield item
            elif isinstance(item, (dict, list)):
                yield from _texts(item)
