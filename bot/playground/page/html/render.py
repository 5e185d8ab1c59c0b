"""A Slack message → the HTML of its body; pure, and safe whatever the message says."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.playground.page.html import file_card, markdown, markup, mrkdwn, rich_text, text_objects
from bot.playground.page.html.icons import icon
from bot.playground.page.html.markup import Names

Block = Mapping[str, Any]
Draw = Callable[[Block, Names], str]

_BUTTON_STYLES = ("primary", "danger")
_THUMBS = (("positive_button", "thumbs-up"), ("negative_button", "thumbs-down"))


def message(shown: Mapping[str, Any], names: Names) -> str:
    """Blocks where there are any, else the text; then what hangs below it."""
    blocks = markup.mappings(shown.get("blocks"))
    body = "".join(block(each, names) for each in blocks)
    if not body:
        body = markup.tag("div", mrkdwn.to_html(shown.get("text"), names), class_="mrkdwn")
    below = [_attachment(each, names) for each in markup.mappings(shown.get("attachments"))]
    below += [file_card.card(each) for each in markup.mappings(shown.get("files"))]
    return body + "".join(below)


def block(shown: Block, names: Names) -> str:
    kind = markup.text(shown.get("type"))
    draw = _BLOCKS.get(kind)
    if draw is None:
        return markup.unknown(kind)
    return markup.tag("div", draw(shown, names), class_=f"block {kind.replace('_', '-')}")


def _header(shown: Block, names: Names) -> str:
    return markup.tag("h3", text_objects.to_html(shown.get("text"), names))


def _section(shown: Block, names: Names) -> str:
    fields = "".join(
        markup.tag("div", text_objects.to_html(each, names), class_="mrkdwn field")
        for each in markup.mappings(shown.get("fields"))
    )
    main = markup.tag("div", text_objects.to_html(shown.get("text"), names), class_="mrkdwn")
    if fields:
        main += markup.tag("div", fields, class_="fields")
    accessory = markup.mapping(shown.get("accessory"))
    if not accessory:
        return main
    return markup.tag("div", main, class_="main") + _element(accessory, names)


def _markdown(shown: Block, names: Names) -> str:
    return markdown.to_html(shown.get("text"), names)


def _context(shown: Block, names: Names) -> str:
    elements = markup.mappings(shown.get("elements"))
    return "".join(
        markup.tag("span", _context_element(each, names), class_="mrkdwn") for each in elements
    )


def _context_element(shown: Block, names: Names) -> str:
    return (
        _image(shown, names) if shown.get("type") == "image" else text_objects.to_html(shown, names)
    )


def _actions(shown: Block, names: Names) -> str:
    return "".join(_element(each, names) for each in markup.mappings(shown.get("elements")))


def _divider(shown: Block, names: Names) -> str:
    del shown, names
    return "<hr>"


def _image(shown: Block, names: Names) -> str:
    """A link: the page loads nothing from anywhere."""
    url = markup.text(shown.get("image_url"))
    label = text_objects.to_html(shown.get("title"), names) or markup.escape(shown.get("alt_text"))
    return "🖼 " + markup.link(url, label or markup.escape(url) or "image")


def _table(shown: Block, names: Names) -> str:
    settings = markup.mappings(shown.get("column_settings"))
    rows = shown.get("rows")
    drawn = (
        [
            _row(markup.mappings(row), settings, names, "th" if first else "td")
            for row, first in zip(rows, [True] + [False] * len(rows), strict=False)
        ]
        if isinstance(rows, list)
        else []
    )
    return markup.tag("div", markup.tag("table", "".join(drawn)), class_="table", tabindex="0")


def _row(cells: list[Block], settings: list[Block], names: Names, tag: str) -> str:
    padded = settings + [{}] * max(0, len(cells) - len(settings))
    return markup.tag(
        "tr",
        "".join(
            markup.tag(tag, _cell(cell, names), class_=_column(setting))
            for cell, setting in zip(cells, padded, strict=False)
        ),
    )


def _cell(cell: Block, names: Names) -> str:
    if cell.get("type") == "rich_text":
        return rich_text.to_html(cell, names)
    value = cell.get("text", cell.get("value"))
    return markup.escape(str(value) if isinstance(value, int | float) else value)


def _column(setting: Block) -> str:
    """A column is as wide as its widest cell, unless its text may be wrapped."""
    align = setting.get("align")
    aligned = [f"align-{align}"] if align in ("left", "center", "right") else []
    return " ".join([*aligned, *["wrapped"] * (setting.get("is_wrapped") is True)])


def _element(shown: Block, names: Names) -> str:
    kind = markup.text(shown.get("type"))
    draw = _ELEMENTS.get(kind)
    return draw(shown, names) if draw else markup.unknown(kind, "element")


def _button(shown: Block, names: Names, *, value: str = "", more: str = "") -> str:
    style = markup.text(shown.get("style"))
    return markup.tag(
        "button",
        text_objects.to_html(shown.get("text"), names) or markup.escape(more),
        type="button",
        class_=" ".join(["button", *[s for s in _BUTTON_STYLES if s == style]]),
        data_action=markup.text(shown.get("action_id")),
        data_value=value or markup.text(shown.get("value")),
        data_url=url if markup.linkable(url := markup.text(shown.get("url"))) else "",
        data_confirm=_question(markup.mapping(shown.get("confirm"))),
        aria_label=markup.text(shown.get("accessibility_label")),
    )


def _question(confirm: Block) -> str:
    """What the page asks before the click, as JSON; the words are those of Slack's own dialog."""
    if not confirm:
        return ""
    asked = {
        "title": text_objects.plain(confirm.get("title")),
        "text": text_objects.plain(confirm.get("text")),
        "yes": text_objects.plain(confirm.get("confirm")) or "Yes",
        "no": text_objects.plain(confirm.get("deny")) or "Cancel",
        "danger": confirm.get("style") == "danger",
    }
    return json.dumps(asked)


def _feedback(shown: Block, names: Names) -> str:
    """Two thumbs with one action_id, told apart by their values; the page marks the chosen one."""
    del names
    action = markup.text(shown.get("action_id"))
    thumbs = "".join(
        _icon(name, markup.mapping(shown.get(key)), action, aria_pressed="false")
        for key, name in _THUMBS
    )
    return markup.tag("span", thumbs, class_="feedback", role="group")


def _icon_button(shown: Block, names: Names) -> str:
    del names
    return _icon(markup.text(shown.get("icon")), shown, markup.text(shown.get("action_id")))


def _icon(name: str, shown: Block, action: str, **state: str) -> str:
    text = text_objects.plain(shown.get("text"))
    return markup.tag(
        "button",
        icon(name),
        type="button",
        class_="button icon",
        data_action=action,
        data_value=markup.text(shown.get("value")),
        data_confirm=_question(markup.mapping(shown.get("confirm"))),
        title=text,
        aria_label=markup.text(shown.get("accessibility_label")) or text,
        **state,
    )


def _attachment(shown: Block, names: Names) -> str:
    blocks = "".join(block(each, names) for each in markup.mappings(shown.get("blocks")))
    parts = [markup.tag("strong", markup.escape(shown.get("title"))) if shown.get("title") else ""]
    parts += (
        [mrkdwn.to_html(shown.get("text") or shown.get("fallback"), names)] if not blocks else []
    )
    return markup.tag("div", "".join([*parts, blocks]), class_="attachment mrkdwn")


_BLOCKS: dict[str, Draw] = {
    "actions": _actions,
    "context": _context,
    "context_actions": _actions,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "markdown": _markdown,
    "rich_text": rich_text.to_html,
    "section": _section,
    "table": _table,
}
_ELEMENTS: dict[str, Draw] = {
    "button": _button,
    "feedback_buttons": _feedback,
    "icon_button": _icon_button,
    "image": _image,
}
