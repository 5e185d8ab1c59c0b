"""Slack's blocks → Markdown: what people typed, other apps' cards, our own answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.core.entities import MARK, code_block, code_span, from_text, link, mention, unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.entities import Name

Element = dict[str, Any]

DROPPED: Final = frozenset({"actions", "context", "context_actions", "input"})
"""Furniture: buttons, and the lines where notices and footers stand."""

STYLES: Final = {"strike": "~~", "italic": "_", "bold": "**"}

PIECE: Final = re.compile(
    r"^[ \t>]*(`{3,}|~{3,}).*?(?:^[ \t>]*\1|\Z)|`+|&(?:lt|gt);", re.DOTALL | re.MULTILINE
)
"""A code block, backticks that may begin code, or an entity our own Markdown is posted with."""

RUN: Final = re.compile("`+")
ENTITIES: Final = {"&lt;": "<", "&gt;": ">"}


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called."""

    user: Name
    channels: Mapping[str, str] = field(default_factory=dict)


def from_blocks(blocks: object, names: Names) -> str | None:
    """The blocks as Markdown; None where there is nothing in them that can be read."""
    found = mappings(blocks)
    text = "\n\n".join(filter(None, (_block(block, names) for block in found)))
    readable = found and all(string(block.get("type")) in KNOWN for block in found)
    return text if text or readable else None


def quoted(markdown: str) -> str:
    """The same as a block quote."""
    return "\n".join(f"> {line}".rstrip() for line in markdown.split("\n"))


def mappings(value: object) -> list[Element]:
    """The mappings in a list; nothing where there is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def string(value: object) -> str:
    """The string, without the mark that stands for what is set aside."""
    return value.replace(MARK, "") if isinstance(value, str) else ""


def number(value: object) -> int:
    """A small number; lists are not nested deeper, and counted no further."""
    return min(max(value, 0), 999_999) if isinstance(value, int) else 0


def text_object(value: object, names: Names) -> str:
    """A `mrkdwn` or `plain_text` object."""
    found = value if isinstance(value, dict) else {}
    text = string(found.get("text"))
    return from_text(text, names.user) if found.get("type") == "mrkdwn" else unescape(text)


def _block(block: Element, names: Names) -> str:
    render = BLOCKS.get(string(block.get("type")))
    return render(block, names).strip("\n") if render else ""


def _rich_text(block: Element, names: Names) -> str:
    text, before = "", ""
    for part in mappings(block.get("elements")):
        kind = string(part.get("type"))
        markdown = _part(kind, part, names)
        between = "\n" if kind == before == "rich_text_list" else "\n\n"
        text += (between if text and markdown else "") + markdown
        before = kind
    return text


def _part(kind: str, part: Element, names: Names) -> str:
    render = PARTS.get(kind)
    markdown = render(part, names) if render else ""
    return quoted(markdown) if part.get("border") == 1 and markdown else markdown


def _section(part: Element, names: Names) -> str:
    return "".join(_inline(element, names) for element in mappings(part.get("elements"))).strip(
        "\n"
    )


def _quote(part: Element, names: Names) -> str:
    return quoted(_section(part, names))


def _preformatted(part: Element, _names: Names) -> str:
    texts = (_shown(element) for element in mappings(part.get("elements")))
    return code_block("".join(texts), string(part.get("language")))


def _shown(element: Element) -> str:
    return string(element.get("text")) or string(element.get("url"))


def _list(part: Element, names: Names) -> str:
    # Four blanks a level are right below bullets and below numbers.
    indent = "    " * min(number(part.get("indent")), 8)
    first = number(part.get("offset")) + 1
    ordered = part.get("style") == "ordered"
    lines = []
    for position, item in enumerate(mappings(part.get("elements"))):
        mark = f"{first + position}." if ordered else "-"
        text = _section(item, names).replace("\n", f"\n{indent}{' ' * (len(mark) + 1)}")
        lines.append(f"{indent}{mark} {text}")
    return "\n".join(lines)


def _inline(element: Element, names: Names) -> str:
    render = ELEMENTS.get(string(element.get("type")))
    text = render(element, names) if render else _shown(element)
    style = element.get("style")
    return _styled(text, style) if isinstance(style, dict) else text


def _text(element: Element, _names: Names) -> str:
    return string(element.get("text"))


def _styled(text: str, style: Mapping[str, Any]) -> str:
    """Line by line and between the blanks: Markdown's marks must touch what they mark."""
    return "\n".join(_styled_line(line, style) for line in text.split("\n"))


def _styled_line(line: str, style: Mapping[str, Any]) -> str:
    core = line.strip()
    if not core:
        return line
    before, _, after = line.partition(core)
    if style.get("code") is True:
        core = code_span(core)
    for name, mark in STYLES.items():
        core = f"{mark}{core}{mark}" if style.get(name) is True else core
    return before + core + after


def _emoji(element: Element, _names: Names) -> str:
    try:
        points = [int(point, 16) for point in string(element.get("unicode")).split("-")]
        symbol = "".join(map(chr, points))
        symbol.encode()
    except (ValueError, OverflowError):
        return f":{string(element.get('name'))}:"
    return symbol


def _channel(element: Element, names: Names) -> str:
    channel = string(element.get("channel_id"))
    return f"#{names.channels.get(channel) or channel}"


def _date(element: Element, _names: Names) -> str:
    return string(element.get("fallback")) or str(number(element.get("timestamp")))


def _markdown(block: Element, _names: Names) -> str:
    text, out, at = string(block.get("text")), [], 0
    spans = _spans(text)
    while match := PIECE.search(text, at):
        end = match.end() if match[1] else spans.get(match.start(), match.end())
        piece = text[match.start() : end]
        out += [text[at : match.start()], ENTITIES.get(piece, piece)]
        at = end
    return "".join([*out, text[at:]])


def _spans(text: str) -> dict[int, int]:
    """Where inline code begins → where it ends: at the next run of as many backticks.

    From the back, so that each run is seen once; a pattern would look for the end of each anew.
    """
    ends: dict[int, int] = {}
    next_end: dict[int, int] = {}
    for run in reversed([*RUN.finditer(text)]):
        length = len(run[0])
        if length in next_end:
            ends[run.start()] = next_end[length]
        next_end[length] = run.end()
    return ends


def _header(block: Element, names: Names) -> str:
    return f"## {text_object(block.get('text'), names)}"


def _card(block: Element, names: Names) -> str:
    fields = [text_object(each, names) for each in mappings(block.get("fields"))]
    return "\n".join(filter(None, [text_object(block.get("text"), names), *fields]))


def _image(block: Element, _names: Names) -> str:
    return f"(image: {string(block.get('alt_text')) or 'without a description'})"


def _table(block: Element, names: Names) -> str:
    found = block.get("rows")
    rows = [
        [_cell(cell, names) for cell in mappings(row)]
        for row in (found if isinstance(found, list) else [])
    ]
    width = max(map(len, rows), default=0)
    lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
    lines[1:1] = [f"|{' --- |' * width}"] if lines else []
    return "\n".join(lines)


def _cell(cell: Element, names: Names) -> str:
    rich = cell.get("type") == "rich_text"
    text = _rich_text(cell, names) if rich else string(cell.get("text"))
    return " ".join(text.replace("|", "\\|").split())


BLOCKS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "rich_text": _rich_text,
    "markdown": _markdown,
    "section": _card,
    "header": _header,
    "table": _table,
    "image": _image,
    "divider": lambda _block, _names: "---",
}
KNOWN: Final = BLOCKS.keys() | DROPPED

PARTS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "rich_text_section": _section,
    "rich_text_list": _list,
    "rich_text_quote": _quote,
    "rich_text_preformatted": _preformatted,
}
ELEMENTS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "text": _text,
    "link": lambda each, _: link(string(each.get("url")), string(each.get("text"))),
    "user": lambda each, names: mention(string(each.get("user_id")), names.user),
    "usergroup": lambda each, _: f"@{string(each.get('usergroup_id'))}",
    "broadcast": lambda each, _: f"@{string(each.get('range'))}",
    "channel": _channel,
    "emoji": _emoji,
    "date": _date,
    "color": lambda each, _: string(each.get("value")),
}
