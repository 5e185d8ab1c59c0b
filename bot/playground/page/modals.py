"""A modal: what the page shows of a view, and what the app is told of what was filled in. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.page.html import markup, render, text_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bot.playground.page.html.markup import Names

    View = Mapping[str, Any]
    Given = Mapping[str, Mapping[str, list[str]]]

_LONGEST = 3000


def shown(view: View, user: str, names: Names) -> dict[str, Any]:
    """For the page of `user`."""
    words = {key: text_objects.plain(view.get(key)) for key in ("title", "submit", "close")}
    blocks = markup.mappings(view.get("blocks"))
    body = "".join(_block(each, names) for each in blocks)
    return {"id": view["id"], "user": user, "html": body} | words


def state(view: View, given: Given) -> dict[str, Any]:
    """Block → action → what Slack says of an element that was filled in, or left empty."""
    return {
        block["block_id"]: {
            element["action_id"]: _STATES[element["type"]](
                element, list(given.get(block["block_id"], {}).get(element["action_id"], []))
            )
        }
        for block, element in _inputs(view)
    }


def errors(view: View, said: View) -> dict[str, str]:
    """Block → what the app says is wrong with it. Slack shows nothing of other blocks."""
    known = {block["block_id"] for block, _ in _inputs(view)}
    given = markup.mapping(said.get("errors"))
    return {block: markup.text(text) for block, text in given.items() if block in known}


def _inputs(view: View) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for block in markup.mappings(view.get("blocks")):
        element = markup.mapping(block.get("element"))
        if block.get("type") == "input" and element.get("type") in _DRAWN:
            yield block, element


def _block(block: View, names: Names) -> str:
    element = markup.mapping(block.get("element"))
    draw = _DRAWN.get(markup.text(element.get("type")))
    if block.get("type") != "input" or draw is None:
        return render.block(block, names)
    optional = markup.tag("small", " (optional)") if block.get("optional") is True else ""
    label = markup.tag("legend", markup.escape(text_objects.plain(block.get("label"))) + optional)
    inner = draw(element, markup.text(block.get("block_id")), not optional)
    return markup.tag("fieldset", label + inner, class_="input")


def _line(element: View, block_id: str, required: bool) -> str:  # noqa: FBT001 - see _DRAWN
    longest = markup.number(element.get("max_length"), _LONGEST) or _LONGEST
    about = {
        "name": markup.text(element.get("action_id")),
        "data_block": block_id,
        "placeholder": text_objects.plain(element.get("placeholder")),
        "maxlength": longest,
        "required": "required" if required else "",
        "aria_label": text_objects.plain(element.get("placeholder")) or "Text",
    }
    initial = markup.text(element.get("initial_value"))
    if element.get("multiline") is True:
        return markup.tag("textarea", markup.escape(initial), rows=4, **about)
    return markup.tag("input", "", type="text", value=initial, **about)


def _choice(kind: str) -> Callable[[View, str, bool], str]:
    def draw(element: View, block_id: str, required: bool) -> str:  # noqa: FBT001 - see _DRAWN
        needed = "required" if required and kind == "radio" else ""
        name = markup.text(element.get("action_id"))
        return "".join(
            markup.tag(
                "label",
                markup.tag(
                    "input",
                    "",
                    type=kind,
                    name=name,
                    value=markup.text(option.get("value")),
                    data_block=block_id,
                    required=needed,
                )
                + markup.escape(text_objects.plain(option.get("text"))),
            )
            for option in markup.mappings(element.get("options"))
        )

    return draw


def _written(element: View, given: list[str]) -> dict[str, Any]:
    return {"type": element["type"], "value": given[0] if given and given[0] else None}


def _one(element: View, given: list[str]) -> dict[str, Any]:
    chosen = _chosen(element, given)
    return {"type": element["type"], "selected_option": chosen[0] if chosen else None}


def _some(element: View, given: list[str]) -> dict[str, Any]:
    return {"type": element["type"], "selected_options": _chosen(element, given)}


def _chosen(element: View, given: list[str]) -> list[Mapping[str, Any]]:
    options = markup.mappings(element.get("options"))
    return [option for option in options if option.get("value") in given]


_DRAWN: dict[str, Callable[[View, str, bool], str]] = {
    "checkboxes": _choice("checkbox"),
    "plain_text_input": _line,
    "radio_buttons": _choice("radio"),
    "static_select": _choice("radio"),
}
_STATES: dict[str, Callable[[View, list[str]], dict[str, Any]]] = {
    "checkboxes": _some,
    "plain_text_input": _written,
    "radio_buttons": _one,
    "static_select": _one,
}
