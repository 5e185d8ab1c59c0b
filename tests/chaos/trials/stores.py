"""The store does not take anything in: nothing is acknowledged, and all is answered afterwards."""

import asyncio

from tests.chaos.house import open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import Question, questions


async def down(site, seed, *, seconds=3.5):
    """Not to be written for some seconds, while answers run and questions come."""
    return await _out_of_order(site, seed, seconds, lambda store: store.down())


async def slow(site, seed, *, seconds=3.5):
    """PostgreSQL is there, and every query takes that long."""
    return await _out_of_order(site, seed, seconds, lambda store: store.slow())


async def _out_of_order(site, seed, seconds, trouble):
    async with open_house(site, seed) as house:
        await house.start()
        await house.put(Question("Q0000", seed, "alice", "general", words=80, pause=0.05))
        await house.seen(lambda: house.shows("Q0000", "word"))
        async with trouble(house.store):
            names = [f"Q{number:04}" for number in range(1, 4)]
            await house.put_all(Question(name, seed, "bob", "random") for name in names)
            await asyncio.sleep(seconds)
            early = [
                Violation("G03", name, "was acknowledged without a store")
                for name in names
                if any(sent.outcome and sent.outcome.accepted for sent in house.deliveries[name])
            ]
        await house.settled()
        await house.quiet()
    return early + judge(house.history())


async def cut(site, seed, *, times=6):
    """PostgreSQL throws everybody out, again and again, also in the midst of a commit."""
    async with open_house(site, seed) as house:
        await house.start()
        async with asyncio.TaskGroup() as people:
            people.create_task(house.put_all(questions(seed, 12, words=(10, 40)), pause=0.2))
            people.create_task(house.store.cut(times, 0.4))
        await house.settled()
        await house.quiet()
    return judge(house.history())
