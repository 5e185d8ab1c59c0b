"""Faults, as the real client meets them."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.faults import Fault, Loss
from tests.playground.web_client import GENERAL, post


async def test_latency_is_felt_on_both_ways(slack, client):
    slack.faults.latency = 0.1
    begun = asyncio.get_running_loop().time()
    await post(client)
    ended = asyncio.get_running_loop().time()

    assert ended - begun >= 0.1
    assert 0.04 <= slack.calls[-1].at - begun <= ended - begun - 0.04


async def test_a_lost_answer_leaves_the_message_behind(slack, client):
    slack.faults.lose("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await post(client)

    assert [m["text"] for m in slack.workspace.messages(GENERAL)] == ["…"]
    assert (slack.calls[-1].status, slack.calls[-1].ok) == (0, True)
    assert (await post(client))["ok"]


@pytest.mark.parametrize("how", Loss)
async def test_an_answer_is_lost_in_every_way(slack, client, how):
    """What is done is done, however the caller learns nothing of it."""
    slack.faults.lose("chat.postMessage", how=how)
    lost = (aiohttp.ClientError, OSError, TimeoutError, SlackApiError, AttributeError)
    with pytest.raises(lost):
        async with asyncio.timeout(0.5):
            await post(client)

    assert len(slack.workspace.messages(GENERAL)) == 1
    assert (slack.calls[-1].status, slack.calls[-1].ok) == (0, True)


async def test_an_answer_is_held_back(slack, client):
    slack.faults.hold("chat.postMessage", 0.1)
    async with asyncio.TaskGroup() as calls:
        call = calls.create_task(post(client))
        await slack.wait_for(lambda: len(slack.calls))
        assert slack.workspace.messages(GENERAL)
        assert not call.done()

    assert call.result()["ok"]


@pytest.mark.parametrize("how", [Loss.GATEWAY, Loss.SILENCE])
async def test_a_call_lands_after_its_caller_has_given_up(slack, client, how):
    """Posts, edits and deletes: what comes later is carried out, and logged, in that order."""
    ts = (await post(client))["ts"]
    slack.faults.delay("chat.update", 1.0, how=how)
    with pytest.raises((SlackApiError, TimeoutError)):
        async with asyncio.timeout(0.3):
            await client.chat_update(channel=GENERAL, ts=ts, text="late")
    assert [m["text"] for m in slack.workspace.messages(GENERAL)] == ["…"]
    await client.chat_update(channel=GENERAL, ts=ts, text="newest")
    await slack.wait_for(lambda: len(slack.calls) == 3)

    assert [m["text"] for m in slack.workspace.messages(GENERAL)] == ["late"]
    assert [(call.arguments["text"], call.status) for call in slack.calls] == [
        ("…", 200),
        ("newest", 200),
        ("late", 0),
    ]


async def test_a_call_that_lands_late_is_judged_when_it_lands(slack, client):
    ts = (await post(client))["ts"]
    slack.faults.delay("chat.update", 0.2)
    with pytest.raises(SlackApiError):
        await client.chat_update(channel=GENERAL, ts=ts, text="late")
    await client.chat_delete(channel=GENERAL, ts=ts)
    await slack.wait_for(lambda: len(slack.calls) == 3)

    assert slack.calls[-1].error == "message_not_found"
    assert slack.workspace.messages(GENERAL) == []


async def test_a_rule_decides_over_each_call(slack, client):
    def rule(method, arguments):
        return Fault(error="fatal_error") if arguments["text"] == "no" else None

    slack.faults.rule = rule
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=GENERAL, text="no")
    await client.chat_postMessage(channel=GENERAL, text="yes")
    slack.faults.clear()
    await client.chat_postMessage(channel=GENERAL, text="no")

    assert [m["text"] for m in slack.workspace.messages(GENERAL)] == ["yes", "no"]


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [("internal_error", 200, "internal_error"), (500, 500, "fatal_error")],
)
async def test_a_failed_call_is_not_carried_out(slack, client, error, status, told):
    slack.faults.fail("chat.postMessage", error)
    with pytest.raises(SlackApiError) as failed:
        await post(client)

    assert (failed.value.response.status_code, failed.value.response["error"]) == (status, told)
    assert slack.workspace.messages(GENERAL) == []


async def test_planned_faults_are_used_up_in_order(slack, client):
    slack.faults.refuse("chat.postMessage", retry_after=7)
    slack.faults.fail("*", "fatal_error")
    outcomes = []
    for _ in range(3):
        try:
            outcomes.append((await post(client))["ok"])
        except SlackApiError as error:
            outcomes.append(error.response.headers.get("Retry-After", error.response["error"]))

    assert outcomes == ["7", "fatal_error", True]


async def test_a_share_of_the_calls_is_refused(slack, client):
    await slack.switch("rate_limited_share", 0.5)
    for _ in range(10):
        await asyncio.gather(post(client), return_exceptions=True)

    assert slack.stats()["methods"]["chat.postMessage"]["refused"] == 5


async def test_methods_can_be_refused_by_name(slack, client):
    await slack.switch("rate_limited", ["chat.update"])
    ts = (await post(client))["ts"]

    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.chat_update(channel=GENERAL, ts=ts, text="x")


async def test_slack_can_be_down_and_come_back(slack, client):
    await slack.switch("unavailable", True)
    with pytest.raises(SlackApiError, match="503"):
        await post(client)
    await slack.switch("clear")

    assert (await post(client))["ok"]
