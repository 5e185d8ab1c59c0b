"""Slack refuses and fails: 429 for single calls, 5xx for all of them."""

import asyncio
import random

from bot.playground.faults import Fault
from tests.chaos.house import open_house
from tests.chaos.oracle import judge
from tests.chaos.questions import questions

CHAT = ("chat.postMessage", "chat.update")


async def storm(site, seed, *, share=0.3, longest=3, count=10):
    """That share of the calls is answered with 429; every text arrives, and nobody pushes."""
    chance = random.Random(seed)

    def refuse(method, _arguments):
        if method not in CHAT or chance.random() >= share:
            return None
        return Fault(status=429, retry_after=chance.randint(1, longest))

    async with open_house(site, seed, alone=True) as house:
        await house.start()
        house.slack.faults.rule = refuse
        await house.put_all(questions(seed, count))
        await house.settled()
        await house.quiet()
    return judge(house.history())


async def outage(site, seed, *, bursts=2, count=8):
    """Now and then every call fails with 500 or 503, or with an error of Slack's own."""
    chance = random.Random(seed)
    faults = [Fault(status=500), Fault(status=503), Fault(error="internal_error")]
    down = False

    def fail(method, _arguments):
        return chance.choice(faults) if down and method in CHAT else None

    async with open_house(site, seed) as house:
        await house.start()
        house.slack.faults.rule = fail
        async with asyncio.TaskGroup() as people:
            people.create_task(house.put_all(questions(seed, count, words=(20, 60)), pause=0.2))
            for _ in range(bursts):
                await asyncio.sleep(chance.uniform(0.2, 0.6))
                down = True
                await asyncio.sleep(chance.uniform(0.5, 1.0))
                down = False
        await house.settled()
        await house.quiet()
    return judge(house.history())
