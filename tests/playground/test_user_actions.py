"""What people do."""

import aiohttp
import pytest

from bot.playground.workspace.api_error import ApiError
from bot.playground.workspace.people import App
from tests.playground.web_client import GENERAL


async def test_people_share_files(slack, client):
    attach = [("notes.txt", b"hello")]
    said = await slack.say("alice", "@streambot", "read this", attach=attach)
    (shared,) = said["files"]
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with (
        aiohttp.ClientSession() as http,
        http.get(shared["url_private"], headers=headers) as response,
    ):
        content = await response.read()

    assert (said["subtype"], shared["mimetype"], content) == ("file_share", "text/plain", b"hello")
    assert slack.delivery.log[-1].event["subtype"] == "file_share"


async def test_other_apps_post(slack):
    """With a user of their own, or by an incoming webhook, which has none."""
    card = {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]}
    root = await slack.post_as(App("U9", "B9", "A9", "Nine"), "general", blocks=[card])
    hook = App("", "B8", "A8", "Eight")
    reply = await slack.post_as(hook, "general", text="hi", thread_ts=root["ts"])
    await slack.post_as(hook, "general", text="below", thread_ts=reply["ts"])

    assert (root["user"], root["bot_id"], root["bot_profile"]["name"]) == ("U9", "B9", "Nine")
    assert not {"client_msg_id", "subtype"} & root.keys()
    assert (reply["subtype"], reply["username"], reply["bot_id"]) == ("bot_message", "Eight", "B8")
    assert "user" not in reply
    assert reply["parent_user_id"] == "U9"
    stored = slack.workspace.message(GENERAL, root["ts"])
    assert (stored["reply_users"], stored["reply_count"]) == (["B8"], 2)


async def test_people_edit_and_delete(slack):
    said = await slack.say("alice", "general", "helo")
    edited = await slack.edit("general", said["ts"], "hello")
    await slack.delete("general", said["ts"])

    assert (edited["text"], edited["edited"]["user"]) == ("hello", "U0ALICE")
    assert slack.workspace.messages(GENERAL) == []


async def test_users_and_channels_are_found_by_id_and_by_name(slack):
    by_name = await slack.say("alice", "general", "hi")
    by_id = await slack.say("U0ALICE", "C0GENERAL", "hi")
    in_dm = await slack.say("alice", "@streambot", "hi")

    assert by_name["user"] == by_id["user"] == "U0ALICE"
    assert len(slack.workspace.messages(GENERAL)) == 2
    assert slack.workspace.message("D0ALICE", in_dm["ts"])["text"] == "hi"


async def test_a_button_that_is_not_there(slack):
    said = await slack.say("alice", "general", "hi")

    with pytest.raises(ApiError, match="action_not_found"):
        await slack.click("alice", "general", said["ts"], "stop")
    with pytest.raises(ApiError, match="message_not_found"):
        await slack.click("alice", "general", "1.000000", "stop")
