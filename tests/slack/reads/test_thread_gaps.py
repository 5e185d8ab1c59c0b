"""How soon the newest messages of a long thread are known, however it was written."""

from random import Random

import pytest

from bot.slack.reads.thread_gaps import ThreadGaps

BEGAN = 1_751_328_000.0
DAY, HOUR = 86_400.0, 3_600.0
SIZE, CALLS = 200, 10


def read(times, *, newest=None, wanted=500):
    """The number of calls, and how many of the newest messages are known after them."""
    gaps, known = ThreadGaps(SIZE, times[0], newest), {times[0]}
    for call in range(CALLS):
        stretch = gaps.next()
        if not stretch or sum(at >= gaps.known_from for at in known) > wanted:
            return call, newest_of(times, known)
        page, has_more = answer(times, *stretch)
        known.update(page)
        left = len(times) - len(known)
        if not left:
            return call + 1, len(times)
        gaps.read(page, has_more=has_more, left=left, end=times[-1])
    return CALLS, newest_of(times, known)


def answer(times, oldest, latest):
    """What Slack sends beside the root: the oldest messages of the stretch."""
    inside = [at for at in times[1:] if oldest <= at <= latest]
    return inside[: SIZE - 1], len(inside) > SIZE - 1


def newest_of(times, known):
    return next((n for n, at in enumerate(reversed(times)) if at not in known), len(times))


def evenly(count, seconds, *, after=0.0):
    return [BEGAN + after + number * seconds for number in range(count)]


def at_random(random):
    return sorted(BEGAN + random.uniform(0, 30 * DAY) for _ in range(5_000))


def in_bursts(random):
    bursts = [random.uniform(0, 30 * DAY) for _ in range(40)]
    said = (began + random.expovariate(1 / 600) for began in bursts for _ in range(100))
    return sorted([BEGAN, *(BEGAN + at for at in said)])


THREADS = {
    "even": evenly(3_000, 60),
    "huge": evenly(20_000, 60),
    "at random": at_random(Random(1)),
    "in bursts": in_bursts(Random(1)),
    "an old burst": evenly(3_000, 1) + evenly(60, HOUR, after=DAY),
    "a burst in the middle": evenly(100, DAY)
    + evenly(5_000, 0.5, after=100 * DAY)
    + evenly(100, 60, after=110 * DAY),
    "a burst at the end": evenly(500, HOUR) + evenly(3_000, 2, after=500 * HOUR),
}


@pytest.mark.parametrize("name", THREADS)
def test_the_newest_messages_are_known_without_gaps(name):
    calls, known = read(THREADS[name])

    assert known >= 50
    assert known > 500 or calls == CALLS


@pytest.mark.parametrize("name", ["even", "huge", "at random"])
def test_a_thread_of_any_length_takes_a_few_calls(name):
    assert read(THREADS[name])[0] <= 5


@pytest.mark.parametrize("name", THREADS)
def test_where_the_newest_are_told_they_are_read_first(name):
    times = THREADS[name]
    gaps = ThreadGaps(SIZE, times[0], times[-13])
    assert gaps.next() == (times[-13], float("inf"))

    assert read(times, newest=times[-13])[1] >= 50


@pytest.mark.parametrize(("count", "calls"), [(2, 1), (200, 1), (201, 2), (390, 2)])
def test_a_short_thread_is_read_from_its_beginning(count, calls):
    assert read(evenly(count, 60)) == (calls, count)


def test_nothing_after_the_last_message_that_is_wanted_is_asked_for():
    times = evenly(1_000, 60)
    gaps = ThreadGaps(SIZE, times[0], times[500], until=times[600])

    assert gaps.next() == (times[500], times[600])


def test_messages_at_the_same_moment_bring_it_to_an_end():
    """They have no stretches: what one call does not bring stays unknown, but the calls end."""
    assert read([BEGAN, *[BEGAN + 1] * 1_000])[0] <= CALLS


def test_where_nobody_counts_the_messages_the_newest_are_found_too():
    times = evenly(3_000, 60)
    gaps, known = ThreadGaps(SIZE, times[0], None), set()
    for _ in range(CALLS):
        page, has_more = answer(times, *gaps.next())
        known.update(page)
        gaps.read(page, has_more=has_more, left=None, end=times[-1])

    assert newest_of(times, known) >= 50
