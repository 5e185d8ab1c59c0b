"""The messages of one answer as last accepted by Slack: known, adopted, replaced, set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.turns import Claim
    from bot.slack.answers.drafts import Draft


@dataclass(slots=True)
class Posted:
    """The message of one part."""

    ts: str
    draft: Draft | None = field(repr=False, default=None)
    """As last accepted; None when another process wrote it."""


class Messages:
    """Each part of an answer has one message, in order.

    Messages that are set aside belong to no part any more and wait to be removed.
    """

    def __init__(self, claim: Claim) -> None:
        self._kept = claim.posts[: claim.kept]
        self._parts = [Posted(ts) for ts in claim.posts[claim.kept :]]
        self._before: dict[int, str] = {}
        self.aside: list[str] = []
        """The ts of each message that waits to be removed."""
        self.stuck: set[str] = set()
        """The ts of messages that were to be removed, which Slack does not allow."""
        self.written = False
        """Whether Slack has accepted anything from this process."""

    @property
    def posts(self) -> tuple[str, ...]:
        """The ts of every message of the answer, those of earlier rounds included."""
        return (*self._kept, *(posted.ts for posted in self._parts))

    @property
    def parts(self) -> tuple[Posted, ...]:
        """The messages of this round, part by part."""
        return tuple(self._parts)

    def draft(self, part: int) -> Draft | None:
        """How the part looks in Slack; None when that is unknown or it has no message."""
        return self._parts[part].draft if part < len(self._parts) else None

    def number(self, part: int) -> int:
        """The number of a part among all messages of the answer, earlier rounds included."""
        return len(self._kept) + part

    def before(self, part: int) -> str:
        """The ts of the message that the part had before; "" when it never had another."""
        return self._before.get(part, "")

    def surplus(self, parts: int) -> list[str]:
        """The ts of messages that a longer answer has left beyond so many parts, the last first."""
        return [posted.ts for posted in reversed(self._parts[parts:])]

    def posted(self, ts: str, draft: Draft) -> None:
        """Slack has accepted a new message for the next part."""
        self._parts.append(Posted(ts, draft))
        self.written = True

    def edited(self, ts: str, draft: Draft) -> None:
        """Slack has accepted an edit."""
        for each in self._parts:
            if each.ts == ts:
                each.draft = draft
        self.written = True

    def set_aside(self, part: int) -> None:
        """The part gets another message; the one that it has is to be removed."""
        old = self._parts.pop(part).ts
        self._before[part] = old
        self.aside.append(old)

    def forget(self, part: int) -> None:
        """The part gets another message; the one that it had does not exist any more."""
        self.set_aside(part)
        self.aside.pop()

    def removing(self, ts: str) -> None:
        """A message is about to be removed: from now on it belongs to no part.

        Slack tells everybody that a message was deleted before it answers the call.
        """
        if ts in self._kept:
            self._kept = tuple(each for each in self._kept if each != ts)
            self.aside.append(ts)
        part = next((part for part, posted in enumerate(self._parts) if posted.ts == ts), None)
        if part is not None:
            self.set_aside(part)

    def removed(self, ts: str) -> None:
        """The message does not exist any more, or cannot be removed."""
        self.aside.remove(ts)

    def cannot_be_removed(self, ts: str) -> None:
        """The message stays after all, and belongs to the answer again."""
        self.aside.remove(ts)
        self._parts.append(Posted(ts))
        self.stuck.add(ts)

    def adopt(self, found: Iterable[tuple[int, str]]) -> None:
        """Takes in messages (number, ts) that were found in Slack.

        The newest message of a part becomes its own; older ones are set aside.
        """
        known = {*self.posts, *self.aside, *self._before.values()}
        newest_first = sorted(found, key=lambda each: (len(each[1]), each[1]), reverse=True)
        for number, ts in sorted(newest_first, key=lambda each: each[0]):
            if ts in known:
                continue
            if number - len(self._kept) >= len(self._parts):
                self._parts.append(Posted(ts))
            else:
                self.aside.append(ts)
