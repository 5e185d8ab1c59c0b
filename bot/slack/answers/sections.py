"""mrkdwn → the texts of sections, each within Slack's limit, cut at line ends where possible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.slack.limits import SECTION_CHARACTERS
from bot.text.cuts import cut
from bot.text.joiners import WORD_JOINER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FENCE: Final = "```"
ROOM: Final = SECTION_CHARACTERS - 2 * (len(FENCE) + 1)
"""Characters left when a code block is opened again at the top and closed at the bottom."""

_TEXT: Final = re.compile(r"&gt;|＞|(?<=\S)[*_~`]")
"""What is text within a line, and would be a quote or a marker at its beginning."""


def sections(text: str) -> list[str]:
    """The same text in pieces; a code block that goes on is closed and opened again."""
    out: list[str] = []
    fenced = False
    for piece in _gathered(_lines(text)):
        opened = f"{FENCE}\n{piece}" if fenced else piece
        fenced ^= piece.count(FENCE) % 2 == 1
        shown = f"{opened}\n{FENCE}" if fenced else opened
        if shown.replace(FENCE, "").strip():
            out.append(shown.strip("\n"))
    return out


def _gathered(lines: Iterable[str]) -> Iterator[str]:
    """Whole lines, as many at a time as fit."""
    piece: list[str] = []
    length = 0
    for line in lines:
        if piece and length + len(line) + 1 > ROOM:
            yield "\n".join(piece)
            piece, length = [], 0
        piece.append(line)
        length += len(line) + 1
    if piece:
        yield "\n".join(piece)


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        rest = line
        while len(rest) > ROOM:
            at = _between_tokens(rest, cut(rest, ROOM))
            yield rest[:at].rstrip()
            rest = _from(rest, at)
        yield rest


def _from(line: str, at: int) -> str:
    """The rest of a line. A sign that was text within the line does not become markup."""
    rest = line[at:].lstrip()
    return f"{WORD_JOINER}{rest}" if _TEXT.match(line, len(line) - len(rest)) else rest


def _between_tokens(line: str, at: int) -> int:
    """`at`, or a place before it that is not inside a link or an entity."""
    link = line.rfind("<", 0, at)
    if link > 0 and line.find(">", link, at) < 0:
        return link
    entity = line.rfind("&", max(at - 6, 0), at)
    return entity if entity > 0 and line.find(";", entity, at) < 0 else at
