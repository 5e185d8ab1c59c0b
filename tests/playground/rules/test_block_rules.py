"""Blocks that Slack takes and refuses, and how they count in the total."""

import pytest

from bot.playground.rules.block_rules import check_blocks, units
from bot.playground.workspace.api_error import ApiError
from tests.playground.rules.builders import CELL, header, section, table


def words(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**fields):
    text = {"type": "plain_text", "text": "Stop"}
    return {"type": "button", "action_id": "stop", "text": text} | fields


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def grid(cell, rows=1, columns=1):
    return table(*[[cell] * columns] * rows)


@pytest.mark.parametrize(
    "blocks",
    [
        [words("x" * 3000)],
        [header("x" * 150)],
        [actions(button(value="v" * 2000, action_id="a" * 255))],
        [{"type": "divider"}] * 50,
        [{"type": "markdown", "text": "x" * 12_000}],
        [grid(CELL, rows=100, columns=20)],
        [section({"type": "text", "text": "x" * 13_200})],
        [section({"type": "emoji", "name": "tada"}, {"type": "link", "url": "https://a.org"})],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "a"}]}],
    ],
)
def test_blocks_that_fit(blocks):
    check_blocks(blocks)


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ({}, "invalid_blocks_format"),
        ([{"type": "divider"}] * 51, "invalid_blocks"),
        ([{"type": "nonsense"}], "invalid_blocks"),
        ([words("")], "invalid_blocks"),
        ([words("x" * 3001)], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "invalid_blocks"),
        ([header("x" * 151)], "invalid_blocks"),
        ([actions()], "invalid_blocks"),
        ([actions(*[button()] * 26)], "invalid_blocks"),
        ([actions(button(value="v" * 2001))], "invalid_blocks"),
        ([actions(button(action_id="a" * 256))], "invalid_blocks"),
        ([actions(button(text={"type": "plain_text", "text": "x" * 76}))], "invalid_blocks"),
        ([words("a") | {"block_id": "b"}, words("c") | {"block_id": "b"}], "invalid_blocks"),
        ([grid(CELL), grid(CELL)], "invalid_blocks"),
        ([grid({"type": "raw_text", "text": ""})], "invalid_blocks"),
        ([grid(CELL, rows=101)], "invalid_blocks"),
        ([grid(CELL, columns=21)], "invalid_blocks"),
        ([grid({"type": "raw_text", "text": "x" * 5001}, columns=2)], "invalid_blocks"),
        ([section({"type": "text", "text": ""})], "invalid_blocks"),
        ([section({"type": "image"})], "invalid_blocks"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "msg_too_long"),
        ([section({"type": "text", "text": "x" * 13_201})], "msg_blocks_too_long"),
        ([section({"type": "text", "text": "&" * 2641})], "msg_blocks_too_long"),
    ],
)
def test_blocks_that_do_not(blocks, error):
    with pytest.raises(ApiError, match=f"^{error}$"):
        check_blocks(blocks)


def test_headers_cost_more_than_their_text():
    """Twenty of them leave little room: measured in real workspaces."""
    assert units(header("title")) == 105
    check_blocks([header("x" * 100)] * 50)
    with pytest.raises(ApiError, match="msg_blocks_too_long"):
        check_blocks([*[header("x" * 100)] * 49, section({"type": "text", "text": "x" * 3_500})])
