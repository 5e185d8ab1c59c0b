"""How long people wait for each answer: from the question to the placeholder, and to its text."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.playground.workspace.visible import visible_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.playground.workspace.changes import Change, Message
    from bot.playground.workspace.people import App

_KEPT = 500


@dataclass(slots=True)
class AnswerTimes:
    """The times of one answer. Each `…_after` is in seconds from the question, or None so far."""

    channel: str
    question_ts: str
    asked_at: float
    """Seconds since the epoch."""
    thread_ts: str
    """The thread in which the answer is expected."""
    answer_ts: str | None = None
    """None until the app has posted."""
    placeholder: str = field(default="", repr=False)
    """The visible text of the app's first message."""
    placeholder_after: float | None = None
    first_text_after: float | None = None
    """Until the first edit that shows something other than the placeholder."""
    last_edit_after: float | None = None
    edits: int = 0

    def as_json(self) -> dict[str, Any]:
        plain = ("channel", "question_ts", "answer_ts", "edits")
        spans = ("placeholder_after", "first_text_after", "last_edit_after")
        return {name: getattr(self, name) for name in (*plain, *spans)}


class Timings:
    """The times of the newest 500 answers. Subscribe `on_change` to a workspace.

    The first message of the app in the thread of a question is taken for its answer.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._answers: deque[AnswerTimes] = deque(maxlen=_KEPT)

    def __iter__(self) -> Iterator[AnswerTimes]:
        return iter(tuple(self._answers))

    def on_change(self, change: Change) -> None:
        by_app = change.message.get("bot_id") == self._app.bot_id
        if change.kind == "posted" and by_app:
            self._placeholder(change)
        elif change.kind == "posted" and self._asks(change):
            self._question(change)
        elif change.kind == "updated" and by_app:
            self._edit(change)

    def _asks(self, change: Change) -> bool:
        """Whether the message is a question to the app: it mentions the app, or is in a DM."""
        mentioned = f"<@{self._app.user_id}>" in change.message.get("text", "")
        return mentioned or _is_dm(change.channel_id)

    def _question(self, change: Change) -> None:
        message = change.message
        thread: str = message.get("thread_ts") or message["ts"]
        self._answers.append(AnswerTimes(change.channel_id, message["ts"], change.at, thread))

    def _placeholder(self, change: Change) -> None:
        waiting = next((a for a in self._answers if _answers(change, a)), None)
        if waiting is not None:
            waiting.answer_ts = change.message["ts"]
            waiting.placeholder = visible_text(change.message)
            waiting.placeholder_after = change.at - waiting.asked_at

    def _edit(self, change: Change) -> None:
        edited = next((a for a in self._answers if _is_answer(change, a)), None)
        if edited is None:
            return
        edited.edits += 1
        edited.last_edit_after = change.at - edited.asked_at
        if edited.first_text_after is None and _differs(change.message, edited.placeholder):
            edited.first_text_after = edited.last_edit_after


def _is_dm(channel_id: str) -> bool:
    return channel_id.startswith("D")


def _answers(change: Change, answer: AnswerTimes) -> bool:
    """Whether the new message answers the question. In a DM it may be outside the thread."""
    open_ = answer.answer_ts is None and answer.channel == change.channel_id
    at_top = "thread_ts" not in change.message and _is_dm(change.channel_id)
    return open_ and (at_top or change.message.get("thread_ts") == answer.thread_ts)


def _is_answer(change: Change, answer: AnswerTimes) -> bool:
    return answer.channel == change.channel_id and answer.answer_ts == change.message["ts"]


def _differs(message: Message, placeholder: str) -> bool:
    text = visible_text(message)
    return bool(text) and text != placeholder
