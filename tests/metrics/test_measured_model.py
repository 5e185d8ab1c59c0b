"""Requests are counted by how they ended, and pass unchanged."""

from contextlib import aclosing

import pytest

from bot.core.types import Finish, FinishReason, TextDelta
from bot.errors import ModelUnavailable
from bot.metrics.figures import Figures
from bot.metrics.measured_model import MeasuredModel
from tests.fakes import ScriptModel
from tests.metrics.reading import value

SCRIPT = [TextDelta("Be"), Finish(FinishReason.STOP)]


async def outcome(script, *, leave=False):
    figures, inner = Figures(), ScriptModel(script)
    events, error = [], None
    try:
        async with aclosing(MeasuredModel(inner, figures).stream([])) as stream:
            async for event in stream:
                events.append(event)
                if leave:
                    break
    except ModelUnavailable as raised:
        error = raised
    counted = {
        kind: value(figures, "bot_model_requests_total", outcome=kind)
        for kind in ("answered", "left", ModelUnavailable.kind)
    }
    assert inner.closed == 1
    return events, error, {kind for kind, count in counted.items() if count == 1}


@pytest.mark.parametrize(
    ("script", "leave", "counted"),
    [
        (SCRIPT, False, {"answered"}),
        (SCRIPT, True, {"left"}),
        ([TextDelta("Be"), ModelUnavailable()], False, {ModelUnavailable.kind}),
    ],
)
async def test_each_request_is_counted_once(script, leave, counted):
    events, error, found = await outcome(script, leave=leave)

    assert events == [step for step in script if not isinstance(step, Exception)][: len(events)]
    assert (error in script) is (ModelUnavailable.kind in counted)
    assert found == counted
