"""Where links lead: what stands behind a label, `(target "title")`, and URLs in plain text."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from markdown_it.common.utils import unescapeAll

from bot.rendering.parsing.emphasis import CJK

DEEPEST: Final = 32
"""Parentheses in a target that need no escape, one in another."""

_OPEN: Final = re.compile(r"\([ \t]*\n?[ \t]*")
_ANGLED: Final = re.compile(r"<(?:[^<>\n\\]|\\.)*>")
_STOP: Final = re.compile(r"\\[^\n ]|[()\x00-\x20\x7f]")
_CLOSE: Final = re.compile(
    r"(?:[ \t\n]+(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?[ \t\n]*\)",
    re.DOTALL,
)

_UNCLOSED: Final = re.compile(
    r"\Z|[ \t\n]+(?:\"(?:[^\"\\]|\\.)*(?:\"[ \t\n]*|\\?)|'(?:[^'\\]|\\.)*(?:'[ \t\n]*|\\?)"
    r"|\((?:[^()\\]|\\.)*(?:\)[ \t\n]*|\\?))?\Z",
    re.DOTALL,
)
_UNCLOSED_ANGLED: Final = re.compile(r"<[^<>\n]*\Z")

_URL: Final = re.compile(
    rf"https?://(?:(?![{CJK}])\w|[!#$%'()+,\-./:;=?@^{{|}}]|&(?!(?:lt|gt|quot);)|\*(?!\*)|~(?!~)|\[[\w.,;=%-]*\])+",
    re.IGNORECASE,
)
_NOT_ITS_END: Final = ".,:;!?'*_~"


class Target(NamedTuple):
    """What a label links to, and where the text goes on."""

    url: str
    end: int


def target(text: str, at: int) -> Target | None:
    """The target whose parenthesis is `text[at]`; None when there is none."""
    opened = _OPEN.match(text, at)
    if opened is None:
        return None
    start = opened.end()
    angled = text[start : start + 1] == "<"
    end = _end_of_angled(text, start) if angled else _end_of_bare(text, start)
    closed = _CLOSE.match(text, end) if end >= 0 else None
    if closed is None:
        return None
    url = text[start + 1 : end - 1] if angled else text[start:end]
    return Target(unescapeAll(url), closed.end())


def _end_of_angled(text: str, start: int) -> int:
    found = _ANGLED.match(text, start)
    return found.end() if found else -1


def _end_of_bare(text: str, start: int) -> int:
    depth = 0
    for found in _STOP.finditer(text, start):
        if found[0] == "(" and depth < DEEPEST:
            depth += 1
        elif found[0] == ")" and depth:
            depth -= 1
        elif len(found[0]) == 1:
            return -1 if depth else found.start()
    return -1


def may_become_target(text: str, at: int) -> bool:
    """Whether the parenthesis `text[at]` may turn out to open one, as far as the text goes."""
    opened = _OPEN.match(text, at)
    if opened is None:
        return False
    start = opened.end()
    if text[start : start + 1] == "<":
        end = _end_of_angled(text, start)
        return _UNCLOSED_ANGLED.match(text, start) is not None or _is_unclosed(text, end)
    stops = (found for found in _STOP.finditer(text, start) if found[0] not in {"(", ")"})
    end = next((found.start() for found in stops if len(found[0]) == 1), len(text))
    return _is_unclosed(text, end)


def _is_unclosed(text: str, end: int) -> bool:
    return end >= 0 and _UNCLOSED.match(text, end) is not None


def may_grow(text: str, at: int) -> bool:
    """Whether the URL that begins at `text[at]` may go on with what comes next."""
    found = _URL.match(text, at)
    end = found.end() if found else text.index("//", at) + 2
    # One character may be half of what ends it; what stands in brackets counts when they close.
    return end >= len(text) - 1 or (text[end] == "[" and "]" not in text[end:])


def bare_url(text: str, at: int) -> str:
    """The URL that begins at `text[at]`, without the punctuation of the sentence it stands in."""
    found = _URL.match(text, at)
    url = found[0] if found else ""
    surplus = url.count(")") - url.count("(")
    while url and (url[-1] in _NOT_ITS_END or (url[-1] == ")" and surplus > 0)):
        surplus -= url[-1] == ")"
        url = url[:-1]
    return url if len(url) > url.find("://") + 3 else ""
