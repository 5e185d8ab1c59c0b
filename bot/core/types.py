"""The values that flow: what was said, what the model sends, what is to be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Role = Literal["system", "user", "assistant"]
TurnKey = tuple[str, str, str]
"""(team, channel, ts of the question): what makes a question one question."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a conversation happens."""

    team: str
    channel: str
    root: str | None
    """The ts of the thread's first message; None for the main line of a direct message."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said that deserves a reply."""

    thread: Thread
    ts: str
    user: str
    text: str = field(repr=False)
    """As typed, in Slack's mrkdwn."""
    direct: bool = False
    """Whether it was said in a one-to-one direct message."""
    has_more: bool = False
    """Whether files or attachments came with it, so that an empty text is no greeting."""
    round: int = 0
    """How often it was asked again by a button."""
    goes_on: bool = False
    """Whether that button was Continue: the answer so far stays."""

    @property
    def asks(self) -> bool:
        """False when only the bot's name was said: that is a greeting, and no question."""
        return bool(self.text.strip() or self.has_more or self.goes_on)

    @property
    def key(self) -> TurnKey:
        """One user message is one turn, however many events announce it."""
        return (self.thread.team, self.thread.channel, self.ts)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation as the model sees it."""

    role: Role
    text: str = field(repr=False)
    """Markdown."""
    name: str | None = None
    """Who said it."""
    ts: str | None = None
    """When, as a Slack ts."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the endpoint counted them."""

    prompt_tokens: int
    completion_tokens: int


class FinishReason(StrEnum):
    """Why the model stopped, in the words of Chat Completions."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"


@dataclass(frozen=True, slots=True)
class Queued:
    """An older question of the thread is still being answered."""


@dataclass(frozen=True, slots=True)
class Begun:
    """No older question of the thread is open any more: this one is answered now."""


@dataclass(frozen=True, slots=True)
class First:
    """It is the first answer of its conversation."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time has passed since the answer was begun."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Opened:
    """The endpoint has answered, with nothing to read yet (a role, an empty delta)."""


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """More of what the model thinks before it answers; kept apart from the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    """More of the model's refusal, which is shown in place of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A fragment of a tool call. The id and the name come once, the arguments in pieces."""

    index: int
    id: str | None
    name: str | None
    arguments: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The model said that it is done, and why. Nothing else proves an answer complete."""

    reason: FinishReason


@dataclass(frozen=True, slots=True)
class Stopped:
    """A person stopped it."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The process shuts down; another one will take the question up."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody deleted the question or the answer: nothing more is to be written."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer broke."""

    kind: str
    """The `kind` of a `BotError`; `strings` has its sentence for people."""
    id: str
    """Finds the details in the log."""
    wait: float | None = None
    """Seconds after which asking again may help, when somebody knows."""


StreamEvent = (
    Queued
    | Begun
    | First
    | Elapsed
    | Opened
    | TextDelta
    | ReasoningDelta
    | RefusalDelta
    | ToolCallDelta
    | Usage
    | Finish
    | Stopped
    | Interrupted
    | Deleted
    | Failed
)
"""All that can happen to a reply. The model sends most of it; people, deadlines and shutdown the
rest."""


class CallKind(StrEnum):
    """What a call is for, and so how urgent it is."""

    FIRST = "first"
    """A placeholder, the first words of an answer, or a read that everything else waits for."""
    MORE = "more"
    """More of an answer."""
    LAST = "last"
    """The last write of an answer, which must go out."""
    STATUS = "status"
    """Only how the answer is coming along. It may never go out."""


class Effect(StrEnum):
    """What a call does to the messages of a conversation."""

    POST = "post"
    EDIT = "edit"
    REMOVE = "remove"
    UPLOAD = "upload"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of Slack to come, as its sink has planned it."""

    effect: Effect
    kind: CallKind
    bucket: str
    """The rate limit that it draws on, by the name that the sink's side gives it."""
    team: str
    channel: str
    """Empty where the call is about no channel."""
    message: str | None = None
    """The ts of the message that it edits or removes."""
    speaks: bool = False
    """Whether it shows some of the answer's text."""
    draft: Any = field(default=None, repr=False)
    """All that is needed to carry it out. Only the sink that planned the call reads it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a turn, for a limited time."""

    key: TurnKey
    fence: int
    """Grows with every new holder; a write with an older one is refused."""


class Order(StrEnum):
    """What somebody asked for while an answer was running, perhaps in another process."""

    STOP = "stop"
    """End it, and keep what was written."""
    GONE = "gone"
    """Its message was deleted: write nothing more."""
