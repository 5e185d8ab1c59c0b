"""Where links lead: `(target "title")` after a label, and `<...>`.

Each function tells three cases apart: it is a target; it is none, whatever follows; or its end has
not arrived yet.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from markdown_it.common.utils import unescapeAll

DEEPEST: Final = 32
"""Nested parentheses that a target may contain without escapes."""

LONGEST_LOOSE: Final = 1_000
"""Characters of a target that CommonMark does not know, as there are blanks in it."""

_OPEN: Final = re.compile(r"\([ \t]*\n?[ \t]*")
_ANGLED: Final = re.compile(r"<(?:[^<>\n\\]|\\.)*>")
_ANGLED_SO_FAR: Final = re.compile(r"<(?:[^<>\n\\]|\\.)*\\?\Z")
_STOP: Final = re.compile(r"\\[^\n ]|[()\x00-\x20\x7f]")
_CLOSE: Final = re.compile(
    r"(?:[ \t\n]+(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)))?[ \t\n]*\)",
    re.DOTALL,
)
_CLOSE_SO_FAR: Final = re.compile(
    r"\Z|[ \t\n]+(?:\"(?:[^\"\\]|\\.)*(?:\"[ \t\n]*|\\?)|'(?:[^'\\]|\\.)*(?:'[ \t\n]*|\\?)"
    r"|\((?:[^()\\]|\\.)*(?:\)[ \t\n]*|\\?))?\Z",
    re.DOTALL,
)

_LOOSE: Final = re.compile(r"\([ \t]*\n?[ \t]*(?=(?:https?://|mailto:|tel:)\S)", re.IGNORECASE)
_LOOSE_STOP: Final = re.compile(r"\\.|\]\(|[()<>]|\s(?=https?://)|\Z", re.IGNORECASE | re.DOTALL)
_TITLE: Final = re.compile(r"\s+[\"'\u201c].*[\"'\u201d]\s*\Z", re.DOTALL)
_NAMED: Final = re.compile(r"\(\s*https?://[^\s/]+/\S*\s+\([^()]*\)\s*\)\Z", re.IGNORECASE)
_WRAP: Final = re.compile(r"[ \t]*\n[ \t]*")

_IN_ANGLES: Final = re.compile(r"<((?:https?|mailto|tel):[^\s<>]*)>", re.IGNORECASE)
_MAIL: Final = re.compile(
    r"<([\w.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+)>", re.IGNORECASE | re.ASCII
)
_SLACK_LINK: Final = re.compile(
    r"<((?:https?://|mailto:|tel:)[^\s<>|]+)\|([^<>\n]+)>", re.IGNORECASE
)
_AUTOLINK_SO_FAR: Final = re.compile(
    r"<(?:(?:https?|mailto|tel):(?:[^\s<>]*|[^\s<>|]+\|[^<>\n]*)"
    r"|[\w.+-]{0,64}(?:@[a-z0-9.-]*)?)\Z",
    re.IGNORECASE | re.ASCII,
)
"""The beginning of any of the three above; it ends where the text does."""


class Target(NamedTuple):
    """What a label links to."""

    url: str
    end: int
    """Index of the first character after the closing parenthesis."""


UNFINISHED: Final = Target("", -1)
"""No target yet; more text may make it one."""


class Autolink(NamedTuple):
    """A link in angle brackets."""

    url: str
    label: str
    end: int
    """Index of the first character after the closing bracket."""


UNFINISHED_AUTOLINK: Final = Autolink("", "", -1)
"""No link yet; more text may make it one."""


def target(text: str, at: int) -> Target | None:
    """The target whose parenthesis is `text[at]`; None if there is none, whatever follows."""
    if at == len(text):
        return UNFINISHED
    found = _strict(text, at)
    if found is None or (found is not UNFINISHED and _is_name(text[at : found.end])):
        return _loose(text, at)
    return found


def _strict(text: str, at: int) -> Target | None:
    """The target as CommonMark has it."""
    opened = _OPEN.match(text, at)
    if opened is None:
        return None
    start = opened.end()
    angled = text.startswith("<", start)
    end = _end_of_angled(text, start) if angled else _end_of_bare(text, start)
    if end < 0:
        return None
    closed = _CLOSE.match(text, end)
    if closed is None:
        return UNFINISHED if _CLOSE_SO_FAR.match(text, end) else None
    url = text[start + 1 : end - 1] if angled else text[start:end]
    return Target(unescapeAll(url), closed.end())


def _is_name(target: str) -> bool:
    """Whether it ends like a file's name with parentheses, which CommonMark takes for a title."""
    return _NAMED.match(target) is not None


def _loose(text: str, at: int) -> Target | None:
    """The target if it is an address with blanks, or one that was wrapped."""
    opened = _LOOSE.match(text, at)
    end = _end_of_loose(text, opened.end()) if opened else -1
    if opened is None or end < 0:
        return None
    if end == len(text):
        return UNFINISHED
    written = _TITLE.sub("", text[opened.end() : end].rstrip())
    url = _WRAP.sub("", written)
    # A break may stand for a blank, if there are blanks: nobody can tell.
    return None if url != written and re.search(r"\s", url) else Target(unescapeAll(url), end + 1)


def _end_of_loose(text: str, start: int) -> int:
    """The index of the closing parenthesis, the end of the text if that may still come, or -1."""
    depth = 0
    for found in _LOOSE_STOP.finditer(text, start, start + LONGEST_LOOSE):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")" and depth:
            depth -= 1
        elif found[0] == ")" or (not found[0] and found.start() == len(text)):
            return found.start()
        elif found[0][:1] != "\\":
            return -1
    return -1


def _end_of_angled(text: str, start: int) -> int:
    """The index after `>`, the end of the text if that may still come, or -1."""
    found = _ANGLED.match(text, start) or _ANGLED_SO_FAR.match(text, start)
    return found.end() if found else -1


def _end_of_bare(text: str, start: int) -> int:
    """The index of the first character after the URL, or -1 if its parentheses do not match."""
    depth = 0
    for found in _STOP.finditer(text, start):
        if found[0] == "(" and depth < DEEPEST:
            depth += 1
        elif found[0] == ")" and depth:
            depth -= 1
        elif len(found[0]) == 1:
            return -1 if depth else found.start()
    return len(text)


def autolink(text: str, at: int) -> Autolink | None:
    """The link whose angle bracket is `text[at]`; None if there is none, whatever follows."""
    if found := _SLACK_LINK.match(text, at):
        return Autolink(found[1], found[2], found.end())
    if found := _IN_ANGLES.match(text, at):
        return Autolink(found[1], found[1], found.end())
    if found := _MAIL.match(text, at):
        return Autolink(f"mailto:{found[1]}", found[1], found.end())
    return UNFINISHED_AUTOLINK if _AUTOLINK_SO_FAR.match(text, at) else None
