"""Slack carries a call out after the bot has given up on it: the last word stands all the same.

With a lease of one second nothing is taken for possible after three (`statements.LANDED`).
"""

import asyncio

import pytest

from bot.playground.faults import Fault, Loss
from bot.playground.model.scripted_reply import Reply
from tests.e2e.house import AGAIN, Held, open_house

LANDS = 2.0
"""Seconds; by then each of these answers has ended."""


@pytest.fixture
async def house():
    async with open_house(bot_lease_seconds=1.0) as house:
        yield house


async def looked(house, times=1):
    """As soon as the messages have been looked at once more."""
    async with asyncio.timeout(30):
        while sum(entry["event"] == "looked again" for entry in house.logs) < times:
            await asyncio.sleep(0.05)
    await house.idle()


async def landed(house, method):
    """What has landed late by now."""
    return [call for call in house.slack.calls.of(method) if call.status == 0]


def stands(house, question):
    answer = house.answer(question)
    return answer.texts, answer.notices, answer.buttons


async def test_a_placeholder_that_lands_late_is_removed(house):
    house.slack.faults.delay("chat.postMessage", LANDS)
    house.model.enqueue(Reply(["Whole."]))
    question = await house.say("alice", "general", "@streambot go")
    await house.ended(question)
    await looked(house)

    assert len(await landed(house, "chat.postMessage")) == 1
    assert stands(house, question) == (["Whole."], [], AGAIN)


@pytest.mark.parametrize("how", [Loss.GATEWAY, Loss.RESET])
async def test_an_edit_that_lands_late_is_written_over(house, how):
    house.slack.faults.delay("chat.update", LANDS, how=how)
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    await house.begun(question, "Half")
    pieces.release()
    await house.ended(question)
    await looked(house)

    assert len(await landed(house, "chat.update")) == 1
    assert stands(house, question) == (["Half and half"], [], AGAIN)


async def test_a_file_that_is_shared_late_stands_once(house):
    house.slack.faults.delay("files.completeUploadExternal", LANDS)
    house.model.enqueue(Reply(["word " * 30_000]))
    question = await house.say("alice", "general", "@streambot go")
    await house.ended(question)
    await looked(house)

    assert len(await landed(house, "files.completeUploadExternal")) == 1
    shared = [m for m in house.slack.workspace.messages(question["where"]) if m.get("files")]
    assert len(shared) == 1


async def test_who_asks_again_during_the_look_is_answered_after_it(house):
    """Slack makes the look wait for two seconds; nobody hears of a running answer."""
    refusals = [Fault(status=429, retry_after=2)]

    def refuse_the_look(method, _arguments):
        ended = any(entry["event"] == "answer ended" for entry in house.logs)
        looks = ended and method == "conversations.replies"
        return refusals.pop() if looks and refusals else None

    house.slack.faults.rule = refuse_the_look
    house.slack.faults.delay("chat.update", LANDS)
    house.model.enqueue(Reply(["Good"]), Reply(["Better"]))
    question = await house.say("alice", "general", "@streambot go")
    answer = await house.ended(question)
    await house.slack.wait_for(lambda: house.refused, timeout=20)
    await house.press("alice", answer, "regenerate")
    await house.slack.wait_for(lambda: len(house.model.requests) == 2, timeout=20)
    await house.ended(question)

    assert house.whispers == []
    assert stands(house, question) == (["Better"], [], AGAIN)


async def test_without_a_lost_call_nothing_is_looked_at(house):
    answer = await house.ask("alice", "general", "@streambot go")
    calls = len(house.slack.calls)
    await asyncio.sleep(4)

    assert len(house.slack.calls) == calls
    assert answer.buttons == AGAIN
    assert not [entry for entry in house.logs if entry["event"] == "looked again"]
