"""Long threads of which Slack gives little: the `thread` cases of `prompt.yaml`."""

import asyncio

import pytest

from bot.slack.reads.history import UNREAD
from bot.strings import ENGLISH
from tests.cases import BUSY, field_cases

KEYS = {"id", "what", "today", "slack", "thread", "ask", "expect"}
PART = ENGLISH.unseen.format(what=ENGLISH.unseen_parts["some_before"])


async def grown(house, thread):
    """A thread that is written while the bot is there, all but the last of it some time ago."""
    slack = house.slack
    user, channel = slack.workspace.user("bob").id, slack.workspace.channel("general").id
    now = slack.clock.wall() - thread["seconds_between"] * (thread["replies"] + 1)
    root = slack.workspace.say(channel, user=user, text=thread["root"], now=now)["ts"]
    for n in range(1, thread["replies"] + 1):
        now += thread["seconds_between"]
        text = thread["text"].format(n=n)
        slack.workspace.say(channel, user=user, text=text, now=now, thread_ts=root)
    await house.acknowledged()
    return root


@pytest.mark.parametrize("case", field_cases("prompt", only=lambda case: "thread" in case))
async def test_a_thread_of_which_slack_gives_little(house, case):
    assert case.keys() <= KEYS
    assert case["slack"] == {"page": 15, "pages_per_minute": 1}
    house.slack.limits.few_reads = True
    expect, root = case["expect"], await grown(house, case["thread"])

    async with asyncio.timeout(BUSY * expect["within"]):
        answer = await house.ask("alice", "general", f"@streambot {case['ask']}", thread_ts=root)

    prompt = "\n\n".join(message["content"] for message in house.prompts[-1][1:])
    assert [each for each in expect["prompt_contains"] if each not in prompt] == []
    is_told = "told" in expect
    assert (UNREAD in house.prompts[-1][0]["content"]) is is_told
    assert answer.notices == ([PART] if is_told else [])


async def test_a_question_within_the_same_minute_is_answered_without_its_thread(house):
    """Slack refuses to be read; nobody waits for the minute to pass, and all are told."""
    house.slack.limits.few_reads = True
    thread = {"root": "The fair.", "replies": 30, "text": "remark no. {n}", "seconds_between": 60}
    root = await grown(house, thread)
    await house.ask("alice", "general", "@streambot what was said last?", thread_ts=root)

    async with asyncio.timeout(30):
        answer = await house.ask("bob", "general", "@streambot and first?", thread_ts=root)

    assert UNREAD in house.prompts[-1][0]["content"]
    assert "and first?" in house.prompts[-1][-1]["content"]
    assert answer.notices[0].startswith("Not seen by the model: ")


async def test_a_long_direct_message_brings_its_newest_part(house):
    house.slack.limits.few_reads = True
    workspace, slack = house.slack.workspace, house.slack
    where, alice = workspace.dm("alice").id, workspace.user("alice").id
    workspace.subscriptions.remove("message.im")
    for n in range(30):
        workspace.post(where, user=alice, text=f"remark no. {n}", now=slack.clock.wall())
    workspace.subscriptions.add("message.im")

    answer = await house.ask("alice", "@streambot", "what was said last?")

    prompt = str(house.prompts[-1])
    assert ("remark no. 29" in prompt, "remark no. 3'" in prompt) == (True, False)
    assert answer.notices == [PART]
