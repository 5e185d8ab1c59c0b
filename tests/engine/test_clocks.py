"""Clocks: seconds that never go back."""

import asyncio

from bot.engine.clocks import loop_time, uptime


def test_uptime_only_goes_on():
    assert 0 < uptime() <= uptime()


async def test_the_loop_s_clock_measures_a_pause():
    before, started = loop_time(), uptime()
    await asyncio.sleep(0.05)

    assert 0.04 < loop_time() - before < 5
    assert 0.04 < uptime() - started < 5
