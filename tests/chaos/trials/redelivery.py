"""Slack delivers again what it has delivered: too often, too late, out of order, and to others."""

import asyncio
import random
from dataclasses import replace

from tests.chaos.house import free_port, open_house
from tests.chaos.oracle import judge
from tests.chaos.questions import questions

DELIVERIES = 10
FLAPS = 0.05


async def storm(site, seed, *, count=40, processes=1, pause=0.1):
    """Each event 1 to 10 times, with any retry_num, while it is answered and afterwards.

    With several processes the sockets break now and then, too.
    """
    chance = random.Random(seed)
    async with open_house(site, seed) as house:
        bots = [await house.start() for _ in range(processes)]
        house.spread(*bots)
        plan = questions(seed, count, words=(3, 8), pause=0.005, threads=0.03)
        async with asyncio.TaskGroup() as deliveries:
            for question in plan:
                await house.put(question)
                for event in range(len(house.deliveries[question.name])):
                    own = random.Random(chance.random())
                    deliveries.create_task(_again(house, question.name, event, own))
                if processes > 1 and chance.random() < FLAPS:
                    house.slack.sockets.drop()
                await asyncio.sleep(pause)
        await house.settled()
        await house.quiet()
    return judge(house.history())


async def after_restart(site, seed, *, count=5):
    """Everything once more, to a process that did not answer it (F004)."""
    async with open_house(site, seed) as house:
        bot = await house.start()
        await house.put_all(questions(seed, count, pause=0))
        await house.settled()
        await bot.leave()
        await house.start(port=bot.port)
        for number, name in enumerate(house.asked):
            house.again(name, 0, number % 4)
        await house.seen(lambda: all(each.outcome for each in house.slack.delivery.log))
        await house.quiet(0.5)
    return judge(house.history())


async def while_down(site, seed, *, count=4):
    """Nobody is there when the questions come, and Slack tells of them again (F029, F002)."""
    async with open_house(site, seed) as house:
        port = free_port()
        if site.transport == "http":
            house.slack.send_events_to(f"http://127.0.0.1:{port}/slack/events")
        await house.put_all(questions(seed, count))
        await asyncio.sleep(0.5)
        await house.start(port=port)
        await house.settled()
        await house.quiet()
    return judge(house.history())


async def strange_ids(site, seed):
    """One event_id for all, or none at all: a question is known by its channel and ts (F006)."""
    async with open_house(site, seed) as house:
        await house.start()
        await house.put_all(questions(seed, 4, threads=0))
        for name in house.asked:
            for change in ({"event_id": "Ev0SAME"}, {"event_id": None}):
                envelope = house.deliveries[name][0].envelope
                strange = replace(envelope, payload=envelope.payload | change)
                house.deliveries[name].append(house.slack.delivery._start(strange, None))
        await house.settled()
        await house.quiet()
    return judge(house.history())


async def _again(house, name, event, chance):
    for _ in range(chance.randint(0, DELIVERIES - 1)):
        await asyncio.sleep(chance.expovariate(10))
        house.again(name, event, chance.randint(0, 3))
