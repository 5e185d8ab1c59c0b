"""Elements of other apps' blocks: where buttons lead, what may be chosen, what was chosen."""

import pytest

from bot.transcript.elements import OPTIONS, element, image, option
from bot.transcript.rich_text import Names

NAMES = Names(lambda user: {"U1": "Alice"}.get(user, user), {"C1": "general"})


def plain(text):
    return {"type": "plain_text", "text": text}


def choice(text, **more):
    return {"text": plain(text), "value": "secret"} | more


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"type": "button", "text": plain("Go"), "url": "https://x.dev"}, "[Go](https://x.dev)"),
        ({"type": "button", "text": plain("Go"), "value": "secret"}, "(button: Go)"),
        ({"type": "button"}, ""),
        ({"type": "button", "url": "https://x.dev"}, "https://x.dev"),
        ({"type": "workflow_button", "text": plain("Start")}, "(button: Start)"),
        ({"type": "icon_button", "icon": "trash", "text": plain("Delete")}, "(button: Delete)"),
        ({"type": "feedback_buttons", "positive_button": choice("Good")}, "(button: Good)"),
        ({"type": "overflow", "options": [choice("A"), choice("B")]}, "(menu: A, B)"),
        (
            {
                "type": "static_select",
                "placeholder": plain("Priority"),
                "options": [choice("High", description=plain("now"))],
                "initial_option": choice("High"),
            },
            "(menu: Priority: High: now; chosen: High)",
        ),
        (
            {
                "type": "multi_static_select",
                "option_groups": [{"label": plain("Teams"), "options": [choice("A")]}],
                "initial_options": [choice("A"), choice("B")],
            },
            "(menu: Teams: A; chosen: A, B)",
        ),
        ({"type": "users_select", "initial_user": "U1"}, "(menu: chosen: @Alice)"),
        (
            {"type": "multi_users_select", "initial_users": ["U1", "U2"]},
            "(menu: chosen: @Alice, @U2)",
        ),
        ({"type": "channels_select", "initial_channel": "C1"}, "(menu: chosen: #general)"),
        ({"type": "external_select"}, ""),
        (
            {"type": "datepicker", "placeholder": plain("Day"), "initial_date": "2026-03-09"},
            "(field: Day: 2026-03-09)",
        ),
        ({"type": "datetimepicker", "initial_date_time": 0}, "(field: 1970-01-01 00:00 UTC)"),
        ({"type": "plain_text_input", "initial_value": "a\nb"}, "(field: a b)"),
        ({"type": "image", "alt_text": "a cat", "image_url": "https://x"}, "(image: a cat)"),
        ({"type": "mrkdwn", "text": "*a*\nb"}, "**a**\nb"),
        ({"type": "select", "text": "Who", "options": [{"text": "A"}]}, "(menu: A)"),
        ({"type": "what is this"}, ""),
        ({"type": []}, ""),
        ({}, ""),
    ],
)
def test_what_an_element_says(shown, expected):
    assert element(shown, NAMES) == expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({"title": plain("Load"), "alt_text": "a curve"}, "(image: Load: a curve)"),
        ({"title": plain("Load"), "alt_text": "Load"}, "(image: Load)"),
        ({"image_url": "https://x.dev/a.png"}, "(image: https://x.dev/a.png)"),
        ({}, "(image: without a description)"),
    ],
)
def test_an_image_says_what_is_known_of_it(shown, expected):
    assert image(shown, NAMES) == expected


def test_entries_that_lead_somewhere_are_links():
    assert option(choice("Open", url="https://x.dev"), NAMES) == "[Open](https://x.dev)"


def test_menus_are_bounded():
    shown = element({"type": "overflow", "options": [choice("x")] * (OPTIONS + 1)}, NAMES)

    assert shown.count("x") == OPTIONS
    assert shown.endswith(", …)")
