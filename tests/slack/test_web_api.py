"""Every way a call can fail becomes one of three errors. The server here answers as told."""

import asyncio
import socket

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer

from bot.core.types import CallKind
from bot.errors import SlackRefused, SlackRejected, SlackUnknown
from bot.slack.client import LIMITS, web_client
from bot.slack.web_api import call, call_within_budget, retry_after
from tests.fakes import Free

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
async def test_a_lost_answer_is_unknown(server, client, case):
    server.answer = BROKEN[case]

    with pytest.raises(SlackUnknown):
        await call(client, "chat.postMessage", {})

    assert len(server.asked) == 1, "a call is made once, whatever comes of it"


@pytest.mark.parametrize(
    "refusal",
    [
        answer(429, {"Retry-After": "7"}, ok=False, error="ratelimited"),
        web.Response(status=429, headers={"Retry-After": "7"}, text="slow down"),
        answer(200, {"Retry-After": "7"}, ok=False, error="rate_limited"),
    ],
)
async def test_a_refusal_says_how_long(server, client, refusal):
    server.answer = refusal

    with pytest.raises(SlackRefused) as caught:
        await call(client, "chat.update", {})

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
async def test_a_no_keeps_slacks_word(server, client, no, code):
    server.answer = no

    with pytest.raises(SlackRejected) as caught:
        await call(client, "chat.update", {})

    assert caught.value.code == code


async def test_nobody_there_is_unknown():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with ClientSession() as session:
        client = web_client(session, "xoxb-1", base_url=f"http://127.0.0.1:{port}/")

        with pytest.raises(SlackUnknown):
            await call(client, "auth.test", {})


async def test_what_only_takes_form_arguments_gets_them(server, client):
    await call(client, "users.info", {"user": "U1", "include_locale": True})
    await call(client, "chat.postMessage", {"channel": "C1", "blocks": [{"type": "divider"}]})

    assert [asked[:2] for asked in server.asked] == [
        ("GET", "users.info"),
        ("POST", "chat.postMessage"),
    ]
    assert server.asked[1][2] == '{"channel": "C1", "blocks": [{"type": "divider"}]}'


async def test_a_proxy_in_the_environment_does_not_get_loopback(server, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with ClientSession() as session:
        client = web_client(session, "xoxb-1", base_url=server.url)

        assert await call(client, "auth.test", {}) == {"ok": True}


def test_a_call_has_limits_though_the_session_is_shared():
    assert (LIMITS.connect, LIMITS.total) == (5, 15)


class Counted(Free):
    """A budget that notes what was asked of it."""

    def __init__(self):
        super().__init__()
        self.calls = []

    async def acquire(self, call):
        self.calls.append(call)


async def test_a_call_within_the_budget_waits_for_it_and_returns_the_answer(server, client):
    budget = Counted()
    where = {"channel": "C1", "ts": "1.0"}
    found = await call_within_budget(client, budget, "conversations.replies", where, team="T1")

    assert found == {"ok": True}
    assert [(call.team, call.channel, call.kind) for call in budget.calls] == [
        ("T1", "C1", CallKind.FIRST)
    ]
    assert budget.refusals == []


async def test_the_budget_is_told_of_a_429(server, client):
    server.answer = answer(429, {"Retry-After": "7"}, ok=False)
    budget = Counted()
    with pytest.raises(SlackRefused):
        await call_within_budget(client, budget, "users.info", {"user": "U1"}, team="T1")

    assert budget.refusals == [7.0]


async def test_the_timeout_is_for_slacks_answer_and_not_for_the_budget(server, client):
    class Slow(Free):
        async def acquire(self, call):
            await asyncio.sleep(0.3)

    async def late(_request):
        await asyncio.sleep(0.4)
        return await yes(_request)

    limit = {"team": "T1", "answer_timeout": 0.2}
    await call_within_budget(client, Slow(), "users.info", {"user": "U1"}, **limit)
    server.answer = late
    with pytest.raises(TimeoutError):
        await call_within_budget(client, Slow(), "users.info", {"user": "U1"}, **limit)
