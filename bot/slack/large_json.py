"""A large answer of Slack → what it says, parsed in slices: one for each entry of its lists.

A page of two hundred messages may have megabytes, and the standard parser does all of it at once.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.core.sliced import Sliced

LARGE: Final = 256 * 1024
"""Characters from which on an answer is parsed in slices."""

_WHITE: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder()


def parse(text: str) -> Sliced[Any]:
    """What `json.loads` says of the text. Raises `ValueError` as that does."""
    try:
        return (yield from _object(text))
    except (ValueError, IndexError):
        # Not an object, or broken: the parser knows what to say.
        return json.loads(text)


def _object(text: str) -> Sliced[dict[str, Any]]:
    """The object that the text is; each list among its values in slices."""
    found: dict[str, Any] = {}
    at = _after(text, 0, "{")
    while text[at] != "}":
        _expected(text, at, '"')
        key, at = _DECODER.raw_decode(text, at)
        at = _after(text, _white(text, at), ":")
        if text[at] == "[":
            found[key], at = yield from _list(text, at)
        else:
            found[key], at = _DECODER.raw_decode(text, at)
        at = _following(text, at, "}")
    _ends(text, at + 1)
    return found


def _list(text: str, at: int) -> Sliced[tuple[list[Any], int]]:
    entries: list[Any] = []
    at = _white(text, at + 1)
    while text[at] != "]":
        entry, at = _DECODER.raw_decode(text, at)
        entries.append(entry)
        yield
        at = _following(text, at, "]")
    return entries, at + 1


def _following(text: str, at: int, end: str) -> int:
    """Where the next entry begins, or where `end` is."""
    at = _white(text, at)
    if text[at] == end:
        return at
    at = _after(text, at, ",")
    if text[at] == end:
        raise ValueError("a comma behind the last entry")
    return at


def _after(text: str, at: int, sign: str) -> int:
    return _white(text, _expected(text, _white(text, at), sign))


def _expected(text: str, at: int, sign: str) -> int:
    if text[at] != sign:
        raise ValueError(f"no {sign} where one belongs")
    return at + 1


def _ends(text: str, at: int) -> None:
    if _white(text, at) != len(text):
        raise ValueError("more than one document")


def _white(text: str, at: int) -> int:
    found = _WHITE.match(text, at)
    return found.end() if found else at
