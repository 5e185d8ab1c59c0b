"""The text that a reader sees."""

import pytest

from bot.playground.workspace.visible import block_text, visible_text


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def rich(*elements):
    return {"type": "rich_text", "elements": list(elements)}


def part(kind, *elements):
    return {"type": kind, "elements": list(elements)}


def words(text):
    return {"type": "text", "text": text}


BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Stop"}, "value": "v"}


def test_without_blocks_it_is_the_text():
    assert (
        visible_text({"text": "hello"}) == visible_text({"text": "hello", "blocks": []}) == "hello"
    )


def test_with_blocks_it_is_theirs_without_buttons_and_context():
    blocks = [section("a"), part("actions", BUTTON), part("context", words("small")), section("b")]

    assert visible_text({"text": "hidden", "blocks": blocks}) == "a\nb"


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (rich(part("rich_text_section", words("a"), {"type": "emoji", "name": "tada"})), "a:tada:"),
        (
            rich(part("rich_text_list", part("rich_text_section", words("a")), words("b"))),
            "a\nb",
        ),
        ({"type": "table", "rows": [[words("a"), words("b")], [words("c")]]}, "a b\nc"),
        (section("a") | {"fields": [words("b")]}, "ab"),
        ({"type": "image", "image_url": "https://x.example", "alt_text": "a cat"}, "a cat"),
        (None, ""),
    ],
)
def test_each_kind_of_block(block, expected):
    assert block_text(block) == expected
