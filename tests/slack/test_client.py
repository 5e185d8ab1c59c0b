"""The client: our timeouts, one attempt for each call, and no texts in logs."""

import asyncio
import gzip
import logging

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import SlackUnknown
from bot.slack.client import LARGEST_ANSWER, LIMITS, SDK_LOG, SLACK, open_session, web_client
from bot.slack.web_api import SlackApi
from tests.fakes import Free


@pytest.fixture
async def server():
    """Breaks every connection off, and counts them."""
    calls = []

    async def drop(request):
        calls.append(request.headers["Authorization"])
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/api/{method}", drop)
    async with TestServer(app) as running:
        running.calls = calls
        yield running


async def test_a_call_is_made_once_however_it_fails(server):
    async with open_session() as session:
        client = web_client(session, "xoxb-1", base_url=str(server.make_url("/api/")))
        with pytest.raises(SlackUnknown):
            await SlackApi(client, Free()).call("chat.postMessage", {"channel": "C1", "text": "hi"})
        await asyncio.sleep(0.05)

    assert server.calls == ["Bearer xoxb-1"]


@pytest.fixture
async def bomb():
    """Sends blanks that are much larger unpacked than on the wire, before an object."""
    packed = gzip.compress(b" " * (LARGEST_ANSWER + 1) + b"{}", 1)
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}

    async def send(_request):
        return web.Response(body=packed, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", send)
    async with TestServer(app) as running:
        yield running


async def test_an_answer_is_read_up_to_a_limit(bomb):
    async with open_session() as session:
        client = web_client(session, "xoxb-1", base_url=str(bomb.make_url("/api/")))
        with pytest.raises(SlackUnknown, match="ClientPayloadError"):
            await SlackApi(client, Free()).call("auth.test", {})


async def test_the_session_has_our_timeouts():
    async with open_session() as session:
        assert session.timeout == LIMITS

    assert session.closed
    assert (LIMITS.total, LIMITS.connect) == (15, 5)


async def test_a_client_leaves_the_proxy_to_the_session():
    async with open_session() as session:
        client = web_client(session, "xoxb-1")

    assert client.base_url == SLACK
    assert client.proxy is None


def test_the_sdk_logs_no_texts():
    assert SDK_LOG.level >= logging.INFO


async def test_a_large_answer_is_parsed_whole_while_others_run():
    said = {"ok": True, "messages": [{"text": "a" * 1_000}] * 3_000, "has_more": False}

    async def answer(_request):
        return web.json_response(said)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as running, open_session() as session:
        client = web_client(session, "xoxb-1", base_url=str(running.make_url("/api/")))
        assert await SlackApi(client, Free()).call("conversations.replies", {"ts": "1.1"}) == said
