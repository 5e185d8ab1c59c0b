"""The truth of streams: whatever comes, cut wherever, only a finish_reason makes it complete.

Every fault of the catalogue that a body can have (F058-F080) stands in `FAULTS`, behind more than a
kilobyte of honest stream. Each is cut at every byte. The oracle knows nothing of our decoders: it
looks for the finish_reason among the bytes that came.
"""

import gc
import json
import re
from contextlib import aclosing, suppress
from functools import cache
from itertools import chain, repeat

import psutil
import pytest

from bot.core.types import Finish, FinishReason, Message, Opened, RefusalDelta, TextDelta
from bot.errors import (
    ConnectionLost,
    ContextTooLong,
    ModelError,
    ModelRateLimited,
    ModelUnavailable,
    QuotaExhausted,
    StreamError,
    StreamGarbled,
)
from bot.llm.chat_completions import OpenAIModel
from bot.llm.decoding import decoder_for
from tests.llm.endpoint import RESET, data, delta, error, head

STOP, LENGTH, FILTERED, TOOLS = (Finish(reason) for reason in FinishReason)
JSON = "application/json"
SSE = "text/event-stream"

GOOD = re.compile(rb'"finish_reason": "(stop|length|content_filter|tool_calls)"')
"""Faults spell reasons that must not count as `max_tokens`, which means the same to us."""

WORDS = ["It ", "is ", "晴れ ", "😀 ", "today, ", "or ", "so ", "it ", "says, ", "and ", "then "]
BEFORE = data(delta(role="assistant", content=""), *(delta(content=word) for word in WORDS))
MORE = data(delta(content="more "), delta(content="words."))
REASON = data(delta("stop"))
DONE = data("[DONE]")
USAGE = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 9}}
END = REASON + data(USAGE) + DONE
LATE = data({"choices": [{"index": 0, "delta": {"content": "no"}, "finish_reason": "max_tokens"}]})
OTHER = {"index": 1, "delta": {"content": "no"}, "finish_reason": "max_tokens"}
CHOICE = {"index": 0, "delta": {"content": "one"}, "finish_reason": None}
OLD_VLLM = {"object": "error", "message": "x", "type": "InternalServerError", "code": 500}


def between(*payloads):
    """These payloads in the midst of an honest stream."""
    return BEFORE + data(*payloads) + MORE + END


def call(**call):
    return delta(tool_calls=[{"index": 0, **call}])


def whole(**more):
    message = {"role": "assistant", "content": " ".join(WORDS * 8)}
    return json.dumps({"choices": [{"index": 0, "message": message, **more}], "x": "y" * 400})


FAULTS = {
    # How it ends
    "F064 clean end": (BEFORE + MORE, ConnectionLost),
    "F065 end within a line": (BEFORE + REASON[:30], ConnectionLost),
    "F065 end within a letter": (BEFORE + 'data: {"c": "晴'.encode()[:-1], ConnectionLost),
    "F065 no blank line after text": ((BEFORE + MORE)[:-2], ConnectionLost),
    "F065 no blank line after the reason": ((BEFORE + REASON)[:-2], STOP),
    "F065 no blank line after the end mark": ((BEFORE + END)[:-2], STOP),
    "F066 end mark without a reason": (BEFORE + DONE, ConnectionLost),
    "F066 reason without an end mark": (BEFORE + REASON, STOP),
    "F066 two reasons": (between(delta("length")), STOP),
    "F066 a reason on every chunk": (
        data(*(delta("stop", content=word) for word in WORDS * 3), delta("length")) + DONE,
        LENGTH,
    ),
    "F066 two end marks": (BEFORE + END + DONE, STOP),
    "F066 data after the end mark": (BEFORE + END + LATE + MORE, STOP),
    "F066 a reason only after the end mark": (BEFORE + DONE + LATE, ConnectionLost),
    "F066 garbage after the end mark": (BEFORE + END + b"\xff\x00<html>", STOP),
    "F066 text after the reason": (BEFORE + REASON + MORE + END, STOP),
    "F066 error after the reason": (BEFORE + REASON + data(error("x"), "[DONE]"), STOP),
    "F066 no JSON after the reason": (BEFORE + REASON + data("{oops") + DONE, STOP),
    "F066 no text after the reason": (BEFORE + REASON + b"data: \xff\n\n" + DONE, STOP),
    "F066 reason in the wrong place": (
        BEFORE + data({"choices": [{"delta": {"finish_reason": "max_tokens"}}]}) + DONE,
        ConnectionLost,
    ),
    "F066 reason within the text": (
        BEFORE + data(delta(content='"finish_reason": "stop"')) + DONE,
        ConnectionLost,
    ),
    "F066 reason in no word we know": (BEFORE + data(delta("abort")) + DONE, StreamError),
    "F066 reason that is an error": (BEFORE + data(delta("error")) + DONE, StreamError),
    "F066 reason that is no word": (BEFORE + data(delta(17)) + DONE, StreamError),
    "F066 empty reason": (BEFORE + data(delta("")) + DONE, ConnectionLost),
    "F067 length": (BEFORE + data(delta("length")) + DONE, LENGTH),
    "F068 content filter": (BEFORE + data(delta("content_filter")) + DONE, FILTERED),
    "F068 content filter at once": (data(delta("content_filter")) + DONE, FILTERED),
    "F068 refusal": (BEFORE + data(delta(refusal="I "), delta(refusal="can't.")) + END, STOP),
    "F068 refusal without an end": (BEFORE + data(delta(refusal="I ")), ConnectionLost),
    "F069 nothing said": (data(delta(role="assistant", content="")) + END, STOP),
    "F080 tool call": (
        BEFORE
        + data(
            call(id="c", function={"name": "f", "arguments": ""}),
            call(function={"arguments": '{"a": '}),
            call(function={"arguments": "1}"}),
            delta("tool_calls"),
        )
        + DONE,
        TOOLS,
    ),
    "F080 half a tool call": (
        BEFORE + data(call(id="c", function={"name": "f", "arguments": '{"a'})),
        ConnectionLost,
    ),
    # What is no stream
    "F070 page": (b"<!doctype html><p>Sign in</p>" * 60, StreamGarbled),
    "F070 page in lines": (b"<html>\n<p>Sign in</p>\n\n</html>\n" * 60, StreamGarbled),
    "F070 words": (b"upstream request timeout", StreamGarbled),
    "F070 nothing": (b"", ConnectionLost),
    "F070 blank lines": (b"\n" * 1500, ConnectionLost),
    "F070 JSON in the place of a stream": (whole(finish_reason="length"), LENGTH),
    "F070 JSON in lines, and an end mark": (
        json.dumps(json.loads(whole(finish_reason="stop")), indent=2).encode() + b"\n\n" + DONE,
        STOP,
    ),
    "F070 whole": (whole(finish_reason="stop"), STOP, JSON),
    "F070 whole, cut at a length": (whole(finish_reason="length"), LENGTH, JSON),
    "F070 whole without a reason": (whole(), ConnectionLost, JSON),
    "F070 whole with an unknown reason": (whole(finish_reason="abort"), StreamError, JSON),
    "F070 whole error": (json.dumps(error("x" * 900, code="server_error")), ModelUnavailable, JSON),
    "F070 whole without choices": (json.dumps({"pad": "x" * 900}), StreamGarbled, JSON),
    "F070 stream in the place of JSON": (BEFORE + END, STOP, JSON),
    "F070 stream in the place of a page": (BEFORE + END, STOP, "text/html"),
    # Errors within
    "F071 overloaded before a token": (data(error(type="overloaded")) + END, ModelUnavailable),
    "F071 overloaded after one": (between(error(type="overloaded_error")), ModelUnavailable),
    "F071 busy": (between(error(code="rate_limit_exceeded")), ModelRateLimited),
    "F071 no credit": (between(error(code="insufficient_quota")), QuotaExhausted),
    "F071 too long before a token": (data(error(code="context_length_exceeded")), ContextTooLong),
    "F071 too long after one": (between(error("maximum context length is 9")), ContextTooLong),
    "F071 unknown": (between(error("x", code="nope")), StreamError),
    "F071 just words": (between({"error": "something"}), StreamError),
    "F071 as old vLLM has it": (between(OLD_VLLM), ModelUnavailable),
    "F071 error in a field of its own": (
        BEFORE + b'error: {"type": "overloaded_error"}\n\n' + END,
        ModelUnavailable,
    ),
    "F071 error without a frame": (
        BEFORE + json.dumps(error(type="overloaded"), indent=1).encode() + b"\n\n" + END,
        ModelUnavailable,
    ),
    "F071 event: error": (
        BEFORE + b"event: error\n" + data(error(type="overloaded_error")) + END,
        ModelUnavailable,
    ),
    # Garbage within
    "F072 no JSON": (between("oops"), StreamGarbled),
    "F072 half JSON": (between('{"choices": ['), StreamGarbled),
    "F072 two in one": (between("{} {}"), StreamGarbled),
    "F072 number": (between("12"), StreamGarbled),
    "F072 huge number": (between('{"index": ' + "9" * 500 + "e}"), StreamGarbled),
    "F072 list": (between([1]), StreamGarbled),
    "F072 deep": (between("[" * 2000), StreamGarbled),
    "F072 choices is a number": (between({"choices": 1}), StreamGarbled),
    "F072 choice is a word": (between({"choices": ["x"]}), StreamGarbled),
    "F072 delta is a list": (between({"choices": [{"delta": []}]}), StreamGarbled),
    "F072 content is a number": (between(delta(content=1)), StreamGarbled),
    "F072 bad UTF-8": (BEFORE + b"data: \xff\xfe\n\n" + MORE + END, StreamGarbled),
    "F072 bad UTF-8 in the text": (
        BEFORE + data(delta(content="@")).replace(b"@", b"\xe6\x97") + MORE + END,
        StreamGarbled,
    ),
    "F072 split surrogate": (between(delta(content="\ud83d"), delta(content="\ude00")), STOP),
    "F072 NUL": (between(delta(content="a\0b")), STOP),
    "F072 bare NUL": (BEFORE + b'data: {"a": "\0"}\n\n' + END, StreamGarbled),
    "F072 events run into each other": (
        BEFORE + data(CHOICE)[:-1] + data(CHOICE) + END,
        StreamGarbled,
    ),
    # What is odd and yet honest
    "F061 only keep-alives": (b": ping\n\n" * 250, ConnectionLost),
    "F061 keep-alives between": (BEFORE + b": ping\n\n" * 20 + MORE + END, STOP),
    "F074 choices null": (between({"choices": None}), STOP),
    "F074 choices empty": (between({"choices": [], "prompt_filter_results": [{}]}), STOP),
    "F074 no choices": (between({}), STOP),
    "F074 null": (between("null"), STOP),
    "F074 another choice only": (BEFORE + data({"choices": [OTHER]}) + DONE, ConnectionLost),
    "F074 another choice beside": (between({"choices": [OTHER, CHOICE]}), STOP),
    "F074 another choice ends first": (between({"choices": [OTHER]}), STOP),
    "F074 delta null": (between({"choices": [{"index": 0, "delta": None}]}), STOP),
    "F074 no delta": (between({"choices": [{"index": 0}]}), STOP),
    "F074 role only": (data(delta(role="assistant")) * 12, ConnectionLost),
    "F074 usage only": (data(USAGE) * 12, ConnectionLost),
    "F074 usage between": (between(USAGE), STOP),
    "F074 odd usage": (between({"usage": {"prompt_tokens": "7"}}), STOP),
    "F074 thoughts only": (data(*[delta(reasoning="hm ")] * 12), ConnectionLost),
    "F074 text in parts": (between(delta(content=[{"type": "text", "text": "a"}])), STOP),
    "F074 CRLF": ((BEFORE + END).replace(b"\n", b"\r\n"), STOP),
    "F074 CR": ((BEFORE + END).replace(b"\n", b"\r"), STOP),
    "F074 BOM": (b"\xef\xbb\xbf" + BEFORE + END, STOP),
    "F074 an event in lines": ((BEFORE + END).replace(b', "delta"', b',\ndata: "delta"'), STOP),
    "F074 other fields": (BEFORE + b"id: 7\nretry: 9\nevent: message\n" + MORE + END, STOP),
}

cases = pytest.mark.parametrize("name", FAULTS)
PROMPT = [Message("user", "why?")]


def fault(name):
    body, end, kind = (*FAULTS[name], SSE)[:3]
    return (body if isinstance(body, bytes) else body.encode()), end, kind


def read(kind, pieces):
    """What the pieces say, in the order in which the client asks; the last is how it ended."""
    decoder, events = decoder_for({"content-type": kind}), []
    try:
        for piece in pieces:
            events += decoder.feed(piece)
        events += decoder.end()
        events.append(decoder.finish())
    except ModelError as error:
        events.append(type(error))
    return events


def cut(kind, came):
    """The same for one piece; most faults begin alike, and that is read once at each length."""
    return begun(kind, len(came)) if BEFORE.startswith(came) else read(kind, [came])


@cache
def begun(kind, length):
    return read(kind, [BEFORE[:length]])


def words(events):
    return "".join(event.text for event in events if isinstance(event, TextDelta | RefusalDelta))


def promised(came):
    """The good ends that these bytes allow: the last that they said.

    And the one before, as the event of the last may not have come whole.
    """
    return [Finish(FinishReason(word.decode())) for word in GOOD.findall(came)[-2:]]


def check(came, events, full):
    """Complete only when the reason was sent, and nothing said that the whole does not say.

    A half of a character is shown as such.
    """
    *said, end = events
    assert end in promised(came) or (isinstance(end, type) and issubclass(end, ModelError))
    assert full.startswith(words(said).removesuffix("\ufffd"))


def test_there_are_enough_of_them():
    """G08 wants forty faults, and two kilobytes."""
    assert len(FAULTS) >= 40
    assert sum(len(fault(name)[0]) for name in FAULTS) / len(FAULTS) > 1_000


@cases
def test_whole_in_pieces_and_byte_by_byte(name):
    """F061 F064 F065 F066 F067 F068 F069 F070 F071 F072 F074 F080: each ends as it should."""
    body, end, kind = fault(name)
    events = read(kind, [body])

    assert events[-1] == end
    for size in (1, 7, 64):
        pieces = (body[at : at + size] for at in range(0, len(body), size))
        assert read(kind, pieces) == events


@cases
def test_cut_at_every_byte(name):
    """F063 F064 F065 F066: never complete without its reason, never a raw exception."""
    body, _, kind = fault(name)
    full = words(read(kind, [body]))
    for at in range(len(body)):
        check(body[:at], cut(kind, body[:at]), full)


@cases
def test_once_the_reason_is_there_nothing_undoes_it(name):
    """F066: however little or much of what follows the client still sees."""
    body, end, kind = fault(name)
    if kind == SSE and isinstance(end, Finish) and "JSON in" not in name:
        *_, last = GOOD.finditer(body)
        cuts = range(last.end() + 4, len(body))
        assert all(read(kind, [body[:at]])[-1] == end for at in cuts)


async def collect(model):
    events = []
    try:
        async with aclosing(model.stream(PROMPT)) as stream:
            async for event in stream:
                events.append(event)  # noqa: PERF401 - what came before an error counts
    except ModelError as error:
        events.append(type(error))
    return events


@cases
async def test_through_the_real_client(endpoint, client, name):
    """F063 F064 F065: whole, and cut at some bytes by a FIN, a RST, and a length not kept."""
    body, end, kind = fault(name)
    model = OpenAIModel(client, model="m", silence=0.02)
    full = words(read(kind, [body]))
    endpoint.answer((head(kind=kind), body))
    assert (await collect(model))[-1] == end

    for at in range(len(body) * 2 // 3, len(body), len(body) // 5 + 1):
        for headers, last in (({}, b""), ({}, RESET), ({"Content_Length": len(body) + 9}, b"")):
            endpoint.answer((head(kind=kind, **headers), body[:at], last))
            events = await collect(model)
            check(body[:at], [e for e in events if not isinstance(e, Opened)], full)


# Memory


def grown(before):
    gc.collect()
    return (psutil.Process().memory_info().rss - before) / 2**20


def mebibytes(count, start=b"data: "):
    """Made as they are asked for, so that only the reader could keep them."""
    yield start
    for _ in range(count * 16):
        yield b"x" * 2**16


@pytest.mark.parametrize("kind", [SSE, JSON])
@pytest.mark.parametrize("start", [b"data: ", b"", b": ", b'{"choices": "'])
def test_a_line_of_300_megabytes_fails_at_its_cap(kind, start):
    """F073: after a mebibyte, and with no more than thirty of memory."""
    before = psutil.Process().memory_info().rss
    line = mebibytes(300, start)

    assert read(kind, line) == [StreamGarbled]
    assert sum(1 for _ in line) > 298 * 16
    assert grown(before) < 30


async def test_nor_does_it_through_the_real_client(endpoint, client):
    """F073: the client hangs up on it."""
    before = psutil.Process().memory_info().rss
    line = mebibytes(300)
    endpoint.answer(chain([head()], line))

    assert await collect(OpenAIModel(client, model="m")) == [Opened(), StreamGarbled]
    assert sum(1 for _ in line) > 250 * 16
    assert grown(before) < 30


TINY = {
    "text": data(delta(content="a")),
    "nothing": b"data: {}\n\n",
    "comments": b":\n\n",
    "lines": b"data:\n",
}


@pytest.mark.parametrize("name", TINY)
def test_very_many_tiny_events(name):
    """F073: there is a most of each of them, and until then they leave nothing behind."""
    before, decoder, text = psutil.Process().memory_info().rss, decoder_for({}), 0
    with suppress(StreamGarbled):
        for piece in repeat(TINY[name] * 500, 1000):
            text += sum(1 for _ in decoder.feed(piece))
        pytest.fail("it does not end")

    assert text == (200_000 if name == "text" else 0)
    assert grown(before) < 30
