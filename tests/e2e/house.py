"""The whole house: the real bot between a small Slack and a scripted model, on real sockets."""

import asyncio
import re
from collections import defaultdict
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.app import UNWRAPPED, Bot, Wrapping, open_bot
from bot.config import Settings
from bot.playground.api.rate_limits import RateLimits
from bot.playground.events.delivery import Timetable
from bot.playground.events.interactions import Click
from bot.playground.model.endpoint import Request, ScriptedModel
from bot.playground.server import Playground
from bot.playground.workspace.workspace import Message
from bot.slack.actions.buttons import STOP
from tests.environment import environment
from tests.shown import flat, shown

BOTH = ("socket", "http")
KEY = "sk-e2e-canary"
TURN = "conversations:turn "
MENTION = re.compile(r"<@\w+>")
AGAIN = ["regenerate"]
"""The buttons under an answer that is whole."""

QUICK = {
    "bot_edit_interval": 0.02,
    "bot_edits_per_minute": 60_000,
    "bot_posts_per_minute": 60_000,
    "bot_burst": 1000,
    "bot_first_token_timeout": 60.0,
    "bot_stall_timeout": 60.0,
    "bot_drain_seconds": 3.0,
    "bot_footer": "off",
}
"""Settings for a Slack without limits; the deadlines are longer than any test.

Without footers what stands beside an answer is a notice, or what is going on.
"""


@dataclass(slots=True)
class Answer:
    """What stands in Slack for one question, as one reads it."""

    question: Message
    messages: list[Message]

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return [block for message in self.messages for block in message.get("blocks", [])]

    @property
    def texts(self) -> list[str]:
        """The model's words, message by message."""
        return [shown(message.get("blocks", [])) for message in self.messages]

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @property
    def notices(self) -> list[str]:
        """Our own words beside the model's."""
        return [block["elements"][0]["text"] for block in self.blocks if block["type"] == "context"]

    @property
    def buttons(self) -> list[str]:
        """What may be done about it."""
        actions = [block for block in self.blocks if block["type"] == "actions"]
        return [element["action_id"] for block in actions for element in block["elements"]]

    @property
    def is_rated(self) -> bool:
        """True where readers are asked what they think of it."""
        return any(block["type"] == "context_actions" for block in self.blocks)

    @property
    def ts(self) -> str:
        return self.messages[-1]["ts"]


@dataclass(slots=True)
class House:
    """`bot` is None once it has left. `logs` are its log entries."""

    slack: Playground
    model: ScriptedModel
    settings: Settings
    transport: str
    bot: Bot | None = None
    logs: list[dict[str, Any]] = field(default_factory=list)
    wrapping: Wrapping = UNWRAPPED

    # What people do

    async def say(self, user, channel, text, **fields) -> Message:
        """Somebody writes; `where` of the result is where it stands."""
        message = await self.slack.say(user, channel, text, **fields)
        where = self.slack._channel(self.slack.workspace.user(user).id, channel)
        return message | {"where": where}

    async def ask(self, user, channel, text, **fields) -> Answer:
        """Says it and returns the answer once it has ended."""
        return await self.ended(await self.say(user, channel, text, **fields))

    async def press(self, user, answer: Answer, button=STOP, *, value=None):
        """A click on a button, in the answer as it was seen: by now it may be gone."""
        who, where = self.slack.workspace.user(user), answer.question["where"]
        seen = answer.messages[-1]
        click = Click(who, self.slack.workspace.channel(where), seen, button, value=value)
        envelope = self.slack.interactions.click(click, self.slack.clock.wall())
        return await self.slack.delivery.send_once(envelope)

    async def silent(self) -> bool:
        """True when nothing said so far is answered: what is asked now is all that is."""
        await self.acknowledged()
        answer = await self.ask("alice", "random", "@streambot anybody there?")
        await self.idle()
        return self.answered == [answer.question["ts"]]

    async def acknowledged(self) -> None:
        """The bot has taken in all that Slack had to say."""
        log = self.slack.delivery.log
        await self.slack.wait_for(lambda: all(each.outcome for each in log))
        assert all(each.outcome.accepted for each in log)

    # What they see

    def answer(self, question: Message) -> Answer:
        """What stands there now."""
        return Answer(question, self.answers(question["where"])[question["ts"]])

    def answers(self, where: str) -> dict[str, list[Message]]:
        """The bot's messages in a channel, by the question each says it answers."""
        found = defaultdict(list)
        for message in self.slack.workspace.messages(where):
            if message.get("user") == self.slack.workspace.bot.user_id and not message.get("files"):
                found[message["metadata"]["event_payload"]["question"]].append(message)
        return found

    @property
    def answered(self) -> list[str]:
        """Which questions have been answered so far, in all channels; once per message."""
        everywhere = map(self.answers, self.slack.workspace.channels)
        messages = [(ts, each) for found in everywhere for ts, each in found.items()]
        return sorted(ts for ts, each in messages for _ in each)

    async def begun(self, question: Message, text: str = "") -> Answer:
        """As soon as the answer shows `text` under a Stop button."""

        def shows():
            now = self.answer(question)
            return now if STOP in now.buttons and flat(text) in flat(now.text) else None

        return await self.slack.wait_for(shows)

    async def ended(self, question: Message) -> Answer:
        """As soon as nothing will be written to it any more."""

        def closed():
            now = self.answer(question)
            return now.messages and STOP not in now.buttons

        # Between two parts of a long answer it looks closed, too.
        await self.slack.wait_for(closed, timeout=20)
        await self.idle(question["ts"])
        return self.answer(question)

    async def idle(self, ts: str = "") -> None:
        """As soon as no answer is being written; with `ts` not the one to that question."""
        while turns := [t for t in asyncio.all_tasks() if t.get_name().startswith(TURN + ts)]:
            async with asyncio.timeout(20):
                await asyncio.wait(turns)

    @property
    def whispers(self) -> list[str]:
        """What single people were told."""
        return [message["text"] for message in self.slack.workspace.ephemerals]

    # What goes on behind

    def calls(self, *methods: str) -> list[dict[str, Any]]:
        """The arguments of the Web API calls of these methods, in order."""
        return [record.arguments for record in self.slack.calls if record.method in methods]

    @property
    def refused(self) -> int:
        """How many calls Slack has answered with 429."""
        return self.slack.calls.refusals().total()

    @property
    def prompts(self) -> list[list[dict[str, Any]]]:
        """The messages of each request to the model."""
        return [request.body["messages"] for request in self.model.requests]

    async def left_alone(self, request: Request, within: float = 20.0) -> None:
        """The model sees that nobody listens any more."""
        async with asyncio.timeout(within):
            await request.disconnected.wait()


class Held:
    """Pieces of an answer; what stands in `after` is held back until `release`."""

    def __init__(self, *before, after=()):
        self.before, self.after = before, after
        self.released = False

    def release(self):
        self.released = True

    def __iter__(self):
        yield from self.before
        for _ in range(12_000):
            if self.released:
                break
            yield 0.005
        yield from self.after


@asynccontextmanager
async def open_house(*, transport="socket", bot=True, limits=None, workspace=None, **settings):
    """Everything, connected; with `bot=False` all but the bot.

    Leaving it proves that nothing is left behind, and that neither a bug nor what people and the
    model wrote was logged.
    """
    before = asyncio.all_tasks()
    with environment(), capture_logs() as logs:
        async with AsyncExitStack() as stack:
            model = await stack.enter_async_context(ScriptedModel(speed=0))
            slack = Playground(
                workspace,
                limits=limits or RateLimits.off(),
                timetable=Timetable(ack_timeout=3.0, retry_scale=0.0001, hold=5.0, warning=0.5),
            )
            await stack.enter_async_context(slack)
            folder = stack.enter_context(TemporaryDirectory())
            given = {"database_url": SecretStr(f"sqlite:///{folder}/bot.db")} | settings
            house = House(slack, model, settings_for(slack, model, **given), transport)
            house.logs = logs
            if bot:
                await stack.enter_async_context(run_bot(house))
            yield house
    assert not [entry for entry in logs if entry["log_level"] in {"error", "critical"}], logs
    assert not (texts := logged_texts(slack, logs)), texts
    assert left_behind(before) == []


@asynccontextmanager
async def run_bot(house: House):
    """The bot comes, and goes."""
    async with open_bot(house.settings, house.transport, house.wrapping) as house.bot:
        if house.transport == "http":
            house.slack.send_events_to(address(house.bot))
        yield house.bot
    house.bot = None


def address(bot: Bot, path: str = "/slack/events") -> str:
    return f"http://127.0.0.1:{bot.port}{path}"


def settings_for(slack: Playground, model: ScriptedModel, **settings) -> Settings:
    given = {
        "slack_api_url": slack.api_url,
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
        "slack_signing_secret": SecretStr(slack.signing_secret),
        "port": 0,
        "bot_host": "127.0.0.1",
        "bot_admin_address": "off",
        "openai_base_url": model.base_url,
        "openai_api_key": SecretStr(KEY),
        "openai_model": "e2e",
    }
    return Settings(**(given | QUICK | settings))


LONG_ENOUGH = 10
"""Characters of a text that is in no log entry by chance. A shorter one is searched for alone."""


def logged_texts(slack: Playground, logs) -> list[str]:
    """What stands in the log of Slack's messages, as they were written or without the mention."""
    by_channel = map(slack.workspace.messages, slack.workspace.channels)
    raw = [message["text"] for channel in by_channel for message in channel]
    texts = {*raw, *(MENTION.sub("", text).strip() for text in raw)} - {""}
    values = [str(value) for entry in logs for value in entry.values()]
    written = "\n".join(values)
    return [text for text in texts if text in (written if len(text) >= LONG_ENOUGH else values)]


def left_behind(before) -> list[str]:
    """Tasks that were not there before."""
    ours = {asyncio.current_task()}
    return sorted(task.get_name() for task in asyncio.all_tasks() - before - ours)
