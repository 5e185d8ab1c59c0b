"""Native streams, as the real client writes them."""

import pytest
from slack_sdk.errors import SlackApiError

GENERAL = "C0GENERAL"


async def refusal(call):
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value.response["error"]


@pytest.fixture
async def root(slack):
    return await slack.say("alice", "general", "@streambot hi")


@pytest.fixture
def where(slack, root):
    team, user = slack.workspace.team_id, root["user"]
    return {
        "channel": GENERAL,
        "thread_ts": root["ts"],
        "recipient_user_id": user,
        "recipient_team_id": team,
    }


@pytest.fixture
async def stream(client, where):
    answered = await client.chat_startStream(**where)
    return {"channel": GENERAL, "ts": answered["ts"]}


def message(slack, stream):
    return slack.workspace.message(GENERAL, stream["ts"])


async def test_a_stream_grows_and_is_completed(slack, client, stream):
    for text in ("Hello, ", "world"):
        await client.chat_appendStream(**stream, markdown_text=text)
    divider = [{"type": "divider"}]
    stopped = await client.chat_stopStream(**stream, markdown_text=".", blocks=divider)

    assert stopped["message"]["text"] == "Hello, world."
    assert [block["type"] for block in message(slack, stream)["blocks"]] == ["markdown", "divider"]
    assert message(slack, stream)["streaming_state"] == "completed"


async def test_the_sdks_own_stream(slack, client, where):
    writer = await client.chat_stream(**where)
    await writer.append(markdown_text="x" * 300)
    await writer.append(markdown_text="y")
    await writer.stop()

    assert message(slack, {"ts": writer.ts})["text"] == "x" * 300 + "y"


async def test_tasks_are_replaced_and_their_details_appended(slack, client, stream):
    for status, details in (("in_progress", "a"), ("complete", "b")):
        task = {"type": "task_update", "id": "1", "title": "Look", "status": status}
        await client.chat_appendStream(**stream, chunks=[task | {"details": details}])

    (card,) = message(slack, stream)["blocks"]
    assert (card["type"], card["status"], card["details"]) == ("task_card", "complete", "ab")


@pytest.mark.parametrize(
    ("left_out", "error"),
    [
        ("thread_ts", "invalid_thread_ts"),
        ("recipient_user_id", "missing_recipient_user_id"),
        ("recipient_team_id", "missing_recipient_team_id"),
    ],
)
async def test_what_a_start_needs_in_a_channel(client, where, left_out, error):
    del where[left_out]

    assert await refusal(client.api_call("chat.startStream", json=where)) == error


async def test_a_stream_stays_with_its_first_mode(client, stream):
    await client.chat_appendStream(**stream, markdown_text="a")
    chunks = [{"type": "markdown_text", "text": "b"}]

    assert await refusal(client.chat_appendStream(**stream, chunks=chunks)) == (
        "streaming_mode_mismatch"
    )


async def test_a_message_is_edited_when_its_stream_has_ended(client, stream):
    update = {"text": "edited"} | stream

    assert await refusal(client.chat_update(**update)) == "streaming_state_conflict"
    await client.chat_stopStream(**stream)
    assert (await client.chat_update(**update))["ok"]


async def test_a_stream_ends_by_itself(slack, client, stream):
    slack.backend.streams.lifetime = 0.0
    calls = (
        client.chat_appendStream(**stream, markdown_text="a"),
        client.chat_stopStream(**stream),
    )

    assert [await refusal(call) for call in calls] == ["message_not_in_streaming_state"] * 2
    assert message(slack, stream)["streaming_state"] == "errored"
    assert (await client.chat_update(**stream, text="the whole answer"))["ok"]


async def test_a_stream_holds_so_many_bytes(slack, client, stream):
    slack.backend.streams.max_bytes = 12
    await client.chat_appendStream(**stream, markdown_text="ああああ")

    assert await refusal(client.chat_appendStream(**stream, markdown_text="a")) == "msg_too_long"
    assert message(slack, stream)["text"] == "ああああ"


async def test_only_own_streams(slack, client, root):
    theirs = {"channel": GENERAL, "ts": root["ts"], "markdown_text": "a"}
    nothing = theirs | {"ts": "1.000000"}

    assert await refusal(client.chat_appendStream(**theirs)) == "message_not_owned_by_app"
    assert await refusal(client.chat_appendStream(**nothing)) == "message_not_found"
