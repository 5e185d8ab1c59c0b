"""The composition root: makes everything from the settings, in order, and closes it in reverse."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from bot.backoff import STARTUP_PAUSES, Backoff
from bot.database import open_database
from bot.endpoint import client_of, deadlines_of, model_of
from bot.engine.answer import AnswerServices
from bot.engine.conversations import Conversations
from bot.engine.pacer import Pacer
from bot.engine.turn_policy import TurnPolicy
from bot.errors import SettingsError, SlackRefused, SlackRejected, SlackUnknown
from bot.signals import ended_by_signal
from bot.slack.actions.ask_again import AskAgain
from bot.slack.actions.feedback import FeedbackActions
from bot.slack.answers.edit_sink import EditSink
from bot.slack.answers.furniture import KEPT, Furniture, FurnitureStyle
from bot.slack.authorize import build_app
from bot.slack.capabilities import Capabilities
from bot.slack.client import open_session, web_client
from bot.slack.events.inbox import open_inbox
from bot.slack.events.listeners import Handlers, register
from bot.slack.events.socket import SocketMode
from bot.slack.identity import Identity, identify
from bot.slack.limits import rates
from bot.slack.reads.history import Reach, SlackHistory
from bot.slack.reads.people import SlackPeople
from bot.strings import LANGUAGES, strings_for
from bot.tasks import Tasks
from bot.web import Signature, WebServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiohttp import ClientSession
    from pydantic import SecretStr
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.config import Settings, Transport
    from bot.core.ports import Budget, Journal, Model, Sink
    from bot.core.reply import Snapshot
    from bot.core.turns import Claim
    from bot.database import Database
    from bot.slack.answers.blocks import Block
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

    port: int | None = None
    """The port of HTTP mode; None in Socket Mode."""

    async def serve(self) -> None:
        """Never returns. Raises the `SettingsError` with which the socket ended."""
        if self.socket is None:
            await asyncio.Event().wait()
        else:
            _raise_if_any(await asyncio.shield(self.socket))


def _unchanged(port: T) -> T:
    return port


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Functions that wrap ports before the bot uses them. Only tests wrap any."""

    journal: Callable[[Journal], Journal] = _unchanged
    sink: Callable[[Sink], Sink] = _unchanged
    model: Callable[[Model], Model] = _unchanged


UNWRAPPED: Final = Wrapping()


async def run(settings: Settings, *, transport: Transport, wrapping: Wrapping = UNWRAPPED) -> int:
    """Serves Slack until a signal comes. Returns the exit code. Raises `SettingsError`."""
    with ended_by_signal():
        async with open_bot(settings, transport, wrapping) as bot:
            log.info("ready", transport=transport, bot=bot.identity.name, port=bot.port)
            await bot.serve()
    log.info("stopped")
    return 0


@asynccontextmanager
async def open_bot(
    settings: Settings, transport: Transport, wrapping: Wrapping = UNWRAPPED
) -> AsyncIterator[Bot]:
    """Yields a connected bot. On leaving, answers may finish before the connection is closed.

    Raises `SettingsError` for a setting that Slack, the model's endpoint or the database rejects.
    """
    connect = {"socket": _open_socket_mode, "http": _open_http}[transport]
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        journal = wrapping.journal(database.journal)
        session = await stack.enter_async_context(open_session())
        slack = await _connect_slack(settings, session, stack)
        endpoint = client_of(settings)
        stack.push_async_callback(endpoint.close)
        services = _services(settings, wrapping.model(model_of(settings, endpoint)), slack)
        strings_of = _strings(settings, slack.people)
        conversations = await stack.enter_async_context(
            _conversations(settings, journal, services, slack, strings_of, wrapping)
        )
        bolt = _build_bolt(slack, replace(database, journal=journal), conversations, strings_of)
        bot = await connect(settings, bolt, session, slack.identity, stack)
        seconds = settings.bot_drain_seconds
        stack.push_async_callback(conversations.drain, max(seconds - CLOSING_TIME, seconds / 2))
        yield bot


@dataclass(frozen=True, slots=True)
class _Workspace:
    """The workspace that the bot token belongs to."""

    client: AsyncWebClient
    identity: Identity
    """Who we are there."""
    budget: Budget
    """Slack's rate limits for us."""
    people: SlackPeople


async def _connect_slack(
    settings: Settings, session: ClientSession, stack: AsyncExitStack
) -> _Workspace:
    client = _slack_client(session, settings, settings.slack_bot_token)
    identity = await _wait_for_identity(client)
    budget = _budget(settings)
    people = await stack.enter_async_context(SlackPeople(client, budget, identity.team))
    return _Workspace(client, identity, budget, people)


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

    def sink_for(claim: Claim) -> Sink:
        turn = claim.turn

        def below(snapshot: Snapshot) -> list[Block]:
            return furniture.below(snapshot, strings_of(turn.user), turn)

        sink = EditSink(slack.client, claim, lambda: strings_of(turn.user), below, capabilities)
        return wrapping.sink(sink)

    policy = TurnPolicy(
        lease=settings.bot_lease_seconds, check_interval=min(1.0, settings.bot_lease_seconds / 5)
    )
    return Conversations(
        journal, services, sink_for, lambda turn: strings_of(turn.user).help, policy
    )


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
    strings_of: Callable[[str], Strings],
) -> AsyncApp:
    async def known_strings_of(user: str) -> Strings:
        # The person who presses a button may not be in the cache yet.
        await slack.people.learn([user])
        return strings_of(user)

    bolt = build_app(slack.identity, slack.client)
    open_inbox(bolt, database.journal, slack.identity.bot_user)
    submit = conversations.submit
    ask_again = AskAgain(
        slack.client, database.journal, slack.budget, slack.identity.bot_user, submit
    )
    handlers = Handlers(
        submit=submit,
        stop=conversations.stop,
        ask_again=ask_again.again,
        deleted=conversations.deleted,
        feedback=FeedbackActions(slack.client, database.feedback, known_strings_of),
        words=known_strings_of,
        client=slack.client,
    )
    register(bolt, handlers)
    return bolt


async def _open_socket_mode(
    settings: Settings,
    bolt: AsyncApp,
    session: ClientSession,
    identity: Identity,
    stack: AsyncExitStack,
) -> Bot:
    tasks = await stack.enter_async_context(Tasks("app"))
    mode = SocketMode(bolt, _slack_client(session, settings, settings.slack_app_token), session)
    socket = tasks.start(_stay_connected(mode), name="socket")
    connected = tasks.start(mode.connected.wait(), name="connected")
    await asyncio.wait({socket, connected}, return_when=asyncio.FIRST_COMPLETED)
    if socket.done():
        _raise_if_any(socket.result())
    return Bot(identity, socket)


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
    session: ClientSession,  # noqa: ARG001 - the socket needs it
    identity: Identity,
    stack: AsyncExitStack,
) -> Bot:
    signature = Signature(_revealed(settings.slack_signing_secret))
    server = WebServer(bolt.async_dispatch, signature, host=settings.bot_host, port=settings.port)
    await stack.enter_async_context(server)
    return Bot(identity, port=server.port)


async def _wait_for_identity(client: AsyncWebClient) -> Identity:
    """Who we are. Waits while Slack is down. Raises `SettingsError` when it rejects the token."""
    backoff = Backoff(STARTUP_PAUSES)
    while True:
        try:
            return await identify(client)
        except SlackRejected as error:
            raise SettingsError(
                [f"SLACK_BOT_TOKEN: Slack does not accept it ({error.code})"]
            ) from error
        except SlackRefused as error:
            pause = backoff.next(error.retry_after)
        except SlackUnknown as error:
            pause = backoff.next()
            log.warning("slack does not answer yet", detail=str(error), pause=pause)
        await asyncio.sleep(pause)


def _budget(settings: Settings) -> Budget:
    allowed = rates(
        settings.bot_edits_per_minute, settings.bot_posts_per_minute, settings.bot_burst
    )
    return Pacer(allowed, interval=settings.bot_edit_interval, status=settings.bot_status_interval)


def _services(settings: Settings, model: Model, slack: _Workspace) -> AnswerServices:
    who, people = slack.identity, slack.people
    reach = Reach(pause=settings.bot_dm_pause)
    return AnswerServices(
        model=model,
        history=SlackHistory(slack.client, people, who, slack.budget, reach),
        people=people,
        budget=slack.budget,
        bot_name=lambda: who.name or people.name(who.bot_user),
        today=lambda: time.strftime("%Y-%m-%d", time.gmtime()),
        system=settings.bot_system_prompt,
        context_tokens=settings.bot_context_tokens,
        thoughts=KEPT[settings.bot_reasoning],
        tick=settings.bot_status_interval,
        deadlines=deadlines_of(settings),
    )


def _strings(settings: Settings, people: SlackPeople) -> Callable[[str], Strings]:
    """Returns the strings for a user: in the configured language, else in that of their Slack."""
    if settings.bot_language != "auto":
        return lambda _: LANGUAGES[settings.bot_language]
    return lambda user: strings_for(people.locale(user))


def _slack_client(
    session: ClientSession, settings: Settings, token: SecretStr | None
) -> AsyncWebClient:
    return web_client(session, _revealed(token), base_url=settings.slack_api_url)


def _revealed(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
