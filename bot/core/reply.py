"""The reply as a state machine: events in, snapshots out. Two tables alone decide the phase."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, get_args

from bot.core.types import (
    Begun,
    Deleted,
    Elapsed,
    Failed,
    Finish,
    FinishReason,
    First,
    Greeting,
    Interrupted,
    LeftOut,
    Opened,
    Queued,
    ReasoningDelta,
    RefusalDelta,
    Resting,
    Stopped,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
    Withdrawn,
)


class Phase(StrEnum):
    """The state of a reply. From `COMPLETE` on it has ended."""

    WAITING = "waiting"
    """The model has sent nothing yet."""

    QUEUED = "queued"
    """It waits before it is answered: for an older question of its thread, or in line."""

    THINKING = "thinking"
    """The model reasons or prepares a tool call; there is no text."""

    ANSWERING = "answering"
    """There is some text."""

    COMPLETE = "complete"
    CUT = "cut"
    """The model reached its length limit."""

    FILTERED = "filtered"
    """The endpoint's content filter ended it."""

    REFUSED = "refused"
    """The model declined to answer; the text is its refusal."""

    EMPTY = "empty"
    """The model ended without any text."""

    STOPPED = "stopped"
    """A person stopped it."""

    INTERRUPTED = "interrupted"
    """We shut down; another process goes on."""

    GONE = "gone"
    """Its message was deleted: nothing more is written."""

    WITHDRAWN = "withdrawn"
    """Its question was deleted: what was written is removed."""

    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """True when only a deletion can still change the reply."""
        return self not in LIVE

    @property
    def broke_off(self) -> bool:
        """True when it ended before the answer did, so that its text may be only a part."""
        return self in BROKEN_OFF


LIVE = frozenset({Phase.WAITING, Phase.QUEUED, Phase.THINKING, Phase.ANSWERING})
"""The phases of a reply that has not ended."""

BROKEN_OFF = frozenset(
    {Phase.CUT, Phase.FILTERED, Phase.STOPPED, Phase.INTERRUPTED, Phase.GONE, Phase.FAILED}
)
"""The phases of a reply that ended before the answer did."""

_SILENT_PROGRESS = {
    Phase.WAITING: Phase.THINKING,
    Phase.QUEUED: Phase.THINKING,
    Phase.THINKING: Phase.THINKING,
    Phase.ANSWERING: Phase.ANSWERING,
}

TRANSITIONS: dict[type[StreamEvent], dict[Phase, Phase]] = {
    Queued: {phase: phase for phase in LIVE} | {Phase.WAITING: Phase.QUEUED},
    Begun: {phase: phase for phase in LIVE} | {Phase.QUEUED: Phase.WAITING},
    Greeting: {phase: phase for phase in LIVE},
    First: {phase: phase for phase in LIVE},
    LeftOut: {phase: phase for phase in LIVE},
    Elapsed: {phase: phase for phase in LIVE},
    Resting: {phase: phase for phase in LIVE},
    Opened: {phase: phase for phase in LIVE},
    Usage: {phase: phase for phase in LIVE},
    ReasoningDelta: _SILENT_PROGRESS,
    ToolCallDelta: _SILENT_PROGRESS,
    TextDelta: dict.fromkeys(LIVE, Phase.ANSWERING),
    RefusalDelta: dict.fromkeys(LIVE, Phase.ANSWERING),
    Stopped: dict.fromkeys(LIVE, Phase.STOPPED),
    Interrupted: dict.fromkeys(LIVE, Phase.INTERRUPTED),
    # That we delete the messages ourselves, because nothing is to stay, changes nothing.
    Deleted: dict.fromkeys(Phase, Phase.GONE) | {Phase.WITHDRAWN: Phase.WITHDRAWN},
    Withdrawn: dict.fromkeys(Phase, Phase.WITHDRAWN),
    Failed: dict.fromkeys(LIVE, Phase.FAILED),
}
"""The next phase, by event and phase. For `Finish` it depends on the reason (`FINISHES`).

An ended reply stays as it is, unless it is deleted before its last write.
"""

FINISHES: dict[FinishReason, Phase] = {
    FinishReason.STOP: Phase.COMPLETE,
    FinishReason.LENGTH: Phase.CUT,
    FinishReason.CONTENT_FILTER: Phase.FILTERED,
    FinishReason.TOOL_CALLS: Phase.COMPLETE,
}


WHOLE: dict[type[StreamEvent], str] = {Queued: "queued", Usage: "usage", Failed: "failure"}
"""The field of the snapshot that keeps an event as it is."""

NOTES: dict[type[StreamEvent], dict[str, Any]] = {
    Greeting: {"greets": True},
    First: {"first": True},
}
"""The fields of the snapshot that an event sets by itself."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A reply at one moment: all that is needed to show it."""

    phase: Phase = Phase.WAITING

    text: str = field(default="", repr=False)
    """The answer so far, as the model's Markdown."""

    failure: Failed | None = None
    """What broke; set only in `FAILED`."""

    usage: Usage | None = None
    """The endpoint's count of tokens, if it sent one."""

    seconds: float = 0.0
    """How long it has taken, by the last `Elapsed` event."""

    thoughts: str = field(default="", repr=False)
    """The end of the model's reasoning, if that is to be shown."""

    tool: str = ""
    """The name of the tool that the model is about to call."""

    rests_until: float = 0.0
    """When the endpoint is asked, on the clock of `seconds`. It rests if that is not over yet."""

    greets: bool = False
    """True for our own hello, where nothing was asked."""

    first: bool = False
    """True for the first answer of its conversation."""

    left_out: tuple[LeftOut, ...] = ()
    """What the model was not given of the conversation, each kind once."""

    slowed: bool = False
    """True when a write waits for Slack's rate limits, so that more text exists than is shown."""

    queued: Queued | None = None
    """What it waits for in line, by the last `Queued` event."""

    @property
    def ended(self) -> bool:
        """True when the reply has ended."""
        return self.phase.ended


class Reply:
    """Accumulates one answer. Text is kept in pieces, so that feeding a token copies nothing."""

    def __init__(self, start: Snapshot | None = None, *, thoughts: int = 0) -> None:
        """A new reply, or one that goes on from `start`.

        `thoughts` is the number of characters of the model's reasoning that are kept, from its end.
        """
        self._fields = replace(start or Snapshot(), text="")
        self.phase = self._fields.phase
        self._text = Pieces(start.text if start else "")
        self._thoughts = Pieces(self._fields.thoughts, thoughts)
        self._refused = self.phase is Phase.REFUSED

    def feed(self, event: StreamEvent) -> Phase:
        """Takes one event. Returns the phase after it."""
        if self.phase.ended and not isinstance(event, Deleted | Withdrawn):
            return self.phase
        self._store(event)
        self.phase = self._next(event)
        return self.phase

    def _store(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text) | RefusalDelta(text):
                self._text.add(text)
                self._refused = self._refused or isinstance(event, RefusalDelta)
                self._set_tool("")
            case ReasoningDelta(text):
                self._thoughts.add(text)
                self._set_tool("")
            case ToolCallDelta(name=str() as name):
                self._set_tool(name)
            case Queued() | Usage() | Failed():
                kept: dict[str, Any] = {WHOLE[type(event)]: event}
                self._fields = replace(self._fields, **kept)
            case Elapsed(seconds):
                self._fields = replace(self._fields, seconds=seconds)
            case Resting(seconds):
                self._fields = replace(self._fields, rests_until=self._fields.seconds + seconds)
            case Greeting() | First():
                self._fields = replace(self._fields, **NOTES[type(event)])
            case LeftOut():
                left_out = _counted_together(self._fields.left_out, event)
                self._fields = replace(self._fields, left_out=left_out)

    def _set_tool(self, tool: str) -> None:
        if tool != self._fields.tool:
            self._fields = replace(self._fields, tool=tool)

    def _next(self, event: StreamEvent) -> Phase:
        if isinstance(event, Finish):
            return self._finish(event.reason)
        return TRANSITIONS[type(event)][self.phase]

    def _finish(self, reason: FinishReason) -> Phase:
        phase = FINISHES[reason]
        if phase is not Phase.COMPLETE:
            return phase
        if self._refused:
            return Phase.REFUSED
        return phase if self.text.strip() else Phase.EMPTY

    @property
    def text(self) -> str:
        """All text so far."""
        return self._text.whole

    @property
    def keeps_thoughts(self) -> bool:
        """True when the model's reasoning is to be shown."""
        return self._thoughts.limit != 0

    def snapshot(self) -> Snapshot:
        """The reply now."""
        thoughts = self._thoughts.whole
        return replace(self._fields, phase=self.phase, text=self.text, thoughts=thoughts)


def _counted_together(before: tuple[LeftOut, ...], more: LeftOut) -> tuple[LeftOut, ...]:
    counts = {each.what: each.count for each in before}
    counts[more.what] = counts.get(more.what, 0) + more.count
    return tuple(LeftOut(what, count) for what, count in counts.items())


class Pieces:
    """A text that comes in pieces, which are joined only when it is read.

    With a `limit` only its last so many characters are kept.
    """

    def __init__(self, text: str = "", limit: int | None = None) -> None:
        self._pieces = [text] if text else []
        self.limit = limit
        self._loose = 0

    def add(self, text: str) -> None:
        """Adds a piece; with a limit, what is beyond it does not pile up."""
        if self.limit == 0:
            return
        self._pieces.append(text)
        self._loose += len(text)
        if self.limit and self._loose > self.limit:
            self._pieces = [self.whole]

    @property
    def whole(self) -> str:
        """The text that is kept."""
        if len(self._pieces) > 1 or self._loose:
            text = "".join(self._pieces)
            self._pieces = [text[-self.limit :] if self.limit else text]
            self._loose = 0
        return self._pieces[0] if self._pieces else ""


EVENTS: tuple[type[StreamEvent], ...] = get_args(StreamEvent)
"""Every kind of event."""
