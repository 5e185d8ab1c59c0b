"""The newest messages of a conversation, as many as a prompt has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.prompt import raw_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.types import Message
    from bot.transcript.allowance import Allowance

IN_ALL: Final = 1_000_000
"""Characters, as Slack sends them, from which the messages for one question are made."""

IN_ALL_PER_TOKEN: Final = 16
"""The same for each token of the prompt, where the model takes long ones."""


class NewestMessages:
    """Messages that were read, newest first, and how many older ones were not."""

    def __init__(self, count: int, tokens: int) -> None:
        """For a conversation of `count` messages, and a prompt of so many tokens."""
        self.messages: list[Message] = []
        self.older = count
        """How many messages have not been read."""
        self.answered = False
        """Whether one of those is ours."""
        self.cut: set[str] = set()
        """The messages (ts) of which only a part was read."""
        self._tokens = tokens
        self._characters = max(IN_ALL, tokens * IN_ALL_PER_TOKEN)

    def add(self, message: Message, allowances: Iterable[Allowance], parts: Sequence[str]) -> None:
        """The next older message, with what was read of each of its `parts` (ts)."""
        self.older -= 1
        for ts, allowance in zip(parts, allowances, strict=True):
            self.cut |= {ts} if allowance.has_cut else set()
            self._characters -= allowance.used
        if message.text:
            self.messages.append(message)
            self._tokens -= raw_count([message])

    @property
    def has_room(self) -> bool:
        """Whether an older message may still fit."""
        return self.has_room_in_prompt and self._characters >= 0

    @property
    def has_room_in_prompt(self) -> bool:
        """Whether the prompt has room, though the messages may have been too large to go on."""
        return self._tokens >= 0
