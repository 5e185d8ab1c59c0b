"""Tables of Slack → tables in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.text.runs import Run
from bot.transcript.elements import element
from bot.transcript.rich_text import rich_text
from bot.transcript.styled import inline
from bot.transcript.text_objects import label
from bot.transcript.untyped import mapping, mappings, string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.transcript.rich_text import Names
    from bot.transcript.untyped import Element

ROWS: Final = 200
"""Rows of a table that are read; Slack allows 100, or 201 (docs: table and data table block)."""
COLUMNS: Final = 50
"""Columns that are read; Slack allows 20."""

ALIGNED: Final = {"center": ":---:", "right": "---:"}
"""What stands below the header of a column, by its alignment."""


def table(block: Element, names: Names) -> str:
    """The Markdown of a `table` or `data_table` block; the latter has a caption."""
    found = block.get("rows")
    rows = [
        [_cell(cell, names) for cell in mappings(row)[:COLUMNS]]
        for row in (found[:ROWS] if isinstance(found, list) else [])
    ]
    width = max(map(len, rows), default=0)
    lines = [_row(row + [""] * (width - len(row))) for row in rows]
    lines[1:1] = [_row(_rules(block, width))] if width else []
    caption = label(block.get("caption"), names)
    return "\n".join(([caption, ""] if caption else []) + lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rules(block: Element, width: int) -> list[str]:
    settings = block.get("column_settings")
    found = settings[:width] if isinstance(settings, list) else []
    rules = [ALIGNED.get(string(mapping(each).get("align")), "---") for each in found]
    return rules + ["---"] * (width - len(rules))


def _cell(cell: Element, names: Names) -> str:
    return " ".join(_said(cell, names).split("\n")).replace("|", "\\|").strip()


def _said(cell: Element, names: Names) -> str:
    kind = string(cell.get("type"))
    if kind == "rich_text":
        return rich_text(cell, names)
    if kind in {"raw_text", "raw_number", ""}:
        number = cell.get("value")
        shown = str(number) if isinstance(number, int | float) else ""
        return inline([Run(string(cell.get("text")) or shown)])
    return element(cell, names)
