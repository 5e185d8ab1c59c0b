"""The blocks below an answer: status or ending, footer, buttons and feedback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from bot.core.endings import ending, unseen
from bot.core.reply import Phase
from bot.slack.actions.buttons import STOP, WAYS_ON, buttons, feedback, thumbs
from bot.slack.answers.blocks import notice
from bot.slack.answers.status import end_of, last_sentence, status

if TYPE_CHECKING:
    from bot.core.reply import Snapshot
    from bot.core.types import Turn
    from bot.slack.answers.blocks import Block
    from bot.strings import Strings

Reasoning = Literal["hide", "status", "quote"]

RATED: Final = frozenset({Phase.COMPLETE, Phase.CUT, Phase.FILTERED, Phase.REFUSED, Phase.STOPPED})
"""Endings that a reader can rate."""

UNSIGNED: Final = frozenset({Phase.GONE, Phase.WITHDRAWN, Phase.INTERRUPTED})
"""Endings without a footer: nobody reads the answer, or another process goes on with it."""

KEPT: Final[dict[Reasoning, int]] = {"hide": 0, "status": 1000, "quote": 2900}
"""Characters of the model's reasoning to keep, by how it is shown."""

QUOTED_LIVE: Final = 700
"""Of these, characters shown while there is no text yet: notifications show them, too, and have
3,000 bytes."""


class TakenForms(Protocol):
    """What is known of the forms that a workspace takes."""

    plain_feedback: bool
    """Whether Slack refuses feedback buttons here."""


@dataclass(slots=True)
class AnyForms:
    """The forms of a workspace of which nothing is known."""

    plain_feedback: bool = False


@dataclass(frozen=True, slots=True)
class FurnitureStyle:
    """What the settings say about the furniture."""

    model: str = ""
    """The model's name in the footer."""
    footer: frozenset[str] = frozenset()
    """Which of `model`, `seconds` and `caution` (once per conversation) the footer has."""
    reasoning: Reasoning = "hide"
    """Where the model's reasoning is shown."""


class Furniture:
    """Makes the furniture of all answers of a workspace."""

    def __init__(
        self, style: FurnitureStyle | None = None, forms: TakenForms | None = None
    ) -> None:
        """`forms` may change meanwhile, as Slack refuses one."""
        self._style = style or FurnitureStyle()
        self._forms = forms or AnyForms()

    def below(self, snapshot: Snapshot, words: Strings, turn: Turn) -> list[Block]:
        """The blocks below the answer's open end, at most `limits.FURNITURE_BLOCKS`."""
        if not snapshot.ended:
            return self._live(snapshot, words, turn)
        spoken = bool(snapshot.text.strip())
        rated = spoken and not snapshot.greets and snapshot.phase in RATED
        # Also under an answer that broke off: it may be the only one that shows the caution.
        footed = spoken and not snapshot.greets and snapshot.phase not in UNSIGNED
        said = [
            ending(snapshot, words),
            unseen(snapshot, words) if footed else "",
            self._footer(snapshot, words) if footed else "",
        ]
        ways = () if snapshot.greets else WAYS_ON.get(snapshot.phase, ((), ()))[not spoken]
        return [
            *_notices(said),
            *(self._quote(snapshot, words, KEPT["quote"]) if spoken else ()),
            *self._actions(buttons(ways, words, turn), words, turn, rated=rated),
        ]

    def _live(self, snapshot: Snapshot, words: Strings, turn: Turn) -> list[Block]:
        stop: Block = {"type": "actions", "elements": buttons([STOP], words, turn)}
        line = status(snapshot, words)
        if snapshot.text.strip():
            return [notice(line), stop]
        return [
            *_notices([line, self._thought(snapshot)]),
            *self._quote(snapshot, words, QUOTED_LIVE),
            stop,
        ]

    def _actions(
        self, pressed: list[Block], words: Strings, turn: Turn, *, rated: bool
    ) -> list[Block]:
        if rated and self._forms.plain_feedback:
            pressed = [*pressed, *thumbs(words, turn)]
        below: list[Block] = [{"type": "actions", "elements": pressed}] if pressed else []
        if rated and not self._forms.plain_feedback:
            below.append({"type": "context_actions", "elements": [feedback(words, turn)]})
        return below

    def _footer(self, snapshot: Snapshot, words: Strings) -> str:
        parts = {
            "model": self._style.model,
            "seconds": _time(snapshot.seconds, words),
            "caution": words.caution if snapshot.first else "",
        }
        return " · ".join(
            part for name, part in parts.items() if part and name in self._style.footer
        )

    def _thought(self, snapshot: Snapshot) -> str:
        return last_sentence(snapshot.thoughts) if self._style.reasoning == "status" else ""

    def _quote(self, snapshot: Snapshot, words: Strings, limit: int) -> list[Block]:
        text = end_of(snapshot.thoughts, limit) if self._style.reasoning == "quote" else ""
        return [notice(words.thoughts.format(text=text), emoji=False)] if text else []


def _time(seconds: float, words: Strings) -> str:
    """The time in words, or nothing when it is unknown."""
    return words.seconds.format(seconds=max(round(seconds), 1)) if seconds else ""


def _notices(said: list[str]) -> list[Block]:
    """The sentences in one block, as a message has only so many."""
    spoken = [each for each in said if each]
    return [notice(*spoken)] if spoken else []
