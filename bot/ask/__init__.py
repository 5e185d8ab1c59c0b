"""`bot ask`: one question from the terminal, asked and ended in the same way as in Slack."""

from __future__ import annotations

import sys
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, TextIO

import structlog
import typer

from bot.advice import advice_in
from bot.ask.views import PlainView, TimingView, View
from bot.core.endings import ending
from bot.core.reply import Phase, Reply, Snapshot
from bot.core.types import Failed, Message, ReasoningDelta, RefusalDelta, StreamEvent, TextDelta
from bot.endpoint import client_of, deadlines_of, model_of
from bot.engine.model_call import ask
from bot.errors import ModelError
from bot.terminal import NOT_SHOWN, language_of, safe, strings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.config import Settings
    from bot.core.ports import Model
    from bot.engine.model_call import Deadlines
    from bot.strings import Strings

log = structlog.get_logger(__name__)

COMPLETE, NO_ANSWER, INCOMPLETE = 0, 1, 3
"""Exit codes."""


async def run(settings: Settings, text: str, *, timing: bool = False) -> int:
    """Asks and shows the answer; on stderr, why it is incomplete. Returns the exit code."""
    prompt = [Message("user", text)]
    if settings.bot_system_prompt:
        prompt.insert(0, Message("system", settings.bot_system_prompt))
    client = client_of(settings)
    model = model_of(settings, client)
    with ExitStack() as stack:
        views = [stack.enter_context(view) for view in _views(timing=timing)]
        async with client:
            snapshot, error = await answer(model, prompt, deadlines_of(settings), views)
    if error:
        partial = bool(snapshot.text)
        advice = advice_in(language_of(settings))
        typer.echo(safe(advice.sentence(error.kind, error.said, partial=partial)), err=True)
        return INCOMPLETE if partial else NO_ANSWER
    return _report_end(snapshot, strings_of(settings))


def question(words: Iterable[str], stdin: TextIO | None) -> str:
    """Returns the words and what was piped in. With `-` a terminal is read as well."""
    words = list(words)
    piped = b""
    if stdin is not None and ("-" in words or not stdin.isatty()):
        piped = stdin.buffer.read()
    typed = " ".join(word for word in words if word != "-").encode(errors="surrogateescape")
    parts = (part.decode(errors="replace").strip() for part in (typed, piped))
    return "\n\n".join(part for part in parts if part)


async def answer(
    model: Model, prompt: Sequence[Message], limits: Deadlines, views: Sequence[View]
) -> tuple[Snapshot, ModelError | None]:
    """Returns the ended reply, a `core.reply.Reply` as in Slack, and the error that ended it.

    Shows it in all views meanwhile.
    """
    reply, failure = Reply(), None
    try:
        async with aclosing(ask(model, prompt, limits)) as events:
            async for event in events:
                reply.feed(event)
                _show(event, views)
    except ModelError as error:
        log.info("no answer", kind=error.kind, detail=str(error))
        reply.feed(Failed(error.kind, id=""))
        failure = error
    if reply.phase.broke_off:
        for view in views:
            view.break_off()
    return reply.snapshot(), failure


def _show(event: StreamEvent, views: Sequence[View]) -> None:
    if isinstance(event, TextDelta | RefusalDelta | ReasoningDelta):
        clean = type(event)(event.text.translate(NOT_SHOWN))
        for view in views:
            view.show(clean)


def _report_end(snapshot: Snapshot, words: Strings) -> int:
    """Writes a line to stderr unless the answer is complete. Returns the exit code."""
    if snapshot.phase is Phase.COMPLETE:
        return COMPLETE
    typer.echo(ending(snapshot, words), err=True)
    return INCOMPLETE if snapshot.text else NO_ANSWER


def _views(*, timing: bool) -> list[View]:
    """Markdown for a terminal, plain text for a pipe. On a terminal timing is shown alone."""
    clock: list[View] = [TimingView(sys.stderr)] if timing else []
    if not sys.stdout.isatty():
        return [PlainView(sys.stdout), *clock]
    if clock:
        return clock
    from bot.ask.screen import MarkdownView  # noqa: PLC0415 - a pipe needs no rich

    return [MarkdownView()]
