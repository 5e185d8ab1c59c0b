"""One message is read, wherever it stands."""

import pytest

from bot.slack.limits import REPLIES
from bot.slack.one_message import found_in, where


@pytest.mark.parametrize("place", ["root", "reply", "direct"])
async def test_it_is_found_wherever_it_stands(api, slack, place):
    said = await slack.say("alice", "@streambot" if place == "direct" else "general", "hi")
    channel = slack.workspace.dm("alice") if place == "direct" else None
    channel = (channel or slack.workspace.channel("general")).id
    if place == "reply":
        said = await slack.say("bob", "general", "hi", thread_ts=said["ts"])
    await slack.say("alice", "general", "more", thread_ts=said["ts"] if place == "root" else None)
    page = await api.call(REPLIES, where(channel, said["ts"]))

    assert found_in(page, said["ts"])["text"] == "hi"
    assert found_in(page, "9.9") is None
    assert found_in({}, said["ts"]) is None
