"""The form behind a thumb that is down: what is wrong with the answer, if somebody likes to say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.core.feedback import LONGEST_REASON, Fault
from bot.slack.actions.buttons import fields, read_value, write_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.types import TurnKey
    from bot.strings import Strings

WHY: Final = "why"
"""The form's callback id."""

FAULTS, REASON = "faults", "reason"
"""The ids of its inputs, of block and action alike."""

FOR: Final = "for"
"""What is rated, beside the place of the button in the form's metadata."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form that came back; `where` its button stood, as arguments of `chat.postEphemeral`."""

    key: TurnKey
    round: int
    where: Mapping[str, str]
    faults: tuple[Fault, ...] = ()
    reason: str = field(default="", repr=False)


def form(words: Strings, key: TurnKey, round_: int, where: Mapping[str, str]) -> dict[str, Any]:
    """The view, for `views.open`. All that it asks is optional."""
    why = words.why
    options = [{"text": _plain(why.faults[fault]), "value": fault.value} for fault in Fault]
    return {
        "type": "modal",
        "callback_id": WHY,
        "private_metadata": json.dumps({**where, FOR: write_value(key, round_)}),
        "title": _plain(why.title),
        "submit": _plain(why.send),
        "close": _plain(why.skip),
        "blocks": [
            _input(FAULTS, why.which, {"type": "checkboxes", "options": options}),
            _input(
                REASON,
                why.more,
                {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_REASON},
            ),
        ],
    }


def read(view: Mapping[str, Any]) -> FilledForm | None:
    """What was filled in; None for a form that is not ours. No type is trusted."""
    kept = fields(view.get("private_metadata"))
    if (rated := read_value(kept.get(FOR))) is None:
        return None
    places = ((name, kept.get(name)) for name in ("channel", "thread_ts"))
    values = _mapping(_mapping(view.get("state")).get("values"))
    return FilledForm(
        *rated,
        {name: value for name, value in places if isinstance(value, str)},
        _chosen(_answer(values, FAULTS).get("selected_options")),
        _typed(_answer(values, REASON).get("value")),
    )


def _input(name: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": _plain(label),
        "element": element | {"action_id": name},
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _answer(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _mapping(_mapping(values.get(name)).get(name))


def _chosen(options: object) -> tuple[Fault, ...]:
    found = [_mapping(each).get("value") for each in options] if isinstance(options, list) else []
    return tuple(fault for fault in Fault if fault in found)


def _typed(text: object) -> str:
    return text.strip()[:LONGEST_REASON] if isinstance(text, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
