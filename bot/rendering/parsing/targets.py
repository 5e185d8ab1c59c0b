"""Where links lead: `(target "title")` after a label, `<...>`, and URLs in plain text.

Each function tells three cases apart: it is a target; it is none, whatever follows; or its end has
not arrived yet.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from markdown_it.common.utils import unescapeAll

from bot.text.cjk import CJK

DEEPEST: Final = 32
"""Nested parentheses that a target may contain without escapes."""

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

_URL: Final = re.compile(
    rf"https?://(?:(?![{CJK}])\w|[!#$%'()+,\-./:;=?@^{{|}}]|&(?!(?:lt|gt|quot);)|\*(?!\*)|~(?!~)|\[[\w.,;=%-]*\])+",
    re.IGNORECASE,
)
_URL_SO_FAR: Final = re.compile(r"(?:\[[\w.,;=%-]*)?\Z")
"""After what `_URL` matched: brackets belong to a URL only when they are closed."""

_NOT_ITS_END: Final = ".,:;!?'*_~"


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


class BareUrl(NamedTuple):
    """A URL in plain text."""

    source: str
    """As it is written, without the punctuation of the sentence around it; "" if it is no URL."""

    may_grow: bool
    """Whether it goes on to the end of the text, so that what comes next may be part of it."""


def target(text: str, at: int) -> Target | None:
    """The target whose parenthesis is `text[at]`; None if there is none, whatever follows."""
    if at == len(text):
        return UNFINISHED
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


def bare_url(text: str, at: int) -> BareUrl:
    """The URL whose scheme begins at `text[at]`."""
    found = _URL.match(text, at)
    url = found[0] if found else ""
    end = found.end() if found else text.index("//", at) + 2
    surplus = url.count(")") - url.count("(")
    while url and (url[-1] in _NOT_ITS_END or (url[-1] == ")" and surplus > 0)):
        surplus -= url[-1] == ")"
        url = url[:-1]
    source = url if len(url) > url.find("://") + 3 else ""
    return BareUrl(source, _URL_SO_FAR.match(text, end) is not None)
