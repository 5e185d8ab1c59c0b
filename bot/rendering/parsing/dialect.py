"""The blocks of our Markdown: CommonMark with tables and display math, without what surprises.

Off are setext headings, indented code, HTML blocks and link references. So what a line is depends
on the lines before it, never on those that follow. The exception are tables: their second line
makes them one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import table

from bot.rendering.parsing.lines import MATH_FENCES

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

MATH_BLOCK: Final = "math"
"""The type of the token for display math; its content is TeX."""

_OTHER: Final = re.compile(r">|(?:#{1,6}|[-*+]|\d{1,9}[.)])(?:[ \t]|$)|`{3,}[^`]*$|~{3,}")


def tokens(markdown: str) -> list[Token]:
    """The blocks of `markdown`; the text in them is as it was written."""
    return _parser().parse(markdown)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 40})
    parser.enable("table")
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.disable(["lheading", "code", "html_block", "reference", "inline", "text_join"])
    parser.block.ruler.before(
        "fence", MATH_BLOCK, _math, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    return parser


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    """A line that begins a quote, a list, a heading or code is no header of a table."""
    return not _OTHER.match(_line(state, start)) and table(state, start, end, silent)


def _math(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature
    r"""A line that is `$$` or `\[`, and what follows up to `$$` or `\]` at the end of a line.

    What begins on the line of its opening must end there too.
    """
    first = _line(state, start)
    closing = MATH_FENCES.get(first[:2])
    if closing is None:
        return False
    if first[2:].strip() and not _closes(first[2:], closing):
        return False
    last = start if first[2:].strip() else _last_line(state, start, end, closing)
    if not silent:
        _push(state, start, last, closing)
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()


def _closes(text: str, closing: str) -> bool:
    """Whether `text` is one formula and its end."""
    return text.endswith(closing) and text.find(closing) == len(text) - len(closing) > 0


def _last_line(state: StateBlock, start: int, end: int, closing: str) -> int:
    """The line that closes it; if there is none, the last line of its container, as with code."""
    for line in range(start + 1, end):
        if not state.isEmpty(line) and state.sCount[line] < state.blkIndent:
            return line - 1
        if _line(state, line).endswith(closing):
            return line
    return end - 1


def _push(state: StateBlock, start: int, last: int, closing: str) -> None:
    lines = state.getLines(start, last + 1, state.sCount[start], keepLastLF=False).strip()
    token = state.push(MATH_BLOCK, "", 0)
    token.content = lines[2:].rstrip().removesuffix(closing).strip("\n ")
    token.map = [start, last + 1]
    state.line = last + 1
