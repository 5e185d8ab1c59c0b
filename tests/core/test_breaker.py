"""The breaker: when it opens, who may probe, and that what it hears late confuses nobody."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.breaker import TRANSITIONS, Breaker, BreakerLimits, Outcome, State

ANSWERED, FAILED, ABANDONED = Outcome


def told(*outcomes, breaker=None):
    """A breaker after these calls, one after the other, at time 0."""
    breaker = breaker or Breaker()
    for outcome in outcomes:
        breaker.report(breaker.admit(0.0), outcome, 0.0)
    return breaker


def opened():
    return told(*[FAILED] * 5)


def test_every_state_knows_every_outcome():
    assert TRANSITIONS.keys() == set(State)
    assert all(set(Outcome) <= row.keys() for row in TRANSITIONS.values() if State.OPEN in row)


def test_five_failures_in_a_row_open_it():
    assert told(*[FAILED] * 4, ANSWERED, *[FAILED] * 4).closed
    assert opened().state is State.OPEN


def test_half_of_the_last_twenty_open_it():
    """Ten failures, that is, so half of a few is none too many."""
    good_and_bad = [ANSWERED, FAILED] * 10

    assert told(*good_and_bad[:-1]).closed
    assert not told(*good_and_bad).closed


def test_less_than_half_do_not():
    assert told(*[FAILED, ANSWERED, ANSWERED] * 30).closed


def test_the_twenty_are_the_last_ones():
    assert told(*[ANSWERED] * 100, *[FAILED, FAILED, FAILED, FAILED, ANSWERED] * 2).closed
    assert not told(*[ANSWERED] * 100, *[FAILED, FAILED, FAILED, FAILED, ANSWERED] * 3).closed


def test_what_is_abandoned_does_not_count():
    assert told(*[FAILED] * 4, *[ABANDONED] * 30).closed
    assert not told(*[FAILED] * 4, ABANDONED, FAILED).closed


def test_open_it_refuses_until_the_rest_is_over():
    """F079: and says for how long."""
    breaker = opened()

    assert (breaker.admit(0.0), breaker.wait(0.0)) == (None, 15.0)
    assert (breaker.admit(14.9), round(breaker.wait(14.9), 6)) == (None, 0.1)
    assert breaker.wait(15.0) == 0.0
    assert breaker.admit(15.0)


def test_one_probe_at_a_time():
    """F079: all others are refused while it is under way."""
    breaker = opened()

    assert breaker.admit(15.0)
    assert breaker.state is State.HALF_OPEN
    assert [breaker.admit(now) for now in (15.0, 20.0, 29.9)] == [None] * 3


def test_a_probe_that_is_answered_closes_it():
    breaker = opened()
    breaker.report(breaker.admit(15.0), ANSWERED, 16.0)

    assert breaker.closed
    assert told(*[FAILED] * 4, breaker=breaker).closed


def test_a_probe_that_fails_keeps_it_open():
    """The rest counts from the probe's beginning: one in fifteen seconds, however long it took."""
    breaker = opened()
    breaker.report(breaker.admit(15.0), FAILED, 20.0)

    assert breaker.state is State.OPEN
    assert breaker.admit(29.9) is None
    assert breaker.admit(30.0)


def test_a_probe_that_is_abandoned_frees_its_place():
    breaker = opened()
    breaker.report(breaker.admit(15.0), ABANDONED, 16.0)

    assert breaker.wait(16.0) == 0.0
    assert breaker.admit(16.0)
    assert breaker.admit(16.0) is None


def test_a_probe_that_hangs_loses_its_place():
    """Or an endpoint that is back would be refused for as long as a first token may take."""
    breaker = opened()
    hanging, second = breaker.admit(15.0), breaker.admit(30.0)

    assert second
    breaker.report(hanging, ABANDONED, 31.0)
    assert breaker.admit(31.0) is None


def test_a_probe_that_was_only_slow_closes_it_too():
    breaker = opened()
    slow, second = breaker.admit(15.0), breaker.admit(30.0)
    breaker.report(second, FAILED, 31.0)
    breaker.report(slow, ANSWERED, 40.0)

    assert breaker.closed


def test_calls_from_before_it_opened_are_not_heard():
    """At half of all calls failing, the good half would close it at once."""
    breaker = Breaker()
    early, late = breaker.admit(0.0), breaker.admit(0.0)
    told(*[FAILED] * 5, breaker=breaker)
    breaker.report(early, ANSWERED, 1.0)
    assert breaker.state is State.OPEN

    breaker.report(breaker.admit(15.0), ANSWERED, 15.0)
    for _ in range(5):
        breaker.report(late, FAILED, 16.0)
    assert breaker.closed


def test_a_call_is_heard_once():
    breaker = Breaker()
    call = breaker.admit(0.0)
    for _ in range(9):
        breaker.report(call, FAILED, 0.0)

    assert breaker.closed


steps = st.tuples(st.sampled_from([*Outcome]), st.integers(0, 8), st.integers(0, 20))


@given(st.lists(steps, max_size=120))
def test_whatever_happens_probes_are_rare_and_it_never_sticks(story):
    """Reports in any order: two probes never begin within a rest unless one was given up."""
    breaker, limits, now, under_way, probes = Breaker(), BreakerLimits(), 0, [], []
    for outcome, which, passed in story:
        now += passed
        resting = not breaker.closed
        if call := breaker.admit(now):
            under_way.append(call)
            if resting:
                probes.append(now)
        if under_way:
            call = under_way.pop(which % len(under_way))
            breaker.report(call, outcome, now)
            if outcome is ABANDONED or breaker.closed:
                probes.clear()
        assert all(later - sooner >= limits.rest for sooner, later in pairwise(probes))
        assert breaker.wait(now) <= limits.rest
    assert breaker.admit(now + limits.rest)
