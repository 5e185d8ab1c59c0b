"""The playground as one object: a Slack workspace behind real sockets on loopback."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiohttp import web

from bot.playground.api import files
from bot.playground.api.call_log import Journal
from bot.playground.api.calls import Site
from bot.playground.api.methods import METHODS
from bot.playground.api.rate_limits import RateLimits
from bot.playground.api.triggers import Triggers
from bot.playground.api.web_api import MAX_BODY, Clock, WebApi
from bot.playground.events.delivery import Delivery, Timetable
from bot.playground.events.http_delivery import HttpDelivery
from bot.playground.events.interactions import Click, Interactions
from bot.playground.events.socket_mode import SocketMode
from bot.playground.faults import Faults
from bot.playground.guard import LOOPBACK, guard
from bot.playground.pulse import Pulse
from bot.playground.routes import routes
from bot.playground.tasks import Tasks
from bot.playground.workspace.refused import Refused
from bot.playground.workspace.timings import Timings
from bot.playground.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.playground.api.methods import Caller
    from bot.playground.events.delivery import Delivered
    from bot.playground.events.envelopes import Outcome
    from bot.playground.switches import Panel, Switch
    from bot.playground.workspace.changes import Message

    T = TypeVar("T")
    Extension = Callable[[web.Application, "Playground"], None]

_WINDOW = 60.0  # seconds; Slack counts per minute


class Playground:
    """A small Slack on loopback. Use it as `async with Playground() as slack:`.

    With `events_url` events come over HTTP, else through Socket Mode. `extend` may add routes of
    its own; `panels` are the groups of switches that a page shows.
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
        self.workspace = workspace or Workspace.demo()
        self.faults = faults or Faults()
        self.limits = limits or RateLimits()
        self.timetable = timetable or Timetable()
        self.signing_secret = signing_secret or secrets.token_hex(16)
        self.bot_token = bot_token or f"xoxb-playground-{secrets.token_hex(12)}"
        self.app_token = app_token or f"xapp-1-playground-{secrets.token_hex(12)}"
        self.journal = Journal()
        self.timings = Timings(self.workspace.bot)
        self.host, self.port = host, port
        self.clock = clock or Clock(time.time, time.monotonic)
        self._extend = extend
        self._events_url = events_url
        self._pulse = Pulse()
        self._tasks = Tasks()
        bot = self.workspace.bot
        self.sockets = SocketMode(
            bot.app_id, self.faults, self.timetable, self._tasks, self._pulse.tick
        )
        self.site = Site(self.workspace, Triggers(), self.sockets.open_url)
        self.interactions = Interactions(self.site)
        self.delivery = Delivery(
            self.workspace, self.sockets, self._tasks, self.timetable, self._pulse.tick
        )
        self.panels: list[Panel] = [
            self.faults,
            self.limits,
            self.sockets,
            self.delivery,
            self.site.sizes,
        ]
        self._unsubscribe: list[Callable[[], None]] = []

    # Life

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listens, and from then on tells the app of every change."""
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.port = self._runner.addresses[0][1]
        self.site.base_url = self.base_url
        self.sockets.url = f"ws://{self._authority}/link/"
        if self._events_url:
            self.send_events_to(self._events_url)
        listeners = (self.timings.heard, self.delivery.heard, self._pulse.tick)
        self._unsubscribe = [self.workspace.subscribe(listener) for listener in listeners]

    async def stop(self) -> None:
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

    def send_events_to(self, url: str | None) -> HttpDelivery | SocketMode:
        """From now on events go to this URL, signed; or through Socket Mode again."""
        self.delivery.route = (
            HttpDelivery(url, self.signing_secret, self.timetable.ack_timeout, self.clock.wall)
            if url
            else self.sockets
        )
        return self.delivery.route

    # What people do

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        attach: Sequence[tuple[str, bytes]] = (),
        **fields: Any,
    ) -> Message:
        """Posts as a person. `@streambot` becomes a mention; `attach` holds names and contents."""
        author, now = self.workspace.user(user).id, self.clock.wall()
        if attach:
            fields["files"] = [self._file(author, name, content) for name, content in attach]
            fields.setdefault("subtype", "file_share")
        where = self._channel(author, channel)
        return self.workspace.say(
            where, user=author, text=text, now=now, thread_ts=thread_ts, **fields
        )

    async def edit(self, channel: str, ts: str, text: str) -> Message:
        """The author edits what they typed."""
        where = self.workspace.channel(channel).id
        return self.workspace.edit(where, ts, text=text, now=self.clock.wall())

    async def delete(self, channel: str, ts: str) -> None:
        self.workspace.delete(self.workspace.channel(channel).id, ts, now=self.clock.wall())

    async def click(
        self,
        user: str,
        channel: str,
        message_ts: str,
        action_id: str,
        *,
        block_id: str | None = None,
        value: str | None = None,
    ) -> Outcome:
        """Presses a button; the outcome says whether the app acknowledged in time."""
        who, where = self.workspace.user(user), self.workspace.channel(channel)
        message = self.workspace.message(where.id, message_ts) or self._whispered(message_ts)
        click = Click(who, where, message, action_id, block_id, value)
        return await self.delivery.ask(self.interactions.click(click, self.clock.wall()))

    async def command(self, user: str, channel: str, command: str, text: str = "") -> Outcome:
        """A slash command."""
        who, where = self.workspace.user(user), self.workspace.channel(channel)
        now = self.clock.wall()
        return await self.delivery.ask(self.interactions.command(who, where, command, text, now))

    async def submit(self, user: str, view_id: str, values: dict[str, Any]) -> Outcome:
        """Sends a modal off."""
        view = next(view for view in self.workspace.views if view["id"] == view_id)
        who, now = self.workspace.user(user), self.clock.wall()
        outcome = await self.delivery.ask(self.interactions.submission(who, view, values, now))
        if outcome.accepted and (outcome.payload or {}).get("response_action") != "errors":
            self.workspace.open_views.pop(view_id, None)
        return outcome

    def emit(self, event: dict[str, Any]) -> Delivered:
        """Delivers any event at all, such as `app_home_opened` or `tokens_revoked`."""
        return self.delivery.send(event, self.clock.wall())

    # What is going on

    async def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:  # noqa: ASYNC109
        """Returns the predicate's value once it is true; looks again whenever anything happens."""
        return await self._pulse.until(predicate, timeout)

    def stats(self) -> dict[str, Any]:
        """What the strip of the page shows: calls of the last minute, 429s, and waiting times."""
        since = self.clock.monotonic() - _WINDOW
        counts, refused = self.journal.counts(since), self.journal.refusals()
        used = sorted({*counts, *refused} & METHODS.keys())
        return {
            "methods": {
                method: {
                    "calls": counts[method],
                    "budget": self.limits.budget(method),
                    "refused": refused[method],
                }
                for method in used
            },
            "refused": refused.total(),
            "sockets": len(self.sockets),
            "answers": [answer.as_json() for answer in self.timings],
        }

    def describe(self) -> list[Switch]:
        """Every switch there is, for a page to draw."""
        return [switch for panel in self.panels for switch in panel.describe()]

    async def switch(self, name: str, value: Any = None) -> None:
        """Sets a switch, or presses it."""
        for panel in self.panels:
            if any(switch.name == name for switch in panel.describe()):
                await panel.switch(name, value)
                return
        raise KeyError(name)

    # Inside

    @property
    def _authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def _app(self) -> web.Application:
        tokens: dict[str, Caller] = {self.bot_token: "bot", self.app_token: "app"}
        api = WebApi(
            self.site,
            tokens,
            self.limits,
            self.faults,
            self.journal,
            self.clock,
            self._pulse.tick,
        )
        app = web.Application(middlewares=[guard], client_max_size=MAX_BODY)
        app.add_routes(routes(self, api))
        if self._extend:
            self._extend(app, self)
        return app

    def _channel(self, user_id: str, name: str) -> str:
        """`@streambot` in place of a channel is the DM with the bot."""
        bot = self.workspace.users[self.workspace.bot.user_id]
        if name.removeprefix("@") in {bot.name, bot.id}:
            return self.workspace.dm(user_id).id
        return self.workspace.channel(name).id

    def _file(self, user: str, name: str, content: bytes) -> dict[str, Any]:
        shown = files.new_file(self.site, name, user, self.clock.wall())
        files.keep(self.site, shown["id"], content)
        return shown

    def _whispered(self, ts: str) -> Message:
        for message in self.workspace.ephemerals:
            if message["ts"] == ts:
                return message
        raise Refused("message_not_found")
