"""A growing Markdown text → regions that are parsed once, and how much of the last one is settled.

How it works. The scanner goes through the text line by line and cuts it into regions. A region
begins only at a line that nothing above can change and that changes nothing below: after an empty
line, at a heading, at the next item of a list. So regions parsed one by one are the document parsed
as a whole, and a frame costs as much as its last region, not as much as the answer.

What a line is depends on the lines above it. The scanner keeps what matters of these in three small
states: `_Open` is the region that is being written, `Lists` the list items around the next line,
and `_Above` the paragraph, table or code block that the next line may go on with. It never looks
ahead, so its decisions do not depend on how the text was cut into pieces.

The last line is incomplete, and may still become something else. `open` returns the open region up
to the place that looks the same whatever follows: it stops before a line that is undecided, before
lines that may become a table, and inside a paragraph where `hold` says. It never goes back behind
what it has returned before.

Bounds keep the cost of a region constant: a paragraph longer than `LEAF` is cut in two where no
markup is open, a table longer than `ROWS` goes on in a region with the same header, and long code
in a list or a quote in one with the same fence. Behind `CROWDED` characters a list item, or a list
in a quote, goes on in further regions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from bot.rendering.parsing.fences import Fence, lengthened, opener_of, says_document
from bot.rendering.parsing.hold import hold, settled_cut
from bot.rendering.parsing.indents import UPRIGHT, Lean, Lists
from bot.rendering.parsing.last_line import ended_code, ended_lines
from bot.rendering.parsing.lines import Line, decided_end, read, shallow, tame

LEAF: Final = 3_000
"""Characters of a paragraph after which it is cut in two."""

CROWDED: Final = 3_000
"""Characters of a list item after which each item inside it begins a region, too."""

DEEP: Final = 3
"""Columns of indent beyond which nothing begins on a line below a paragraph."""

CODE: Final = 6_000
"""Characters of code in a quote, or of math, after which it goes on in a region of its own.

Code that stands alone is no work to parse.
"""

CODE_IN_ITEM: Final = 20_000
"""The same for code in a list item. Beyond that, code without an end does not end with the item."""

ROWS: Final = 100
"""Rows of a table after which it goes on in a region of its own."""

_QUOTE_MARKS: Final = re.compile(r"(?<=\n)[ \t]*>[ \t>]*")


@dataclass(frozen=True, slots=True)
class Region:
    """A piece of the document that can be parsed alone."""

    text: str = ""

    carries: bool = False
    """Whether the list that it begins with goes on with the numbers of the one before."""

    joins: bool = False
    """Whether it goes on with the paragraph or the table that the region before ended with.

    Then a table has its header repeated, and a paragraph begins with one character that stands for
    the one before it, which is to be dropped.
    """

    depth: int = 0
    """List items around it."""

    held: int | None = None
    """For the end of a text that broke off: how many characters, without white space, were never
    returned as settled."""


@dataclass(slots=True)
class _Open:
    """The region that is being written; `carries`, `joins` and `depth` as in `Region`."""

    text: str = ""
    """Its complete lines."""

    carries: bool = False
    joins: bool = False
    depth: int = 0

    committed: int = 0
    """Characters of it that were returned as settled; they stay so."""

    def region(self, text: str) -> Region:
        return Region(text, self.carries, self.joins, self.depth)


@dataclass(slots=True)
class _Above:
    """What of the lines above matters for the next line. Places are indexes of the open region."""

    fence: Fence | None = None
    """The block of code or math that is open."""

    header: str | None = None
    """The header and the delimiter row of the table that is open."""

    rows: int = 0
    """Rows of that table in the open region."""

    candidate: int | None = None
    """Where the line above begins, if a delimiter row can make it the header of a table."""

    leaf: int | None = None
    """Where the paragraph that is open begins."""

    leaf_quote: int = 0
    """Block quotes around the first line of this paragraph; further lines may lack the marks."""

    inside: int = 0
    """Columns of indent of the text of the item that this paragraph is in."""

    quote: int = 0
    """Block quotes around the line above."""

    edge: bool = False
    """Whether what begins at the edge of the page now begins a region."""

    quote_edge: bool = False
    """The same for what begins at the edge of that block quote."""

    empty: bool = False
    """Whether the line above is empty, apart from its quote marks."""

    def read(self, text: str) -> Line:
        """The next line, as what it is below these."""
        line = read(text)
        if self.leaf is None or line.blank:
            return line
        if line.margin - self.inside > DEEP and not self.quote:
            return line.flattened()
        begins = line.interrupts or not self.is_inside(line)
        return line if begins or not line.marker else line.unmarked()

    def is_inside(self, line: Line) -> bool:
        """Whether the line is in the same containers as the line above it."""
        return line.quote == self.quote and line.indent >= self.inside

    def in_code(self, line: Line) -> bool:
        """Whether the line belongs to the open block of code; in a quote, that ends with it."""
        return self.fence is not None and (line.quote > 0 or not self.fence.quoted)

    def leaf_of(self, line: Line, at: int) -> int:
        """Where the paragraph begins that the line, which begins at `at`, is part of."""
        if self.leaf is None or line.marker or line.quote > self.leaf_quote:
            return at + line.text_at
        return self.leaf

    def add_text(self, line: Line, at: int) -> None:
        """The line begins a paragraph or goes on with one."""
        self.header, self.rows, self.edge = None, 0, False
        if line.marker or self.leaf is None:
            self.inside = line.at - line.lead + line.indent if line.marker else 0
        leaf = self.leaf_of(line, at)
        if leaf != self.leaf:
            self.leaf, self.leaf_quote = leaf, line.quote
        self.candidate = at if line.piped else None

    def is_plain(self, line: Line) -> bool:
        """Whether the line is running text whatever follows."""
        if line.blank or line.undecided or line.piped or line.heading or line.rule or line.fence:
            return False
        return self.candidate is None or not line.may_delimit


class Scanner:
    """Feed it the text; take the regions that are complete, and look at the open one."""

    def __init__(self) -> None:
        self._regions: list[Region] = []
        """Complete ones that were not taken yet."""
        self._line = ""
        """The last line, which is not complete."""
        self._open = _Open()
        self._above = _Above()
        self._lists = Lists()
        self._quoted = ""
        """Marker of the last item of a list in block quotes, if nothing has ended that list."""
        self._lean = UPRIGHT
        """How the line above was moved; what stands as far in is moved as well."""
        self._fence_line: str | None = None
        """The line above, if the next one tells whether it ends a document in a fence."""

    def feed(self, text: str) -> None:
        """More of the document, with line feeds as its only line ends."""
        *lines, last = text.split("\n")
        for line in lines:
            self._take(self._line + line)
            self._line = ""
        self._line = self._bounded(self._line + last)

    def finish(self, *, broke_off: bool = False) -> None:
        """The document ends here: all of it is complete, or it broke off at any place."""
        self._end_fence_line("")
        lines = [self._line] if self._line else []
        if broke_off:
            lines = self._last_lines()
        for line in lines:
            self._take(line)
        self._line = ""
        is_open = broke_off and (lines or self._above.leaf is not None or self._above.fence)
        held = len("".join(self._open.text[self._open.committed :].split())) if is_open else None
        self._close()
        if held is not None and self._regions:
            self._regions[-1] = replace(self._regions[-1], held=held)

    def _last_lines(self) -> list[str]:
        """The last line of a text that broke off, without what is only half of a mark.

        A table that has no rows yet gets what is missing of its delimiter row.
        """
        raw, above = self._line, self._above
        line = above.read(self._normal(raw))
        if above.fence and above.in_code(line):
            return ended_code(raw, line, above.fence.marks, quoted=above.fence.quoted)
        at = above.candidate
        header = None if at is None else read(self._open.text[at:].rstrip("\n"))
        return ended_lines(raw, line, header, in_table=above.header is not None)

    def take(self) -> list[Region]:
        """The regions that were completed since the last call."""
        taken, self._regions = self._regions, []
        return taken

    def open(self) -> Region:
        """The region that is being written, as far as it is settled."""
        if self._fence_line is not None:
            return self._open.region(self._open.text)
        text = self._open.text + self._normal(self._line)
        settled = max(self._open.committed, self._settled(text))
        self._open.committed = min(settled, len(text))
        return self._open.region(text[: self._open.committed])

    # Complete lines

    def _take(self, raw: str) -> None:
        self._end_fence_line(raw)
        fence = self._above.fence
        line = read(raw)
        if fence and self._above.in_code(line) and fence.may_open(line):
            self._fence_line = raw
        else:
            self._take_line(raw)

    def _end_fence_line(self, following: str) -> None:
        """Takes the fence that waits for the line below it, which is `following`."""
        raw, self._fence_line = self._fence_line, None
        if raw is None:
            return
        fence = self._above.fence
        if not (fence and fence.opens(following)):
            self._take_line(raw)
            return
        fence.enter()
        self._open.text += fence.moved(raw) + "\n"

    def _take_line(self, raw: str) -> None:
        raw = self._bounded(raw)
        text = self._normal(raw)
        line = self._above.read(text)
        if self._above.in_code(line):
            self._code(line, raw)
        else:
            self._above.fence = None
            self._lean = self._lean_of(raw) if raw.strip() else self._lean
            if self._repeats_empty(line):
                return
            self._prose(line)
        self._open.text += text + "\n"
        if self._above.rows == ROWS or (self._above.rows and len(self._open.text) > LEAF):
            self._continue_table()

    def _repeats_empty(self, line: Line) -> bool:
        """Whether it is one more empty line: any number of them says the same as one."""
        return line.blank and self._above.empty and line.quote == self._above.quote

    def _normal(self, raw: str) -> str:
        """The line as it is parsed, with the common mistakes of models corrected."""
        fence = self._above.fence
        if fence and self._above.in_code(read(raw)):
            return fence.moved(raw)
        if not raw.strip():
            return raw
        return lengthened(self._above.read(" " * self._lean_of(raw).by + tame(shallow(raw))))

    def _lean_of(self, raw: str) -> Lean:
        line = read(shallow(raw))
        return self._lean if line.margin >= self._lean.edge else self._lists.lean_of(line)

    def _code(self, line: Line, raw: str) -> None:
        fence = self._above.fence
        if fence is None:
            return
        if fence.closed_by(line):
            self._above = _Above(edge=not fence.quoted and not fence.column, quote=line.quote)
            return
        if fence.size > (CODE if fence.quoted or not fence.column else CODE_IN_ITEM):
            self._continue_code(fence, raw)
        fence.size += len(raw) + 1
        if fence.document:
            fence.note(line)
        if fence.shift is None and raw.strip():
            fence.shift = fence.lacking(raw)

    def _prose(self, line: Line) -> None:
        if line.blank:
            self._leave(line)
            return
        if self._open.text and self._begins(line):
            self._begin(line)
        self._note_list(line)
        self._enter(line)
        self._above.quote, self._above.quote_edge, self._above.empty = line.quote, False, False

    def _leave(self, line: Line) -> None:
        """An empty line ends paragraphs and tables."""
        if line.quote and self._lists.excludes(line):
            self._lists = Lists()
        quote = line.quote
        self._above = _Above(edge=not quote, quote_edge=quote > 0, quote=quote, empty=True)

    def _begins(self, line: Line) -> bool:
        """Whether a region begins with the line: nothing above can change it or what follows."""
        if line.flush:
            in_list = bool(self._lists.marker and line.marker)
            return self._above.edge or in_list or (not line.marker and line.is_block)
        crowded = len(self._open.text) > CROWDED
        if line.quote:
            same = line.quote == self._above.quote and not line.indent
            return same and (crowded if line.marker else self._above.quote_edge)
        depth = self._lists.depth_of(line)
        if line.marker:
            return crowded or depth < self._open.depth
        # In an item that is not crowded a paragraph is part of its text.
        apart = self._above.empty or line.is_block
        return apart and (depth < self._open.depth or (crowded and depth > 0))

    def _note_list(self, line: Line) -> None:
        if line.marker and not line.quote:
            self._lists.enter(line)
        goes_on = self._above.leaf is not None and not (line.marker or line.rule or line.is_block)
        if not line.indent and not goes_on:
            self._quoted = line.marker if line.quote else ""
        if (
            not (line.flush and line.marker)
            and self._lists.excludes(line)
            and self._ends_list(line)
        ):
            self._lists = Lists()

    def _ends_list(self, line: Line) -> bool:
        """Whether a line outside of the items ends the list: text goes on with a paragraph."""
        return line.quote > 0 or self._above.leaf is None or line.rule or line.is_block

    def _enter(self, line: Line) -> None:
        """Notes what the line opens, or goes on with."""
        at, above = len(self._open.text), self._above
        if self._delimits(line):
            above.header = self._open.text[above.candidate :] + line.text + "\n"
            above.leaf = above.candidate = None
        elif line.fence:
            document = says_document(line)
            fence = Fence(line.fence, line.at, line.quote > 0, opener_of(line), document=document)
            self._above = _Above(fence=fence)
        elif line.heading or line.rule:
            self._above = _Above(edge=line.flush)
        elif above.header and not line.marker and above.is_inside(line):
            above.rows += 1
        else:
            above.add_text(line, at)

    def _delimits(self, line: Line) -> bool:
        """Whether the line makes the one above it the header of a table."""
        candidate = self._above.candidate
        if candidate is None or not line.delimits or not self._above.is_inside(line):
            return False
        return line.cells == read(self._open.text[candidate:].rstrip("\n")).cells

    # Regions

    def _close(self) -> None:
        """The open region is complete."""
        done = self._open
        if done.text:
            self._regions.append(done.region(done.text))
        # Of the line that begins the next one, some may have been shown before it was complete.
        self._open = _Open(committed=max(0, done.committed - len(done.text)))
        self._above.candidate = self._above.leaf = None

    def _continue_table(self) -> None:
        header, self._above.rows = self._above.header or "", 0
        line = read(header.partition("\n")[0])
        if line.marker:
            return
        depth = 0 if line.quote else self._lists.depth_of(line)
        self._close()
        self._open = _Open(header, joins=True, depth=depth, committed=len(header))

    def _continue_code(self, fence: Fence, raw: str) -> None:
        before = self._open.text.rstrip("\n").rpartition("\n")[2]
        stands_alone = not (fence.quoted or fence.column or fence.is_math)
        if stands_alone or self._open.text.endswith("\n\n") or not fence.may_go_on(raw, before):
            return
        depth = 0 if fence.quoted else sum(at <= fence.column for at, _ in self._lists.levels)
        opener = fence.opener + "\n"
        self._close()
        self._open = _Open(opener, joins=True, depth=depth, committed=len(opener))
        fence.size = 0

    def _begin(self, line: Line) -> None:
        self._close()
        depth = 0 if line.flush or line.quote else self._lists.depth_of(line)
        above = self._quoted if line.quote else self._lists.marker_at(depth)
        self._open.depth, self._open.carries = depth, bool(line.marker) and line.marker == above

    # Bounds

    def _bounded(self, raw: str) -> str:
        """The line, or what remains of it after its paragraph was cut because of its length."""
        while self._overflows(raw):
            line = self._above.read(self._normal(raw))
            plain = self._above.is_plain(line)
            if plain and self._open.text and self._begins(line):
                self._begin(line)
                continue
            done = self._open.text
            leaf = self._above.leaf_of(line, len(done)) if plain else self._above.leaf
            whole = done + line.text if plain else done
            if leaf is None or len(whole) - leaf < LEAF:
                break
            raw = self._cut(whole, leaf + settled_cut(_unquoted(whole[leaf : leaf + LEAF])), raw)
        return raw

    def _overflows(self, raw: str) -> bool:
        """A first look that costs nothing: whether a paragraph may be too long."""
        if self._above.fence:
            return False
        if self._above.header and len(raw) > LEAF:
            # No row is that long: the table ends, and the line is text.
            self._open.text += "\n"
            self._above = _Above()
        length = len(self._open.text) + len(raw) - (self._above.leaf or 0)
        return not self._above.header and length >= LEAF

    def _cut(self, whole: str, cut: int, raw: str) -> str:
        """Ends the region there; the rest begins with one character that stands for the last."""
        joint, done = _stand_in(whole[cut - 1]), len(self._open.text)
        committed, candidate = self._open.committed - cut + 1, self._above.candidate
        rest = whole[cut:done] if cut <= done else ""
        after = raw if cut <= done else joint + whole[cut:]
        self._open.text = whole[:cut]
        self._close()
        text = joint + rest if cut <= done else ""
        self._open = _Open(text, joins=True, committed=max(0, committed))
        self._above.leaf, self._above.edge = 0, False
        if candidate is not None and candidate >= cut:
            self._above.candidate = candidate - cut + 1
        return after

    # What is settled

    def _settled(self, text: str) -> int:
        """The length of the beginning of the open region that looks the same whatever follows."""
        at, above = len(self._open.text), self._above
        line = above.read(text[at:])
        if above.fence and above.in_code(line):
            may_close = line.may_close(above.fence.marks, quoted=above.fence.quoted)
            return at if may_close else len(text)
        if above.header and not line.marker:
            return at
        end, leaf = self._end(line, at), above.leaf
        if end > at and line.content:
            leaf = above.leaf_of(line, at)
        return _shown(text, end, leaf)

    def _end(self, line: Line, at: int) -> int:
        """Where to stop because of what the last lines may become."""
        if self._above.candidate is not None and line.may_delimit:
            return self._above.candidate
        return at if line.undecided or line.piped else at + len(line.text)


def _shown(text: str, end: int, leaf: int | None) -> int:
    """`end`, or less: where the paragraph and the line that it ends in are both decided."""
    while True:
        if leaf is not None and leaf < end:
            end = leaf + hold(_unquoted(text[leaf:end]))
        if (shorter := decided_end(text[:end])) == end:
            return end
        end = shorter


def _unquoted(paragraph: str) -> str:
    """The paragraph with spaces in place of the quote marks of its further lines."""
    if "\n" not in paragraph or ">" not in paragraph:
        return paragraph
    return _QUOTE_MARKS.sub(lambda found: " " * len(found[0]), paragraph)


def _stand_in(character: str) -> str:
    """A character that begins nothing, and that emphasis beside it treats like the given one."""
    if character.isascii():
        return "x" if character.isalnum() else "."
    return "." if character.isspace() else character
