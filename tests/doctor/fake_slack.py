"""Slack as the doctor sees it, and the doctor's findings."""

import asyncio
import time
from email.utils import formatdate

from aiohttp import web

from bot import telemetry
from bot.config import drop_oauth_variables, examine, unread
from bot.doctor import examine as examine_all
from bot.doctor.finding import Status
from bot.doctor.probe import Probe
from bot.slack.manifest import SCOPES
from tests.environment import SECRET, environment

TICKET = "canary-ticket"
HTTP = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET, "PORT": "0"}
"""Variables of HTTP mode, in place of those of Socket Mode."""


class FakeSlack:
    """Two methods and a socket, as the doctor sees them. `errors` maps a method to its refusal."""

    def __init__(self):
        self.errors = {}
        self.scopes = ",".join(SCOPES)
        self.skew = 0.0
        self.hello = {"type": "hello", "num_connections": 2}
        self.asked = []
        self.closed = asyncio.Event()
        self.handler = self._answer

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/api/{method}", self._handle)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc_info):
        await self._runner.cleanup()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/api/"

    async def _handle(self, request):
        return await self.handler(request)

    async def _answer(self, request):
        method = request.match_info["method"]
        self.asked.append((method, request.headers["Authorization"]))
        headers = {"X-OAuth-Scopes": self.scopes} if self.scopes is not None else {}
        headers["Date"] = formatdate(time.time() + self.skew, usegmt=True)
        body = {
            "auth.test": {"user": "bot", "user_id": "U1", "team": "Team", "team_id": "T1"},
            "apps.connections.open": {"url": f"ws://127.0.0.1:{self.port}/socket?ticket={TICKET}"},
        }[method]
        error = self.errors.get(method)
        answer = {"ok": False, "error": error} if error else {"ok": True} | body
        return web.json_response(answer, headers=headers)

    async def _socket(self, request):
        if self.hello is None:
            return web.Response(status=408)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json(self.hello)
        if self.hello["type"] == "hello":
            async for _ in connection:
                pass
        await connection.close()
        self.closed.set()
        return connection


async def findings(variables, patience=5.0):
    with environment(**variables):
        telemetry.set_up(level="error")
        oauth_names = drop_oauth_variables()
        settings, problems = examine()
        given = {"problems": problems, "unread": unread(), "oauth_names": oauth_names}
        async with Probe(settings, **given, patience=patience) as probe:
            return await examine_all(probe)


def failed(found):
    return {name for name, finding in found.items() if finding.status is Status.FAILED}


def warned(found):
    return {name for name, finding in found.items() if finding.status is Status.WARNING}
