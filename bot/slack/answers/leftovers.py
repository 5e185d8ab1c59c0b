"""Buttons that lead nowhere: on a message below which the answer goes on, or that should be gone.

The turn is open until they are taken off. So a call that fails is made again, and after a crash the
next process does what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.core.bounded_map import BoundedMap
from bot.errors import SlackError, SlackRejected
from bot.slack.answers.blocks import only, without_furniture
from bot.slack.limits import REPLIES, UPDATE
from bot.slack.one_message import found_in, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.slack.answers.blocks import Block
    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)

MOST_PRESSED: Final = 100
"""Messages that are kept for answers which have not begun yet."""


class PressedMessages:
    """The messages below which an answer is about to go on, as the click on Continue brought them.

    They spare reading the message from Slack. After a restart they are unknown.
    """

    def __init__(self) -> None:
        self._blocks: BoundedMap[tuple[str, str], list[Block]] = BoundedMap(MOST_PRESSED)

    def note(self, channel: str, ts: str, blocks: list[Block]) -> None:
        """Keeps the blocks of a message."""
        self._blocks[channel, ts] = blocks

    def take(self, channel: str, ts: str) -> list[Block] | None:
        """The blocks of a message, once; None when they are not known."""
        return self._blocks.pop((channel, ts), None)


@dataclass(frozen=True, slots=True)
class LeftoverStep:
    """One call: it reads the message `ts`, or edits its buttons away."""

    ts: str
    method: str
    arguments: Mapping[str, Any] = field(repr=False)
    hurries: bool = False
    """Whether the rest of the answer may wait for it: it is an edit, and has not failed yet."""
    blocks: bool = False
    """Whether all writes wait for it: beside what they write it would look like a live answer."""

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == REPLIES


class Leftovers:
    """Takes the buttons off messages of a channel that the answer has left behind."""

    def __init__(
        self,
        api: SlackApi,
        channel: str,
        strip: Callable[[list[Block]], list[Block]] = without_furniture,
    ) -> None:
        """`strip` takes what is to go out of a message's blocks."""
        self._api = api
        self._channel = channel
        self._strip = strip
        self._left: dict[str, Mapping[str, Any] | None] = {}
        self._failed: set[str] = set()
        self._in_the_way: set[str] = set()

    def add(self, ts: str, blocks: list[Block] | None = None) -> None:
        """A message that must have no buttons; `blocks` are all of its blocks, if known."""
        self._left[ts] = None
        if blocks is not None:
            self._note(ts, blocks)

    def replace_first(self, ts: str, text: str) -> None:
        """The same as `replace`, before anything is written beside the message."""
        self._in_the_way.add(ts)
        self.replace(ts, text)

    def replace(self, ts: str, text: str) -> None:
        """A message that must say nothing but `text`."""
        self._left[ts] = only(text)

    def forget(self, ts: str) -> None:
        """The message is to be removed as a whole."""
        self._left.pop(ts, None)

    def next(self) -> LeftoverStep | None:
        """The next step; None when no message is left."""
        if not self._left:
            return None
        ts = next((ts for ts in self._left if ts in self._in_the_way), next(iter(self._left)))
        content = self._left[ts]
        return self._read(ts) if content is None else self._edit(ts, content)

    async def do(self, step: LeftoverStep) -> None:
        """Carries out a step. Raises `SlackRefused` and `SlackUnknown`: then it may be repeated.

        A message that Slack does not let us edit is left as it is.
        """
        try:
            answer = await self._api.granted(step.method, step.arguments)
        except SlackRejected as error:
            log.info("buttons not removed", detail=str(error))
            self._left.pop(step.ts)
        except SlackError:
            self._failed.add(step.ts)
            raise
        else:
            if step.reads:
                self._note(step.ts, list((found_in(answer, step.ts) or {}).get("blocks") or []))
            else:
                self._left.pop(step.ts)

    def _note(self, ts: str, blocks: list[Block]) -> None:
        bare = self._strip(blocks)
        if bare and bare != blocks:
            self._left[ts] = {"blocks": bare}
        else:
            self._left.pop(ts)

    def _read(self, ts: str) -> LeftoverStep:
        return LeftoverStep(ts, REPLIES, where(self._channel, ts))

    def _edit(self, ts: str, content: Mapping[str, Any]) -> LeftoverStep:
        where = {"channel": self._channel, "ts": ts, "parse": "none"}
        return LeftoverStep(
            ts,
            UPDATE,
            where | dict(content),
            hurries=ts not in self._failed,
            blocks=ts in self._in_the_way,
        )
