"""The pages of a conversation, where Slack grants many calls and where it grants one a minute."""

import pytest

from bot.core.types import Thread, Turn
from bot.errors import SlackError
from bot.slack.reads import pages
from bot.slack.reads.pages import ConversationPages
from bot.slack.reads.reach import Reach
from bot.slack.reads.thread_times import ThreadTimes

NOW = 1_751_328_000.0


class Long:
    """A thread of so many replies, a minute apart, which events have told or not."""

    def __init__(self, slack, api, replies, *, told=True, text="", reach=None):
        self.slack, self.channel = slack, slack.workspace.channel("general").id
        self.times = ThreadTimes(lambda: NOW + (-1 if told else replies * 60 + 1))
        self.pages = ConversationPages(api, reach or Reach(), self.times)
        alice = slack.workspace.user("alice").id
        say = slack.workspace.say
        self.root = say(self.channel, user=alice, text="root", now=NOW)["ts"]
        for number in range(1, replies + 1):
            where = {"thread_ts": self.root, "user": alice, "now": NOW + 60 * number}
            said = say(self.channel, text=f"{text} {number}".strip(), **where)
            if told:
                self.times.hear({"event": said | {"channel": self.channel}})
        self.asked = said["ts"]

    async def read(self, *, room=100_000, **more):
        """The texts that came, and whether they are all."""
        turn = Turn(Thread("T", self.channel, self.root), self.asked, "U0ALICE", "why?", **more)
        self.slack.calls.clear()
        found = {}
        try:
            reading = self.pages.of(turn, room)
            async for page in reading.pages():
                found |= {each["ts"]: each["text"] for each in page}
        except SlackError:
            return [found[ts] for ts in sorted(found)], False
        self.older = reading.older
        return [found[ts] for ts in sorted(found)], True

    @property
    def calls(self):
        return len(self.slack.calls.of("conversations.replies"))


def numbers(first, last):
    return ["root", *(str(number) for number in range(first, last + 1))]


async def test_the_one_call_brings_the_newest_messages_and_the_root(slack, api):
    slack.limits.few_reads = True
    long = Long(slack, api, 39)

    assert await long.read() == (numbers(27, 39), False)
    assert long.calls == 2
    slack.limits._buckets.clear()
    assert await long.read() == (numbers(27, 39), False)
    assert long.calls == 1, "Slack has refused the second call, so it is not tried again"


async def test_after_a_cold_start_the_last_part_is_read(slack, api):
    """The root is most of an hour old: of the newest, as many as its age lets one hope for."""
    slack.limits.few_reads = True
    found, whole = await Long(slack, api, 50, told=False).read()

    assert (found[0], found[-1], whole) == ("root", "50", False)
    assert 10 <= len(found) <= pages.FEW


@pytest.mark.parametrize("told", [True, False])
async def test_a_thread_that_fits_one_call_is_read_whole(slack, api, told):
    slack.limits.few_reads = True
    long = Long(slack, api, 9, told=told)

    assert await long.read() == (numbers(1, 9), True)
    assert long.calls == 1


@pytest.mark.parametrize("told", [True, False])
async def test_an_app_that_may_read_all_reads_all_and_soon_in_one_call(slack, api, told):
    long = Long(slack, api, 39, told=told)

    assert await long.read() == (numbers(1, 39), True)
    assert long.calls == 2
    assert await long.read() == (numbers(1, 39), True)
    assert long.calls == 1


async def test_what_is_asked_again_is_read_up_to_its_question(slack, api):
    slack.limits.few_reads = True
    long = Long(slack, api, 39)
    long.asked = f"{NOW + 60 * 20:.6f}"

    assert await long.read(round=1) == (numbers(8, 20), False)


async def test_a_refusal_that_is_over_is_forgotten(slack, api):
    long = Long(slack, api, 39)
    long.pages._limited_until = float("inf")
    assert await long.read() == (numbers(27, 39), False)

    long.pages._limited_until = float("-inf")

    assert await long.read() == (numbers(1, 39), True)


@pytest.mark.parametrize("told", [True, False])
async def test_a_thread_of_more_pages_than_are_read_keeps_its_newest_and_its_root(slack, api, told):
    reach = Reach(page_size=20, max_pages=4, max_messages=30)
    long = Long(slack, api, 300, told=told, reach=reach)
    for _ in range(2):
        found, whole = await long.read()

        assert whole, "enough was read, or it would have raised"
        assert found[0] == "root"
        assert found[-30:] == [str(number) for number in range(271, 301)]
        assert long.calls <= 4


async def test_of_long_messages_only_as_many_are_read_as_have_room(slack, api):
    long = Long(slack, api, 300, text="word " * 100, reach=Reach(page_size=20))
    found, whole = await long.read(room=1_000)

    assert (whole, long.calls, long.older) == (True, 1, 301 - len(found))
    assert found[-1].endswith(" 300")


async def test_what_the_main_line_of_a_direct_message_has_room_for_is_read(slack, api):
    where, alice = slack.workspace.dm("alice").id, slack.workspace.user("alice").id
    for number in range(100):
        text = "word " * 100 + str(number)
        slack.workspace.say(where, user=alice, text=text, now=NOW + number)
    reading = ConversationPages(api, Reach(page_size=10)).of(
        Turn(Thread("T", where, None), f"{NOW + 99:.6f}", alice, "why?", direct=True), 1_000
    )
    found = [each["text"].split()[-1] async for page in reading.pages() for each in page]

    assert found == [str(number) for number in range(99, 89, -1)]
    assert reading.older is None, "nobody knows how many more there are"
