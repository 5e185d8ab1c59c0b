"""Somebody takes away what the bot writes to, while it writes."""

import asyncio

from bot.playground.faults import Fault
from tests.chaos.house import open_house
from tests.chaos.oracle import Fate, Violation, judge
from tests.chaos.questions import Question, asked_in

TRIES = 6
"""Calls that may still come for what is gone: those on their way, and one to find out."""
STOPPED = 2.0
"""Seconds within which the model is left alone."""


async def reply_deleted(site, seed):
    """The reply: it is not written again (F044)."""
    return await _taken(site, seed, _delete_reply)


async def question_deleted(site, seed):
    """The question: its answer comes to an end (F009)."""
    return await _taken(site, seed, _delete_question)


async def channel_archived(site, seed):
    """The channel is archived (F017)."""
    return await _taken(site, seed, _archive)


async def bot_removed(site, seed):
    """The bot is taken out of the channel (F017). What it has posted it may still edit."""
    return await _taken(site, seed, _remove, still_writable=True)


async def token_revoked(site, seed):
    """What the bot says there is refused, for good (F047)."""
    return await _taken(site, seed, _revoke)


async def _taken(site, seed, take, *, still_writable=False):
    async with open_house(site, seed) as house:
        await house.start()
        lost = Question("Q0000", seed, "alice", "room-00", words=60, pause=0.05)
        said = await house.put(lost, Fate.FREE)
        await house.put(Question("Q0001", seed, "bob", "room-01", words=60, pause=0.05))
        await house.seen(lambda: house.shows("Q0000", "word"))
        await take(house, said)
        since = len(house.slack.calls)
        found = [] if still_writable else await _left_alone(house)
        await house.settled()
        await house.quiet(1.0)
        calls = [
            call
            for call in [*house.slack.calls][since:]
            if call.arguments.get("channel") == said["where"]
        ]
    vain = [call for call in calls if not (call.ok and still_writable)]
    posts = [call for call in calls if call.method == "chat.postMessage" and call.ok]
    storm = [Violation("F017", "Q0000", f"{len(vain)} calls")] if len(vain) > TRIES else []
    again = [Violation("F044", "Q0000", "was written anew")] if posts else []
    return found + storm + again + judge(house.history())


async def _left_alone(house):
    """Nobody will read what the model goes on to say."""
    request = next(each for each in house.model.requests if asked_in(each.body) == "Q0000")
    try:
        await asyncio.wait_for(request.disconnected.wait(), STOPPED)
    except TimeoutError:
        return [Violation("F009", "Q0000", f"the model was still read {STOPPED} s later")]
    return []


async def _delete_reply(house, said):
    await house.slack.delete(said["where"], house.answer(said).ts)


async def _delete_question(house, said):
    await house.slack.delete(said["where"], said["ts"])


async def _revoke(house, said):
    def refuse(method, arguments):
        there = arguments.get("channel") == said["where"]
        return Fault(error="token_revoked") if there else None

    house.slack.faults.rule = refuse


async def _archive(house, said):
    house.slack.workspace.channels[said["where"]].archived = True


async def _remove(house, said):
    channel = house.slack.workspace.channels[said["where"]]
    channel.members.remove(house.slack.workspace.bot.user_id)
