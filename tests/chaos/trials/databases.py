"""The network drops what goes to PostgreSQL, or the server restarts, while many answers run."""

import asyncio
import random
from collections import Counter

from bot.playground.events.delivery import Timetable
from tests.chaos.house import open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import asked_in, questions
from tests.relay import relayed

LEASE = 10.0
"""Seconds, as it is by default: what gives up a statement is a share of it."""

TIMETABLE = Timetable(retry_scale=0.1, hold=20.0)
"""Slack's retries come after 0, 6 and 30 seconds: a long trouble is over by then."""

NOTICED = 10.0
"""Seconds after which the server ends a dead connection: the bot asks it to."""

SECONDS = 4.0
"""How long a trouble lasts: one within which no lease need be lost."""


async def restarted(site, seed):
    """Everybody is thrown out, and let in again some seconds later."""

    async def trouble(house, _):
        async with house.store.down():
            await asyncio.sleep(SECONDS)

    return await _under_load(site, seed, trouble)


async def cut(site, seed):
    """Every connection is cut, again and again."""
    return await _under_load(site, seed, lambda house, _: house.store.cut(6, 0.5))


async def black_hole(site, seed, *, new=True, seconds=SECONDS):
    """No byte passes and nothing is closed; with `new` also on connections that are made then."""

    async def trouble(_, relay):
        relay.silence(new=new)
        await asyncio.sleep(seconds)
        relay.recover()

    return await _under_load(site, seed, trouble)


async def one_hangs(site, seed):
    """One of the connections is dead: that costs one answer a second request at most."""

    async def trouble(_, relay):
        relay.silence_one(random.Random(seed).randrange(100))

    return await _under_load(site, seed, trouble, most_again=1)


async def _under_load(site, seed, trouble, *, count=30, most_again=None):
    """`most_again`: how many questions the model may be asked a second time."""
    chance = random.Random(seed)
    async with (
        open_house(site, seed, timetable=TIMETABLE) as house,
        relayed(house.store.url) as (relay, through),
    ):
        relay.noticed_after = NOTICED
        bot = await house.start(DATABASE_URL=through, BOT_LEASE_SECONDS=str(LEASE))
        async with asyncio.TaskGroup() as people:
            plan = questions(seed, count, words=(20, 120), pause=0.05)
            people.create_task(house.put_all(plan, pause=0.2))
            await asyncio.sleep(chance.uniform(0.5, 2.5))
            await trouble(house, relay)
        await house.settled(90)
        await house.quiet(1.0)
        await bot.leave()
    asked = Counter(asked_in(request.body) for request in house.model.requests)
    again = asked - Counter([*house.asked])
    return judge(house.history()) + _too_often(again, most_again)


def _too_often(again, most):
    if most is None or len(again) <= most:
        return []
    return [Violation("G09", name, f"asked {times} more times") for name, times in again.items()]
