"""Modals: what the page shows of a view, and what the app hears of what was filled in."""

import json
from pathlib import Path

import pytest

from bot.playground.page import modals
from bot.playground.page.html.markup import Names
from tests.playground.page.html.test_render import ALLOWED, see

PAYLOADS = json.loads((Path(__file__).parent / "html" / "xss.json").read_text("utf-8"))
FIELDS = {"fieldset", "input", "label", "legend", "textarea"}


def plain(text):
    return {"type": "plain_text", "text": text}


def field(block_id, element, **more):
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain("Label"),
        "element": element,
    } | more


def options(*values):
    return [{"text": plain(value.title()), "value": value} for value in values]


VIEW = {
    "id": "V1",
    "type": "modal",
    "title": plain("What was wrong?"),
    "submit": plain("Send"),
    "blocks": [
        {"type": "section", "text": plain("Tell us.")},
        field("why", {"type": "radio_buttons", "action_id": "r", "options": options("a", "b")}),
        field("what", {"type": "checkboxes", "action_id": "c", "options": options("x", "y")}),
        field(
            "more",
            {"type": "plain_text_input", "action_id": "t", "multiline": True, "max_length": 99},
            optional=True,
        ),
    ],
}


def test_a_view_is_shown_with_its_fields():
    """In their order, each with its label; what may be left empty says so."""
    shown = modals.shown(VIEW, "U1", Names())

    assert (shown["title"], shown["submit"], shown["close"]) == ("What was wrong?", "Send", "")
    assert '<input type="radio" name="r" value="a" data-block="why" required=' in shown["html"]
    assert '<textarea rows="4" name="t" data-block="more" maxlength="99"' in shown["html"]
    assert "<legend>Label<small> (optional)</small></legend>" in shown["html"]
    assert "Tell us." in shown["html"]


def test_what_was_filled_in_is_told_as_slack_does():
    """Each element in the form of its kind, also those that were left empty."""
    state = modals.state(VIEW, {"why": {"r": ["b"]}, "more": {"t": ["because"]}})

    assert state == {
        "why": {"r": {"type": "radio_buttons", "selected_option": options("b")[0]}},
        "what": {"c": {"type": "checkboxes", "selected_options": []}},
        "more": {"t": {"type": "plain_text_input", "value": "because"}},
    }
    assert modals.state(VIEW, {})["more"] == {"t": {"type": "plain_text_input", "value": None}}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_becomes_markup(payload):
    """As in messages: whatever an app writes into a view is text."""
    element = {"action_id": payload, "options": options(payload), "placeholder": plain(payload)}
    kinds = ("checkboxes", "plain_text_input", "radio_buttons", "static_select", payload)
    blocks = [field(payload, element | {"type": kind}, label=plain(payload)) for kind in kinds]

    seen = see(modals.shown({"id": "V1", "blocks": blocks}, "U1", Names())["html"])

    assert set(seen.tags) <= ALLOWED | FIELDS
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert not seen.open
