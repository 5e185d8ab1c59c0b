"""An OpenAI-compatible chat endpoint on loopback that answers from a script."""

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from bot.playground.cuts import Cut, cut
from bot.playground.guard import guard
from bot.playground.model.completion import Completion, usage
from bot.playground.model.faults import ModelFaults
from bot.playground.model.script import Conversation, reply_to
from bot.playground.model.scripted_reply import Piece, Reply, error_body

MODEL = "playground-demo"
MISSING_MODEL = "missing-model"
REFUSED_KEY = "invalid-key"
_LARGEST_BODY = 32 * 1024**2
_NOT_TEXT = (bytes, float, int, Cut)


@dataclass(slots=True)
class Request:
    """One request as it came, and when and how it was left. Times are monotonic."""

    body: dict[str, Any]
    headers: Mapping[str, str]
    received_at: float = field(default_factory=time.monotonic)
    finished_at: float | None = None
    disconnected_at: float | None = None
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    def leave(self) -> None:
        self.disconnected_at = time.monotonic()
        self.disconnected.set()

    def finish(self) -> None:
        self.finished_at = time.monotonic()


class ScriptedModel:
    """The endpoint: `async with ScriptedModel() as model`, then `model.base_url`.

    Answers come from the queue that `enqueue` fills, and once it is empty from `answer`, which
    reads the request, or else from the demo's script.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0, speed: float = 50.0) -> None:
        self.faults = ModelFaults(speed)
        self.requests: list[Request] = []
        self.answer: Callable[[dict[str, Any]], Reply] | None = None
        self.refused_parameters: set[str] = set()
        """Parameters that are answered with a 400 which names them, as older models do."""
        self._host, self._port = host, port
        self._queue: deque[Reply] = deque()
        self._arrived = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._ids = itertools.count(1)
        self._closing = False

    @property
    def base_url(self) -> str:
        return f"http://{self._host}:{self._port}/v1/"

    def enqueue(self, *replies: Reply) -> None:
        """The next requests get these, in this order."""
        self._queue.extend(replies)

    async def arrival(self, count: int = 1) -> Request:
        """The request of that number, the first being 1, as soon as it is there."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)
        return self.requests[count - 1]

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[guard], client_max_size=_LARGEST_BODY)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        # Without cancellation a handler that waits would never learn that its client has gone.
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing = True
        if self._runner is not None:
            await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.Response:
        entry = {"id": MODEL, "object": "model", "created": 0, "owned_by": "playground"}
        refusal = _refuse_key(request)
        return refusal or web.json_response({"object": "list", "data": [entry]})

    async def _complete(self, http: web.Request) -> web.StreamResponse:
        try:
            body = await http.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            return _refusal(400, "We could not parse the JSON body of your request.")
        request = await self._record(http, body)
        refusal = _refuse_key(http) or _refuse_body(request.body, self.refused_parameters)
        if refusal:
            return refusal
        async with self._watched(request):
            return await self._answer(http, request.body)

    async def _record(self, http: web.Request, body: object) -> Request:
        request = Request(body if isinstance(body, dict) else {}, dict(http.headers))
        async with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()
        return request

    @asynccontextmanager
    async def _watched(self, request: Request) -> AsyncIterator[None]:
        try:
            yield
        except (asyncio.CancelledError, ConnectionError):
            if not self._closing:
                request.leave()
            raise
        request.finish()

    async def _answer(self, http: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        reply = self._next(body)
        await asyncio.sleep(reply.wait)
        if reply.body is not None:
            return _plain(reply)
        completion = self._completion(body)
        if body.get("stream"):
            return await _stream(http, completion, reply, usage(body, reply))
        return await _whole(http, completion, reply, usage(body, reply))

    def _next(self, body: dict[str, Any]) -> Reply:
        if self._queue:
            return self._queue.popleft()
        if self.answer:
            return self.answer(body)
        return self.faults.apply(reply_to(Conversation.read(body)))

    def _completion(self, body: dict[str, Any]) -> Completion:
        options = body.get("stream_options")
        return Completion(
            id=f"chatcmpl-playground-{next(self._ids)}",
            created=int(time.time()),
            model=str(body["model"]),
            usage_wanted=isinstance(options, dict) and bool(options.get("include_usage")),
        )


async def _stream(
    http: web.Request, completion: Completion, reply: Reply, counts: dict[str, int]
) -> web.StreamResponse:
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
    response = web.StreamResponse(status=reply.status, headers=headers | dict(reply.headers))
    response.enable_chunked_encoding()
    await response.prepare(http)
    if not reply.bare:
        await response.write(completion.head())
    async for piece in _timed(reply):
        if isinstance(piece, Cut):
            cut(http.transport, piece)
            return response
        await response.write(completion.encode(piece))
    if not reply.bare:
        for last in completion.tail(reply, counts):
            await response.write(last)
    return response


async def _whole(
    http: web.Request, completion: Completion, reply: Reply, counts: dict[str, int]
) -> web.StreamResponse:
    async for piece in _timed(reply):
        if isinstance(piece, Cut):
            cut(http.transport, piece)
    return web.json_response(completion.whole(reply, counts), headers=reply.headers)


async def _timed(reply: Reply) -> AsyncIterator[Piece]:
    """The pieces in their time: pauses are kept, and text comes at the reply's speed."""
    due = time.monotonic()
    for piece in reply.pieces:
        if isinstance(piece, float | int):
            await asyncio.sleep(piece)
            due = time.monotonic()
            continue
        if reply.speed and not isinstance(piece, _NOT_TEXT):
            due += 1 / reply.speed
            await asyncio.sleep(due - time.monotonic())
        yield piece


def _plain(reply: Reply) -> web.Response:
    """Text and bytes go as they are, so that a test can send what is no JSON at all."""
    headers = {"Content-Type": "application/json"} | dict(reply.headers)
    body = reply.body if isinstance(reply.body, str | bytes) else json.dumps(reply.body)
    raw = body.encode() if isinstance(body, str) else body
    return web.Response(status=reply.status, body=raw, headers=headers)


def _refuse_key(http: web.Request) -> web.Response | None:
    scheme, _, key = http.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return _refusal(401, "You didn't provide an API key. The playground takes any.")
    if key.strip() == REFUSED_KEY:
        return _refusal(401, "Incorrect API key provided.", code="invalid_api_key")
    return None


def _refuse_body(body: Mapping[str, Any], refused: set[str]) -> web.Response | None:
    model = body.get("model")
    if not isinstance(model, str) or not model:
        return _refusal(400, "you must provide a model parameter")
    if model == MISSING_MODEL:
        return _refusal(404, f"The model `{model}` does not exist.", code="model_not_found")
    if not isinstance(body.get("messages"), list) or not body["messages"]:
        return _refusal(400, "Missing required parameter: 'messages'.", param="messages")
    for name in sorted(refused & body.keys()):
        return _unsupported(name)
    return None


def _unsupported(name: str) -> web.Response:
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    return _refusal(400, message, code="unsupported_parameter", param=name)


def _refusal(status: int, message: str, **more: str) -> web.Response:
    return web.json_response(error_body(message, **more), status=status)
