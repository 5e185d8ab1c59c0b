"""Code in Markdown: in as many backticks as its content asks for (CommonMark, code spans)."""

from __future__ import annotations

import re


def code_span(text: str) -> str:
    """Inline code that is read back as `text`."""
    marks = "`" * (longest_run(text) + 1) if "`" in text else "`"
    edges = text[:1] + text[-1:]
    # A space at both ends is taken off again when code is read.
    padding = " " if "`" in edges or (edges == "  " and text.strip()) else ""
    return f"{marks}{padding}{text}{padding}{marks}"


def fence(text: str) -> str:
    """The backticks that a block with `text` begins and ends with."""
    return "`" * max(3, longest_run(text) + 1) if "`" in text else "```"


def longest_run(text: str) -> int:
    """The number of backticks in the longest run of them."""
    return max(map(len, re.findall("`+", text)), default=0)
