"""What stands below an answer: what is going on, what became of it, what its readers may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

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
"""Ends of which a reader can say whether they are good."""

UNSIGNED: Final = frozenset({Phase.GONE, Phase.INTERRUPTED})
"""Ends after which nobody reads it, or somebody goes on with it."""

KEPT: Final[dict[Reasoning, int]] = {"hide": 0, "status": 1000, "quote": 2900}
"""Characters of the model's reasoning that are worth keeping, to be shown so."""

QUOTED_LIVE: Final = 700
"""Of them while nothing else is there: notifications take them too, which have 3,000 bytes."""


class Taken(Protocol):
    """What is known of the workspace. `plain_feedback`: Slack refuses feedback buttons here."""

    plain_feedback: bool


@dataclass(slots=True)
class Anywhere:
    """A workspace of which nothing is known."""

    plain_feedback: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """What people chose to see.

    `model` is the name in the footer, `footer` which of `model`, `seconds` and `caution` (once a
    conversation) stand there, `reasoning` where the model's thoughts are shown.
    """

    model: str = ""
    footer: frozenset[str] = frozenset()
    reasoning: Reasoning = "hide"


class Furniture:
    """Makes it for all answers of a workspace.

    At most five blocks, of the fifty that a message may have.
    """

    def __init__(self, style: Style | None = None, taken: Taken | None = None) -> None:
        """`taken` is looked at each time: what Slack takes may become known meanwhile."""
        self._style = style or Style()
        self._taken = taken or Anywhere()

    def below(self, snapshot: Snapshot, words: Strings, turn: Turn) -> list[Block]:
        """What stands below the answer's open end."""
        if not snapshot.ended:
            return self._live(snapshot, words, turn)
        spoken = bool(snapshot.text.strip())
        rated = spoken and turn.asks and snapshot.phase in RATED
        # Under what broke off, too: it may be all that the first answer of a conversation says.
        footed = spoken and turn.asks and snapshot.phase not in UNSIGNED
        said = [ending(snapshot, words), self._footer(snapshot, words) if footed else ""]
        greets = snapshot.phase is Phase.COMPLETE and not turn.asks
        ways = () if greets else WAYS_ON.get(snapshot.phase, ((), ()))[not spoken]
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
        if rated and self._taken.plain_feedback:
            pressed = [*pressed, *thumbs(words, turn)]
        below: list[Block] = [{"type": "actions", "elements": pressed}] if pressed else []
        if rated and not self._taken.plain_feedback:
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


def ending(snapshot: Snapshot, words: Strings) -> str:
    """What is said beside the text at the end; nothing where the text speaks for itself."""
    if snapshot.phase is Phase.FAILED and snapshot.failure:
        return words.failure(snapshot.failure.kind, snapshot.failure.id, snapshot.failure.wait)
    said = {
        Phase.CUT: words.cut,
        Phase.FILTERED: words.filtered,
        Phase.REFUSED: words.refused,
        Phase.EMPTY: words.empty,
        Phase.STOPPED: words.stopped,
        Phase.GONE: words.stopped,
        Phase.INTERRUPTED: words.interrupted,
    }
    return said.get(snapshot.phase, "")


def _time(seconds: float, words: Strings) -> str:
    """Nothing where nobody has said it."""
    return words.seconds.format(seconds=max(round(seconds), 1)) if seconds else ""


def _notices(said: list[str]) -> list[Block]:
    """In one block, for a message has only so many."""
    spoken = [each for each in said if each]
    return [notice(*spoken)] if spoken else []
