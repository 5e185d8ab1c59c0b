"""Too much at once, and too little of everything: it gets slow, and loses nothing."""

import random
import resource

from bot.playground.faults import Fault
from tests.chaos.house import open_house
from tests.chaos.oracle import Fate, judge
from tests.chaos.questions import ROOMS, Question, questions

FILES = 64


async def crowd(site, seed, *, count=100):
    """A hundred people ask at the same moment (F111)."""
    async with open_house(site, seed) as house:
        await house.start()
        for number in range(count):
            room = ROOMS[number % len(ROOMS)]
            await house.put(Question(f"Q{number:04}", seed, "alice", room, words=20, pause=0.05))
        await house.settled()
        await house.quiet()
    return judge(house.history())


async def slow_network(site, seed, *, count=8):
    """Every call takes between a tenth of a second and one; some answers are lost (F108)."""
    chance = random.Random(seed)

    def delay(_method, _arguments):
        return Fault(held=chance.uniform(0.1, 0.9))

    async with open_house(site, seed) as house:
        await house.start()
        house.slack.faults.rule = delay
        house.slack.faults.lost_answers = 0.05
        await house.put_all(questions(seed, count))
        await house.settled()
        await house.quiet()
    return judge(house.history())


async def few_files(site, seed, *, count=40):
    """It may open 64 files, sockets included, and is asked more at once than that allows (F105)."""
    async with open_house(site, seed) as house:
        bot = await house.start()
        resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        for number in range(count):
            question = Question(f"Q{number:04}", seed, "alice", ROOMS[number], pause=0.1)
            await house.put(question, Fate.ENDED)
        await house.settled()
        await house.quiet()
    return judge(house.history())
