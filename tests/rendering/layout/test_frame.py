"""How an answer is laid out: the limits that Slack has, and what a frame is by default."""

from bot.playground.rules.block_rules import MAX_BLOCKS
from bot.rendering.layout.frame import Frame, PartLimits


def test_a_part_keeps_to_what_slack_takes():
    """The small Slack refuses more, as Slack does."""
    limits = PartLimits()

    assert limits.blocks < MAX_BLOCKS
    assert (limits.table_rows, limits.table_columns) == (100, 20)
    assert limits.units < 13_200


def test_a_frame_has_no_files_and_no_rest_until_there_are_some():
    assert Frame(()) == Frame((), (), "")
