"""Sockets and endpoints at the app's side, real and bare."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

BUTTON = {"type": "button", "action_id": "stop", "value": "turn-1"}
BLOCKS = [
    {
        "type": "actions",
        "block_id": "controls",
        "elements": [BUTTON | {"text": {"type": "plain_text", "text": "Stop"}}],
    }
]


class Listener:
    """A real Socket Mode client that notes what comes, and acknowledges when told to."""

    def __init__(self, slack, *, acks=True):
        self.heard = []
        self.acks = acks
        self.client = SocketModeClient(app_token=slack.app_token)
        self.client.web_client.base_url = slack.api_url
        self.client.socket_mode_request_listeners.append(self._hear)

    async def _hear(self, client, request):
        self.heard.append(request)
        if self.acks:
            await client.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    async def __aenter__(self):
        await self.client.connect()
        return self

    async def __aexit__(self, *_):
        await self.client.close()

    def events(self):
        return [request.payload["event"]["text"] for request in self.heard]


def settled(slack):
    return lambda: slack.delivery.log and all(d.outcome for d in slack.delivery.log)


@pytest.fixture
async def raw(slack):
    """Opens sockets of no client in particular."""
    async with aiohttp.ClientSession() as http:
        yield lambda: http.ws_connect(slack.sockets.open_url(), autoping=False)


@pytest.fixture
async def bolt(slack, client):
    app = AsyncApp(client=client)
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    yield app
    await handler.close_async()


@pytest.fixture
async def endpoint(quick):
    """The app's side of HTTP delivery: notes requests, answers as `answers` says, else 200."""
    state = {"requests": [], "answers": []}

    async def handle(request):
        body = await request.read()
        state["requests"].append((dict(request.headers), body))
        answered = state["answers"].pop(0) if state["answers"] else web.Response()
        if answered is None:
            await asyncio.sleep(quick.ack_timeout * 2)
            return web.Response()
        if body.startswith(b"{") and "challenge" in json.loads(body):
            return web.Response(text=json.loads(body)["challenge"])
        return answered

    app = web.Application()
    app.router.add_post("/slack/events", handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    state["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield state
    await runner.cleanup()
