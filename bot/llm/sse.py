"""Bytes to payloads: Server-Sent Events and plain JSON bodies, pure and bounded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from bot.errors import StreamGarbled

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_CAP = 2**20
EVENT_CAP = 2**20
BODY_CAP = 2**20
DONE = "[DONE]"
BOM = b"\xef\xbb\xbf"
FIELDS = (b"data", b"event", b"id", b"retry", b":")
"""What may start a line; all but `data:` says nothing to us."""


class BodyDecoder(Protocol):
    """Takes a body in any pieces and gives its payloads.

    Both may raise `StreamGarbled` in the midst: what was given before it stands.
    """

    def feed(self, data: bytes) -> Iterator[str]:
        """The payloads that `data` completes."""

    def finish(self) -> Iterator[str]:
        """The body has ended: the payload still held back, where it came whole."""


class SSEDecoder:
    """The `data` of events, by the rules of the HTML standard: LF, CRLF or CR, comments, BOM."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self._data: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._foreign = False
        self._spoke = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The payloads of the events that `data` completes."""
        for line in self._lines(data):
            if line:
                self._field(line)
            elif self._data and (payload := self._take()):
                self._spoke = True
                yield _text(payload)
        if len(self._tail) > LINE_CAP:
            raise StreamGarbled(f"a line of more than {LINE_CAP} bytes")

    def finish(self) -> Iterator[str]:
        """The last event, where only its blank line is missing."""
        if self._tail and not any(name.startswith(self._tail) for name in FIELDS):
            self._field(bytes(self._tail))
        payload = self._take()
        if _whole(payload):
            self._spoke = True
            yield payload.decode()
        if self._foreign and not self._spoke:
            raise StreamGarbled("not an event stream")

    def _lines(self, data: bytes) -> list[bytes]:
        """The lines that `data` ends; what is left waits in the tail."""
        if self._after_cr and data:
            data = data.removeprefix(b"\n")
            self._after_cr = False
        if b"\r" in data:
            # A CR ends its line at once; the LF that may follow can come with the next bytes.
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
            # Each line counts for more than its bytes, or empty ones could pile up for ever.
            self._size += len(line)
            if self._size > EVENT_CAP:
                raise StreamGarbled(f"an event of more than {EVENT_CAP} bytes")
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
        elif line.startswith(BOM):
            self._field(line.removeprefix(BOM))
        elif not line.startswith(FIELDS):
            self._foreign = True

    def _take(self) -> bytes:
        """The event gathered so far; its lines are joined, and the next one begins."""
        payload = b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        return payload


class JSONBody:
    """A body that is one JSON document: the answer of an endpoint that does not stream."""

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, data: bytes) -> Iterator[str]:
        """Nothing yet: the document is whole at its end."""
        self._body += data
        if len(self._body) > BODY_CAP:
            raise StreamGarbled(f"a body of more than {BODY_CAP} bytes")
        return iter(())

    def finish(self) -> Iterator[str]:
        """The document."""
        yield _text(bytes(self._body.removeprefix(BOM)))


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise StreamGarbled("not UTF-8") from error


def _whole(payload: bytes) -> bool:
    """Whether an event that the end cut off came whole: a JSON object, or the end mark."""
    if payload == DONE.encode():
        return True
    try:
        return isinstance(json.loads(payload.decode()), dict)
    except (ValueError, RecursionError):
        return False
