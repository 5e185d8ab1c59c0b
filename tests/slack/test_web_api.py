"""Every way a call can fail becomes one of three errors. The server here answers as told."""

import asyncio
import socket

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer

from bot.core.types import CallKind
from bot.errors import SlackError, SlackRefused, SlackRejected, SlackUnknown
from bot.slack.client import LIMITS, web_client
from bot.slack.web_api import SlackApi, retry_after
from tests.environment import environment
from tests.fakes import Free
from tests.impostor import KINDS, Impostor

JSON = "application/json"


async def yes(_request):
    return web.json_response({"ok": True})


class Server:
    """Answers every call with `answer`, and keeps what was asked."""

    def __init__(self):
        self.answer = yes
        self.asked = []

    async def handle(self, request):
        self.asked.append((request.method, request.match_info["method"], await request.text()))
        if callable(self.answer):
            return await self.answer(request)
        return self.answer


@pytest.fixture
async def server():
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", server.handle)
    async with TestServer(app) as running:
        server.url = str(running.make_url("/api/"))
        yield server


@pytest.fixture
async def client(server):
    limits = ClientTimeout(total=0.3, connect=0.3)
    async with ClientSession(timeout=limits) as session:
        yield web_client(session, "xoxb-1", base_url=server.url)


class Counted(Free):
    """A budget that notes what was asked of it, and grants it after `wait` seconds."""

    def __init__(self, wait=0.0):
        super().__init__()
        self.wait = wait
        self.calls = []

    async def acquire(self, call):
        self.calls.append(call)
        await asyncio.sleep(self.wait)


@pytest.fixture
def api(client):
    return SlackApi(client, Counted(), "T1")


def answer(status=200, headers=None, **body):
    return web.json_response(body, status=status, headers=headers)


async def drop(request):
    request.transport.abort()
    return web.Response()


async def hang(request):
    await asyncio.sleep(1)
    return web.Response()


BROKEN = {
    "500": answer(500, ok=False, error="internal_error"),
    "503 in HTML": web.Response(status=503, text="<html>", content_type="text/html"),
    "internal_error": answer(ok=False, error="internal_error"),
    "fatal_error": answer(ok=False, error="fatal_error"),
    "no reason": answer(ok=False),
    "HTML": web.Response(text="<html>login</html>", content_type="text/html"),
    "plain text": web.Response(text="ok"),
    "half JSON": web.Response(text='{"ok": tr', content_type=JSON),
    "a JSON list": web.Response(text="[1]", content_type=JSON),
    "nothing": web.Response(text="", content_type=JSON),
    "no UTF-8": web.Response(body=b'{"ok": "\xff\xfe"}', content_type=JSON),
    "connection lost": drop,
    "no answer": hang,
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_lost_answer_is_unknown(server, api, case):
    server.answer = BROKEN[case]

    with pytest.raises(SlackUnknown):
        await api.call("chat.postMessage", {})

    assert len(server.asked) == 1, "a call is made once, whatever comes of it"


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"an object with ok"}))
async def test_whatever_answers_in_slacks_place_is_an_error_of_ours(kind):
    limits = ClientTimeout(total=0.3)
    async with Impostor(KINDS[kind]) as impostor, ClientSession(timeout=limits) as session:
        api = SlackApi(web_client(session, "xoxb-1", base_url=f"{impostor.url}/"), Free(), "T1")

        with pytest.raises(SlackError):
            await api.call("chat.postMessage", {})


@pytest.mark.parametrize(
    "refusal",
    [
        answer(429, {"Retry-After": "7"}, ok=False, error="ratelimited"),
        web.Response(status=429, headers={"Retry-After": "7"}, text="slow down"),
        answer(200, {"Retry-After": "7"}, ok=False, error="rate_limited"),
    ],
)
async def test_a_refusal_says_how_long(server, api, refusal):
    server.answer = refusal

    with pytest.raises(SlackRefused) as caught:
        await api.call("chat.update", {})

    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("30", 30), ("0", 1), ("", 1), ("-5", 1), ("1.5", 1), ("nan", 1), ("9" * 400, 3600), ("٣", 1)],
)
def test_a_strange_retry_after_is_survived(header, seconds):
    assert retry_after({"Retry-After": header}) == seconds
    assert retry_after({}) == 1


@pytest.mark.parametrize(
    ("no", "code"),
    [
        (answer(ok=False, error="channel_not_found"), "channel_not_found"),
        (answer(ok=False, error="missing_scope", needed="im:history"), "missing_scope"),
        (answer(403, ok=False, error="invalid_auth"), "invalid_auth"),
        (answer(ok=False, error="message_limit_exceeded"), "message_limit_exceeded"),
        (web.Response(status=404, text="gone", content_type="text/html"), "http_404"),
    ],
)
async def test_a_no_keeps_slacks_word(server, api, no, code):
    server.answer = no

    with pytest.raises(SlackRejected) as caught:
        await api.call("chat.update", {})

    assert caught.value.code == code


async def test_nobody_there_is_unknown():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with ClientSession() as session:
        client = web_client(session, "xoxb-1", base_url=f"http://127.0.0.1:{port}/")

        with pytest.raises(SlackUnknown):
            await SlackApi(client, Free()).call("auth.test", {})


async def test_what_only_takes_form_arguments_gets_them(server, api):
    await api.call("users.info", {"user": "U1", "include_locale": True})
    await api.call("chat.postMessage", {"channel": "C1", "blocks": [{"type": "divider"}]})

    assert [asked[:2] for asked in server.asked] == [
        ("GET", "users.info"),
        ("POST", "chat.postMessage"),
    ]
    assert server.asked[1][2] == '{"channel": "C1", "blocks": [{"type": "divider"}]}'


async def test_a_proxy_in_the_environment_does_not_get_loopback(server):
    with environment(HTTPS_PROXY="http://127.0.0.1:1"):
        async with ClientSession() as session:
            client = web_client(session, "xoxb-1", base_url=server.url)

            assert await SlackApi(client, Free()).call("auth.test", {}) == {"ok": True}


def test_a_call_has_limits_though_the_session_is_shared():
    assert (LIMITS.connect, LIMITS.total) == (5, 15)


async def test_every_call_waits_for_the_budget(server, api):
    assert await api.call("conversations.replies", {"channel": "C1"}) == {"ok": True}
    assert (await api.response("auth.test", {})).data == {"ok": True}

    asked = [(call.bucket, call.team, call.channel, call.kind) for call in api.budget.calls]
    assert asked == [
        ("conversations.replies", "T1", "C1", CallKind.FIRST),
        ("auth.test", "T1", "", CallKind.FIRST),
    ]
    assert api.budget.refusals == []


async def test_a_call_that_was_granted_waits_no_second_time(server, api):
    """A sink's calls are acquired by the engine, which also reports their 429s."""
    assert await api.granted("chat.update", {"channel": "C1"}) == {"ok": True}
    server.answer = answer(429, {"Retry-After": "7"}, ok=False)
    with pytest.raises(SlackRefused):
        await api.granted("chat.update", {})

    assert (api.budget.calls, api.budget.refusals) == ([], [])


@pytest.mark.parametrize("way", ["call", "response"])
async def test_the_budget_is_told_of_a_429(server, api, way):
    server.answer = answer(429, {"Retry-After": "7"}, ok=False)
    with pytest.raises(SlackRefused):
        await getattr(api, way)("users.info", {"user": "U1"})

    assert api.budget.refusals == [7.0]


async def test_a_call_that_cannot_wait_is_not_made(server, client):
    """For what is of no use later; nothing was refused, so the budget is told nothing."""
    budget = Counted(0.3)
    with pytest.raises(SlackRefused):
        await SlackApi(client, budget).call("views.open", {}, budget_timeout=0.05)

    assert (server.asked, budget.refusals) == ([], [])


async def test_the_timeout_is_for_slacks_answer_and_not_for_the_budget(server, client):
    async def late(_request):
        await asyncio.sleep(0.4)
        return await yes(_request)

    api = SlackApi(client, Counted(0.3))
    await api.call("users.info", {"user": "U1"}, answer_timeout=0.2)
    server.answer = late
    with pytest.raises(TimeoutError):
        await api.call("users.info", {"user": "U1"}, answer_timeout=0.2)


@pytest.mark.parametrize("status", [200, 500])
async def test_bytes_go_to_an_address_without_a_token(server, api, status):
    server.answer = web.Response(status=status)
    sent = api.upload(f"{server.url}somewhere", b"bytes")
    if status == 200:
        await sent
    else:
        with pytest.raises(SlackUnknown):
            await sent

    assert server.asked == [("POST", "somewhere", "bytes")]
    assert api.budget.calls == []


@pytest.mark.parametrize(
    ("first", "asked"),
    [
        ((500, {}), 2),
        ((200, {}), 2),
        ((429, {"Retry-After": "2"}), 2),
        ((429, {"Retry-After": "11"}), 1),
        ((403, {}), 1),
    ],
    ids=["down", "odd", "short refusal", "long refusal", "rejected"],
)
async def test_a_read_is_repeated_once_if_that_may_help(server, api, first, asked):
    status, headers = first
    error = "internal_error" if status == 200 else "no"
    server.answer = answer(status, headers, ok=False, error=error)

    with pytest.raises(SlackError):
        await api.read("users.info", {"user": "U1"})

    assert len(server.asked) == len(api.budget.calls) == asked


async def test_a_read_that_is_late_once_is_repeated(server, api):
    async def late_once(request):
        if len(server.asked) == 1:
            await asyncio.sleep(0.2)
        return await yes(request)

    server.answer = late_once

    assert await api.read("users.info", {"user": "U1"}, answer_timeout=0.1) == {"ok": True}
