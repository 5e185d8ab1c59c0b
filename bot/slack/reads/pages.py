"""The pages in which Slack sends a conversation: as much as is used of it, the newest first.

How much one call may ask for depends on the app, and Slack does not say which kind it is. So a long
thread is read from its newest messages, which come with the root, and then the rest. Where Slack
refuses the second call of a reading, one call is made for a while; where it does not, threads are
read from their beginning, which costs one call less where they are short. What is missing of a long
one is then read from its end backwards, until there is enough.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from bot.core.prompt import PER_MESSAGE, estimate
from bot.errors import SlackError, SlackRefused
from bot.slack.events.turns import TS
from bot.slack.limits import HISTORY, REPLIES
from bot.slack.reads.thread_gaps import ThreadGaps
from bot.transcript.untyped import LONGEST_STRING, mapping, string

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.core.types import Turn
    from bot.slack.reads.reach import Reach
    from bot.slack.reads.thread_times import ThreadTimes
    from bot.slack.web_api import SlackApi

RawMessage = dict[str, Any]
"""A message as Slack sends it."""

FEW: Final = 15
"""Messages that some apps get in one call (docs: rate limits)."""

ROOM: Final = FEW - 2
"""Messages that such a call is to bring beside the root and our own placeholder."""

LIMITED: Final = 600.0
"""Seconds for which one call is made for a conversation, after a second one was refused."""


MARGIN: Final = 1.25
"""Times the room of the prompt are read of the texts, some of which are shorter in the prompt."""


class TooManyPages(SlackError):
    """The conversation has more pages than are read of one."""


class ConversationPages:
    """Reads the pages of conversations."""

    def __init__(self, api: SlackApi, reach: Reach, times: ThreadTimes | None = None) -> None:
        """Without `times` every conversation is read from its beginning."""
        self._api = api
        self._reach = reach
        self._times = times
        self._gets_all = False
        self._limited_until = float("-inf")

    @property
    def limited(self) -> bool:
        """Whether Slack grants us one call for a conversation."""
        return asyncio.get_running_loop().time() < self._limited_until

    def of(self, turn: Turn, room: int) -> Reading:
        """The conversation of `turn`, of which `room` tokens are used."""
        return Reading(self, turn, room)

    def beginning(self, turn: Turn) -> str | None:
        """From when on (ts) the newest messages are read first; None when from its root on."""
        if self._gets_all or self._times is None:
            return None
        return self._times.beginning(turn, ROOM)

    async def ask(self, method: str, where: RawMessage, *, first: bool) -> RawMessage:
        """Slack's answer to one call of a reading. Raises `SlackError`."""
        if self.limited and not first:
            raise SlackRefused(method, retry_after=60.0)
        timeout = self._reach.answer_timeout
        try:
            answer = await self._api.read(method, where, answer_timeout=timeout)
        except SlackRefused:
            if not first:
                self._gets_all = False
                self._limited_until = asyncio.get_running_loop().time() + LIMITED
            raise
        if not first or len(answer.get("messages") or []) > FEW + 1:
            self._gets_all = True
        return answer

    @property
    def reach(self) -> Reach:
        """How far back is read."""
        return self._reach


class Reading:
    """The calls for one conversation."""

    def __init__(self, pages: ConversationPages, turn: Turn, room: int) -> None:
        self._pages = pages
        self._reach = pages.reach
        self._turn = turn
        self._room = room * MARGIN
        self._calls = 0
        self._tokens: dict[float, int] = {}
        """About how many tokens each message has that was read, by its time."""
        self._root: RawMessage = {}
        self._is_enough = False

    async def pages(self) -> AsyncIterator[list[RawMessage]]:
        """The pages, until all is read or enough is. Raises `SlackError` when neither is."""
        pages = self._thread(self._turn.thread.root) if self._turn.thread.root else self._line()
        async for page in pages:
            yield page

    @property
    def older(self) -> int | None:
        """How many messages were not read, since there are enough; None when that is not known."""
        if not self._is_enough:
            return 0
        return None if (count := self._count()) is None else max(count - len(self._tokens), 0)

    async def _line(self) -> AsyncIterator[list[RawMessage]]:
        """The main line of a direct message, which Slack sends from its newest message on."""
        cursor: RawMessage = {}
        while not self._has_enough(float("-inf")):
            answer = await self._call(HISTORY, cursor)
            yield self._take(answer)
            if not (following := _cursor(answer)) or following == cursor.get("cursor"):
                return
            cursor = {"cursor": following}

    async def _thread(self, root: str) -> AsyncIterator[list[RawMessage]]:
        gaps = self._gaps(root)
        while not self._has_enough(gaps.known_from) and (stretch := gaps.next()):
            answer = await self._call(REPLIES, {"ts": root, **_between(stretch, float(root))})
            page = self._take(answer)
            yield page
            count = self._count()
            left = None if count is None else count - len(self._tokens)
            if left is not None and left <= 0:
                return
            times = [at for each in page if (at := _time(each)) and at > float(root)]
            gaps.read(times, has_more=bool(_cursor(answer)), left=left, end=self._end())

    def _gaps(self, root: str) -> ThreadGaps:
        turn, newest = self._turn, self._pages.beginning(self._turn)
        is_past = newest and turn.round and not turn.goes_on
        until = {"until": float(turn.ts)} if is_past else {}
        size = self._reach.page_size
        return ThreadGaps(size, float(root), None if newest is None else float(newest), **until)

    async def _call(self, method: str, part: RawMessage) -> RawMessage:
        if self._calls >= self._reach.max_pages:
            raise TooManyPages(f"more than {self._reach.max_pages} pages")
        self._calls += 1
        where = {"channel": self._turn.thread.channel, "limit": self._reach.page_size}
        asked = where | part | {"include_all_metadata": True}
        return await self._pages.ask(method, asked, first=self._calls == 1)

    def _take(self, answer: RawMessage) -> list[RawMessage]:
        page = [each for each in answer.get("messages") or [] if isinstance(each, dict)]
        for each in page:
            if at := _time(each):
                self._tokens[at] = estimate(_text(each)) + PER_MESSAGE
                self._root = each if each["ts"] == self._turn.thread.root else self._root
        return page

    def _has_enough(self, known_from: float) -> bool:
        """Whether the messages of the time that is known whole are as many as are used."""
        turn = self._turn
        until = float("inf") if turn.goes_on else float(turn.ts)
        used = [tokens for at, tokens in self._tokens.items() if known_from <= at <= until]
        self._is_enough = len(used) > self._reach.max_messages or sum(used) > self._room
        return self._is_enough

    def _count(self) -> int | None:
        """How many messages the thread has, as its root says."""
        replies = self._root.get("reply_count")
        return replies + 1 if isinstance(replies, int) else None

    def _end(self) -> float:
        """When the last message of the thread was written, as far as is known."""
        told = string(self._root.get("latest_reply"))
        last = float(told if TS.fullmatch(told) else self._turn.ts)
        return max([last, *self._tokens])


def _time(message: RawMessage) -> float | None:
    ts = string(message.get("ts"))
    return float(ts) if TS.fullmatch(ts) else None


def _text(message: RawMessage) -> str:
    """The text as it is: cleaning those of a whole page would take long."""
    text = message.get("text")
    return text[:LONGEST_STRING] if isinstance(text, str) else ""


def _cursor(answer: RawMessage) -> str:
    return string(mapping(answer.get("response_metadata")).get("next_cursor"))


def _between(stretch: tuple[float, float], root: float) -> RawMessage:
    """The arguments for a stretch of a thread; none for all of it."""
    oldest, latest = stretch
    bounds = {
        **({"oldest": f"{oldest:.6f}"} if oldest > root else {}),
        **({"latest": f"{latest:.6f}"} if latest < float("inf") else {}),
    }
    return bounds | ({"inclusive": True} if bounds else {})
