"""Whose a message is, and whom it mentions."""

import pytest

from bot.transcript.authors import is_by, is_by_app, mentioned


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"user": "U1"}, True),
        ({"bot_id": "B1", "user": "U9"}, True),
        ({"author_id": "U1"}, True),
        ({"user": "U9"}, False),
        ({"user": ""}, False),
        ({"user": ["U1"]}, False),
        ({}, False),
    ],
)
def test_ours(message, expected):
    assert is_by(message, {"U1", "B1"}) is expected
    assert not is_by(message, frozenset())


def test_apps():
    assert is_by_app({"bot_id": "B1"})
    assert is_by_app({"subtype": "bot_message"})
    assert not is_by_app({"user": "U1"})


def test_mentions_are_found_wherever_they_stand():
    message = {
        "text": "<@U1> and <@W2|kim>",
        "blocks": [
            {"elements": [{"type": "user", "user_id": "U3"}, {"initial_users": ["U4", "U1"]}]},
            {"text": {"type": "mrkdwn", "text": "by <@U5>"}},
        ],
        "attachments": [{"fields": [{"value": "<@U6>"}]}],
        "elsewhere": "<@U7>",
    }

    assert mentioned(message) == ["U1", "W2", "U3", "U4", "U5", "U6"]
    assert mentioned({"text": 1, "blocks": [{"user_id": 2}]}) == []
