"""Requests and responses of the Web API over HTTP."""

import json

import aiohttp

from tests.playground.web_client import GENERAL

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}]


async def test_a_token_in_the_form_and_json_within(slack):
    form = {"token": slack.bot_token, "channel": GENERAL, "blocks": json.dumps(BLOCKS)}
    url = f"{slack.api_url}chat.postMessage"
    async with aiohttp.ClientSession() as http, http.post(url, data=form) as response:
        answered = await response.json()

    assert answered["message"]["text"] == "in a block"
    assert "token" not in slack.calls[-1].arguments


async def test_a_body_that_is_no_json(slack):
    headers = {"Content-Type": "application/json"}
    url = f"{slack.api_url}auth.test"
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=b"{", headers=headers) as response,
    ):
        assert (await response.json())["error"] == "invalid_json"
