"""The rest of an answer that broke off, written so that it can be read in a message of its own."""

import re

_ENDINGS = (48, 24, 12, 6)
"""Letters and digits by which the end of an answer is found again in the whole of it: as many as
Slack has kept together."""

_LETTER = re.compile(r"[^\W_]")
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+")
_FENCE = re.compile(r"^(?:```.*|\$\$)$", re.MULTILINE)
_ROW = re.compile(r"\|.*\|\n")
_TABLE = re.compile(r"(?:^\|.*\|\n){2,}\Z", re.MULTILINE)
_MARKS = {
    "**": re.compile(r"\*\*"),
    "*": re.compile(r"(?<![*\s])\*(?!\*)|(?<!\*)\*(?![*\s])"),
    "~~": re.compile("~~"),
    "`": re.compile("`"),
}
"""The marks of styles, and how they are found. A star between blanks is none."""


def rest_of(whole: str, said: str) -> str:
    """What follows in `whole` after `said`, which Slack may have formatted; "" if nothing does.

    It begins with a whole word. What is open there (a code block, a table, a style) is opened
    again, unless it ends just there.
    """
    at = _word_start(whole, _end_of(said, whole))
    if at < 0 or not _LETTER.search(whole, at):
        return ""
    line = whole.rfind("\n", 0, at) + 1
    fences = _FENCE.findall(whole, 0, line)
    if len(fences) % 2:
        return f"{fences[-1]}\n{whole[line:]}"
    if whole.startswith(("```", "$$"), line):
        return whole[line:]
    if whole.startswith("|", line):
        return _table_head(whole[:line]) + whole[line:]
    return _reopened(whole, line, at)


def _reopened(whole: str, line: int, at: int) -> str:
    """The text from `at`, with the styles that its line has opened and not closed before."""
    opened = ""
    for mark, pattern in _MARKS.items():
        if len(pattern.findall(whole, line, at)) % 2:
            if whole.startswith(mark, at):
                at += len(mark)
            else:
                opened += mark
    return opened + whole[at:].lstrip(" ") if opened else whole[at:]


def _end_of(said: str, whole: str) -> int:
    """The index in `whole` behind the last words of `said`, or -1."""
    spoken = "".join(_LETTER.findall(said))
    ends = [found.end() for found in _LETTER.finditer(whole)]
    letters = "".join(_LETTER.findall(whole))
    for length in _ENDINGS:
        ending = spoken[-length:]
        if ending and (at := letters.rfind(ending)) >= 0:
            return _skip(whole, ends[at + len(ending) - 1], _LETTER.split(said)[-1])
    return -1


def _skip(text: str, at: int, characters: str) -> int:
    while at < len(text) and text[at] in characters and not text[at].isspace():
        at += 1
    return at


def _word_start(text: str, at: int) -> int:
    """`at`, or the beginning of the word that it divides. Japanese has no such words."""
    divided = (word for word in _ASCII_WORD.finditer(text) if word.start() < at < word.end())
    return next((word.start() for word in divided), at)


def _table_head(above: str) -> str:
    """The header and the delimiter row of the table that `above` ends with; "" in its header."""
    table = _TABLE.search(above)
    rows = _ROW.findall(table[0]) if table else []
    return "".join(rows[:2])
