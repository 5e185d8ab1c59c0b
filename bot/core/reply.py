"""The reply as a machine: events in, a picture out. TRANSITIONS decides, and nothing else may."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import get_args

from bot.core.types import (
    Begun,
    Deleted,
    Elapsed,
    Failed,
    Finish,
    FinishReason,
    First,
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
    First: {phase: phase for phase in LIVE},
    Elapsed: {phase: phase for phase in LIVE},
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
    `usage` the endpoint's count of tokens where it sent one. `seconds` have passed as far as
    anybody said, `thoughts` is the end of the model's reasoning where that is to be shown, `tool`
    what it is about to use. `first`: no answer of ours stands before it in the conversation.
    `slowed`: it could be fresher, if Slack let us.
    """

    phase: Phase = Phase.WAITING
    text: str = field(default="", repr=False)
    failure: Failed | None = None
    usage: Usage | None = None
    seconds: float = 0.0
    thoughts: str = field(default="", repr=False)
    tool: str = ""
    first: bool = False
    slowed: bool = False

    @property
    def ended(self) -> bool:
        """True for the last picture of all."""
        return self.phase.ended


class Reply:
    """Accumulates one answer. Text is kept in pieces, so feeding a token costs no copying."""

    def __init__(self, picture: Snapshot | None = None, *, thoughts: int = 0) -> None:
        """A new one, or one that goes on from `picture`.

        `thoughts`: how many characters of the model's reasoning are kept, the last ones.
        """
        self._beside = replace(picture or Snapshot(), text="")
        self.phase = self._beside.phase
        self._text = Pieces(picture.text if picture else "")
        self._thoughts = Pieces(self._beside.thoughts, thoughts)
        self._refused = self.phase is Phase.REFUSED

    def feed(self, event: StreamEvent) -> Phase:
        """Takes one event and says where the reply stands now."""
        if self.phase.ended and not isinstance(event, Deleted):
            return self.phase
        self._take(event)
        self.phase = self._next(event)
        return self.phase

    def _take(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text) | RefusalDelta(text):
                self._text.add(text)
                self._refused = self._refused or isinstance(event, RefusalDelta)
                self._use("")
            case ReasoningDelta(text):
                self._thoughts.add(text)
                self._use("")
            case ToolCallDelta(name=str() as name):
                self._use(name)
            case Usage():
                self._beside = replace(self._beside, usage=event)
            case Failed():
                self._beside = replace(self._beside, failure=event)
            case Elapsed(seconds):
                self._beside = replace(self._beside, seconds=seconds)
            case First():
                self._beside = replace(self._beside, first=True)

    def _use(self, tool: str) -> None:
        if tool != self._beside.tool:
            self._beside = replace(self._beside, tool=tool)

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
        """The model's reasoning is to be shown."""
        return self._thoughts.limit != 0

    def snapshot(self) -> Snapshot:
        """The picture now."""
        thoughts = self._thoughts.whole
        return replace(self._beside, phase=self.phase, text=self.text, thoughts=thoughts)


class Pieces:
    """A text that comes in pieces, which are joined at most once per look.

    With a `limit` it is only its last so many characters.
    """

    def __init__(self, text: str = "", limit: int | None = None) -> None:
        self._pieces = [text] if text else []
        self.limit = limit
        self._loose = 0

    def add(self, text: str) -> None:
        """What is beyond the limit goes before it fills the memory."""
        if self.limit == 0:
            return
        self._pieces.append(text)
        self._loose += len(text)
        if self.limit and self._loose > self.limit:
            self._pieces = [self.whole]

    @property
    def whole(self) -> str:
        """All that is kept."""
        if len(self._pieces) > 1 or self._loose:
            text = "".join(self._pieces)
            self._pieces = [text[-self.limit :] if self.limit else text]
            self._loose = 0
        return self._pieces[0] if self._pieces else ""


EVENTS: tuple[type[StreamEvent], ...] = get_args(StreamEvent)
