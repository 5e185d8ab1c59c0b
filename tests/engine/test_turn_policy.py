"""TurnPolicy: when a question is not answered any more."""

import pytest

from bot.engine.turn_policy import GivenUp, TooLate, TurnPolicy
from tests.fakes import claim


@pytest.mark.parametrize(
    ("begun", "cleared", "refused"),
    [(1, False, False), (3, False, False), (4, False, True), (4, True, False), (5, True, True)],
)
def test_three_attempts_and_one_more_for_what_was_cleared(begun, cleared, refused):
    """F102."""
    found = TurnPolicy().refusal(claim(cleared=cleared), begun)

    assert isinstance(found, GivenUp) is refused


@pytest.mark.parametrize(("age", "refused"), [(0.0, False), (899.0, False), (901.0, True)])
def test_what_is_too_old_is_not_answered_unasked(age, refused):
    assert isinstance(TurnPolicy().refusal(claim(age=age), 1), TooLate) is refused
