"""Feedback: the values that are stored, which must not change."""

import pytest

from bot.core.feedback import LONGEST_REASON, Fault, Tally, Thumb, VoteOutcome


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (Thumb, {"up", "down"}),
        (Fault, {"wrong", "incomplete", "beside", "long", "unsafe"}),
        (VoteOutcome, {"counted", "same", "stale"}),
    ],
)
def test_stored_values_are_what_older_rows_and_buttons_carry(kind, stored):
    assert {each.value for each in kind} == stored


def test_a_tally_begins_with_none():
    assert Tally() == Tally(up=0, down=0)


def test_a_reason_fits_into_slacks_text_field():
    """Docs: plain-text input element, `max_length`."""
    assert LONGEST_REASON <= 3000
