"""Text objects of blocks."""

import pytest

from bot.transcript.rich_text import Names
from bot.transcript.text_objects import label, text_object

NAMES = Names(lambda user: user)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "mrkdwn", "text": "*a* &amp; b"}, "**a** & b"),
        ({"type": "plain_text", "text": "*a* &amp; *b*"}, r"\*a\* & \*b\*"),
        ("*a*", "**a**"),
        (12, "12"),
        (1.5, "1.5"),
        (True, ""),
        (None, ""),
        ({"type": "mrkdwn", "text": 1}, ""),
    ],
)
def test_a_text(value, expected):
    assert text_object(value, NAMES) == expected


def test_a_label_is_one_line():
    assert label("a\n b", NAMES) == "a b"
