"""Bytes → payloads, by what the bytes are. Pure, and bounded in memory.

Headers do not decide: endpoints and proxies name other media types than they send. A body is read
line by line, and each line says by its beginning what it is:

- a field of an event stream (HTML standard, 9.2.6 "Interpreting an event stream"). A line ends with
  LF, CRLF or CR, and a CR counts at once, so the LF of a CRLF may come with the next bytes. The
  `data:` lines of an event are joined by LF; a blank line ends the event. Where the body ends
  without that blank line, the standard drops the event; some endpoints leave the line out, so the
  event counts when it is complete by itself: a JSON object or the end mark.
- the beginning of a JSON document, on one line or on many: an answer in one piece, an error, or
  chunks without a frame. It ends where its brackets are closed.
- an error: a line `error: …`, as llama.cpp sends it, or the data of an `event: error`.
- anything else. A body of nothing else is no answer; one that begins as a page is refused at once.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.errors import StreamGarbled

if TYPE_CHECKING:
    from collections.abc import Iterator

LINE_CAP = 2**20
EVENT_CAP = 2**20
"""Most bytes of a line, and of an event or a document."""

DONE = "[DONE]"
"""The payload that ends a stream (API reference: Streaming)."""

BOM = b"\xef\xbb\xbf"
FIELDS = (b"data", b"event", b"id", b"retry", b"error", b":")
"""How a line of an event stream begins. `error` is no field of the standard."""

STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)')
"""A string of JSON. It never goes on in the next line; without its end it takes the whole line.

Nothing is read twice, so a line costs as much as it is long.
"""


class BodyDecoder:
    """Takes a body in any pieces and yields its payloads: JSON documents, and the end mark.

    `feed` and `finish` may raise `StreamGarbled` after some payloads; those remain valid.
    """

    def __init__(self) -> None:
        self._tail = bytearray()
        """The beginning of a line whose end has not come yet."""
        self._data: list[bytes] = []
        """The `data` lines of the current event, or the lines of the current document."""
        self._size = 0
        """Bytes of these lines."""
        self._ready: list[str] = []
        """The payload of an event that ended without its blank line; at most one."""
        self._open = 0
        """Brackets of the current document that are not closed yet."""
        self._is_error = False
        """Whether the current event is named `error`."""
        self._after_cr = False
        """Whether the last byte was a CR: then an LF belongs to it."""
        self._foreign = False
        """Whether a line was none of the above."""
        self._spoke = False
        """Whether any payload has come."""

    def feed(self, data: bytes) -> Iterator[str]:
        """Yields the payloads that `data` completes."""
        for line in self._lines(data):
            ended = self._read(line)
            if self._ready:
                yield self._ready.pop()
            if ended and (payload := self._take()):
                yield payload
        if len(self._tail) > LINE_CAP:
            raise StreamGarbled(f"a line of more than {LINE_CAP} bytes")

    def finish(self) -> Iterator[str]:
        """Yields the last event if only its blank line is missing, or the rest of a document."""
        if self._tail and not any(name.startswith(self._tail) for name in FIELDS):
            ended = self._read(bytes(self._tail))
            self._tail.clear()
            yield from self._ready
            if ended and (payload := self._take()):
                yield payload
        if self._open or _whole(b"\n".join(self._data)):
            yield self._take()
        if self._foreign and not self._spoke:
            raise StreamGarbled("neither an event stream nor a JSON document")

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

    def _read(self, line: bytes) -> bool:
        """Takes a line; True when it ends an event or a document."""
        if line.startswith(b"data:"):
            if self._open:
                self._drop()
            self._keep(line, line[6:] if line.startswith(b"data: ") else line[5:])
            return False
        if not line:
            return not self._open
        if self._open:
            return self._document(line)
        return self._other(line)

    def _other(self, line: bytes) -> bool:
        """Takes a line that is neither data nor in the middle of a document."""
        line = line.removeprefix(BOM)
        if line.startswith((b"{", b"[", b"error:")) and self._data:
            self._ready.append(self._take())
        if line.startswith((b"{", b"[")):
            return self._document(line)
        if line.startswith(b"error:"):
            self._is_error = True
            self._keep(line, line[6:].strip())
            return True
        if line.startswith(b"event:"):
            self._is_error = line[6:].strip() == b"error"
        elif line.startswith(b"data:"):
            return self._read(line)
        elif not line.startswith(FIELDS):
            self._refuse(line)
        return False

    def _document(self, line: bytes) -> bool:
        """Takes a line of a JSON document; True when its last bracket is closed."""
        self._keep(line, line)
        bare = STRING.sub(b"", line)
        self._open += sum(map(bare.count, (b"{", b"["))) - sum(map(bare.count, (b"}", b"]")))
        return self._open <= 0

    def _drop(self) -> None:
        """Forgets a document that was not closed before the next field."""
        self._foreign = True
        self._data.clear()
        self._size = self._open = 0

    def _refuse(self, line: bytes) -> None:
        self._foreign = True
        if not self._spoke and line.lstrip().startswith(b"<"):
            raise StreamGarbled("a web page")

    def _keep(self, line: bytes, data: bytes) -> None:
        # The field's name counts too, so that empty lines cannot pile up without limit.
        self._size += len(line)
        if self._size > EVENT_CAP:
            raise StreamGarbled(f"an event of more than {EVENT_CAP} bytes")
        self._data.append(data)

    def _take(self) -> str:
        """The payload of what has ended; the next event begins."""
        payload, is_error = _text(b"\n".join(self._data)), self._is_error
        self._data.clear()
        self._size = self._open = 0
        self._is_error = False
        self._spoke = self._spoke or bool(payload)
        return _as_error(payload) if is_error and payload else payload


def _as_error(payload: str) -> str:
    """The payload as a document that says that it is an error."""
    try:
        error = json.loads(payload)
    except (ValueError, RecursionError):
        error = payload
    framed = isinstance(error, dict) and "error" in error
    return payload if framed else json.dumps({"error": error})


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
