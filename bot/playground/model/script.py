"""The demo model's answers: which words bring which of them, as one table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Self

from bot.playground.model.continuation import rest_of
from bot.playground.model.scripted_reply import FOREVER, Cut, Piece, Reply, error_body, sse

ANSWERS = Path(__file__).with_name("answers")
SLOW_START = 8.0
_FEW_WORDS = 60
_ROWS = 120


_KANA_OR_KANJI = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_TOKEN = re.compile(
    r"\s*[A-Za-z0-9]{1,7}|\s*[\u3040-\u30ff\u3400-\u9fff]{1,2}|\s+|\s?[^\sA-Za-z0-9]"
)
_MENTION = re.compile(r"<@[^>]*>|(?<!\w)@(?:Stream Bot|\S+)")
_GO_ON = re.compile(r"^Your last answer was cut short\b")
_BREAK = "¦"
"""In a written answer: where it breaks off. The rest of it comes with Continue."""

_SPEAKER = re.compile(r"\A[^\s:][^:\n]{0,80}: ")
"""Who said it, before what was said."""

_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a request, its text only."""

    role: str
    text: str

    @classmethod
    def read(cls, message: Mapping[str, Any]) -> Self:
        return cls(str(message.get("role")), _plain(message.get("content")))


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a request says, as far as a model that knows its answers has to read it."""

    said: tuple[Said, ...]

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        messages = body.get("messages")
        listed = messages if isinstance(messages, list) else []
        return cls(tuple(Said.read(each) for each in listed if isinstance(each, Mapping)))

    @property
    def questions(self) -> list[str]:
        return [_MENTION.sub("", each.text).strip() for each in self.said if each.role == "user"]

    @property
    def question(self) -> str:
        return self.questions[-1] if self.questions else ""

    @property
    def language(self) -> str:
        return "ja" if _KANA_OR_KANJI.search(self.question) else "en"

    @property
    def goes_on(self) -> bool:
        """An answer that stands last is one to be continued; so it is when that is asked for."""
        return bool(self.said) and (self.said[-1].role == "assistant" or self.is_asked_to_go_on)

    @property
    def is_asked_to_go_on(self) -> bool:
        return bool(_GO_ON.search(self.said[-1].text)) and len(self.said) > 2

    def count(self, role: str) -> int:
        return sum(each.role == role for each in self.said)


@dataclass(frozen=True, slots=True)
class Script:
    """An answer and the words that ask for it."""

    name: str
    words: str
    answer: Callable[[Conversation], Reply]
    goes_wrong: bool = False
    """Then it is asked for in a few words only: a long question just happens to contain them."""

    def fits(self, question: str) -> bool:
        short = len(question) <= _FEW_WORDS or not self.goes_wrong
        return short and bool(_pattern(self.words).search(question))


def reply_to(conversation: Conversation) -> Reply:
    """The first script that fits; without one, an answer that shows what was understood."""
    if conversation.goes_on:
        return _rest(conversation)
    question = conversation.question
    fitting = (script.answer for script in SCRIPTS if script.fits(question))
    return next(fitting, _echo)(conversation)


def _rest(conversation: Conversation) -> Reply:
    """What was still to come of the last answer, if it broke off; else words that say so."""
    said = conversation.said
    last = max((at for at, each in enumerate(said) if each.role == "assistant"), default=-1)
    if last > 0:
        reply = reply_to(Conversation(said[:last]))
        if rest := rest_of(reply.text + reply.rest, said[last].text):
            return Reply((0.0, *tokens(rest)))
    return _written("continue")(Conversation(said[:last] if last > 0 else said))


def tokens(text: str) -> list[str]:
    """Pieces as models send them: half-words, and one or two characters of Japanese."""
    return _TOKEN.findall(text)


@cache
def written(name: str, language: str = "en") -> str:
    """An answer from the folder, in the language asked for where it has been written."""
    path = ANSWERS / f"{name}.{language}.md"
    return (path if path.exists() else ANSWERS / f"{name}.md").read_text("utf-8").strip()


def _written(
    name: str, *end: Piece, start: float = 0.0, finish_reason: str | None = "stop"
) -> Callable[[Conversation], Reply]:
    def answer(conversation: Conversation) -> Reply:
        text, _, rest = written(name, conversation.language).partition(_BREAK)
        return Reply((start, *tokens(text), *end), finish_reason=finish_reason, rest=rest)

    return answer


def _fixed(reply: Reply) -> Callable[[Conversation], Reply]:
    return lambda _: reply


def _thoughtful(conversation: Conversation) -> Reply:
    """The reasoning goes before the answer, in a field that some endpoints have for it."""
    language = conversation.language
    thoughts = [{"reasoning_content": each} for each in tokens(written("thoughts", language))]
    return Reply((*thoughts, *tokens(written("think", language))))


def numbers(language: str = "en") -> str:
    """A table with more rows than one of Slack's can have."""
    rows = (f"| {n} | {n**2:,} | {n**3:,} |" for n in range(1, _ROWS + 1))
    table = "\n".join(("| n | n² | n³ |", "|--:|--:|--:|", *rows))
    return written("numbers", language).format(last=_ROWS, rows=table)


_OVERLOADED = error_body("The demo model is overloaded, as you asked.", kind="server_error")
_SERVER_ERROR = Reply(status=500, body=_OVERLOADED)
_RATE_LIMIT = Reply.error(
    429,
    "The demo model is busy, as you asked.",
    "rate_limit_exceeded",
    headers={"Retry-After": "2"},
)

SCRIPTS = (
    Script("stall", r"stall\w*|固ま\w*|黙って", _written("stall", FOREVER), goes_wrong=True),
    Script(
        "length",
        r"length|途中まで|長さの上限",
        _written("length", finish_reason="length"),
        goes_wrong=True,
    ),
    Script(
        "cut",
        r"cut|disconnect\w*|切断|切れ\w*",
        _written("cut", Cut.CLOSE),
        goes_wrong=True,
    ),
    Script(
        "filter",
        r"filter\w*|フィルター",
        _written("filter", finish_reason="content_filter"),
        goes_wrong=True,
    ),
    Script(
        "unfinished",
        r"no finish|unfinished|未完",
        _written("cut", finish_reason=None),
        goes_wrong=True,
    ),
    Script(
        "midway",
        r"mid-?\s?stream error|error mid-?\s?stream|途中でエラー",
        _written("midway", sse(_OVERLOADED), finish_reason=None),
        goes_wrong=True,
    ),
    Script("busy", r"429|rate limit\w*|busy", _fixed(_RATE_LIMIT), goes_wrong=True),
    Script("broken", r"server error|error 500|エラー", _fixed(_SERVER_ERROR), goes_wrong=True),
    Script("empty", r"empty|空の返事", _fixed(Reply()), goes_wrong=True),
    Script("slow", r"slow\w*|遅い|ゆっくり", _written("slow", start=SLOW_START), goes_wrong=True),
    Script("continue", r"continue\w*|go on|続き|続けて", _rest, goes_wrong=True),
    Script("think", r"think (?:\w+ )?first|think hard|reasoning|よく考えて|じっくり", _thoughtful),
    Script(
        "numbers",
        r"big table|long table|大きな表|長い表",
        lambda c: Reply(tokens(numbers(c.language))),
    ),
    Script("markdown", r"markdown|マークダウン", _written("markdown")),
    Script("long", r"long\w*|長い|長文", _written("long")),
    Script("table", r"tables?|表", _written("table")),
    Script("code", r"code|python|program\w*|コード|プログラム", _written("code")),
    Script("japanese", r"japanese|日本語|自己紹介", _written("japanese")),
    Script(
        "help",
        r"help|hello|hi|hey|what can you do|こんにちは|ヘルプ|使い方|何ができ",
        _written("help"),
    ),
)


def _echo(conversation: Conversation) -> Reply:
    """Shows what arrived; a paragraph with nothing to say about it is left out."""
    told = _told(conversation)
    paragraphs = written("echo", conversation.language).split("\n\n")
    fitting = [each.format_map(told) for each in paragraphs if _fields(each) <= told.keys()]
    return Reply(tokens("\n\n".join(fitting)))


def _told(conversation: Conversation) -> dict[str, object]:
    told = {
        "quote": _quote(conversation.question),
        "words": _striking(_SPEAKER.sub("", conversation.question)),
        "given": _many(len(conversation.said), "message"),
        "given_count": str(len(conversation.said)),
        "people": str(conversation.count("user")),
        "mine": str(conversation.count("assistant")),
        "rules": _many(conversation.count("system"), "instruction"),
        "earlier": "".join(map(_short, conversation.questions[-2:-1])),
    }
    return {name: value for name, value in told.items() if value}


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _striking(text: str) -> str:
    """The longest words are seldom the dull ones."""
    words = dict.fromkeys(_WORD.findall(text))
    longest = sorted(words, key=len, reverse=True)[:3]
    return ", ".join(f"**{word}**" for word in words if word in longest)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in _short(text, 300).splitlines()) or "> …"


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


@cache
def _pattern(words: str) -> re.Pattern[str]:
    # \b knows no border inside Japanese, so only Latin letters count as neighbours.
    return re.compile(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])", re.IGNORECASE)


def _plain(content: object) -> str:
    """Content is a string, or a list of parts of which we read those with text."""
    if isinstance(content, list):
        return "\n".join(str(p.get("text", "")) for p in content if isinstance(p, Mapping))
    return content if isinstance(content, str) else ""
