"""What a member of a channel, a model, an endpoint or Slack can make large."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 200_000
"""Characters of the longest answer."""
MEGABYTE = 1_000_000


def repeated(text: str, length: int = LONGEST) -> str:
    return (text * (length // len(text) + 1))[:length]


ANSWERS: Mapping[str, str] = {
    "prose": repeated("Some *words* follow others, and `code` too. "),
    "paragraphs": repeated("Some words.\n\n"),
    "one line": repeated("word "),
    "one word": "a" * LONGEST,
    "one line of Japanese": repeated("漢字"),
    "one address of 20,000": "https://example.com/" + "b" * 20_000,
    "one address of 200,000": "https://example.com/" + "b" * LONGEST,
    "addresses": repeated("https://example.com/b "),
    "a link to 20,000": "[a](https://example.com/" + "b" * 20_000 + ")",
    "a label of 20,000": "[" + repeated("word ", 20_000) + "](https://example.com/)",
    "links": repeated("[a](https://example.com/b) "),
    "empty links": repeated("[]("),
    "brackets": "[" * LONGEST,
    "stars in words": repeated("a*"),
    "stars": repeated("**a* "),
    "backticks": repeated("` ``"),
    "tags": repeated("<b> </b><i> </i>"),
    "angle brackets": "<" * LONGEST,
    "formulas": repeated("$$a\n"),
    "full stops": "." * LONGEST,
    "emoji": repeated(":tada:"),
    "joined emoji": repeated("👩‍👩‍👧‍👦"),
    "accents": "e" + "\u0301" * LONGEST,
    "a list": repeated("- item **x**\n"),
    "a nested list": "".join("  " * (each % 40) + "- x\n" for each in range(9_000)),
    "paragraphs in an item": "- a\n" + repeated("  b\n\n"),
    "code in an item": "- a\n  ```\n" + repeated("  b\n"),
    "tasks": repeated("- [ ] x\n"),
    "headings": repeated("# x\n"),
    "rules": repeated("---\n"),
    "empty lines": "\n" * LONGEST,
    "quotes": repeated("> text\n"),
    "a list in quotes": repeated("> > - x\n"),
    "code in a quote": "> ```\n" + repeated("> b\n"),
    "code": "```\n" + repeated("x = 1  # a line\n"),
    "one line of code": "```\n" + "x" * LONGEST,
    "code blocks": repeated("```\nx\n```\n"),
    "a document in a fence": "```markdown\n" + repeated("```\nx\n```\n"),
    "display math": "$$\n" + repeated("x\n"),
    "a table": "| a | b |\n|---|---|\n" + repeated("| c | d |\n"),
    "a table of links": "| a |\n|---|\n" + repeated("| **c** [l](https://e.example/x) |\n"),
    "long rows": "| a |\n|---|\n" + repeated(f"| {'**c** ' * 400}|\n"),
    "a wide table": repeated("|" + "a|" * 5_000 + "\n|" + "-|" * 5_000 + "\n"),
    "tables": repeated("| a | b |\n|---|---|\n| c | d |\n\n"),
    "lines of a pipe": repeated("|\n"),
}
"""Answers that come in one piece."""


def _section(elements: list[Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words, "style": style}


_CARD = {"type": "section", "text": {"type": "mrkdwn", "text": "*a* `b` " * 300}}
_CELL = {"type": "raw_text", "text": "*x*"}
_LINK = {"type": "link", "url": "https://example.com/" + "b" * 20_000}

MESSAGES: Mapping[str, dict[str, Any]] = {
    "styles and mentions": {"text": "*bold* and `code` <@U1> " * 500},
    "one word": {"text": "a" * 40_000},
    "one address": {"text": "<https://example.com/" + "b" * 39_000 + ">"},
    "stars": {"text": "*a" * 20_000},
    "backticks": {"text": "` ``" * 10_000},
    "angle brackets": {"text": "<" * 40_000},
    "links": {"text": "<https://a.example|b>" * 1_900},
    "invisible": {"text": "a\u200b" * 20_000},
    "Japanese": {"text": "漢字" * 20_000},
    "rich text": {"blocks": [_section([_text("`a` *b* " * 2_000, bold=True)])] * 3},
    "an address in rich text": {"blocks": [_section([_LINK])] * 5},
    "many pieces": {"blocks": [_section([_text("x", bold=True), _text(" y ")] * 500)] * 50},
    "cards": {"blocks": [_CARD] * 50, "bot_id": "B1", "text": "word " * 8_000},
    "tables": {"blocks": [{"type": "table", "rows": [[_CELL] * 20] * 100}] * 5},
    "attachments": {
        "attachments": [{"text": "word <@U1> " * 1_000, "fallback": "x " * 9_000}] * 99
    },
    "fields": {"attachments": [{"fields": [{"title": "a", "value": "b"}] * 1_000}] * 99},
    "names": {"attachments": [{"author_name": "a\n" * 20_000, "title": "b" * 40_000}] * 99},
    "files": {"files": [{"name": "a" * 1_000}] * 5_000},
    "nothing to see": {"text": "a\u200b" * 20_000, "blocks": [_CARD | {"text": {}}] * 999},
}
"""Messages of which a thread has a hundred."""


PAGES: Mapping[str, dict[str, Any]] = {
    "texts of 40,000": {"text": "a" * 40_000},
    "Japanese": {"text": "漢" * 13_000, "blocks": [_section([_text("漢" * 12_000)])]},
    "2,000 pieces each": {"blocks": [_section([_text("x", bold=True)] * 2_000)]},
}
"""Messages of which a page of Slack's answer has two hundred."""


def _event(**more: Any) -> dict[str, Any]:
    said = {
        "type": "app_mention",
        "channel": "C1",
        "user": "U1",
        "ts": "1751328000.000100",
        "text": "<@UBOT> why?",
    }
    return {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event": said | more}


EVENTS: Mapping[str, dict[str, Any]] = {
    "text": _event(text="<@UBOT> " + "a" * 990_000),
    "mentions": _event(text="<@UBOT> " * 110_000),
    "Japanese": _event(text="漢" * 160_000),
    "invisible": _event(text="a\u200b" * 120_000),
    "blocks": _event(blocks=[_section([_text("x", bold=True)])] * 6_000),
    "files": _event(files=[{"name": "a"}] * 60_000),
    "attachments": _event(attachments=[{"text": "a"}] * 60_000),
    "empty objects": _event(blocks=[{}] * 240_000),
    "numbers": _event(blocks=[0] * 300_000),
}
"""Events of about a megabyte."""

_CLICK = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "api_app_id": "A1"}


def _form(**more: Any) -> bytes:
    action = {"action_id": "x", "block_id": "y", "type": "button"}
    return urlencode({"payload": json.dumps(_CLICK | {"actions": [action]} | more)}).encode()


FORMS: Mapping[str, bytes] = {
    "text": _form(message={"text": "a" * 990_000}),
    "Japanese": _form(message={"text": "漢" * 80_000}),
    "blocks": _form(message={"blocks": [_CARD] * 180}),
    "values of a form": _form(state={"values": {f"k{each}": {} for each in range(38_000)}}),
    "escapes": b"payload=" + b"%41" * 330_000,
    "fields": b"&".join([b"a=b"] * 250_000),
}
"""Interactions of about a megabyte."""


def _chunk(**delta: Any) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n"


_END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'

STREAMS: Mapping[str, bytes] = {
    "tokens": _chunk(content="a") * 50_000 + _END,
    "one chunk": _chunk(content="word " * 39_000) + _END,
    "thinking": _chunk(content="<think>") + _chunk(content="a<") * 20_000 + _END,
    "blank lines": b"\n" * 8 * MEGABYTE,
    "comments": b": x\n" * 2 * MEGABYTE,
    "empty data": b"data:\n\n" * MEGABYTE,
    "empty chunks": b'data: {"choices":[]}\n\n' * 300_000,
    "junk lines": b"x\n" * 4 * MEGABYTE,
    "one line": b"data: " + b"x" * 8 * MEGABYTE,
    "one comment": b":" + b"x" * 8 * MEGABYTE,
    "an open document": b"{\n" + b"1,\n" * 2 * MEGABYTE,
    "quotes in a document": b"{" + b'"\\' * 500_000 + b"\n",
    "choices": b'data: {"choices":[' + b"{}," * 300_000 + b"{}]}\n\n" + _END,
    "calls of tools": _chunk(tool_calls=[{}] * 250_000) + _END,
}
"""Bodies of an endpoint's answer, of megabytes."""
