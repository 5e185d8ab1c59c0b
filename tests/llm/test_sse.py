import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StreamGarbled
from bot.llm.sse import EVENT_CAP, LINE_CAP, BodyDecoder
from tests.growth import grows_with_length


def read(*pieces):
    """Every payload until the end, and whether it broke."""
    body, payloads = BodyDecoder(), []
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


@pytest.mark.parametrize(
    "stream", [b"<html>no</html>", b"  <!doctype html>\n", b"garbage\n\n", b"404 page not found"]
)
def test_neither_stream_nor_document(stream):
    """F070: a page, or words."""
    assert read(stream) == ([], True)
    assert read(*bytewise(stream)) == ([], True)


def test_a_page_is_refused_at_its_first_line():
    """It may be long, and its connection may stay open."""
    decoder = BodyDecoder()

    with pytest.raises(StreamGarbled):
        list(decoder.feed(b"<html>\n"))


DOCUMENT = '{"a": "}{", "b": [1, "\\\\\\"]"]}'
INDENTED = '{\n  "a": [\n    1,\n\n    "}\\""\n  ]\n}'


@pytest.mark.parametrize(
    ("stream", "payloads"),
    [
        (DOCUMENT, [DOCUMENT]),
        (DOCUMENT + "\n", [DOCUMENT]),
        (INDENTED, [INDENTED]),
        (INDENTED.replace("\n", "\r\n") + "\r\n", [INDENTED.replace("\n\n", "\n")]),
        ("\ufeff" + DOCUMENT, [DOCUMENT]),
        (f"[{DOCUMENT}]", [f"[{DOCUMENT}]"]),
        (f"{DOCUMENT}\n\ndata: [DONE]\n\n", [DOCUMENT, "[DONE]"]),
        (f"{DOCUMENT}\n[DONE]\n", [DOCUMENT, "[DONE]"]),
        (f"{DOCUMENT}\n{DOCUMENT}\n", [DOCUMENT, DOCUMENT]),
        (f"data: 1\n\n{INDENTED}\n\ndata: 2\n\n", ["1", INDENTED, "2"]),
        (f"data: 1\n{DOCUMENT}\ndata: 2\n\n", ["1", DOCUMENT, "2"]),
        (f"data: 1\n{DOCUMENT}", ["1", DOCUMENT]),
        ('{"a": 1\ndata: 2\n\n', ["2"]),
        ('{"a": 1', ['{"a": 1']),
    ],
)
def test_documents_without_a_frame(stream, payloads):
    """On one line or on many, alone or amid a stream; what is not closed is left to the reader."""
    payloads = [payload.replace("\n\n", "\n") for payload in payloads]

    assert read(stream.encode()) == (payloads, False)
    assert read(*bytewise(stream.encode())) == (payloads, False)


@pytest.mark.parametrize(
    ("stream", "payload"),
    [
        ('error: {"code": 1}\n\n', '{"error": {"code": 1}}'),
        ('error: {"error": {"code": 1}}', '{"error": {"code": 1}}'),
        ("error: it broke\n", '{"error": "it broke"}'),
        ('event: error\ndata: {"code": 1}\n\n', '{"error": {"code": 1}}'),
        ('event: error\ndata: {"error": 1}\n\n', '{"error": 1}'),
        ("event: error\ndata: it broke\n\n", '{"error": "it broke"}'),
        ('data: 1\nerror: {"code": 1}\n\n', '{"error": {"code": 1}}'),
    ],
)
def test_errors_that_only_their_frame_tells(stream, payload):
    payloads, broke = read(stream.encode())

    assert (payloads[-1], broke) == (payload, False)
    assert read(*bytewise(stream.encode())) == (payloads, False)


def test_bad_utf8_keeps_what_came_before():
    """F072: and nothing comes after it."""
    assert read(b"data: a\n\ndata: \xff\n\ndata: b\n\n") == (["a"], True)


def test_a_line_over_the_cap():
    """F073: it fails on the way, not once the line is complete."""
    decoder = BodyDecoder()
    for _ in range(LINE_CAP // 2**14):
        assert list(decoder.feed(b"x" * 2**14)) == []
    with pytest.raises(StreamGarbled):
        list(decoder.feed(b"x"))


@pytest.mark.parametrize("line", [b"data: " + b"x" * 1000 + b"\n", b"data:\n"])
def test_an_event_over_the_cap(line):
    lines = line * (EVENT_CAP // (len(line) - 1) + 1)
    assert read(b"data: a\n\n", lines) == (["a"], True)
    assert read(b"data: a\n\n", lines[: len(lines) // 2]) == (["a"], False)


@pytest.mark.parametrize("piece", [b'"\\', b'"', b'"a', b"\\"])
def test_a_line_of_a_document_is_read_once(piece):
    """However its quotes stand: a megabyte of them kept the loop for minutes."""

    def work(length):
        list(BodyDecoder().feed(b"{" + piece * length + b"\n"))

    assert grows_with_length(work, 500)


FIELDS = [b"data: 1", b"data:x", b"data: \xe6\x97\xa5", b": c", b"event: e", b"", b"\xff", b"data"]
UNFRAMED = [
    b"{",
    b"}",
    b"[1",
    b'"}"]',
    b'{"a": 1}',
    b"[DONE]",
    b"error: x",
    b"event: error",
    b"<p>",
]
lines = st.sampled_from(FIELDS + UNFRAMED)
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
