"""From where the newest messages of a thread are read: told by events, or guessed by its age."""

import pytest

from bot.slack.reads import thread_times
from bot.slack.reads.thread_times import MOST_THREADS, MOST_TIMES, ThreadTimes
from tests.fakes import turn

START = 1_000_000.0
ROOM = 5


def ts(seconds):
    """A ts so many seconds after the process has started."""
    return f"{START + seconds:.6f}"


def told(*seconds, root=-1.0, **fields):
    times = ThreadTimes(lambda: START)
    for at in seconds:
        event = {"type": "message", "channel": "C1", "thread_ts": ts(root), "ts": ts(at)} | fields
        times.hear({"event": event})
    return times


def beginning(times, asked=100, *, root=-1.0, **more):
    found = times.beginning(turn(ts(asked), root=ts(root), **more), ROOM)
    return None if found is None else float(found) - START


def test_the_newest_that_were_told_are_read_in_whatever_order_and_however_often():
    times = told(*reversed(range(20)), 7, 7)

    assert beginning(times) == 15


def test_an_older_question_is_read_with_what_was_said_up_to_it():
    times = told(*range(20))

    assert beginning(times, 10, round=1) == 6
    assert beginning(times, 10, round=1, goes_on=True) == beginning(times, 10) == 15


def test_a_thread_that_began_since_the_start_is_known_whole():
    assert beginning(told(1, 2, root=0), root=0) is None


@pytest.mark.parametrize(
    ("age", "known", "first"),
    [
        (790, (), None),
        (2000, (), -620),
        (810, (), -501),
        (2000, (-100, 3), pytest.approx(-100 - (420 + 190) * 3 / 5)),
        (1_000_000, (), pytest.approx(-100_420)),
    ],
)
def test_after_a_cold_start_the_age_has_to_do(age, known, first):
    """Of a young thread all is read, of an older one its last part; what was told is in it."""
    assert beginning(told(*known, root=-age), root=-age) == first


def test_what_is_not_in_a_thread_is_not_noted():
    for fields in (
        {"type": "reaction_added"},
        {"hidden": True},
        {"thread_ts": None},
        {"ts": "soon"},
        {"channel": 5},
        {"thread_ts": ts(3)},
    ):
        assert told(3, **fields)._threads == {}
    ThreadTimes().hear({"event": None})
    ThreadTimes().hear({})


def test_the_main_line_of_a_direct_message_is_no_thread():
    assert told(1).beginning(turn("5.0", root=None), ROOM) is None


def test_only_so_much_is_remembered():
    times = told(*range(MOST_TIMES + 20))
    for number in range(MOST_THREADS):
        root = f"{number}.5"
        event = {"type": "message", "channel": "C2", "thread_ts": root, "ts": f"{number}.6"}
        times.hear({"event": event})
        if number == thread_times.MOST_THREADS - 2:
            assert len(times._threads["C1", ts(-1)]) == MOST_TIMES

    assert len(times._threads) == MOST_THREADS
    assert ("C1", ts(-1)) not in times._threads
