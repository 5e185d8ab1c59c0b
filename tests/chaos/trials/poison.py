"""A question that kills the process whenever the model is asked it."""

import asyncio
from contextlib import suppress

from bot.playground.model.scripted_reply import FOREVER, Reply
from tests.chaos.house import open_house
from tests.chaos.oracle import Fate, Violation, judge
from tests.chaos.questions import Question

ATTEMPTS = 3
"""Then it is given up, visibly; after one more where it harmed nobody at first."""


async def poisoned(site, seed, *, late=False):
    """It is given up, and everything else that was asked meanwhile is answered (F102).

    A `late` one kills only when its first words have stood for a while.
    """
    asked, attempts = asyncio.Event(), ATTEMPTS + late

    def poison():
        asked.set()
        return Reply(["About ", FOREVER] if late else [FOREVER])

    async with open_house(site, seed) as house:
        bot = await house.start()
        house.replies["Q0001"] = poison
        await house.put(Question("Q0000", seed, "alice", "general", words=30, pause=0.05))
        await house.put(Question("Q0001", seed, "bob", "random"), Fate.ENDED)
        await house.put(Question("Q0002", seed, "yuki", "room-01", words=30, pause=0.05))
        await house.put(Question("Q0003", seed, "alice", "random", after="Q0001"))
        for _ in range(2 * attempts):
            if not await _comes(house, asked):
                break
            await asyncio.sleep(0.5 if late else 0.05)
            await bot.kill()
            asked.clear()
            bot = await house.start(port=bot.port)
        await house.settled()
        await house.quiet()
    history = house.history()
    times = sum(name == "Q0001" for _, name in history.requests)
    often = [Violation("F102", "Q0001", f"was asked {times} times")] if times > attempts else []
    return often + judge(history)


async def _comes(house, asked, within=30.0):
    """True when the model is asked once more; False when the question has ended."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not (asked.is_set() or house.has_ended("Q0001")):
                await asyncio.sleep(0.05)
    return asked.is_set()
