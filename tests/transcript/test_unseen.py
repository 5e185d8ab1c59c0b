"""What people see of a message and the model does not."""

import pytest

from bot.core.types import Unseen
from bot.transcript import attachments
from bot.transcript.unseen import unseen_in
from bot.transcript.untyped import LONGEST

FILE = {"id": "F1", "name": "chart.png"}
FORWARDED = {"is_share": True, "text": "what was said"}


@pytest.mark.parametrize(
    ("message", "unseen"),
    [
        ({"text": "hi"}, set()),
        ({"text": "hi", "files": [FILE]}, {Unseen.FILES}),
        ({"text": "hi", "attachments": [FORWARDED | {"files": [FILE]}]}, {Unseen.FILES}),
        ({"text": "hi", "attachments": [FORWARDED]}, set()),
        ({"attachments": [FORWARDED, {"is_share": True, "text": ""}]}, {Unseen.FORWARDED}),
        ({"attachments": [{"is_share": True, "message_blocks": [{"message": {}}]}]}, set()),
        ({"attachments": [{"image_url": "https://a.example/preview.png"}]}, set()),
        ({"attachments": [{"text": "x" * (attachments.LONGEST + 1)}]}, {Unseen.LONG}),
        ({"attachments": [{"text": "x"}] * (attachments.MOST + 1)}, {Unseen.LONG}),
        ({"text": "x" * (LONGEST + 1)}, {Unseen.LONG}),
        ({"text": 5, "files": "no list", "attachments": [None, 5]}, set()),
    ],
)
def test_what_is_not_in_its_markdown(message, unseen):
    assert unseen_in(message) == unseen
