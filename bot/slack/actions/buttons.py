"""The buttons of our messages, and their values: a turn's key, its round, and a thumb."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.core.feedback import Thumb
from bot.core.reply import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.types import Turn, TurnKey
    from bot.slack.answers.blocks import Block
    from bot.strings import Strings

STOP, RETRY, CONTINUE, REGENERATE = "stop", "retry", "continue", "regenerate"
"""The action ids of the buttons."""

FEEDBACK = "feedback"
THUMBS = {Thumb.UP: "feedback_up", Thumb.DOWN: "feedback_down"}
"""The action ids of plain buttons, for where Slack does not take a `feedback_buttons` element."""

WAYS_ON: Mapping[Phase, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Phase.COMPLETE: ((REGENERATE,), ()),
    Phase.CUT: ((CONTINUE, REGENERATE), (RETRY,)),
    Phase.FILTERED: ((REGENERATE,), (RETRY,)),
    Phase.REFUSED: ((REGENERATE,), (RETRY,)),
    Phase.EMPTY: ((RETRY,), (RETRY,)),
    Phase.STOPPED: ((CONTINUE, REGENERATE), (RETRY,)),
    Phase.FAILED: ((CONTINUE, RETRY), (RETRY,)),
}
"""The buttons below an ended answer: when it has some text, and when it has none."""


def buttons(ids: Iterable[str], words: Strings, turn: Turn) -> list[Block]:
    """Button elements with these action ids, for the answer to `turn`."""
    labels = {
        STOP: words.stop,
        RETRY: words.retry,
        CONTINUE: words.go_on,
        REGENERATE: words.regenerate,
    }
    return [_button(each, labels[each], write_value(turn.key, turn.round)) for each in ids]


NEED_THE_QUESTION = frozenset({RETRY, CONTINUE, REGENERATE})
"""Buttons that ask again, which needs the question."""


def without_ways_on(blocks: list[Block]) -> list[Block]:
    """The blocks without the buttons that need the question."""
    return [kept for block in blocks if (kept := _without_ways_on(block))]


def _without_ways_on(block: Block) -> Block | None:
    if block.get("type") != "actions":
        return block
    pressed = block.get("elements") or []
    kept = [each for each in pressed if each.get("action_id") not in NEED_THE_QUESTION]
    return block | {"elements": kept} if kept else None


def feedback(words: Strings, turn: Turn) -> Block:
    """Two thumbs (docs: feedback buttons element)."""
    thumbs = {
        f"{name}_button": _label(label)
        | {"accessibility_label": label, "value": write_value(turn.key, turn.round, thumb)}
        for name, label, thumb in (
            ("positive", words.good, Thumb.UP),
            ("negative", words.bad, Thumb.DOWN),
        )
    }
    return {"type": "feedback_buttons", "action_id": FEEDBACK} | thumbs


def thumbs(words: Strings, turn: Turn) -> list[Block]:
    """Two thumbs as plain button elements."""
    labels = {Thumb.UP: (":+1:", words.good), Thumb.DOWN: (":-1:", words.bad)}
    return [
        _button(THUMBS[thumb], icon, write_value(turn.key, turn.round, thumb))
        | {"accessibility_label": label}
        for thumb, (icon, label) in labels.items()
    ]


def write_value(key: TurnKey, round_: int = 0, thumb: Thumb | None = None) -> str:
    """A button's value: the turn's key and round, and the thumb, if it is one. JSON."""
    named = dict(zip(("t", "c", "ts"), key, strict=True)) | {"r": round_}
    return json.dumps(named | ({"v": thumb.value} if thumb else {}))


def read_value(value: object) -> tuple[TurnKey, int] | None:
    """Key and round of a button's value; None for a value that is not ours, as it may be forged."""
    found = fields(value)
    match [found.get("t"), found.get("c"), found.get("ts"), found.get("r", 0)]:
        case [str() as team, str() as channel, str() as ts, int() as round_]:
            # A larger number fits in no database column, so it is not ours.
            return ((team, channel, ts), round_) if 0 <= round_ < 2**31 else None
    return None


def read_thumb(value: object) -> Thumb | None:
    """The thumb of a button's value; None when it has none."""
    said = fields(value).get("v")
    return next((thumb for thumb in Thumb if thumb == said), None)


def fields(value: object) -> Mapping[str, Any]:
    """The JSON object in a value; empty when it cannot be parsed."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _button(action_id: str, label: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "value": value} | _label(label)


def _label(label: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": label, "emoji": True}}
