"""`markdown` blocks → the Markdown that was posted: entities as characters, except in code."""

from __future__ import annotations

import re
from typing import Final

PIECE: Final = re.compile(
    r"^[ \t>]*(`{3,}|~{3,}).*?(?:^[ \t>]*\1|\Z)|`+|&(?:lt|gt);", re.DOTALL | re.MULTILINE
)
"""A code block, backticks that may begin code, or an entity of `rendering/formats`."""

RUN: Final = re.compile("`+")
ENTITIES: Final = {"&lt;": "<", "&gt;": ">"}


def from_markdown(text: str) -> str:
    """The Markdown of a block, as the model wrote it."""
    out, spans, at = [], _spans(text), 0
    while match := PIECE.search(text, at):
        end = match.end() if match[1] else spans.get(match.start(), match.end())
        piece = text[match.start() : end]
        out += [text[at : match.start()], ENTITIES.get(piece, piece)]
        at = end
    return "".join([*out, text[at:]])


def _spans(text: str) -> dict[int, int]:
    """Where inline code begins → where it ends: behind the next run of as many backticks.

    Reading from the back looks at each run once, so the cost is linear.
    """
    ends: dict[int, int] = {}
    next_end: dict[int, int] = {}
    for run in reversed([*RUN.finditer(text)]):
        length = len(run[0])
        if length in next_end:
            ends[run.start()] = next_end[length]
        next_end[length] = run.end()
    return ends
