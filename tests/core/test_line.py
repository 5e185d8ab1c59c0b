"""The waiting line: limits in all, per workspace, person and thread, and fair to all."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.line import Admission, LoadLimits, WaitingLine
from bot.core.types import Hold, Queued, Thread, Turn

ADMITTED, REFUSED = Admission.ADMITTED, Admission.REFUSED
SMALL = LoadLimits(running=4, per_workspace=3, per_person=2, waiting=5)


def asked(number, user="A", *, team="T", thread=None):
    """Question `number`, in a thread of its own unless it is in `thread`."""
    ts = f"{number}.0"
    return Turn(Thread(team, "C", thread or ts), ts, user, "why?")


class Street:
    """A line, and the standing of everybody as it was told."""

    def __init__(self, limits=SMALL):
        self.line = WaitingLine(limits)
        self.standings = {}

    def enter(self, *turns):
        for turn in turns:
            self.line.enter(turn)
            self.hear()

    def leave(self, turn):
        self.standings.pop(turn.key)
        self.line.leave(turn)
        self.hear()

    def hear(self):
        self.standings |= self.line.news()

    def of(self, *turns):
        return [self.standings[turn.key] for turn in turns]


@pytest.fixture
def street():
    return Street()


def test_who_may_run_is_admitted_at_once(street):
    turns = [asked(1, "A"), asked(2, "A"), asked(3, "B")]
    street.enter(*turns)

    assert street.of(*turns) == [ADMITTED] * 3


def test_a_person_has_so_many_at_the_same_time(street):
    turns = [asked(n, "A") for n in (1, 2, 3, 4)]
    other = asked(5, "B")
    street.enter(*turns, other)

    own = [Queued(Hold.OWN, 2), Queued(Hold.OWN, 3)]
    assert street.of(*turns, other) == [ADMITTED, ADMITTED, *own, ADMITTED]


def test_a_workspace_has_so_many_at_the_same_time(street):
    turns = [asked(n, f"U{n}") for n in range(5)]
    other = asked(6, "X", team="T2")
    street.enter(*turns, other)

    waiting = [Queued(Hold.OTHERS, 0), Queued(Hold.OTHERS, 1)]
    assert street.of(*turns, other) == [*[ADMITTED] * 3, *waiting, ADMITTED]


def test_so_many_run_in_all():
    street = Street(LoadLimits(running=2))
    turns = [asked(n, f"U{n}", team=f"T{n}") for n in range(4)]
    street.enter(*turns)

    waiting = [Queued(Hold.OTHERS, 0), Queued(Hold.OTHERS, 1)]
    assert street.of(*turns) == [ADMITTED, ADMITTED, *waiting]


def test_of_a_thread_one_is_answered_at_a_time_the_oldest_first(street):
    turns = [asked(n, f"U{n}", thread="1.0") for n in (1, 2, 3)]
    street.enter(turns[0], turns[2], turns[1])
    assert street.of(*turns) == [ADMITTED, Queued(), Queued()]

    street.leave(turns[0])
    assert street.of(*turns[1:]) == [ADMITTED, Queued()]


def test_the_next_moves_up_when_one_leaves():
    street = Street(LoadLimits(running=1))
    turns = [asked(n, f"U{n}") for n in range(4)]
    street.enter(*turns)
    street.leave(turns[0])
    assert street.of(*turns[1:]) == [ADMITTED, Queued(Hold.OTHERS, 0), Queued(Hold.OTHERS, 1)]

    # Stopped while it waits.
    street.leave(turns[2])
    assert street.of(turns[3]) == [Queued(Hold.OTHERS, 0)]


def test_behind_many_of_one_person_another_is_next():
    street = Street(LoadLimits(running=1))
    many = [asked(n, "A") for n in range(1, 41)]
    other = asked(50, "B")
    street.enter(*many, other)

    assert street.of(other) == [Queued(Hold.OTHERS, 0)]


def test_who_waits_for_own_answers_is_before_nobody():
    """A count of others tells how many are served before, and those cannot be."""
    street = Street(LoadLimits(running=3, per_person=1))
    street.enter(asked(1, "A"), asked(2, "A"), asked(3, "B"), asked(4, "C"), asked(5, "D"))

    assert street.of(asked(5, "D")) == [Queued(Hold.OTHERS, 0)]


def test_after_a_restart_everybody_has_the_place_again():
    street, again = Street(LoadLimits(running=1)), Street(LoadLimits(running=1))
    turns = [asked(n, f"U{n}") for n in (9, 10, 11, 12)]
    street.enter(*turns)
    again.enter(turns[0], *reversed(turns[1:]))

    assert again.standings == street.standings


def test_one_too_many_is_refused(street):
    turns = [asked(n, f"U{n}") for n in range(9)]
    street.enter(*turns)

    assert street.of(turns[7], turns[8]) == [Queued(Hold.OTHERS, 4), REFUSED]
    street.leave(turns[8])
    street.leave(turns[0])
    street.enter(asked(9, "U9"))
    assert street.of(asked(9, "U9")) == [Queued(Hold.OTHERS, 4)]


def test_a_crowd_of_one_person_gives_way_to_others(street):
    many = [asked(n, "A") for n in range(1, 8)]
    street.enter(*many, asked(10, "B"))
    assert street.of(*many)[-1] == Queued(Hold.OWN, 6)

    # The workspace is full, and so is the line.
    street.enter(asked(12, "C"))
    assert street.of(many[-1], asked(12, "C")) == [REFUSED, Queued(Hold.OTHERS, 0)]


def test_who_was_refused_is_not_served_later_for_that(street):
    """What was refused does not count as having been asked."""
    street.enter(*(asked(n, "A") for n in range(1, 40)))
    for n in range(1, 8):
        street.leave(asked(n, "A"))
    for turn in [asked(n, "A") for n in range(8, 40)]:
        street.leave(turn)
    street.enter(*(asked(n, f"U{n}") for n in range(50, 55)), asked(60, "A"), asked(61, "B"))

    assert street.of(asked(60, "A"), asked(61, "B")) == [
        Queued(Hold.OTHERS, 2),
        Queued(Hold.OTHERS, 3),
    ]


def test_what_another_process_holds_up_waits_and_takes_no_place(street):
    turns = [asked(n, f"U{n}") for n in range(4)]
    street.enter(*turns)
    street.line.step_back(turns[0])
    street.hear()
    assert street.of(turns[0], turns[3]) == [Queued(), ADMITTED]

    street.line.recheck()
    street.leave(turns[3])
    assert street.of(turns[0]) == [ADMITTED]


def test_a_standing_is_told_once(street):
    street.enter(asked(1))

    assert street.line.news() == {}


people = st.sampled_from("ABCDE")
steps = st.lists(
    st.tuples(people, st.sampled_from(("T1", "T2")), st.integers(0, 3), st.integers(0, 3)),
    max_size=60,
)


@given(steps)
def test_no_limit_is_ever_broken_and_nobody_waits_for_nothing(steps):
    street, here = Street(), []
    for number, (user, team, thread, leaves) in enumerate(steps):
        turn = asked(number + 1, user, team=team, thread=f"{thread}.5" if thread else None)
        here.append(turn)
        street.enter(turn)
        check(street, here)
        for _ in range(leaves):
            gone = here.pop(number * 7 % len(here)) if here else None
            if gone:
                street.leave(gone)
                check(street, here)
    for turn in here:
        street.leave(turn)

    assert street.standings == {}
    assert not any(
        vars(street.line)[name] for name in ("_running", "_waiting", "_told", "_refused")
    )


def check(street, here):
    assert street.standings.keys() == {turn.key for turn in here}
    runs = [turn for turn in here if street.standings[turn.key] is ADMITTED]
    waits = [turn for turn in here if isinstance(street.standings[turn.key], Queued)]
    teams = Counter(turn.thread.team for turn in runs)
    persons = Counter((turn.thread.team, turn.user) for turn in runs)
    threads = Counter(turn.thread for turn in runs)
    assert len(runs) <= SMALL.running
    assert len(waits) <= SMALL.waiting
    assert all(count <= SMALL.per_workspace for count in teams.values())
    assert all(count <= SMALL.per_person for count in persons.values())
    assert all(count == 1 for count in threads.values())
    for turn in waits:
        assert (
            len(runs) == SMALL.running
            or teams[turn.thread.team] == SMALL.per_workspace
            or persons[turn.thread.team, turn.user] == SMALL.per_person
            or threads[turn.thread]
            or any(other.thread == turn.thread and other.ts < turn.ts for other in waits)
        )
