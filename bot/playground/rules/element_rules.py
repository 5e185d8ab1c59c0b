"""Slack's rules for the elements of `actions` and `context_actions` blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.rules.checks import (
    PLAIN,
    Block,
    bounded,
    chosen,
    elements,
    filled,
    invalid,
    kind,
)
from bot.playground.rules.checks import text_object as _text_object

if TYPE_CHECKING:
    from collections.abc import Callable

_STYLES = {None, "primary", "danger"}
_ICONS = {"trash"}
_MOST_READERS = 10


def actions(block: Block, at: str) -> None:
    _each(block, 25, at, _ACTIONS)


def context_actions(block: Block, at: str) -> None:
    _each(block, 5, at, _CONTEXT_ACTIONS)


def element(shown: Any, at: str, kinds: frozenset[str] | None = None) -> None:
    """All rules for buttons; for the other elements only the one for `action_id`."""
    found = kind(shown, _ACTIONS if kinds is None else kinds, at)
    bounded(shown.get("action_id"), 255, f"{at}/action_id")
    _RULES.get(found, _opaque)(shown, at)


def _each(block: Block, maximum: int, at: str, kinds: frozenset[str]) -> None:
    for index, shown in enumerate(elements(block, maximum, at)):
        element(shown, f"{at}/elements/{index}", kinds)


def _button(shown: Block, at: str) -> None:
    _text_object(shown.get("text"), 75, f"{at}/text", PLAIN)
    bounded(shown.get("value"), 2000, f"{at}/value")
    bounded(shown.get("url"), 3000, f"{at}/url")
    bounded(shown.get("accessibility_label"), 75, f"{at}/accessibility_label")
    chosen(shown.get("style"), _STYLES, f"{at}/style")


def _feedback_buttons(shown: Block, at: str) -> None:
    for name in ("positive_button", "negative_button"):
        part = shown.get(name)
        if not isinstance(part, dict):
            raise invalid(f"missing required field: {name}", at)
        _text_object(part.get("text"), 75, f"{at}/{name}/text", PLAIN)
        filled(part.get("value"), 2000, f"{at}/{name}/value")
        bounded(part.get("accessibility_label"), 75, f"{at}/{name}/accessibility_label")


def _icon_button(shown: Block, at: str) -> None:
    chosen(shown.get("icon"), _ICONS, f"{at}/icon")
    _button(shown, at)
    readers = shown.get("visible_to_user_ids", [])
    if not isinstance(readers, list) or len(readers) > _MOST_READERS:
        raise invalid(f"no more than {_MOST_READERS} items allowed", f"{at}/visible_to_user_ids")


def _opaque(_shown: Block, _at: str) -> None:
    """Slack has more rules for these kinds; the playground checks none of them."""


_RULES: dict[str, Callable[[Block, str], None]] = {
    "button": _button,
    "feedback_buttons": _feedback_buttons,
    "icon_button": _icon_button,
}
_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
_ACTIONS = frozenset(
    {
        "button",
        "checkboxes",
        "channels_select",
        "conversations_select",
        "datepicker",
        "datetimepicker",
        "external_select",
        "image",
        "multi_static_select",
        "multi_users_select",
        "overflow",
        "plain_text_input",
        "radio_buttons",
        "static_select",
        "timepicker",
        "users_select",
        "workflow_button",
    }
)
