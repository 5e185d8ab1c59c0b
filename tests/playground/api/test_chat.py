"""Posts, edits and their limits, as the real client sees them."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.web_client import GENERAL, post, refusal

BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}]


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def posted(client, **content):
    return (await post(client, **content))["ts"]


async def read(client, ts):
    answered = await client.conversations_replies(channel=GENERAL, ts=ts)
    return answered["messages"][0]


async def test_a_post_comes_back_as_slack_keeps_it(client, slack):
    answered = await client.chat_postMessage(channel=GENERAL, text="hi")

    message = answered["message"]
    assert (answered["channel"], answered["ts"]) == (GENERAL, message["ts"])
    assert message["bot_profile"]["app_id"] == message["app_id"] == slack.workspace.bot.app_id


async def test_a_user_in_place_of_a_channel_is_their_dm(client):
    assert (await client.chat_postMessage(channel="U0YUKI", text="hi"))["channel"] == "D0YUKI"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "hi"}, "channel_not_found"),
        ({"channel": GENERAL}, "no_text"),
        ({"channel": GENERAL, "text": ""}, "no_text"),
        ({"channel": GENERAL, "text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"channel": GENERAL, "markdown_text": "b" * 12_001}, "msg_too_long"),
        ({"channel": GENERAL, "text": "a", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": GENERAL, "text": "a", "blocks": "["}, "invalid_blocks_format"),
        ({"channel": GENERAL, "text": "a", "metadata": {"id": 1}}, "invalid_metadata_schema"),
        ({"channel": GENERAL, "attachments": [{}] * 101}, "too_many_attachments"),
    ],
)
async def test_posts_that_are_refused(client, arguments, error):
    assert await refusal(client.api_call("chat.postMessage", json=arguments)) == error


async def test_where_the_app_may_not_write(client, slack):
    slack.workspace.channel("leads").members.remove(slack.workspace.bot.user_id)
    slack.workspace.channel("random").members.remove(slack.workspace.bot.user_id)
    slack.workspace.channel("general").archived = True
    errors = [
        await refusal(client.chat_postMessage(channel=channel, text="hi"))
        for channel in ("C0LEADS", "C0RANDOM", GENERAL)
    ]

    assert errors == ["channel_not_found", "not_in_channel", "is_archived"]


async def test_a_long_post_is_truncated_with_a_warning(client):
    answered = await client.chat_postMessage(channel=GENERAL, text="x" * 40_001)

    assert answered["warning"] == "message_truncated"
    assert len(answered["message"]["text"]) == 40_000


async def test_an_update_by_text_takes_the_blocks_away_and_marks_the_edit(client):
    ts = await posted(client, blocks=BLOCKS)
    await client.chat_update(channel=GENERAL, ts=ts, text="new")
    message = await read(client, ts)

    assert (message["text"], "blocks" in message, "edited" in message) == ("new", False, True)


async def test_an_update_by_blocks_leaves_no_mark(client):
    ts = await posted(client)
    await client.chat_update(channel=GENERAL, ts=ts, text="fallback", blocks=BLOCKS)
    message = await read(client, ts)

    assert message["blocks"][0]["text"]["text"] == "in a block"
    assert "edited" not in message


async def test_what_an_update_leaves_out_is_kept(client):
    metadata = {"event_type": "turn", "event_payload": {"id": "1"}}
    ts = await posted(client, blocks=BLOCKS, metadata=metadata)
    await client.chat_update(channel=GENERAL, ts=ts, text="new")
    kept = await client.conversations_history(channel=GENERAL, include_all_metadata=True)
    assert kept["messages"][0]["metadata"] == metadata

    await client.chat_update(channel=GENERAL, ts=ts, text="newer", metadata={})
    gone = await client.conversations_history(channel=GENERAL, include_all_metadata=True)
    assert "metadata" not in gone["messages"][0]


async def test_an_update_counts_bytes_even_of_a_fallback(client):
    ts = await posted(client)
    for text, content in [("あ" * 1334, {}), ("x" * 4001, {"blocks": BLOCKS})]:
        call = client.chat_update(channel=GENERAL, ts=ts, text=text, **content)
        assert await refusal(call) == "msg_too_long"

    await client.chat_update(channel=GENERAL, ts=ts, text="あ" * 1333)


async def test_only_own_messages_are_edited_and_deleted(client, slack):
    said = await slack.say("alice", "general", "hi")
    own = await posted(client)
    others = {"channel": GENERAL, "ts": said["ts"]}
    missing = {"channel": GENERAL, "ts": "1.000000"}

    assert await refusal(client.chat_update(**others, text="x")) == "cant_update_message"
    assert await refusal(client.chat_delete(**others)) == "cant_delete_message"
    assert await refusal(client.chat_update(**missing, text="x")) == "message_not_found"
    assert (await client.chat_delete(channel=GENERAL, ts=own))["ok"]
    assert await refusal(client.chat_delete(channel=GENERAL, ts=own)) == "message_not_found"


async def test_ephemerals_are_for_one_member(client, slack):
    await client.chat_postEphemeral(channel=GENERAL, user="U0BOB", text="psst")
    outsider = client.chat_postEphemeral(channel="C0LEADS", user="U0YUKI", text="psst")

    assert [(m["to"], m["text"]) for m in slack.workspace.ephemerals] == [("U0BOB", "psst")]
    assert await refusal(outsider) == "user_not_in_channel"


async def test_bad_blocks_say_where(client):
    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel=GENERAL, text="x", blocks=[section("")])

    (message,) = raised.value.response["response_metadata"]["messages"]
    assert "/blocks/0/text/text" in message
