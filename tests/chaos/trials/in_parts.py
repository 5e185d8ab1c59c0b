"""A question comes in two events, of which one lacks its file, and the process is killed."""

from tests.chaos.house import open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import Question

POINTS = ("accept.before:2", "accept.after:2", "question.before", "question.after")
"""Where it dies: around the commit of the second event, and before the model is asked."""

FILE = "minutes.txt"


async def in_parts(site, seed, point):
    """The next process asks the model about the file, once (F098)."""
    async with open_house(site, seed) as house:
        house.slack.delivery.announcements.thin_mentions = True
        first = await house.start(kill_at=point)
        question = Question("Q0000", seed, "alice", "general")
        await house.put(question, attach=[(FILE, b"1. Tea")])
        reached = await first.died(10)
        await house.start(port=first.port)
        await house.settled()
        await house.quiet()
        seen = [FILE in str(prompt) for prompt in house.prompts]
    missed = [] if reached else [Violation("trial", point, "the process lived on")]
    if not seen or not all(seen):
        missed.append(Violation("F098", question.name, f"the model saw its file: {seen}"))
    return missed + judge(house.history())
