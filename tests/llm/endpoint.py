"""A model endpoint made of a raw socket: it answers exactly the bytes a test wants."""

import asyncio
import contextlib
import json
import socket
import struct
from collections import deque
from http import HTTPStatus

RESET = object()
HANG = object()
NEXT = object()
GONE = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)


def data(*payloads):
    """An event for each payload; what is no string goes as JSON."""
    texts = (p if isinstance(p, str) else json.dumps(p) for p in payloads)
    return "".join(f"data: {text}\n\n" for text in texts).encode()


def delta(finish_reason=None, **delta):
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]}


def error(message="no", **more):
    return {"error": {"message": message, "type": None, "code": None, "param": None, **more}}


def head(status=200, kind="text/event-stream", **headers):
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Connection: close"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def refusal(status, body=None, **headers):
    return (head(status, "application/json", **headers) + json.dumps(body or error()).encode(),)


HELLO = (
    head(),
    data(delta(role="assistant", content=""), delta(content="Hello"), delta("stop"), "[DONE]"),
)


class Endpoint:
    """Gives each connection the next script: bytes to send, seconds to wait, HANG or RESET.

    NEXT waits for a further request on the same connection.
    """

    def __init__(self):
        self.scripts = deque()
        self.requests = []
        self.headers = []
        self.left = asyncio.Event()
        self._server = None
        self._running = set()

    @property
    def base_url(self):
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}/v1"

    def answer(self, *scripts):
        self.scripts.extend(scripts)

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _serve(self, reader, writer):
        self._running.add(asyncio.current_task())
        try:
            # Python 3.11 complains of connections whose task was cancelled, so none is.
            with contextlib.suppress(*GONE):
                await self._read(reader)
                await self._play(self.scripts.popleft(), reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _read(self, reader):
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        self.headers.append(headers)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append(json.loads(body) if body else lines[0])

    async def _play(self, script, reader, writer):
        for step in script:
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif step is RESET:
                connection = writer.get_extra_info("socket")
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                writer.transport.abort()
            elif step is NEXT:
                await self._read(reader)
            elif step is HANG:
                # The client sends no more, so whatever ends this read is its going away.
                with contextlib.suppress(ConnectionError):
                    await reader.read()
                self.left.set()
            else:
                await asyncio.sleep(step)
