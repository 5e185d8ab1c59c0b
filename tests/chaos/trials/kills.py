"""The process kills itself at a named point, and comes back."""

from itertools import product

from tests.chaos.house import open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import Question

WHAT = (
    "accept",
    "claim",
    "begin",
    "posting",
    "posted",
    "close",
    "ended",
    "post",
    "update",
    "last",
    "stream",
    "token",
)
POINTS = tuple(f"{what}.{when}" for what, when in product(WHAT, ("before", "after")))


async def killed(site, seed, *points):
    """A life for each point, and a last one in which everything must come to its end."""
    async with open_house(site, seed) as house:
        first = await house.start(kill_at=points[0])
        await house.put_all(plan(seed))
        reached = await first.died(10)
        for point in points[1:]:
            await _life(house, first.port, point)
        await house.start(port=first.port)
        await house.settled()
        await house.quiet()
    missed = [] if reached else [Violation("trial", points[0], "the process lived on")]
    return missed + judge(house.history())


def plan(seed):
    """Two in one thread, so that one waits for the other, and one elsewhere."""
    return [
        Question("Q0000", seed, "alice", "general"),
        Question("Q0001", seed, "bob", "general", after="Q0000"),
        Question("Q0002", seed, "yuki", "@streambot"),
    ]


async def _life(house, port, point):
    """Ends at the point, if it comes by there at all."""
    life = await house.start(port=port, kill_at=point)
    if life.alive and not await life.died(5):
        life.allowed = {0}
        await life.leave()
