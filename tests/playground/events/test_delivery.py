"""How events reach the app: the real socket client and the real Bolt on the other end."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.playground.api.rate_limits import RateLimits
from bot.playground.server import Playground
from tests.playground.conftest import told_of_mentions

BUTTON = {"type": "button", "action_id": "stop", "value": "turn-1"}
BLOCKS = [
    {
        "type": "actions",
        "block_id": "controls",
        "elements": [BUTTON | {"text": {"type": "plain_text", "text": "Stop"}}],
    }
]


class Listener:
    """A real Socket Mode client that notes what comes, and acknowledges when told to."""

    def __init__(self, slack, *, acks=True):
        self.heard = []
        self.acks = acks
        self.client = SocketModeClient(app_token=slack.app_token)
        self.client.web_client.base_url = slack.api_url
        self.client.socket_mode_request_listeners.append(self._hear)

    async def _hear(self, client, request):
        self.heard.append(request)
        if self.acks:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    async def __aenter__(self):
        await self.client.connect()
        return self

    async def __aexit__(self, *_):
        await self.client.close()

    def events(self):
        return [request.payload["event"]["text"] for request in self.heard]


@pytest.fixture
async def raw(slack):
    """Opens sockets of no client in particular."""
    async with aiohttp.ClientSession() as http:
        yield lambda: http.ws_connect(slack.sockets.open_url(), autoping=False)


def settled(slack):
    return lambda: slack.delivery.log and all(d.outcome for d in slack.delivery.log)


# Socket Mode


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


async def test_what_happens_while_no_socket_is_open_comes_as_a_retry(slack):
    await slack.say("alice", "general", "@streambot hi")
    async with Listener(slack) as listener:
        await slack.wait_for(settled(slack))

    assert [request.retry_attempt for request in listener.heard] == [1]


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


# People press buttons


@pytest.fixture
async def bolt(slack, client):
    app = AsyncApp(client=client)
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    yield app
    await handler.close_async()


async def test_a_click_reaches_bolt_and_its_response_url_works(slack, client, bolt):
    pressed = []

    @bolt.action("stop")
    async def stop(ack, body, respond):
        await ack()
        pressed.append(body)
        await respond("stopped", replace_original=False)

    posted = await client.chat_postMessage(channel="C0GENERAL", text="…", blocks=BLOCKS)
    outcome = await slack.click("bob", "general", posted["ts"], "stop")
    await slack.wait_for(lambda: slack.workspace.ephemerals)

    (body,) = pressed
    (action,) = body["actions"]
    assert outcome.accepted
    assert (body["user"]["id"], body["channel"]["id"]) == ("U0BOB", "C0GENERAL")
    assert (action["value"], action["block_id"]) == ("turn-1", "controls")
    assert body["container"]["message_ts"] == body["message"]["ts"] == posted["ts"]
    assert slack.workspace.ephemerals[0]["to"] == "U0BOB"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"text": "new", "replace_original": True}, ["new"]),
        ({"delete_original": True}, []),
        ({"text": "new", "response_type": "in_channel"}, ["…", "new"]),
    ],
)
async def test_a_response_url_changes_the_message(slack, client, said, expected):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="…", blocks=BLOCKS)
    await slack.click("bob", "general", posted["ts"], "stop")
    url = slack.delivery.log[-1].envelope.payload["response_url"]
    async with aiohttp.ClientSession() as http, http.post(url, json=said) as response:
        assert (await response.json())["ok"]

    assert [m["text"] for m in slack.workspace.messages("C0GENERAL")] == expected


async def test_a_response_url_replaces_what_only_one_person_sees(slack, client):
    await client.chat_postEphemeral(channel="C0GENERAL", user="U0BOB", text="…", blocks=BLOCKS)
    (whispered,) = slack.workspace.ephemerals
    await slack.click("bob", "general", whispered["ts"], "stop")
    payload = slack.delivery.log[-1].envelope.payload
    said = {"text": "new", "replace_original": True}
    async with aiohttp.ClientSession() as http, http.post(payload["response_url"], json=said):
        pass

    assert "message" not in payload
    assert [message["text"] for message in slack.workspace.ephemerals] == ["new"]


async def test_a_response_url_is_good_for_five_answers(slack, client):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="…", blocks=BLOCKS)
    await slack.click("bob", "general", posted["ts"], "stop")
    url = slack.delivery.log[-1].envelope.payload["response_url"]
    statuses = []
    async with aiohttp.ClientSession() as http:
        for _ in range(6):
            async with http.post(url, json={"text": "again"}) as response:
                statuses.append(response.status)

    assert statuses == [200] * 5 + [404]


@pytest.mark.parametrize("ack_timeout", [0.05])
async def test_a_click_nobody_acknowledges_fails_once(slack, client, raw):
    posted = await client.chat_postMessage(channel="C0GENERAL", text="…", blocks=BLOCKS)
    async with raw() as socket:
        await socket.receive_json()
        outcome = await slack.click("bob", "general", posted["ts"], "stop")

    assert (outcome.accepted, slack.delivery.log[-1].attempts) == (False, 1)


async def test_a_command_opens_a_modal_which_is_sent_off(slack, client, bolt):
    submitted = []

    @bolt.command("/ask")
    async def ask(ack, body, client):
        await ack()
        title = {"type": "plain_text", "text": "Ask"}
        view = {"type": "modal", "callback_id": "ask", "title": title, "blocks": []}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    @bolt.view("ask")
    async def done(ack, view):
        submitted.append(view["state"]["values"])
        await ack(response_action="clear")

    await slack.command("alice", "general", "/ask", "please")
    (view,) = await slack.wait_for(lambda: slack.workspace.views)
    outcome = await slack.submit("alice", view["id"], {"b": {"a": {"value": "42"}}})

    assert outcome.payload == {"response_action": "clear"}
    assert submitted == [{"b": {"a": {"value": "42"}}}]


# HTTP


@pytest.fixture
async def endpoint(quick):
    """The app's side of HTTP delivery: notes requests, answers as `answers` says, else 200."""
    state = {"requests": [], "answers": []}

    async def handle(request):
        body = await request.read()
        state["requests"].append((dict(request.headers), body))
        answered = state["answers"].pop(0) if state["answers"] else web.Response()
        if answered is None:
            await asyncio.sleep(quick.ack_timeout * 2)
            return web.Response()
        if body.startswith(b"{") and "challenge" in json.loads(body):
            return web.Response(text=json.loads(body)["challenge"])
        return answered

    app = web.Application()
    app.router.add_post("/slack/events", handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    state["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield state
    await runner.cleanup()


@pytest.fixture
async def http_slack(quick, endpoint):
    settings = {"timetable": quick, "limits": RateLimits.off(), "events_url": endpoint["url"]}
    async with Playground(told_of_mentions(), **settings) as playground:
        yield playground


async def test_an_event_over_http_is_signed(http_slack, endpoint):
    await http_slack.say("alice", "@streambot", "hi")
    await http_slack.wait_for(settled(http_slack))

    ((headers, body),) = endpoint["requests"]
    assert SignatureVerifier(http_slack.signing_secret).is_valid_request(body, headers)
    assert json.loads(body)["event"]["text"] == "hi"
    assert not [name for name in headers if name.lower().startswith("x-slack-retry")]


@pytest.mark.parametrize("ack_timeout", [0.2])
async def test_failures_over_http_are_tried_again_and_say_why(http_slack, endpoint):
    endpoint["answers"] = [web.Response(status=500), None, web.Response(status=404)]
    await http_slack.say("alice", "@streambot", "hi")
    await http_slack.wait_for(settled(http_slack))

    retries = [
        (headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason"))
        for headers, _ in endpoint["requests"]
    ]
    assert retries == [
        (None, None),
        ("1", "http_error"),
        ("2", "http_timeout"),
        ("3", "http_error"),
    ]
    assert http_slack.delivery.log[0].outcome.accepted


async def test_an_app_can_ask_not_to_be_tried_again(http_slack, endpoint):
    endpoint["answers"] = [web.Response(status=500, headers={"x-slack-no-retry": "1"})]
    await http_slack.say("alice", "@streambot", "hi")
    await http_slack.wait_for(settled(http_slack))

    assert len(endpoint["requests"]) == 1


async def test_nobody_at_the_url(slack):
    slack.send_events_to("http://127.0.0.1:1/slack/events")
    await slack.say("alice", "@streambot", "hi")
    await slack.wait_for(settled(slack))

    assert slack.delivery.log[0].outcome.reason == "connection_failed"


async def test_a_click_over_http_is_a_form(http_slack, endpoint):
    bot = http_slack.workspace.bot.user_id
    posted = http_slack.workspace.post("C0RANDOM", user=bot, now=0.0, text="…", blocks=BLOCKS)
    outcome = await http_slack.click("bob", "random", posted["ts"], "stop")

    headers, body = endpoint["requests"][-1]
    assert outcome.accepted
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert body.startswith(b"payload=%7B")


async def test_the_url_is_verified_by_its_challenge(slack, endpoint):
    assert await slack.send_events_to(endpoint["url"]).verify_url()


async def test_bolt_takes_our_requests_for_slacks(slack, client):
    said = []
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.event("message")
    async def hear(event):
        said.append(event["text"])
        slack.workspace.post_ephemeral("D0ALICE", user="U0ALICE", now=0.0, text="heard")

    runner = web.AppRunner(app.server(path="/slack/events").web_app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.send_events_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    await slack.say("alice", "@streambot", "hi")
    await slack.wait_for(lambda: said)
    await runner.cleanup()

    assert said == ["hi"]
