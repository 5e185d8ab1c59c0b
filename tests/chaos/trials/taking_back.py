"""Somebody deletes a question, and the process is killed before it has done what that asks for."""

from tests.chaos.house import open_house
from tests.chaos.oracle import Fate, Violation, bare, judge
from tests.chaos.questions import Question

WHILE_WRITTEN = (
    "order.before",
    "order.after",
    "close.after",
    "posted.after:2",
    "posting.after",
    "delete.before",
    "delete.after",
    "ended.before",
)
"""Where it dies when the question of a half-written answer is deleted."""

AFTERWARDS = ("withdraw.before", "withdraw.after", "buttons.before", "buttons.after")
"""Where it dies when the answer had ended and was complete."""

HALF = ("withdraw.after", "claim.after:2", "close.after:2", "delete.after", "ended.before:2")
"""Where it dies when the answer had ended before it was complete."""


async def while_written(site, seed, point):
    """The next process removes what was written (F009, F098)."""
    return await _taken_back(
        site,
        seed,
        point,
        Question("Q0000", seed, "alice", "room-00", words=100, pause=0.05),
        lambda house, _: house.seen(lambda: house.shows("Q0000", "word")),
        lambda answer: not answer.messages,
    )


async def afterwards(site, seed, point):
    """The next process takes the buttons off, and leaves the rest (F098)."""
    question = Question("Q0000", seed, "alice", "room-00")
    return await _taken_back(
        site,
        seed,
        point,
        question,
        _ended,
        lambda answer: not answer.buttons and bare(answer.text) == bare(question.answer),
    )


async def half(site, seed, point):
    """The next process removes half an answer, too (F009, F098)."""
    question = Question("Q0000", seed, "alice", "room-00", finish="length")
    return await _taken_back(
        site, seed, point, question, _ended, lambda answer: not answer.messages
    )


async def _ended(house, process):
    # The end is committed after the buttons are shown.
    await process.says('"answer ended"')
    await house.quiet(1.0)


async def _taken_back(site, seed, point, question, ready, done):
    async with open_house(site, seed) as house:
        first = await house.start(kill_at=point)
        said = await house.put(question, Fate.FREE)
        await ready(house, first)
        await house.slack.delete(said["where"], said["ts"])
        reached = await first.died(10)
        await house.start(port=first.port)
        is_done = await house.seen(lambda: done(house.answer(said)))
        await house.quiet()
        answer = house.answer(said)
    missed = [] if reached else [Violation("trial", point, "the process lived on")]
    if not is_done or not done(answer):
        shown = f"{answer.texts} {answer.notices} {answer.buttons}"
        missed.append(Violation("F009", question.name, f"shows {shown}"))
    return missed + judge(house.history())
