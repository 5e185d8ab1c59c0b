"""History → prompt: the newest messages that fit, with the question last."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.sliced import Sliced, result_of
from bot.core.types import LeftOut, Message, Unseen
from bot.text.template_tokens import without_template_tokens
from bot.text.visible import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_SYSTEM = (
    "You are a helpful assistant in a team's Slack workspace. "
    "Answer in the language of the question, to the point and honestly; "
    "say so when you do not know. Write Markdown."
)
"""The system prompt, unless the settings have another one."""

LEFT_OUT = "Earlier messages of this conversation were left out because they did not fit."
"""What the model is told when messages were left out."""

SHORTENED = "\n\n[… the middle of this message was left out because it did not fit …]\n\n"
"""What stands in place of the middle of a message that was too long."""

COLON = re.compile(r":(?=\s|$)|[：﹕︓∶꞉]")
"""A colon in a name, which would end the name of a speaker."""

PER_MESSAGE = 4
"""Tokens that each message costs in addition to its text (role, separators)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the conversation takes place, as the system prompt describes it.

    People's names are left out: they choose them, and could put instructions into them.
    """

    bot: str
    """The bot's name."""

    direct: bool
    """True in a direct message with one person."""

    today: str
    """The day where the question is asked (see `day`)."""

    def describe(self) -> str:
        """One paragraph for the system prompt."""
        where = (
            "a direct message with one person"
            if self.direct
            else "a thread of a Slack channel, where several people may speak; "
            "each of their messages begins with the speaker's name"
        )
        name, today = one_line(self.bot), one_line(self.today)
        return f"Your name here is {name}. You are in {where}. Today is {today}."


def estimate(text: str) -> int:
    """A rough number of tokens: one for four ASCII characters, or for one other character."""
    ascii_only = len(text.encode("ascii", "ignore"))
    return (ascii_only + 3) // 4 + (len(text) - ascii_only)


class TokenScale:
    """Corrects `estimate` by the endpoint's counts; each moves the factor a fifth of the way."""

    def __init__(self) -> None:
        self.factor = 1.0

    def count(self, messages: Sequence[Message]) -> int:
        """The estimated number of tokens of these messages, corrected for this endpoint."""
        return round(raw_count(messages) * self.factor)

    def calibrate(self, messages: Sequence[Message], counted: int) -> None:
        """Takes in that the endpoint counted `counted` tokens for `messages`."""
        raw = raw_count(messages)
        if raw and counted:
            seen = min(max(counted / raw, 0.25), 4.0)
            self.factor += (seen - self.factor) * 0.2


def raw_count(messages: Sequence[Message]) -> int:
    """The estimated number of tokens of these messages, not corrected."""
    return sum(estimate(message.text) + PER_MESSAGE for message in messages)


def build_prompt(
    history: Sequence[Message],
    place: Place,
    *,
    system: str | None = None,
    budget: int = 16_000,
    scale: TokenScale | None = None,
) -> list[Message]:
    """The system prompt and as many of the newest messages as fit into `budget` tokens.

    The last message, which is the question, is always included; if it alone is too long, its middle
    is left out. When messages are left out, the rest begins with one of a person. Whatever others
    have written is clean in it (see `_clean`); `system` is the operator's and stays as it is, since
    some models are told there by a token how to answer.
    """
    scale = scale or TokenScale()
    return result_of(write_prompt(history, place, system=system, budget=budget, scale=scale))


def write_prompt(
    history: Sequence[Message], place: Place, *, system: str | None, budget: int, scale: TokenScale
) -> Sliced[list[Message]]:
    """The same in slices, one for each message."""
    said = [_spoken(message, place) for message in history if message.role != "system"]
    # One system message, at the start: the chat templates of some endpoints allow no other.
    notes = [message.text for message in history if message.role == "system"]
    about = _clean("\n\n".join([place.describe(), *notes]))
    head = Message("system", f"{system or DEFAULT_SYSTEM}\n\n{about}")
    return (yield from _fitted(head, said, budget, scale))


def left_out_of(prompt: Sequence[Message], before: Sequence[Message]) -> list[LeftOut]:
    """What the prompt lacks of `before`: a history, or a longer prompt."""
    missing = _count(before) - _count(prompt)
    is_cut = SHORTENED in prompt[-1].text and not (before and SHORTENED in before[-1].text)
    return [
        *([LeftOut(Unseen.OLDEST, missing)] if missing > 0 else []),
        *([LeftOut(Unseen.LONG)] if is_cut else []),
    ]


def _count(messages: Sequence[Message]) -> int:
    return sum(message.role != "system" for message in messages)


def shorten(prompt: Sequence[Message], scale: TokenScale) -> list[Message] | None:
    """A prompt of half the tokens, with the same question; None when nothing can be left out."""
    head, *said = prompt
    shorter = result_of(_fitted(head, said, scale.count(prompt) // 2, scale))
    return shorter if raw_count(shorter) < raw_count(prompt) else None


def _spoken(message: Message, place: Place) -> Message:
    """In a channel the speaker's name goes into the text: the `name` field allows only ASCII."""
    text = message.text
    if message.role == "user" and not place.direct and (name := _speaker(message.name or "")):
        text = f"{name}: {text}"
    return replace(message, text=text, name=None)


def _speaker(name: str) -> str:
    """The name on one line, and so that it does not look like a name with what that one says."""
    return one_line(COLON.sub(" ", visible(name)))


def _clean(text: str) -> str:
    """A finished text of the prompt without what people cannot see, or a model may obey.

    All of the prompt passes here once, whoever wrote it and wherever it stood: a token may be in
    pieces until a name, a title and a text are one message.
    """
    return without_template_tokens(visible(text))


def _fitted(
    head: Message, said: Sequence[Message], budget: int, scale: TokenScale
) -> Sliced[list[Message]]:
    room = budget - scale.count([head])
    # However long the system prompt is, a quarter of the budget is kept for the rest.
    kept = _newest(said, max(room, budget // 4), scale)
    if len(kept) < len(said) and LEFT_OUT not in head.text:
        head = replace(head, text=f"{head.text}\n\n{LEFT_OUT}")
    fitted = [head]
    for message in kept:
        yield
        fitted.append(replace(message, text=_clean(message.text)))
    return fitted


def _newest(said: Sequence[Message], room: int, scale: TokenScale) -> list[Message]:
    if not said:
        return []
    question = _shortened(said[-1], room, scale)
    kept = [question]
    room -= scale.count(kept)
    for message in reversed(said[:-1]):
        room -= scale.count([message])
        if room < 0:
            break
        kept.append(message)
    while len(kept) > 1 and kept[-1].role == "assistant" and len(kept) < len(said):
        kept.pop()
    return kept[::-1]


def _shortened(message: Message, room: int, scale: TokenScale) -> Message:
    text = message.text
    if scale.count([message]) <= room:
        return message
    while text and scale.count([replace(message, text=text)]) > max(room, PER_MESSAGE + 1):
        text = text[: len(text) * 9 // 10 - 1] if len(text) > 1 else ""
    half = len(text) // 2
    return replace(
        message, text=message.text[:half] + SHORTENED + message.text[len(message.text) - half :]
    )
