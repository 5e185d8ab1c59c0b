"""A network as offices have it: hosts with TLS, which are reached through a proxy only."""

import asyncio
import contextlib
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from tests.certificate import server_context
from tests.llm.endpoint import data, delta

API, SOCKET, MODEL = "slack.example.test", "socket.example.test", "llm.example.test"
GONE = (ConnectionError, asyncio.IncompleteReadError)


class ForwardingProxy:
    """Answers CONNECT. Knows where the hosts are, which have no address anywhere else."""

    def __init__(self, hosts):
        self.hosts = hosts
        self.asked = []
        """Host and Proxy-Authorization of each CONNECT."""

    async def __call__(self, reader, writer):
        with contextlib.suppress(*GONE):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split()
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            host = target.partition(":")[0]
            self.asked.append((host, headers.get("proxy-authorization")))
            if method != "CONNECT" or host not in self.hosts:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await self._forward(reader, writer, self.hosts[host])
        writer.close()

    async def _forward(self, reader, writer, port):
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


async def pump(reader, writer):
    with contextlib.suppress(*GONE):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


def application():
    """Slack's Web API, its socket, and a model, all in one."""

    async def auth(_):
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U1", "bot_id": "B1"})

    async def permission(_):
        return web.json_response({"ok": True, "url": f"wss://{SOCKET}/link"})

    async def upload(request):
        assert await request.read() == b"content"
        return web.Response(text="OK")

    async def socket(request):
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json({"type": "hello"})
        await connection.receive()
        return connection

    async def model(_):
        return web.Response(body=data(delta(content="Fine."), delta("stop"), "[DONE]"))

    app = web.Application()
    app.router.add_post("/api/auth.test", auth)
    app.router.add_post("/api/apps.connections.open", permission)
    app.router.add_post("/upload", upload)
    app.router.add_get("/link", socket)
    app.router.add_post("/v1/chat/completions", model)
    return app


@asynccontextmanager
async def open_office(certificate):
    """Yields the proxy and its port."""
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(application(), shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server_context(certificate))
        await site.start()
        port = runner.addresses[0][1]
        proxy = ForwardingProxy(dict.fromkeys((API, SOCKET, MODEL), port))
        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        stack.push_async_callback(server.wait_closed)
        stack.callback(server.close)
        yield proxy, server.sockets[0].getsockname()[1]
