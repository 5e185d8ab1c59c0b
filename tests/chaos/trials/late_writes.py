"""Slack carries calls out some time after they were given up, whoever made them."""

import asyncio
import random

from bot.playground.faults import Fault, Loss
from tests.chaos.house import LEASE, open_house
from tests.chaos.oracle import judge
from tests.chaos.questions import Question, questions

POST, UPDATE, DELETE = "chat.postMessage", "chat.update", "chat.delete"
SHARE = "files.completeUploadExternal"
SHARES = {POST: 0.4, UPDATE: 0.15, DELETE: 0.4, SHARE: 0.5}
"""The share of the calls that land late."""

LATEST = 1.5
"""Seconds. What is given up can land for three times the lease."""


def late(chance, *methods):
    """A rule: of these methods some calls land late."""

    def rule(called, _arguments):
        if called not in methods or chance.random() >= SHARES[called]:
            return None
        how = chance.choice([Loss.GATEWAY, Loss.RESET, Loss.CLOSE])
        return Fault(lost=how, lands=chance.uniform(0.1, LATEST))

    return rule


async def landing(site, seed, *, methods=tuple(SHARES), kills=0, count=6):
    """Calls land late; with `kills` the process dies meanwhile, and another takes over."""
    chance = random.Random(seed)
    async with open_house(site, seed) as house:
        bot = await house.start()
        house.slack.faults.rule = late(chance, *methods)
        await house.put_all(questions(seed, count, words=(10, 60), pause=0.01))
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0.1, 1.5))
            await bot.kill()
            bot = await house.start(port=bot.port)
        await house.settled()
        house.slack.faults.rule = None
        await looked_at(house)
    return violations(house)


async def paused(site, seed):
    """A process sleeps while its edit is on its way; another one has ended the answer by then."""
    question = Question("Q0000", seed, "alice", "room-00", words=200, pause=0.005)
    async with open_house(site, seed) as house:
        asleep = await house.start()
        house.replies[question.name] = question.reply(pause=0.1)
        await house.put(question)
        await house.seen(lambda: house.shows(question.name, "word"))
        house.slack.faults.delay(UPDATE, 2 * LEASE + LATEST / 2, how=Loss.SILENCE)
        planned = house.slack.faults._planned
        await house.seen(lambda: not planned.get(UPDATE))
        asleep.process.pause()
        house.replies.clear()
        await house.start()
        await house.settled()
        asleep.process.resume()
        await looked_at(house)
    return violations(house)


async def looked_at(house):
    """All has landed, and has been looked at."""
    await house.quiet(LATEST + 4 * LEASE)
    await house.settled()
    await house.quiet()


def violations(house):
    """Without what lands: it writes over the end."""
    return [each for each in judge(house.history()) if each.rule != "stale"]
