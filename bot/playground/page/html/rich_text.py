"""Slack's rich_text blocks → HTML."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.playground.page.html import markup
from bot.playground.page.html.markup import Names

Element = Mapping[str, Any]
_DEEPEST_LIST = 8


def to_html(block: Element, names: Names) -> str:
    """All parts of a block, one under the other."""
    return "".join(_part(part, names) for part in markup.mappings(block.get("elements")))


def _part(part: Element, names: Names) -> str:
    kind = markup.text(part.get("type"))
    draw = _PARTS.get(kind)
    return draw(part, names) if draw else markup.unknown(kind, "rich text")


def inline(elements: Iterable[Element], names: Names) -> str:
    return "".join(_element(element, names) for element in elements)


def _element(element: Element, names: Names) -> str:
    kind = markup.text(element.get("type"))
    draw = _ELEMENTS.get(kind)
    inner = draw(element, names) if draw else markup.unknown(kind, "element")
    return _styled(inner, markup.mapping(element.get("style")))


def _styled(inner: str, style: Mapping[str, Any]) -> str:
    for name, tag in _STYLES.items():
        if style.get(name) is True:
            inner = markup.tag(tag, inner)
    return inner


def _children(part: Element, names: Names) -> str:
    return inline(markup.mappings(part.get("elements")), names)


def _section(part: Element, names: Names) -> str:
    return markup.tag("p", _children(part, names))


def _quote(part: Element, names: Names) -> str:
    return markup.tag("blockquote", _children(part, names), class_=_border(part))


def _preformatted(part: Element, names: Names) -> str:
    del names
    elements = markup.mappings(part.get("elements"))
    source = "".join(
        markup.text(each.get("text")) or markup.text(each.get("url")) for each in elements
    )
    drawn = markup.code(source, markup.text(part.get("language")))
    return markup.tag("div", drawn, class_="bordered") if _border(part) else drawn


def _list(part: Element, names: Names) -> str:
    indent = markup.number(part.get("indent"), _DEEPEST_LIST)
    ordered = part.get("style") == "ordered"
    items = markup.mappings(part.get("elements"))
    return markup.tag(
        "ol" if ordered else "ul",
        "".join(markup.tag("li", _children(item, names)) for item in items),
        class_=f"indent-{indent} mark-{indent % 3} {_border(part)}".rstrip(),
        start=markup.number(part.get("offset")) + 1 if ordered else None,
    )


def _border(part: Element) -> str:
    """The bar beside a quote, which lists and code within one have as well."""
    return "bordered" if markup.number(part.get("border"), 1) else ""


def _text(element: Element, names: Names) -> str:
    del names
    return markup.escape(element.get("text"))


def _link(element: Element, names: Names) -> str:
    del names
    url = markup.text(element.get("url"))
    return markup.link(url, markup.escape(element.get("text")) or markup.escape(url))


def _emoji(element: Element, names: Names) -> str:
    del names
    return markup.emoji(markup.text(element.get("name")), markup.text(element.get("unicode")))


def _date(element: Element, names: Names) -> str:
    del names
    return markup.escape(element.get("fallback")) or str(
        markup.number(element.get("timestamp"), 2**40)
    )


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
    "user": lambda element, names: markup.user(names, markup.text(element.get("user_id"))),
    "channel": lambda element, names: markup.channel(names, markup.text(element.get("channel_id"))),
    "usergroup": lambda element, _: markup.mention(
        "group", f"@{markup.text(element.get('usergroup_id'))}"
    ),
    "broadcast": lambda element, _: markup.mention(
        "everybody", f"@{markup.text(element.get('range'))}"
    ),
    "color": lambda element, _: markup.escape(element.get("value")),
    "date": _date,
}
