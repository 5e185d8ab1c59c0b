"""CSV for spreadsheets, in which no cell is a formula, in whatever country it is opened."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from bot.text.visible import UNSEEN

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNS: Final = "=+\\-@＝＋－＠﹦﹢﹣﹫−⁼⁺⁻₌₊₋"
"""How a formula begins (OWASP: CSV Injection), also in the forms that East Asian programs take."""

_FORMULA: Final = re.compile(rf'(^|[;\t\r\n])(?=(?:(?![\t\r\n])["\s{UNSEEN}])*[{_SIGNS}])')
"""Where a formula begins: in the text, or behind what ends a cell elsewhere.

Programs drop blanks, quotes and invisible characters before it. Where the comma is the decimal
point, cells are read up to a semicolon, and quotes within a line are no quotes.
"""

_NUMBER: Final = re.compile(r"[+\-−＋－]?\d[\d.,]*(?:[eE][+-]?\d+)?\s?%?")


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """The rows as CSV (RFC 4180). A cell that would be a formula begins with `'`."""
    out = io.StringIO()
    csv.writer(out).writerows(map(inert, row) for row in rows)
    return out.getvalue()


def inert(cell: str) -> str:
    """The cell with `'` before whatever a spreadsheet would compute; numbers stay as they are."""
    return cell if _NUMBER.fullmatch(cell) else _FORMULA.sub(r"\1'", cell)
