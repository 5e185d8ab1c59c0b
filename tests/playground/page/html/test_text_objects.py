"""Text objects: plain text with its emoji, and mrkdwn."""

import pytest

from bot.playground.page.html import render, text_objects
from bot.playground.page.html.markup import Names


def plain(text, **more):
    return {"type": "plain_text", "text": text} | more


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (plain("Shipped :tada:", emoji=True), "Shipped 🎉"),
        (plain("Shipped :tada:", emoji=False), "Shipped :tada:"),
        (plain("Shipped :tada:"), "Shipped 🎉"),
        (plain(":+1::skin-tone-3: :x1: at 12:30:45", emoji=True), "👍🏼 :x1: at 12:30:45"),
        (plain("*no* <markup> &amp;", emoji=True), "*no* <markup> &amp;"),
        (plain("🎉", emoji=False), "🎉"),
        (None, ""),
        ({"type": "plain_text", "text": ["x"]}, ""),
    ],
)
def test_names_of_emoji_are_emoji_unless_emoji_is_false(shown, expected):
    assert text_objects.plain(shown) == expected


def test_html_is_escaped_and_mrkdwn_is_drawn():
    assert text_objects.to_html(plain("<b> :tada:"), Names()) == "&lt;b&gt; 🎉"
    assert text_objects.to_html({"type": "mrkdwn", "text": "*b*"}, Names()) == "<strong>b</strong>"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": plain(":tada:")},
        {"type": "context", "elements": [plain(":tada:")]},
        {"type": "section", "text": plain(":tada:")},
        {"type": "actions", "elements": [{"type": "button", "text": plain(":tada:")}]},
        {"type": "image", "image_url": "https://a.example", "title": plain(":tada:")},
    ],
    ids=lambda block: block["type"],
)
def test_it_is_so_wherever_plain_text_stands(block):
    assert "🎉" in render.message({"blocks": [block]}, Names())
