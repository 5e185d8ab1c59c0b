"""What rendering costs, frame by frame as an answer grows: ours, and everybody else's from scratch.

`python -m benchmarks.rendering [--quick]`. A frame is drawn every 200 characters. Ours feeds the
renderer and makes the blocks of the open part; the others draw the whole text again each time, and
are looked at in a few frames that stand for all of them (~), since some of them take minutes.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from benchmarks.house import table
from bot.rendering.formats.blocks import blocks
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.rendering.renderer import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Draw = Callable[[str], object]

STEP = 200
RUNS = 3
PATIENCE = 20.0
"""Seconds that the frames of one text may take to look at, if three of them do not take longer."""

_MIXED = """\
## Why it is **slow**

The queue *was* full, and `retry()` waited five seconds each time; \
see [the report](https://example.com/r?id=7).

- 再送の間隔は**0.5秒**から始まり、最大**「30秒」**まで延びます。
- Honour `Retry-After`, and give up after six tries.
  1. 設定の変更は必要ありません。
  2. ~~Five~~ Six is enough :tada:

```python
def pause(n: int) -> float:
    return min(30.0, 0.5 * 2**n)  # 上限は30秒
```

> 受信側に負荷が集中しないようにするためです。

これは**重要**です。長い段落では、文がいくつも続きます。\
One sentence follows another, and none of them says much. 以上です。

"""
_PROSE = (
    "これは**「重要」**なお知らせです。The retries `backoff(n)` *spread out* by themselves、"
    "次の文へ続きます。"
)
_ROW = "| 項目 {n} | `value_{n}` | **{n}** |\n"


def _repeated(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]


def _rows(count: int) -> str:
    return "| 項目 | Value | n |\n|:--|:-:|--:|\n" + "".join(_ROW.format(n=n) for n in range(count))


TEXTS = {
    "4,000 mixed": _repeated(_MIXED, 4_000),
    "40,000 mixed": _repeated(_MIXED, 40_000),
    "40,000 one paragraph": _repeated(_PROSE, 40_000),
    "a table of 100 rows": _rows(100),
    "20,000 times ![": "![" * 20_000,
    "10,000 times *": "*" * 10_000,
    "quotes 1,000 deep": "".join("> " * depth + "x\n" for depth in range(1, 1_000, 25)),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU for each frame that was looked at, some of `frames`, and for the worst."""

    seconds: list[float]
    frames: int
    worst: float

    @property
    def total(self) -> float:
        return sum(self.seconds) / len(self.seconds) * self.frames

    @property
    def guessed(self) -> bool:
        return len(self.seconds) < self.frames


def ends(text: str) -> range:
    """The lengths at which a frame is drawn."""
    return range(STEP, len(text) + STEP, STEP)


def ours(text: str) -> Cost:
    """The best of some runs, frame by frame: what disturbs one frame is not its own cost."""
    runs = [list(_streamed(text)) for _ in range(RUNS)]
    best = [min(each) for each in zip(*runs, strict=True)]
    return Cost(best, len(best), max(best))


def _streamed(text: str) -> Iterator[float]:
    renderer = Renderer()
    for end in ends(text):
        began = time.process_time()
        renderer.feed(text[end - STEP : end])
        _draw(renderer)
        yield time.process_time() - began
    began = time.process_time()
    renderer.finish()
    _draw(renderer)
    yield time.process_time() - began


def _draw(renderer: Renderer) -> None:
    parts = renderer.frame().parts
    if parts:
        blocks(parts[-1].flows)


def from_scratch(draw: Draw, text: str, samples: int) -> Cost:
    """The last frame, which takes longest, and every n-th one, fewer where they take long."""
    frames, worst = ends(text), _drawn(draw, text)
    every = max(1, len(frames) // max(3, min(samples, int(PATIENCE / worst))))
    seconds = [_drawn(draw, text[:end]) for end in frames[every // 2 :: every]]
    return Cost(seconds, len(frames), max(worst, *seconds))


def _drawn(draw: Draw, text: str) -> float:
    began = time.process_time()
    draw(text)
    return time.process_time() - began


def _own(text: str) -> None:
    blocks(parse(text, LinkPolicy()))


def peers() -> Iterator[tuple[str, Draw]]:
    """Whoever is installed: `pip install -e .[bench]`."""
    yield "ours, from scratch", _own
    for package, function in (
        ("slack_markdown_parser", "convert_markdown_to_slack_messages"),
        ("slackify_markdown", "slackify_markdown"),
    ):
        try:
            yield package.replace("_", "-"), getattr(import_module(package), function)
        except ModuleNotFoundError:
            print(f"{package} is not installed, so it is left out")


def rows(samples: int) -> Iterator[tuple[str, ...]]:
    others = list(peers())
    for name, text in TEXTS.items():
        mine = ours(text)
        yield f"{name}, {len(ends(text))} frames", "ours", *_figures(mine), ""
        for peer, draw in others:
            yield "", peer, *_compared(draw, text, samples, mine)


def _compared(draw: Draw, text: str, samples: int, mine: Cost) -> tuple[str, ...]:
    try:
        cost = from_scratch(draw, text, samples)
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is its result
        return type(error).__name__, "", ""
    return *_figures(cost), f"{cost.total / mine.total:.1f}x"


def _figures(cost: Cost) -> tuple[str, str]:
    about = "~" if cost.guessed else ""
    return f"{about}{cost.total * 1000:,.0f} ms", f"{cost.worst * 1000:.1f} ms"


def show(samples: int) -> None:
    columns = ("", "", "in all", "worst frame", "against ours")
    print(table(f"Rendering, a frame every {STEP} characters", columns, _listed(samples)))


def _listed(samples: int) -> list[tuple[str, ...]]:
    """Once before it counts: the first frames of all pay for what is built once."""
    for draw in (ours, _own):
        draw(TEXTS["4,000 mixed"])
    return list(rows(samples))


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer frames of the others")
    options = parser.parse_args(arguments)
    show(5 if options.quick else 20)


if __name__ == "__main__":
    main()
