"""Others have taken all the sockets there are."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp

from bot.playground.events.socket_mode import MAX_SOCKETS
from tests.chaos.house import open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import questions

DIALS = 8
"""In two seconds, when the pauses between them grow."""


async def too_many(site, seed):
    """It asks for one less and less often, and gets one when there is one (F024)."""
    async with open_house(site, seed) as house, aiohttp.ClientSession() as session:
        async with AsyncExitStack() as others:
            for _ in range(MAX_SOCKETS):
                url = house.slack.sockets.open_url()
                await others.enter_async_context(session.ws_connect(url))
            bot = await house.start(ready=False)
            await asyncio.sleep(2)
            dials = len(house.slack.calls.of("apps.connections.open"))
        await bot.ready()
        await house.put_all(questions(seed, 2))
        await house.settled()
    spins = [Violation("F024", bot.name, f"{dials} dials")] if not 0 < dials <= DIALS else []
    return spins + judge(house.history())
