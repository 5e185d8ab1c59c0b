"""Turns: which states are open, and which claims are suspects."""

import pytest

from bot.core.reply import Phase
from bot.core.turns import ENDINGS, OPEN, QUARANTINE_FROM, TurnState, order_of_deletion
from bot.core.types import Order
from tests.fakes import claim


def test_a_state_is_open_or_has_ended():
    assert {state for state in TurnState if not state.ended} == OPEN
    assert {state for state in TurnState if state.ended} == {
        TurnState.DELIVERED,
        TurnState.INCOMPLETE,
        TurnState.STOPPED,
        TurnState.FAILED,
    }


def test_every_ending_has_a_state():
    assert set(ENDINGS) == {phase for phase in Phase if phase.ended}
    assert all(state.ended for state in ENDINGS.values())


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase.ended])
def test_only_a_complete_answer_stays_without_its_question(phase):
    """What broke off says so itself, and must be gone; a refusal is all that the model says."""
    stays = phase in {Phase.COMPLETE, Phase.REFUSED}

    assert order_of_deletion(ENDINGS[phase]) is (Order.ORPHANED if stays else Order.WITHDRAWN)
    assert not (stays and phase.broke_off)


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
