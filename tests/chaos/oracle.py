"""The judge: what happened in a trial → what of it must not happen. Pure.

The rules carry the names of the invariants: I1 every acknowledged question ends, I2 at most one
reply, I3 nothing partial without a notice, I4 nothing is left hanging, I6 order within a thread,
I8 no secret and no content in a log; further G12 nobody calls before Retry-After has passed,
`stale` for what is written over a finished answer, and `process` for how the bots ended.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.playground.api.call_log import LoggedCall
from bot.slack.actions.buttons import RETRY, STOP
from bot.strings import LANGUAGES
from tests.e2e.house import Answer

IN_LINE = range(300)
UNFINISHED = {
    said
    for words in LANGUAGES.values()
    for said in (
        *(words.thinking, words.queued, words.next_in_line),
        *(words.in_line.format(count=count) for count in IN_LINE),
        *(words.own_in_line.format(count=count) for count in IN_LINE),
    )
}
WRITES = ("chat.postMessage", "chat.update")
UNDER_WAY = 0.25
"""Seconds after a refusal in which calls may still arrive that were made before it was known."""


class Fate(Enum):
    """What must become of a question."""

    ANSWERED = "answered"
    """All of its answer."""
    ENDED = "ended"
    """Any visible end."""
    UNHEARD = "unheard"
    """All of its answer, or nothing: Slack gave up telling of it, so it may be unknown."""
    FREE = "free"
    """Nothing at all."""


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    about: str
    detail: str

    def __str__(self) -> str:
        return f"{self.rule} {self.about}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `thread` is what its order counts in; `acknowledged` is when, if ever."""

    name: str
    ts: str
    channel: str
    thread: str
    answer: str
    acknowledged: float | None
    fate: Fate = Fate.ANSWERED
    failures: frozenset[str] = frozenset()
    """Kinds of failures that are an end as well, told with a button to ask again."""


@dataclass(frozen=True, slots=True)
class Exit:
    """How a process ended, and how it may have."""

    process: str
    code: int | None
    allowed: frozenset[int]


@dataclass(frozen=True, slots=True)
class History:
    """A trial after its end.

    `messages` are the bot's that stand in Slack, by channel; `requests` are those to the model:
    when and about which question. `secrets` maps a name to what must be in no log. `alone` is true
    where one process talked to Slack, and lived on: only then it knows of every refusal.
    """

    asked: Sequence[Asked] = ()
    messages: Mapping[str, Sequence[dict[str, Any]]] = field(default_factory=dict)
    calls: Sequence[LoggedCall] = ()
    requests: Sequence[tuple[float, str]] = ()
    logs: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exits: Sequence[Exit] = ()
    alone: bool = False


def judge(history: History) -> list[Violation]:
    """Everything that must not have happened."""
    return [violation for rule in RULES for violation in rule(history)]


# What stands in Slack


def about(message: Mapping[str, Any]) -> tuple[str, int]:
    """Which question, and which part of its answer, a message of the bot says it is."""
    payload = (message.get("metadata") or {}).get("event_payload", {})
    return str(payload.get("question", "")), int(payload.get("part", 0))


def bare(text: str) -> str:
    """Without blanks: where an answer is cut into parts, some go."""
    return "".join(text.split())


def is_live(answer: Answer) -> bool:
    """It still says that more is to come."""
    return STOP in answer.buttons or bool(UNFINISHED & {*answer.notices})


def is_whole(answer: Answer, expected: str) -> bool:
    return bare(answer.text) == bare(expected)


def has_ended(asked: Asked, answer: Answer) -> bool:
    """Nothing more is to be expected. Between two parts, a long answer looks closed, too."""
    if is_live(answer) or not answer.messages:
        return False
    ended = asked.fate is Fate.ENDED and bool(answer.notices)
    return ended or is_whole(answer, asked.answer) or _tells_failure(answer, asked.failures)


def _tells_failure(answer: Answer, kinds: Iterable[str]) -> bool:
    """It failed in one of these ways, says so, and can be asked again."""
    sentences = [words.failures[kind] for kind in kinds for words in LANGUAGES.values()]
    told = any(sentence in notice for sentence in sentences for notice in answer.notices)
    return told and RETRY in answer.buttons


def _answers(history: History) -> Iterator[tuple[Asked, Answer]]:
    for asked in history.asked:
        found = [m for m in history.messages.get(asked.channel, ()) if about(m)[0] == asked.ts]
        yield asked, Answer({"ts": asked.ts}, sorted(found, key=lambda m: about(m)[1]))


def _shown(answer: Answer) -> str:
    return f"shows {answer.text[:120]!r} {answer.notices} {answer.buttons}"


# The rules


def _every_question_ends(history: History) -> Iterator[Violation]:
    for asked, answer in _answers(history):
        if asked.fate is Fate.FREE or (asked.fate is Fate.UNHEARD and not answer.messages):
            continue
        if asked.acknowledged is None and asked.fate is not Fate.UNHEARD:
            yield Violation("I1", asked.name, "was never acknowledged")
        elif not answer.messages:
            yield Violation("I1", asked.name, "was acknowledged and has no reply")
        elif not has_ended(asked, answer) and not is_live(answer):
            yield Violation("I1", asked.name, f"was not answered: {_shown(answer)}")


def _at_most_one_reply(history: History) -> Iterator[Violation]:
    known = {(asked.channel, asked.ts): asked.name for asked in history.asked}
    for channel, messages in history.messages.items():
        for (question, part), times in Counter(map(about, messages)).items():
            name = known.get((channel, question))
            if name is None:
                yield Violation("I2", question, f"nobody asked this in {channel}")
            elif times > 1:
                yield Violation("I2", name, f"part {part} stands {times} times")


def _nothing_partial_unsaid(history: History) -> Iterator[Violation]:
    for asked, answer in _answers(history):
        if not answer.messages or is_live(answer) or is_whole(answer, asked.answer):
            continue
        if not bare(asked.answer).startswith(bare(answer.text)):
            yield Violation("I3", asked.name, f"other words than the model's: {_shown(answer)}")
        elif not answer.notices:
            yield Violation("I3", asked.name, f"partial, and nothing says so: {_shown(answer)}")


def _nothing_hangs(history: History) -> Iterator[Violation]:
    for asked, answer in _answers(history):
        if asked.fate is not Fate.FREE and is_live(answer):
            yield Violation("I4", asked.name, f"is left hanging: {_shown(answer)}")


def _order_in_a_thread(history: History) -> Iterator[Violation]:
    """Only of questions that were surely taken in in this order: the older one before the newer."""
    threads = defaultdict(list)
    known = {asked.name: asked for asked in history.asked}
    for at, name in sorted(history.requests):
        if name in known:
            threads[known[name].thread].append((at, known[name]))
    for requests in threads.values():
        for number, (at, newer) in enumerate(requests):
            for later, older in requests[number + 1 :]:
                if _is_before(older, newer):
                    detail = f"asked again {later - at:.2f} s after the newer {newer.name} began"
                    yield Violation("I6", older.name, detail)


def _is_before(older: Asked, newer: Asked) -> bool:
    if older.acknowledged is None or newer.acknowledged is None:
        return False
    return older.ts < newer.ts and older.acknowledged < newer.acknowledged


def _no_content_in_logs(history: History) -> Iterator[Violation]:
    for log, text in history.logs.items():
        for name, secret in history.secrets.items():
            if secret in text:
                line = next(line for line in text.splitlines() if secret in line)
                yield Violation("I8", log, f"{name} in {line[:300]!r}")


def _patience(history: History) -> Iterator[Violation]:
    """A refusal is for its method, of posts for their channel."""
    if not history.alone:
        return
    closed: dict[tuple[str, str], tuple[float, float]] = {}
    for call in history.calls:
        post = call.method == "chat.postMessage"
        key = call.method, str(call.arguments.get("channel")) if post else ""
        since, until = closed.get(key, (0.0, 0.0))
        if since + UNDER_WAY < call.at < until:
            yield Violation("G12", call.method, f"{until - call.at:.2f} s before Retry-After")
        if call.retry_after is not None and call.at >= until:
            closed[key] = call.at, call.at + call.retry_after


def _nothing_stale(history: History) -> Iterator[Violation]:
    """What shows the whole answer, closed, is never written over by something else."""
    expected = {(asked.channel, asked.ts): asked for asked in history.asked}
    questions, finished = {}, {}
    for call in history.calls:
        if call.method not in WRITES or not call.ok:
            continue
        channel, ts = call.arguments["channel"], call.response["ts"]
        if call.method == "chat.postMessage":
            questions[channel, ts] = about(call.arguments)
        question, part = questions.get((channel, ts), ("", 0))
        asked = expected.get((channel, question))
        if asked is None or part:
            continue
        shown = Answer({}, [call.arguments])
        # Its buttons may go: those need the question, which somebody may delete.
        bared = not shown.buttons and not shown.notices and is_whole(shown, asked.answer)
        if (channel, ts) in finished and shown.blocks != finished[channel, ts] and not bared:
            yield Violation("stale", asked.name, f"written over after its end: {_shown(shown)}")
        # With a notice it was interrupted after its last word, before the model said that it was.
        if not is_live(shown) and not shown.notices and is_whole(shown, asked.answer):
            finished[channel, ts] = shown.blocks


def _processes_end_well(history: History) -> Iterator[Violation]:
    for exit_ in history.exits:
        if exit_.code not in exit_.allowed:
            detail = f"ended with {exit_.code}, allowed: {sorted(exit_.allowed)}"
            yield Violation("process", exit_.process, detail)
    for log, text in history.logs.items():
        for bad in ("Traceback (most recent call last)", '"level": "critical"'):
            if bad in text:
                yield Violation("process", log, f"{bad}: …{text[text.index(bad) :][-1500:]}")


RULES = (
    _every_question_ends,
    _at_most_one_reply,
    _nothing_partial_unsaid,
    _nothing_hangs,
    _order_in_a_thread,
    _no_content_in_logs,
    _patience,
    _nothing_stale,
    _processes_end_well,
)
