"""A question in a small Slack, and the sink that shows its answer."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.core.reply import Phase, Snapshot
from bot.core.types import Thread, Turn
from bot.errors import SlackUnknown
from bot.playground.api.rate_limits import RateLimits
from bot.playground.server import Playground
from bot.slack.actions.buttons import REGENERATE, STOP, WAYS_ON, buttons
from bot.slack.answers.blocks import notice
from bot.slack.answers.edit_sink import EditSink, Patience
from bot.slack.answers.furniture import ending
from bot.slack.answers.leftovers import PressedMessages
from bot.slack.capabilities import Capabilities
from bot.slack.client import open_session, web_client
from bot.slack.web_api import SlackApi
from bot.strings import ENGLISH, Strings
from tests.fakes import Free, claim
from tests.shown import is_answer, shown, words

WAITING = Snapshot()


def live(text):
    return Snapshot(Phase.ANSWERING, text)


def done(text, phase=Phase.COMPLETE):
    return Snapshot(phase, text)


@dataclass
class Scene:
    """Further sinks share `capabilities`; `open` begins a process that knows nothing else."""

    slack: Playground
    turn: Turn
    api: SlackApi
    strings: Strings = ENGLISH
    capabilities: Capabilities = field(default_factory=Capabilities)
    sink: EditSink | None = None
    pressed: PressedMessages = field(default_factory=PressedMessages)

    def open(self, turn=None, **known):
        """A sink for a process that knows so much of the turn."""
        self.turn = turn or self.turn
        self.sink = EditSink(
            self.api,
            claim(self.turn, **known),
            lambda: self.strings,
            self.below,
            self.capabilities,
            Patience(0.3, 0.05),
            self.pressed,
        )
        return self.sink

    def twin(self):
        """Another sink that has written what this one has, and has planned nothing else."""
        twin = EditSink(
            self.api,
            claim(self.turn, posts=self.sink.posts),
            lambda: self.strings,
            self.below,
            self.capabilities,
            Patience(0.3, 0.05),
        )
        for posted in self.sink._messages.parts:
            twin._messages.edited(posted.ts, posted.draft)
        return twin

    def below(self, snapshot):
        """Furniture as plain as can be: what it is like is not the sink's concern."""
        spoken, words = bool(snapshot.text.strip()), self.strings
        ways = [STOP]
        said = "" if spoken else words.queued if snapshot.phase is Phase.QUEUED else words.thinking
        if snapshot.ended:
            said = ending(snapshot, words)
            ways = WAYS_ON.get(snapshot.phase, ((), ()))[not spoken]
            ways = [way for way in ways if way != REGENERATE]
        pressed = buttons(ways, words, self.turn)
        actions = [{"type": "actions", "elements": pressed}] if pressed else []
        return [*([notice(said)] if said else []), *actions]

    async def ask(self, text="@streambot why?"):
        """A further question, and a sink for it."""
        said = await self.slack.say("alice", "general", text)
        thread = Thread(self.turn.thread.team, self.turn.thread.channel, said["ts"])
        self.turn = Turn(thread, said["ts"], said["user"], said["text"])
        return self.open()

    async def show(self, snapshot):
        """Writes until the snapshot stands; the kinds of the calls it took."""
        kinds = []
        while calls := self.sink.plan(snapshot):
            kinds.append(calls[0].kind)
            await self.sink.do(calls[0])
        return kinds

    async def insist(self, snapshot):
        """The same, whatever fails in between."""
        async with asyncio.timeout(10):
            while True:
                try:
                    return await self.show(snapshot)
                except SlackUnknown:
                    await asyncio.sleep(0.02)

    # What stands there

    @property
    def answers(self):
        """Messages of the answer, without those that only bring a file."""
        return [message for message in self._replies() if not message.get("files")]

    @property
    def files(self):
        """Name and content of each file that stands in the thread, in order."""
        shared = [file for message in self._replies() for file in message.get("files", ())]
        contents = self.slack.backend.contents
        return [(file["name"], contents[file["id"]].decode("utf-8-sig")) for file in shared]

    def texts(self):
        """What one reads, message by message."""
        return [shown(message["blocks"]) for message in self.answers]

    def words(self):
        """All of it without white space."""
        return "".join(words(message["blocks"]) for message in self.answers)

    def notices(self):
        blocks = [b for m in self.answers for b in m["blocks"] if b["type"] == "context"]
        return [element["text"] for block in blocks for element in block["elements"]]

    def buttons(self):
        blocks = [b for m in self.answers for b in m["blocks"] if b["type"] == "actions"]
        return [element["action_id"] for block in blocks for element in block["elements"]]

    def types(self):
        return [[block["type"] for block in message["blocks"]] for message in self.answers]

    def forms(self):
        """The kinds of blocks that carry the answer, message by message."""
        return [sorted({b["type"] for b in m["blocks"] if is_answer(b)}) for m in self.answers]

    def sent(self, *methods) -> list[dict[str, Any]]:
        """The arguments of all calls that write messages, or of these methods."""
        wanted = methods or ("chat.postMessage", "chat.update")
        return [call.arguments for call in self.slack.calls if call.method in wanted]

    def _replies(self):
        where = self.turn.thread
        found = self.slack.workspace.messages(where.channel)
        root = [m for m in found if m.get("thread_ts") == where.root] if where.root else found
        return [m for m in root if m["user"] == self.slack.workspace.bot.user_id]


@asynccontextmanager
async def open_scene():
    async with Playground(limits=RateLimits.off()) as slack, open_session() as session:
        client = web_client(session, slack.bot_token, base_url=slack.api_url)
        api = SlackApi(client, Free(), slack.workspace.team_id)
        said = await slack.say("alice", "general", "@streambot why?")
        thread = Thread(slack.workspace.team_id, slack.workspace.channel("general").id, said["ts"])
        scene = Scene(slack, Turn(thread, said["ts"], said["user"], said["text"]), api)
        scene.open()
        yield scene
