"""Elements of other apps' blocks → Markdown: buttons, menus, fields to fill in, images.

A button with an address is a link; one without is named, so that the model knows what people can
do there. What was chosen or filled in is read; ids and values, which nobody sees, are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.text.visible import one_line
from bot.transcript.dates import utc
from bot.transcript.entities import escaped_label, link, mention
from bot.transcript.text_objects import label, text_object
from bot.transcript.untyped import mapping, mappings, string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.transcript.rich_text import Names
    from bot.transcript.untyped import Element

OPTIONS: Final = 50
"""Options of a menu that are read."""

USERS: Final = ("initial_user", "initial_users")
PLACES: Final = (
    *("initial_channel", "initial_channels", "initial_conversation", "initial_conversations"),
)
TYPED: Final = ("initial_value", "initial_date", "initial_time")
CHOSEN: Final = ("initial_option", "initial_options", "selected_options")
"""The last one stands in menus of the old kind."""


def element(shown: Element, names: Names) -> str:
    """The Markdown of an element; "" for one that says nothing, or is of a type not known."""
    render = ELEMENTS.get(string(shown.get("type")))
    return render(shown, names) if render else ""


def linked(url: object, text: str) -> str:
    """The text as a link to the address, if there is one."""
    address = string(url)
    return link(address, escaped_label(text)) if address else text


def image(shown: Element, names: Names) -> str:
    """What is known of an image: its title and its description, or else its address."""
    said = [label(shown.get("title"), names), one_line(string(shown.get("alt_text")))]
    words = ": ".join(dict.fromkeys(filter(None, said)))
    address = one_line(string(shown.get("image_url")))
    return f"(image: {words or address or 'without a description'})"


def option(shown: Element, names: Names) -> str:
    """An entry of a menu: a link if it leads somewhere. Old menus have strings for texts."""
    said = [label(shown.get(key), names) for key in ("text", "description")]
    return linked(shown.get("url"), ": ".join(filter(None, said)))


def _button(shown: Element, names: Names) -> str:
    said = label(shown.get("text"), names)
    if url := string(shown.get("url")):
        return linked(url, said)
    return f"(button: {said})" if said else ""


def _feedback(shown: Element, names: Names) -> str:
    buttons = [_button(mapping(shown.get(f"{name}_button")), names) for name in THUMBS]
    return " ".join(filter(None, buttons))


def _menu(shown: Element, names: Names) -> str:
    groups = [{"options": shown.get("options")}, *mappings(shown.get("option_groups"))]
    entries = [
        ": ".join(filter(None, [label(group.get("label"), names), _options(group, names)]))
        for group in groups
    ]
    return _menu_of(shown, list(filter(None, entries)), names)


def _options(group: Element, names: Names) -> str:
    found = mappings(group.get("options"))
    entries = [option(each, names) for each in found[:OPTIONS]]
    return ", ".join([*filter(None, entries), *(["…"] if len(found) > OPTIONS else [])])


def _menu_of(shown: Element, entries: Iterable[str], names: Names) -> str:
    """`(menu: Priority: High, Low; chosen: Low)`."""
    asked = ": ".join(filter(None, [label(shown.get("placeholder"), names), "; ".join(entries)]))
    chosen = ", ".join(_chosen(shown, names))
    said = [asked, f"chosen: {chosen}" if chosen else ""]
    return f"(menu: {'; '.join(filter(None, said))})" if any(said) else ""


def _field(shown: Element, names: Names) -> str:
    """`(field: Reason: too slow)`."""
    said = [label(shown.get("placeholder"), names), ", ".join(_chosen(shown, names))]
    return f"(field: {': '.join(filter(None, said))})" if any(said) else ""


def _chosen(shown: Element, names: Names) -> list[str]:
    """What is chosen or filled in."""
    users = [mention(each, names.user) for each in _strings(shown, USERS)]
    places = [f"#{names.label(each)}" for each in _strings(shown, PLACES)]
    moment = shown.get("initial_date_time")
    dates = [utc(moment)] if isinstance(moment, int) else []
    entries = [one for key in CHOSEN for one in _listed(shown.get(key))]
    options = [option(each, names) for each in mappings(entries)]
    return [*users, *places, *map(one_line, _strings(shown, TYPED)), *dates, *filter(None, options)]


def _strings(shown: Element, keys: Iterable[str]) -> list[str]:
    found = [one for key in keys for one in _listed(shown.get(key))]
    return [text for each in found if (text := string(each))]


def _listed(value: object) -> list[object]:
    return value[:OPTIONS] if isinstance(value, list) else [value]


THUMBS: Final = ("positive", "negative")
MENUS: Final = ("static", "external", "users", "conversations", "channels")
CHOICES: Final = (
    *("overflow", "radio_buttons", "checkboxes", "select"),
    *(f"{many}{source}_select" for many in ("", "multi_") for source in MENUS),
)
FIELDS: Final = (
    *("datepicker", "timepicker", "datetimepicker", "plain_text_input", "email_text_input"),
    *("url_text_input", "number_input", "rich_text_input", "file_input"),
)

ELEMENTS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "mrkdwn": text_object,
    "plain_text": text_object,
    "image": image,
    "button": _button,
    "workflow_button": _button,
    "icon_button": _button,
    "feedback_buttons": _feedback,
    **dict.fromkeys(CHOICES, _menu),
    **dict.fromkeys(FIELDS, _field),
}
"""A function for each type of element (docs: block elements)."""
