"""The fair order: round robin among people."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.fair_order import MOST_PEOPLE, FairOrder


def test_who_asks_once_is_served_in_the_round_that_goes_on():
    order = FairOrder()
    many = [order.round_for("A") for _ in range(40)]
    for number in many[:5]:
        order.served(number)

    assert many == [*range(40)]
    assert order.round_for("B") == 4
    assert order.round_for("A") == 40


def test_who_was_served_in_a_round_stands_in_the_next():
    order = FairOrder()
    order.served(order.round_for("A"))

    assert (order.round_for("B"), order.round_for("A")) == (0, 1)


requests = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=60)


@given(requests, st.data())
def test_nobody_gets_three_more_than_another_who_waits(askers, data):
    """Whoever comes when: from then on the others get at most two more than they do."""
    order, queue, since = FairOrder(), [], {}
    for arrival, who in enumerate(askers):
        queue.append((order.round_for(who), arrival, who))
        since.setdefault(who, dict.fromkeys("ABCD", 0))
        for _ in range(data.draw(st.integers(0, 1))):
            serve(order, queue, since)
    while queue:
        serve(order, queue, since)


def serve(order, queue, since):
    if not queue:
        return
    queue.sort()
    number, _, who = queue.pop(0)
    order.served(number)
    for waiting, served in since.items():
        if any(waiting == other for *_, other in queue):
            served[who] += 1
            assert served[who] <= served[waiting] + 2
    if not any(who == other for *_, other in queue):
        since.pop(who, None)


def test_when_there_is_enough_for_everybody_it_begins_anew():
    order = FairOrder()
    for _ in range(5):
        order.served(order.round_for("A"))
    order.forget()

    assert [order.round_for("A"), order.round_for("B")] == [0, 0]


def test_a_round_that_was_not_needed_is_given_again():
    order = FairOrder()
    first, second = order.round_for("A"), order.round_for("A")
    order.returned("A", first)
    order.returned("A", second)

    assert order.round_for("A") == second


def test_it_does_not_grow_with_the_people():
    order = FairOrder()
    for number in range(3 * MOST_PEOPLE):
        order.served(order.round_for(f"U{number}"))

    assert len(order._next) == MOST_PEOPLE
