"""Asking: retries before the first token, none after it, and every deadline on time."""

import asyncio

import pytest

from bot.core.types import Finish, FinishReason, Message, Opened, ReasoningDelta, TextDelta
from bot.engine.asking import Deadlines, ask
from bot.errors import (
    ConnectionLost,
    FirstTokenTimeout,
    ModelRateLimited,
    ModelStalled,
    ModelUnauthorized,
    ModelUnavailable,
    TurnTimeout,
)
from tests.fakes import ScriptModel

QUICK = Deadlines(first_token=0.2, silence=0.2, turn=0.6, retry_window=0.3, retry_pause=0.01)
DONE = Finish(FinishReason.STOP)
PROMPT = [Message("user", "why?")]


async def asked(*scripts, deadlines=QUICK):
    """The events that came, the error that ended it, and the model."""
    model, events, error = ScriptModel(*scripts), [], None
    try:
        async for event in ask(model, PROMPT, deadlines):
            events.append(event)  # noqa: PERF401 - what came before an error counts
    except Exception as raised:  # noqa: BLE001 - whatever it was
        error = raised
    return events, error, model


async def test_events_pass_as_they_come():
    script = [Opened(), ReasoningDelta("hm"), TextDelta("Hi"), DONE]

    events, error, _ = await asked(script)

    assert (events, error) == (script, None)


@pytest.mark.parametrize("broken", [ModelUnavailable(), ModelRateLimited(), ConnectionLost()])
async def test_before_the_first_token_it_asks_again_twice(broken):
    good = [TextDelta("Hi"), DONE]

    assert (await asked([broken], [Opened(), broken], good))[:2] == (good, None)
    _, error, model = await asked([broken], [broken], [broken], good)

    assert (error, len(model.prompts)) == (broken, 3)


async def test_what_cannot_help_is_not_tried_again():
    _, error, model = await asked([ModelUnauthorized()], [TextDelta("Hi"), DONE])

    assert (type(error), len(model.prompts)) == (ModelUnauthorized, 1)


async def test_a_retry_that_would_come_too_late_is_not_made():
    _, error, model = await asked([ModelRateLimited(retry_after=5)], [TextDelta("Hi"), DONE])

    assert (error.retry_after, len(model.prompts)) == (5, 1)


async def test_after_the_first_token_nothing_is_asked_again():
    events, error, model = await asked([TextDelta("Hi"), ConnectionLost()], [TextDelta("Hi"), DONE])

    assert events == [TextDelta("Hi")]
    assert (type(error), len(model.prompts)) == (ConnectionLost, 1)


async def test_an_empty_answer_is_asked_for_once_more():
    empty, good = [Opened(), DONE], [TextDelta("Hi"), DONE]

    assert (await asked(empty, good))[0] == good
    events, error, model = await asked(empty, empty, good)

    assert (events, error, len(model.prompts)) == (empty, None, 2)


async def test_a_filtered_answer_is_not_an_empty_one():
    filtered = [Opened(), Finish(FinishReason.CONTENT_FILTER)]

    assert (await asked(filtered, [TextDelta("Hi"), DONE]))[0] == filtered


@pytest.mark.parametrize(
    ("script", "expected", "after"),
    [
        ([Opened(), 9.0], FirstTokenTimeout, 0.2),
        ([Opened(), 0.15, Opened(), 9.0], FirstTokenTimeout, 0.2),
        ([TextDelta("a"), 9.0], ModelStalled, 0.2),
        ([TextDelta("a"), 0.1, Opened(), 9.0], ModelStalled, 0.2),
        ([TextDelta("a"), 0.05] * 40, TurnTimeout, 0.6),
    ],
    ids=["nothing", "a role is no token", "silence", "a role is no life", "drip"],
)
async def test_deadlines(script, expected, after):
    began = asyncio.get_running_loop().time()
    _, error, model = await asked(script)
    took = asyncio.get_running_loop().time() - began

    assert type(error) is expected
    assert after <= took < after + 1
    assert model.closed == 1


async def test_leaving_early_closes_the_stream():
    model = ScriptModel([TextDelta("a"), 9.0])
    events = ask(model, PROMPT, QUICK)
    await anext(events)
    await events.aclose()

    assert model.closed == 1
