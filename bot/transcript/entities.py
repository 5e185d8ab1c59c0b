"""mrkdwn → Markdown: entities, tokens in angle brackets, code, and the few styles that differ."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.core.sliced import Sliced, result_of
from bot.text.code_spans import code_span, fence
from bot.text.visible import one_line
from bot.transcript.dates import utc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Name = Callable[[str], str]
    """The display name of a user id, or the id itself."""

MARK: Final = "\x00"
"""Marks the place of what is set aside. The text holds none: they are taken out of it before."""

MATCHES: Final = 500
"""Pieces of a text that are replaced at a time."""

CODE: Final = re.compile(r"```(?P<block>.+?)```|`(?P<span>[^`\n]+)`", re.DOTALL)
TOKEN: Final = re.compile(rf"<([^<>|\n{MARK}]+(?:\|[^<>{MARK}]*)?)>")
BOLD: Final = re.compile(r"(?<![\w*])\*(?![\s*])([^*\n]*?[^*\s])\*(?![\w*])")
STRIKE: Final = re.compile(r"(?<![\w~])~(?![\s~])([^~\n]*?[^~\s])~(?![\w~])")
BULLET: Final = re.compile(r"^( *)(?:•|◦|▪\ufe0e?) ", re.MULTILINE)
ASIDE: Final = re.compile(rf"{MARK}(\d+){MARK}")
MOMENT: Final = re.compile(r"-?\d{1,12}", re.ASCII)
LABEL: Final = re.compile(r"<(?:[@#]|!subteam\^)(\w+)\|([^<>|\n]+)>")
BRACKET: Final = re.compile(r"[\[\]]|\\\Z")
URL_ENDS: Final = re.compile(r"[\x00-\x20\x7f<>\\]")


def from_text(text: str, name: Name) -> str:
    """The Markdown of mrkdwn, such as a message's `text`. `name` gives the name of a user id.

    Markers beside a letter stay as they are: mrkdwn does not tell whether they style anything.
    """
    return result_of(read_text(text, name))


def read_text(text: str, name: Name) -> Sliced[str]:
    """The same in slices."""
    text = text.replace(MARK, "")
    aside: list[str] = []

    def set_aside(markdown: str) -> str:
        aside.append(markdown)
        return f"{MARK}{len(aside) - 1}{MARK}"

    def code(match: re.Match[str]) -> str:
        return set_aside(_code(match, name))

    text = yield from _replaced(CODE, text, code)
    text = yield from _replaced(TOKEN, text, lambda match: set_aside(token(match[1], name)))
    text = STRIKE.sub(r"~~\1~~", BOLD.sub(r"**\1**", text))
    text = BULLET.sub(r"\1- ", unescape(text))
    yield
    return (yield from _replaced(ASIDE, text, lambda match: aside[int(match[1])]))


def _replaced(
    pattern: re.Pattern[str], text: str, change: Callable[[re.Match[str]], str]
) -> Sliced[str]:
    """The text with each match replaced, in slices of `MATCHES`."""
    pieces: list[str] = []
    end = 0
    for count, found in enumerate(pattern.finditer(text), 1):
        pieces += text[end : found.start()], change(found)
        end = found.end()
        if count % MATCHES == 0:
            yield
    yield
    return "".join([*pieces, text[end:]])


def token(inside: str, name: Name) -> str:
    """The Markdown of what stands between `<` and `>`: a link, a mention or a date."""
    target, _, label = inside.partition("|")
    kind, rest = target[:1], target[1:]
    label = one_line(unescape(label))
    if kind == "@":
        return mention(rest, name, label)
    if kind == "#":
        return f"#{label.removeprefix('#') or rest}"
    if kind == "!":
        return _special(rest, label)
    return link(unescape(target), escaped_label(label))


def mention(user: str, name: Name, label: str = "") -> str:
    """`@Alice`. The label is used when the name is not known."""
    known = name(user)
    return f"@{label.removeprefix('@') or known}" if known == user else f"@{known}"


def link(url: str, label: str) -> str:
    """A Markdown link, or the bare address when the label only repeats it."""
    if not url or repeats_address(url, label):
        return url.removeprefix("mailto:") or label
    url = quoted_url(url)
    where = f"<{url}>" if set(url) & set("()") else url
    return f"[{label}]({where})"


def escaped_label(label: str) -> str:
    """The label with brackets escaped that would end it."""
    if "](" not in label and _balanced(label) and not label.endswith("\\"):
        return label
    return BRACKET.sub(r"\\\g<0>", label)


def repeats_address(url: str, label: str) -> bool:
    """Whether the label of a link shows no more than its address."""
    return not label or label == url or url.endswith((f"//{label}", f"mailto:{label}"))


def quoted_url(url: str) -> str:
    """The address with characters encoded that would end it in Markdown."""
    return URL_ENDS.sub(lambda match: f"%{ord(match[0]):02X}", url)


def code_block(text: str, language: str = "") -> str:
    """A fenced block on lines of its own."""
    marks = fence(text)
    return f"{marks}{language}\n{text.removesuffix(chr(10))}\n{marks}"


def unescape(text: str) -> str:
    """The text with Slack's three entities as characters (docs: escaping text)."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def labels(text: str) -> Mapping[str, str]:
    """Names by id, from tokens with a label in mrkdwn `text`; rich text has only the ids."""
    return {found: unescape(label).lstrip("@#") for found, label in LABEL.findall(text)}


def _code(match: re.Match[str], name: Name) -> str:
    if match["span"] is not None:
        return code_span(_verbatim(match["span"], name))
    block = code_block(_verbatim(match["block"], name).removeprefix("\n"))
    text, start, end = match.string, match.start(), match.end()
    before = "" if start == 0 or text[start - 1] == "\n" else "\n"
    after = "" if end == len(text) or text[end] == "\n" else "\n"
    return before + block + after


def _verbatim(code: str, name: Name) -> str:
    # Slack makes tokens of addresses in code, too; people see the label.
    def shown(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        return label or (token(target, name) if target[:1] in "@#!" else target)

    return unescape(TOKEN.sub(shown, code) if "<" in code else code)


def _special(rest: str, label: str) -> str:
    """`<!here>`, `<!subteam^S1|@team>`, `<!date^…|fallback>`."""
    command, *more = rest.split("^")
    if command == "date":
        return label or _date(*more)
    if command == "subteam":
        return f"@{(label or ''.join(more)).removeprefix('@')}"
    return f"@{(label or command).removeprefix('@')}"


def _date(moment: str = "", pattern: str = "", *_link: str) -> str:
    return utc(int(moment), pattern) if MOMENT.fullmatch(moment) else moment


def _balanced(text: str) -> bool:
    depth = 0
    for bracket in re.findall(r"[\[\]]", text):
        depth += 1 if bracket == "[" else -1
        if depth < 0:
            return False
    return depth == 0
