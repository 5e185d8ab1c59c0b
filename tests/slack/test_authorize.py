"""The Bolt app: authorized without a call to Slack, and for our workspace only."""

import asyncio

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.authorize import UnknownTeam, authorizer, build_app
from tests.slack.bolt import IDENTITY
from tests.slack.payloads import BOT_ID, BOT_USER, TEAM, payload


def context(**known):
    found = AsyncBoltRequest(body={}, mode="socket_mode").context
    found.update(known)
    return found


async def test_an_event_of_ours_is_authorized_with_what_we_know():
    result = await authorizer(IDENTITY, "xoxb-1")(context(), TEAM, None)

    assert (result.bot_token, result.bot_user_id, result.bot_id) == ("xoxb-1", BOT_USER, BOT_ID)


async def test_another_workspace_raises_what_bolt_does_not_acknowledge():
    with pytest.raises(UnknownTeam):
        await authorizer(IDENTITY, "xoxb-1")(context(), "T99", None)


async def test_a_click_from_another_workspace_is_ours_all_the_same():
    clicked = context(response_url="https://hooks.slack.com/actions/1")

    assert (await authorizer(IDENTITY, "xoxb-1")(clicked, "T99", None)).team_id == TEAM


async def test_bolt_asks_slack_nothing_and_hands_on_what_we_did_ourselves(client, slack):
    app, seen = build_app(IDENTITY, client), []

    async def on_message(body):
        seen.append(body["event"]["user"])

    app.event("message")(on_message)
    body = payload("message_im")
    body["event"]["user"] = BOT_USER
    response = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    async with asyncio.timeout(20):
        while not seen:  # Bolt starts the listener in a task of its own
            await asyncio.sleep(0.005)

    assert (response.status, seen) == (200, [BOT_USER])
    assert len(slack.calls) == 0
