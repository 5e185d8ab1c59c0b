"""One connection of Socket Mode, against a server that says what it is told."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from aiohttp import ClientError, ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.events.connection import CLOSED, MAX_FRAME_BYTES, open_connection
from bot.tasks import Tasks

REQUEST = SocketModeRequest("events_api", "e1", {"x": 1})
ENVELOPE = json.dumps({"type": "events_api", "envelope_id": "e1", "payload": {"x": 1}})
HELLO = json.dumps({"type": "hello"})


class Server:
    """Sends `frames` to whoever connects, notes what it hears, and closes when it is told to."""

    def __init__(self):
        self.frames = []
        self.heard = []
        self.closes = asyncio.Event()

    async def handle(self, request):
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        for frame in self.frames:
            await ws.send_str(frame)
        async with Tasks("server") as tasks:
            tasks.start(self._close(ws), name="close")
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self.heard.append(json.loads(message.data))
        return ws

    async def _close(self, ws):
        await self.closes.wait()
        await ws.close()


@pytest.fixture
async def server():
    server = Server()
    app = web.Application()
    app.router.add_get("/", server.handle)
    async with TestServer(app) as running:
        server.url = str(running.make_url("/"))
        yield server


class Opened:
    """A connection that is read; `received` are its requests."""

    def __init__(self, connection, tasks):
        self.connection = connection
        self.received = []
        self.reading = tasks.start(connection.read(self._receive), name="read")

    def _receive(self, request, connection):
        assert connection is self.connection
        self.received.append((request.type, request.envelope_id, request.payload))


@pytest.fixture
async def opened(server):
    async with ClientSession() as session, Tasks("test") as tasks, AsyncExitStack() as stack:

        async def open_(*frames):
            server.frames = frames
            connection = await open_connection(session, server.url, 5.0)
            stack.push_async_callback(connection.close)
            return Opened(connection, tasks)

        yield open_
        server.closes.set()


@pytest.mark.parametrize("frame", [HELLO, ENVELOPE])
async def test_hello_or_an_envelope_makes_it_ready(opened, frame):
    link = await opened(frame)

    assert await link.connection.greeted(2)
    assert link.received == ([("events_api", "e1", {"x": 1})] if frame == ENVELOPE else [])


async def test_without_a_hello_it_is_not_ready(opened):
    link = await opened()

    assert not await link.connection.greeted(0.05)


@pytest.mark.parametrize("frame", ["", "nonsense", "[1]", '{"type": 5}', "[" * 100_000])
async def test_a_frame_that_is_no_message_is_dropped(opened, frame):
    link = await opened(frame, HELLO, ENVELOPE)

    assert await link.connection.greeted(2)
    await asyncio.sleep(0.05)
    assert len(link.received) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [({"reason": "warning"}, "warning"), ({"reason": None}, CLOSED), ({}, CLOSED)],
)
async def test_a_disconnect_says_why_it_needs_a_successor(opened, said, reason):
    link = await opened(HELLO, json.dumps({"type": "disconnect"} | said))

    assert await asyncio.wait_for(link.connection.ending, 20) == reason
    assert not link.reading.done()


async def test_a_closed_connection_needs_a_successor(opened, server):
    link = await opened(HELLO)
    await link.connection.greeted(2)
    server.closes.set()

    assert await asyncio.wait_for(link.connection.ending, 20) == CLOSED
    await asyncio.wait_for(link.reading, 20)


async def test_a_frame_that_is_too_large_closes_it(opened):
    link = await opened("x" * (MAX_FRAME_BYTES + 1))

    assert await asyncio.wait_for(link.connection.ending, 20) == CLOSED


JSON = {"content-type": ["application/json"]}


@pytest.mark.parametrize(
    ("response", "sent"),
    [
        (BoltResponse(status=200), {}),
        (BoltResponse(status=200, body="Hi"), {"payload": {"text": "Hi"}}),
        (BoltResponse(status=200, body='{"a": 1}', headers=JSON), {"payload": {"a": 1}}),
    ],
)
async def test_an_acknowledgement_carries_what_the_listener_said(opened, server, response, sent):
    link = await opened(HELLO)

    assert await link.connection.acknowledge(REQUEST, response)
    async with asyncio.timeout(20):
        while not server.heard:
            await asyncio.sleep(0.005)
    assert server.heard == [{"envelope_id": "e1"} | sent]


async def test_a_closed_connection_acknowledges_nothing(opened):
    link = await opened(HELLO)
    await link.connection.close()

    assert not await link.connection.acknowledge(REQUEST, BoltResponse(status=200))


async def test_its_age_is_counted_from_when_it_was_opened(opened):
    link = await opened(HELLO)
    await asyncio.sleep(0.05)

    assert 0.04 < link.connection.age < 5


async def test_a_server_that_takes_no_websocket_is_an_error(server):
    async with ClientSession() as session:
        with pytest.raises(ClientError):
            await open_connection(session, server.url + "404", 5.0)
