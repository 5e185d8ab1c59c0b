"""The admin address: `/readyz` and `/metrics`, for whoever runs the bot. Slack never calls it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web

from bot.errors import SettingsError
from bot.starting.listening import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AdminPages:
    """What the admin address shows."""

    report: Callable[[], Mapping[str, Any]]
    """Gives the readiness as JSON values; `ready` decides between 200 and 503."""

    figures: Callable[[], bytes]
    """Gives the figures in Prometheus' text format."""

    async def readyz(self, _: web.Request) -> web.Response:
        found = self.report()
        return web.json_response(found, status=200 if found["ready"] else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=self.figures(), headers=headers)


@asynccontextmanager
async def open_admin(pages: AdminPages, host: str, port: int) -> AsyncIterator[str | None]:
    """Yields the address. Where nothing can listen, warns and yields None: the bot works on."""
    app = web.Application()
    app.add_routes([web.get("/readyz", pages.readyz), web.get("/metrics", pages.metrics)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        yield await _listen(runner, host, port)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> str | None:
    try:
        with listening(port, port_setting="BOT_ADMIN_ADDRESS", host_setting="BOT_ADMIN_ADDRESS"):
            await web.TCPSite(runner, host, port).start()
    except SettingsError as error:
        log.warning("no admin address", problem=str(error))
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{runner.addresses[0][1]}"
