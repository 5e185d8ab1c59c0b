"""`rich_text` blocks → Markdown: what people typed, and what the bot answered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.text.runs import BOLD, CODE, ITALIC, STRIKE, Run
from bot.text.visible import visible
from bot.transcript.dates import utc
from bot.transcript.entities import code_block, mention
from bot.transcript.lists import ListWriter
from bot.transcript.styled import inline
from bot.transcript.untyped import mapping, mappings, number, string

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from bot.transcript.entities import Name
    from bot.transcript.untyped import Element

STYLES: Final = {"bold": BOLD, "italic": ITALIC, "strike": STRIKE, "code": CODE}
LANGUAGE: Final = re.compile(r"[\w+#.-]{1,40}")
POINTS: Final = re.compile(r"[0-9a-fA-F]{1,6}(?:-[0-9a-fA-F]{1,6}){0,15}")
LIST: Final = "rich_text_list"


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id."""

    user: Name
    """Gives the name of a user."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Names that the message itself says, of users, channels and groups."""
    ours: Collection[str] = frozenset()
    """The ids of our own user and bot."""

    def label(self, found: object) -> str:
        """The name that the message says, or the id."""
        return self.labels.get(string(found)) or string(found)


def rich_text(block: Element, names: Names) -> str:
    """The Markdown of a `rich_text` block (docs: rich text block)."""
    text, before, lists = "", "", ListWriter()
    for part in mappings(block.get("elements")):
        border = part.get("border") == 1
        kind = f"{string(part.get('type'))} {border}"
        joins = kind == before and kind.startswith(LIST)
        lists = lists if joins else ListWriter()
        if markdown := _part(part, names, lists):
            between = ("\n" if joins else "\n\n") if text else ""
            text += between + (block_quote(markdown) if border else markdown)
            before = kind
    return text


def block_quote(markdown: str) -> str:
    """The Markdown as a block quote."""
    return "\n".join(f"> {line}" if line else ">" for line in markdown.split("\n"))


def _part(part: Element, names: Names, lists: ListWriter) -> str:
    kind = string(part.get("type"))
    if kind == LIST:
        return _list(part, names, lists)
    return PARTS.get(kind, _section)(part, names) or inline([Run(_shown(part))])


def _section(part: Element, names: Names) -> str:
    return inline(_spans(part, names)).strip("\n")


def _quote(part: Element, names: Names) -> str:
    return block_quote(_section(part, names))


def _preformatted(part: Element, names: Names) -> str:
    language = string(part.get("language"))
    text = "".join(span.text or span.url for span in _spans(part, names))
    return code_block(text, language if LANGUAGE.fullmatch(language) else "")


def _list(part: Element, names: Names, lists: ListWriter) -> str:
    items = [_section(item, names) for item in mappings(part.get("elements"))]
    ordered = part.get("style") == "ordered"
    first = number(part.get("offset")) + 1 if ordered else None
    return lists.add(items, min(number(part.get("indent")), 8), first)


def _spans(part: Element, names: Names) -> Sequence[Run]:
    return [_span(element, names) for element in mappings(part.get("elements"))]


def _span(element: Element, names: Names) -> Run:
    style = sum(bit for name, bit in STYLES.items() if _has(element, name))
    kind = string(element.get("type"))
    if kind == "link":
        return Run(string(element.get("text")), style, string(element.get("url")))
    read = ELEMENTS.get(kind)
    return Run(read(element, names) if read else _shown(element), style)


def _has(element: Element, style: str) -> bool:
    return mapping(element.get("style")).get(style) is True


def _shown(element: Element) -> str:
    found = (string(element.get(key)) for key in ("text", "url", "title", "name"))
    return next(filter(None, found), "")


def _user(element: Element, names: Names) -> str:
    user = string(element.get("user_id"))
    return mention(user, names.user, names.labels.get(user, ""))


def _emoji(element: Element, _names: Names) -> str:
    name, tone = string(element.get("name")), number(element.get("skin_tone"))
    toned = f":{name}::skin-tone-{tone}:" if tone and "::" not in name else f":{name}:"
    return _symbol(string(element.get("unicode"))) or toned


def _symbol(points: str) -> str:
    """`1f44b-1f3fd` → the emoji; "" for other text, and for what cannot be seen."""
    try:
        symbol = "".join(
            chr(int(each, 16)) for each in points.split("-") if POINTS.fullmatch(points)
        )
    except (ValueError, OverflowError):
        return ""
    return symbol if visible(symbol) == symbol else ""


def _date(element: Element, _names: Names) -> str:
    moment = element.get("timestamp")
    seconds = moment if isinstance(moment, int) else 0
    return string(element.get("fallback")) or utc(seconds, string(element.get("format")))


PARTS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "rich_text_section": _section,
    "rich_text_quote": _quote,
    "rich_text_preformatted": _preformatted,
}
ELEMENTS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "text": lambda each, _: string(each.get("text")),
    "user": _user,
    "usergroup": lambda each, names: f"@{names.label(each.get('usergroup_id'))}",
    "broadcast": lambda each, _: f"@{string(each.get('range'))}",
    "channel": lambda each, names: f"#{names.label(each.get('channel_id'))}",
    "emoji": _emoji,
    "date": _date,
    "color": lambda each, _: string(each.get("value")),
}
