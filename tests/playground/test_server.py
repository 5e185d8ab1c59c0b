"""The playground as a whole: its door, its faults, its journal, its figures."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.api.rate_limits import RateLimits
from bot.playground.faults import Fault, Loss
from bot.playground.guard import allowed
from bot.playground.server import Playground
from bot.playground.tasks import Tasks

GENERAL = "C0GENERAL"


async def post(client, **content):
    return await client.chat_postMessage(channel=GENERAL, **({"text": "…"} | content))


# The door


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("127.0.0.1:80", None, True),
        ("localhost:80", "http://localhost:80", True),
        ("[::1]:80", None, True),
        ("evil.example:80", None, False),
        ("127.0.0.1:81", None, False),
        ("127.0.0.1:80", "http://evil.example", False),
        ("127.0.0.1:80", "http://localhost:80", False),
        ("127.0.0.1:80", "https://127.0.0.1:80", False),
        ("127.0.0.1:80", "null", False),
        (None, None, False),
    ],
)
def test_who_may_come_in(host, origin, expected):
    assert allowed(host, origin, 80) is expected


@pytest.mark.parametrize("path", ["api/api.test", "link/", "nowhere"])
@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
async def test_the_door_is_at_every_path(slack, path, headers):
    async with (
        aiohttp.ClientSession() as http,
        http.get(slack.base_url + path, headers=headers) as response,
    ):
        assert response.status == 403


async def test_a_foreign_page_gets_no_socket(slack):
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(slack.sockets.open_url(), origin="http://evil.example")

    assert refused.value.status == 403


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


# Limits and faults


async def test_too_many_calls_are_told_when_to_come_back():
    async with Playground(limits=RateLimits(burst=1)) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        await post(client)
        with pytest.raises(SlackApiError) as refused:
            await post(client)

    response = refused.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "1"


async def test_latency_is_felt_on_both_ways(slack, client):
    slack.faults.latency = 0.1
    begun = asyncio.get_running_loop().time()
    await post(client)
    ended = asyncio.get_running_loop().time()

    assert ended - begun >= 0.1
    assert 0.04 <= slack.calls[-1].at - begun <= ended - begun - 0.04


async def test_a_lost_answer_leaves_the_message_behind(slack, client):
    slack.faults.lose("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await post(client)

    assert [m["text"] for m in slack.workspace.messages(GENERAL)] == ["…"]
    assert (slack.calls[-1].status, slack.calls[-1].ok) == (0, True)
    assert (await post(client))["ok"]


@pytest.mark.parametrize("how", Loss)
async def test_an_answer_is_lost_in_every_way(slack, client, how):
    """What is done is done, however the caller learns nothing of it."""
    slack.faults.lose("chat.postMessage", how=how)
    lost = (aiohttp.ClientError, OSError, TimeoutError, SlackApiError, AttributeError)
    with pytest.raises(lost):
        async with asyncio.timeout(0.5):
            await post(client)

    assert len(slack.workspace.messages(GENERAL)) == 1
    assert (slack.calls[-1].status, slack.calls[-1].ok) == (0, True)


async def test_an_answer_is_held_back(slack, client):
    slack.faults.hold("chat.postMessage", 0.1)
    async with asyncio.TaskGroup() as calls:
        call = calls.create_task(post(client))
        await slack.wait_for(lambda: len(slack.calls))
        assert slack.workspace.messages(GENERAL)
        assert not call.done()

    assert call.result()["ok"]


async def test_a_rule_decides_over_each_call(slack, client):
    def rule(method, arguments):
        return Fault(error="fatal_error") if arguments["text"] == "no" else None

    slack.faults.rule = rule
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=GENERAL, text="no")
    await client.chat_postMessage(channel=GENERAL, text="yes")
    slack.faults.clear()
    await client.chat_postMessage(channel=GENERAL, text="no")

    assert [m["text"] for m in slack.workspace.messages(GENERAL)] == ["yes", "no"]


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [("internal_error", 200, "internal_error"), (500, 500, "fatal_error")],
)
async def test_a_failed_call_is_not_carried_out(slack, client, error, status, told):
    slack.faults.fail("chat.postMessage", error)
    with pytest.raises(SlackApiError) as failed:
        await post(client)

    assert (failed.value.response.status_code, failed.value.response["error"]) == (status, told)
    assert slack.workspace.messages(GENERAL) == []


async def test_planned_faults_are_used_up_in_order(slack, client):
    slack.faults.refuse("chat.postMessage", retry_after=7)
    slack.faults.fail("*", "fatal_error")
    outcomes = []
    for _ in range(3):
        try:
            outcomes.append((await post(client))["ok"])
        except SlackApiError as error:
            outcomes.append(error.response.headers.get("Retry-After", error.response["error"]))

    assert outcomes == ["7", "fatal_error", True]


async def test_a_share_of_the_calls_is_refused(slack, client):
    await slack.switch("rate_limited_share", 0.5)
    for _ in range(10):
        await asyncio.gather(post(client), return_exceptions=True)

    assert slack.stats()["methods"]["chat.postMessage"]["refused"] == 5


async def test_methods_can_be_refused_by_name(slack, client):
    await slack.switch("rate_limited", ["chat.update"])
    ts = (await post(client))["ts"]

    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.chat_update(channel=GENERAL, ts=ts, text="x")


async def test_slack_can_be_down_and_come_back(slack, client):
    await slack.switch("unavailable", True)
    with pytest.raises(SlackApiError, match="503"):
        await post(client)
    await slack.switch("clear")

    assert (await post(client))["ok"]


async def test_every_switch_describes_itself_for_a_page(slack):
    switches = slack.describe()
    names = [switch.name for switch in switches]

    assert len(names) == len(set(names))
    assert {"latency", "burst", "drop_sockets", "redeliver"} <= set(names)
    assert json.loads(json.dumps([switch.as_json() for switch in switches]))


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("latency", -1, ValueError),
        ("latency", "soon", ValueError),
        ("lost_answers", 1.5, ValueError),
        ("unavailable", "yes", ValueError),
        ("nonsense", 1, KeyError),
    ],
)
async def test_bad_values_are_refused(slack, name, value, error):
    with pytest.raises(error):
        await slack.switch(name, value)


# What was seen


async def test_the_strip_shows_how_long_people_wait(slack, client):
    said = await slack.say("alice", "general", "@streambot hi")
    answer = await post(client, thread_ts=said["ts"], text="Thinking…")
    for text in ("Thinking…", "Hello", "Hello there"):
        await client.chat_update(channel=GENERAL, ts=answer["ts"], text=text)
    (figures,) = slack.stats()["answers"]

    assert figures["answer_ts"] == answer["ts"]
    assert figures["edits"] == 3
    waits = [figures[f"{name}_after"] for name in ("placeholder", "first_text", "last_edit")]
    assert waits == sorted(waits)


async def test_an_answer_in_a_dm_may_stand_beside_the_question(slack, client):
    await slack.say("alice", "@streambot", "hi")
    await client.chat_postMessage(channel="D0ALICE", text="…")

    assert slack.stats()["answers"][0]["placeholder_after"] is not None


async def test_what_people_say_to_each_other_waits_for_no_answer(slack):
    await slack.say("alice", "general", "hi bob")

    assert slack.stats()["answers"] == []


async def test_calls_are_counted_against_their_budgets(slack, client):
    for _ in range(3):
        await post(client)

    expected = {"calls": 3, "budget": 300.0, "refused": 0}
    assert slack.stats()["methods"] == {"chat.postMessage": expected}


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


async def test_people_edit_and_delete(slack):
    said = await slack.say("alice", "general", "helo")
    edited = await slack.edit("general", said["ts"], "hello")
    await slack.delete("general", said["ts"])

    assert (edited["text"], edited["edited"]["user"]) == ("hello", "U0ALICE")
    assert slack.workspace.messages(GENERAL) == []


async def test_any_event_can_be_emitted(slack):
    delivered = slack.emit({"type": "app_home_opened", "user": "U0ALICE", "tab": "messages"})

    assert delivered.event["type"] == "app_home_opened"


async def test_waiting_ends_when_nothing_comes(slack):
    with pytest.raises(TimeoutError):
        await slack.wait_for(lambda: False, timeout=0.01)


async def test_an_error_in_a_task_is_told_when_it_stops():
    async def fails():
        raise LookupError("a bug")

    tasks = Tasks()
    await asyncio.wait([tasks.start(fails(), name="fails")])

    with pytest.raises(LookupError, match="a bug"):
        await tasks.stop()
