"""Bytes → payloads: Server-Sent Events and plain JSON bodies. Pure, and bounded in memory.

How events are read (HTML standard, 9.2.6 "Interpreting an event stream"): a line ends with LF, CRLF
or CR, and a CR counts at once, so the LF of a CRLF may come with the next bytes. The `data:` lines
of an event are joined by LF; a blank line ends the event. Where the body ends without that blank
line, the standard drops the event; some endpoints leave the line out, so the event counts when it
is complete by itself: a JSON object or the end mark.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from bot.errors import StreamGarbled

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_CAP = 2**20
EVENT_CAP = 2**20
BODY_CAP = 2**20
"""Most bytes of a line, of an event and of a JSON body."""

DONE = "[DONE]"
"""The payload that ends a stream (API reference: Streaming)."""

BOM = b"\xef\xbb\xbf"
FIELDS = (b"data", b"event", b"id", b"retry", b":")
"""How a line of an event stream begins. We use only `data`."""


class BodyDecoder(Protocol):
    """Takes a body in any pieces and yields its payloads.

    Both methods may raise `StreamGarbled` after some payloads; those remain valid.
    """

    def feed(self, data: bytes) -> Iterator[str]:
        """Yields the payloads that `data` completes."""

    def finish(self) -> Iterator[str]:
        """The body has ended: yields the last payload if it is complete."""


class SSEDecoder:
    """Yields the `data` of each event."""

    def __init__(self) -> None:
        self._tail = bytearray()
        """The beginning of a line whose end has not come yet."""
        self._data: list[bytes] = []
        """The `data` lines of the current event."""
        self._size = 0
        """Bytes of these lines."""
        self._after_cr = False
        """Whether the last byte was a CR: then an LF belongs to it."""
        self._foreign = False
        """Whether a line is none of an event stream."""
        self._spoke = False
        """Whether any payload has come."""

    def feed(self, data: bytes) -> Iterator[str]:
        """Yields the payloads of the events that `data` completes."""
        for line in self._lines(data):
            if line:
                self._field(line)
            elif self._data and (payload := self._take()):
                self._spoke = True
                yield _text(payload)
        if len(self._tail) > LINE_CAP:
            raise StreamGarbled(f"a line of more than {LINE_CAP} bytes")

    def finish(self) -> Iterator[str]:
        """Yields the last event if only its blank line is missing."""
        if self._tail and not any(name.startswith(self._tail) for name in FIELDS):
            self._field(bytes(self._tail))
        payload = self._take()
        if _whole(payload):
            self._spoke = True
            yield payload.decode()
        if self._foreign and not self._spoke:
            raise StreamGarbled("not an event stream")

    def _lines(self, data: bytes) -> list[bytes]:
        """The lines that `data` ends. The rest is kept in `_tail`."""
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" in data:
            self._after_cr = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = data.split(b"\n")
        if lines and self._tail:
            lines[0] = bytes(self._tail + lines[0])
            self._tail.clear()
        self._tail += rest
        return lines

    def _field(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            # The field's name counts too, so that empty lines cannot pile up without limit.
            self._size += len(line)
            if self._size > EVENT_CAP:
                raise StreamGarbled(f"an event of more than {EVENT_CAP} bytes")
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
        elif line.startswith(BOM):
            self._field(line.removeprefix(BOM))
        elif not line.startswith(FIELDS):
            self._foreign = True

    def _take(self) -> bytes:
        """The payload of the current event; the next event begins."""
        payload = b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        return payload


class JSONBody:
    """A body that is one JSON document: the answer of an endpoint that does not stream."""

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, data: bytes) -> Iterator[str]:
        """Yields nothing: the document is complete only at the end of the body."""
        self._body += data
        if len(self._body) > BODY_CAP:
            raise StreamGarbled(f"a body of more than {BODY_CAP} bytes")
        return iter(())

    def finish(self) -> Iterator[str]:
        """Yields the document."""
        yield _text(bytes(self._body.removeprefix(BOM)))


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise StreamGarbled("not UTF-8") from error


def _whole(payload: bytes) -> bool:
    """Whether an event without its blank line is complete: a JSON object, or the end mark."""
    if payload == DONE.encode():
        return True
    try:
        return isinstance(json.loads(payload.decode()), dict)
    except (ValueError, RecursionError):
        return False
