"""The little HTML that models write: tags for styles, tags that mean nothing here, line breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import BOLD, CODE, ITALIC, STRIKE

if TYPE_CHECKING:
    from collections.abc import Iterable

STYLES: Final = {
    "b": BOLD,
    "strong": BOLD,
    "summary": BOLD,
    "i": ITALIC,
    "em": ITALIC,
    "s": STRIKE,
    "del": STRIKE,
    "strike": STRIKE,
    "code": CODE,
    "kbd": CODE,
    "tt": CODE,
}
"""Tags in pairs; one without the other is text, but for a `summary`."""

DROPPED: Final = frozenset(
    (
        *("u", "ins", "mark", "sub", "sup", "span", "small", "font"),
        *("summary", "details", "p", "div", "center"),
    )
)
"""Tags of which only what stands between them is kept."""

BREAK: Final = "br"

_TAG: Final = re.compile(
    r"<(?P<close>/?)(?P<name>[a-z]{1,10})"
    r"(?:\s+[a-z_:][\w:.-]*(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^'<>]*'|\"[^\"<>]*\"))?)*\s*/?>",
    re.IGNORECASE,
)


@dataclass(slots=True, eq=False)
class Tag:
    """A tag for a style; after `pair_tags`, `paired` tells whether it is one."""

    source: str
    name: str
    closes: bool
    paired: bool = False

    @property
    def style(self) -> int:
        return STYLES[self.name]

    @property
    def text(self) -> str:
        """What of it is read."""
        return "" if self.paired or self.name in DROPPED else self.source


def tag_at(text: str, at: int) -> Tag | None:
    """The tag that begins at `text[at]`, of whatever name."""
    found = _TAG.match(text, at)
    return Tag(found[0], found["name"].lower(), bool(found["close"])) if found else None


def pair_tags(tags: Iterable[Tag]) -> None:
    """Finds the tag that each closing one closes."""
    opened: dict[str, list[Tag]] = {}
    for tag in tags:
        if not tag.closes:
            opened.setdefault(tag.name, []).append(tag)
        elif opened.get(tag.name):
            opened[tag.name].pop().paired = tag.paired = True
