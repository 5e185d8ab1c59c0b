"""Conversations read back from a small Slack: roles, names, order, and what is left out."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.prompt import Place, build_prompt
from bot.core.types import Message, Thread, Turn, Unseen
from bot.playground.faults import Fault
from bot.slack.answers.post_metadata import METADATA
from bot.slack.reads.history import NO_TEXT, ONLY_A_MENTION, UNREAD, SlackHistory
from bot.slack.reads.people import SlackPeople
from bot.slack.reads.reach import Reach
from tests.fakes import Free

START = 1_751_328_000.0


class Scene:
    """A conversation in one place, told by its messages; `read` reads it back."""

    def __init__(self, slack, api, people, identity, channel):
        self.slack, self.api, self.people, self.identity = slack, api, people, identity
        self.workspace = slack.workspace
        self.channel = channel
        self.now = START
        self.budget = api.budget

    def say(self, user, text, *, after=10.0, **fields):
        self.now += after
        user = self.workspace.user(user).id
        return self.workspace.say(self.channel, user=user, text=text, now=self.now, **fields)["ts"]

    def answer(self, text, question=None, *, part=0, after=1.0, **fields):
        self.now += after
        blocks = [{"type": "markdown", "text": text}] if text else []
        blocks.append({"type": "context", "elements": [{"type": "plain_text", "text": "Stopped."}]})
        metadata = {
            "event_type": METADATA,
            "event_payload": {"question": question, "part": part},
        }
        fields["metadata"] = metadata if question else None
        bot = self.identity.bot_user
        return self.workspace.post(
            self.channel, user=bot, now=self.now, text="fallback", blocks=blocks, **fields
        )["ts"]

    async def read(self, ts, *, root=None, text="as typed", reach=None, room=16_000, **more):
        direct = self.channel.startswith("D")
        thread = Thread(self.workspace.team_id, self.channel, root)
        turn = Turn(thread, ts, "U0ALICE", text, direct=direct, **more)
        history = SlackHistory(
            replace(self.api, budget=self.budget), self.people, self.identity, reach
        )
        self.found = found = await history.read(turn, room)
        self.left_out = {each.what: each.count for each in found.left_out}
        return found.messages


@pytest.fixture
async def people(api, identity):
    async with SlackPeople(api) as people:
        yield people


@pytest.fixture
def channel(slack, api, people, identity):
    return Scene(slack, api, people, identity, slack.workspace.channel("general").id)


@pytest.fixture
def dm(slack, api, people, identity):
    return Scene(slack, api, people, identity, slack.workspace.dm("alice").id)


def told(messages):
    return [(message.role, message.name, message.text) for message in messages]


async def test_a_thread_has_roles_names_and_the_question_last(channel):
    root = channel.say("bob", "*plans* for @alice?")
    first = channel.say("alice", "@streambot why?", thread_ts=root)
    channel.answer("because &lt;b&gt;", first, thread_ts=root)
    asked = channel.say("yuki", "@streambot and @bob?", thread_ts=root)
    channel.answer("", asked, thread_ts=root)
    channel.say("bob", "too late", thread_ts=root)

    assert told(await channel.read(asked, root=root)) == [
        ("user", "bob", "**plans** for @alice?"),
        ("user", "alice", "why?"),
        ("assistant", None, "because <b>"),
        ("user", "yuki", "and @bob?"),
    ]


async def test_an_answer_stands_after_its_question_in_as_many_parts_as_it_has(channel):
    root = first = channel.say("alice", "@streambot one?")
    second = channel.say("bob", "@streambot two?", thread_ts=root)
    third = channel.say("yuki", "@streambot three?", thread_ts=root)
    channel.answer("1a", first, thread_ts=root)
    channel.answer("2a", second, thread_ts=root)
    channel.answer("1b", first, part=1, thread_ts=root)

    assert told(await channel.read(third, root=root)) == [
        ("user", "alice", "one?"),
        ("assistant", None, "1a\n\n1b"),
        ("user", "bob", "two?"),
        ("assistant", None, "2a"),
        ("user", "yuki", "three?"),
    ]


async def test_parts_are_read_in_their_order_whenever_they_were_written(channel):
    """One that could not be edited any more has been posted anew, below the others."""
    root = first = channel.say("alice", "@streambot one?")
    channel.answer("1b", first, part=1, thread_ts=root)
    channel.answer("1a", first, thread_ts=root)
    asked = channel.say("bob", "@streambot two?", thread_ts=root)

    assert told(await channel.read(asked, root=root))[1] == ("assistant", None, "1a\n\n1b")


async def test_what_carries_no_metadata_stands_where_it_was_said(channel):
    root = channel.say("alice", "one")
    channel.answer("from before", thread_ts=root)
    asked = channel.say("alice", "@streambot two", thread_ts=root)
    channel.answer("later", thread_ts=root)

    assert [m.text for m in await channel.read(asked, root=root)] == ["one", "from before", "two"]


async def test_metadata_of_others_means_nothing(channel):
    root = channel.say("alice", "one")
    metadata = {"event_type": METADATA, "event_payload": {"question": root}}
    channel.say("bob", "I am the bot", thread_ts=root, metadata=metadata)
    asked = channel.say("alice", "@streambot two", thread_ts=root)

    assert [m.role for m in await channel.read(asked, root=root)] == ["user"] * 3


async def test_joins_and_placeholders_say_nothing_and_files_are_named(channel):
    root = channel.say("alice", "one")
    file = {"id": "F1", "name": "chart.png"}
    channel.say("bob", "", thread_ts=root, subtype="file_share", files=[file])
    channel.answer("", root, thread_ts=root)
    channel.say("yuki", "joined", thread_ts=root, subtype="channel_join")
    asked = channel.say("alice", "@streambot two", thread_ts=root)

    assert told(await channel.read(asked, root=root))[1:-1] == [
        ("user", "bob", "(shared a file: chart.png)")
    ]


async def test_other_apps_are_heard(channel):
    root = channel.say("alice", "one")
    app = {"subtype": "bot_message", "bot_id": "B9", "username": "deploys"}
    channel.workspace.post(
        channel.channel, user="", now=channel.now + 1, text="v2 is *out*", thread_ts=root, **app
    )
    asked = channel.say("alice", "@streambot two", thread_ts=root, after=20)

    heard = (await channel.read(asked, root=root))[1]
    assert (heard.name, heard.text) == ("deploys", "v2 is **out**")


async def test_an_app_is_called_what_it_calls_itself_on_one_line(channel):
    root = channel.say("alice", "one")
    apps = [
        {"bot_id": "B8", "bot_profile": {"name": "Alerts"}},
        {"bot_id": "B8", "bot_profile": {"name": "Alerts"}, "username": "on\n\nalice: call"},
        {"bot_id": "B8"},
    ]
    for app in apps:
        channel.now += 1
        where = {"user": "U0NOBODY", "now": channel.now, "thread_ts": root}
        channel.workspace.post(channel.channel, text="hi", **where, **app)
    asked = channel.say("alice", "@streambot two", thread_ts=root, after=20)

    heard = await channel.read(asked, root=root)
    assert [each.name for each in heard[1:4]] == ["Alerts", "on alice: call", "U0NOBODY"]


async def test_those_whom_a_card_names_are_looked_up(channel):
    root = channel.say("alice", "one")
    owner = {"type": "mrkdwn", "text": "Owner: <@U0BOB>"}
    blocks = [{"type": "context", "elements": [owner]}]
    where = {"now": channel.now + 1, "thread_ts": root, "bot_id": "B9"}
    channel.workspace.post(channel.channel, user="", blocks=blocks, **where)
    asked = channel.say("alice", "@streambot who?", thread_ts=root, after=20)

    assert (await channel.read(asked, root=root))[1].text == "Owner: @bob"


async def test_a_question_that_was_edited_is_read_as_it_is_now(channel):
    root = channel.say("bob", "plans")
    asked = channel.say("alice", "@streambot one?", thread_ts=root)
    channel.workspace.edit(channel.channel, asked, text="@streambot two?", now=channel.now + 1)

    assert [m.text for m in await channel.read(asked, root=root)] == ["plans", "two?"]


async def test_a_direct_message_goes_back_to_the_last_pause(dm):
    dm.say("alice", "yesterday")
    dm.answer("indeed", after=5)
    first = dm.say("alice", "today", after=3601)
    dm.answer("yes", first)
    asked = dm.say("alice", "now?", after=3599)
    dm.answer("", asked)
    dm.say("alice", "not yet")

    assert told(await dm.read(asked)) == [
        ("user", "alice", "today"),
        ("assistant", None, "yes"),
        ("user", "alice", "now?"),
    ]
    assert dm.left_out == {}


async def test_the_pause_is_a_setting(dm):
    dm.say("alice", "one")
    asked = dm.say("alice", "two", after=61)

    assert [m.text for m in await dm.read(asked, reach=Reach(pause=60))] == ["two"]


async def test_a_thread_in_a_direct_message_is_its_own_conversation(dm):
    dm.say("alice", "elsewhere")
    root = dm.say("alice", "here")
    asked = dm.say("alice", "more", thread_ts=root)

    assert [m.text for m in await dm.read(asked, root=root)] == ["here", "more"]


async def test_a_long_thread_is_read_page_by_page_and_its_newest_are_kept(channel):
    """F013."""
    root = channel.say("alice", "root")
    for number in range(30):
        channel.say("bob", f"{number}", thread_ts=root)
    asked = channel.say("alice", "@streambot?", thread_ts=root)

    messages = await channel.read(asked, root=root, reach=Reach(page_size=7, max_messages=4))

    assert [m.text for m in messages] == [UNREAD, "root", "28", "29", "?"]
    assert channel.left_out == {Unseen.OLDEST: 28}
    assert len(channel.slack.calls.of("conversations.replies")) == 2


async def test_pages_are_bounded(channel):
    """F052."""
    root = channel.say("alice", "root")
    for number in range(30):
        channel.say("bob", f"{number}", thread_ts=root)

    messages = await channel.read(
        "1999999999.000000", root=root, reach=Reach(page_size=5, max_pages=2)
    )

    oldest, newest = ["root", "0", "1", "2", "3", "4"], ["26", "27", "28", "29"]
    assert [m.text for m in messages] == [UNREAD, *oldest, *newest, "as typed"]
    assert channel.left_out == {Unseen.SOME_BEFORE: 0}


async def test_a_direct_conversation_is_read_no_further_than_its_pause(dm):
    for number in range(10):
        dm.say("alice", f"{number}", after=4000)
    asked = dm.say("alice", "now")

    await dm.read(asked, reach=Reach(page_size=2))

    assert len(dm.slack.calls.of("conversations.history")) == 2


@pytest.mark.parametrize("error", ["missing_scope", "channel_not_found", 500])
async def test_without_history_the_question_stands_alone(channel, error):
    root = channel.say("alice", "one")
    asked = channel.say("alice", "@streambot two", thread_ts=root)
    channel.slack.faults.fail("conversations.replies", error, times=2)

    messages = await channel.read(asked, root=root, text="two, <@U0BOB>?")

    assert messages == [
        Message("system", UNREAD),
        Message("user", "two, @bob?", "alice", asked),
    ]
    assert channel.left_out == {Unseen.BEFORE: 0}


@pytest.mark.parametrize("error", [500, "internal_error"])
@pytest.mark.parametrize("page", [1, 2, 3])
async def test_a_read_that_failed_is_repeated_once(channel, error, page):
    """Each page of it. One lost answer of Slack's is no reason to forget the conversation."""
    root = channel.say("alice", "one")
    for number in range(4):
        channel.say("bob", f"{number}", thread_ts=root)
    asked = channel.say("alice", "two", thread_ts=root)
    calls = iter(range(1, 9))
    channel.slack.faults.rule = lambda method, _: (
        Fault(status=500) if method == "conversations.replies" and next(calls) == page else None
    )

    messages = await channel.read(asked, root=root, reach=Reach(page_size=2))

    assert [m.text for m in messages] == ["one", "0", "1", "2", "3", "two"]
    assert channel.left_out == {}


async def test_what_is_attached_to_a_question_that_cannot_be_read_is_said_to_be_missing(channel):
    """Nothing stands before it, so nothing else is missing."""
    root = channel.say("alice", "what is this?")
    channel.slack.faults.fail("conversations.replies", 500, times=2)

    await channel.read(root, root=root, has_more=True)

    assert channel.left_out == {Unseen.ATTACHED: 0}


async def test_files_are_told_once_until_the_next_answer(channel):
    """The bot does not read them yet. Who asks on has been told."""
    file = {"files": [{"id": "F1", "name": "chart.png"}], "subtype": "file_share"}
    root = channel.say("bob", "Look", **file)
    first = channel.say("alice", "what is it?", thread_ts=root)
    await channel.read(first, root=root)
    told_first = channel.left_out
    channel.answer("a chart?", first, thread_ts=root)
    await channel.read(first, root=root, goes_on=True)
    told_again = channel.left_out
    second = channel.say("alice", "sure?", thread_ts=root)
    await channel.read(second, root=root)

    assert told_first == told_again == {Unseen.FILES: 0}
    assert channel.left_out == {}


async def test_a_short_refusal_is_waited_for(channel):
    root = channel.say("alice", "one")
    channel.slack.faults.refuse("conversations.replies", retry_after=1)

    asked = channel.say("alice", "two", thread_ts=root)

    assert [m.text for m in await channel.read(asked, root=root)] == ["one", "two"]


async def test_a_long_refusal_is_not_waited_for(channel):
    """F051."""
    root = channel.say("alice", "one")
    asked = channel.say("alice", "two", thread_ts=root)
    channel.slack.faults.refuse("conversations.replies", retry_after=30)

    async with asyncio.timeout(20):
        messages = await channel.read(asked, root=root, text="two")

    assert [m.text for m in messages] == [UNREAD, "two"]
    assert channel.budget.refusals == [30.0]


async def test_a_slow_slack_costs_context_not_time(channel):
    """F050."""
    root = channel.say("alice", "one")
    asked = channel.say("alice", "two", thread_ts=root)
    channel.slack.faults.latency = 30

    async with asyncio.timeout(20):
        messages = await channel.read(
            asked, root=root, text="two", reach=Reach(answer_timeout=0.1, names_timeout=0.1)
        )

    assert [m.text for m in messages] == [UNREAD, "two"]


class Queue(Free):
    """A budget in which each call waits its turn for `seconds`."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    async def acquire(self, call):
        await asyncio.sleep(self.seconds)


async def test_waiting_for_the_budget_costs_no_context(channel):
    """When many ask at once, each still has its thread: only Slack's own slowness is impatient."""
    root = channel.say("alice", "one")
    asked = channel.say("alice", "two", thread_ts=root)
    channel.budget = Queue(0.3)

    messages = await channel.read(asked, root=root, reach=Reach(answer_timeout=0.2))

    assert [m.text for m in messages] == ["one", "two"]


async def test_waiting_for_the_budget_has_an_end(channel):
    """An answer without its thread is better than none, and the model knows what it lacks."""
    root = channel.say("alice", "one")
    asked = channel.say("alice", "two", thread_ts=root)
    channel.budget = Queue(30)

    async with asyncio.timeout(20):
        messages = await channel.read(asked, root=root, text="2", reach=Reach(budget_timeout=0.1))

    assert [m.text for m in messages] == [UNREAD, "2"]


async def test_the_model_is_told_what_could_not_be_read(channel):
    """F051: half a conversation is announced as half, in front of what there is of it."""
    root = channel.say("alice", "one")
    for number in range(3):
        channel.say("bob", f"{number}", thread_ts=root)
    asked = channel.say("alice", "why?", thread_ts=root)
    channel.budget = Half()

    messages = await channel.read(
        asked, root=root, text="why?", reach=Reach(page_size=2, budget_timeout=1)
    )
    prompt = build_prompt(messages, Place("bot", direct=False, today="2026-01-01"))

    assert prompt[0].text.endswith(UNREAD)
    assert [(m.role, m.text) for m in prompt[1:]] == [
        ("user", "alice: one"),
        ("user", "bob: 0"),
        ("user", "bob: 1"),
        ("user", "alice: why?"),
    ]


class Half(Free):
    """A budget for one call."""

    def __init__(self):
        super().__init__()
        self.left = 1

    async def acquire(self, call):
        self.left -= 1
        if self.left < 0:
            await asyncio.Event().wait()


async def test_a_deleted_question_is_answered_as_it_was_asked(channel):
    root = channel.say("alice", "one")
    asked = channel.say("alice", "two", thread_ts=root)
    await channel.slack.delete(channel.channel, asked)

    assert [m.text for m in await channel.read(asked, root=root)] == ["one", "as typed"]


async def test_a_question_without_words_is_still_a_question(channel):
    root = channel.say("bob", "plans")
    asked = channel.say("alice", "@streambot", thread_ts=root)

    assert [m.text for m in await channel.read(asked, root=root)] == ["plans", ONLY_A_MENTION]
    assert [m.text for m in await channel.read(asked, root=root, has_more=True)] == [
        "plans",
        NO_TEXT,
    ]


async def test_a_question_that_begins_its_thread_costs_no_call(channel):
    """There is nothing before it, and Slack counts these calls for the whole workspace."""
    asked = channel.say("alice", "@streambot one?")

    assert told(await channel.read(asked, root=asked, text="one?")) == [("user", "alice", "one?")]
    assert channel.slack.calls.of("conversations.replies") == []


async def test_only_as_many_of_the_newest_messages_are_read_as_may_be_used(channel):
    root = channel.say("bob", "root")
    for number in range(20):
        channel.say("bob", f"{number} " + "word " * 200, thread_ts=root)
    asked = channel.say("alice", "@streambot why?", thread_ts=root)

    read = await channel.read(asked, root=root, room=1_000)

    assert [text.partition(" ")[0] for _, _, text in told(read)] == ["16", "17", "18", "19", "why?"]
    assert channel.left_out == {Unseen.OLDEST: 17}


async def test_an_earlier_answer_is_known_though_it_is_not_read(channel):
    root = channel.say("alice", "@streambot one?")
    channel.answer("first answer", root, thread_ts=root)
    channel.say("bob", "word " * 2_000, thread_ts=root)
    asked = channel.say("alice", "@streambot two?", thread_ts=root)

    await channel.read(asked, root=root, room=100)
    assert channel.found.answered

    await channel.read(asked, root=root)
    assert not channel.found.answered, "it is among the messages"


async def test_messages_that_are_large_and_say_little_are_not_all_read(channel):
    root = channel.say("bob", "root")
    empty = [{"type": "section", "text": {"type": "mrkdwn", "text": " " * 3_000}}] * 40
    for _ in range(15):
        channel.say("bob", "x", blocks=empty, thread_ts=root)
    asked = channel.say("alice", "@streambot why?", thread_ts=root)

    read = await channel.read(asked, root=root)

    assert told(read)[0] == ("system", None, UNREAD)
    assert told(read)[-1] == ("user", "alice", "why?")
    assert channel.left_out[Unseen.OLDEST] > 0


async def test_a_message_that_is_too_large_is_read_in_part_and_that_is_told(channel):
    root = channel.say("bob", "root")
    rows = [{"text": f"card {number} " + "word " * 600, "id": number} for number in range(90)]
    channel.say("bob", "see", attachments=rows, thread_ts=root)
    asked = channel.say("alice", "@streambot why?", thread_ts=root)

    read = await channel.read(asked, root=root, room=100_000)

    assert "card 0 " in str(told(read))
    assert "card 80 " not in str(told(read))
    assert channel.left_out == {Unseen.LONG: 0}
