"""Slack does what it is told, and the answer to that never arrives."""

import random

from bot.playground.faults import Fault, Loss
from tests.chaos.house import open_house
from tests.chaos.oracle import judge
from tests.chaos.questions import questions

POST, UPDATE = "chat.postMessage", "chat.update"
AS_WELL = {POST: 0.6, UPDATE: 0.15}
"""The share of the answers that get lost."""


async def lost(site, seed, *, how=None, method=None, count=8):
    """In one way and of one method, or in all ways of both; silence is the slow one."""
    chance = random.Random(seed)
    ways = [how] if how else [Loss.CLOSE, Loss.RESET, Loss.PAGE]
    silences = 2

    def lose(called, _arguments):
        nonlocal silences
        if called != (method or called) or chance.random() >= AS_WELL.get(called, 0):
            return None
        loss = chance.choice(ways)
        if loss is Loss.SILENCE:
            silences -= 1
        return Fault(lost=loss) if silences >= 0 else None

    async with open_house(site, seed) as house:
        await house.start()
        house.slack.faults.rule = lose
        await house.put_all(questions(seed, count))
        await house.settled()
        await house.quiet()
    return judge(house.history())
