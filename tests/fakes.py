"""Second implementations of the ports: a model that follows a script, a sink one can read."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.core.feedback import Tally, VoteOutcome
from bot.core.turns import Claim
from bot.core.types import (
    Call,
    CallKind,
    Effect,
    Lease,
    LeftOut,
    Message,
    ReadBack,
    StreamEvent,
    Thread,
    Turn,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Sequence

    from bot.core.day import Zone
    from bot.core.reply import Snapshot
    from bot.core.sliced import Sliced
    from bot.core.types import TurnKey

Step = StreamEvent | Exception | float
"""What a scripted model does next: say something, break, or be silent for some seconds."""


def turn(ts: str = "1.000100", *, text: str = "why?", user: str = "U1", **more) -> Turn:
    """A question in #general."""
    return Turn(Thread("T1", "C1", more.pop("root", "1.000100")), ts, user, text, **more)


def claim(asked: Turn | None = None, **known) -> Claim:
    """The right to work on it, begun for the first time unless `known` says otherwise."""
    asked = asked or turn()
    return Claim(asked, Lease(asked.key, 1), **({"begun": True} | known))


class ScriptModel:
    """Follows one script per request. `closed` counts streams that were left or have ended."""

    def __init__(self, *scripts: Sequence[Step]) -> None:
        self.scripts = list(scripts)
        self.prompts: list[Sequence[Message]] = []
        self.closed = 0

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        self.prompts.append(prompt)
        try:
            for step in self.scripts.pop(0):
                if isinstance(step, float):
                    await asyncio.sleep(step)
                elif isinstance(step, asyncio.Event):
                    await step.wait()
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield step
        finally:
            self.closed += 1


class Screen:
    """A sink that shows text and phase; `errors` are raised by the next writes, in order."""

    def __init__(self, *errors: Exception, delay: float = 0.0) -> None:
        self.errors = list(errors)
        self.delay = delay
        self.known = True
        self.frames: list[tuple[str, str]] = []
        self.planned: list[Snapshot] = []
        self.snapshot: Snapshot | None = None
        self.calls: list[Call] = []

    def inherited(self) -> Screen:
        """The same for a process that does not know what an earlier one wrote there."""
        self.known = False
        return self

    @property
    def seconds(self) -> list[float]:
        """The elapsed time of each snapshot that was to be shown."""
        return [snapshot.seconds for snapshot in self.planned]

    @property
    def last(self) -> tuple[str, str]:
        return self.frames[-1]

    @property
    def posts(self) -> tuple[str, ...]:
        return ("2.0",) if self.frames else ()

    def prepare(self, snapshot: Snapshot) -> Sliced[None] | None:
        return None

    def plan(self, snapshot: Snapshot) -> list[Call]:
        self.snapshot = snapshot
        self.planned.append(snapshot)
        frame = (snapshot.text, snapshot.phase.value)
        if self.known and self.frames and self.last == frame:
            return []
        effect = Effect.EDIT if self.frames else Effect.POST
        speaks = bool(snapshot.text)
        call = Call(effect, self._kind(snapshot), effect.value, "T1", "C1", "2.0", speaks, frame)
        return [call]

    async def keep(self, ending: Snapshot) -> None:
        self.kept = ending

    async def do(self, call: Call) -> None:
        self.calls.append(call)
        await asyncio.sleep(self.delay)
        if self.errors:
            raise self.errors.pop(0)
        self.frames.append(call.draft)
        self.known = True

    def _kind(self, snapshot: Snapshot) -> CallKind:
        if not self.frames:
            return CallKind.FIRST
        return CallKind.LAST if snapshot.ended else CallKind.MORE


class Inbox:
    """The part of a journal that takes questions in, once each."""

    def __init__(self) -> None:
        self.turns: dict[TurnKey, Turn] = {}

        self.added: list[Turn] = []

    async def accept(self, turn: Turn) -> bool:
        new = turn.key not in self.turns
        self.turns.setdefault(turn.key, turn)
        return new

    async def amend(self, turn: Turn) -> None:
        self.added.append(turn)


class Box:
    """Takes votes on any turn but the `gone`; `reasons` are what was said of those that are down.

    With an `error` it is out of reach.
    """

    def __init__(self) -> None:
        self.votes: dict[tuple[TurnKey, str], tuple[int, str]] = {}
        self.reasons: dict[tuple[TurnKey, str], tuple[tuple[str, ...], str]] = {}
        self.gone: set[TurnKey] = set()
        self.error: Exception | None = None

    async def vote(self, key: TurnKey, round_: int, user: str, verdict: str) -> VoteOutcome:
        if self.error:
            raise self.error
        if key in self.gone:
            return VoteOutcome.STALE
        before = self.votes.get((key, user))
        self.votes[key, user] = (round_, verdict)
        return VoteOutcome.SAME if before == (round_, verdict) else VoteOutcome.COUNTED

    async def explain(self, key: TurnKey, round_: int, user: str, faults, reason: str) -> bool:
        if self.error:
            raise self.error
        self.reasons[key, user] = (tuple(faults), reason)
        return self.votes.get((key, user)) == (round_, "down")

    async def counts(self, team: str | None, seconds: float) -> Tally:
        verdicts = [verdict for _, verdict in self.votes.values()]
        return Tally(verdicts.count("up"), verdicts.count("down"))


class Free:
    """A budget without limits that notes what was refused."""

    def __init__(self) -> None:
        self.refusals: list[float] = []

    async def acquire(self, call: Call) -> float:
        await asyncio.sleep(0)
        return 0.0

    def refused(self, call: Call, retry_after: float) -> None:
        self.refusals.append(retry_after)


class Pages:
    """A history that is given, and people without names."""

    def __init__(
        self, *messages: Message, error: Exception | None = None, left_out: tuple[LeftOut, ...] = ()
    ) -> None:
        self.learned: list[str] = []
        self.left_out = left_out
        self.messages = list(messages)
        self.error = error
        self.came: dict[str, Any] = {}
        """What came with a question whose event may have lacked it, as fields of its turn."""
        self.looked_up: list[TurnKey] = []

    async def read(self, turn: Turn, room: int) -> ReadBack:
        if self.error:
            raise self.error
        question = Message("user", turn.text, turn.user, turn.ts)
        return ReadBack([*self.messages, question], self.left_out)

    async def whole(self, turn: Turn) -> Turn:
        self.looked_up.append(turn.key)
        return replace(turn, whole=True, **self.came)

    def name(self, user: str) -> str:
        return user

    def locale(self, user: str) -> str | None:
        return None

    def zone(self, user: str) -> Zone | None:
        return None

    async def learn(self, users: Iterable[str], *, within: float = 1.0) -> None:
        self.learned += users
