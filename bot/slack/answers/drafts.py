"""One message of an answer as it should look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.rendering.layout.frame import Place
    from bot.slack.answers.blocks import Block


@dataclass(frozen=True, slots=True)
class Draft:
    """The blocks of one message, and the text for where blocks are not shown."""

    blocks: list[Block] = field(repr=False, default_factory=list)
    """All blocks; they begin with those of `answer`, if anything is said in it."""
    text: str = field(repr=False, default="")
    """For notifications and screen readers."""
    end: Place | None = None
    """How far in the answer it reaches; None when nothing of the answer is in it."""
    answer: list[Block] = field(repr=False, default_factory=list)
    """The blocks that show the answer, without what stands below it."""

    @property
    def is_rich(self) -> bool:
        """Whether it has a rich_text block."""
        return any(block["type"] == "rich_text" for block in self.blocks)
