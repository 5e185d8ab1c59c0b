"""The seams: what the engine needs from the outside, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.core.reply import Snapshot
    from bot.core.types import Call, Lease, Message, StreamEvent, Turn


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
    """Who is who, from a cache; never a reason to wait."""

    def name(self, user: str) -> str:
        """The display name as far as known, else the id."""

    def locale(self, user: str) -> str | None:
        """The Slack locale, such as `ja-JP`, when known."""


class Sink(Protocol):
    """Shows snapshots somewhere. `plan` is pure; `do` carries out one planned call."""

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """The calls that would bring what is shown up to `snapshot`; empty when it is shown."""

    async def do(self, call: Call) -> None:
        """Carries out one call. Raises `SlackError`."""


class Budget(Protocol):
    """Slack's limits, shared by everybody."""

    async def acquire(self, call: Call) -> None:
        """Returns when `call` may go out."""

    def refused(self, call: Call, retry_after: float) -> None:
        """Slack refused `call`: nothing of its kind for `retry_after` seconds."""


class Journal(Protocol):
    """What was asked, what is being answered, what has ended."""

    async def accept(self, turn: Turn) -> bool:
        """Takes the turn in; False when it was taken in before."""

    async def claim(self, turn: Turn) -> Lease | None:
        """The right to answer, unless an older turn of the thread is still open."""

    async def renew(self, lease: Lease) -> bool:
        """Keeps the right; False when it has passed to somebody else."""

    async def posted(self, lease: Lease, ts: str) -> None:
        """The placeholder stands in Slack at `ts`."""

    async def close(self, lease: Lease, answer: str) -> None:
        """The whole answer is known; only the last write is to come."""

    async def ended(self, lease: Lease, how: str) -> None:
        """The last write is done: nothing more will happen to this turn."""

    async def due(self) -> list[Turn]:
        """Accepted turns that nobody works on and that could be claimed now, oldest first."""
