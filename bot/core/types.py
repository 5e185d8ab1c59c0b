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
    """Whether files, attachments or a table came with it, so that an empty text is no greeting."""
    round: int = 0
    """How often it was asked again by a button."""
    goes_on: bool = False
    """Whether the answer is written below a part of it that stays."""
    whole: bool = True
    """False while more may have come with it than its events have told."""

    @property
    def asks(self) -> bool:
        """False when only the bot's name was said, and not below anything."""
        return bool(self.text.strip() or self.has_more or self.goes_on or self.is_reply)

    @property
    def may_ask(self) -> bool:
        """False for a greeting: only the bot's name was said, where nothing can stand before it."""
        return self.asks or (self.direct and self.thread.root is None)

    @property
    def is_reply(self) -> bool:
        """Whether it was said in a thread that it did not begin."""
        return self.thread.root not in (None, self.ts)

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


class Unseen(StrEnum):
    """A part of the conversation that the model is not given."""

    BEFORE = "before"
    """All that was said before the question."""

    SOME_BEFORE = "some_before"
    """Some of it."""

    OLDEST = "oldest"
    """The oldest messages, which did not fit."""

    LONG = "long"
    """Parts of messages that are too long."""

    FILES = "files"
    """Files and images, which the bot does not read."""

    FORWARDED = "forwarded"
    """Forwarded messages that Slack does not show us."""

    ATTACHED = "attached"
    """Whatever came with the question, which could not be read."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The model is not given a part of the conversation."""

    what: Unseen
    count: int = 0
    """How many messages, where that is known."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A conversation as it was read from Slack."""

    messages: list[Message]
    left_out: tuple[LeftOut, ...] = ()
    """What is not in the messages, though readers of the answer expect it."""
    answered: bool = False
    """Whether the bot has answered in earlier messages, which are not among these."""


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


class Hold(StrEnum):
    """What a question waits for before it is answered."""

    THREAD = "thread"
    """The answer to an older question of its thread."""

    OWN = "own"
    """Answers to other questions of the same person, who has as many as one may have."""

    OTHERS = "others"
    """Answers to anybody: as many run as may."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The question waits before it is answered."""

    hold: Hold = Hold.THREAD
    before: int = 0
    """How many questions are before it: for `OWN` those of the same person that run or wait, for
    `OTHERS` those that wait, for `THREAD` none are counted."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The question waits for nothing any more: it is answered now."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """Nothing was asked: what follows is our own hello."""


@dataclass(frozen=True, slots=True)
class First:
    """It is the first answer of its conversation."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time has passed since the answer was begun."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Resting:
    """The endpoint has failed too often, and is left alone for a while."""

    seconds: float
    """Until it is asked."""


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
    """Somebody deleted the answer: nothing more is to be written."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Somebody deleted the question: nothing of its answer is to stay."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer broke."""

    kind: str
    """The `kind` of a `BotError`; `strings` has its sentence for people."""
    id: str
    """Finds the details in the log; "" when they are not there."""
    wait: float | None = None
    """Seconds after which asking again may help, when somebody knows."""


StreamEvent = (
    Queued
    | Begun
    | Greeting
    | First
    | LeftOut
    | Elapsed
    | Resting
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
    | Withdrawn
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
    asker: str = ""
    """Who asked the question that it is about, so that all people are treated alike."""


LONGEST_LEASE = 60.0
"""Seconds that a lease may last."""


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
    WITHDRAWN = "withdrawn"
    """The question was deleted: remove what was written."""
    ORPHANED = "orphaned"
    """The question of a complete answer was deleted: remove the buttons that need it."""
