"""Runs put together: no two that a reader could take for one, and none that is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.rendering.flow import Run


def merged(runs: Iterable[Run]) -> list[Run]:
    """Adjacent runs that differ in nothing but their text become one; emoji stay alone."""
    out: list[Run] = []
    texts: list[str] = []
    for run in runs:
        if not run.text:
            continue
        if texts and _alike(run, out[-1]):
            texts.append(run.text)
            continue
        _complete(out, texts)
        out.append(run)
        texts = [run.text]
    _complete(out, texts)
    return out


def _alike(run: Run, other: Run) -> bool:
    return run.style == other.style and run.url == other.url and not run.emoji and not other.emoji


def _complete(out: list[Run], texts: list[str]) -> None:
    """The last run has all these texts."""
    if len(texts) > 1:
        out[-1] = out[-1]._replace(text="".join(texts))
