"""The buttons of our messages, and what they carry: a turn's key, the round, and a verdict."""

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
"""Where Slack knows no feedback buttons, each thumb is a button with an id of its own."""

WAYS_ON: Mapping[Phase, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Phase.COMPLETE: ((REGENERATE,), ()),
    Phase.CUT: ((CONTINUE, REGENERATE), (RETRY,)),
    Phase.FILTERED: ((REGENERATE,), (RETRY,)),
    Phase.REFUSED: ((REGENERATE,), (RETRY,)),
    Phase.EMPTY: ((RETRY,), (RETRY,)),
    Phase.STOPPED: ((CONTINUE, REGENERATE), (RETRY,)),
    Phase.FAILED: ((CONTINUE, RETRY), (RETRY,)),
}
"""The buttons under what has ended: with some of the answer written, and with none."""


def buttons(ids: Iterable[str], words: Strings, turn: Turn) -> list[Block]:
    """What the asker of `turn` may do about its answer."""
    labels = {
        STOP: words.stop,
        RETRY: words.retry,
        CONTINUE: words.go_on,
        REGENERATE: words.regenerate,
    }
    return [_button(each, labels[each], write_value(turn.key, turn.round)) for each in ids]


def feedback(words: Strings, turn: Turn) -> Block:
    """Two thumbs, as Slack draws them."""
    thumbs = {
        f"{name}_button": _label(label)
        | {"accessibility_label": label, "value": write_value(turn.key, turn.round, verdict)}
        for name, label, verdict in (
            ("positive", words.good, Thumb.UP),
            ("negative", words.bad, Thumb.DOWN),
        )
    }
    return {"type": "feedback_buttons", "action_id": FEEDBACK} | thumbs


def thumbs(words: Strings, turn: Turn) -> list[Block]:
    """The same as plain buttons."""
    looks = {Thumb.UP: (":+1:", words.good), Thumb.DOWN: (":-1:", words.bad)}
    return [
        _button(THUMBS[verdict], icon, write_value(turn.key, turn.round, verdict))
        | {"accessibility_label": label}
        for verdict, (icon, label) in looks.items()
    ]


def write_value(key: TurnKey, round_: int = 0, verdict: Thumb | None = None) -> str:
    """A turn's key as a button carries it, and the round of asking that it belongs to."""
    named = dict(zip(("t", "c", "ts"), key, strict=True)) | {"r": round_}
    return json.dumps(named | ({"v": verdict.value} if verdict else {}))


def read_value(value: object) -> tuple[TurnKey, int] | None:
    """Key and round back; None for anything that is not ours (a value can be forged)."""
    found = fields(value)
    match [found.get("t"), found.get("c"), found.get("ts"), found.get("r", 0)]:
        case [str() as team, str() as channel, str() as ts, int() as round_]:
            # A number that no database holds is none of ours, either.
            return ((team, channel, ts), round_) if 0 <= round_ < 2**31 else None
    return None


def read_verdict(value: object) -> Thumb | None:
    """The thumb that was pressed; None for a button that is none."""
    said = fields(value).get("v")
    return next((verdict for verdict in Thumb if verdict == said), None)


def fields(value: object) -> Mapping[str, Any]:
    """What stands in a value of ours; nothing for what cannot be read."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _button(action_id: str, label: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "value": value} | _label(label)


def _label(label: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": label, "emoji": True}}
