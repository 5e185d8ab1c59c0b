"""A bot that kills itself at a named point, as by `kill -9`: for tests of recovery.

`python -m tests.chaos.kill_points close.after:2 --socket` kills it the second time that it has
committed a whole answer. The points are the commits of the journal (accept, claim, begin, posting,
posted, close, ended and all others), the calls of Slack (post, update, last, delete, file,
buttons), and what the model does (stream, token), each `before` or `after`. The bot itself knows
nothing of this: the ports that it works with are wrapped.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from bot import app, config, telemetry
from bot.core.types import CallKind, Effect, TextDelta
from bot.slack.answers.leftovers import LeftoverStep

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from bot.core.ports import Journal, Model, Sink
    from bot.core.reply import Snapshot
    from bot.core.sliced import Sliced
    from bot.core.types import Call, Message, StreamEvent

NAMES = {Effect.POST: "post", Effect.REMOVE: "delete", Effect.UPLOAD: "file"}


GRANTS = {"claim", "begin"}
"""What the journal may answer with None: then nothing was committed, and no point was reached."""


class KillPoint:
    """Where the process kills itself, and at which arrival there."""

    def __init__(self, where: str) -> None:
        """`where` is `name.before` or `name.after`, with `:times` behind it or not."""
        self._point, _, times = where.partition(":")
        self._left = int(times or 1)

    def reached(self, point: str) -> None:
        """Counts an arrival. At the last one the process is killed."""
        if point == self._point:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def killable_journal(journal: Journal, kill_point: KillPoint) -> Journal:
    """The journal with a point before and after each of its commits."""
    return cast("Journal", _KillableJournal(journal, kill_point))


class _KillableJournal:
    def __init__(self, journal: Journal, kill_point: KillPoint) -> None:
        self._journal = journal
        self._kill_point = kill_point

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any) -> Any:
            self._kill_point.reached(f"{name}.before")
            result = await getattr(self._journal, name)(*arguments)
            if result is not None or name not in GRANTS:
                self._kill_point.reached(f"{name}.after")
            return result

        return call


class KillableSink:
    """A sink with a point before and after each call, named by what the call does."""

    def __init__(self, sink: Sink, kill_point: KillPoint) -> None:
        self._sink = sink
        self._kill_point = kill_point

    @property
    def posts(self) -> tuple[str, ...]:
        """As the sink says."""
        return self._sink.posts

    def prepare(self, snapshot: Snapshot) -> Sliced[None] | None:
        """As the sink says."""
        return self._sink.prepare(snapshot)

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """As the sink plans it."""
        return self._sink.plan(snapshot)

    async def keep(self, ending: Snapshot) -> None:
        """As the sink keeps it."""
        await self._sink.keep(ending)

    async def do(self, call: Call) -> None:
        """As the sink does it, unless the process is killed before."""
        name = _name(call)
        self._kill_point.reached(f"{name}.before")
        await self._sink.do(call)
        self._kill_point.reached(f"{name}.after")


class KillableModel:
    """A model with points around the request and around the first text."""

    def __init__(self, model: Model, kill_point: KillPoint) -> None:
        self._model = model
        self._kill_point = kill_point

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """As the model answers, until the process is killed."""
        self._kill_point.reached("stream.before")
        begun = spoken = False
        async with aclosing(self._model.stream(prompt)) as events:
            async for event in events:
                if not begun:
                    self._kill_point.reached("stream.after")
                    begun = True
                first = isinstance(event, TextDelta) and not spoken
                if first:
                    self._kill_point.reached("token.before")
                yield event
                if first:
                    self._kill_point.reached("token.after")
                    spoken = True


def _name(call: Call) -> str:
    if isinstance(call.draft, LeftoverStep):
        return "buttons"
    if call.effect in NAMES:
        return NAMES[call.effect]
    return "last" if call.kind is CallKind.LAST else "update"


def wrapping(kill_point: KillPoint) -> app.Wrapping:
    """Points around everything that the bot reaches the outside through."""
    return app.Wrapping(
        journal=partial(killable_journal, kill_point=kill_point),
        sink=partial(KillableSink, kill_point=kill_point),
        model=partial(KillableModel, kill_point=kill_point),
    )


def main(where: str, transport: str) -> None:
    """`bot run` with this transport (`--socket` or `--http`), until it dies or is ended."""
    settings = config.load("slack", "model")
    telemetry.set_up(format=settings.bot_log_format, level=settings.bot_log_level)
    way = settings.transport("http" if transport == "--http" else "socket")
    sys.exit(asyncio.run(app.run(settings, transport=way, wrapping=wrapping(KillPoint(where)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
