"""The little HTML that models write: tags for styles, tags that are dropped, line breaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from bot.rendering.parsing.patience import STRONG
from bot.text.runs import BOLD, CODE, ITALIC, STRIKE

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
"""Tags that come in pairs. One without the other is text, except `summary`, which is dropped."""

DROPPED: Final = frozenset(
    (
        *("u", "ins", "mark", "sub", "sup", "span", "small", "font"),
        *("summary", "details", "p", "div", "center"),
    )
)
"""Tags that are removed; the text between them is kept."""

BREAK: Final = "br"

_NAME: Final = r"[a-z_:][\w:.-]*"
_ATTRIBUTE: Final = rf"\s+{_NAME}(?:\s*=\s*(?:[^\s\"'=<>`]+|'[^'<>]*'|\"[^\"<>]*\"))?"
_TAG: Final = re.compile(
    rf"<(?P<close>/?)(?P<name>[a-z]{{1,10}})(?:{_ATTRIBUTE})*\s*/?>", re.IGNORECASE
)


_VALUE_SO_FAR: Final = r"[^\s\"'=<>`]*|'[^'<>]*|\"[^\"<>]*"
_TAG_SO_FAR: Final = re.compile(
    rf"</?(?:[a-z]{{0,10}}|(?:{'|'.join((*STYLES, *DROPPED, BREAK))})(?:{_ATTRIBUTE})*"
    rf"(?:\s*/?|\s+{_NAME}\s*(?:=\s*(?:{_VALUE_SO_FAR}))?))\Z",
    re.IGNORECASE,
)


@dataclass(slots=True, eq=False)
class Tag:
    """A tag for a style."""

    source: str
    """As it is written."""

    name: str
    """In lower case."""

    closes: bool
    at: int = 0
    """Index of its first character."""

    paired: bool = False
    """Set by `pair_tags`: there is a tag that it closes, or that closes it."""

    reach: int = 0
    """Set by `pair_tags`, for an opening tag: index after the tag that closes it, else 0."""

    patience: ClassVar[int] = STRONG

    @property
    def end(self) -> int:
        """Index of the first character after it."""
        return self.at + len(self.source)

    @property
    def style(self) -> int:
        return STYLES[self.name]

    @property
    def text(self) -> str:
        """What is read of it: nothing, or its source."""
        return "" if self.paired or self.name in DROPPED else self.source


def tag_at(text: str, at: int) -> Tag | None:
    """The tag that begins at `text[at]`, whatever its name is."""
    found = _TAG.match(text, at)
    return Tag(found[0], found["name"].lower(), bool(found["close"]), at) if found else None


def may_become_tag(text: str, at: int) -> bool:
    """Whether `text[at:]` is the beginning of a tag that means something here."""
    return _TAG_SO_FAR.match(text, at) is not None


def pair_tags(tags: Iterable[Tag]) -> list[Tag]:
    """Finds the tag that each closing one closes; returns those that are still open."""
    opened: dict[str, list[Tag]] = {}
    for tag in tags:
        if not tag.closes:
            opened.setdefault(tag.name, []).append(tag)
        elif opened.get(tag.name):
            opener = opened[tag.name].pop()
            opener.paired = tag.paired = True
            opener.reach = tag.end
    return [tag for stack in opened.values() for tag in stack]
