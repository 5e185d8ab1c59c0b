"""Events over HTTP, checked by the signature verifier of slack_sdk and by Bolt."""

import json

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from bot.playground.api.rate_limits import RateLimits
from bot.playground.server import Playground
from tests.playground.conftest import told_of_mentions
from tests.playground.events.conftest import BLOCKS, settled


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
