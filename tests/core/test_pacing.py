"""The bucket: never more than the rate, a share for urgent calls, wiser after a refusal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pacing import Bucket, Rate
from bot.core.types import CallKind

MORE, LAST, FIRST, STATUS = CallKind.MORE, CallKind.LAST, CallKind.FIRST, CallKind.STATUS
calls = st.lists(st.tuples(st.floats(0, 30), st.sampled_from(list(CallKind))), max_size=80)


@given(calls)
def test_it_never_grants_more_than_burst_and_rate(asked):
    """In every window of t seconds at most burst + rate x t calls go out."""
    bucket, now, granted = Bucket(Rate(per_minute=50, burst=5)), 0.0, []
    for pause, kind in asked:
        now += pause
        if bucket.reserve(now, kind) == 0:
            granted.append(now)

    for i, start in enumerate(granted):
        for j, end in enumerate(granted[i:], start=1):
            assert j <= 5 + 50 / 60 * (end - start) + 1e-6


@given(calls)
def test_waiting_as_long_as_told_is_enough(asked):
    bucket, now = Bucket(Rate(per_minute=50, burst=5)), 0.0
    for pause, kind in asked:
        now += pause
        if wait := bucket.reserve(now, kind):
            now += wait + 1e-6
            assert bucket.reserve(now, kind) == 0


def test_a_share_is_kept_for_urgent_calls():
    bucket = Bucket(Rate(per_minute=60, burst=5, kept=2))
    edits = [bucket.reserve(0, MORE) for _ in range(5)]

    assert edits == [0, 0, 0, pytest.approx(1), pytest.approx(1)]
    assert bucket.reserve(0, LAST) == 0
    assert bucket.reserve(0, FIRST) == 0
    assert bucket.reserve(0, LAST) > 0


def test_a_status_takes_only_what_nobody_else_wants():
    """It waits until the bucket is full again."""
    bucket = Bucket(Rate(per_minute=60, burst=5, kept=2))
    assert bucket.reserve(0, STATUS) == 0
    assert bucket.reserve(0, STATUS) == pytest.approx(1)
    assert bucket.reserve(0.5, MORE) == 0

    assert bucket.reserve(1, STATUS) == pytest.approx(1)
    assert bucket.reserve(2, STATUS) == 0


def test_a_refusal_closes_it_until_retry_after_even_for_last_words():
    bucket = Bucket(Rate(per_minute=60))
    bucket.back_off(100, 30)

    assert bucket.reserve(101, LAST) == pytest.approx(29)
    assert bucket.reserve(130, LAST) == 0


def test_after_a_refusal_it_is_slower_and_recovers():
    bucket = Bucket(Rate(per_minute=60, kept=0))
    bucket.reserve(0, MORE)
    bucket.back_off(0, 10)
    first = bucket.reserve(10, MORE)
    slow = bucket.reserve(10, MORE)
    bucket.reserve(1000, MORE)
    for _ in range(4):
        bucket.reserve(1000, MORE)

    assert (first, slow) == (0, pytest.approx(2))
    assert bucket.reserve(1000, MORE) == pytest.approx(1)


def test_a_burst_too_small_to_share_starves_nobody():
    bucket = Bucket(Rate(per_minute=60, burst=1, kept=2))

    assert [bucket.reserve(second, MORE) for second in range(3)] == [0, 0, 0]


def test_calls_of_one_burst_that_are_refused_together_slow_it_once():
    bucket = Bucket(Rate(per_minute=60, kept=0))
    for late in range(4):
        bucket.back_off(0.1 * late, 1)

    assert bucket.reserve(1.5, LAST) == 0
    assert bucket.reserve(1.5, LAST) == pytest.approx(2, abs=0.3)


def test_what_is_only_closed_is_as_fast_as_before_afterwards():
    bucket = Bucket(Rate(per_minute=60, kept=0))
    bucket.close(0, 10)

    assert [bucket.reserve(10, MORE), bucket.reserve(10, MORE)] == [0, pytest.approx(1)]
