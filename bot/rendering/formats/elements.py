"""The one place that makes Slack's inline elements: text, links and emoji, and no mention.

All text of a model reaches a message through here, so no user, channel, group, broadcast or image
can be in it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bot.text.runs import BOLD, CODE, ITALIC, PLAIN, STRIKE, merged

if TYPE_CHECKING:
    from bot.text.runs import Run

Element = dict[str, Any]

SCHEMES: Final = ("http://", "https://", "mailto:", "tel:")
"""Every address that may be clicked begins with one of these."""

_STYLES: Final = {"bold": BOLD, "italic": ITALIC, "strike": STRIKE, "code": CODE}
_EMOJI: Final = re.compile(r"[a-z0-9_+'-]+")


def text(content: str, style: int = PLAIN) -> Element:
    """Text that is shown as it is. ValueError when empty, which Slack refuses."""
    if not content:
        raise ValueError("a text element needs text")
    return {"type": "text", "text": content} | _LOOKS[style]


def link(url: str, content: str, style: int = PLAIN) -> Element:
    """A link with `content` as its label. ValueError for an address of another scheme."""
    if not url.lower().startswith(SCHEMES):
        raise ValueError(f"no link may lead to {url[:40]!r}")
    return {"type": "link", "url": url, "text": content or url} | _LOOKS[style]


def emoji(name: str) -> Element:
    """An emoji, by its name without colons."""
    if not _EMOJI.fullmatch(name):
        raise ValueError(f"{name[:40]!r} names no emoji")
    return {"type": "emoji", "name": name}


def of(run: Run) -> Element:
    """The element of one run. In a link an emoji is text, as an element has only one of both."""
    if run.url:
        return link(run.url, run.text, run.style)
    return emoji(run.emoji) if run.emoji else text(run.text, run.style)


@lru_cache(maxsize=4096)
def all_of(runs: tuple[Run, ...]) -> tuple[Element, ...]:
    """The elements of many runs, as few as can be; runs without text are left out.

    They are kept, since most of a message is the same in the next frame; nobody may change them.
    """
    bare = (run._replace(emoji="") if run.url and run.emoji else run for run in runs)
    return tuple(of(run) for run in merged(bare))


def _look(style: int) -> dict[str, Any]:
    """Slack's style object, with what is true in it, or nothing."""
    found = {name: True for name, bit in _STYLES.items() if style & bit}
    return {"style": found} if found else {}


_LOOKS: Final = tuple(_look(style) for style in range(sum(_STYLES.values()) + 1))
