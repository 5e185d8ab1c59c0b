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


def test_it_knows_how_long_refusals_have_closed_it():
    """One within another counts once, and what is still to come does not count yet."""
    bucket = Bucket(Rate(per_minute=60))
    known = [bucket.closed_for(9)]
    bucket.back_off(10, 5)
    bucket.back_off(11, 2)
    known.append(bucket.closed_for(12))
    bucket.close(14, 3)
    known += [bucket.closed_for(now) for now in (16, 17, 99)]
    bucket.close(100, 10)
    known += [bucket.closed_for(now) for now in (100, 104, 200)]

    assert known == [0, 2, 6, 7, 7, 7, 11, 17]


@pytest.mark.parametrize(("burst", "used_up"), [(4, False), (60, True)])
def test_it_is_used_up_when_a_minute_has_had_what_slack_promises(burst, used_up):
    """A burst that is spent is our own caution: Slack promises nothing about bursts."""
    bucket = Bucket(Rate(per_minute=50, burst=burst, kept=0, promised=50))
    while bucket.reserve(10, LAST) == 0:
        pass

    assert bucket.is_used_up(10) is used_up
    assert not bucket.is_used_up(70)


def test_asked_all_the_time_it_is_used_up_after_a_minute():
    bucket, now = Bucket(Rate(per_minute=50, burst=4, kept=0, promised=50)), 0.0
    used_up = []
    while now < 200:
        now += bucket.reserve(now, MORE) + 0.003
        used_up.append((bucket.is_used_up(now), now))

    assert 50 < next(at for is_used_up, at in used_up if is_used_up) < 62
    assert all(is_used_up for is_used_up, at in used_up if at > 62)


def test_it_is_like_new_when_nothing_is_left_of_what_was():
    """A burst comes back within seconds, the rate after a refusal and Slack's minute later."""
    bucket = Bucket(Rate(per_minute=60, burst=5, promised=50))
    assert bucket.is_like_new(0)

    bucket.reserve(0, MORE)
    assert not bucket.is_full(0.5)
    assert bucket.is_full(1)
    assert not bucket.is_like_new(59)
    assert bucket.is_like_new(61)

    bucket.back_off(61, 10)
    assert not bucket.is_full(70)
    assert bucket.is_full(90)
    assert not bucket.is_like_new(90)
    assert bucket.is_like_new(130)
