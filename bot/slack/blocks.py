"""The blocks our messages are made of. Notices live in `context`, so history can drop them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.core.reply import Phase
from bot.rendering.escape import unescape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.core.reply import Snapshot
    from bot.core.types import Turn, TurnKey
    from bot.strings import Strings

Block = dict[str, Any]
STOP, RETRY, CONTINUE = "stop", "retry", "continue"
"""The action ids of the buttons."""

WAYS_ON: Mapping[Phase, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Phase.CUT: ((CONTINUE,), (RETRY,)),
    Phase.EMPTY: ((RETRY,), (RETRY,)),
    Phase.STOPPED: ((CONTINUE,), (RETRY,)),
    Phase.FAILED: ((CONTINUE, RETRY), (RETRY,)),
}
"""The buttons under what ended short: with some of the answer written, and with none."""


def markdown(text: str) -> list[Block]:
    """Model Markdown, escaped before: at most 12,000 characters (docs: markdown block)."""
    return [{"type": "markdown", "text": text}]


def verbatim(text: str) -> list[Block]:
    """The same text as it is, for a Slack that refuses Markdown blocks (3,000 characters each)."""
    bare = unescape(text)
    pieces = (bare[at : at + 3000] for at in range(0, len(bare), 3000))
    return [
        {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}}
        for piece in pieces
        if piece.strip()
    ]


def text_of(blocks: list[Block]) -> str:
    """What the blocks say; where there is no answer yet, what our notice says."""
    answer = "".join(_said(block) for block in blocks)
    notices = (b["elements"][0]["text"] for b in blocks if b["type"] == "context")
    return answer or " ".join(notices)


def is_text(block: Block) -> bool:
    """True for a block that carries the answer, not our furniture."""
    return block["type"] in {"markdown", "section"}


def _said(block: Block) -> str:
    if block["type"] == "markdown":
        return unescape(block["text"])
    return str(block["text"]["text"]) if block["type"] == "section" else ""


def notice(text: str) -> Block:
    """A line of our own beside the answer."""
    return {"type": "context", "elements": [{"type": "plain_text", "text": text, "emoji": True}]}


def buttons(ids: Iterable[str], words: Strings, turn: Turn) -> Block:
    """What the asker of `turn` may do about its answer."""
    return {"type": "actions", "elements": [_button(each, words, turn) for each in ids]}


def _button(action_id: str, words: Strings, turn: Turn) -> dict[str, Any]:
    labels = {STOP: words.stop, RETRY: words.retry, CONTINUE: words.go_on}
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": labels[action_id]},
        "value": write_value(turn.key, turn.round),
    }


def without_furniture(blocks: list[Block]) -> list[Block]:
    """Only what carries the answer."""
    return [block for block in blocks if block.get("type") not in {"actions", "context"}]


def write_value(key: TurnKey, round_: int = 0) -> str:
    """A turn's key as a button carries it, and the round of asking that it belongs to."""
    return json.dumps(dict(zip(("t", "c", "ts"), key, strict=True)) | {"r": round_})


def read_value(value: object) -> tuple[TurnKey, int] | None:
    """Key and round back; None for anything that is not ours (a value can be forged)."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    match [found.get("t"), found.get("c"), found.get("ts"), found.get("r", 0)]:
        case [str() as team, str() as channel, str() as ts, int() as round_]:
            return (team, channel, ts), round_
    return None


def ending(snapshot: Snapshot, words: Strings) -> str | None:
    """What is said beside the text at the end; None where the text speaks for itself."""
    if snapshot.phase is Phase.FAILED and snapshot.failure:
        return words.failure(snapshot.failure.kind, snapshot.failure.id, snapshot.failure.wait)
    return {
        Phase.CUT: words.cut,
        Phase.FILTERED: words.filtered,
        Phase.REFUSED: words.refused,
        Phase.EMPTY: words.empty,
        Phase.STOPPED: words.stopped,
        Phase.GONE: words.stopped,
        Phase.INTERRUPTED: words.interrupted,
    }.get(snapshot.phase)


def furniture(snapshot: Snapshot, words: Strings, turn: Turn) -> list[Block]:
    """What stands below the answer's open end."""
    spoken = bool(snapshot.text.strip())
    if snapshot.ended:
        said = ending(snapshot, words)
        notices = [notice(said)] if said else []
        ways = WAYS_ON.get(snapshot.phase, ((), ()))[not spoken]
        return [*notices, buttons(ways, words, turn)] if ways else notices
    doing = words.queued if snapshot.phase is Phase.QUEUED else words.thinking
    waiting = [] if spoken else [notice(doing)]
    return [*waiting, buttons([STOP], words, turn)]
