"""Clicks, commands, modals and response URLs, with the real Bolt at the other end."""

import aiohttp
import pytest

from tests.playground.events.conftest import BLOCKS


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
    (ephemeral,) = slack.workspace.ephemerals
    await slack.click("bob", "general", ephemeral["ts"], "stop")
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

    slack.workspace.commands.add("/ask")
    await slack.command("alice", "general", "/ask", "please")
    (view,) = await slack.wait_for(lambda: slack.workspace.views)
    outcome = await slack.submit("alice", view["id"], {"b": {"a": {"value": "42"}}})

    assert outcome.payload == {"response_action": "clear"}
    assert submitted == [{"b": {"a": {"value": "42"}}}]
