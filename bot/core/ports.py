"""The ports: what the engine needs from the outside, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence

    from bot.core.day import Zone
    from bot.core.feedback import Fault, Tally, Thumb, VoteOutcome
    from bot.core.reply import Snapshot
    from bot.core.sliced import Sliced
    from bot.core.turns import Again, Claim, Repair, TurnRecord
    from bot.core.types import (
        Call,
        Lease,
        Message,
        Order,
        ReadBack,
        StreamEvent,
        Turn,
        TurnKey,
    )


class Model(Protocol):
    """A language model."""

    def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it arrives. Ends with `Finish`, or raises a `ModelError`."""


class History(Protocol):
    """Reads a conversation back from Slack."""

    async def read(self, turn: Turn, room: int) -> ReadBack:
        """The conversation up to the turn's question, which stands last.

        Of the rest only the newest messages, until they have more than `room` tokens (see
        `estimate`): what would not be used is not read.
        Raises `SlackError` when not even the question can be read.
        """

    async def whole(self, turn: Turn) -> Turn:
        """The turn with all that came with its question; as it is when that cannot be read."""


class People(Protocol):
    """Names, languages and time zones of users, from a cache. Only `learn` ever waits."""

    def name(self, user: str) -> str:
        """The display name if it is known, else the id."""

    def locale(self, user: str) -> str | None:
        """The Slack locale, such as `ja-JP`, if it is known."""

    def zone(self, user: str) -> Zone | None:
        """The time zone, if it is known."""

    async def learn(self, users: Iterable[str], *, within: float = 1.0) -> None:
        """Looks up the users that are not known. Waits for it, at most `within` seconds."""


class Sink(Protocol):
    """Shows the snapshots of one reply somewhere."""

    def prepare(self, snapshot: Snapshot) -> Sliced[object] | None:
        """What is long about planning `snapshot`, to be done before; None when it is soon planned.

        It may be done in part, or not at all: then `plan` takes longer.
        """

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """The calls that would make the newest snapshot visible; none when it is visible.

        Planning sends nothing and decides nothing: the same snapshot gives the same calls until
        `do` changes what stands there. Snapshots come in the order of the reply.
        """

    @property
    def posts(self) -> tuple[str, ...]:
        """The messages (ts) that stand there for this turn, in order."""

    async def do(self, call: Call) -> None:
        """Carries out one planned call; nothing else of its plan is needed. Raises `SlackError`."""

    async def keep(self, ending: Snapshot) -> None:
        """Keeps the last snapshot of all, though it may be long until it can be shown."""


class StaleMessages(Protocol):
    """Messages that look as if their turn had not ended, or as in an earlier round."""

    async def find(self, key: TurnKey, round_: int, ts: str) -> Mapping[str, Any] | None:
        """The message `ts` of the turn, now in that round, if it does. Raises `SlackError`."""

    async def mend(
        self, repair: Repair, message: Mapping[str, Any], may_send: Callable[[], bool]
    ) -> None:
        """Makes a message that was found honest, with one call or two. Raises `SlackError`.

        `may_send` is asked right before a request leaves.
        """


class Budget(Protocol):
    """Slack's rate limits, shared by all replies."""

    async def acquire(self, call: Call) -> float:
        """Returns when `call` may go out.

        The result is for how many seconds Slack's limits held it: not our own caution, nor others.
        """

    def refused(self, call: Call, retry_after: float) -> None:
        """Slack refused `call`: nothing that draws on its bucket goes out for so many seconds."""


class Journal(Protocol):
    """What was asked, what is being answered, what has ended. It outlives the process.

    A turn goes accepted → posting → answering → closing → ended. Whoever works on it holds a
    lease, which expires unless it is renewed. The next holder gets a higher fence, and a commit
    with a lower one raises `LeaseLost`. A store that does not answer raises `StoreError`.
    """

    async def accept(self, turn: Turn) -> bool:
        """Commits a new turn; False when it was accepted before.

        Then what the earlier delivery of an open turn did not tell is added to it.
        """

    async def amend(self, turn: Turn) -> None:
        """Adds what has become known of a turn, if it is open."""

    async def question(self, key: TurnKey) -> Turn | None:
        """An open turn with what all deliveries so far have told of it."""

    async def claim(self, key: TurnKey) -> Claim | None:
        """The right to work on an open turn, and what is known of it; None when it is taken.

        The turn is begun at once, unless its thread is busy or it must be begun with care.
        """

    async def put_off(self, claim: Claim) -> None:
        """Takes back that the claim has begun the turn, which has to wait and is in no message yet.

        The lease stays; this time does not count as an attempt.
        """

    async def begin(self, lease: Lease) -> int | None:
        """Begins a claimed turn. Returns how often it has been begun, this time included.

        None while an older turn of the thread is open, or another one is being answered.
        """

    async def renew(self, leases: Collection[Lease]) -> Mapping[Lease, Order | None]:
        """Extends the leases. Returns those still held, each with an order that came meanwhile."""

    async def clear(self, lease: Lease) -> None:
        """Notes that a turn that was begun alone has done no harm so far."""

    async def posting(self, lease: Lease) -> None:
        """Notes that a message is about to be posted: from now on one may stand that is unknown."""

    async def posted(self, lease: Lease, posts: Sequence[str]) -> None:
        """Notes that these messages (ts) are all that stand in Slack for this turn."""

    async def owe_look(self, lease: Lease) -> None:
        """Notes that a call without an answer may land late.

        Once the turn has ended and nothing can land any more, it is due again, with its ending. Who
        has lost the lease notes it for whoever has the turn now, and is told by `LeaseLost`.
        """

    async def close(self, lease: Lease, ending: Snapshot) -> None:
        """Keeps the whole answer; only its last write is missing."""

    async def ended(self, lease: Lease, how: str) -> None:
        """Ends the turn after its last write, and erases its texts.

        If its question was deleted meanwhile and `how` does not say so, it is due again.
        """

    async def release(self, lease: Lease) -> None:
        """Gives the turn back to be claimed at once. This time does not count as an attempt."""

    async def offer(self) -> None:
        """Releases all turns of this process that have not begun."""

    async def leave(self) -> None:
        """Releases all turns of this process."""

    async def due(self) -> list[TurnKey]:
        """Open turns that nobody works on and that could begin now, oldest first."""

    async def order(self, key: TurnKey, order: Order) -> bool:
        """Tells the process that works on the turn, whichever it is; False when it is not open."""

    async def withdraw(self, key: TurnKey, question: Turn | None = None) -> bool:
        """The question was deleted: an open turn gets the order `WITHDRAWN`.

        One that has ended is opened again, once, with the order that `turns.order_of_deletion`
        names: then it returns True. An unknown one is accepted with its order, if it is given.
        """

    async def answering(self, team: str, channel: str, ts: str) -> TurnKey | None:
        """The open turn whose answer, or a part of it, stands in the message `ts`."""

    async def find(self, key: TurnKey) -> TurnRecord | None:
        """What is known of a turn, open or ended; None when it is unknown or forgotten."""

    async def look_now(self, key: TurnKey) -> bool:
        """Opens an ended turn for the look that it owes, before its time; False if it owes none.

        It is due then. The look that is owed comes all the same.
        """

    async def repair(self, key: TurnKey) -> Repair | None:
        """The right to write to the messages of an ended turn, for as long as a lease.

        None while somebody has it, while the turn is open, and when the turn still owes a look.
        Whoever opens the turn meanwhile works on it when the right has ended.
        """

    async def repaired(self, repair: Repair) -> None:
        """Ends that right before its time."""

    async def reopen(self, turn: Turn, again: Again) -> bool:
        """Asks an ended turn again as `turn`, whose `round` is the next one; False for any other.

        `again` says which of its messages stay; whether the turn `goes_on` follows from that.
        """


class Feedback(Protocol):
    """What people say of answers: one vote per person and turn, on its latest round.

    A store that does not answer raises `StoreError`.
    """

    async def vote(self, key: TurnKey, round_: int, user: str, verdict: Thumb) -> VoteOutcome:
        """Counts a vote, in place of an earlier one of the same person."""

    async def explain(
        self, key: TurnKey, round_: int, user: str, faults: Collection[Fault], reason: str
    ) -> bool:
        """Adds reasons to a thumb that is down; False when it is not down, or not any more."""

    async def counts(self, team: str | None, seconds: float) -> Tally:
        """The votes of the last `seconds`, in one workspace or in all."""
