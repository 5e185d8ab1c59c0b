"""The process is killed from outside: at any time, or while Slack holds an answer back."""

import asyncio
import random

from bot.playground.faults import Fault
from tests.chaos.house import open_house
from tests.chaos.oracle import judge
from tests.chaos.questions import questions
from tests.chaos.trials.kills import plan

HELD = 30.0
"""Seconds: longer than the process lives."""


async def in_flight(site, seed, *, count=20, kills=2):
    """So many questions in flight, and kills at random times."""
    chance = random.Random(seed)
    async with open_house(site, seed) as house:
        bot = await house.start()
        async with asyncio.TaskGroup() as people:
            plan = questions(seed, count, words=(10, 60), pause=0.03)
            people.create_task(house.put_all(plan, pause=chance.uniform(0, 0.05)))
            for _ in range(kills):
                await asyncio.sleep(chance.uniform(0.05, 1.5))
                await bot.kill()
                bot = await house.start(port=bot.port)
        await house.settled()
        await house.quiet()
    return judge(house.history())


async def placeholder_accepted(site, seed):
    """Slack has the placeholder, and the process dies before it hears of that (KP6)."""
    return await _answer_lost(site, seed, lambda method, blocks: method == "chat.postMessage")


async def last_word_accepted(site, seed):
    """Slack shows the whole answer, and the process dies before it hears of that (KP16)."""
    end = plan(seed)[0].answer[-20:]
    return await _answer_lost(site, seed, lambda method, blocks: end in blocks)


async def _answer_lost(site, seed, meant):
    accepted = asyncio.Event()

    def hold(method, arguments):
        if accepted.is_set() or not meant(method, str(arguments.get("blocks", ""))):
            return None
        accepted.set()
        return Fault(held=HELD)

    async with open_house(site, seed) as house:
        bot = await house.start()
        house.slack.faults.rule = hold
        await house.put_all(plan(seed))
        await asyncio.wait_for(accepted.wait(), 10)
        await asyncio.sleep(0.02)  # it is carried out by now
        await bot.kill()
        await house.start(port=bot.port)
        await house.settled()
        await house.quiet()
    return judge(house.history())
