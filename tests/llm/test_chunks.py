import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.types import (
    Finish,
    FinishReason,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    ToolCallDelta,
    Usage,
)
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
from bot.llm.chunks import CALLS_CAP, LIST_CAP, MOST_TOKENS, TEXT_CAP, ChunkDecoder
from bot.llm.sse import BodyDecoder
from tests.llm.endpoint import data, delta


def said(*chunks, decoder=None):
    decoder = decoder or ChunkDecoder()
    payloads = [chunk if isinstance(chunk, str) else json.dumps(chunk) for chunk in chunks]
    return [event for payload in payloads for event in decoder.decode(payload)]


def ending(reason):
    decoder = ChunkDecoder()
    said(delta(reason), decoder=decoder)
    return decoder.finish()


def call(**call):
    return delta(tool_calls=[call])


@pytest.mark.parametrize(
    ("chunk", "events"),
    [
        (delta(role="assistant", content=""), []),
        (delta(content=None), []),
        (delta(content="a"), [TextDelta("a")]),
        (delta("stop", content="a"), [TextDelta("a")]),
        (delta(refusal="no"), [RefusalDelta("no")]),
        (delta(reasoning_content="hm"), [ReasoningDelta("hm")]),
        (delta(reasoning="hm"), [ReasoningDelta("hm")]),
        (delta(reasoning="hm", reasoning_content="hm"), [ReasoningDelta("hm")]),
        (delta(reasoning="hm", content="a"), [ReasoningDelta("hm"), TextDelta("a")]),
        (delta(content=[{"type": "text", "text": "a"}, {"type": "image"}]), [TextDelta("a")]),
        (delta(content="a\0b"), [TextDelta("a�b")]),
        (delta(content="a\ud83db"), [TextDelta("a�b")]),
        (delta(content="😀"), [TextDelta("😀")]),
        ({"choices": None}, []),
        ({"choices": []}, []),
        ({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}, []),
        ({"choices": [{"index": 1, "delta": {"content": "b"}, "finish_reason": "stop"}]}, []),
        ({"choices": [{"delta": None}]}, []),
        ({"choices": [{"delta": {"content": "a"}}]}, [TextDelta("a")]),
        ({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}, [Usage(1, 2)]),
        ({"choices": [], "usage": {"total_tokens": 3}}, []),
        *(
            ({"choices": [], "usage": {"prompt_tokens": a, "completion_tokens": b}}, [])
            for odd in (10**400, MOST_TOKENS + 1, -1, True, 1.5, 1e300, "5", None, [], float("inf"))
            for a, b in ((odd, 1), (1, odd))
        ),
        ({}, []),
        (
            call(index=0, id="x", function={"name": "f", "arguments": ""}),
            [ToolCallDelta(0, "x", "f", "")],
        ),
        (call(index=1, function={"arguments": '{"a"'}), [ToolCallDelta(1, None, None, '{"a"')]),
        (call(id="x", function=None), [ToolCallDelta(0, "x", None, "")]),
    ],
)
def test_what_a_chunk_says(chunk, events):
    """F072 F074 F080: odd but honest ones too; what no text may carry is replaced."""
    assert said(chunk) == events


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("content_filter", FinishReason.CONTENT_FILTER),
        ("tool_calls", FinishReason.TOOL_CALLS),
        ("function_call", FinishReason.TOOL_CALLS),
        ("MAX_TOKENS", FinishReason.LENGTH),
    ],
)
def test_finish_reasons_end_differently(word, reason):
    assert ending(word) == Finish(reason)


@pytest.mark.parametrize("word", [None, ""])
def test_without_a_finish_reason_it_is_lost(word):
    """F064: an end is not proof."""
    with pytest.raises(ConnectionLost):
        ending(word)


@pytest.mark.parametrize("word", ["error", "abort", "insufficient_system_resource"])
def test_a_reason_that_is_no_good_end(word):
    with pytest.raises(StreamError, match=word):
        ending(word)


def test_the_last_finish_reason_counts():
    """F066: some gateways write one on every chunk."""
    decoder = ChunkDecoder()
    said(delta("stop", content="a"), delta("length"), delta(), decoder=decoder)
    assert decoder.finish() == Finish(FinishReason.LENGTH)
    assert not decoder.overtaken


def test_text_may_come_after_a_finish_reason():
    decoder = ChunkDecoder()
    events = said(delta("stop", content="a"), delta("stop", content="b"), decoder=decoder)
    assert events == [TextDelta("a"), TextDelta("b")]
    assert decoder.overtaken


HALVES = "\ud83d\ude00"


@pytest.mark.parametrize("field", ["content", "reasoning", "refusal"])
def test_halves_of_a_character_are_joined(field):
    """JSON may cut a surrogate pair in two, each half in a delta of its own."""
    first, second = HALVES
    decoder = ChunkDecoder()
    chunks = [delta(**{field: "a" + first}), delta(role="x"), delta(**{field: second + "b"})]
    events = said(*chunks, decoder=decoder) + decoder.end()
    assert [event.text for event in events] == ["a", "😀b"]


def test_a_half_without_its_other_is_replaced():
    first, second = HALVES
    decoder = ChunkDecoder()
    chunks = [delta(content="a" + first), delta(content="b" + second), delta(content=first)]
    events = said(*chunks, decoder=decoder) + decoder.end()
    assert [event.text for event in events] == ["a", "�b�", "�"]


@pytest.mark.parametrize("thoughts", ["hm", [{"type": "text", "text": "hm"}]])
def test_thinking_parts_are_reasoning(thoughts):
    """As Mistral and fronts of Anthropic send them."""
    thinking = {"type": "thinking", "thinking": thoughts}
    events = said(delta(content=[thinking, {"type": "text", "text": "a"}]))
    assert events == [ReasoningDelta("hm"), TextDelta("a")]


def test_nothing_counts_after_the_end_mark():
    """F066: neither text nor garbage."""
    assert said(delta(content="a"), "[DONE]", delta(content="b"), "garbage") == [TextDelta("a")]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": "rate_limit_exceeded"}, ModelRateLimited),
        ({"type": "rate_limit_error", "code": None}, ModelRateLimited),
        ({"type": "overloaded_error"}, ModelUnavailable),
        ({"type": "server_error", "message": "The server had an error"}, ModelUnavailable),
        ({"code": "context_length_exceeded"}, ContextTooLong),
        ({"message": "This model's maximum context length is 10"}, ContextTooLong),
        ({"code": "insufficient_quota"}, QuotaExhausted),
        ({"code": 429}, ModelRateLimited),
        ({"code": "502"}, ModelUnavailable),
        ({"message": "something else"}, StreamError),
        ({"type": "invalid_request_error"}, StreamError),
        ("just words", StreamError),
        ([1], StreamError),
    ],
)
def test_an_error_in_the_stream(error, kind):
    """F071: by code, by type, by its words."""
    with pytest.raises(ModelError) as caught:
        said({"error": error})
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "document",
    [
        {"object": "error", "message": "x", "type": "InternalServerError", "code": 500},
        {"code": "502", "message": "x", "request_id": "1"},
        {"errors": {"code": 503}},
        {"detail": {"code": 503}},
    ],
)
def test_an_error_in_place_of_a_chunk(document):
    """As old vLLM, DashScope, and fronts of other sorts have it."""
    with pytest.raises(ModelUnavailable):
        said(document)


def test_an_error_in_a_list():
    """As Gemini has it."""
    with pytest.raises(ModelUnavailable):
        said([{"error": {"code": 503, "status": "UNAVAILABLE"}}])


@pytest.mark.parametrize(
    "payload",
    [
        "{",
        "12",
        "[1]",
        '"text"',
        "[" * 100_000,
        '{"choices": 1}',
        '{"choices": [1]}',
        '{"choices": [{"delta": []}]}',
        '{"choices": [{"delta": {"content": 1}}]}',
        '{"choices": [{"delta": {"tool_calls": [1]}}]}',
    ],
)
def test_garbage(payload):
    with pytest.raises(StreamGarbled):
        said(payload)


def test_the_answer_is_bounded():
    """F073: at 200,000 characters."""
    half = delta(content="x" * (TEXT_CAP // 2))
    with pytest.raises(StreamGarbled):
        said(half, half, delta(content="x"))


def test_tool_calls_are_bounded():
    """F080: sixty-four different ones."""
    calls = [call(index=index, function={"arguments": "{}"}) for index in range(CALLS_CAP)]
    decoder = ChunkDecoder()
    assert len(said(*calls, *calls, decoder=decoder)) == 2 * CALLS_CAP
    with pytest.raises(StreamGarbled):
        said(call(index=CALLS_CAP), decoder=decoder)


@pytest.mark.parametrize(
    "make",
    [
        lambda count: json.dumps([{}] * count),
        lambda count: {"choices": [{}] * count},
        lambda count: delta(content=[{}] * count),
        lambda count: delta(tool_calls=[{}] * count),
    ],
)
def test_what_is_read_in_one_go_is_bounded(make):
    """A list of a megabyte would keep the loop for a third of a second."""
    said(make(CALLS_CAP))
    with pytest.raises(StreamGarbled):
        said(make(LIST_CAP + 1))


def test_a_whole_answer():
    message = {"role": "assistant", "content": "Hello", "refusal": None, "reasoning": "hm"}
    usage = {"prompt_tokens": 1, "completion_tokens": 2}
    decoder = ChunkDecoder()
    events = said(
        {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage},
        decoder=decoder,
    )
    assert events == [TextDelta("Hello"), ReasoningDelta("hm"), Usage(1, 2)]
    assert decoder.finish() == Finish(FinishReason.STOP)


def test_a_message_in_a_stream():
    """Some endpoints say `message` where a delta belongs; an empty delta beside it is none."""
    chunk = {"choices": [{"delta": {}, "message": {"content": "a"}}]}
    assert said(chunk) == [TextDelta("a")]


def test_an_answer_needs_choices():
    decoder = ChunkDecoder()
    said({"object": "list"}, decoder=decoder)
    with pytest.raises(StreamGarbled):
        decoder.finish()


WORDS = ["It", " is", " 晴れ", " 😀", " today,", " so", " says", " the", " model."]
STREAM = b": hi\n\n" + data(
    delta(role="assistant", content=""),
    {"choices": []},
    delta(reasoning_content="考える"),
    *(
        delta(content=word)
        for word in ["It", "is", "晴れ", "😀", "today,", "so", "says", "the", "model."]
    ),
    call(index=0, id="c1", function={"name": "f", "arguments": "{}"}),
    *(delta(content="word " * 3) for _ in range(8)),
    delta("stop", content="."),
    {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 9}},
    "[DONE]",
)


def outcome(*pieces):
    """All events until the end, the last being the error's class where it broke."""
    body, chunks, events = BodyDecoder(), ChunkDecoder(), []
    try:
        for piece in pieces:
            for payload in body.feed(piece):
                events += chunks.decode(payload)
        for payload in body.finish():
            events += chunks.decode(payload)
        events.append(chunks.finish())
    except ModelError as error:
        events.append(type(error))
    return events


def test_cut_anywhere_it_breaks_in_our_own_words():
    """F064 F065: no raw exception, and no Finish before the finish_reason was there."""
    whole = outcome(STREAM)
    reason_at = STREAM.index(b'"stop"')
    assert whole[-1] == Finish(FinishReason.STOP)
    for at in range(len(STREAM)):
        events = outcome(STREAM[:at])
        assert whole[: len(events) - 1] == events[:-1]
        assert events[-1] is ConnectionLost or at > reason_at


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_any_cutting_gives_the_same_events(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[start:end] for start, end in pairwise(edges)]
    assert outcome(*pieces) == outcome(STREAM)


def test_byte_by_byte_gives_the_same_events():
    assert outcome(*(bytes([byte]) for byte in STREAM)) == outcome(STREAM)


keys = st.sampled_from(
    [
        *("choices", "index", "delta", "content", "finish_reason", "usage", "error", "object"),
        *("tool_calls", "function", "code", "arguments", "prompt_tokens", "completion_tokens"),
        *("message", "reasoning", "refusal", "id", "name"),
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=40)
@given(st.lists(st.dictionaries(keys, json_values)))
def test_any_json_breaks_in_our_own_words(chunks):
    outcome(data(*chunks, "[DONE]"))


@given(st.lists(st.binary()))
def test_any_bytes_break_in_our_own_words(pieces):
    outcome(*pieces)
    outcome(b"data: ", *pieces, b"\n\n")
