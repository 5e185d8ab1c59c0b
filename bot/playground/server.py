"""The playground as one object: a Slack workspace and its server on loopback."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiohttp import web

from bot.playground.api.backend import Backend
from bot.playground.api.call_log import CallLog
from bot.playground.api.rate_limits import RateLimits
from bot.playground.api.triggers import Triggers
from bot.playground.api.web_api import MAX_BODY, WebApi
from bot.playground.call_statistics import call_statistics
from bot.playground.clock import Clock
from bot.playground.events.delivery import Delivery, Timetable
from bot.playground.events.http_delivery import HttpDelivery
from bot.playground.events.socket_mode import SocketMode
from bot.playground.faults import Faults
from bot.playground.guard import LOOPBACK, guard
from bot.playground.notifier import Notifier
from bot.playground.routes import Routes
from bot.playground.switches import set_switch
from bot.playground.tasks import Tasks
from bot.playground.user_actions import UserActions
from bot.playground.workspace.timings import Timings
from bot.playground.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playground.api.methods import Caller
    from bot.playground.events.delivery import Delivered
    from bot.playground.switches import Panel, Switch

    T = TypeVar("T")
    Extension = Callable[[web.Application, "Playground"], None]


class Playground(UserActions):
    """A small Slack on loopback. Use it as `async with Playground() as slack:`.

    Events go to `events_url` over HTTP, or through Socket Mode when there is none. Port 0 takes a
    free port. `extend` may add routes to the server. A host other than loopback is a ValueError.
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Faults | None = None,
        limits: RateLimits | None = None,
        timetable: Timetable | None = None,
        events_url: str | None = None,
        signing_secret: str | None = None,
        bot_token: str | None = None,
        app_token: str | None = None,
        extend: Extension | None = None,
        clock: Clock | None = None,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError("the playground listens on loopback only")
        self.host, self.port = host, port
        self.faults = faults or Faults()
        self.limits = limits or RateLimits()
        self.timetable = timetable or Timetable()
        self.signing_secret = signing_secret or secrets.token_hex(16)
        self.bot_token = bot_token or f"xoxb-playground-{secrets.token_hex(12)}"
        self.app_token = app_token or f"xapp-1-playground-{secrets.token_hex(12)}"
        self.calls = CallLog()
        """Every Web API call."""
        self._extend = extend
        self._events_url = events_url
        self._tasks = Tasks()
        self._notifier = Notifier()
        self._unsubscribe: list[Callable[[], None]] = []

        workspace = workspace or Workspace.demo()
        notify = self._notifier.notify
        self.timings = Timings(workspace.bot)
        """How long people waited for each answer."""
        self.sockets = SocketMode(
            workspace.bot.app_id, self.faults, self.timetable, self._tasks, notify
        )
        super().__init__(
            Backend(workspace, Triggers(), self.sockets.open_url),
            Delivery(workspace, self.sockets, self._tasks, self.timetable, notify),
            clock or Clock(time.time, time.monotonic),
        )
        self.panels: list[Panel] = [
            self.faults,
            self.limits,
            self.sockets,
            self.delivery,
            self.backend.sizes,
        ]

    # Start and stop

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens, and sends the app events from now on. OSError when the port is taken."""
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        self.backend.base_url = self.base_url
        self.sockets.url = f"ws://{self._authority}/link/"
        if self._events_url:
            self.send_events_to(self._events_url)
        listeners = (self.timings.on_change, self.delivery.on_change, self._notifier.notify)
        self._unsubscribe = [self.workspace.subscribe(listener) for listener in listeners]

    async def stop(self) -> None:
        """Closes everything; raises the first error of its tasks, if there was one."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        await self.sockets.close()
        await self._runner.cleanup()
        await self._tasks.stop()

    @property
    def base_url(self) -> str:
        return f"http://{self._authority}/"

    @property
    def api_url(self) -> str:
        """For `SLACK_API_URL`."""
        return f"{self.base_url}api/"

    @property
    def _authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def _app(self) -> web.Application:
        tokens: dict[str, Caller] = {self.bot_token: "bot", self.app_token: "app"}
        api = WebApi(
            self.backend,
            tokens,
            self.limits,
            self.faults,
            self.calls,
            self.clock,
            self._tasks,
            self._notifier.notify,
        )
        others = Routes(self.backend, self.interactions, self.clock, self.bot_token)
        app = web.Application(middlewares=[guard], client_max_size=MAX_BODY)
        app.router.add_get("/api/{method}", api.handle)
        app.router.add_post("/api/{method}", api.handle)
        app.router.add_get("/link/", self.sockets.handle)
        app.add_routes(others.table())
        if self._extend:
            self._extend(app, self)
        return app

    # Events

    def send_events_to(self, url: str | None) -> HttpDelivery | SocketMode:
        """From now on events go to this URL; None means Socket Mode. Returns the transport."""
        transport = (
            HttpDelivery(url, self.signing_secret, self.timetable.ack_timeout, self.clock.wall)
            if url
            else self.sockets
        )
        self.delivery.transport = transport
        return transport

    def emit(self, event: dict[str, Any]) -> Delivered:
        """Sends any event to the app, such as `app_home_opened` or `tokens_revoked`."""
        return self.delivery.send(event, self.clock.wall())

    # Figures and switches

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 20.0) -> T:  # noqa: ASYNC109
        """The predicate's value once it is true; TimeoutError after `timeout` seconds."""
        return await self._notifier.wait_for(predicate, timeout)

    def stats(self) -> dict[str, Any]:
        """The figures that the page shows, as JSON values."""
        counted = call_statistics(self.calls, self.limits, self.clock.monotonic())
        return counted | {
            "sockets": len(self.sockets),
            "answers": [times.as_json() for times in self.timings],
        }

    def describe(self) -> list[Switch]:
        """All switches of all panels."""
        return [switch for panel in self.panels for switch in panel.describe()]

    async def switch(self, name: str, value: Any = None) -> None:
        """Sets a switch; KeyError for an unknown name, ValueError for a bad value."""
        await set_switch(self.panels, name, value)
