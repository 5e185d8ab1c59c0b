"""The values that flow: what was said, what the model sends, what is to be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Role = Literal["system", "user", "assistant"]
TurnKey = tuple[str, str, str]
"""(team, channel, ts of the question): what makes a question one question."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a conversation happens. `root` is None for the main line of a direct message."""

    team: str
    channel: str
    root: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said that deserves a reply.

    `text` is as typed (Slack's mrkdwn). `direct` is true in a one-to-one direct message.
    `has_more` is true when files or attachments came with it, so that an empty text is no greeting.
    `round` counts how often it was asked again by a button, and `goes_on` is true where that button
    was Continue: what was answered before stays.
    """

    thread: Thread
    ts: str
    user: str
    text: str = field(repr=False)
    direct: bool = False
    has_more: bool = False
    round: int = 0
    goes_on: bool = False

    @property
    def asks(self) -> bool:
        """False where only the bot's name was said: that is a greeting, and no question."""
        return bool(self.text.strip() or self.has_more or self.goes_on)

    @property
    def key(self) -> TurnKey:
        """One user message is one turn, however many events announce it."""
        return (self.thread.team, self.thread.channel, self.ts)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the model sees it: Markdown text, who said it, and when (a Slack ts)."""

    role: Role
    text: str = field(repr=False)
    name: str | None = None
    ts: str | None = None


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
    """Its turn has come."""


@dataclass(frozen=True, slots=True)
class First:
    """It is the first answer of its conversation."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """So many seconds have passed since it was begun."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Opened:
    """The endpoint answered; nothing to read yet (a role, an empty delta)."""


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
    """A fragment of a tool call: the id and name come once, the arguments in pieces."""

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
    """We are shutting down; another process will take it up."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody deleted the message that the answer stands in: nothing is to be written any more."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It broke. `kind` names the sentence people read, `id` finds the details in the log.

    `wait` is the seconds after which asking again may help, where somebody knows.
    """

    kind: str
    id: str
    wait: float | None = None


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
"""All that can happen to a reply: the model sends most, people, deadlines and shutdown the rest."""


class CallKind(StrEnum):
    """How much a write matters: `last` words must go out, `status` may wait for ever."""

    FIRST = "first"
    MORE = "more"
    LAST = "last"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Call:
    """One Web API call to come: `method` is Slack's name, `payload` its arguments."""

    method: str
    team: str
    channel: str
    kind: CallKind
    payload: Mapping[str, Any] = field(repr=False)
    part: int = 0

    @property
    def new(self) -> bool:
        """True when it makes a message that was not there before."""
        return self.method == "chat.postMessage"

    @property
    def removed(self) -> str | None:
        """The ts of the message that it takes away."""
        return str(self.payload["ts"]) if self.method == "chat.delete" else None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on a turn. `fence` only grows; a write with an older one is refused."""

    key: TurnKey
    fence: int


class Order(StrEnum):
    """What somebody asked for while an answer was under way, perhaps of another process.

    `STOP`: end it, keep what was written. `GONE`: its message was deleted; write nothing more.
    """

    STOP = "stop"
    GONE = "gone"
