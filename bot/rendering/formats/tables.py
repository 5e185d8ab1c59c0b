"""Tables as text in columns, as lines, and as CSV."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code
from bot.text.graphemes import width
from bot.text.spreadsheets import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.rendering.flow import Table
    from bot.text.runs import Runs

Row = tuple["Runs", ...]

GAP: Final = "  "
RULE: Final = "─"
BETWEEN: Final = " | "

_BREAK: Final = re.compile(r"[\n\r\t]+")


def cell(runs: Runs) -> str:
    """The text of a cell on one line, with the addresses of its links."""
    return _BREAK.sub(" ", "".join(_addressed(runs))).strip()


@lru_cache(maxsize=1024)
def line(row: Row) -> str:
    """A row on one line."""
    return BETWEEN.join(map(cell, row))


def preformatted(table: Table) -> Code:
    """The table as text in columns that line up in a font of one width, also in Japanese."""
    rows = [[cell(each) for each in row] for row in table.rows]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    align = (*table.align, *[""] * len(widths))
    header, *body = [_in_columns(row, widths, align) for row in rows]
    rule = GAP.join(RULE * each for each in widths)
    return Code("\n".join((header, rule, *body)))


def csv_of(rows: Iterable[Row]) -> str:
    """The rows as CSV."""
    return csv_text(map(cell, row) for row in rows)


def _addressed(runs: Runs) -> Iterator[str]:
    """The texts of the runs; behind a link its address, unless the text has it."""
    for run, following in zip(runs, (*runs[1:], None), strict=False):
        yield run.text
        ends = run.url and (following is None or following.url != run.url)
        if ends and run.url.removeprefix("mailto:").removeprefix("tel:") not in run.text:
            yield f" ({run.url})"


def _in_columns(row: list[str], widths: list[int], align: Iterable[str]) -> str:
    padded = map(_padded, row, widths, align)
    return GAP.join(padded).rstrip()


def _padded(text: str, wanted: int, align: str) -> str:
    missing = max(wanted - width(text), 0)
    left = {"right": missing, "center": missing // 2}.get(align, 0)
    return " " * left + text + " " * (missing - left)
