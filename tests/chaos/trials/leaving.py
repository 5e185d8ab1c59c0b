"""Processes leave as they are asked to, and others take over."""

import asyncio
import random
import signal
import time

from bot.playground.model.scripted_reply import FOREVER, Reply
from tests.chaos.house import open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import Question, questions

DRAIN = 2.0
LONGEST = 25.0
"""Seconds in which a process must be gone, whatever its drain."""


async def drained(site, seed, *, streams=20, again=False):
    """SIGTERM while so many answers are in their midst; with `again`, a second one."""
    plan = [Question(f"Q{n:04}", seed, "alice", f"room-{n:02}") for n in range(streams)]
    async with open_house(site, seed) as house:
        bot = await house.start(BOT_DRAIN_SECONDS=str(DRAIN))
        house.replies |= {each.name: Reply(["About ", FOREVER]) for each in plan}
        await house.put_all(plan)
        await house.seen(lambda: all(house.shows(each.name, "About") for each in plan))
        began = time.monotonic()
        bot.process.terminate()
        if again:
            await asyncio.sleep(0.3)
            bot.allowed = {-signal.SIGTERM, 0}
            bot.process.terminate()
        left = await bot.died(LONGEST)
        took = time.monotonic() - began
        house.replies.clear()
        await house.start(port=bot.port)
        await house.settled()
        await house.quiet()
    late = [] if left else [Violation("G05", bot.name, f"was still there after {took:.1f} s")]
    return late + judge(house.history())


async def rolled(site, seed, *, rolls=2, count=24):
    """Two processes share a store, and are replaced one by one while people ask."""
    chance = random.Random(seed)
    async with open_house(site, seed) as house:
        old = [await house.start() for _ in range(2)]
        house.spread(*old)
        async with asyncio.TaskGroup() as people:
            plan = questions(seed, count, words=(10, 40), pause=0.03)
            people.create_task(house.put_all(plan, pause=0.1))
            for _ in range(rolls):
                new = await house.start()
                gone, old = old[0], [old[1], new]
                house.spread(*old)
                await asyncio.sleep(chance.uniform(0, 0.5))
                await gone.leave()
        await house.settled()
        await house.quiet()
    return judge(house.history())
