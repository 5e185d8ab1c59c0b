"""Threads, pages, DMs and reactions, as the real client reads them."""

from tests.playground.web_client import GENERAL, refusal


async def read(client, ts):
    answered = await client.conversations_replies(channel=GENERAL, ts=ts)
    return answered["messages"][0]


async def test_a_thread_page_by_page(client, slack):
    root = await slack.say("alice", "general", "root")
    for number in range(3):
        await client.chat_postMessage(channel=GENERAL, thread_ts=root["ts"], text=f"{number}")
    first = await client.conversations_replies(channel=GENERAL, ts=root["ts"], limit=2)
    listed = [answered["messages"] async for answered in first]

    assert [[message["text"] for message in messages] for messages in listed] == [
        ["root", "0", "1"],
        ["root", "2"],
    ]


async def test_reading_what_is_not_there(client):
    replies = client.conversations_replies(channel=GENERAL, ts="1.000000")

    assert await refusal(replies) == "thread_not_found"
    assert await refusal(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await refusal(client.bots_info(bot="B0NOBODY")) == "bot_not_found"


async def test_dms_are_opened_for_one_and_for_several(client):
    one = await client.conversations_open(users="U0BOB")
    several = await client.conversations_open(users="U0BOB,U0YUKI")
    again = await client.conversations_open(users=["U0YUKI", "U0BOB"])

    assert one["channel"]["id"] == "D0BOB"
    assert several["channel"]["id"] == again["channel"]["id"]


async def test_permalinks_reactions_and_status(client, slack):
    root = await slack.say("alice", "general", "hi")
    ts = root["ts"]
    link = await client.chat_getPermalink(channel=GENERAL, message_ts=ts)
    await client.reactions_add(channel=GENERAL, timestamp=ts, name="eyes")
    await client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=ts, status="is busy")

    assert link["permalink"].endswith(f"{GENERAL}/p{ts.replace('.', '')}")
    assert (await read(client, ts))["reactions"][0]["name"] == "eyes"
    assert slack.workspace.statuses[GENERAL, ts] == "is busy"
    await client.reactions_remove(channel=GENERAL, timestamp=ts, name="eyes")
