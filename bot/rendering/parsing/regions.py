"""A growing Markdown text → regions that are parsed once, and how much of the last one is settled.

A region begins where nothing before it can change what it is: so regions parsed one by one are the
document parsed as a whole. Every decision here depends on what stands before it alone, never on how
the text came in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.rendering.parsing.hold import hold, settled_cut
from bot.rendering.parsing.indents import UPRIGHT, Fence, Lean
from bot.rendering.parsing.lines import Line, decided_end, read, shallow, tame

LEAF: Final = 3_000
"""Characters of a paragraph after which it is cut in two: so what parsing costs is bounded."""

CROWDED: Final = 4_000
"""Characters of a list item after which the next item in it begins a region too."""

BULLETS: Final = frozenset("-*+")

DEEP: Final = 3
"""Columns beyond which nothing begins on a line of a paragraph."""

ROWS: Final = 100
"""Rows of a table after which it goes on in a region of its own."""


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of the document that can be parsed alone.

    `carries`: the list that it begins with goes on with the numbers of the one before. `joins`:
    what it begins with goes on with what stood before. Then a table has its header repeated, and
    a paragraph begins with one character that stands for the one before it. `depth`: how many list
    items it stands in.
    """

    text: str = ""
    carries: bool = False
    joins: bool = False
    depth: int = 0


class Scanner:
    """Feed it the text; take the regions that are complete, and look at the open one."""

    def __init__(self) -> None:
        self._regions: list[Region] = []
        self._done = ""
        self._line = ""
        self._carries = self._joins = False
        self._depth = 0
        self._list = ""
        self._inner = 0
        self._levels: list[tuple[int, str]] = []
        self._lean = UPRIGHT
        self._committed = 0
        self._forget()

    def _forget(self) -> None:
        """The lines above do not matter any more for those that follow."""
        self._fence: Fence | None = None
        self._header: str | None = None
        self._rows = 0
        self._candidate: int | None = None
        self._leaf: int | None = None
        self._quote = self._inside = 0
        self._edge = self._quote_edge = False

    def feed(self, text: str) -> None:
        """More of the document, with line feeds as its only line ends."""
        *lines, last = text.split("\n")
        for line in lines:
            self._take(self._line + line)
            self._line = ""
        self._line = self._bounded(self._line + last)

    def finish(self) -> None:
        """Nothing comes any more: nothing is held back."""
        if self._line:
            self._take(self._line)
            self._line = ""
        self._close()

    def take(self) -> list[Region]:
        """The regions that were completed since the last time."""
        taken, self._regions = self._regions, []
        return taken

    def open(self) -> Region:
        """The region that is being written, as far as it is settled."""
        text = self._done + self._normal(self._line)
        self._committed = min(max(self._committed, self._settled(text)), len(text))
        return Region(text[: self._committed], self._carries, self._joins, self._depth)

    # Complete lines

    def _take(self, raw: str) -> None:
        raw = self._bounded(raw)
        text = self._normal(raw)
        line = self._read(text)
        if self._in_code(line):
            self._code(line, raw)
        else:
            self._fence = None
            self._lean = self._lean_of(raw) if raw.strip() else self._lean
            self._prose(line)
        self._done += text + "\n"
        if self._rows == ROWS:
            self._continue_table()

    def _read(self, text: str) -> Line:
        """What the line is below those that stand above it."""
        line = read(text)
        if self._leaf is None or line.blank:
            return line
        if line.margin - self._inside > DEEP and not self._quote:
            return line.flattened()
        begins = line.interrupts or not self._is_inside(line)
        return line if begins or not line.marker else line.unmarked()

    def _in_code(self, line: Line) -> bool:
        """A code block in a quote ends with the quote."""
        return self._fence is not None and (line.quote > 0 or not self._fence.quoted)

    def _normal(self, raw: str) -> str:
        """The line as it is parsed, with what models often get wrong put right."""
        if self._fence and self._in_code(read(raw)):
            return self._fence.moved(raw)
        return " " * self._lean_of(raw).by + tame(shallow(raw)) if raw.strip() else raw

    def _lean_of(self, raw: str) -> Lean:
        """Bullets below a number are meant to be in it, though models often move them too little.

        So is all that stands as far in as they do.
        """
        line = read(shallow(raw))
        if line.margin >= self._lean.edge:
            return self._lean
        depth = self._depth_of(line)
        if (
            line.quote
            or line.marker not in BULLETS
            or not line.indent
            or depth == len(self._levels)
        ):
            return UPRIGHT
        column, kind = self._levels[depth]
        return UPRIGHT if kind in BULLETS else Lean(line.indent, column - line.indent)

    def _code(self, line: Line, raw: str) -> None:
        fence = self._fence
        if fence and line.closes(fence.marks, quoted=fence.quoted):
            self._forget()
            self._edge, self._quote = not fence.quoted and not fence.column, line.quote
        elif fence and fence.shift is None and raw.strip():
            fence.shift = fence.lacking(raw)

    def _prose(self, line: Line) -> None:
        if line.blank:
            self._leave(line)
            return
        if self._done and self._begins(line):
            self._begin(line)
        self._note_list(line)
        self._enter(line)
        self._quote, self._quote_edge = line.quote, False

    def _leave(self, line: Line) -> None:
        """An empty line ends paragraphs and tables."""
        self._forget()
        if line.quote and self._is_outside(line):
            self._end_list()
        self._edge, self._quote_edge, self._quote = not line.quote, line.quote == 1, line.quote

    def _begins(self, line: Line) -> bool:
        """Nothing above can change what this line is, nor what follows it."""
        if line.flush:
            in_list = bool(self._list and line.marker)
            return self._edge or in_list or (not line.marker and self._is_block(line))
        if line.marker and not line.quote:
            return len(self._done) > CROWDED or self._depth_of(line) < self._depth
        same_quote = self._quote_edge and line.quote == 1
        return same_quote and not line.indent and not line.marker

    def _note_list(self, line: Line) -> None:
        """Which list of the outermost level we are in."""
        if line.marker and not line.quote:
            self._levels[self._depth_of(line) :] = [(line.at, line.marker)]
        if line.flush and line.marker:
            self._list, self._inner = line.marker, line.inner
        elif self._is_outside(line) and self._ends_list(line):
            self._end_list()

    def _is_outside(self, line: Line) -> bool:
        """It stands in no item of the list, unless it goes on with a paragraph of one."""
        return line.margin < self._inner and (line.quote > 0 or not line.marker)

    def _ends_list(self, line: Line) -> bool:
        """Text right below other text goes on with it."""
        return line.quote > 0 or self._leaf is None or line.rule or self._is_block(line)

    def _end_list(self) -> None:
        self._list, self._inner, self._levels = "", 0, []

    def _is_block(self, line: Line) -> bool:
        return line.heading or bool(line.fence)

    def _enter(self, line: Line) -> None:
        """What the line opens, or goes on with."""
        at = len(self._done)
        if self._delimits(line):
            self._header = self._done[self._candidate :] + line.text + "\n"
            self._leaf = self._candidate = None
        elif line.fence:
            self._forget()
            self._fence = Fence(line.fence, line.at, line.quote > 0)
        elif line.heading or line.rule:
            self._forget()
            self._edge = line.flush and line.heading
        elif self._header and not line.marker and self._is_inside(line):
            self._rows += 1
        else:
            self._text(line, at)

    def _text(self, line: Line, at: int) -> None:
        self._header, self._rows, self._edge = None, 0, False
        if line.marker or self._leaf is None:
            self._inside = line.at - line.lead + line.indent if line.marker else 0
        self._leaf = self._leaf_of(line, at)
        self._candidate = at if line.piped else None

    def _leaf_of(self, line: Line, at: int) -> int:
        """Where the paragraph begins that this line is part of."""
        if self._leaf is None or line.marker or line.quote > self._quote:
            return at + line.text_at
        return self._leaf

    def _delimits(self, line: Line) -> bool:
        """With this line the one above becomes the header of a table."""
        if self._candidate is None or not line.delimits or not self._is_inside(line):
            return False
        return line.cells == read(self._done[self._candidate :].rstrip("\n")).cells

    def _is_inside(self, line: Line) -> bool:
        """It stands where the line above it does."""
        return line.quote == self._quote and line.indent >= self._inside

    # Regions

    def _close(self) -> None:
        """The open region is complete."""
        if self._done:
            self._regions.append(Region(self._done, self._carries, self._joins, self._depth))
        # Of the line that begins the next one, some may have been shown before it was complete.
        self._committed = max(0, self._committed - len(self._done))
        self._done = ""
        self._carries = self._joins = False
        self._depth = 0
        self._candidate = self._leaf = None

    def _continue_table(self) -> None:
        header, self._rows = self._header or "", 0
        if header[:1] in "> \t":
            return
        self._close()
        self._done, self._joins, self._committed = header, True, len(header)

    def _begin(self, line: Line) -> None:
        self._close()
        self._depth = self._depth_of(line) if line.marker and not line.flush else 0
        kinds = [kind for _, kind in self._levels[self._depth :]] if self._depth else [self._list]
        self._carries = bool(line.marker) and line.marker == "".join(kinds[:1])

    def _depth_of(self, line: Line) -> int:
        """How many of the items above the line stands in."""
        return sum(column <= line.indent for column, _ in self._levels)

    # Bounds

    def _bounded(self, raw: str) -> str:
        """What remains of a line when the paragraph that it is part of was cut at its bound."""
        while self._overflows(raw):
            line = self._read(self._normal(raw))
            plain = self._plain(line)
            if plain and self._done and self._begins(line):
                self._begin(line)
                continue
            leaf = self._leaf_of(line, len(self._done)) if plain else self._leaf
            whole = self._done + line.text if plain else self._done
            if leaf is None or len(whole) - leaf < LEAF:
                break
            raw = self._cut(whole, leaf + settled_cut(whole[leaf : leaf + LEAF]), raw)
        return raw

    def _overflows(self, raw: str) -> bool:
        """A first look that costs nothing."""
        if self._fence:
            return False
        if self._header:
            self._end_table(raw)
        return not self._header and len(self._done) + len(raw) - (self._leaf or 0) >= LEAF

    def _plain(self, line: Line) -> bool:
        """Running text, and nothing else whatever follows."""
        if line.blank or line.undecided or line.piped or line.heading or line.rule or line.fence:
            return False
        return self._candidate is None or not line.may_delimit

    def _cut(self, whole: str, cut: int, raw: str) -> str:
        """Ends the region there; the rest begins with one character that stands for the last."""
        joint, done = _stand_in(whole[cut - 1]), len(self._done)
        committed, candidate = self._committed - cut + 1, self._candidate
        rest = whole[cut:done] if cut <= done else ""
        after = raw if cut <= done else joint + whole[cut:]
        self._done = whole[:cut]
        self._close()
        self._done = joint + rest if cut <= done else ""
        self._joins, self._committed = True, max(0, committed)
        self._leaf, self._edge = 0, False
        if candidate is not None and candidate >= cut:
            self._candidate = candidate - cut + 1
        return after

    def _end_table(self, raw: str) -> None:
        """No row is that long: what parsing costs must be bounded."""
        if len(raw) > LEAF:
            self._done += "\n"
            self._forget()

    # What is settled

    def _settled(self, text: str) -> int:
        """How much of the open region looks the same whatever follows."""
        at = len(self._done)
        line = self._read(text[at:])
        if self._fence and self._in_code(line):
            return at if line.may_close(self._fence.marks, quoted=self._fence.quoted) else len(text)
        if self._header and not line.marker:
            return at
        end, leaf = self._end(line, at), self._leaf
        if end > at and line.content:
            leaf = self._leaf_of(line, at)
        return _shown(text, end, leaf)

    def _end(self, line: Line, at: int) -> int:
        """Where to stop because of what the lines may become."""
        if self._candidate is not None and line.may_delimit:
            return self._candidate
        return at if line.undecided or line.piped else at + len(line.text)


def _shown(text: str, end: int, leaf: int | None) -> int:
    """Where it looks the same whatever follows, in the line that it ends in and the paragraph."""
    while True:
        if leaf is not None and leaf < end:
            end = leaf + hold(text[leaf:end])
        if (shorter := decided_end(text[:end])) == end:
            return end
        end = shorter


def _stand_in(character: str) -> str:
    """One that begins nothing, and that emphasis beside it takes for the same."""
    if character.isascii():
        return "x" if character.isalnum() else "."
    return "." if character.isspace() else character
