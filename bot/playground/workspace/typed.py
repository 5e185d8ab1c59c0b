"""What Slack's composer makes of typed text: mrkdwn with entities, and a rich_text block."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.playground.workspace.people import User

Element = dict[str, Any]

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)

# The order matters: nothing is found inside code. A style begins and ends at the edge of a word.
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<@(?P<user>[UW][A-Z0-9]+)>"
    r"|(?<![\w@])@(?P<broadcast>here|channel|everyone)\b"
    r"|(?<![\w@])@(?P<name>[a-z0-9][a-z0-9._-]*[a-z0-9])"
    r"|(?P<link>https?://[^\s<>|]*[^\s<>|.,;:!?)\]}'\"])"
    r"|(?<!\w):(?P<emoji>[a-z][a-z0-9_+-]*):(?!\w)"
    r"|(?<!\w)\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?!\w)"
    r"|(?<!\w)~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?!\w)",
)

_MARKS = {"code": "`", "bold": "*", "italic": "_", "strike": "~"}


@dataclass(frozen=True, slots=True)
class Typed:
    text: str
    """Mrkdwn."""
    blocks: list[dict[str, Any]]
    """The same as one rich_text block; none for an empty text."""


def escape(text: str) -> str:
    """Slack escapes these three characters and no others (docs: formatting message text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(text: str, users: Iterable[User]) -> Typed:
    """Both forms of a typed message. `@name` is a mention if a user has this name."""
    names = {user.name: user.id for user in users}
    sections = list(_sections(text, names))
    block = {"type": "rich_text", "elements": sections}
    return Typed("".join(map(_mrkdwn, sections)), [block] if sections else [])


def _sections(text: str, names: Mapping[str, str]) -> Iterator[Element]:
    pieces = _FENCE.split(text)
    for index, piece in enumerate(pieces):
        if not piece:
            continue
        if index % 2:
            code = {"type": "text", "text": piece}
            yield {"type": "rich_text_preformatted", "elements": [code], "border": 0}
        else:
            yield {"type": "rich_text_section", "elements": list(_elements(piece, names))}


def _elements(text: str, names: Mapping[str, str]) -> Iterator[Element]:
    at = 0
    for match in _INLINE.finditer(text):
        element = _element(str(match.lastgroup), match[str(match.lastgroup)], names)
        if element is None:
            continue
        if match.start() > at:
            yield {"type": "text", "text": text[at : match.start()]}
        yield element
        at = match.end()
    if at < len(text):
        yield {"type": "text", "text": text[at:]}


def _element(kind: str, value: str, names: Mapping[str, str]) -> Element | None:
    if kind in _MARKS:
        return {"type": "text", "text": value, "style": {kind: True}}
    if kind == "name":
        return {"type": "user", "user_id": names[value]} if value in names else None
    field = {"user": "user_id", "broadcast": "range", "link": "url", "emoji": "name"}[kind]
    return {"type": kind, field: value}


def _mrkdwn(section: Element) -> str:
    inner = "".join(map(_mrkdwn_of, section["elements"]))
    return f"```{inner}```" if section["type"] == "rich_text_preformatted" else inner


def _mrkdwn_of(element: Element) -> str:
    match element:
        case {"type": "text", "text": text, "style": style}:
            mark = _MARKS[next(iter(style))]
            return f"{mark}{escape(text)}{mark}"
        case {"type": "text", "text": text}:
            return escape(text)
        case {"type": "user", "user_id": user}:
            return f"<@{user}>"
        case {"type": "broadcast", "range": everyone}:
            return f"<!{everyone}>"
        case {"type": "link", "url": url}:
            return f"<{escape(url)}>"
        case _:
            return f":{element['name']}:"
