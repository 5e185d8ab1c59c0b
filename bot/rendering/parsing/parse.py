"""Markdown → flows: blocks by `dialect`, the text in them by `inlines`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markdown_it.common.utils import unescapeAll

from bot.rendering.flow import Code, Flow, Heading, Item, Paragraph, Rule, Table
from bot.rendering.parsing.broken_off import words
from bot.rendering.parsing.dialect import MATH_BLOCK, tokens
from bot.rendering.parsing.inlines import inlines
from bot.rendering.parsing.lines import TASK
from bot.text.runs import BOLD, CODE, Run, Runs, merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.token import Token

    from bot.rendering.parsing.links import LinkPolicy

RULE: Final = "———"
"""How a thematic break in a list or a quote is shown."""

_WHITE: Final = " \t\n"
_OTHER_LEAVES: Final = frozenset({"fence", "hr", MATH_BLOCK})
_BOXES: Final = {" ": "☐ ", "x": "☑ ", "X": "☑ "}
_FENCE: Final = re.compile(r"(?:(`{3,})([^`\n]*)|(~{3,})([^\n]*))\n")
_LANGUAGE: Final = re.compile(r"[\w+#.-]{1,40}")
_ALIGNED: Final = re.compile(r"text-align:(\w+)")


def parse(
    markdown: str, policy: LinkPolicy, number: int | None = None, held: int | None = None
) -> list[Flow]:
    """The flows of a text; `number`, if given, is the number that its first list begins with.

    With `held` the text broke off, and what is half open at its end is shown as its words (see
    `broken_off`, which says what `held` is).
    """
    if code := _only_code(markdown):
        return [code] if code.text or held is None else []
    document = _Document(policy, number)
    found = tokens(markdown)
    last = None if held is None else _last_text(found)
    for token in found:
        document.held = held if token is last else None
        document.take(token)
    return document.flows if held is None else _without_empty_end(document.flows)


def _last_text(found: list[Token]) -> Token | None:
    """The token with the text that the document ends with; None if it ends with something else."""
    for token in reversed(found):
        if token.type in _OTHER_LEAVES:
            return None
        if token.type == "inline" and token.content.strip():
            return token
    return None


def _without_empty_end(flows: list[Flow]) -> list[Flow]:
    """The flows without items and code at their end of which only the marks have arrived."""
    while flows and _is_empty(flows[-1]):
        flows = flows[:-1]
    return flows


def _is_empty(flow: Flow) -> bool:
    match flow:
        case Item(runs=said) | Code(text=said):
            return not said
    return False


class _Document:
    """Takes the tokens one by one, with a method for each type that matters."""

    def __init__(self, policy: LinkPolicy, number: int | None) -> None:
        self._flows: list[Flow] = []
        self._said: dict[int, list[Run]] = {}
        """The text of each item, by its index among the flows, in which it stands without."""
        self.held: int | None = None
        """Set for a text that broke off (see `parse`)."""
        self._policy = policy
        self._number = number
        self._quote = 0
        """Block quotes around the next token."""
        self._lists: list[int | None] = []
        """The next number of each list around it, the outermost first; None for bullets."""
        self._item: Item | None = None
        """The last item that began."""
        self._heading = 0
        """Level of the heading that is open, or 0."""
        self._in_table = False
        self._rows: list[list[Runs]] = []
        self._align: list[str] = []

    @property
    def flows(self) -> list[Flow]:
        """The flows so far, each item with its text."""
        flows = [*self._flows]
        for index, item in enumerate(flows):
            if isinstance(item, Item):
                flows[index] = replace(item, runs=tuple(merged(self._said[index])))
        return flows

    def take(self, token: Token) -> None:
        reader = _READERS.get(token.type)
        if reader:
            reader(self, token)

    # Containers

    def enter_quote(self, _: Token) -> None:
        self._quote += 1

    def leave_quote(self, _: Token) -> None:
        self._quote -= 1

    def enter_bullets(self, _: Token) -> None:
        self._lists.append(None)
        self._number = None

    def enter_numbers(self, token: Token) -> None:
        start = int(token.attrs.get("start", 1)) if self._number is None else self._number
        self._lists.append(start)
        self._number = None

    def leave_list(self, _: Token) -> None:
        self._lists.pop()

    def enter_item(self, _: Token) -> None:
        number = self._lists[-1]
        if number is not None:
            self._lists[-1] = number + 1
        self._item = Item((), len(self._lists) - 1, number, self._quote)
        self._said[len(self._flows)] = []
        self._flows.append(self._item)

    # Leaves

    def enter_heading(self, token: Token) -> None:
        self._heading = int(token.tag[1:])

    def leave_heading(self, _: Token) -> None:
        self._heading = 0

    def text(self, token: Token) -> None:
        if self._in_table:
            self._rows[-1].append(self._runs(token.content))
        elif self._heading:
            self._put_heading(self._runs(token.content))
        elif (task := TASK.match(token.content)) and self._is_in_item() and not self._has_text():
            rest = self._runs(token.content[task.end() :])
            self._put_text(tuple(merged((Run(_BOXES[task[1]]), *rest))))
        else:
            self._put_text(self._runs(token.content))

    def _runs(self, text: str) -> Runs:
        if self.held is None:
            return _trimmed(inlines(text, self._policy))
        return _trimmed(words(text, self._policy, self.held))

    def _put_heading(self, runs: Runs) -> None:
        if self._lists or self._quote:
            self._put_text(tuple(run._replace(style=run.style | BOLD) for run in runs))
        elif runs:
            self._flows.append(Heading(runs, self._heading))

    def _put_text(self, runs: Runs) -> None:
        """Adds a paragraph, to the item that has just begun or else by itself."""
        if not runs:
            return
        if self._is_in_item():
            said = self._said[len(self._flows) - 1]
            said += [Run("\n\n"), *runs] if said else runs
        else:
            self._flows.append(Paragraph(runs, self._quote, len(self._lists)))

    def _is_in_item(self) -> bool:
        """Whether only text has come since the last item began."""
        item = self._item
        return (
            item is not None
            and self._flows[-1] is item
            and (item.depth, item.quote) == (len(self._lists) - 1, self._quote)
        )

    def _has_text(self) -> bool:
        """Whether the last item, which the last flow is, has text already."""
        return bool(self._said[len(self._flows) - 1])

    def rule(self, _: Token) -> None:
        if not self._lists and not self._quote:
            self._flows.append(Rule())
        else:
            self._flows.append(Paragraph((Run(RULE),), self._quote, len(self._lists)))

    def fence(self, token: Token) -> None:
        self._put_code(token.content, _language(token.info))

    def math(self, token: Token) -> None:
        self._put_code(token.content, "tex")

    def _put_code(self, text: str, language: str) -> None:
        self._flows.append(Code(text.rstrip("\n"), language, self._quote, len(self._lists)))

    # Tables

    def enter_table(self, _: Token) -> None:
        self._in_table = True
        self._rows, self._align = [], []

    def enter_row(self, _: Token) -> None:
        self._rows.append([])

    def enter_header(self, token: Token) -> None:
        found = _ALIGNED.match(str(token.attrs.get("style", "")))
        self._align.append(found[1] if found else "")

    def leave_table(self, _: Token) -> None:
        self._in_table = False
        self._flows.append(Table(tuple(tuple(row) for row in self._rows), tuple(self._align)))


def _only_code(markdown: str) -> Code | None:
    """The code block that is the whole text, or None.

    A shortcut: most frames of an answer with long code show nothing else.
    """
    opening = _FENCE.match(markdown)
    if opening is None:
        return None
    marks = opening[1] or opening[3]
    closing = re.compile(rf"^[ \t]*{marks}{marks[0]}*[ \t]*$", re.MULTILINE)
    end = found.start() if (found := closing.search(markdown, opening.end())) else len(markdown)
    if found and markdown[found.end() :].strip():
        return None
    text = markdown[opening.end() : end].rstrip("\n")
    return Code(text, _language(opening[2] or opening[4] or ""))


def _trimmed(runs: Runs) -> Runs:
    """The runs without white space at their ends, which is left where tags were."""
    begin, end = 0, len(runs)
    while begin < end and _is_white(runs[begin]):
        begin += 1
    while end > begin and _is_white(runs[end - 1]):
        end -= 1
    kept = [*runs[begin:end]]
    if kept and not kept[0].style & CODE:
        kept[0] = kept[0]._replace(text=kept[0].text.lstrip(_WHITE))
    if kept and not kept[-1].style & CODE:
        kept[-1] = kept[-1]._replace(text=kept[-1].text.rstrip(_WHITE))
    return tuple(kept)


def _is_white(run: Run) -> bool:
    return not run.style & CODE and not run.text.strip(_WHITE)


def _language(info: str) -> str:
    word, *_ = unescapeAll(info).split() or [""]
    word = word.strip("{}.")
    return word if _LANGUAGE.fullmatch(word) else ""


_READERS: Final[dict[str, Callable[[_Document, Token], None]]] = {
    "blockquote_open": _Document.enter_quote,
    "blockquote_close": _Document.leave_quote,
    "bullet_list_open": _Document.enter_bullets,
    "ordered_list_open": _Document.enter_numbers,
    "bullet_list_close": _Document.leave_list,
    "ordered_list_close": _Document.leave_list,
    "list_item_open": _Document.enter_item,
    "heading_open": _Document.enter_heading,
    "heading_close": _Document.leave_heading,
    "inline": _Document.text,
    "hr": _Document.rule,
    "fence": _Document.fence,
    MATH_BLOCK: _Document.math,
    "table_open": _Document.enter_table,
    "table_close": _Document.leave_table,
    "tr_open": _Document.enter_row,
    "th_open": _Document.enter_header,
}
