"""The composition root: settings → everything, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import sys
import time
import webbrowser
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, repeat
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import SecretStr

from bot.core.pacing import Rate
from bot.endpoint import client_of, deadlines_of, model_of
from bot.engine.answer import Desk
from bot.engine.conversations import Conversations, Terms
from bot.engine.pacer import Pacer
from bot.errors import SettingsError, SlackRefused, SlackRejected, SlackUnknown, StoreError
from bot.mortal import Fate, MortalModel, MortalSink, mortal
from bot.playground.model import MODEL, ScriptedModel
from bot.playground.server import Playground
from bot.playground.ui import DEMO_MODEL, page
from bot.slack.authorize import Identity, build_app, identify
from bot.slack.client import open_session, web_client
from bot.slack.history import Reach, SlackHistory
from bot.slack.inbox import open_inbox
from bot.slack.listeners import Handlers, register
from bot.slack.people import SlackPeople
from bot.slack.rounds import Rounds
from bot.slack.sinks import EditSink
from bot.slack.socket import SocketMode
from bot.store import open_store
from bot.strings import LANGUAGES, strings_for
from bot.tasks import Tasks
from bot.web import Signature, WebServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from aiohttp import ClientSession
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.config import Settings, Transport
    from bot.core.ports import Budget, Journal, Model, Sink
    from bot.core.turns import Claim
    from bot.store import SqlJournal
    from bot.strings import Strings

log = structlog.get_logger(__name__)

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between attempts at start, while Slack or the database has no answer."""

FAREWELL = 3.0
"""Seconds of a drain that are left for hanging up and for the last commit."""

HOUR, DAY = 3600.0, 86400.0


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is connected.

    `line` ends, with what broke it, when Slack will not have us any more; None in HTTP mode, where
    `port` is what we listen on.
    """

    identity: Identity
    line: asyncio.Task[SettingsError | None] | None = None
    port: int | None = None

    async def serve(self) -> None:
        """For ever. Raises what broke the line."""
        if self.line is None:
            await asyncio.Event().wait()
        else:
            _raise_if_broken(await asyncio.shield(self.line))


async def run(settings: Settings, *, transport: Transport) -> int:
    """Serves Slack until a signal comes. Returns the exit code."""
    with ended_by_signal():
        async with open_bot(settings, transport) as bot:
            log.info("ready", transport=transport, bot=bot.identity.name, port=bot.port)
            await bot.serve()
    log.info("stopped")
    return 0


async def playground(settings: Settings, *, port: int, open_browser: bool) -> int:
    """The bot on a small Slack of its own, until a signal comes. Returns the exit code."""
    with ended_by_signal():
        async with open_playground(settings, port) as (slack, bot):
            _announce(slack.base_url, open_browser=open_browser)
            await bot.serve()
    return 0


@asynccontextmanager
async def open_playground(
    settings: Settings, port: int = 0
) -> AsyncIterator[tuple[Playground, Bot]]:
    """A small Slack with its page, and the bot connected to it."""
    async with _small_slack(settings, port) as (slack, ours), open_bot(ours, "socket") as bot:
        yield slack, bot


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """The first SIGINT or SIGTERM ends the body in good order, the second ends the process."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    signals = {signal.SIGINT, signal.SIGTERM}
    came = False

    def forget() -> None:
        for number in signals:
            loop.remove_signal_handler(number)

    def stop() -> None:
        nonlocal came
        if task and not came:  # two that come at the same moment are one
            task.cancel()
        came = True
        forget()

    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    except asyncio.CancelledError:
        if not (came and task) or task.uncancel():
            raise
    finally:
        forget()


@asynccontextmanager
async def open_bot(settings: Settings, transport: Transport) -> AsyncIterator[Bot]:
    """Everything, connected. Leaving lets answers finish while the line to Slack is still open."""
    connect = {"socket": _over_socket, "http": _over_http}[transport]
    async with AsyncExitStack() as stack:
        journal = await stack.enter_async_context(_open_journal(settings))
        session = await stack.enter_async_context(open_session())
        slack = await _open_slack(settings, session, stack)
        endpoint = client_of(settings)
        stack.push_async_callback(endpoint.close)
        desk = _desk(settings, model_of(settings, endpoint), slack)
        words = _words(settings, slack.people)
        conversations = await stack.enter_async_context(
            _conversations(settings, journal, desk, slack.client, words)
        )
        bolt = _bolt(slack, journal, conversations, words)
        bot = await connect(settings, bolt, session, slack.identity, stack)
        seconds = settings.bot_drain_seconds
        stack.push_async_callback(conversations.drain, max(seconds - FAREWELL, seconds / 2))
        yield bot


@dataclass(frozen=True, slots=True)
class _Slack:
    """Slack as we reach it: with which client, as whom, within which limits, and who is there."""

    client: AsyncWebClient
    identity: Identity
    budget: Budget
    people: SlackPeople


async def _open_slack(settings: Settings, session: ClientSession, stack: AsyncExitStack) -> _Slack:
    client = _slack_client(session, settings, settings.slack_bot_token)
    identity = await _identify(client)
    budget = _budget(settings)
    people = await stack.enter_async_context(SlackPeople(client, budget, identity.team))
    return _Slack(client, identity, budget, people)


@asynccontextmanager
async def _open_journal(settings: Settings) -> AsyncIterator[Journal]:
    """The journal, swept as long as we live. What is still ours at the end is let go of."""
    async with AsyncExitStack() as stack:
        journal = await _store(settings, stack)
        tasks = await stack.enter_async_context(Tasks("store"))
        tasks.start(_forget(journal, settings.bot_retention_days * DAY), name="purge")
        try:
            yield mortal(journal, fate) if (fate := _fate(settings)) else journal
        finally:
            with suppress(StoreError):  # then the leases run out by themselves
                await journal.leave()


async def _store(settings: Settings, stack: AsyncExitStack) -> SqlJournal:
    """Waits for a database that is not there yet; one that is wrong is a mistake in settings."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        opening = open_store(
            _value(settings.database_url), owner=owner, lease=settings.bot_lease_seconds
        )
        try:
            return await stack.enter_async_context(opening)
        except StoreError as error:
            log.warning("database does not answer yet", detail=str(error), pause=pause)
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")


async def _forget(journal: SqlJournal, seconds: float) -> None:
    """Rows of turns that ended long ago go, once an hour."""
    while True:
        with suppress(StoreError):
            await journal.purge(seconds)
        await asyncio.sleep(HOUR)


def _conversations(
    settings: Settings,
    journal: Journal,
    desk: Desk,
    client: AsyncWebClient,
    words: Callable[[str], Strings],
) -> Conversations:
    fate = _fate(settings)

    def sink_for(claim: Claim) -> Sink:
        sink = EditSink(client, claim, lambda: words(claim.turn.user))
        return MortalSink(sink, fate) if fate else sink

    terms = Terms(lease=settings.bot_lease_seconds, pulse=min(1.0, settings.bot_lease_seconds / 5))
    return Conversations(journal, desk, sink_for, lambda turn: words(turn.user).help, terms)


def _bolt(
    slack: _Slack,
    journal: Journal,
    conversations: Conversations,
    words: Callable[[str], Strings],
) -> AsyncApp:
    bolt = build_app(slack.identity, slack.client)
    open_inbox(bolt, journal, slack.identity.bot_user)
    submit = conversations.submit
    rounds = Rounds(slack.client, journal, slack.budget, slack.identity.bot_user, submit)
    handlers = Handlers(
        submit=submit,
        stop=conversations.stop,
        again=rounds.again,
        deleted=conversations.deleted,
        words=words,
        client=slack.client,
    )
    register(bolt, handlers)
    return bolt


async def _over_socket(
    settings: Settings,
    bolt: AsyncApp,
    session: ClientSession,
    identity: Identity,
    stack: AsyncExitStack,
) -> Bot:
    tasks = await stack.enter_async_context(Tasks("app"))
    mode = SocketMode(bolt, _slack_client(session, settings, settings.slack_app_token), session)
    line = tasks.start(_kept(mode), name="socket")
    connected = tasks.start(mode.connected.wait(), name="connected")
    await asyncio.wait({line, connected}, return_when=asyncio.FIRST_COMPLETED)
    if line.done():
        _raise_if_broken(line.result())
    return Bot(identity, line)


async def _kept(mode: SocketMode) -> SettingsError | None:
    """The line to Slack, and in the end what broke it: a mistake in settings is no failed task."""
    try:
        await mode.run()
    except SettingsError as error:
        return error
    return None


def _raise_if_broken(error: SettingsError | None) -> None:
    if error:
        raise error


async def _over_http(
    settings: Settings,
    bolt: AsyncApp,
    session: ClientSession,  # noqa: ARG001 - the socket needs it
    identity: Identity,
    stack: AsyncExitStack,
) -> Bot:
    signature = Signature(_value(settings.slack_signing_secret))
    server = WebServer(bolt.async_dispatch, signature, host=settings.bot_host, port=settings.port)
    await stack.enter_async_context(server)
    return Bot(identity, port=server.port)


async def _identify(client: AsyncWebClient) -> Identity:
    """Who we are. Waits for a Slack that is down; a token it refuses is a mistake in settings."""
    for pause in chain(PAUSES, repeat(PAUSES[-1])):
        try:
            return await identify(client)
        except SlackRejected as error:
            raise SettingsError(
                [f"SLACK_BOT_TOKEN: Slack does not accept it ({error.code})"]
            ) from error
        except SlackRefused as error:
            pause = max(pause, error.retry_after)
        except SlackUnknown as error:
            log.warning("slack does not answer yet", detail=str(error), pause=pause)
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")


def _budget(settings: Settings) -> Budget:
    # One less than Slack may tolerate: calls that are late on the way must not meet those behind.
    edits = Rate(settings.bot_edits_per_minute, max(settings.bot_burst - 1, 1))
    posts = Rate(settings.bot_posts_per_minute, burst=10)
    rates = {"chat.update": edits, "chat.postMessage": posts}
    return Pacer(rates, interval=settings.bot_edit_interval)


def _desk(settings: Settings, model: Model, slack: _Slack) -> Desk:
    who, people = slack.identity, slack.people
    reach = Reach(pause=settings.bot_dm_pause)
    fate = _fate(settings)
    return Desk(
        model=MortalModel(model, fate) if fate else model,
        history=SlackHistory(slack.client, people, who, slack.budget, reach),
        people=people,
        budget=slack.budget,
        bot_name=lambda: who.name or people.name(who.bot_user),
        today=lambda: time.strftime("%Y-%m-%d", time.gmtime()),
        system=settings.bot_system_prompt,
        context_tokens=settings.bot_context_tokens,
        deadlines=deadlines_of(settings),
    )


def _fate(settings: Settings) -> Fate | None:
    return Fate(settings.bot_kill_at) if settings.bot_kill_at else None


def _words(settings: Settings, people: SlackPeople) -> Callable[[str], Strings]:
    """The words for a user: the pinned language, else that of their Slack, else English."""
    if settings.bot_language != "auto":
        return lambda _: LANGUAGES[settings.bot_language]
    return lambda user: strings_for(people.locale(user))


def _slack_client(
    session: ClientSession, settings: Settings, token: SecretStr | None
) -> AsyncWebClient:
    return web_client(session, _value(token), base_url=settings.slack_api_url)


def _value(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


@asynccontextmanager
async def _small_slack(settings: Settings, port: int) -> AsyncIterator[tuple[Playground, Settings]]:
    """The playground, and settings that lead the bot there. A key lets a real model answer."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="bot-playground-"))
        if settings.has_model:
            ours, named, panels = settings, settings.openai_model, {}
        else:
            model = await stack.enter_async_context(ScriptedModel())
            ours = settings.model_copy(update=_demo(model))
            named, panels = DEMO_MODEL, {"Model": model.faults}
        extend = page(model=named, panels=panels)
        try:
            slack = await stack.enter_async_context(Playground(port=port, extend=extend))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            slack = await stack.enter_async_context(Playground(extend=extend))
        yield slack, ours.model_copy(update=_address(slack) | _own_store(folder))


def _demo(model: ScriptedModel) -> dict[str, Any]:
    return {
        "openai_base_url": model.base_url,
        "openai_api_key": SecretStr("sk-playground"),
        "openai_model": MODEL,
    }


def _address(slack: Playground) -> dict[str, Any]:
    return {
        "slack_api_url": slack.api_url,
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
    }


def _own_store(folder: str) -> dict[str, Any]:
    """The small Slack forgets everything when it ends, and so does what belongs to it."""
    return {"database_url": SecretStr(f"sqlite:///{folder}/bot.db")}


def _announce(url: str, *, open_browser: bool) -> None:
    sys.stdout.write(f"\n  The playground is open: {url}\n  Ctrl-C ends it.\n\n")
    sys.stdout.flush()
    if open_browser and _has_display():
        webbrowser.open(url)


def _has_display() -> bool:
    """A browser in a terminal or none at all would only be in the way."""
    return sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
