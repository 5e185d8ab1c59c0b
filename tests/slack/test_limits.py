"""Slack's limits: one home, and what must be equal is the same."""

from bot.config import Settings
from bot.playground.api.rate_limits import FLOORS
from bot.playground.rules import block_rules
from bot.slack import limits


def test_the_settings_begin_with_slacks_floors():
    settings = Settings(_env_file=None)

    assert settings.bot_edits_per_minute == limits.EDITS_PER_MINUTE
    assert settings.bot_posts_per_minute == limits.POSTS_PER_MINUTE
    assert settings.bot_burst == limits.BURST


def test_the_small_slack_has_the_same_floors():
    """Else a test could pass with limits that Slack does not have."""
    assert FLOORS[limits.UPDATE] == limits.EDITS_PER_MINUTE
    assert FLOORS[limits.USER] >= limits.rates().by_bucket[limits.USER].per_minute


def test_a_message_has_room_for_all_its_blocks():
    assert limits.ANSWER_BLOCKS + limits.FURNITURE_BLOCKS + limits.SPARE_BLOCKS == limits.BLOCKS
    assert limits.part_limits().blocks == limits.ANSWER_BLOCKS == 43
    assert limits.BLOCKS == block_rules.MAX_BLOCKS


def test_the_burst_is_one_less_than_slack_may_allow():
    assert limits.rates(burst=5).by_bucket[limits.UPDATE].burst == 4
    assert limits.rates(burst=1).by_bucket[limits.UPDATE].burst == 1


def test_one_channel_has_a_bucket_for_posts():
    rates = limits.rates()

    assert rates.per_channel[limits.POST].per_minute == 60
    assert rates.per_channel.keys() < rates.by_bucket.keys()
