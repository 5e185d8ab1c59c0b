"""What endpoints really sent, through the real client: `tests/field_cases` has the bytes.

Cases that lie beside the checkout are run, too.
"""

import asyncio
import json
from contextlib import aclosing

import pytest

from bot.core.breaker import Breaker, BreakerLimits
from bot.core.prompt import TokenScale
from bot.core.types import Finish, FinishReason, Message, TextDelta
from bot.engine.model_call import Deadlines, ask
from bot.errors import (
    ConnectionLost,
    ContextTooLong,
    ModelError,
    ModelNotFound,
    ModelPathUnknown,
    ModelRateLimited,
    ModelUnauthorized,
    ModelUnavailable,
    PromptFiltered,
    QuotaExhausted,
    StreamGarbled,
)
from bot.llm.chat_completions import OpenAIModel
from tests.cases import field_cases
from tests.llm.endpoint import data, delta, head

KINDS = {
    "too_long": ContextTooLong,
    "filtered": PromptFiltered,
    "quota": QuotaExhausted,
    "busy": ModelRateLimited,
    "key": ModelUnauthorized,
    "model": ModelNotFound,
    "path": ModelPathUnknown,
    "service": ModelUnavailable,
    "broken_off": ConnectionLost,
    "unreadable": StreamGarbled,
}
"""The words of the cases, and what people are told of."""

PROMPT = [Message("user", f"{number} " + "word " * 500) for number in range(10)]
DEADLINES = Deadlines(retry_pause=0.01)
STREAM_KEYS = {"id", "what", "today", "asked", "media_type", "steps", "expect"}
ERROR_KEYS = {"id", "what", "today", "status", "headers", "body", "expect"}


def scripts(case):
    """What each request gets: bytes, and seconds to wait."""
    body = case["body"]
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": "application/json"} | case.get("headers", {})
    kind = headers.pop("Content-Type")
    names = {name.replace("-", "_"): value for name, value in headers.items()}
    return (head(case["status"], kind, **names), text.encode())


async def asked(model, breaker=None):
    """The text of the answer and how it ended: a reason, or a class of error."""
    text, end = "", None
    try:
        async with aclosing(ask(model, PROMPT, DEADLINES, breaker, TokenScale())) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    text += event.text
                elif isinstance(event, Finish):
                    end = event.reason
    except ModelError as error:
        end = type(error)
    return text, end


def second(requests):
    """What the second request was, beside the first: `smaller`, `same` or `none`."""
    if len(requests) < 2:
        return "none"
    sizes = [len(json.dumps(request["messages"])) for request in requests[:2]]
    return "smaller" if sizes[1] < sizes[0] else "same"


@pytest.mark.parametrize("case", field_cases("endpoint-streams"))
async def test_what_comes_at_status_200(endpoint, client, case):
    assert case.keys() <= STREAM_KEYS
    steps = [step.get("wait", step.get("send", "").encode()) for step in case["steps"]]
    # From a file come no halves of characters, only their escapes, so UTF-8 has them all.
    endpoint.answer(*[(head(kind=case["media_type"]), *steps)] * 4)
    model = OpenAIModel(client, model="m", stream=case.get("asked") != "whole", silence=2.0)

    text, end = await asked(model)

    expected = dict(case["expect"])
    assert text == expected.pop("text")
    check_end(end, expected.pop("end"))
    if "second_request" in expected:
        assert second(endpoint.requests) == expected.pop("second_request")
    expected.pop("within", None)  # a test has a minute
    assert expected == {}


def check_end(end, word):
    if word == "failed":
        assert issubclass(end, ModelError)
    elif word.startswith("failed:"):
        assert issubclass(end, KINDS[word.removeprefix("failed:")])
    else:
        assert end is FinishReason(word)


def sequence_of(case):
    """What the requests get, in order; an answer of a gateway is a stream."""
    for entry in case["sequence"]:
        answer = entry.get("answer")
        chunks = data(delta(content=answer), delta("stop"), "[DONE]") if answer else b""
        script = (head(), chunks) if answer else scripts(entry)
        yield from [script] * entry.get("times", 1)


SEQUENCES = [case for case in field_cases("endpoint-errors") if "sequence" in case.values[0]]
SCALE = 0.1
"""Of the seconds that an endpoint is left alone, so that the test is soon over."""


@pytest.mark.parametrize("case", SEQUENCES)
async def test_an_endpoint_that_is_given_a_rest(endpoint, client, case):
    """One breaker for all questions; the last one is answered, after a rest if need be."""
    endpoint.answer(*sequence_of(case))
    model = OpenAIModel(client, model="m")
    breaker = Breaker(BreakerLimits(rest=BreakerLimits().rest * SCALE))
    first = case["sequence"][0]["times"]
    while len(endpoint.requests) < first:
        await asked(model, breaker)
    await asyncio.sleep(case["asked_after"] * SCALE)

    text, end = await asked(model, breaker)

    assert (text, end) == (case["expect"]["answer"], FinishReason.STOP)


REFUSALS = [case for case in field_cases("endpoint-errors") if "status" in case.values[0]]


@pytest.mark.parametrize("case", REFUSALS)
async def test_what_an_endpoint_refuses_with(endpoint, client, case):
    assert case.keys() <= ERROR_KEYS
    endpoint.answer(*[scripts(case)] * 4)

    _, end = await asked(OpenAIModel(client, model="m"))

    assert issubclass(end, KINDS[case["expect"]["kind"]])
    assert second(endpoint.requests) == case["expect"]["second_request"]
