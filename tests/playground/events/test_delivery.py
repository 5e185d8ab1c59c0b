"""Retries, and events that are delivered twice."""

import pytest

from tests.playground.events.conftest import BLOCKS, Listener, settled


@pytest.mark.parametrize("ack_timeout", [0.05])
async def test_what_is_not_acknowledged_comes_again_three_times_with_one_event_id(slack):
    async with Listener(slack, acks=False) as listener:
        await slack.say("alice", "general", "@streambot hi")
        await slack.wait_for(settled(slack))

    assert [request.retry_attempt for request in listener.heard] == [0, 1, 2, 3]
    assert {request.retry_reason for request in listener.heard[1:]} == {"timeout"}
    assert len({request.payload["event_id"] for request in listener.heard}) == 1
    assert len({request.envelope_id for request in listener.heard}) == 4
    assert slack.delivery.log[0].outcome.accepted is False


async def test_both_events_of_a_mention_have_ids_of_their_own(slack):
    slack.workspace.subscriptions.add("message.channels")
    async with Listener(slack) as listener:
        await slack.say("alice", "general", "@streambot hi")
        await slack.wait_for(settled(slack))

    assert {request.payload["event"]["type"] for request in listener.heard} == {
        "app_mention",
        "message",
    }
    assert len({request.payload["event_id"] for request in listener.heard}) == 2
    assert len({request.payload["event"]["ts"] for request in listener.heard}) == 1


async def test_an_event_can_be_delivered_twice(slack):
    async with Listener(slack) as listener:
        await slack.say("alice", "@streambot", "hi")
        await slack.wait_for(settled(slack))
        await slack.switch("redeliver")
        await slack.wait_for(lambda: len(listener.heard) == 2)

    first, second = listener.heard
    assert first.payload["event_id"] == second.payload["event_id"]
    assert second.retry_attempt == 1


@pytest.mark.parametrize("number", [0, 3])
async def test_as_which_retry_it_comes_again_can_be_said(slack, number):
    async with Listener(slack) as listener:
        await slack.say("alice", "@streambot", "hi")
        await slack.wait_for(settled(slack))
        again = slack.delivery.again(slack.delivery.log[0], number)
        await slack.wait_for(lambda: again.outcome)

    assert listener.heard[1].retry_attempt == number
    assert again.sent_at < again.settled_at


@pytest.mark.parametrize("ack_timeout", [0.05])
async def test_a_click_nobody_acknowledges_fails_once(slack, client, raw):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="…", blocks=BLOCKS)
    async with raw() as socket:
        await socket.receive_json()
        outcome = await slack.click("bob", "general", posted["ts"], "stop")

    assert (outcome.accepted, slack.delivery.log[-1].attempts) == (False, 1)
