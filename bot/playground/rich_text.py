"""Slack's rich_text blocks → HTML."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.playground import html
from bot.playground.html import Names

Element = Mapping[str, Any]
_DEEPEST_LIST = 8


def to_html(block: Element, names: Names) -> str:
    """All parts of a block, one under the other."""
    return "".join(_part(part, names) for part in html.mappings(block.get("elements")))


def _part(part: Element, names: Names) -> str:
    kind = html.text(part.get("type"))
    draw = _PARTS.get(kind)
    return draw(part, names) if draw else html.unknown(kind, "rich text")


def inline(elements: Iterable[Element], names: Names) -> str:
    return "".join(_element(element, names) for element in elements)


def _element(element: Element, names: Names) -> str:
    kind = html.text(element.get("type"))
    draw = _ELEMENTS.get(kind)
    inner = draw(element, names) if draw else html.unknown(kind, "element")
    return _styled(inner, html.mapping(element.get("style")))


def _styled(inner: str, style: Mapping[str, Any]) -> str:
    for name, tag in _STYLES.items():
        if style.get(name) is True:
            inner = html.tag(tag, inner)
    return inner


def _children(part: Element, names: Names) -> str:
    return inline(html.mappings(part.get("elements")), names)


def _section(part: Element, names: Names) -> str:
    return html.tag("p", _children(part, names))


def _quote(part: Element, names: Names) -> str:
    return html.tag("blockquote", _children(part, names), class_=_border(part))


def _preformatted(part: Element, names: Names) -> str:
    del names
    elements = html.mappings(part.get("elements"))
    source = "".join(html.text(each.get("text")) or html.text(each.get("url")) for each in elements)
    drawn = html.code(source, html.text(part.get("language")))
    return html.tag("div", drawn, class_="bordered") if _border(part) else drawn


def _list(part: Element, names: Names) -> str:
    indent = html.number(part.get("indent"), _DEEPEST_LIST)
    ordered = part.get("style") == "ordered"
    items = html.mappings(part.get("elements"))
    return html.tag(
        "ol" if ordered else "ul",
        "".join(html.tag("li", _children(item, names)) for item in items),
        class_=f"indent-{indent} mark-{indent % 3} {_border(part)}".rstrip(),
        start=html.number(part.get("offset")) + 1 if ordered else None,
    )


def _border(part: Element) -> str:
    """The bar beside a quote, which lists and code within one have as well."""
    return "bordered" if html.number(part.get("border"), 1) else ""


def _text(element: Element, names: Names) -> str:
    del names
    return html.escape(element.get("text"))


def _link(element: Element, names: Names) -> str:
    del names
    url = html.text(element.get("url"))
    return html.link(url, html.escape(element.get("text")) or html.escape(url))


def _emoji(element: Element, names: Names) -> str:
    del names
    return html.emoji(html.text(element.get("name")), html.text(element.get("unicode")))


def _date(element: Element, names: Names) -> str:
    del names
    return html.escape(element.get("fallback")) or str(html.number(element.get("timestamp"), 2**40))


_STYLES = {"code": "code", "bold": "strong", "italic": "em", "strike": "s", "underline": "u"}
_PARTS: dict[str, Callable[[Element, Names], str]] = {
    "rich_text_section": _section,
    "rich_text_list": _list,
    "rich_text_quote": _quote,
    "rich_text_preformatted": _preformatted,
}
_ELEMENTS: dict[str, Callable[[Element, Names], str]] = {
    "text": _text,
    "link": _link,
    "emoji": _emoji,
    "user": lambda element, names: html.user(names, html.text(element.get("user_id"))),
    "channel": lambda element, names: html.channel(names, html.text(element.get("channel_id"))),
    "usergroup": lambda element, _: html.mention(
        "group", f"@{html.text(element.get('usergroup_id'))}"
    ),
    "broadcast": lambda element, _: html.mention(
        "everybody", f"@{html.text(element.get('range'))}"
    ),
    "color": lambda element, _: html.escape(element.get("value")),
    "date": _date,
}
