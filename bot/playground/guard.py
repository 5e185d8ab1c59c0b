"""Checks Host and Origin of each request: other sites' pages are answered with 403.

Browsers send the Host name that they looked up, which reveals DNS rebinding, and the Origin of the
page that makes the request. Programs send no Origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def allowed(host: str | None, origin: str | None, port: int) -> bool:
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"}
    return host in hosts and origin in {None, f"http://{host}"}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    transport = request.transport
    port = transport.get_extra_info("sockname")[1] if transport else 0
    if not allowed(request.headers.get("Host"), request.headers.get("Origin"), port):
        return web.Response(status=403, text="only for pages and programs of this machine")
    return await handler(request)
