"""Socket Mode, with the real socket client at the other end."""

import json

import aiohttp
import pytest

from tests.playground.events.conftest import Listener, settled


async def test_an_event_arrives_in_an_envelope_and_is_acknowledged(slack):
    async with Listener(slack) as listener:
        said = await slack.say("alice", "general", "@streambot hi")
        await slack.wait_for(settled(slack))

    (request,) = listener.heard
    payload = request.payload
    assert (request.type, request.retry_attempt) == ("events_api", 0)
    assert (payload["type"], payload["team_id"]) == ("event_callback", slack.workspace.team_id)
    assert payload["authorizations"][0]["user_id"] == slack.workspace.bot.user_id
    assert payload["event"]["ts"] == said["ts"]


async def test_what_happens_while_no_socket_is_open_comes_as_a_retry(slack):
    await slack.say("alice", "general", "@streambot hi")
    async with Listener(slack) as listener:
        await slack.wait_for(settled(slack))

    assert [request.retry_attempt for request in listener.heard] == [1]


async def test_hello_counts_the_sockets_and_each_payload_goes_to_one(slack, raw):
    async with raw() as first, raw() as second:
        hellos = [await first.receive_json(), await second.receive_json()]
        await slack.say("alice", "@streambot", "one")
        await slack.say("alice", "@streambot", "two")
        envelopes = [await first.receive_json(), await second.receive_json()]
        for socket, envelope in zip((first, second), envelopes, strict=True):
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
        await slack.wait_for(settled(slack))

    assert [hello["num_connections"] for hello in hellos] == [1, 2]
    assert {e["payload"]["event"]["text"] for e in envelopes} == {"one", "two"}


async def test_a_ticket_is_good_for_one_socket(slack):
    url = slack.sockets.open_url()
    async with aiohttp.ClientSession() as http, http.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


async def test_the_eleventh_socket_is_turned_away(slack, raw):
    sockets = [await raw() for _ in range(11)]
    last = [await socket.receive_json() for socket in sockets][-1]
    for socket in sockets:
        await socket.close()

    assert (last["type"], last["reason"]) == ("disconnect", "too_many_websockets")


@pytest.mark.parametrize("action", ["drop_sockets", "refresh_sockets"])
async def test_the_client_comes_back_after(slack, action):
    async with Listener(slack) as listener:
        await slack.switch(action)
        listener.client.auto_reconnect_enabled = True
        if action == "drop_sockets":
            await listener.client.connect_to_new_endpoint(force=True)
        await slack.wait_for(lambda: len(slack.sockets) == 1)
        await slack.say("alice", "@streambot", "still there?")
        await slack.wait_for(lambda: listener.heard)

    assert listener.events() == ["still there?"]


@pytest.mark.parametrize("ack_timeout", [0.3])
async def test_a_frozen_socket_is_open_and_dead_and_another_gets_a_retry(slack, raw):
    async with raw() as frozen:
        await frozen.receive_json()
        await frozen.ping()
        assert (await frozen.receive(timeout=1)).type == aiohttp.WSMsgType.PONG
        await slack.switch("freeze_sockets")
        await frozen.ping()
        await slack.say("alice", "@streambot", "hi")
        async with raw() as fresh:
            await fresh.receive_json()
            envelope = await fresh.receive_json()
            await fresh.send_json({"envelope_id": envelope["envelope_id"]})
            await slack.wait_for(settled(slack))
        with pytest.raises(TimeoutError):
            await frozen.receive(timeout=0.01)

    assert envelope["retry_attempt"] > 0


@pytest.mark.parametrize("ack_timeout", [0.05])
@pytest.mark.parametrize(("trouble", "ignored"), [("", 4), ("freeze_sockets", 0)])
async def test_who_does_not_acknowledge_on_a_good_socket_ignores_it(slack, raw, trouble, ignored):
    async with raw() as socket:
        await socket.receive_json()
        if trouble:
            await slack.switch(trouble)
        await slack.say("alice", "@streambot", "hi")
        await slack.wait_for(settled(slack))

    assert slack.delivery.log[0].ignored == ignored


@pytest.mark.parametrize("ack_timeout", [0.3])
async def test_what_goes_with_its_socket_is_not_ignored(slack, raw):
    """It breaks, or is frozen, when the event has been sent."""
    for trouble in ("freeze_sockets", "drop_sockets"):
        async with raw() as socket:
            await socket.receive_json()
            await slack.say("alice", "@streambot", trouble)
            await socket.receive_json()
            await slack.switch(trouble)
            await slack.wait_for(settled(slack))

    assert [each.ignored for each in slack.delivery.log] == [0, 0]


async def test_a_warned_socket_works_until_it_is_closed(slack, raw):
    async with raw() as socket:
        await socket.receive_json()
        await slack.switch("warn_sockets")
        warning = await socket.receive_json()
        await slack.say("alice", "@streambot", "quick")
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        end = await socket.receive()

    assert (warning["type"], warning["reason"]) == ("disconnect", "warning")
    assert end.type == aiohttp.WSMsgType.CLOSE
    await slack.wait_for(settled(slack))


async def test_sockets_can_be_refused(slack, raw):
    slack.faults.socket_refused = True

    with pytest.raises(aiohttp.WSServerHandshakeError):
        await raw()


@pytest.mark.parametrize("ack_timeout", [0.05])
async def test_nonsense_on_a_socket_acknowledges_nothing(slack, raw):
    async with raw() as socket:
        await socket.receive_json()
        await slack.say("alice", "@streambot", "hi")
        for said in ("{", "[]", json.dumps({"envelope_id": "unknown"})):
            await socket.send_str(said)
        await slack.wait_for(settled(slack))

    assert slack.delivery.log[0].attempts == 4
