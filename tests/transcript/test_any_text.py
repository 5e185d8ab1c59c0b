"""Blocks of types that are not known: every text in them is read."""

import pytest

from bot.transcript.any_text import DEEPEST, LONGEST, any_text
from bot.transcript.rich_text import Names

NAMES = Names(lambda user: {"U1": "Alice"}.get(user, user))


def read(block):
    return any_text(
        block, NAMES, lambda found, _: "KNOWN" if found.get("type") == "known" else None
    )


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"type": "new", "words": "a *b* <@U1>"}, "a **b** @Alice"),
        ({"type": "new", "panel": {"heading": {"type": "mrkdwn", "text": "*a*"}}}, "**a**"),
        ({"type": "new", "list": ["a", ["b", {"c": "d"}]]}, "a\nb\nd"),
        ({"type": "new", "title": "T", "body": "B"}, "T\nB"),
        ({"type": "new", "body": "B", "title": "T"}, "T\nB"),
        (
            {"type": "new", "title": "T", "url": "https://x.dev"},
            "[T](https://x.dev)\nhttps://x.dev",
        ),
        ({"type": "new", "parts": [{"label": "Mon", "value": 3}]}, "Mon: 3"),
        ({"type": "new", "parts": [{"label": "Mon", "value": True}]}, "Mon"),
        ({"type": "new", "inner": {"type": "known"}}, "KNOWN"),
        ({"type": "new", "go": {"type": "button", "text": "Go"}}, "(button: Go)"),
        (
            {
                "type": "new",
                "block_id": "b",
                "style": "red",
                "value": "v",
                "thumb_url": "https://t",
            },
            "",
        ),
        ({"type": "new", "wide": True, "count": 4, "nothing": None}, ""),
        ({}, ""),
    ],
)
def test_what_is_found(block, expected):
    assert read(block) == expected


def test_it_is_bounded():
    deep = "a"
    for _ in range(DEEPEST + 1):
        deep = [deep]

    assert read({"words": "a" * (LONGEST + 1)}) == "a" * LONGEST + " […]"
    assert read({"deep": deep}) == ""
