"""How still the picture is: frames that take back what they showed, and characters held back.

`python -m benchmarks.flicker [--quick] [FOLDER …]`. Real Markdown files are streamed, a frame every
60 to 200 characters, which is about one a second. A frame is wrong when what is read in it, with
styles and links, is not how the final picture begins. Beside ours: drawing the raw text so far.
Without a folder: this project's files, and those of the packages that are installed. Then how many
cases of the corpus are right, and how many of the properties that they ask for hold.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sysconfig
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.house import table
from bot.rendering.flow import Code, Rule, Table
from bot.rendering.parsing.links import LinkPolicy
from bot.rendering.parsing.parse import parse
from bot.rendering.renderer import Renderer
from bot.text.runs import Run
from tests.rendering.corpus import cases, report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.rendering.flow import Flow

LONGEST = 20_000
QUICK = 20
HERE = Path(__file__).parent.parent

Look = tuple[str, int, str]
"""What one stretch of text looks like: the kind of its flow, its style, and where it leads."""
Picture = list[tuple[Look, str]]


@dataclass(slots=True)
class Score:
    frames: int = 0
    wrong: int = 0
    changed: int = 0
    """Characters that were shown and are not in the final picture."""
    held: list[int] = field(default_factory=list)


def picture(flows: Iterable[Flow]) -> Picture:
    """What is read, in stretches that look alike; line ends do not count, as parts end at some."""
    seen: Picture = []
    kind = ""
    for flow in flows:
        kind = kind if getattr(flow, "joins", False) else type(flow).__name__
        for run in _runs(flow):
            look = (kind, run.style, run.url)
            text = run.text.replace("\n", "")
            if seen and seen[-1][0] == look:
                seen[-1] = look, seen[-1][1] + text
            elif text:
                seen.append((look, text))
    return seen


def _runs(flow: Flow) -> Iterator[Run]:
    match flow:
        case Table():
            for row in flow.rows:
                for cell in row:
                    yield from cell
        case Code():
            yield Run(flow.text)
        case Rule():
            yield Run("---")
        case _:
            yield from flow.runs


def length(seen: Picture) -> int:
    return sum(len(text) for _, text in seen)


def wrong(seen: Picture, final: Picture) -> int:
    """How many characters at its end are not how the final picture begins."""
    for at, (look, text) in enumerate(seen):
        same = _common(text, final[at][1]) if at < len(final) and look == final[at][0] else 0
        if same < len(text):
            return length(seen[at:]) - same
    return 0


def _common(one: str, other: str) -> int:
    if other.startswith(one):
        return len(one)
    return next(n for n, (a, b) in enumerate(zip(one, f"{other}\0", strict=False)) if a != b)


def ends(text: str) -> Iterator[int]:
    """Where the frames end, the same ones in every run."""
    dice, end = random.Random(len(text)), 0
    while (end := end + dice.randint(60, 200)) < len(text):
        yield end


def watch(text: str, ours: Score, raw: Score) -> None:
    """Streams one file past both."""
    policy, renderer, at = LinkPolicy(), Renderer(), 0
    last_of_raw, last = picture(parse(text, policy)), _final(text)
    for end in ends(text):
        renderer.feed(text[at:end])
        at = end
        shown, so_far = _shown(renderer), picture(parse(text[:end], policy))
        _note(ours, shown, last)
        _note(raw, so_far, last_of_raw)
        ours.held.append(max(0, length(so_far) - length(shown)))


def _note(score: Score, shown: Picture, final: Picture) -> None:
    changed = wrong(shown, final)
    score.frames += 1
    score.wrong += bool(changed)
    score.changed += changed


def _final(text: str) -> Picture:
    renderer = Renderer()
    renderer.feed(text)
    renderer.finish()
    return _shown(renderer)


def _shown(renderer: Renderer) -> Picture:
    return picture(flow for part in renderer.frame().parts for flow in part.flows)


def texts(folders: Iterable[Path]) -> Iterator[str]:
    """Markdown files, and the descriptions that packages were published with."""
    for folder in folders:
        for path in sorted(folder.rglob("*.md")):
            yield path.read_text("utf-8", "replace")[:LONGEST]
        for path in sorted(folder.rglob("*.dist-info/METADATA")):
            head, _, body = path.read_text("utf-8", "replace").partition("\n\n")
            if "text/markdown" in head:
                yield body[:LONGEST]


def default() -> list[Path]:
    return [HERE / "bot", HERE / "docs", Path(sysconfig.get_path("purelib"))]


def measure(folders: list[Path], most: int | None) -> None:
    ours, raw, files = Score(), Score(), 0
    for text in islice(filter(str.strip, texts(folders)), most):
        files += 1
        watch(text, ours, raw)
    print(table(f"Flicker, {files} files, {ours.frames} frames", _COLUMNS, _rows(ours, raw)))


_COLUMNS = ("", "wrong frames", "wrong characters a frame", "held back, mean", "95 of 100")


def _rows(ours: Score, raw: Score) -> list[tuple[str, ...]]:
    held = statistics.quantiles(ours.held or [0, 0], n=20)[-1]
    mean = statistics.fmean(ours.held or [0])
    return [
        ("ours", *_shares(ours), f"{mean:.1f}", f"{held:.0f}"),
        ("the text so far", *_shares(raw), "0", "0"),
    ]


def _shares(score: Score) -> tuple[str, str]:
    frames = score.frames or 1
    return f"{score.wrong / frames:.2%} ({score.wrong})", f"{score.changed / frames:.1f}"


def totals() -> list[str]:
    return [line for line in report(cases()) if not line.startswith(" ")]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="where to look for *.md")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} files at most")
    options = parser.parse_args(arguments)
    measure(options.folders or default(), QUICK if options.quick else None)
    print(table("Corpus", ("form", "right"), [tuple(each.split(": ")) for each in totals()]))


if __name__ == "__main__":
    main()
