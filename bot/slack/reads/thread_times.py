"""When the messages of a thread were written: from where the newest of them are to be read.

Slack sends a thread from its beginning, and some apps get 15 messages a call and one call a minute
(docs: rate limits). The one call must bring the newest messages, so it must say where they begin.
Events tell that for what was said since the process started; for what was said before, the age of
the thread has to do.
"""

from __future__ import annotations

import time
from bisect import insort
from typing import TYPE_CHECKING, Any, Final

from bot.core.bounded_map import BoundedMap
from bot.slack.events.turns import TS
from bot.transcript.untyped import mapping, string

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.core.types import Turn

MOST_THREADS: Final = 2000
"""Threads that are remembered; the one that was quiet for longest goes first."""

MOST_TIMES: Final = 40
"""Times that are remembered of a thread; the newest ones."""

YOUNG: Final = 800.0
"""Seconds since a thread began after which it probably does not fit one call any more."""

LAST: Final = 420.0
"""Seconds of an older thread's last messages that probably do.

Too long would cost the newest messages, too short only costs older ones.
"""

SHARE: Final = 0.1
"""Share of a thread's age that is added to that: people write less often in one that is older."""


class ThreadTimes:
    """The times (ts) of the newest messages in threads, as events have told them."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since 1970."""
        self._since = clock()
        self._threads: BoundedMap[tuple[str, str], list[tuple[float, str]]] = BoundedMap(
            MOST_THREADS
        )

    def hear(self, body: Mapping[str, Any]) -> None:
        """Notes the message that an event announces, if it is in a thread."""
        event = mapping(mapping(body).get("event"))
        if event.get("type") not in {"message", "app_mention"} or event.get("hidden"):
            return
        channel, root, ts = (string(event.get(name)) for name in ("channel", "thread_ts", "ts"))
        if channel and TS.fullmatch(root) and TS.fullmatch(ts) and root != ts:
            self._note(channel, root, ts)

    def beginning(self, turn: Turn, room: int) -> str | None:
        """The ts from which on there are probably `room` messages of the turn's thread.

        None when all of the thread probably fits. For an older question that is asked again, they
        are those up to the question.
        """
        root, asked = turn.thread.root, float(turn.ts)
        if root is None:
            return None
        known = self._threads.get((turn.thread.channel, root), [])
        until = asked if turn.round and not turn.goes_on else float("inf")
        told = [each for each in known if each[0] <= until]
        if len(told) > room:
            return told[-room][1]
        began = float(root)
        if began >= self._since:
            return None
        edge = min([self._since, asked, *(at for at, _ in told[:1])])
        free, age = 1 - len(told) / room, edge - began
        if age <= YOUNG * free:
            return None
        return f"{max(edge - (LAST + SHARE * age) * free, began):.6f}"

    def _note(self, channel: str, root: str, ts: str) -> None:
        times = self._threads.get((channel, root), [])
        if (float(ts), ts) not in times:
            insort(times, (float(ts), ts))
        self._threads[channel, root] = times[-MOST_TIMES:]
