"""Who goes first to the connections that write."""

import asyncio

import pytest

from bot.store.gate import Gate, Priority


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


class Queue:
    """People at a gate, who stay inside until they are sent out."""

    def __init__(self, width=1, timeout=60):
        self.gate, self.inside = Gate(width, timeout), []

    async def come(self, name, priority=Priority.WORK):
        async def enter():
            await self.gate.enter(priority)
            self.inside.append(name)

        task = asyncio.get_running_loop().create_task(enter())
        await settle()
        return task

    async def go(self):
        self.gate.leave()
        await settle()


async def test_the_urgent_go_first_and_then_the_first():
    queue = Queue()
    for name, priority in [
        ("inside", Priority.WORK),
        ("work 1", Priority.WORK),
        ("lease 1", Priority.LEASE),
        ("work 2", Priority.WORK),
        ("new 1", Priority.NEW),
        ("lease 2", Priority.LEASE),
        ("new 2", Priority.NEW),
    ]:
        await queue.come(name, priority)
    assert queue.inside == ["inside"]

    for _ in range(6):
        await queue.go()

    assert queue.inside == ["inside", "new 1", "new 2", "lease 1", "lease 2", "work 1", "work 2"]


async def test_as_many_are_inside_as_there_is_room_for():
    queue = Queue(width=2)
    for name in "abcd":
        await queue.come(name)
    assert queue.inside == ["a", "b"]
    await queue.go()
    assert queue.inside == ["a", "b", "c"]

    for _ in range(3):
        await queue.go()
    for name in "efg":
        await queue.come(name)

    assert queue.inside == ["a", "b", "c", "d", "e", "f"]


async def test_nobody_slips_in_before_whoever_was_let_in():
    queue = Queue()
    await queue.come("a")
    await queue.come("b")

    queue.gate.leave()
    await queue.come("c", Priority.NEW)

    assert queue.inside == ["a", "b"]


@pytest.mark.parametrize("just_let_in", [False, True])
async def test_whoever_gives_up_takes_no_place(just_let_in):
    queue = Queue()
    await queue.come("a")
    gone = await queue.come("b", Priority.NEW)
    await queue.come("c")

    if just_let_in:
        queue.gate.leave()
    gone.cancel()
    await settle()
    if not just_let_in:
        await queue.go()
    assert queue.inside == ["a", "c"]

    await queue.go()
    await queue.come("d")
    assert queue.inside == ["a", "c", "d"]


async def test_to_wait_in_vain_is_an_error():
    queue = Queue(timeout=0.01)
    await queue.come("a")
    with pytest.raises(TimeoutError, match="too many"):
        await queue.gate.enter(Priority.NEW)

    await queue.go()
    await queue.come("b")
    assert queue.inside == ["a", "b"]
