"""The playground as a whole: start, stop, extensions, limits."""

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.api.rate_limits import RateLimits
from bot.playground.server import Playground
from tests.playground.web_client import GENERAL, post


def test_it_listens_on_loopback_only():
    with pytest.raises(ValueError, match="loopback"):
        Playground(host="0.0.0.0")


async def test_a_taken_port_is_an_error_and_leaves_nothing_open(slack):
    with pytest.raises(OSError, match="address"):
        await Playground(port=slack.port).start()


async def test_it_starts_again_on_the_same_port(slack, client):
    port = slack.port
    await slack.stop()
    await slack.start()

    assert slack.port == port
    assert (await post(client))["ok"]


async def test_a_page_can_be_added():
    async def page(_request):
        return web.Response(text="page")

    def extend(app, playground):
        app.router.add_get("/", page)

    async with (
        Playground(extend=extend) as slack,
        aiohttp.ClientSession() as http,
        http.get(slack.base_url) as response,
    ):
        assert await response.text() == "page"


async def test_too_many_calls_are_told_when_to_come_back():
    async with Playground(limits=RateLimits(burst=1)) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        await post(client)
        with pytest.raises(SlackApiError) as refused:
            await post(client)

    response = refused.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "1"


async def test_any_event_can_be_emitted(slack):
    delivered = slack.emit({"type": "app_home_opened", "user": "U0ALICE", "tab": "messages"})

    assert delivered.event["type"] == "app_home_opened"


async def test_the_figures_show_how_long_people_wait(slack, client):
    said = await slack.say("alice", "general", "@streambot hi")
    answer = await post(client, thread_ts=said["ts"], text="Thinking…")
    for text in ("Thinking…", "Hello", "Hello there"):
        await client.chat_update(channel=GENERAL, ts=answer["ts"], text=text)
    (figures,) = slack.stats()["answers"]

    assert figures["answer_ts"] == answer["ts"]
    assert figures["edits"] == 3
    waits = [figures[f"{name}_after"] for name in ("placeholder", "first_text", "last_edit")]
    assert waits == sorted(waits)
