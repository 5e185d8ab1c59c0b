import json

import pytest

from bot.core.types import Finish, FinishReason, TextDelta, Usage
from bot.errors import ConnectionLost, StreamGarbled
from bot.llm.decoding import decoder_for
from tests.llm.endpoint import data, delta

STOP = Finish(FinishReason.STOP)
USAGE = {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
WHOLE = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}


def decoder(kind="text/event-stream", **headers):
    return decoder_for({"content-type": kind} | headers)


@pytest.mark.parametrize(
    "kind", ["text/event-stream", "text/event-stream; charset=utf-8", "text/plain", ""]
)
def test_a_stream_is_expected_unless_the_media_type_says_otherwise(kind):
    answer = decoder(kind)

    assert list(answer.feed(data(delta(content="Hello")))) == [TextDelta("Hello")]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8"])
def test_a_json_body_is_an_answer_in_one_piece(kind):
    answer = decoder(kind)

    assert list(answer.feed(json.dumps(WHOLE).encode())) == []
    assert list(answer.end()) == [TextDelta("Hello")]
    assert answer.finish() == STOP


@pytest.mark.parametrize("kind", ["text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml"])
def test_a_page_is_no_answer(kind):
    with pytest.raises(StreamGarbled):
        decoder(kind)


def test_a_compressed_body_is_no_answer():
    with pytest.raises(StreamGarbled):
        decoder(**{"content-encoding": "gzip"})


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


def test_an_event_without_its_blank_line_counts_at_the_end():
    answer = decoder()

    assert list(answer.feed(data(delta("stop", content="a"))[:-2])) == []
    assert list(answer.end()) == [TextDelta("a")]
    assert answer.finish() == STOP
