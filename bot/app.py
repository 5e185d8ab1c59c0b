"""The composition root: makes everything from the settings, in order, and closes it in reverse."""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import structlog

from bot import __version__
from bot.core.line import LoadLimits
from bot.database import open_database
from bot.endpoint import client_of, deadlines_of, model_of
from bot.engine.answer import AnswerServices
from bot.engine.conversations import Conversations
from bot.engine.pacer import Pacer
from bot.engine.repairs import Repairs
from bot.engine.turn_policy import TurnPolicy
from bot.errors import NotAvailable, SettingsError
from bot.metrics import Figures, MeasuredBudget, MeasuredModel, MeasuredSink, Readiness
from bot.model_check import check_model
from bot.signals import ended_by_signal
from bot.slack.actions.ask_again import AskAgain
from bot.slack.actions.feedback import FeedbackActions
from bot.slack.answers.edit_sink import EditSink
from bot.slack.answers.furniture import KEPT, Furniture, FurnitureStyle
from bot.slack.answers.leftovers import PressedMessages
from bot.slack.answers.stale_messages import SlackStaleMessages
from bot.slack.authorize import build_app
from bot.slack.capabilities import Capabilities
from bot.slack.client import open_session, web_client
from bot.slack.events.inbox import open_inbox
from bot.slack.events.listeners import Handlers, register
from bot.slack.events.socket import SocketMode
from bot.slack.first_contact import wait_for_identity
from bot.slack.limits import rates
from bot.slack.reads.history import SlackHistory
from bot.slack.reads.people import SlackPeople
from bot.slack.reads.reach import Reach
from bot.slack.reads.thread_times import ThreadTimes
from bot.slack.web_api import SlackApi
from bot.slices import Slices
from bot.starting.start_patience import StartPatience
from bot.store import Tenant
from bot.strings import LANGUAGES, strings_for
from bot.tasks import Tasks
from bot.watchdog import Watchdog
from bot.web import Signature, WebServer
from bot.web.admin import AdminPages, open_admin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aiohttp import ClientSession
    from pydantic import SecretStr
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.config import Settings, Transport
    from bot.core.ports import Budget, Journal, Model, Sink
    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.core.types import TurnKey
    from bot.database import Database
    from bot.slack.answers.blocks import Block
    from bot.slack.identity import Identity
    from bot.store import Observe
    from bot.strings import Strings

log = structlog.get_logger(__name__)
T = TypeVar("T")


CLOSING_TIME = 3.0
"""Seconds of the drain that are kept for closing connections and for the last commit."""


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is connected to Slack."""

    identity: Identity

    socket: asyncio.Task[SettingsError | None] | None = None
    """The task that keeps the socket open; None in HTTP mode.

    It returns the `SettingsError` when Slack rejects our token for good.
    """

    socket_age: Callable[[], float] | None = None
    """Tells for how many seconds the socket has been open, 0.0 for none; None in HTTP mode."""

    port: int | None = None
    """The port of HTTP mode; None in Socket Mode."""

    admin: str | None = None
    """Address of the admin pages, such as 127.0.0.1:9090; None where there are none."""

    store: str = ""
    """Kind and place of the database, for the log."""

    watchdog: Watchdog | None = None
    """Knows how late the event loop is."""

    async def serve(self) -> None:
        """Never returns. Raises the `SettingsError` with which the socket ended."""
        if self.socket is None:
            await asyncio.Event().wait()
        else:
            _raise_if_any(await asyncio.shield(self.socket))


def _unchanged(port: T) -> T:
    return port


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Functions that wrap ports before the bot uses them. Only tests wrap any."""

    budget: Callable[[Budget], Budget] = _unchanged
    journal: Callable[[Journal], Journal] = _unchanged
    sink: Callable[[Sink], Sink] = _unchanged
    model: Callable[[Model], Model] = _unchanged

    answering: Callable[[Sink], Sink] = _unchanged
    """Wraps the sink once more, unless it is for a second look, which is no further answer."""

    now: Callable[[], datetime] = _now
    """Tells the time; not wrapped but replaced."""


UNWRAPPED: Final = Wrapping()


async def run(settings: Settings, *, transport: Transport, wrapping: Wrapping = UNWRAPPED) -> int:
    """Serves Slack until a signal comes. Returns the exit code. Raises `StartError`."""
    with ended_by_signal():
        async with open_bot(settings, transport, wrapping) as bot:
            # What was made at the start stays: the garbage collector need not look at it again.
            gc.freeze()
            log.info("ready", **_runs_with(settings, transport, bot))
            await bot.serve()
    log.info("stopped")
    return 0


def _runs_with(settings: Settings, transport: Transport, bot: Bot) -> dict[str, str]:
    """What the operator may want to compare with what was meant. No secrets."""
    found = {
        "version": __version__,
        "bot": bot.identity.name,
        "model": settings.openai_model,
        "endpoint": urlsplit(settings.openai_base_url).netloc,
        "store": bot.store,
        "transport": transport,
    }
    if bot.admin:
        found["admin"] = bot.admin
    host = f"[{settings.bot_host}]" if ":" in settings.bot_host else settings.bot_host
    return found if bot.port is None else found | {"address": f"{host}:{bot.port}"}


@asynccontextmanager
async def open_bot(
    settings: Settings, transport: Transport, wrapping: Wrapping = UNWRAPPED
) -> AsyncIterator[Bot]:
    """Yields a connected bot. On leaving, answers may finish before the connection is closed.

    Raises `SettingsError` for a setting that Slack, the model's endpoint or the database rejects,
    `NotAvailable` when one of them does not answer within BOT_START_TIMEOUT.
    """
    connect = {"socket": _open_socket_mode, "http": _open_http}[transport]
    async with AsyncExitStack() as stack:
        figures, ready = Figures(), Readiness(time.monotonic)
        watched = _measured(wrapping, figures)
        observe = _observer(figures, ready)
        opened = open_session(settings.network, settings.slack_api_url)
        session = await stack.enter_async_context(opened)
        slack = await _connect_slack(settings, session, stack, watched)
        opening = open_database(settings, _tenant(slack.identity), observe)
        database = await stack.enter_async_context(opening)
        journal = wrapping.journal(database.journal)
        endpoint = client_of(settings)
        stack.push_async_callback(endpoint.close)
        model = watched.model(model_of(settings, endpoint))
        services = _services(settings, model, slack, wrapping.now)
        services = replace(services, retried=lambda kind: figures.retries.labels(kind).inc())
        strings_of = _strings(settings, slack.people)
        conversations = await stack.enter_async_context(
            _conversations(settings, journal, services, slack, strings_of, watched)
        )
        known_strings_of = _learning(slack.people, strings_of)
        stale = SlackStaleMessages(slack.api, known_strings_of)
        repairs = Repairs(journal, stale, settings.bot_lease_seconds)
        repair = (await stack.enter_async_context(repairs)).pressed
        database = replace(database, journal=journal)
        bolt = _build_bolt(slack, database, conversations, known_strings_of, repair)
        bot = await connect(settings, bolt, slack, stack)
        checks = await stack.enter_async_context(Tasks("app"))
        checks.start(check_model(endpoint, settings.openai_model), name="model-check")
        watchdog = Watchdog()
        checks.start(watchdog.run(), name="watchdog")
        _tell(figures, ready, conversations, services, replace(bot, watchdog=watchdog))
        admin = None
        if address := settings.admin_address:
            pages = AdminPages(ready.report, figures.text)
            admin = await stack.enter_async_context(open_admin(pages, *address))
        seconds = settings.bot_drain_seconds
        stack.push_async_callback(conversations.drain, max(seconds - CLOSING_TIME, seconds / 2))
        yield replace(bot, store=database.place, watchdog=watchdog, admin=admin)


def _measured(wrapping: Wrapping, figures: Figures) -> Wrapping:
    """The same, with everything measured that the bot does to Slack and the model."""
    return replace(
        wrapping,
        budget=lambda budget: MeasuredBudget(wrapping.budget(budget), figures),
        answering=lambda sink: MeasuredSink(sink, figures, time.monotonic),
        model=lambda model: MeasuredModel(wrapping.model(model), figures),
    )


def _observer(figures: Figures, ready: Readiness) -> Observe:
    def observe(operation: str, seconds: float, succeeded: bool) -> None:  # noqa: FBT001
        figures.store.labels(operation).observe(seconds)
        if succeeded:
            ready.store_answered()
        else:
            figures.store_errors.labels(operation).inc()

    return observe


def _tell(
    figures: Figures,
    ready: Readiness,
    conversations: Conversations,
    services: AnswerServices,
    bot: Bot,
) -> None:
    """Connects what shows the present state."""
    figures.answers(lambda: conversations.running, lambda: conversations.waiting)
    figures.tasks(lambda: len(asyncio.all_tasks()))
    ready.breaker = lambda: services.breaker.state.value
    figures.breaker(ready.breaker)
    if watchdog := bot.watchdog:
        ready.lag = lambda: watchdog.worst
        figures.lag(ready.lag, lambda: watchdog.times_late)
    if bot.socket_age:
        ready.socket_age = bot.socket_age
        figures.socket(bot.socket_age)


@dataclass(frozen=True, slots=True)
class _Workspace:
    """The workspace that the bot token belongs to."""

    session: ClientSession
    api: SlackApi
    """Its Web API, within Slack's rate limits for us."""
    identity: Identity
    """Who we are there."""
    people: SlackPeople
    pressed: PressedMessages
    times: ThreadTimes
    """What events have told of threads."""


async def _connect_slack(
    settings: Settings, session: ClientSession, stack: AsyncExitStack, wrapping: Wrapping
) -> _Workspace:
    client = _slack_client(session, settings, settings.slack_bot_token)
    unknown = SlackApi(client, wrapping.budget(_budget(settings)), network=settings.network)
    identity = await wait_for_identity(unknown, StartPatience(settings.bot_start_timeout))
    api = replace(unknown, team=identity.team, ids=identity.ids)
    people = await stack.enter_async_context(SlackPeople(api))
    return _Workspace(session, api, identity, people, PressedMessages(), ThreadTimes())


def _tenant(identity: Identity) -> Tenant:
    return Tenant(identity.asked, adopts="" if identity.enterprise else identity.team)


def _conversations(
    settings: Settings,
    journal: Journal,
    services: AnswerServices,
    slack: _Workspace,
    strings_of: Callable[[str], Strings],
    wrapping: Wrapping,
) -> Conversations:
    capabilities = _capabilities(settings, slack.identity)
    style = FurnitureStyle(settings.openai_model, settings.footer, settings.bot_reasoning)
    furniture = Furniture(style, capabilities.forms)

    def sink_for(claim: Claim, may_send: Callable[[], bool]) -> Sink:
        turn = claim.turn

        def below(snapshot: Snapshot) -> list[Block]:
            return furniture.below(snapshot, strings_of(turn.user), turn)

        sink = EditSink(
            replace(slack.api, may_send=may_send),
            claim,
            lambda: strings_of(turn.user),
            below,
            capabilities,
            pressed=slack.pressed,
        )
        shown = wrapping.sink(sink)
        return shown if claim.looks else wrapping.answering(shown)

    return Conversations(journal, services, sink_for, _turn_policy(settings))


def _turn_policy(settings: Settings) -> TurnPolicy:
    load = LoadLimits(
        running=settings.bot_max_running,
        per_workspace=settings.bot_max_running_per_workspace,
        per_person=settings.bot_max_running_per_person,
        waiting=settings.bot_max_waiting,
    )
    interval = min(1.0, settings.bot_lease_seconds / 5)
    return TurnPolicy(lease=settings.bot_lease_seconds, check_interval=interval, load=load)


def _capabilities(settings: Settings, identity: Identity) -> Capabilities:
    files = identity.may("files:write")
    try:
        return Capabilities.of(settings.bot_render, settings.bot_link_allow, files=files)
    except ValueError as error:
        raise SettingsError(["BOT_LINK_ALLOW: an entry is no host or host/path"]) from error


def _build_bolt(
    slack: _Workspace,
    database: Database,
    conversations: Conversations,
    strings_of: Callable[[str], Awaitable[Strings]],
    repair: Callable[[TurnKey, str], None],
) -> AsyncApp:
    bolt = build_app(slack.identity, slack.api.client)
    bot_user, hear = slack.identity.bot_user, slack.times.hear
    open_inbox(bolt, database.journal, bot_user, conversations.deleted, hear)
    submit, deleted = conversations.submit, conversations.deleted
    ask_again = AskAgain(slack.api, database.journal, bot_user, submit, deleted)
    handlers = Handlers(
        submit=submit,
        stop=conversations.stop,
        ask_again=ask_again.again,
        feedback=FeedbackActions(slack.api, database.feedback, strings_of),
        words=strings_of,
        api=slack.api,
        pressed=slack.pressed,
        repair=repair,
    )
    register(bolt, handlers)
    return bolt


async def _open_socket_mode(
    settings: Settings,
    bolt: AsyncApp,
    slack: _Workspace,
    stack: AsyncExitStack,
) -> Bot:
    tasks = await stack.enter_async_context(Tasks("app"))
    client = _slack_client(slack.session, settings, settings.slack_app_token)
    mode = SocketMode(bolt, replace(slack.api, client=client), slack.session)
    socket = tasks.start(_stay_connected(mode), name="socket")
    connected = tasks.start(mode.connected.wait(), name="connected")
    await asyncio.wait(
        {socket, connected},
        timeout=settings.bot_start_timeout,
        return_when=asyncio.FIRST_COMPLETED,
    )
    if socket.done():
        _raise_if_any(socket.result())
    if not mode.connected.is_set():
        raise NotAvailable([mode.problem])
    return Bot(slack.identity, socket, lambda: mode.age)


async def _stay_connected(mode: SocketMode) -> SettingsError | None:
    """Keeps the socket open. Returns a `SettingsError` instead of raising it in the task."""
    try:
        await mode.run()
    except SettingsError as error:
        return error
    return None


def _raise_if_any(error: SettingsError | None) -> None:
    if error:
        raise error


async def _open_http(
    settings: Settings,
    bolt: AsyncApp,
    slack: _Workspace,
    stack: AsyncExitStack,
) -> Bot:
    signature = Signature(_revealed(settings.slack_signing_secret))
    server = WebServer(bolt.async_dispatch, signature, host=settings.bot_host, port=settings.port)
    await stack.enter_async_context(server)
    return Bot(slack.identity, port=server.port)


def _budget(settings: Settings) -> Budget:
    allowed = rates(
        settings.bot_edits_per_minute, settings.bot_posts_per_minute, settings.bot_burst
    )
    return Pacer(allowed, interval=settings.bot_edit_interval, status=settings.bot_status_interval)


def _services(
    settings: Settings, model: Model, slack: _Workspace, now: Callable[[], datetime]
) -> AnswerServices:
    who, people = slack.identity, slack.people
    strings_of = _strings(settings, people)
    reach, slices = Reach(pause=settings.bot_dm_pause), Slices()
    return AnswerServices(
        model=model,
        history=SlackHistory(slack.api, people, who, reach, slack.times, slices),
        people=people,
        budget=slack.api.budget,
        bot_name=lambda: who.name or people.name(who.bot_user),
        now=now,
        hello=lambda turn: strings_of(turn.user).help,
        system=settings.bot_system_prompt,
        context_tokens=settings.bot_context_tokens,
        thoughts=KEPT[settings.bot_reasoning],
        tick=settings.bot_status_interval,
        deadlines=deadlines_of(settings),
        slices=slices,
    )


def _strings(settings: Settings, people: SlackPeople) -> Callable[[str], Strings]:
    """Returns the strings for a user: in the configured language, else in that of their Slack."""
    if settings.bot_language != "auto":
        return lambda _: LANGUAGES[settings.bot_language]
    return lambda user: strings_for(people.locale(user))


def _learning(
    people: SlackPeople, strings_of: Callable[[str], Strings]
) -> Callable[[str], Awaitable[Strings]]:
    """The same for people who press a button, who may not be in the cache yet."""

    async def known_strings_of(user: str) -> Strings:
        await people.learn([user])
        return strings_of(user)

    return known_strings_of


def _slack_client(
    session: ClientSession, settings: Settings, token: SecretStr | None
) -> AsyncWebClient:
    return web_client(session, _revealed(token), base_url=settings.slack_api_url)


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
