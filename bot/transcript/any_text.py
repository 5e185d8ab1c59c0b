"""Blocks of types that are not known here → all text that is found in them, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.transcript.cuts import enough, shortened
from bot.transcript.elements import ELEMENTS, element, linked
from bot.transcript.text_objects import label, text_object
from bot.transcript.untyped import MOST, string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.transcript.rich_text import Names
    from bot.transcript.untyped import Element

    Render = Callable[[Element, Names], str | None]
    """The Markdown of a block; None for a type that is not known."""

LONGEST: Final = 10_000
"""Characters that are read of one such block."""
DEEPEST: Final = 8
"""Levels of lists and objects that are read."""

LABELS: Final = ("text", "title", "label", "name")
"""Keys of the text that a link or a number belongs to."""

UNSEEN: Final = frozenset(
    ("type", "subtype", "id", "style", "color", "align", "value", "width", "height", "size")
)
"""Keys of values that people do not see."""
UNSEEN_ENDS: Final = ("_id", "_ids", "_type", "_icon", "_url", "_urls", "_token", "_hash")


def any_text(block: Element, names: Names, known: Render) -> str:
    """Every text in the block, but not its ids and settings. `known` reads blocks within it."""
    lines = enough(_lines(block, names, known, DEEPEST), LONGEST)
    return shortened("\n".join(lines), LONGEST)


def _lines(value: object, names: Names, known: Render, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield text_object(value, names)
    elif isinstance(value, list) and depth:
        for each in value[:MOST]:
            yield from _lines(each, names, known, depth - 1)
    elif isinstance(value, dict) and depth:
        yield from _object(value, names, known, depth - 1)


def _object(value: Element, names: Names, known: Render, depth: int) -> Iterator[str]:
    kind = string(value.get("type"))
    if kind in ELEMENTS:
        yield element(value, names)
        return
    if (read := known(value, names)) is not None:
        yield read
        return
    heads = [key for key in LABELS if label(value.get(key), names)][:1]
    for key in heads:
        yield _head(value, label(value[key], names))
    for key, each in value.items():
        if key not in heads and _is_seen(key):
            yield from _lines(each, names, known, depth)


def _head(value: Element, said: str) -> str:
    """What an object is called, as a link or with its number."""
    number = value.get("value")
    if isinstance(number, int | float) and not isinstance(number, bool):
        return f"{said}: {number}"
    urls = (value.get(key) for key in ("url", "join_url", "title_url"))
    return linked(next((url for url in urls if isinstance(url, str)), ""), said)


def _is_seen(key: object) -> bool:
    return isinstance(key, str) and key not in UNSEEN and not key.endswith(UNSEEN_ENDS)
