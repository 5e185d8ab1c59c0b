"""HeldLease: trusted for half its time, then the journal is asked; no call outlives it."""

import asyncio

import pytest

from bot.core.types import Lease
from bot.engine.clocks import uptime
from bot.engine.held_lease import HeldLease
from bot.errors import LeaseLost, SlackUnknown, StoreError

LEASE = Lease(("T1", "C1", "1.0"), 1)


class Registrar:
    """A journal that renews what it is told to, or fails."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = 0

    async def renew(self, leases):
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Hours:
    """A clock that goes when it is told to."""

    now = 100.0

    def __call__(self):
        return self.now


def leased(*answers, seconds=10.0):
    clock, journal = Hours(), Registrar(*answers)
    return HeldLease(journal, LEASE, seconds, clock(), clock), journal, clock


async def test_for_half_its_time_nobody_is_asked():
    held, journal, clock = leased()
    clock.now += 4.9
    await held.check()

    assert journal.asked == 0


async def test_after_that_it_is_renewed_and_good_from_when_that_was_asked():
    held, journal, clock = leased({LEASE: None}, {LEASE: None})
    clock.now += 5.0
    await held.check()
    clock.now += 4.9
    await held.check()
    assert journal.asked == 1
    clock.now += 0.1
    await held.check()

    assert journal.asked == 2


async def test_what_somebody_else_took_is_lost():
    """F094."""
    held, _, clock = leased({})
    clock.now += 60.0
    with pytest.raises(LeaseLost):
        await held.check()


async def test_while_nobody_can_say_nothing_is_written():
    held, journal, clock = leased(StoreError("down"), {LEASE: None})
    clock.now += 60.0
    with pytest.raises(StoreError):
        await held.check()
    await held.check()

    assert journal.asked == 2


async def test_a_heartbeat_spares_the_question():
    held, journal, clock = leased()
    clock.now += 60.0
    held.renewed(clock.now)
    held.renewed(clock.now - 30)
    await held.check()

    assert journal.asked == 0


async def test_no_request_leaves_in_the_last_tenth():
    held, _, clock = leased()
    clock.now += 8.9
    before = held.may_send()
    clock.now += 0.2
    assert (before, held.may_send()) == (True, False)
    held.renewed(clock.now)

    assert held.may_send()


async def test_no_call_outlives_its_lease():
    held = HeldLease(Registrar(), LEASE, 0.3, uptime())
    with pytest.raises(SlackUnknown):
        async with asyncio.timeout(30), held.call():
            await asyncio.sleep(60)


async def test_a_call_goes_on_while_its_lease_is_renewed():
    held, _, clock = leased(seconds=0.5)
    async with held.call():
        for _ in range(10):
            await asyncio.sleep(0.1)
            held.renewed(clock.now + 60)


async def test_what_the_call_raises_is_its_own():
    held, _, _ = leased()
    with pytest.raises(TimeoutError):
        async with held.call():
            raise TimeoutError
