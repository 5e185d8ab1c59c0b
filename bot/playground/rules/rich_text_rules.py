"""Slack's rules for rich text, and for tables, whose cells may be rich text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bot.playground.rules.checks import (
    Block,
    bounded,
    chosen,
    elements,
    filled,
    invalid,
    kind,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_TABLE_CELLS = 10_000
"""Characters in all cells of a table."""
_MOST_ROWS, _MOST_COLUMNS = 100, 20
_MOST_ELEMENTS = 10_000
_DEEPEST_INDENT = 8
_LINK = re.compile(r"(?:https?://|mailto:|tel:)\S", re.IGNORECASE)
_EMOJI = re.compile(r"[a-z0-9_+'-]+(?:::skin-tone-[2-6])?")
_ALIGN = {None, "left", "center", "right"}

Rule = Callable[[Block, str], None]


def rich_text(block: Block, at: str) -> None:
    _each(elements(block, _MOST_ELEMENTS, at), at, _PARTS)


def table(block: Block, at: str) -> None:
    """1 to 100 rows of 1 to 20 cells, none of them empty. All rows are as long as the first."""
    rows = block.get("rows")
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_ROWS:
        raise invalid(f"must have between 1 and {_MOST_ROWS} rows", f"{at}/rows")
    for index, row in enumerate(rows):
        _row(row, f"{at}/rows/{index}", rows[0])
    _columns(block.get("column_settings"), f"{at}/column_settings")


def _row(row: Any, at: str, first: Any) -> None:
    if not isinstance(row, list) or not 1 <= len(row) <= _MOST_COLUMNS:
        raise invalid(f"must have between 1 and {_MOST_COLUMNS} columns", at)
    if len(row) != len(first):
        raise invalid("must have as many cells as the first row", at)
    _each(row, at, _CELLS, "")


def _columns(settings: Any, at: str) -> None:
    """Settings of the first columns, in order; null leaves a column as it is."""
    if settings is None:
        return
    if not isinstance(settings, list) or len(settings) > _MOST_COLUMNS:
        raise invalid(f"no more than {_MOST_COLUMNS} items allowed", at)
    for index, setting in enumerate(settings):
        if setting is not None:
            _column(setting, f"{at}/{index}")


def _column(setting: Any, at: str) -> None:
    if not isinstance(setting, dict) or not setting.keys() <= {"align", "is_wrapped"}:
        raise invalid("unsupported column settings", at)
    chosen(setting.get("align"), _ALIGN, f"{at}/align")
    if not isinstance(setting.get("is_wrapped", False), bool):
        raise invalid("must be a boolean", f"{at}/is_wrapped")


def _each(listed: list[Any], at: str, rules: Mapping[str, Rule], within: str = "/elements") -> None:
    for index, element in enumerate(listed):
        where = f"{at}{within}/{index}"
        rules[kind(element, rules, where)](element, where)


def _section(part: Block, at: str) -> None:
    """May be empty: Slack's composer sends a list item without text so."""
    listed = part.get("elements")
    if not isinstance(listed, list):
        raise invalid("missing required field: elements", at)
    _each(listed, at, _INLINE)


def _list(part: Block, at: str) -> None:
    chosen(part.get("style"), {"bullet", "ordered"}, f"{at}/style")
    whole(part.get("indent"), _DEEPEST_INDENT, f"{at}/indent")
    whole(part.get("offset"), 10**9, f"{at}/offset")
    _bordered(part, at)
    _each(elements(part, _MOST_ELEMENTS, at), at, {"rich_text_section": _section})


def _quote(part: Block, at: str) -> None:
    _bordered(part, at)
    _each(elements(part, _MOST_ELEMENTS, at), at, _INLINE)


def _preformatted(part: Block, at: str) -> None:
    _bordered(part, at)
    bounded(part.get("language"), 100, f"{at}/language")
    _each(elements(part, _MOST_ELEMENTS, at), at, {"text": _text, "link": _link})


def _bordered(part: Block, at: str) -> None:
    whole(part.get("border"), 1, f"{at}/border")


def _text(element: Block, at: str) -> None:
    filled(element.get("text"), 10**6, f"{at}/text")
    _styled(element, at, _STYLES)


def _link(element: Block, at: str) -> None:
    filled(element.get("url"), 3000, f"{at}/url")
    if not _LINK.match(element["url"]):
        raise invalid("must be a valid url", f"{at}/url")
    if "text" in element:
        filled(element["text"], 10**6, f"{at}/text")
    _styled(element, at, _STYLES)


def _emoji(element: Block, at: str) -> None:
    if not _EMOJI.fullmatch(str(element.get("name"))):
        raise invalid("must be the name of an emoji", f"{at}/name")
    _styled(element, at, _STYLES)


def _styled(element: Block, at: str, styles: Collection[str]) -> None:
    style = element.get("style", {})
    if not isinstance(style, dict) or not style.keys() <= set(styles):
        raise invalid("unsupported style", f"{at}/style")
    if not all(isinstance(value, bool) for value in style.values()):
        raise invalid("must be a boolean", f"{at}/style")


def _named(name: str) -> Rule:
    """The rule for an element that names one thing, such as a user, by this field."""

    def check(element: Block, at: str) -> None:
        filled(element.get(name), 255, f"{at}/{name}")
        _styled(element, at, _STYLES | {"highlight", "client_highlight", "unlink"})

    return check


def _raw_text(cell: Block, at: str) -> None:
    filled(cell.get("text"), MAX_TABLE_CELLS, f"{at}/text")


def _opaque(_shown: Block, _at: str) -> None:
    """Slack has more rules for these kinds; the playground checks none of them."""


_STYLES = frozenset({"bold", "code", "italic", "strike", "underline"})
_INLINE: Mapping[str, Rule] = {
    "broadcast": _named("range"),
    "channel": _named("channel_id"),
    "color": _named("value"),
    "date": _opaque,
    "emoji": _emoji,
    "link": _link,
    "team": _named("team_id"),
    "text": _text,
    "user": _named("user_id"),
    "usergroup": _named("usergroup_id"),
}
_PARTS: Mapping[str, Rule] = {
    "rich_text_list": _list,
    "rich_text_preformatted": _preformatted,
    "rich_text_quote": _quote,
    "rich_text_section": _section,
}
_CELLS: Mapping[str, Rule] = {
    "raw_number": _opaque,
    "raw_text": _raw_text,
    "rich_text": rich_text,
}
