"""Buttons, thumbs and icons."""

import pytest

from bot.playground.rules.block_rules import check_blocks
from bot.playground.workspace.api_error import ApiError
from tests.playground.rules.builders import BIN, below, thumb, thumbs


@pytest.mark.parametrize(
    "block",
    [
        below(thumbs(), BIN),
    ],
)
def test_taken(block):
    check_blocks([block])


@pytest.mark.parametrize(
    ("block", "where"),
    [
        (below(), "/elements"),
        (below(*[BIN] * 6), "/elements"),
        (below(thumbs(positive_button=None)), "/elements/0"),
        (below(thumbs(negative_button=thumb(value=""))), "/elements/0/negative_button/value"),
        (below(thumbs(negative_button=thumb(text="Bad"))), "/elements/0/negative_button/text"),
        (below(BIN | {"icon": "copy"}), "/elements/0/icon"),
        (below({"type": "button", "text": thumb()["text"]}), "/elements/0/type"),
        ({"type": "actions", "elements": [thumbs()]}, "/elements/0/type"),
    ],
)
def test_refused(block, where):
    """As `invalid_blocks`, with a pointer to the value that is wrong."""
    with pytest.raises(ApiError, match=r"^invalid_blocks$") as refused:
        check_blocks([block])

    assert f"{where}]" in refused.value.extra["errors"][0]
