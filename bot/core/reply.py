"""The reply as a machine: events in, a picture out. TRANSITIONS decides, and nothing else may."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import get_args

from bot.core.types import (
    Begun,
    Deleted,
    Failed,
    Finish,
    FinishReason,
    Interrupted,
    Opened,
    Queued,
    ReasoningDelta,
    RefusalDelta,
    Stopped,
    StreamEvent,
    TextDelta,
    ToolCallDelta,
    Usage,
)


class Phase(StrEnum):
    """Where a reply stands. From `COMPLETE` on it has ended."""

    WAITING = "waiting"
    QUEUED = "queued"
    THINKING = "thinking"
    ANSWERING = "answering"
    COMPLETE = "complete"
    CUT = "cut"
    FILTERED = "filtered"
    REFUSED = "refused"
    EMPTY = "empty"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    GONE = "gone"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Nothing that happens now changes the picture."""
        return self not in LIVE


LIVE = frozenset({Phase.WAITING, Phase.QUEUED, Phase.THINKING, Phase.ANSWERING})

_SILENT_PROGRESS = {
    Phase.WAITING: Phase.THINKING,
    Phase.QUEUED: Phase.THINKING,
    Phase.THINKING: Phase.THINKING,
    Phase.ANSWERING: Phase.ANSWERING,
}

TRANSITIONS: dict[type[StreamEvent], dict[Phase, Phase]] = {
    Queued: {phase: phase for phase in LIVE} | {Phase.WAITING: Phase.QUEUED},
    Begun: {phase: phase for phase in LIVE} | {Phase.QUEUED: Phase.WAITING},
    Opened: {phase: phase for phase in LIVE},
    Usage: {phase: phase for phase in LIVE},
    ReasoningDelta: _SILENT_PROGRESS,
    ToolCallDelta: _SILENT_PROGRESS,
    TextDelta: dict.fromkeys(LIVE, Phase.ANSWERING),
    RefusalDelta: dict.fromkeys(LIVE, Phase.ANSWERING),
    Stopped: dict.fromkeys(LIVE, Phase.STOPPED),
    Interrupted: dict.fromkeys(LIVE, Phase.INTERRUPTED),
    Deleted: dict.fromkeys(Phase, Phase.GONE),
    Failed: dict.fromkeys(LIVE, Phase.FAILED),
}
"""What may follow what. `Finish` looks at its reason (FINISHES).

An ended reply stays as it is, unless somebody deletes it before its last word is written.
"""

FINISHES: dict[FinishReason, Phase] = {
    FinishReason.STOP: Phase.COMPLETE,
    FinishReason.LENGTH: Phase.CUT,
    FinishReason.CONTENT_FILTER: Phase.FILTERED,
    FinishReason.TOOL_CALLS: Phase.COMPLETE,
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The picture of a reply at one moment.

    `text` is the answer's Markdown so far, `failure` says what broke (only in `FAILED`),
    `usage` the endpoint's count of tokens where it sent one.
    """

    phase: Phase = Phase.WAITING
    text: str = field(default="", repr=False)
    failure: Failed | None = None
    usage: Usage | None = None

    @property
    def ended(self) -> bool:
        """True for the last picture of all."""
        return self.phase.ended


class Reply:
    """Accumulates one answer. Text is kept in pieces, so feeding a token costs no copying."""

    def __init__(self, picture: Snapshot | None = None) -> None:
        """A new one, or one that goes on from `picture`."""
        start = picture or Snapshot()
        self.phase = start.phase
        self._pieces = [start.text] if start.text else []
        self._refused = start.phase is Phase.REFUSED
        self._failure = start.failure
        self._usage = start.usage

    def feed(self, event: StreamEvent) -> Phase:
        """Takes one event and says where the reply stands now."""
        if self.phase.ended and not isinstance(event, Deleted):
            return self.phase
        match event:
            case TextDelta(text):
                self._pieces.append(text)
            case RefusalDelta(text):
                self._pieces.append(text)
                self._refused = True
            case Usage():
                self._usage = event
            case Failed():
                self._failure = event
        self.phase = self._next(event)
        return self.phase

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
        """All text so far; the pieces are joined at most once per look."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def snapshot(self) -> Snapshot:
        """The picture now."""
        return Snapshot(self.phase, self.text, self._failure, self._usage)


EVENTS: tuple[type[StreamEvent], ...] = get_args(StreamEvent)
