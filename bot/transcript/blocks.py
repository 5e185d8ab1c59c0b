"""The blocks of a message → Markdown: what people typed, other apps' cards, our own answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.text.runs import Run
from bot.transcript.entities import from_text, unescape
from bot.transcript.invisible import one_line
from bot.transcript.markdown_blocks import from_markdown
from bot.transcript.rich_text import rich_text
from bot.transcript.styled import inline
from bot.transcript.untyped import mapping, mappings, string

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.transcript.rich_text import Names
    from bot.transcript.untyped import Element

FURNITURE: Final = frozenset({"actions", "context", "context_actions"})
"""Types of blocks for buttons, notices and footers. In our messages all others show the answer."""

DROPPED: Final = FURNITURE | {"input"}
"""Types of blocks that say nothing to the model."""

ROWS: Final = 200
"""Rows of a table that are read; Slack allows 100 (docs: table block)."""
COLUMNS: Final = 50
"""Columns that are read; Slack allows 20."""

ALIGNED: Final = {"center": ":---:", "right": "---:"}
"""What stands below the header of a column, by its alignment."""


def from_blocks(blocks: object, names: Names) -> str | None:
    """The blocks as Markdown; None when they are none, or hold nothing but types we do not know."""
    found = mappings(blocks)
    text = "\n\n".join(filter(None, (_block(block, names) for block in found)))
    readable = found and all(string(block.get("type")) in KNOWN for block in found)
    return text if text or readable else None


def text_object(value: object, names: Names) -> str:
    """The Markdown of a `mrkdwn` or `plain_text` object (docs: text object)."""
    text = string(mapping(value).get("text"))
    is_mrkdwn = mapping(value).get("type") == "mrkdwn"
    return from_text(text, names.user) if is_mrkdwn else inline([Run(unescape(text))])


def _block(block: Element, names: Names) -> str:
    render = BLOCKS.get(string(block.get("type")))
    return render(block, names).strip("\n") if render else ""


def _header(block: Element, names: Names) -> str:
    text = one_line(text_object(block.get("text"), names))
    return f"## {text}" if text else ""


def _card(block: Element, names: Names) -> str:
    fields = [text_object(each, names) for each in mappings(block.get("fields"))]
    return "\n".join(filter(None, [text_object(block.get("text"), names), *fields]))


def _image(block: Element, _names: Names) -> str:
    return f"(image: {one_line(string(block.get('alt_text'))) or 'without a description'})"


def _table(block: Element, names: Names) -> str:
    found = block.get("rows")
    rows = [
        [_cell(cell, names) for cell in mappings(row)[:COLUMNS]]
        for row in (found[:ROWS] if isinstance(found, list) else [])
    ]
    width = max(map(len, rows), default=0)
    lines = [_row(row + [""] * (width - len(row))) for row in rows]
    lines[1:1] = [_row(_rules(block, width))] if width else []
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rules(block: Element, width: int) -> list[str]:
    settings = block.get("column_settings")
    found = settings[:width] if isinstance(settings, list) else []
    rules = [ALIGNED.get(string(mapping(each).get("align")), "---") for each in found]
    return rules + ["---"] * (width - len(rules))


def _cell(cell: Element, names: Names) -> str:
    is_rich = cell.get("type") == "rich_text"
    text = rich_text(cell, names) if is_rich else inline([Run(string(cell.get("text")))])
    return " ".join(text.split("\n")).replace("|", "\\|").strip()


BLOCKS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "rich_text": rich_text,
    "markdown": lambda block, _: from_markdown(string(block.get("text"))),
    "section": _card,
    "header": _header,
    "table": _table,
    "image": _image,
    "divider": lambda _block, _names: "---",
}
"""A function for each type of block that says something."""

KNOWN: Final = BLOCKS.keys() | DROPPED
