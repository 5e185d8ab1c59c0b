"""Running text in pieces: what is read, in one style each."""

from __future__ import annotations

from typing import Final, NamedTuple

BOLD: Final = 1
ITALIC: Final = 2
STRIKE: Final = 4
CODE: Final = 8
"""Styles, which may be added up."""


class Span(NamedTuple):
    """Text in one style; `url` makes it a link, whose text may be empty."""

    text: str
    style: int = 0
    url: str = ""

    @property
    def blank(self) -> bool:
        """True for text that shows no style but code."""
        return not (self.url or self.style & CODE or self.text.strip())
