"""Counts the requests to the model by how each ended."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.types import Finish
from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.core.ports import Model
    from bot.core.types import Message, StreamEvent
    from bot.metrics.figures import Figures

ANSWERED: Final = "answered"
LEFT: Final = "left"
"""Nobody waited for the end: the answer was stopped, or took too long."""


@dataclass(frozen=True, slots=True)
class MeasuredModel:
    """Implements the Model port by another model."""

    model: Model
    figures: Figures

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[StreamEvent, None]:
        """As the other model. The outcome is `ANSWERED`, `LEFT` or the kind of the error."""
        outcome = LEFT
        try:
            async with aclosing(self.model.stream(prompt)) as events:
                async for event in events:
                    if isinstance(event, Finish):
                        outcome = ANSWERED
                    yield event
        except BotError as error:
            outcome = error.kind
            raise
        finally:
            self.figures.requests.labels(outcome).inc()
