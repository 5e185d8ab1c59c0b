"""Limits are small, so that most questions wait in line or are refused; meanwhile things fail."""

import asyncio
import random

from bot.playground.faults import Fault, Loss
from bot.slack.actions.buttons import RETRY
from tests.chaos.house import open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import questions
from tests.chaos.trials.kills import POINTS

FAULTS = (
    Fault(status=500),
    Fault(status=429, retry_after=1),
    Fault(lost=Loss.CLOSE),
    Fault(lost=Loss.PAGE),
)
SHARE = 0.1
"""Of Slack's calls that fail."""

LONG_LINE = 200
CROWDED = frozenset({"crowded"})


async def killed(site, seed):
    """The process dies again and again while most wait; nobody is refused."""
    return await _waited_through(site, seed, _kill, line=LONG_LINE)


async def store_down(site, seed):
    """The journal does not answer while most wait; nobody is refused."""
    return await _waited_through(site, seed, _store_down, line=LONG_LINE)


async def crowded(site, seed):
    """Too many wait. Who is refused is told so, and is answered after Retry."""
    return await _waited_through(site, seed, _nothing, again=True)


async def crowded_killed(site, seed):
    """Too many wait, and the process dies again and again."""
    return await _waited_through(site, seed, _kill)


async def crowded_store_down(site, seed):
    """Too many wait, and the journal does not answer for a while."""
    return await _waited_through(site, seed, _store_down)


async def _waited_through(site, seed, trouble, *, line=None, again=False, count=24):
    """`line`: how many may wait, few by default; `again`: who was refused presses Retry."""
    chance = random.Random(seed)
    limits = _limits(chance, line)
    # In one thread Retry would make the older question the later one.
    plan = questions(seed, count, words=(5, 15), pause=0.02, threads=0 if again else 0.25)
    async with open_house(site, seed) as house:
        house.failures = lambda _name: CROWDED if line is None else ()
        house.slack.faults.rule = _failing(chance)
        await house.start(kill_at=_point(chance) if trouble is _kill else "", **limits)
        async with asyncio.TaskGroup() as people:
            people.create_task(house.put_all(plan, pause=0.05))
            people.create_task(trouble(house, chance, limits))
        await house.settled()
        refused = [name for name in house.asked if _is_refused(house, name)]
        if again:
            house.failures = lambda _name: ()
            house.slack.faults.rule = None
            await _ask_again(house, refused)
        await house.quiet()
    unmet = [Violation("trial", site.store, "nobody was refused")] if again and not refused else []
    return unmet + _too_many_at_once(house, limits, trouble) + judge(house.history())


def _limits(chance, line):
    return {
        "BOT_MAX_RUNNING": str(chance.randint(1, 3)),
        "BOT_MAX_RUNNING_PER_WORKSPACE": str(chance.randint(1, 3)),
        "BOT_MAX_RUNNING_PER_PERSON": str(chance.randint(1, 2)),
        "BOT_MAX_WAITING": str(line or chance.randint(1, 5)),
    }


def _failing(chance):
    def rule(_method, _arguments):
        return chance.choice(FAULTS) if chance.random() < SHARE else None

    return rule


def _point(chance):
    """Somewhere in the work on one of the first questions."""
    return f"{chance.choice(POINTS)}:{chance.randint(1, 6)}"


async def _nothing(_house, _chance, _limits):
    """Slack's faults are enough."""


async def _kill(house, chance, limits):
    for _ in range(2):  # whoever kills three times is given up
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        [bot] = [each for each in house.residents if each.alive] or [house.residents[-1]]
        if bot.alive:
            await bot.kill()
        await house.start(port=bot.port, **limits)


async def _store_down(house, chance, _limits):
    await asyncio.sleep(chance.uniform(0.3, 1.0))
    async with house.store.down():
        await asyncio.sleep(chance.uniform(0.5, 2.5))


def _is_refused(house, name):
    return RETRY in house.answer(house.asked[name][1]).buttons


async def _ask_again(house, names):
    """One after the other, so that nobody is refused this time."""
    for name in names:
        question, said, _ = house.asked[name]
        await house.press(question.user, house.answer(said), RETRY)
        await house.seen(lambda name=name: house.has_ended(name))


def _too_many_at_once(house, limits, trouble):
    """How many requests to the model ran at the same time; of several lives nobody counts them."""
    if trouble is _kill:
        return []
    most = min(int(limits["BOT_MAX_RUNNING"]), int(limits["BOT_MAX_RUNNING_PER_WORKSPACE"]))
    changes = [(request.received_at, 1) for request in house.model.requests]
    changes += [
        (request.finished_at or request.disconnected_at, -1) for request in house.model.requests
    ]
    running = worst = 0
    for _, change in sorted(changes):
        running += change
        worst = max(worst, running)
    return [Violation("I7", "answers", f"{worst} at once, allowed: {most}")] if worst > most else []
