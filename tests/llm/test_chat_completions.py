import asyncio
import json
import time
from contextlib import aclosing, asynccontextmanager, suppress

import pytest

from bot.core.types import (
    Finish,
    FinishReason,
    Message,
    Opened,
    RefusalDelta,
    TextDelta,
    Usage,
)
from bot.errors import (
    ConnectionLost,
    ContextTooLong,
    ModelError,
    ModelForbidden,
    ModelHostUnknown,
    ModelNotFound,
    ModelRateLimited,
    ModelRefusedConnection,
    ModelRejected,
    ModelTLSFailed,
    ModelUnauthorized,
    ModelUnavailable,
    ModelUnreachable,
    QuotaExhausted,
    StreamError,
    StreamGarbled,
)
from bot.llm.chat_completions import OpenAIModel
from bot.llm.client import make_client
from tests.impostor import KINDS, Impostor
from tests.llm.endpoint import HANG, HELLO, NEXT, RESET, data, delta, error, head, refusal

PROMPT = [Message("user", "Hi", "ann")]
STOP = Finish(FinishReason.STOP)
ANSWER = [Opened(), TextDelta("Hello"), STOP]
USAGE = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
WHOLE = {
    "choices": [{"index": 0, "message": {"content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2},
}


async def collect(model):
    """All events, the last being the error's class where it broke; only our errors count."""
    events = []
    try:
        async with aclosing(model.stream(PROMPT)) as stream:
            async for event in stream:
                events.append(event)  # noqa: PERF401 - what came before an error is kept
    except ModelError as error:
        events.append(type(error))
    return events


async def raised(model):
    with pytest.raises(ModelError) as caught:
        _ = [event async for event in model.stream(PROMPT)]
    return caught.value


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(endpoint, model, status):
    """The question goes to nobody but whom the operator has named."""
    endpoint.answer((head(status, Location=f"{endpoint.base_url}/elsewhere"),), HELLO)

    error = await raised(model)

    assert isinstance(error, StreamGarbled)
    assert "/elsewhere" in error.said
    assert len(endpoint.requests) == 1


async def test_an_answer(endpoint, model):
    endpoint.answer(HELLO)
    assert await collect(model) == ANSWER
    assert endpoint.requests == [
        {
            "model": "test-model",
            "messages": [{"role": "user", "content": "Hi", "name": "ann"}],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    assert endpoint.headers[0]["authorization"] == "bearer sk-made-up-key-0123456789"
    assert endpoint.headers[0]["accept-encoding"] == "identity"


async def test_opened_comes_with_the_head(endpoint, model):
    endpoint.answer((head(), HANG))
    async with aclosing(model.stream(PROMPT)) as stream:
        assert await anext(stream) == Opened()


async def test_options_are_passed_on_when_set(endpoint, client):
    options = {"temperature": 0.0, "max_tokens": 9, "reasoning_effort": "low", "top_p": None}
    endpoint.answer(HELLO)
    await collect(OpenAIModel(client, model="m", options=options))
    sent = endpoint.requests[0]
    assert {name: sent.get(name) for name in options} == options
    assert "top_p" not in sent


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (
            data(delta("stop", content="Hello"), USAGE, "[DONE]"),
            [TextDelta("Hello"), Usage(1, 2), STOP],
        ),
        (data(delta(content="Hello"), delta("stop")), [TextDelta("Hello"), STOP]),
        (
            data(delta(content="Hel"), delta("length"), "[DONE]"),
            [TextDelta("Hel"), Finish(FinishReason.LENGTH)],
        ),
        (data(delta("content_filter"), "[DONE]"), [Finish(FinishReason.CONTENT_FILTER)]),
        (data(delta(refusal="No."), delta("stop"), "[DONE]"), [RefusalDelta("No."), STOP]),
        (
            data(delta("stop", content="a"), delta("length"), "[DONE]", delta(content="b")),
            [TextDelta("a"), Finish(FinishReason.LENGTH)],
        ),
        (data(delta(content="a"), "[DONE]"), [TextDelta("a"), ConnectionLost]),
        (data(delta(content="a")), [TextDelta("a"), ConnectionLost]),
        (data(delta(content="a"))[:-2], [TextDelta("a"), ConnectionLost]),
        (data(delta("stop", content="a"))[:-2], [TextDelta("a"), STOP]),
        (data(delta(content="a"), delta("stop"))[:-9], [TextDelta("a"), ConnectionLost]),
        (b"", [ConnectionLost]),
        (data(delta(content="a"), error("x", code="nope")), [TextDelta("a"), StreamError]),
        (data(delta(content="a"), error(type="overloaded")), [TextDelta("a"), ModelUnavailable]),
        (data(error(code="context_length_exceeded")), [ContextTooLong]),
        (data(delta(content="a"), "no JSON"), [TextDelta("a"), StreamGarbled]),
        (data(delta(content="a")) + b"data: \xff\n\n", [TextDelta("a"), StreamGarbled]),
        (b"<html>Sign in</html>", [StreamGarbled]),
        (data(delta("stop", content="a")) + b"data: no JSON\n\n", [TextDelta("a"), STOP]),
        (data(delta(content="x" * 150_000), delta(content="y" * 150_000)), [..., StreamGarbled]),
    ],
)
async def test_how_a_stream_ends(endpoint, model, body, events):
    """F064 F065 F066 F067 F068 F070 F071 F072: through the real client."""
    endpoint.answer((head(), body))
    opened, *rest = await collect(model)
    assert opened == Opened()
    assert len(rest) == len(events)
    assert all(expected in (..., actual) for expected, actual in zip(events, rest, strict=True))


async def test_a_stream_in_small_pieces(endpoint, model):
    stream = b"".join(HELLO[1:])
    endpoint.answer((head(), *(step for byte in stream for step in (bytes([byte]), 0))))
    assert await collect(model) == ANSWER


async def test_the_usage_after_the_finish_reason_is_waited_for(endpoint, client):
    endpoint.answer((head(), data(delta("stop", content="Hello")), 0.1, data(USAGE), HANG))
    model = OpenAIModel(client, model="m", silence=0.3)
    assert await collect(model) == [Opened(), TextDelta("Hello"), Usage(1, 2), STOP]


async def test_text_after_a_finish_reason_is_kept(endpoint, client):
    """Each piece of it begins the silence anew."""
    chunks = (step for word in "abcde" for step in (data(delta("stop", content=word)), 0.15))
    endpoint.answer((head(), *chunks, HANG))
    events = await collect(OpenAIModel(client, model="m", silence=0.3))
    assert events == [Opened(), *map(TextDelta, "abcde"), STOP]


async def test_a_reset_after_text_that_came_after_a_reason(endpoint, model):
    """Nobody knows whether there was more."""
    words = (data(delta("stop", content="a")), data(delta("stop", content="b")))
    endpoint.answer((head(Content_Length=10_000), words[0], 0.05, words[1], 0.05, RESET))
    assert (await collect(model))[-1] is ConnectionLost


@pytest.mark.parametrize("what", [b": still here\n\n", data({"choices": []}), data(delta("stop"))])
async def test_but_not_for_long(endpoint, client, what):
    """What has no content does not make the answer longer."""
    endpoint.answer((head(), data(delta("stop", content="Hello")), *(what, 0.05) * 1000))
    started = time.monotonic()
    assert await collect(OpenAIModel(client, model="m", silence=0.2)) == ANSWER
    assert time.monotonic() - started < 20


async def test_endless_usage_ends(endpoint, model):
    """At a cap, long before any deadline."""
    usage = data(USAGE | {"padding": "x" * 50_000})
    endpoint.answer((head(), *(usage,) * 400, HANG))
    *events, last = await collect(model)
    assert last is StreamGarbled
    assert len(events) < 200


async def test_endless_usage_after_the_finish_reason_ends_the_answer(endpoint, model):
    usage = data(USAGE | {"padding": "x" * 50_000})
    endpoint.answer((head(), data(delta("stop", content="Hello")), *(usage,) * 400, HANG))
    events = await collect(model)
    assert [event for event in events if event != Usage(1, 2)] == ANSWER


async def test_finish_does_not_wait_for_the_body_after_done(endpoint, model):
    endpoint.answer((*HELLO, HANG))
    async with aclosing(model.stream(PROMPT)) as stream:
        started = time.monotonic()
        assert [await anext(stream) for _ in range(3)] == ANSWER
        assert time.monotonic() - started < 20


async def test_a_reset_after_the_finish_reason_does_no_harm(endpoint, model):
    endpoint.answer((head(), data(delta("stop", content="Hello")), 0.05, RESET))
    assert await collect(model) == ANSWER


@pytest.mark.parametrize("framing", [{}, {"Content_Length": 10_000}])
async def test_a_reset_keeps_what_came_before(endpoint, model, framing):
    """F063: in either framing."""
    endpoint.answer((head(**framing), data(delta(content="a")), 0.05, RESET))
    assert await collect(model) == [Opened(), TextDelta("a"), ConnectionLost]


async def test_a_body_shorter_than_promised(endpoint, model):
    """F063: a FIN where more was promised."""
    endpoint.answer((head(Content_Length=10_000), data(delta(content="a"))))
    assert await collect(model) == [Opened(), TextDelta("a"), ConnectionLost]


async def test_a_broken_chunked_body(endpoint, model):
    endpoint.answer((head(Transfer_Encoding="chunked"), b"zz\r\nwhat\r\n"))
    assert (await collect(model))[-1] in (ConnectionLost, StreamGarbled)


async def test_leaving_early_closes_the_connection(endpoint, model):
    endpoint.answer((head(), data(delta(content="a")), HANG))
    async with aclosing(model.stream(PROMPT)) as stream:
        async for event in stream:
            if isinstance(event, TextDelta):
                break
    async with asyncio.timeout(20):
        await endpoint.left.wait()


@pytest.mark.parametrize("script", [(HANG,), (head(), HANG), (head(500), b"{", HANG)])
async def test_cancelling_closes_the_connection(endpoint, model, script):
    """Before the head, in the stream, and while the body of an error is read."""
    endpoint.answer(script)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await collect(model)
    async with asyncio.timeout(20):
        await endpoint.left.wait()


async def test_connections_are_kept(endpoint, model):
    """A body that ends soon after its end mark leaves its connection to the next question."""
    body = HELLO[1]
    kept = head(Content_Length=len(body) + 1).replace(b"Connection: close\r\n", b"")
    endpoint.answer((kept, body, 0.02, b"\n", NEXT, kept, body, b"\n"))
    assert await collect(model) == ANSWER
    assert await collect(model) == ANSWER
    assert len(endpoint.requests) == 2


async def test_not_streamed(endpoint, client):
    endpoint.answer((head(kind="application/json"), str_json(WHOLE)))
    model = OpenAIModel(client, model="m", stream=False)
    assert await collect(model) == [Opened(), TextDelta("Hello"), Usage(1, 2), STOP]
    assert endpoint.requests[0].keys() == {"model", "messages"}


async def test_an_endpoint_that_ignores_stream(endpoint, model):
    endpoint.answer((head(kind="application/json; charset=utf-8"), str_json(WHOLE)))
    assert await collect(model) == [Opened(), TextDelta("Hello"), Usage(1, 2), STOP]


@pytest.mark.parametrize(
    ("kind", "body", "end"),
    [
        ("text/html", b"<html>", StreamGarbled),
        ("text/plain", b"hello", StreamGarbled),
        ("application/json", b"{}", StreamGarbled),
        ("application/json", b'{"choices"', StreamGarbled),
        ("application/json", b"", ConnectionLost),
        ("application/json", b'{"error": {"code": "insufficient_quota"}}', QuotaExhausted),
        ("application/json", b'{"choices": [{"message": {}}]}', ConnectionLost),
        (None, b"", ConnectionLost),
    ],
)
async def test_a_200_that_is_no_stream(endpoint, model, kind, body, end):
    """F070: never complete."""
    endpoint.answer((head(kind=kind), body))
    assert (await collect(model))[-1] is end


async def test_a_stream_without_its_media_type(endpoint, model):
    endpoint.answer((head(kind=None), *HELLO[1:]))
    assert await collect(model) == ANSWER


async def test_a_compressed_body_is_not_unpacked(endpoint, model):
    """F073: so no bomb goes off."""
    endpoint.answer((head(Content_Encoding="gzip"), b"\x1f\x8b"))
    assert await collect(model) == [StreamGarbled]


async def test_an_endless_line_is_cut_short(endpoint, model):
    """F073: on the way."""
    endpoint.answer((head(), b"data: ", *(b"x" * 65536,) * 64))
    started = time.monotonic()
    assert await collect(model) == [Opened(), StreamGarbled]
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, error(param="messages"), ModelRejected),
        (400, error(code="context_length_exceeded", param="messages"), ContextTooLong),
        (401, error(code="invalid_api_key"), ModelUnauthorized),
        (403, error(), ModelForbidden),
        (404, error(code="model_not_found"), ModelNotFound),
        (429, error(code="rate_limit_exceeded"), ModelRateLimited),
        (429, error(code="insufficient_quota"), QuotaExhausted),
        (500, error(), ModelUnavailable),
        (503, {"detail": "overloaded"}, ModelUnavailable),
    ],
)
async def test_a_refusal_has_its_class_and_is_not_repeated(endpoint, model, status, body, kind):
    """F075 F076 F077 F078: the client itself retries nothing."""
    endpoint.answer(refusal(status, body))
    assert await collect(model) == [kind]
    assert len(endpoint.requests) == 1


async def test_retry_after_is_told(endpoint, model):
    """F075: to whoever asked."""
    endpoint.answer(refusal(429, Retry_After="7"))
    assert (await raised(model)).retry_after == 7


async def test_the_key_is_nowhere_in_the_error(endpoint, model):
    """F077: not even where the endpoint echoes it."""
    key = "sk-made-up-key-0123456789"
    endpoint.answer(refusal(401, error(f"Incorrect API key provided: {key}.", code=key)))
    found = await raised(model)
    assert key not in str(found)
    assert "status=401" in str(found)
    assert found.__cause__ is None


@pytest.mark.parametrize("script", [(RESET,), ()])
async def test_a_connection_that_ends_before_the_head(endpoint, model, script):
    endpoint.answer(script)
    assert await collect(model) == [ConnectionLost]


async def test_a_head_that_is_no_http(endpoint, model):
    endpoint.answer((b"SSH-2.0-OpenSSH_9.6\r\n\r\n",))
    assert await collect(model) == [StreamGarbled]


@pytest.mark.parametrize(
    ("base_url", "error"),
    [
        ("http://127.0.0.1:1/v1", ModelRefusedConnection),
        ("http://no-such-host.invalid/v1", ModelHostUnknown),
        ("ftp://x/v1", ModelUnreachable),
        ("nonsense", ModelUnreachable),
        ("http://", ModelUnreachable),
    ],
)
async def test_nobody_there(base_url, error):
    """F058: refused, unknown, or no address at all."""
    client = make_client("key", base_url)
    assert await collect(OpenAIModel(client, model="m")) == [error]
    await client.close()


@asynccontextmanager
async def listening(hello):
    """A port that says `hello` to the one who comes, and nothing more; its https URL."""
    gone = asyncio.Event()

    async def serve(reader, writer):
        writer.write(hello)
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        gone.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"https://{host}:{port}/v1"
        await gone.wait()


@pytest.mark.parametrize(
    ("hello", "error"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", ModelTLSFailed), (b"", ModelUnreachable)],
)
async def test_tls_where_none_is_spoken(hello, error):
    """F058: the handshake counts as connecting, and has its limit."""
    async with listening(hello) as url:
        client = make_client("key", url, connect_timeout=0.3)
        started = time.monotonic()
        assert await collect(OpenAIModel(client, model="m")) == [error]
        assert time.monotonic() - started < 20
        await client.close()


async def test_a_key_that_no_header_can_carry(endpoint):
    client = make_client("ключ", endpoint.base_url)
    found = await raised(OpenAIModel(client, model="m"))
    assert isinstance(found, ModelRejected)
    assert "ключ" not in str(found)
    await client.close()


async def test_a_refused_parameter_is_left_out_and_remembered(endpoint, model):
    """F077: a bad parameter need not end the question."""
    endpoint.answer(refusal(400, error(param="stream_options")), HELLO, HELLO)
    assert await collect(model) == ANSWER
    assert await collect(model) == ANSWER
    assert ["stream_options" in body for body in endpoint.requests] == [True, False, False]


async def test_a_limit_goes_under_its_other_name(endpoint, client):
    endpoint.answer(refusal(400, error(param="max_tokens")), HELLO)
    assert await collect(OpenAIModel(client, model="m", options={"max_tokens": 9})) == ANSWER
    assert "max_tokens" not in endpoint.requests[1]
    assert endpoint.requests[1]["max_completion_tokens"] == 9


async def test_several_refused_parameters(endpoint, client):
    names = ["temperature", "stream_options", "top_p"]
    endpoint.answer(*(refusal(400, error(param=name)) for name in names), HELLO)
    model = OpenAIModel(client, model="m", options={"temperature": 1, "top_p": 1})
    assert await collect(model) == ANSWER


async def test_an_endpoint_that_refuses_to_stream(endpoint, model):
    whole = (head(kind="application/json"), str_json(WHOLE))
    endpoint.answer(refusal(400, error(param="stream")), whole)
    assert (await collect(model))[-1] == STOP
    assert not endpoint.requests[1].get("stream")


async def test_what_did_not_help_is_not_remembered(endpoint, model):
    bad = refusal(400, error(param="stream_options"))
    endpoint.answer(bad, bad, HELLO)
    assert await collect(model) == [ModelRejected]
    assert await collect(model) == ANSWER
    assert ["stream_options" in body for body in endpoint.requests] == [True, False, True]


def str_json(value):
    return json.dumps(value).encode()


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_no_endpoint(kind):
    """Whatever answers is an error of ours, or the silence that the engine's deadlines end."""
    async with (
        Impostor(KINDS[kind]) as impostor,
        make_client("key", f"{impostor.url}/v1") as client,
    ):
        with pytest.raises((ModelError, TimeoutError)):
            async with asyncio.timeout(0.4), aclosing(_stream(client)) as events:
                _ = [event async for event in events]


def _stream(client):
    return OpenAIModel(client, model="m").stream(PROMPT)
