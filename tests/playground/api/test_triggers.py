"""Trigger ids."""

import pytest

from bot.playground.api.triggers import Triggers
from bot.playground.workspace.api_error import ApiError


def test_a_trigger_gives_its_user_once():
    triggers = Triggers()
    trigger_id = triggers.issue(10.0, "U0BOB")

    assert triggers.exchange(trigger_id, 13.0) == "U0BOB"
    with pytest.raises(ApiError, match="exchanged_trigger_id"):
        triggers.exchange(trigger_id, 13.0)


def test_a_trigger_is_good_for_three_seconds():
    triggers = Triggers()
    with pytest.raises(ApiError, match="expired_trigger_id"):
        triggers.exchange(triggers.issue(10.0), 13.1)


def test_an_unknown_trigger():
    with pytest.raises(ApiError, match="invalid_arguments"):
        Triggers().exchange("1.playground.0", 0.0)


def test_triggers_of_one_moment_differ():
    triggers = Triggers()

    assert triggers.issue(10.0) != triggers.issue(10.0)
