"""Files of an answer that stand in the conversation, removed with the messages that share them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import SlackRejected
from bot.slack.answers.uploads import mark
from bot.slack.limits import DELETE, FILE_DELETE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.core.turns import Claim
    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FileShare:
    """A file in a message."""

    ts: str
    """Of the message."""
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ShareStep:
    """One call: it removes the message, or the file itself."""

    method: str
    arguments: Mapping[str, Any] = field(repr=False)
    replaced: bool
    """Whether the file belongs to an answer that this round replaces."""


class FileShares:
    """Removes files of the answer to a turn: all of them, or those that this round replaces."""

    def __init__(self, api: SlackApi, claim: Claim) -> None:
        self._api = api
        self._turn = claim.turn
        self._anew = not claim.kept
        self._first = next(iter(claim.posts[claim.kept :]), None)
        self._left: list[ShareStep] = []

    @property
    def may_replace(self) -> bool:
        """Whether this round replaces an answer, which may have had files."""
        again = self._turn.round > 0 and (self._anew or self._first is not None)
        return again or self.next(replaced=True) is not None

    def found(self, shares: Iterable[FileShare]) -> None:
        """Takes those that belong to the answer, by the mark in their names."""
        before = [self._mark(number) for number in range(self._turn.round)]
        self._left = []
        names: dict[str, FileShare] = {}
        for share in shares:
            if any(own in share.name for own in before):
                self._left += self._steps(share, replaced=self._is_replaced(share))
            elif self._mark(self._turn.round) in share.name:
                first = names.setdefault(share.name, share)
                self._left += self._steps(share, replaced=first is not share, first=first)

    def next(self, *, replaced: bool = False) -> ShareStep | None:
        """The next step, or the next for a `replaced` file; None when nothing is left."""
        return next((step for step in self._left if step.replaced or not replaced), None)

    async def do(self, step: ShareStep) -> None:
        """Carries out a step. Raises `SlackRefused` and `SlackUnknown`: then it may be repeated."""
        try:
            await self._api.granted(step.method, step.arguments)
        except SlackRejected as error:
            log.info("file not removed", detail=str(error))
        self._left.remove(step)

    def _mark(self, number: int) -> str:
        return f"-{mark(self._turn, number)}."

    def _is_replaced(self, share: FileShare) -> bool:
        """Whether it came with what goes: files are shared after the messages that they end."""
        return self._anew or (self._first is not None and _when(share.ts) > _when(self._first))

    def _steps(
        self, share: FileShare, *, replaced: bool, first: FileShare | None = None
    ) -> Iterator[ShareStep]:
        """`first` is the share of the same file that stays, where two calls have landed."""
        # Without its file a message would say that a file was deleted.
        message = {"channel": self._turn.thread.channel, "ts": share.ts}
        yield ShareStep(DELETE, message, replaced)
        if not (replaced and first and first.id == share.id):
            yield ShareStep(FILE_DELETE, {"file": share.id}, replaced)


def _when(ts: str) -> tuple[int, str]:
    """Sorts messages by age."""
    return len(ts), ts


def shares_in(page: Mapping[str, Any]) -> Iterator[FileShare]:
    """Every file on a page of messages."""
    for message in page.get("messages") or []:
        for file in message.get("files") or []:
            yield FileShare(str(message.get("ts")), str(file.get("id")), str(file.get("name")))
