"""The blocks our messages are made of. Notices live in `context`, so history can drop them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.core.reply import Phase
from bot.rendering.escape import unescape

if TYPE_CHECKING:
    from bot.core.reply import Snapshot
    from bot.core.types import TurnKey
    from bot.strings import Strings

Block = dict[str, Any]
STOP = "stop"
"""The action id of the Stop button."""


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


def stop_button(words: Strings, key: TurnKey) -> Block:
    """Ends the answer to `key` when the asker presses it."""
    button = {
        "type": "button",
        "action_id": STOP,
        "text": {"type": "plain_text", "text": words.stop},
        "value": write_value(key),
    }
    return {"type": "actions", "elements": [button]}


def write_value(key: TurnKey) -> str:
    """A turn's key as a button carries it."""
    return json.dumps(dict(zip(("t", "c", "ts"), key, strict=True)))


def read_value(value: object) -> TurnKey | None:
    """The key back; None for anything that is not ours (a value can be forged)."""
    try:
        found = json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    match [found.get(name) for name in ("t", "c", "ts")]:
        case [str() as team, str() as channel, str() as ts]:
            return (team, channel, ts)
    return None


def ending(snapshot: Snapshot, words: Strings) -> str | None:
    """What is said beside the text at the end; None where the text speaks for itself."""
    if snapshot.phase is Phase.FAILED and snapshot.failure:
        return words.failure(snapshot.failure.kind, snapshot.failure.id)
    return {
        Phase.CUT: words.cut,
        Phase.FILTERED: words.filtered,
        Phase.REFUSED: words.refused,
        Phase.EMPTY: words.empty,
        Phase.STOPPED: words.stopped,
        Phase.INTERRUPTED: words.interrupted,
    }.get(snapshot.phase)


def furniture(snapshot: Snapshot, words: Strings, key: TurnKey) -> list[Block]:
    """What stands below the answer's open end."""
    if snapshot.ended:
        said = ending(snapshot, words)
        return [notice(said)] if said else []
    doing = words.queued if snapshot.phase is Phase.QUEUED else words.thinking
    waiting = [] if snapshot.text.strip() else [notice(doing)]
    return [*waiting, stop_button(words, key)]
