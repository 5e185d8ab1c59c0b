"""Slack's limits on text and blocks, each with the error it answers with.

Sizes are those of the validators of slack_sdk and of the reference pages; where only measurements
are known (the total of all blocks), the measured figure stands here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_BLOCK_UNITS = 13_200  # measured; the entities of & < > count whole
MAX_MARKDOWN = 12_000  # over all markdown blocks of a message
MAX_UPDATE_BYTES = 4_000  # chat.update counts bytes of UTF-8, also for a fallback beside blocks
MAX_POST_TEXT = 40_000
MAX_TABLE_CELLS = 10_000  # characters

_ENTITY_COST = {"&": 4, "<": 3, ">": 3}


def check_update_text(text: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > MAX_UPDATE_BYTES:
        raise Refused("msg_too_long")


def check_markdown_text(text: str) -> None:
    if len(text) > MAX_MARKDOWN:
        raise Refused("msg_too_long")


def check_blocks(blocks: Any) -> None:
    """Raises what Slack answers to such blocks, if it does not take them."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    if len(blocks) > MAX_BLOCKS:
        raise _invalid(f"no more than {MAX_BLOCKS} items allowed", "/blocks")
    for index, block in enumerate(blocks):
        _check_block(block, f"/blocks/{index}")
    _check_ids(blocks)
    _check_tables(blocks)
    check_markdown_text("".join(b["text"] for b in blocks if b["type"] == "markdown"))
    if sum(map(_units, blocks)) > MAX_BLOCK_UNITS:
        raise Refused("msg_blocks_too_long")


def _invalid(reason: str, pointer: str) -> Refused:
    messages = [f"[ERROR] {reason} [json-pointer:{pointer}]"]
    return Refused(
        "invalid_blocks",
        errors=[f"{reason} [json-pointer:{pointer}]"],
        response_metadata={"messages": messages},
    )


def _check_block(block: Block, at: str) -> None:
    kind = block.get("type")
    if kind not in _BLOCKS:
        raise _invalid(f"unsupported type: {kind}", f"{at}/type")
    _bounded(block.get("block_id"), 255, f"{at}/block_id")
    _BLOCKS[kind](block, at)


def _check_ids(blocks: list[Block]) -> None:
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        raise _invalid("block_id already exists", "/blocks")


def _check_tables(blocks: list[Block]) -> None:
    """Most reports say one table a message: `only_one_table_allowed`."""
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > 1:
        raise _invalid("only_one_table_allowed", "/blocks")
    if sum(len(text) for table in tables for text in _texts(table)) > MAX_TABLE_CELLS:
        raise _invalid("table is too long", "/blocks")


def _bounded(value: Any, maximum: int, at: str) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > maximum):
        raise _invalid(f"must be less than {maximum + 1} characters", at)


def _filled(value: Any, maximum: int, at: str) -> None:
    if not isinstance(value, str) or not value:
        raise _invalid("must be more than 0 characters", at)
    _bounded(value, maximum, at)


def _text_object(value: Any, maximum: int, at: str, kinds: tuple[str, ...]) -> None:
    if not isinstance(value, dict) or value.get("type") not in kinds:
        raise _invalid("missing or unsupported text object", at)
    _filled(value.get("text"), maximum, f"{at}/text")


_PLAIN = ("plain_text",)
_EITHER = ("plain_text", "mrkdwn")


def _section(block: Block, at: str) -> None:
    fields = block.get("fields", [])
    if "text" not in block and not fields:
        raise _invalid("missing required field: text", at)
    if "text" in block:
        _text_object(block["text"], 3000, f"{at}/text", _EITHER)
    if len(fields) > 10:
        raise _invalid("no more than 10 items allowed", f"{at}/fields")
    for index, field in enumerate(fields):
        _text_object(field, 2000, f"{at}/fields/{index}", _EITHER)
    if "accessory" in block:
        _element(block["accessory"], f"{at}/accessory")


def _header(block: Block, at: str) -> None:
    _text_object(block.get("text"), 150, f"{at}/text", _PLAIN)


def _markdown(block: Block, at: str) -> None:
    if not isinstance(block.get("text"), str) or not block["text"]:
        raise _invalid("must be more than 0 characters", f"{at}/text")


def _divider(_block: Block, _at: str) -> None:
    """Nothing in it can be wrong."""


def _image(block: Block, at: str) -> None:
    _filled(block.get("alt_text"), 2000, f"{at}/alt_text")
    if "slack_file" not in block:
        _filled(block.get("image_url"), 3000, f"{at}/image_url")


def _context(block: Block, at: str) -> None:
    for index, element in enumerate(_elements(block, 10, at)):
        if element.get("type") == "image":
            _image(element, f"{at}/elements/{index}")
        else:
            _text_object(element, 3000, f"{at}/elements/{index}", _EITHER)


def _actions(block: Block, at: str) -> None:
    for index, element in enumerate(_elements(block, 25, at)):
        _element(element, f"{at}/elements/{index}")


def _context_actions(block: Block, at: str) -> None:
    for index, element in enumerate(_elements(block, 5, at)):
        _element(element, f"{at}/elements/{index}")


def _elements(block: Block, maximum: int, at: str) -> list[Block]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        raise _invalid("must provide at least one element", f"{at}/elements")
    if len(elements) > maximum:
        raise _invalid(f"no more than {maximum} items allowed", f"{at}/elements")
    return elements


def _element(element: Any, at: str) -> None:
    """Buttons in full; of the other interactive elements only what they all share."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in _ELEMENTS:
        raise _invalid(f"unsupported type: {kind}", f"{at}/type")
    _bounded(element.get("action_id"), 255, f"{at}/action_id")
    if kind == "button":
        _button(element, at)
    elif kind == "feedback_buttons":
        for part in ("positive_button", "negative_button"):
            _button(element.get(part, {}), f"{at}/{part}")


def _button(button: Block, at: str) -> None:
    _text_object(button.get("text"), 75, f"{at}/text", _PLAIN)
    _bounded(button.get("value"), 2000, f"{at}/value")
    _bounded(button.get("url"), 3000, f"{at}/url")
    _bounded(button.get("accessibility_label"), 75, f"{at}/accessibility_label")
    if button.get("style") not in {None, "primary", "danger"}:
        raise _invalid("unsupported style", f"{at}/style")


def _rich_text(block: Block, at: str) -> None:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        raise _invalid("must provide at least one element", f"{at}/elements")
    for index, element in enumerate(elements):
        _rich_element(element, f"{at}/elements/{index}", _RICH_SECTIONS)


def _rich_element(element: Any, at: str, kinds: frozenset[str]) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in kinds:
        raise _invalid(f"unsupported type: {kind}", f"{at}/type")
    if kind == "text" and not element.get("text"):
        raise _invalid("must be more than 0 characters", f"{at}/text")
    if kind == "link":
        _filled(element.get("url"), 3000, f"{at}/url")
    if kind in _RICH_SECTIONS:
        within = _SECTION_ONLY if kind == "rich_text_list" else _RICH_INLINE
        for index, inner in enumerate(element.get("elements", [])):
            _rich_element(inner, f"{at}/elements/{index}", within)


def _table(block: Block, at: str) -> None:
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= 100:
        raise _invalid("must have between 1 and 100 rows", f"{at}/rows")
    for index, row in enumerate(rows):
        if not isinstance(row, list) or not 1 <= len(row) <= 20:
            raise _invalid("must have between 1 and 20 columns", f"{at}/rows/{index}")
        for column, cell in enumerate(row):
            _cell(cell, f"{at}/rows/{index}/{column}")


def _cell(cell: Any, at: str) -> None:
    """Empty cells are refused, too."""
    kind = cell.get("type") if isinstance(cell, dict) else None
    if kind == "raw_text":
        _filled(cell.get("text"), MAX_TABLE_CELLS, f"{at}/text")
    elif kind == "rich_text":
        _rich_text(cell, at)
    elif kind != "raw_number":
        raise _invalid(f"unsupported type: {kind}", f"{at}/type")


def _opaque(_block: Block, _at: str) -> None:
    """Kinds of block that Slack has and this playground takes as they are."""


_BLOCKS: dict[Any, Callable[[Block, str], None]] = {
    "actions": _actions,
    "context": _context,
    "context_actions": _context_actions,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
} | dict.fromkeys(("file", "input", "video", "task_card", "plan", "alert", "card"), _opaque)

_ELEMENTS = frozenset(
    {
        "button",
        "checkboxes",
        "channels_select",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "external_select",
        "feedback_buttons",
        "icon_button",
        "image",
        "multi_static_select",
        "multi_users_select",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "static_select",
        "timepicker",
        "users_select",
        "workflow_button",
    }
)
_RICH_SECTIONS = frozenset(
    {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
)
_SECTION_ONLY = frozenset({"rich_text_section"})
_RICH_INLINE = frozenset(
    {"broadcast", "channel", "color", "date", "emoji", "link", "team", "text", "user", "usergroup"}
)


def _units(block: Block) -> int:
    return sum(map(_cost, _texts(block)))


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
