"""Runs: running text in pieces, each in one style."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

PLAIN: Final = 0
BOLD: Final = 1
ITALIC: Final = 2
STRIKE: Final = 4
CODE: Final = 8
"""Styles. A run in several styles has their sum."""


class Run(NamedTuple):
    """Text in one style."""

    text: str
    """What is read, newlines included."""
    style: int = PLAIN
    url: str = ""
    """Makes it a link. In `rendering` it has passed the link policy."""
    emoji: str = ""
    """The name of an emoji; the text is then its shortcode with the colons."""


Runs = tuple[Run, ...]


def text_of(runs: Iterable[Run]) -> str:
    """What is read."""
    return "".join(run.text for run in runs)


def merged(runs: Iterable[Run]) -> list[Run]:
    """The runs without empty ones; neighbours that differ in their text alone become one.

    Emoji stay alone.
    """
    out: list[Run] = []
    texts: list[str] = []
    for run in runs:
        if not run.text:
            continue
        if texts and _alike(run, out[-1]):
            texts.append(run.text)
            continue
        _complete(out, texts)
        out.append(run)
        texts = [run.text]
    _complete(out, texts)
    return out


def _alike(run: Run, other: Run) -> bool:
    return run.style == other.style and run.url == other.url and not run.emoji and not other.emoji


def _complete(out: list[Run], texts: list[str]) -> None:
    """Gives the last run all of these texts."""
    if len(texts) > 1:
        out[-1] = out[-1]._replace(text="".join(texts))
