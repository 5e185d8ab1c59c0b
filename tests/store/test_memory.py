"""The journal in memory: one turn per message, one running turn per thread, oldest first."""

import pytest

from bot.store.memory import JournalShut, MemoryJournal
from tests.fakes import turn


async def test_a_duplicate_is_refused_even_after_the_end():
    journal = MemoryJournal()

    assert await journal.accept(turn())
    assert not await journal.accept(turn())
    lease = await journal.claim(turn())
    await journal.ended(lease, "complete")

    assert not await journal.accept(turn())


async def test_a_turn_is_claimed_only_when_no_older_one_of_its_thread_is_open():
    journal = MemoryJournal()
    first, second = turn("9.0"), turn("10.0")
    await journal.accept(second)
    await journal.accept(first)

    assert await journal.claim(second) is None
    lease = await journal.claim(first)
    assert await journal.claim(second) is None
    assert await journal.claim(first) is None
    assert await journal.due() == []

    await journal.ended(lease, "complete")

    assert await journal.due() == [second]
    assert await journal.claim(second)


async def test_fences_only_grow_and_a_lease_ends():
    journal = MemoryJournal()
    fences = []
    for n in range(3):
        await journal.accept(turn(f"{n}.0"))
        lease = await journal.claim(turn(f"{n}.0"))
        assert await journal.renew(lease)
        await journal.ended(lease, "complete")
        assert not await journal.renew(lease)
        fences.append(lease.fence)

    assert fences == sorted(set(fences))


async def test_due_is_one_per_free_thread():
    journal = MemoryJournal()
    for ts, root in (("3.0", "b"), ("1.0", "a"), ("2.0", "a")):
        await journal.accept(turn(ts, root=root))

    assert [t.ts for t in await journal.due()] == ["1.0", "3.0"]


async def test_once_shut_it_takes_nothing_in():
    journal = MemoryJournal()
    journal.shut()

    with pytest.raises(JournalShut):
        await journal.accept(turn())
