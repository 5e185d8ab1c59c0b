"""The last line of a text that broke off: what is only half of a mark is left out.

What a line will be is often decided by its second or third character, or by the line below it. So
the last line may be a marker without its item, a row of a table that is none yet, or a part of what
closes a block of code. In the line itself, marks are read by `broken_off`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.rendering.parsing.lines import MATH_FENCES

if TYPE_CHECKING:
    from bot.rendering.parsing.lines import Line

_MARKERS: Final = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)]|[-*_](?:[ \t]*[-*_])*|=+)?[ \t]*$")
"""Nothing but markers: of items, or of a rule."""

_BOX: Final = re.compile(r"\[[ xX]?\]?[ \t]*$")
_DELIMITERS: Final = re.compile(r"[ \t|:-]*$")


def ended_code(raw: str, line: Line, fence: str, *, quoted: bool) -> list[str]:
    """The last line of an open block of code or math, without a part of what closes that."""
    if fence in MATH_FENCES:
        return [raw.rstrip().removesuffix(MATH_FENCES[fence][:1])]
    return [] if line.may_close(fence, quoted=quoted) else [raw]


def ended_lines(raw: str, line: Line, header: Line | None, *, in_table: bool) -> list[str]:
    """The last line, and more that make a table of it, or nothing.

    `header`: the line above, if that may be the header of a table. `in_table`: the line is a row.
    """
    if header and line.may_delimit and _is_row(header):
        return [_delimiters(header)]
    if header and line.may_delimit:
        return [_delimiters(header)] if "|" in raw and "-" in raw else []
    if in_table and not line.marker:
        return [raw] if _is_filled(line) else []
    if line.piped and _is_row(line):
        return [raw, _delimiters(line)] if _is_filled(line) else []
    if not line.rule and _MARKERS.match(raw):
        return []
    return [raw[: -len(line.content)]] if line.marker and _BOX.match(line.content) else [raw]


def _is_row(line: Line) -> bool:
    """Whether it begins as only the row of a table does."""
    return line.content.startswith("|")


def _is_filled(line: Line) -> bool:
    return not _DELIMITERS.match(line.content)


def _delimiters(header: Line) -> str:
    """A delimiter row below the header, in the same containers."""
    begin = re.sub(r"[^ \t>]", " ", header.text[: header.at])
    return f"{begin}|{'---|' * header.cells}"
