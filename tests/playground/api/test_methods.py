"""The Web API as the real client sees it."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.playground.rules.block_rules import check_blocks
from bot.playground.workspace.api_error import ApiError

GENERAL = "C0GENERAL"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "in a block"}}]


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**fields):
    text = {"type": "plain_text", "text": "Stop"}
    return {"type": "button", "action_id": "stop", "text": text} | fields


def actions(*elements):
    return {"type": "actions", "elements": list(elements)}


def rich(*elements):
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [*elements]}],
    }


def table(cell, rows=1, columns=1):
    return {"type": "table", "rows": [[cell] * columns for _ in range(rows)]}


CELL = {"type": "raw_text", "text": "x"}


async def refusal(call):
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value.response["error"]


async def post(client, **content):
    return (await client.chat_postMessage(channel=GENERAL, **({"text": "…"} | content)))["ts"]


async def read(client, ts):
    answered = await client.conversations_replies(channel=GENERAL, ts=ts)
    return answered["messages"][0]


# Tokens and shapes


async def test_who_am_i(client, slack):
    answered = await client.auth_test()

    assert answered["user_id"] == slack.workspace.bot.user_id
    assert answered["bot_id"] == slack.workspace.bot.bot_id
    assert "chat:write" in answered.headers["X-OAuth-Scopes"].split(",")
    assert answered.headers["x-slack-req-id"]


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        ("", "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        ("bot", "apps.connections.open", "not_allowed_token_type"),
        ("app", "chat.postMessage", "not_allowed_token_type"),
        ("bot", "chat.nonsense", "unknown_method"),
    ],
)
async def test_bad_tokens_and_methods(client, slack, token, method, error):
    client.token = {"bot": slack.bot_token, "app": slack.app_token}.get(token, token)

    assert await refusal(client.api_call(method)) == error


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


async def test_a_missing_scope_is_named(client, slack):
    slack.backend.scopes.discard("channels:history")
    with pytest.raises(SlackApiError) as raised:
        await client.conversations_history(channel=GENERAL)

    assert raised.value.response["error"] == "missing_scope"
    assert raised.value.response["needed"] == "channels:history"


# Writing


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
    ts = await post(client, blocks=BLOCKS)
    await client.chat_update(channel=GENERAL, ts=ts, text="new")
    message = await read(client, ts)

    assert (message["text"], "blocks" in message, "edited" in message) == ("new", False, True)


async def test_an_update_by_blocks_leaves_no_mark(client):
    ts = await post(client)
    await client.chat_update(channel=GENERAL, ts=ts, text="fallback", blocks=BLOCKS)
    message = await read(client, ts)

    assert message["blocks"][0]["text"]["text"] == "in a block"
    assert "edited" not in message


async def test_what_an_update_leaves_out_is_kept(client):
    metadata = {"event_type": "turn", "event_payload": {"id": "1"}}
    ts = await post(client, blocks=BLOCKS, metadata=metadata)
    await client.chat_update(channel=GENERAL, ts=ts, text="new")
    kept = await client.conversations_history(channel=GENERAL, include_all_metadata=True)
    assert kept["messages"][0]["metadata"] == metadata

    await client.chat_update(channel=GENERAL, ts=ts, text="newer", metadata={})
    gone = await client.conversations_history(channel=GENERAL, include_all_metadata=True)
    assert "metadata" not in gone["messages"][0]


async def test_an_update_counts_bytes_even_of_a_fallback(client):
    ts = await post(client)
    for text, content in [("あ" * 1334, {}), ("x" * 4001, {"blocks": BLOCKS})]:
        call = client.chat_update(channel=GENERAL, ts=ts, text=text, **content)
        assert await refusal(call) == "msg_too_long"

    await client.chat_update(channel=GENERAL, ts=ts, text="あ" * 1333)


async def test_only_own_messages_are_edited_and_deleted(client, slack):
    said = await slack.say("alice", "general", "hi")
    own = await post(client)
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


# Blocks


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x" * 3000)],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}],
        [actions(button(value="v" * 2000, action_id="a" * 255))],
        [{"type": "divider"}] * 50,
        [{"type": "markdown", "text": "x" * 12_000}],
        [table(CELL, rows=100, columns=20)],
        [rich({"type": "text", "text": "x" * 13_200})],
        [rich({"type": "emoji", "name": "tada"}, {"type": "link", "url": "https://a.org"})],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "a"}]}],
    ],
)
def test_blocks_that_fit(blocks):
    check_blocks(blocks)


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ({}, "invalid_blocks_format"),
        ([{"type": "divider"}] * 51, "invalid_blocks"),
        ([{"type": "nonsense"}], "invalid_blocks"),
        ([section("")], "invalid_blocks"),
        ([section("x" * 3001)], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "invalid_blocks"),
        ([actions()], "invalid_blocks"),
        ([actions(*[button()] * 26)], "invalid_blocks"),
        ([actions(button(value="v" * 2001))], "invalid_blocks"),
        ([actions(button(action_id="a" * 256))], "invalid_blocks"),
        ([actions(button(text={"type": "plain_text", "text": "x" * 76}))], "invalid_blocks"),
        ([section("a") | {"block_id": "b"}, section("c") | {"block_id": "b"}], "invalid_blocks"),
        ([table(CELL), table(CELL)], "invalid_blocks"),
        ([table({"type": "raw_text", "text": ""})], "invalid_blocks"),
        ([table(CELL, rows=101)], "invalid_blocks"),
        ([table(CELL, columns=21)], "invalid_blocks"),
        ([table({"type": "raw_text", "text": "x" * 5001}, columns=2)], "invalid_blocks"),
        ([rich({"type": "text", "text": ""})], "invalid_blocks"),
        ([rich({"type": "image"})], "invalid_blocks"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "msg_too_long"),
        ([rich({"type": "text", "text": "x" * 13_201})], "msg_blocks_too_long"),
        ([rich({"type": "text", "text": "&" * 2641})], "msg_blocks_too_long"),
    ],
)
def test_blocks_that_do_not(blocks, error):
    with pytest.raises(ApiError, match=f"^{error}$"):
        check_blocks(blocks)


async def test_bad_blocks_say_where(client):
    with pytest.raises(SlackApiError) as raised:
        await client.chat_postMessage(channel=GENERAL, text="x", blocks=[section("")])

    (message,) = raised.value.response["response_metadata"]["messages"]
    assert "/blocks/0/text/text" in message


# Reading


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


async def test_people_places_and_the_team(client, slack):
    yuki = await client.users_info(user="U0YUKI", include_locale=True)
    bare = await client.users_info(user="U0YUKI")
    listed = await client.users_list()
    room = await client.conversations_info(channel="C0LEADS")
    dm = await client.conversations_info(channel="D0BOB")
    members = await client.conversations_members(channel="C0LEADS")

    assert yuki["user"]["locale"] == "ja-JP"
    assert "locale" not in bare["user"]
    assert {user["name"] for user in listed["members"]} > {"alice", "streambot"}
    assert room["channel"]["is_private"]
    assert (dm["channel"]["is_im"], dm["channel"]["user"]) == (True, "U0BOB")
    assert slack.workspace.bot.user_id in members["members"]
    assert (await client.team_info())["team"]["id"] == slack.workspace.team_id
    assert (await client.bots_info(bot="B0STREAMBOT"))["bot"]["app_id"] == "A0STREAMBOT"


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


async def test_a_file_goes_up_in_three_steps_and_down_with_the_token(client, slack):
    uploaded = await client.files_upload_v2(
        channel=GENERAL, filename="table.csv", content="a,b", initial_comment="here"
    )
    url = uploaded["file"]["url_private"]
    message = slack.workspace.messages(GENERAL)[-1]

    assert (message["subtype"], message["text"]) == ("file_share", "here")
    assert message["files"][0]["size"] == 3
    async with aiohttp.ClientSession() as http:
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        async with http.get(url, headers=headers) as response:
            assert await response.read() == b"a,b"
        async with http.get(url) as response:
            assert response.content_type == "text/html"


async def test_an_upload_that_never_came_is_not_shared(client):
    step = await client.files_getUploadURLExternal(filename="a.txt", length=1)
    complete = client.files_completeUploadExternal(files=[{"id": step["file_id"], "title": "a"}])

    assert await refusal(complete) == "file_not_found"
