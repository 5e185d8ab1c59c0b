import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StreamGarbled
from bot.llm.sse import EVENT_CAP, LINE_CAP, JSONBody, SSEDecoder


def read(*pieces, decoder=SSEDecoder):
    """Every payload until the end, and whether it broke."""
    body, payloads = decoder(), []
    try:
        for piece in pieces:
            payloads.extend(body.feed(piece))
        payloads.extend(body.finish())
    except StreamGarbled:
        return payloads, True
    return payloads, False


def bytewise(stream):
    return [stream[at : at + 1] for at in range(len(stream))]


@pytest.mark.parametrize(
    ("stream", "payloads"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data: a\n\ndata: b\n\n", ["a", "b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
        (b"data: a\r\rdata: b\r\r", ["a", "b"]),
        (b"data: a\r\n\ndata: b\n\r", ["a", "b"]),
        (b": keep-alive\n\n: again\n\ndata: a\n\n", ["a"]),
        (b"event: message\nid: 1\nretry: 5\ndata: a\n\n", ["a"]),
        (b"data:\n\ndata: a\n\n", ["a"]),
        (b"\n\n\ndata: a\n\n\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"unknown: x\ndata: a\n\n", ["a"]),
        ("data: 日本語😀\n\n".encode(), ["日本語😀"]),
        (b"data: [DONE]\n\n", ["[DONE]"]),
        (b"", []),
    ],
)
def test_events(stream, payloads):
    """The standard's rules hold, whole and byte by byte."""
    assert read(stream) == (payloads, False)
    assert read(*bytewise(stream)) == (payloads, False)


@pytest.mark.parametrize(
    ("end", "payloads"),
    [
        (b'data: {"a": 1}\n', ['{"a": 1}']),
        (b'data: {"a": 1}', ['{"a": 1}']),
        (b"data: [DONE]", ["[DONE]"]),
        (b'data: {"a": {}', []),
        (b"data: [DON", []),
        (b'data: "\xe6\x97', []),
        (b"dat", []),
        (b"data: 1", []),
    ],
)
def test_end_within_an_event(end, payloads):
    """F065: an event that the end cuts off counts only when it came whole."""
    assert read(end) == (payloads, False)


@pytest.mark.parametrize("stream", [b"<html>no</html>", b"garbage\n\n", b'{"error": 1}\n'])
def test_no_event_stream_at_all(stream):
    """F070: a page, words, or bare JSON."""
    assert read(stream) == ([], True)


def test_bad_utf8_keeps_what_came_before():
    """F072: and nothing comes after it."""
    assert read(b"data: a\n\ndata: \xff\n\ndata: b\n\n") == (["a"], True)


def test_a_line_over_the_cap():
    """F073: it fails on the way, not once the line is complete."""
    decoder = SSEDecoder()
    for _ in range(LINE_CAP // 2**14):
        assert list(decoder.feed(b"x" * 2**14)) == []
    with pytest.raises(StreamGarbled):
        list(decoder.feed(b"x"))


@pytest.mark.parametrize("line", [b"data: " + b"x" * 1000 + b"\n", b"data:\n"])
def test_an_event_over_the_cap(line):
    lines = line * (EVENT_CAP // (len(line) - 1) + 1)
    assert read(b"data: a\n\n", lines) == (["a"], True)
    assert read(b"data: a\n\n", lines[: len(lines) // 2]) == (["a"], False)


def test_json_body_comes_at_its_end():
    assert read(b'{"a', b'": 1}', decoder=JSONBody) == (['{"a": 1}'], False)
    assert read(b"\xff", decoder=JSONBody) == ([], True)
    assert read(b"x" * 2**21, decoder=JSONBody) == ([], True)


lines = st.sampled_from(
    [b"data: 1", b"data:x", b"data: \xe6\x97\xa5", b": c", b"event: e", b"", b"", b"\xff", b"data"]
)
ends = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(lines, ends)), st.lists(st.integers(1, 20)))
def test_any_cutting_gives_the_same(parts, sizes):
    """Whole, in pieces, and byte by byte."""
    stream = b"".join(line + end for line, end in parts)
    pieces, at = [], 0
    for size in sizes:
        pieces.append(stream[at : at + size])
        at += size
    pieces.append(stream[at:])

    assert read(*pieces) == read(stream)
    assert read(*bytewise(stream)) == read(stream)


@given(st.text())
def test_any_json_survives(text):
    payload = json.dumps({"text": text}, ensure_ascii=True)
    assert read(f"data: {payload}\n\n".encode()) == ([payload], False)
