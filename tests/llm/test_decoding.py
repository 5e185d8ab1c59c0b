import json

import pytest

from bot.core.types import Finish, FinishReason, ReasoningDelta, TextDelta, Usage
from bot.errors import ConnectionLost, StreamGarbled
from bot.llm.decoding import BODY_CAP, EMPTY_CAP, decoder_for
from tests.llm.endpoint import data, delta

STOP = Finish(FinishReason.STOP)
USAGE = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
WHOLE = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}


def decoder(kind="text/event-stream", **headers):
    return decoder_for({"content-type": kind} | headers)


KINDS = pytest.mark.parametrize(
    "kind", ["text/event-stream; charset=utf-8", "text/plain", "Application/JSON", "text/html", ""]
)


@KINDS
def test_a_stream_under_any_media_type(kind):
    answer = decoder(kind)

    assert list(answer.feed(data(delta(content="Hello")))) == [TextDelta("Hello")]


@KINDS
def test_an_answer_in_one_piece_under_any_media_type(kind):
    answer = decoder(kind)

    assert [*answer.feed(json.dumps(WHOLE).encode()), *answer.end()] == [TextDelta("Hello")]
    assert answer.finish() == STOP


@KINDS
def test_a_page_is_no_answer(kind):
    with pytest.raises(StreamGarbled):
        list(decoder(kind).feed(b"<html>\n"))


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "gzip, gzip", "identity, gzip", "x"])
def test_a_packed_body_is_no_answer(encoding):
    with pytest.raises(StreamGarbled):
        decoder(**{"content-encoding": encoding})


@pytest.mark.parametrize("encoding", ["", "identity", "Identity", "identity, identity"])
def test_a_body_that_is_said_not_to_be_packed(encoding):
    assert list(decoder(**{"content-encoding": encoding}).feed(data(delta(content="a"))))


def test_the_usage_comes_after_the_finish_reason():
    answer = decoder()

    assert list(answer.feed(data(delta("stop", content="a")))) == [TextDelta("a")]
    assert (answer.finished, answer.done) == (True, False)
    assert list(answer.feed(data(USAGE, "[DONE]"))) == [Usage(1, 2)]
    assert (answer.finished, answer.done) == (True, True)


def test_an_error_before_the_finish_reason_is_raised_after_what_came_before_it():
    answer = decoder()
    events = answer.feed(data(delta(content="a"), "no JSON"))

    assert next(events) == TextDelta("a")
    with pytest.raises(StreamGarbled):
        next(events)
    with pytest.raises(ConnectionLost):
        answer.finish()


def test_an_error_after_the_finish_reason_is_ignored():
    """The answer is complete by then, whatever else arrives."""
    answer = decoder()

    assert list(answer.feed(data(delta("stop", content="a"), "no JSON"))) == [TextDelta("a")]
    assert answer.finish() == STOP


def test_an_error_after_text_that_came_after_a_reason_is_raised():
    """There the reason says nothing about the end."""
    answer = decoder()
    stream = data(delta("stop", content="a"), delta("stop", content="b"), "no JSON")

    with pytest.raises(StreamGarbled):
        list(answer.feed(stream))


def test_reasoning_in_the_text():
    answer = decoder()
    stream = data(delta(content="<think>hm</th"), delta(content="ink>\n\nHello"))

    assert list(answer.feed(stream)) == [ReasoningDelta("hm"), TextDelta("Hello")]


def test_what_was_held_back_comes_at_the_end():
    answer = decoder()

    assert list(answer.feed(data(delta("stop", content="<thin")))) == []
    assert list(answer.end()) == [TextDelta("<thin")]


def test_an_event_without_its_blank_line_counts_at_the_end():
    answer = decoder()

    assert list(answer.feed(data(delta("stop", content="a"))[:-2])) == []
    assert list(answer.end()) == [TextDelta("a")]
    assert answer.finish() == STOP


PADDING = "x" * 50_000
"""Makes each payload large, so that the tests are quick."""
USAGE_AND_MORE = USAGE | {"padding": PADDING}
EMPTY = {
    "usage": data(USAGE_AND_MORE),
    "no choices": data({"choices": [], "padding": PADDING}),
    "role only": data(delta(role="assistant") | {"padding": PADDING}),
    "empty text": data(delta(content="", reasoning="") | {"padding": PADDING}),
    "another choice": data({"choices": [{"index": 1, "delta": {"content": PADDING}}]}),
    "comments": b": still here\n\n" * 4000,
    "blank lines": b"\n" * 50_000,
    "data of nothing": b"data:\n\n" * 8000,
    "other fields": b"id: 1\nevent: x\nretry: 5\n\n" * 2000,
}


def flood(answer, piece, most):
    """Feeds the same again and again, until the answer is over."""
    size = 0
    while not answer.done:
        assert size < 2 * most, "it does not end"
        size += len(piece)
        list(answer.feed(piece))


@pytest.mark.parametrize("what", EMPTY)
def test_what_has_no_content_does_not_go_on_for_ever(what):
    answer = decoder()
    list(answer.feed(data(delta(content="Hello"))))

    with pytest.raises(StreamGarbled, match="without content"):
        flood(answer, EMPTY[what], EMPTY_CAP)


@pytest.mark.parametrize("what", EMPTY)
def test_after_the_finish_reason_it_just_ends_the_answer(what):
    answer = decoder()
    list(answer.feed(data(delta("stop", content="Hello"))))

    flood(answer, EMPTY[what], EMPTY_CAP)
    assert answer.finish() == STOP


def test_content_begins_the_count_anew():
    """A long answer may have any number of empty chunks, and comments, in all."""
    answer = decoder()
    for _ in range(3):
        for _ in range(EMPTY_CAP // 60_000):
            list(answer.feed(EMPTY["role only"]))
        assert list(answer.feed(data(delta(content="a")))) == [TextDelta("a")]


@pytest.mark.parametrize(
    "what", [delta(reasoning=PADDING * 15), delta(tool_calls=[{"index": 0, "id": PADDING * 15}])]
)
def test_no_content_goes_on_for_ever(what):
    """Reasoning is not kept, so there is no other limit to it."""
    with pytest.raises(StreamGarbled, match=str(BODY_CAP)):
        flood(decoder(), data(what), BODY_CAP)
