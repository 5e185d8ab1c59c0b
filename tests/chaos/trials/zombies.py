"""A process is paused until its lease has run out, and wakes up when another has taken over."""

from tests.chaos.house import LEASE, open_house
from tests.chaos.oracle import Violation, judge
from tests.chaos.questions import Question


async def zombie(site, seed, *, streams=3):
    """What was its own before is not written by it any more (F094).

    Its streams still go on when it wakes up: there is something that it would like to write.
    """
    plan = [
        Question(f"Q{n:04}", seed, "alice", f"room-{n:02}", words=200, pause=0.005)
        for n in range(streams)
    ]
    async with open_house(site, seed) as house:
        paused = await house.start()
        house.replies |= {each.name: each.reply(pause=0.1) for each in plan}
        await house.put_all(plan)
        await house.seen(lambda: all(house.shows(each.name, "word") for each in plan))
        paused.process.pause()
        house.replies.clear()
        other = await house.start()
        await house.settled()
        # It took them over, so it looks at them once more.
        await other.says("looked again", within=60, times=streams)
        finished = len(house.slack.calls)
        paused.process.resume()
        await house.quiet(2 * LEASE)
        stale = [
            Violation("F094", call.method, f"by who had lost the lease: {call.arguments}")
            for call in [*house.slack.calls][finished:]
            if call.method.startswith("chat.")
        ]
    return stale + judge(house.history())
