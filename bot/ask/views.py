"""Ways to show an answer while it arrives: its plain text, and the time of each piece."""

from __future__ import annotations

import json
from time import monotonic
from typing import Protocol, Self, TextIO

from bot.core.types import ReasoningDelta, RefusalDelta, TextDelta

TextEvent = TextDelta | RefusalDelta | ReasoningDelta


class View(Protocol):
    """Shows the answer while it arrives."""

    def show(self, event: TextEvent) -> None:
        """Shows one more piece of text."""

    def break_off(self) -> None:
        """The answer ends here, before it is whole."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc_info: object) -> None: ...


class PlainView:
    """Writes the text as it is. A line break is added at the end if it has none."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._last = "\n"

    def __enter__(self) -> Self:
        return self

    def show(self, event: TextEvent) -> None:
        if event.text and not isinstance(event, ReasoningDelta):
            self._out.write(event.text)
            self._out.flush()
            self._last = event.text

    def break_off(self) -> None:
        """Adds nothing: the text stays as it is."""

    def __exit__(self, *exc_info: object) -> None:
        if not self._last.endswith("\n"):
            self._out.write("\n")


class TimingView:
    """Writes when each piece arrived, in seconds since the request."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._began = monotonic()
        self._first: float | None = None
        self._pieces = 0

    def __enter__(self) -> Self:
        self._began = monotonic()
        return self

    def show(self, event: TextEvent) -> None:
        after = monotonic() - self._began
        thought = isinstance(event, ReasoningDelta)
        mark = "(thinking) " if thought else ""
        self._write(f"{after:6.2f} s  {mark}{json.dumps(event.text, ensure_ascii=False)}")
        if not thought:
            self._first = after if self._first is None else self._first
            self._pieces += 1

    def break_off(self) -> None:
        """Adds nothing: it has told of every piece."""

    def __exit__(self, *exc_info: object) -> None:
        first = "none" if self._first is None else f"{self._first:.2f} s"
        whole = f"{monotonic() - self._began:.2f} s"
        self._write(f"first token {first}, full answer {whole}, {self._pieces} pieces")

    def _write(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()
