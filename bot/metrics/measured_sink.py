"""Measures how soon people see something: placeholder, first words, and how fresh an edit is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.types import Effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.ports import Sink
    from bot.core.reply import Snapshot
    from bot.core.sliced import Sliced
    from bot.core.types import Call
    from bot.metrics.figures import Figures


class MeasuredSink:
    """Implements the Sink port by another sink, from the moment a turn is taken up."""

    def __init__(self, sink: Sink, figures: Figures, clock: Callable[[], float]) -> None:
        """`clock` gives monotonic seconds."""
        self._sink = sink
        self._figures = figures
        self._clock = clock
        self._began = clock()
        self._waits_for_placeholder = not sink.posts
        self._has_spoken = False
        self._length = 0
        self._new_since: float | None = None
        self._ended = False

    @property
    def posts(self) -> tuple[str, ...]:
        """As the other sink."""
        return self._sink.posts

    def prepare(self, snapshot: Snapshot) -> Sliced[object] | None:
        """As the other sink."""
        return self._sink.prepare(snapshot)

    def plan(self, snapshot: Snapshot) -> list[Call]:
        """As the other sink; notes when there are new words, and counts the ending once."""
        if len(snapshot.text) != self._length and self._new_since is None:
            self._new_since = self._clock()
        self._length = len(snapshot.text)
        if snapshot.ended and not self._ended:
            self._ended = True
            kind = snapshot.failure.kind if snapshot.failure else snapshot.phase.value
            self._figures.endings.labels(kind).inc()
        return self._sink.plan(snapshot)

    async def do(self, call: Call) -> None:
        """As the other sink; measures what has become visible."""
        await self._sink.do(call)
        now = self._clock()
        if call.effect is Effect.POST and self._waits_for_placeholder:
            self._waits_for_placeholder = False
            self._figures.placeholder.observe(now - self._began)
        if call.speaks:
            self._measure_words(now)

    async def keep(self, ending: Snapshot) -> None:
        """As the other sink."""
        await self._sink.keep(ending)

    def _measure_words(self, now: float) -> None:
        if not self._has_spoken:
            self._has_spoken = True
            self._figures.first_text.observe(now - self._began)
        if self._new_since is not None:
            self._figures.text_age.observe(now - self._new_since)
            self._new_since = None
