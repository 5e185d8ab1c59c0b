"""A shared file as Slack shows it: a card with its name, its kind and its size, and a preview."""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.playground.page.html import markup
from bot.playground.page.html.icons import icon

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS, _COLUMNS = 6, 8
_ID = re.compile(r"\w{1,40}")
_UNITS = ("bytes", "kB", "MB", "GB")


def card(shown: Mapping[str, Any]) -> str:
    preview = _preview(shown)
    return markup.tag("div", _head(shown) + preview, class_="file")


def _head(shown: Mapping[str, Any]) -> str:
    name = markup.text(shown.get("title")) or markup.text(shown.get("name")) or "file"
    label = markup.tag("b", markup.escape(name)) + markup.tag("small", markup.escape(_about(shown)))
    inner, file_id = icon("file") + markup.tag("span", label), markup.text(shown.get("id"))
    if not _ID.fullmatch(file_id):
        return markup.tag("div", inner, class_="file-head")
    href = f"/ui/files/{file_id}/{quote(name, safe='')}"
    return markup.tag("a", inner, class_="file-head", href=href, download=name)


def _about(shown: Mapping[str, Any]) -> str:
    kind = markup.text(shown.get("pretty_type"))
    return " · ".join(filter(None, (kind, _size(markup.number(shown.get("size"), 2**40)))))


def _size(count: int) -> str:
    """In the unit in which it is a number of one to three digits."""
    step = min(max(0, (len(str(count)) - 1) // 3), len(_UNITS) - 1)
    shown = count / 1000**step
    return f"{shown:.1f} {_UNITS[step]}" if step else f"{count} bytes" if count else ""


def _preview(shown: Mapping[str, Any]) -> str:
    # A byte order mark, which spreadsheets need, is no part of what it says.
    text = markup.text(shown.get("preview")).removeprefix("\ufeff")
    if not text:
        return ""
    drawn = _table(text) if shown.get("filetype") == "csv" else _code(text, shown)
    more = markup.number(shown.get("lines_more"), 10**7)
    note = markup.tag("small", f"+{more:,} more lines", class_="more") if more else ""
    return markup.tag("div", drawn + note, class_="preview")


def _code(text: str, shown: Mapping[str, Any]) -> str:
    return markup.code(text, markup.text(shown.get("filetype")))


def _table(text: str) -> str:
    try:
        rows = [row[:_COLUMNS] for row in islice(csv.reader(text.splitlines()), _ROWS)]
    except csv.Error:
        return markup.code(text)
    drawn = (_row(row, "td" if n else "th") for n, row in enumerate(rows))
    return markup.tag("div", markup.tag("table", "".join(drawn)), class_="table", tabindex="0")


def _row(cells: list[str], tag: str) -> str:
    return markup.tag("tr", "".join(markup.tag(tag, markup.escape(cell)) for cell in cells))
