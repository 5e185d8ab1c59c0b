"""Backoff: which pause follows which failure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backoff import Backoff, doubling


def test_the_last_pause_repeats():
    backoff = Backoff((0.5, 1, 2))

    assert [backoff.next() for _ in range(5)] == [0.5, 1, 2, 2, 2]
    assert backoff.failures == 5


def test_a_success_starts_again():
    backoff = Backoff((0.5, 1, 2))
    backoff.next()
    backoff.next()

    backoff.reset()

    assert (backoff.failures, backoff.next()) == (0, 0.5)


def test_a_pause_is_as_long_as_somebody_asks_for():
    """A server's Retry-After is kept, and counts as a failure like any other."""
    backoff = Backoff((0.5, 1, 2))

    assert [backoff.next(at_least=1.5), backoff.next(), backoff.next(0.1)] == [1.5, 1, 2]


@given(st.floats(0.5, 1.0), st.integers(0, 20))
def test_jitter_scales_the_pause(factor, failures):
    backoff = Backoff((1, 2, 4), jitter=(0.5, 1.0), random=lambda low, high: factor)
    pauses = [backoff.next() for _ in range(failures)]

    assert pauses == [factor * pause for pause in (1, 2, *[4] * failures)][:failures]


def test_jitter_stays_within_its_bounds():
    backoff = Backoff((8,), jitter=(0.5, 1.0))

    assert all(4 <= backoff.next() <= 8 for _ in range(200))


@pytest.mark.parametrize(
    ("first", "longest", "pauses"),
    [(0.5, 4, (0.5, 1, 2, 4)), (1, 5, (1, 2, 4, 5)), (3, 3, (3,)), (3, 1, (3,))],
)
def test_doubling(first, longest, pauses):
    assert doubling(first, longest) == pauses
