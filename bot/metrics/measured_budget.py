"""Counts the calls of Slack's Web API: every one asks the budget before it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.core.ports import Budget
    from bot.core.types import Call
    from bot.metrics.figures import Figures


@dataclass(frozen=True, slots=True)
class MeasuredBudget:
    """Implements the Budget port by another budget."""

    budget: Budget
    figures: Figures

    async def acquire(self, call: Call) -> float:
        """As the other budget; counts what it has granted."""
        held = await self.budget.acquire(call)
        self.figures.calls.labels(call.bucket).inc()
        return held

    def refused(self, call: Call, retry_after: float) -> None:
        """As the other budget; counts the refusal."""
        self.figures.refusals.labels(call.bucket).inc()
        self.budget.refused(call, retry_after)
