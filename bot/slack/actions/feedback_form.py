"""The form that a thumb down opens: what is wrong with the answer. All of it is optional."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.core.feedback import LONGEST_REASON, Fault
from bot.slack.actions.buttons import fields, read_value, write_value
from bot.transcript.untyped import mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.core.types import TurnKey
    from bot.strings import Strings

CALLBACK_ID: Final = "why"

FAULTS, REASON = "faults", "reason"
"""The ids of the inputs, as block id and as action id."""

RATED: Final = "for"
"""The key in the form's metadata of what is rated; the others are where the button is."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form that somebody submitted."""

    key: TurnKey
    round: int

    where: Mapping[str, str]
    """Where the button is, as arguments of `chat.postEphemeral`."""

    faults: tuple[Fault, ...] = ()

    reason: str = field(default="", repr=False)
    """What the person wrote."""


def build_form(
    words: Strings, key: TurnKey, round_: int, where: Mapping[str, str]
) -> dict[str, Any]:
    """The view for `views.open`; `where` is kept in it for the reply (docs: modal views)."""
    texts = words.feedback_form
    options = [{"text": _plain_text(texts.faults[fault]), "value": fault.value} for fault in Fault]
    return {
        "type": "modal",
        "callback_id": CALLBACK_ID,
        "private_metadata": json.dumps({**where, RATED: write_value(key, round_)}),
        "title": _plain_text(texts.title),
        "submit": _plain_text(texts.send),
        "close": _plain_text(texts.skip),
        "blocks": [
            _input(FAULTS, texts.which, {"type": "checkboxes", "options": options}),
            _input(
                REASON,
                texts.more,
                {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_REASON},
            ),
        ],
    }


def read_form(view: Mapping[str, Any]) -> FilledForm | None:
    """What was filled in; None for a form that is not ours. Every type is checked."""
    kept = fields(view.get("private_metadata"))
    if (rated := read_value(kept.get(RATED))) is None:
        return None
    places = ((name, kept.get(name)) for name in ("channel", "thread_ts"))
    values = mapping(mapping(view.get("state")).get("values"))
    return FilledForm(
        *rated,
        {name: value for name, value in places if isinstance(value, str)},
        _faults(_input_value(values, FAULTS).get("selected_options")),
        _reason(_input_value(values, REASON).get("value")),
    )


def _input(name: str, label: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": _plain_text(label),
        "element": element | {"action_id": name},
    }


def _plain_text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _input_value(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return mapping(mapping(values.get(name)).get(name))


def _faults(options: object) -> tuple[Fault, ...]:
    found = [mapping(each).get("value") for each in options] if isinstance(options, list) else []
    return tuple(fault for fault in Fault if fault in found)


def _reason(text: object) -> str:
    return text.strip()[:LONGEST_REASON] if isinstance(text, str) else ""
