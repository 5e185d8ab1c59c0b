"""The blocks of a message → Markdown: what people typed, other apps' cards, our own answers.

Whose furniture it is decides, not the type of a block: in our own messages buttons, notices and
footers are no part of what we said; in those of other apps they are what the app has to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.sliced import Sliced, result_of
from bot.text.visible import one_line
from bot.transcript.allowance import PER_BLOCK, Allowance
from bot.transcript.any_text import any_text
from bot.transcript.dates import utc
from bot.transcript.elements import ELEMENTS, element, image, linked
from bot.transcript.markdown_blocks import from_markdown
from bot.transcript.rich_text import rich_text
from bot.transcript.tables import table
from bot.transcript.text_objects import label, text_object
from bot.transcript.untyped import LONGEST, mapping, mappings, string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.transcript.rich_text import Names
    from bot.transcript.untyped import Element

FURNITURE: Final = frozenset({"actions", "context", "context_actions"})
"""Types of blocks for buttons, notices and footers. In our messages all others show the answer."""


def from_blocks(blocks: object, names: Names, *, ours: bool = False) -> str | None:
    """The blocks as Markdown, without furniture if they are `ours`; None when there are none."""
    return result_of(read_blocks(blocks, names, Allowance(), ours=ours))


def read_blocks(
    blocks: object, names: Names, allowance: Allowance, *, ours: bool = False
) -> Sliced[str | None]:
    """The same in slices: one for each block, as many as `allowance` and `LONGEST` let through."""
    found = mappings(blocks)
    dropped = FURNITURE if ours else ()
    shown: list[str] = []
    for block in found:
        if allowance.left <= 0 or sum(map(len, shown)) > LONGEST:
            allowance.has_cut = True
            break
        if string(block.get("type")) not in dropped:
            shown += filter(None, [_block(allowance.take(block, PER_BLOCK), names)])
            yield
    return "\n\n".join(shown) if found else None


def _block(block: Element, names: Names) -> str:
    read = _known(block, names)
    return (any_text(block, names, _known) if read is None else read).strip("\n")


def _known(block: Element, names: Names) -> str | None:
    kind = string(block.get("type"))
    if kind.startswith("rich_text_"):
        return rich_text({"elements": [block]}, names)
    render = BLOCKS.get(kind)
    return render(block, names) if render else None


def _lines(said: Iterable[str]) -> str:
    return "\n".join(filter(None, said))


def _header(block: Element, names: Names) -> str:
    text = label(block.get("text"), names)
    return f"## {text}" if text else ""


def _section(block: Element, names: Names) -> str:
    fields = [text_object(each, names) for each in mappings(block.get("fields"))]
    accessory = _element(mapping(block.get("accessory")), names)
    return _lines([text_object(block.get("text"), names), *fields, accessory])


def _context(block: Element, names: Names) -> str:
    elements = (_element(each, names) for each in mappings(block.get("elements")))
    return " · ".join(filter(None, elements))


def _actions(block: Element, names: Names) -> str:
    elements = (_element(each, names) for each in mappings(block.get("elements")))
    return " ".join(filter(None, elements))


def _element(shown: Element, names: Names) -> str:
    known = string(shown.get("type")) in ELEMENTS
    return element(shown, names) if known else any_text(shown, names, lambda *_: None)


def _input(block: Element, names: Names) -> str:
    said = label(block.get("label"), names)
    asked = [f"{said}:" if said else "", _element(mapping(block.get("element")), names)]
    return _lines([" ".join(filter(None, asked)), text_object(block.get("hint"), names)])


def _video(block: Element, names: Names) -> str:
    title = label(block.get("title"), names) or one_line(string(block.get("alt_text")))
    by = [one_line(string(block.get(f"{who}_name"))) for who in ("author", "provider")]
    return _lines(
        [
            f"(video: {linked(block.get('title_url'), title)})",
            text_object(block.get("description"), names),
            " · ".join(filter(None, by)),
        ]
    )


def _file(block: Element, _names: Names) -> str:
    file = mapping(block.get("file"))
    said = [file.get("title"), file.get("name"), block.get("external_id")]
    return f"(file: {next(filter(None, map(one_line, map(string, said))), 'unnamed')})"


def _call(block: Element, names: Names) -> str:
    """A call of another app, such as a meeting (docs: Calls API)."""
    call = mapping(block.get("call"))
    call = mapping(call.get("v1")) or call
    title = one_line(string(call.get("name"))) or "call"
    moments = {word: call.get(f"date_{word}") for word in ("start", "end")}
    times = [f"{word} {utc(at)}" for word, at in moments.items() if isinstance(at, int) and at]
    people = [
        one_line(string(each.get("display_name"))) or names.user(string(each.get("slack_id")))
        for each in mappings(call.get("all_participants") or call.get("active_participants"))
    ]
    said = [string(call.get("display_id")), *times, ", ".join(filter(None, people))]
    return " · ".join([f"(call: {linked(call.get('join_url'), title)})", *filter(None, said)])


BLOCKS: Final[Mapping[str, Callable[[Element, Names], str]]] = {
    "rich_text": rich_text,
    "markdown": lambda block, _: from_markdown(string(block.get("text"))),
    "section": _section,
    "header": _header,
    "table": table,
    "data_table": table,
    "image": image,
    "divider": lambda _block, _names: "---",
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "input": _input,
    "video": _video,
    "file": _file,
    "call": _call,
}
"""A function for each type of block that is known here (docs: blocks)."""
