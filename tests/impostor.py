"""A server that answers every request with the same bytes, whatever it was asked."""

import asyncio
import contextlib

SILENCE = object()
"""In a script: from here on nothing, on an open connection."""
FOREVER = object()
"""In a script: the piece before it again and again."""

PAGE = b"<!doctype html><title>Sign in</title><body>canary of the page</body>"


def answer(body=b"", status="200 OK", kind="application/json", length=True, **headers):
    """One HTTP response, after which the connection is closed."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"Content-Length: {len(body)}"] if length else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def page(status="200 OK"):
    return [answer(PAGE, status, "text/html; charset=utf-8")]


KINDS = {
    "a web page": page(),
    "a page of a gateway": page("502 Bad Gateway"),
    "a page of a firewall": page("403 Forbidden"),
    "a page that asks to sign in": page("401 Unauthorized"),
    "a page of a proxy": page("407 Proxy Authentication Required"),
    "a page that says not found": page("404 Not Found"),
    "a page that says not implemented": page("501 Not Implemented"),
    "plain text": [answer(b"Ollama is running", kind="text/plain")],
    "nothing": [answer(kind="text/plain")],
    "nothing called JSON": [answer()],
    "no content": [b"HTTP/1.1 204 No Content\r\n\r\n"],
    "another object": [answer(b'{"hello": "world"}')],
    "an object with ok": [answer(b'{"ok": true, "data": [], "choices": []}')],
    "an error of another shape": [answer(b'{"ok": false, "error": {"a": 1}, "data": 5}')],
    "a list": [answer(b"[1, 2]")],
    "a string": [answer(b'"canary"')],
    "null": [answer(b"null")],
    "JSON without an end": [answer(b'{"data": [')],
    "JSON without a bottom": [answer(b"[" * 100_000)],
    "no UTF-8": [answer(b"\xff\xfe\0\1" * 50)],
    "an unknown charset": [answer(b"{}", kind="application/json; charset=klingon")],
    "no gzip": [answer(b"no gzip", Content_Encoding="gzip")],
    "a redirect to another host": [answer(status="302 Found", Location="http://x.invalid/in")],
    "a redirect to itself": [answer(status="307 Temporary Redirect", Location="/")],
    "a redirect to nowhere": [answer(status="302 Found")],
    "another status": [answer(status="999 Other")],
    "garbage": [bytes(range(256)) * 4],
    "another protocol": [b"SSH-2.0-OpenSSH_9.6\r\n"],
    "headers without an end": [b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"],
    "no answer at all": [],
    "less than promised": [answer(b"{}", length=False, Content_Length=500)],
    "silence": [SILENCE],
    "silence in mid-body": [answer(b'{"data": [', length=False), SILENCE],
    "a body without an end": [answer(length=False), b" " * 4096, FOREVER],
    "comments without an end": [
        answer(kind="text/event-stream", length=False), b": wait\n\n" * 64, FOREVER,
    ],
}  # fmt: skip
"""What may answer in place of Slack or the endpoint."""


class Impostor:
    """Answers on a port of this machine, with TLS if there is a context for it."""

    def __init__(self, script, tls=None):
        self._script = script
        self._tls = tls
        self._running = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(self, *exc_info):
        self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    @property
    def url(self):
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader, writer):
        self._running.add(asyncio.current_task())
        gone = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*gone):
            await reader.readuntil(b"\r\n\r\n")
            await self._play(reader, writer)
        writer.close()

    async def _play(self, reader, writer):
        last = b""
        for step in self._script:
            if step is SILENCE:
                await reader.read()
                await asyncio.sleep(60)
            while step is FOREVER:
                writer.write(last)
                await writer.drain()
                await asyncio.sleep(0.001)
            writer.write(step)
            await writer.drain()
            last = step
