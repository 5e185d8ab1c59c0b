"""Links are judged as they will be read: with the text that touches them, in one word.

`[google.](https://evil.example)[com](https://evil.example)` or `google.[com](https://evil.example)`
read as a host that no label names alone. Where a link is a part of such a name, and leads to
another host, the real one follows it.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from bot.rendering.parsing.links import destination, misleads, noted, visible
from bot.text.runs import Run, merged
from bot.text.scripts import UNSPACED

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD: Final = 80
"""Characters before and behind a link that are read with it: more are no host to a reader."""

_ENDS: Final = rf"\s{UNSPACED}(),;\"'?|#"
"""The inside of a character class: what ends a word. All else may be read as a part of a host.

Scripts without spaces have no hosts around a label.
"""

APART: Final = re.compile(f"[{_ENDS}]")
BEFORE: Final = re.compile(rf"[^{_ENDS}]*\Z")
BEHIND: Final = re.compile(f"[^{_ENDS}]*")
"""Where a word ends, and what is read as one word with a link."""


class _Link(NamedTuple):
    """Neighbouring runs that lead to one place, or text between links."""

    url: str
    runs: list[Run]
    text: str
    """Their text, with a blank for each emoji."""


def judged(runs: list[Run]) -> list[Run]:
    """The runs, and the real host behind each link that is read as a part of another one."""
    if not any(run.url for run in runs):
        return runs
    return merged(_judged(list(_links(runs))))


def word_end(text: str, at: int, before: int) -> int:
    """Index in Markdown where the word ends that goes on at `at`; at most `before` or the end."""
    found = APART.search(text, at, before)
    return found.start() if found else max(at, min(before, len(text)))


def _links(runs: list[Run]) -> Iterator[_Link]:
    for url, group in groupby(runs, lambda run: run.url):
        each = list(group)
        yield _Link(url, each, "".join(" " if run.emoji else run.text for run in each))


def _judged(links: list[_Link]) -> Iterator[Run]:
    for index, link in enumerate(links):
        yield from link.runs
        if not (link.url and (real := destination(link.url))):
            continue
        before = _before(links, index)
        behind = _behind(links, index)
        if misleads(visible(before), visible(link.text), visible(behind), real):
            yield Run(noted("", real.shown), url=link.url)


def _before(links: list[_Link], index: int) -> str:
    """The part of a word before the link."""
    text = ""
    while index and len(text) < WORD and not re.search(r"\s", text):
        index -= 1
        text = links[index].text[-WORD:] + text
    found = BEFORE.search(text)
    return found[0][-WORD:] if found else ""


def _behind(links: list[_Link], index: int) -> str:
    """The part of a word behind the link."""
    text = ""
    while index + 1 < len(links) and len(text) < WORD and not re.search(r"\s", text):
        index += 1
        text += links[index].text[:WORD]
    found = BEHIND.match(text)
    return found[0][:WORD] if found else ""
