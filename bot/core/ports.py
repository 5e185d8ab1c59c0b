"""The seams: what the engine needs from the outside, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence

    from bot.core.feedback import Fault, Tally, Thumb, VoteOutcome
    from bot.core.reply import Snapshot
    from bot.core.turns import Claim, TurnRecord
    from bot.core.types import Call, Lease, Message, Order, StreamEvent, Turn, TurnKey


class Model(Protocol):
    """Something that answers."""

    def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it arrives. Ends after `Finish`, or raises a `ModelError`."""


class History(Protocol):
    """Reads a conversation back from Slack."""

    async def read(self, turn: Turn) -> list[Message]:
        """The conversation up to and with the turn's question, which stands last.

        Raises `SlackError` when not even the question can be read.
        """


class People(Protocol):
    """Who is who, from a cache; never a reason to wait, unless somebody asks for that."""

    def name(self, user: str) -> str:
        """The display name as far as known, else the id."""

    def locale(self, user: str) -> str | None:
        """The Slack locale, such as `ja-JP`, when known."""

    async def learn(self, users: Iterable[str], *, within: float = 1.0) -> None:
        """Looks up those who are not known and waits for it, at most so many seconds."""


class Sink(Protocol):
    """Shows snapshots somewhere. `plan` is pure; `do` carries out one planned call."""

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """The calls that would bring what is shown up to `snapshot`; empty when it is shown."""

    @property
    def posts(self) -> tuple[str, ...]:
        """The messages (ts) that stand there for this turn, in order."""

    async def do(self, call: Call) -> None:
        """Carries out one call. Raises `SlackError`."""

    async def keep(self, ending: Snapshot) -> None:
        """The last picture of all is known, though it may be long until it can be shown."""


class Budget(Protocol):
    """Slack's limits, shared by everybody."""

    async def acquire(self, call: Call) -> None:
        """Returns when `call` may go out."""

    def refused(self, call: Call, retry_after: float) -> None:
        """Slack refused `call`: nothing of its kind for `retry_after` seconds."""


class Journal(Protocol):
    """What was asked, what is being answered, what has ended; it outlives the process.

    A turn is accepted → posting → answering → closing → ended. Who works on it holds a lease, which
    runs out unless it is renewed; whoever takes it up then gets a higher fence, and every commit
    with a lower one raises `LeaseLost`. A store that does not answer raises `StoreError`.
    """

    async def accept(self, turn: Turn) -> bool:
        """Takes the turn in, committed; False when it was taken in before."""

    async def claim(self, key: TurnKey) -> Claim | None:
        """The right to work on an open turn that nobody else works on, and what is known of it.

        It is begun at once, unless its thread is busy or it has to be begun with care.
        """

    async def begin(self, lease: Lease) -> int | None:
        """The thread's turn has come: how often it has been begun, this time included.

        None while an older turn of the thread is open, or another one is being answered.
        """

    async def renew(self, leases: Collection[Lease]) -> Mapping[Lease, Order | None]:
        """Keeps the rights; those still held, each with what was asked for meanwhile."""

    async def clear(self, lease: Lease) -> None:
        """Begun alone, it has done no harm so far."""

    async def posting(self, lease: Lease) -> None:
        """A post is about to be made: from now on one may stand that we do not know of."""

    async def posted(self, lease: Lease, posts: Sequence[str]) -> None:
        """These messages (ts) are all that stand in Slack for this turn."""

    async def close(self, lease: Lease, ending: Snapshot) -> None:
        """The whole answer is known; only the last write is to come."""

    async def ended(self, lease: Lease, how: str) -> None:
        """The last write is done: nothing more will happen to it, and its texts are erased."""

    async def release(self, lease: Lease) -> None:
        """Handed over: another process may take it up at once, and this attempt did not count."""

    async def offer(self) -> None:
        """The same for all of ours that has not begun."""

    async def leave(self) -> None:
        """The same for all that is ours."""

    async def due(self) -> list[TurnKey]:
        """Open turns that nobody else works on and that could begin now, oldest first."""

    async def order(self, key: TurnKey, order: Order) -> bool:
        """Tells whoever works on the turn, in whatever process; False when it is not open."""

    async def answering(self, team: str, channel: str, ts: str) -> TurnKey | None:
        """The open turn that has its answer, or a part of it, in the message `ts`."""

    async def find(self, key: TurnKey) -> TurnRecord | None:
        """What is known of a turn, open or ended; None for one that never was or is forgotten."""

    async def reopen(self, turn: Turn) -> bool:
        """Asks an ended turn again as `turn`, whose `round` is the next one; False for any other.

        Its messages are kept: a new answer goes into them, or below them where it `goes_on`.
        """


class Feedback(Protocol):
    """What people say of answers: one vote of each person on each turn, on its latest round.

    A store that does not answer raises `StoreError`.
    """

    async def vote(self, key: TurnKey, round_: int, user: str, verdict: Thumb) -> VoteOutcome:
        """Counts it, in place of what this person said before."""

    async def explain(
        self, key: TurnKey, round_: int, user: str, faults: Collection[Fault], reason: str
    ) -> bool:
        """Why somebody's thumb is down; False where it is not, or not any more."""

    async def counts(self, team: str | None, seconds: float) -> Tally:
        """Of so long until now, in one workspace or in all."""
