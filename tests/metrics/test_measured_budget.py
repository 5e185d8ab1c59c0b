"""Calls and refusals are counted by method."""

from bot.core.types import Call, CallKind, Effect
from bot.metrics.figures import Figures
from bot.metrics.measured_budget import MeasuredBudget
from tests.fakes import Free
from tests.metrics.reading import value

EDIT = Call(Effect.EDIT, CallKind.MORE, "chat.update", "T1", "C1", "1.0")


async def test_calls_and_refusals_are_counted_and_passed_on():
    inner, figures = Free(), Figures()
    budget = MeasuredBudget(inner, figures)
    await budget.acquire(EDIT)
    await budget.acquire(EDIT)
    budget.refused(EDIT, 3.0)

    assert value(figures, "bot_slack_calls_total", method="chat.update") == 2
    assert value(figures, "bot_slack_refusals_total", method="chat.update") == 1
    assert inner.refusals == [3.0]
