"""The house with the bot in processes of its own, which may be killed at any time."""

import asyncio
import random
import signal
import socket
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.playground.api.rate_limits import RateLimits
from bot.playground.events.delivery import Delivered, Timetable
from bot.playground.events.http_delivery import HttpDelivery
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import Reply
from bot.playground.server import Playground
from bot.playground.workspace.people import Channel
from bot.playground.workspace.workspace import Workspace
from bot.slack.actions.buttons import STOP
from tests.chaos.fork_server import ForkServer, Process
from tests.chaos.oracle import Asked, Exit, Fate, History, has_ended
from tests.chaos.questions import ROOMS, Question, asked_in
from tests.chaos.stores import open_store
from tests.e2e.house import KEY, QUICK, House
from tests.environment import scrubbed

READY = '"event": "ready"'
LEASE = 1.0
"""Seconds; what a killed process held is free after that."""

TIMETABLE = Timetable(ack_timeout=3.0, retry_scale=0.02, hold=20.0, warning=0.5)
"""Slack's, with minutes in seconds."""

CALM = QUICK | {"bot_edit_interval": 0.1, "bot_first_token_timeout": 20, "bot_stall_timeout": 20}

VARIABLES = {
    **{name.upper(): str(value) for name, value in CALM.items()},
    "BOT_LEASE_SECONDS": str(LEASE),
    # One person asks most of what a trial asks, and all of it is to run.
    "BOT_MAX_RUNNING_PER_PERSON": "100",
    "BOT_LOG_FORMAT": "json",
    "BOT_LOG_LEVEL": "debug",
    "BOT_HOST": "127.0.0.1",
    "OPENAI_API_KEY": KEY,
    "OPENAI_MODEL": "chaos",
}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a trial takes place. `folder` is empty and its own."""

    fork_server: ForkServer
    folder: Path
    transport: str = "socket"
    store: str = "sqlite"


@dataclass(slots=True)
class Resident:
    """A bot that lives here, or did. `allowed` is how it may end."""

    name: str
    process: Process
    port: int
    allowed: set[int] = field(default_factory=lambda: {0})

    @property
    def log(self) -> str:
        return self.process.log.read_text("utf-8", "replace")

    @property
    def alive(self) -> bool:
        return self.process.code is None

    async def ready(self, within: float = 60.0) -> bool:
        """As soon as it is connected; False when it died before."""
        async with asyncio.timeout(within):
            while self.alive and READY not in self.log:
                await asyncio.sleep(0.02)
        return self.alive

    async def says(self, words: str, within: float = 20.0, *, times: int = 1) -> None:
        """As soon as the words are in its log, so many times."""
        async with asyncio.timeout(within):
            while self.log.count(words) < times:
                await asyncio.sleep(0.02)

    async def died(self, within: float = 20.0) -> bool:
        """As soon as it is gone; False when it still lives after that time."""
        try:
            async with asyncio.timeout(within):
                await self.process.exited()
        except TimeoutError:
            return False
        return True

    async def kill(self) -> None:
        self.allowed = {-signal.SIGKILL}
        self.process.kill()
        await self.process.exited()

    async def leave(self, within: float = 30.0) -> None:
        """SIGTERM, and what becomes of it."""
        self.process.resume()
        self.process.terminate()
        if not await self.died(within):
            self.process.kill()
            await self.process.exited()


class Spread:
    """Events over HTTP to several processes in turn, as behind a balancer that knows no health."""

    def __init__(self, transports) -> None:
        self._transports, self._numbers = [*transports], count()

    async def deliver(self, envelope, retry):
        return await self._transports[next(self._numbers) % len(self._transports)].deliver(
            envelope, retry
        )


@dataclass(slots=True)
class ProcessHouse(House):
    """Its people ask scripted questions; the model answers each by its name, however often."""

    site: Site | None = None
    store: Any = None
    seed: int = 0
    alone: bool = False
    asked: dict[str, tuple[Question, dict, Fate]] = field(default_factory=dict)
    deliveries: dict[str, list[Delivered]] = field(default_factory=dict)
    residents: list[Resident] = field(default_factory=list)
    replies: dict[str, Any] = field(default_factory=dict)
    """Instead of a question's own reply: a Reply, or something that makes one."""
    failures: Callable[[str], Iterable[str]] = lambda _name: ()
    """By the name of a question: kinds of failures that may be its end by now."""
    slack_gives_up: bool = False
    """Whether the trial makes Slack give up telling of a question."""

    @property
    def chance(self) -> random.Random:
        return random.Random(self.seed)

    # Bots

    async def start(
        self, *, port: int = 0, ready: bool = True, kill_at: str = "", **variables
    ) -> Resident:
        """A bot; over HTTP it listens on `port`, and events go there from now on.

        With `kill_at` it kills itself there (see `kill_points`).
        """
        name, port = f"bot-{len(self.residents) + 1}", port or free_port()
        env = scrubbed(**self._variables(port) | variables)
        process = await self.site.fork_server.start(
            [kill_at or "run", f"--{self.transport}"],
            env,
            module="tests.chaos.kill_points" if kill_at else "bot",
            cwd=self.site.folder,
            log=self.site.folder / f"{name}.log",
        )
        resident = Resident(name, process, port)
        self.residents.append(resident)
        if kill_at:
            resident.allowed = {-signal.SIGKILL}
        if self.transport == "http":
            self.slack.send_events_to(f"http://127.0.0.1:{port}/slack/events")
        if ready:
            await resident.ready()
        return resident

    def spread(self, *residents: Resident) -> None:
        """Over HTTP: events go to these in turn. Sockets take turns anyway."""
        if self.transport == "http":
            self.slack.delivery.transport = Spread(
                HttpDelivery(
                    f"http://127.0.0.1:{resident.port}/slack/events",
                    self.slack.signing_secret,
                    TIMETABLE.ack_timeout,
                    self.slack.clock.wall,
                )
                for resident in residents
            )

    def _variables(self, port: int) -> dict[str, str]:
        given = VARIABLES | {
            "SLACK_API_URL": self.slack.api_url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "OPENAI_BASE_URL": self.model.base_url,
            "DATABASE_URL": self.store.url,
            "PORT": str(port),
        }
        known = {name.upper() for name in Settings.model_fields}
        return {name: value for name, value in given.items() if name in known}

    # People

    async def put(self, question: Question, fate: Fate = Fate.ANSWERED, **fields) -> dict:
        """Asks it, where it belongs; its answer must come to that end."""
        root = self.asked[question.after][1]["ts"] if question.after else None
        asked = (question.user, question.channel, question.text)
        said = await self.say(*asked, thread_ts=root, **fields)
        self.asked[question.name] = question, said, fate
        self.deliveries[question.name] = [
            sent for sent in [*self.slack.delivery.log][-2:] if sent.event.get("ts") == said["ts"]
        ]
        return said

    def again(self, name: str, which: int, number: int) -> None:
        """Slack delivers one of the events of a question once more."""
        sent = self.deliveries[name]
        sent.append(self.slack.delivery.again(sent[which], number))

    async def put_all(self, questions, *, pause: float = 0.0) -> None:
        for question in questions:
            await self.put(question)
            await asyncio.sleep(pause)

    def reply_to(self, body: dict) -> Reply:
        """What the model says, by question and not by order: recovery asks again."""
        name = asked_in(body)
        if name not in self.asked:
            return Reply(["Nobody asked this."])
        reply = self.replies.get(name) or self.asked[name][0].reply()
        return reply if isinstance(reply, Reply) else reply()

    # Waiting

    async def settled(self, within: float = 60.0) -> bool:
        """As soon as every question has come to its end, which the judge will look at again."""
        return await self.seen(lambda: all(map(self.has_ended, self.asked)), within)

    async def seen(self, predicate, within: float = 30.0) -> bool:
        """As soon as it is true; False when that takes too long."""
        try:
            await self.slack.wait_for(predicate, within)
        except TimeoutError:
            return False
        return True

    async def quiet(self, seconds: float = 0.3) -> None:
        """Time in which something could happen that must not."""
        await asyncio.sleep(seconds)

    def has_ended(self, name: str) -> bool:
        """The answer to this question has come to an end."""
        asked, answer = self._asked(name), self.answer(self.asked[name][1])
        if asked.fate is Fate.FREE or (asked.fate is Fate.UNHEARD and not answer.messages):
            return True
        heard = asked.fate is Fate.UNHEARD or asked.acknowledged is not None
        return heard and has_ended(asked, answer)

    def shows(self, name: str, text: str = "") -> bool:
        """The answer to this question is under way and shows the text."""
        answer = self.answer(self.asked[name][1])
        return STOP in answer.buttons and text in answer.text

    def _acknowledged(self, name: str) -> float | None:
        """When Slack heard for the first time that the question has been taken in."""
        sent = self.deliveries[name]
        heard = [each.settled_at for each in sent if each.outcome and each.outcome.accepted]
        return min(heard, default=None)

    # The end

    def history(self) -> History:
        """All that the judge wants to know."""
        bot = self.slack.workspace.bot.user_id
        channels = self.slack.workspace.channels
        return History(
            asked=[self._asked(name) for name in self.asked],
            messages={
                where: [m for m in self.slack.workspace.messages(where) if m["user"] == bot]
                for where in channels
            },
            calls=list(self.slack.calls),
            requests=[(each.received_at, asked_in(each.body)) for each in self.model.requests],
            logs={each.name: each.log for each in self.residents},
            secrets=self._secrets(),
            exits=[
                Exit(each.name, each.process.code, frozenset(each.allowed))
                for each in self.residents
            ],
            alone=self.alone,
        )

    def _asked(self, name: str) -> Asked:
        question, said, fate = self.asked[name]
        direct = question.channel.startswith("@") and not question.after
        thread = said["where"] if direct else said.get("thread_ts", said["ts"])
        heard = self._acknowledged(name)
        place = (name, said["ts"], said["where"], thread)
        if self.slack_gives_up and fate is Fate.ANSWERED and self._is_given_up(name):
            fate = Fate.UNHEARD
        return Asked(*place, question.answer, heard, fate, frozenset(self.failures(name)))

    def _is_given_up(self, name: str) -> bool:
        """Slack will not tell of the question again, and no connection to the bot was good."""
        sent = self.deliveries[name]
        return all(each.outcome and not (each.outcome.accepted or each.ignored) for each in sent)

    def _secrets(self) -> dict[str, str]:
        secrets = {
            "the bot token": self.slack.bot_token,
            "the app token": self.slack.app_token,
            "the signing secret": self.slack.signing_secret,
            "the model's key": KEY,
        }
        for question, _, _ in self.asked.values():
            asked, said = question.canaries
            secrets[f"the text of {question.name}"] = asked
            secrets[f"the answer to {question.name}"] = said
        return secrets


@asynccontextmanager
async def open_house(site: Site, seed: int, *, timetable=TIMETABLE, **options):
    """Slack, model and store, and no bot yet. In the end all bots are asked to leave."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(site.store, site.folder))
        model = await stack.enter_async_context(ScriptedModel(speed=0))
        slack = Playground(workspace(), limits=RateLimits.off(), timetable=timetable)
        await stack.enter_async_context(slack)
        house = ProcessHouse(slack, model, None, site.transport, site=site, store=store, seed=seed)
        for name, value in options.items():
            setattr(house, name, value)
        model.answer = house.reply_to
        try:
            yield house
        finally:
            async with asyncio.TaskGroup() as leaving:
                for resident in house.residents:
                    leaving.create_task(resident.leave())


def workspace() -> Workspace:
    """The demo's with more rooms; a mention in one is told twice, as `message` and as mention."""
    small = Workspace.demo()
    for number, name in enumerate(ROOMS):
        where = f"C0ROOM{number:02}"
        small.channels[where] = Channel(where, name, "channel", [*small.users])
    return small


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
