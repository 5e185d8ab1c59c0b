"""Turns: which states are open, and which claims are suspects."""

import pytest

from bot.core.turns import OPEN, QUARANTINE_FROM, TurnState
from tests.fakes import claim


def test_a_state_is_open_or_has_ended():
    assert {state for state in TurnState if not state.ended} == OPEN
    assert {state for state in TurnState if state.ended} == {
        TurnState.DELIVERED,
        TurnState.STOPPED,
        TurnState.FAILED,
    }


@pytest.mark.parametrize(
    ("begun", "attempts", "suspect"),
    [
        (False, QUARANTINE_FROM - 1, False),
        (False, QUARANTINE_FROM, True),
        (False, QUARANTINE_FROM + 1, True),
        (True, QUARANTINE_FROM, False),
    ],
)
def test_a_turn_that_was_begun_too_often_is_a_suspect_until_it_is_begun(begun, attempts, suspect):
    assert claim(begun=begun, attempts=attempts).suspect is suspect
