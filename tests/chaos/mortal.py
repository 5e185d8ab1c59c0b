"""A bot that kills itself at a named point, as by `kill -9`: for tests of recovery.

`python -m tests.chaos.mortal close.after:2 --socket` kills it the second time that it has committed
a whole answer. The points are the commits of the journal (accept, claim, begin, posting, posted,
close, ended), the calls of Slack (post, update, last, delete, file), and what the model does
(stream, token), each `before` or `after`. The bot itself knows nothing of this: the ports that it
works with are wrapped.
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

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from bot.core.ports import Journal, Model, Sink
    from bot.core.reply import Snapshot
    from bot.core.types import Call, Message, StreamEvent

NAMES = {Effect.POST: "post", Effect.REMOVE: "delete", Effect.UPLOAD: "file"}


class Fate:
    """Where the process dies: at a named point, and at which time it comes there."""

    def __init__(self, where: str) -> None:
        """`where` is `name.before` or `name.after`, with `:times` behind it or not."""
        self._point, _, times = where.partition(":")
        self._left = int(times or 1)

    def reached(self, point: str) -> None:
        """Returns, or does not."""
        if point == self._point:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def mortal(journal: Journal, fate: Fate) -> Journal:
    """The journal with a point before and after each of its commits."""
    return cast("Journal", _MortalJournal(journal, fate))


class _MortalJournal:
    def __init__(self, journal: Journal, fate: Fate) -> None:
        self._journal = journal
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any) -> Any:
            self._fate.reached(f"{name}.before")
            result = await getattr(self._journal, name)(*arguments)
            self._fate.reached(f"{name}.after")
            return result

        return call


class MortalSink:
    """A sink with a point before and after each call: post, update, last, delete or file."""

    def __init__(self, sink: Sink, fate: Fate) -> None:
        self._sink = sink
        self._fate = fate

    @property
    def posts(self) -> tuple[str, ...]:
        """As the sink says."""
        return self._sink.posts

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """As the sink plans it."""
        return self._sink.plan(snapshot)

    async def keep(self, ending: Snapshot) -> None:
        """As the sink keeps it."""
        await self._sink.keep(ending)

    async def do(self, call: Call) -> None:
        """As the sink does it, if that is to be."""
        name = _name(call)
        self._fate.reached(f"{name}.before")
        await self._sink.do(call)
        self._fate.reached(f"{name}.after")


class MortalModel:
    """A model with points around the request and around the first text."""

    def __init__(self, model: Model, fate: Fate) -> None:
        self._model = model
        self._fate = fate

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """The answer, as far as it comes."""
        self._fate.reached("stream.before")
        begun = spoken = False
        async with aclosing(self._model.stream(prompt)) as events:
            async for event in events:
                if not begun:
                    self._fate.reached("stream.after")
                    begun = True
                first = isinstance(event, TextDelta) and not spoken
                if first:
                    self._fate.reached("token.before")
                yield event
                if first:
                    self._fate.reached("token.after")
                    spoken = True


def _name(call: Call) -> str:
    if call.effect in NAMES:
        return NAMES[call.effect]
    return "last" if call.kind is CallKind.LAST else "update"


def wrapping(fate: Fate) -> app.Wrapping:
    """Points around everything that the bot reaches the outside through."""
    return app.Wrapping(
        journal=partial(mortal, fate=fate),
        sink=partial(MortalSink, fate=fate),
        model=partial(MortalModel, fate=fate),
    )


def main(where: str, transport: str) -> None:
    """`bot run` with this transport (`--socket` or `--http`), until it dies or is ended."""
    settings = config.load("slack", "model")
    telemetry.set_up(format=settings.bot_log_format, level=settings.bot_log_level)
    way = settings.transport("http" if transport == "--http" else "socket")
    sys.exit(asyncio.run(app.run(settings, transport=way, wrapping=wrapping(Fate(where)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
