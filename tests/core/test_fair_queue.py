"""The fair queue: round robin among people, each thing once, and a bound."""

from bot.core.fair_queue import FairQueue


def taken(queue):
    return [queue.take() for _ in range(len(queue))]


def test_who_has_much_to_do_keeps_nobody_waiting():
    queue = FairQueue(100)
    for n in range(5):
        queue.add("A", f"a{n}")
    assert queue.take() == "a0"
    queue.add("B", "b0")
    queue.add("B", "b1")

    assert taken(queue) == ["b0", "a1", "b1", "a2", "a3", "a4"]
    assert queue.take() is None


def test_each_is_there_once():
    queue = FairQueue(100)
    queue.add("A", "a")
    queue.add("B", "a")

    assert len(queue) == 1
    assert "a" in queue
    assert taken(queue) == ["a"]
    assert "a" not in queue


def test_beyond_its_bound_the_last_is_forgotten():
    queue = FairQueue(3)
    for n in range(5):
        queue.add("A", f"a{n}")
    queue.add("B", "b0")

    assert "a2" not in queue
    assert taken(queue) == ["a0", "b0", "a1"]
