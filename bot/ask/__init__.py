"""`bot ask`: one question from the terminal, asked and ended in the same way as in Slack."""

from __future__ import annotations

import locale
import sys
from contextlib import ExitStack, aclosing
from typing import TYPE_CHECKING, TextIO

import structlog
import typer

from bot.ask.views import PlainView, TimingView, View
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
"""Exit codes."""

NOT_SHOWN = dict.fromkeys(
    [
        *(*range(9), *range(11, 32), *range(127, 160)),  # control characters, ESC included
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A)),  # marks that reverse the text
        *range(0xD800, 0xE000),  # surrogates, which cannot be encoded
    ]
)
"""Characters that control a terminal, or that it cannot show. Tab and newline are kept."""


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
            snapshot = await answer(model, prompt, deadlines_of(settings), views)
    return _report_end(snapshot, _words(settings))


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
) -> Snapshot:
    """Returns the ended reply, a `core.reply.Reply` as in Slack; shows it in all views."""
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
        clean = type(event)(event.text.translate(NOT_SHOWN))
        for view in views:
            view.show(clean)


def _report_end(snapshot: Snapshot, words: Strings) -> int:
    """Writes a line to stderr unless the answer is complete. Returns the exit code."""
    if snapshot.phase is Phase.COMPLETE:
        return COMPLETE
    if failure := snapshot.failure:
        typer.echo(words.failure(failure.kind, failure.id, failure.wait), err=True)
        return INCOMPLETE if snapshot.text else NO_ANSWER
    typer.echo(_notice(snapshot.phase, words), err=True)
    return INCOMPLETE


def _notice(phase: Phase, words: Strings) -> str:
    """The sentence for an answer that is incomplete without an error."""
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
    """Markdown for a terminal, plain text for a pipe. On a terminal timing is shown alone."""
    clock: list[View] = [TimingView(sys.stderr)] if timing else []
    if not sys.stdout.isatty():
        return [PlainView(sys.stdout), *clock]
    if clock:
        return clock
    from bot.ask.screen import MarkdownView  # noqa: PLC0415 - a pipe needs no rich

    return [MarkdownView()]
