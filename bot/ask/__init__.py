"""`bot ask`: one question from the terminal, on the same way to the model as in Slack."""

from __future__ import annotations

import locale
import sys
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, TextIO

import structlog
import typer

from bot.ask.views import Clock, Plain, View
from bot.core.reply import Phase, Reply, Snapshot
from bot.core.types import Failed, Message, ReasoningDelta, RefusalDelta, StreamEvent, TextDelta
from bot.endpoint import client_of, deadlines_of, model_of
from bot.engine.model_call import ask
from bot.errors import ModelError
from bot.strings import Strings, strings_for
from bot.telemetry import error_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.config import Settings
    from bot.core.ports import Model
    from bot.engine.model_call import Deadlines

log = structlog.get_logger(__name__)

COMPLETE, NO_ANSWER, INCOMPLETE = 0, 1, 3

UNSEEN = dict.fromkeys(
    [
        *(*range(9), *range(11, 32), *range(127, 160)),  # controls, escape among them
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # what turns the direction of text
        *range(0xD800, 0xE000),  # halves of characters, which no encoding can write
    ]
)
"""What a terminal would obey, or choke on. Tab and newline stay."""


async def run(settings: Settings, text: str, *, timing: bool = False) -> int:
    """Asks, shows the answer, says on stderr how it ended if not well. Returns the exit code."""
    prompt = [Message("user", text)]
    if settings.bot_system_prompt:
        prompt.insert(0, Message("system", settings.bot_system_prompt))
    client = client_of(settings)
    model = model_of(settings, client)
    with ExitStack() as screen:
        views = [screen.enter_context(view) for view in _views(timing=timing)]
        async with client:
            snapshot = await answer(model, prompt, deadlines_of(settings), views)
    return _close(snapshot, _words(settings))


def question(words: Iterable[str], stdin: TextIO | None) -> str:
    """What was typed and what was piped in; `-` reads from a terminal as well."""
    words = list(words)
    piped = b""
    if stdin is not None and ("-" in words or not stdin.isatty()):
        piped = stdin.buffer.read()
    typed = " ".join(word for word in words if word != "-").encode(errors="surrogateescape")
    parts = (part.decode(errors="replace").strip() for part in (typed, piped))
    return "\n\n".join(part for part in parts if part)


async def answer(
    model: Model, prompt: Sequence[Message], limits: Deadlines, views: Sequence[View]
) -> Snapshot:
    """Feeds the same machine as a reply in Slack, so that it ends in the same ways."""
    reply = Reply()
    try:
        async with aclosing(ask(model, prompt, limits)) as events:
            async for event in events:
                reply.feed(event)
                _show(event, views)
    except ModelError as error:
        failed = Failed(error.kind, error_id(), error.retry_after)
        log.info("no answer", error=failed.id, kind=error.kind, detail=str(error))
        reply.feed(failed)
    return reply.snapshot()


def _show(event: StreamEvent, views: Sequence[View]) -> None:
    if isinstance(event, TextDelta | RefusalDelta | ReasoningDelta):
        clean = type(event)(event.text.translate(UNSEEN))
        for view in views:
            view.show(clean)


def _close(snapshot: Snapshot, words: Strings) -> int:
    """One line on stderr about an end that is not the good one, and the exit code."""
    if snapshot.phase is Phase.COMPLETE:
        return COMPLETE
    if failure := snapshot.failure:
        typer.echo(words.failure(failure.kind, failure.id, failure.wait), err=True)
        return INCOMPLETE if snapshot.text else NO_ANSWER
    typer.echo(_notice(snapshot.phase, words), err=True)
    return INCOMPLETE


def _notice(phase: Phase, words: Strings) -> str:
    """The sentence for an end that is no failure and yet no complete answer."""
    notices = {
        Phase.CUT: words.cut,
        Phase.FILTERED: words.filtered,
        Phase.REFUSED: words.refused,
        Phase.EMPTY: words.empty,
    }
    return notices.get(phase, words.incomplete)


def _words(settings: Settings) -> Strings:
    system = (locale.getlocale()[0] or "en").replace("_", "-")
    return strings_for(system if settings.bot_language == "auto" else settings.bot_language)


def _views(*, timing: bool) -> list[View]:
    """Markdown on a terminal, plain text into a pipe; on a terminal, timing stands in for both."""
    clock: list[View] = [Clock(sys.stderr)] if timing else []
    if not sys.stdout.isatty():
        return [Plain(sys.stdout), *clock]
    if clock:
        return clock
    from bot.ask.screen import Rendered  # noqa: PLC0415 - a pipe needs no rich

    return [Rendered()]
