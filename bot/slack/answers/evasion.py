"""Ways round a refusal: another look for the same part, or another message for it.

Slack refuses blocks because they are too large, or of a kind that it does not take: then the part
gets another `Shape`. Slack refuses an edit because the message does not exist or may not be edited
any more: then the `PartState` says whether to wait, to write the part anew, or to leave it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.slack.answers.drafts import Draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.slack.answers.blocks import Block
    from bot.slack.answers.forms import Form

TOO_LARGE: Final = frozenset(
    {"msg_blocks_too_long", "msg_blocks_too_many", "msg_too_large", "msg_too_long"}
)
"""The message must be smaller."""

MISMATCH: Final = "block_mismatch"
"""A message with rich text may not be edited into one without."""

UNSHOWABLE: Final = frozenset(
    {MISMATCH, "invalid_attachments", "invalid_blocks", "invalid_blocks_format"}
)
"""Slack does not know or does not like the blocks."""

STUCK: Final = TOO_LARGE | UNSHOWABLE - {MISMATCH}
"""Another message would be refused for it, too."""

NOT_FOUND: Final = "message_not_found"

HOPELESS: Final = frozenset(
    {
        "account_inactive",
        "channel_not_found",
        "invalid_auth",
        "is_archived",
        "missing_scope",
        "not_in_channel",
        "token_revoked",
    }
)
"""There is no way round: nobody is there to read the answer, or the bot is not."""

SHRINKS: Final = 12
"""How often one part is made smaller at most."""


class Change(StrEnum):
    """How a part can be changed so that Slack may take it."""

    ANCHOR = "anchor"
    """Begin it with rich text that nobody sees."""
    SHRINK = "shrink"
    PLAIN_FEEDBACK = "plain_feedback"
    """Show feedback buttons as plain buttons."""
    NEXT_FORM = "next_form"


@dataclass(slots=True)
class Shape:
    """How one part is shown, and what Slack has refused of it."""

    form: Form
    refused_forms: list[Form] = field(default_factory=list)
    """Forms that were refused since the last draft that was accepted."""
    refused_blocks: list[list[Block]] = field(default_factory=list)
    shrinks: int = 0
    """How often it was made smaller."""
    anchored: bool = False
    """Whether it begins with rich text that nobody sees."""
    suspects_feedback: bool = False
    """Whether its feedback buttons may be what was refused."""
    accepted: Draft = field(default_factory=Draft)
    """The last draft that was accepted, without what stands below the answer."""
    final: bool = False
    """Whether the part stays as it was accepted last."""

    def next_change(self, draft: Draft, code: str, *, has_feedback: bool) -> Change | None:
        """What to change after Slack refused `draft` with this error; None at the end of all ways.

        `has_feedback`: whether feedback buttons of the newest kind are in it.
        """
        if code == MISMATCH and not self.anchored and not draft.is_rich:
            return Change.ANCHOR
        if draft.end is None or self.final:
            return None
        if code in TOO_LARGE and self.shrinks < SHRINKS:
            return Change.SHRINK
        if code in UNSHOWABLE and has_feedback and not self.suspects_feedback:
            # The newest kind of block is the first to be suspected.
            return Change.PLAIN_FEEDBACK
        return Change.NEXT_FORM if code in UNSHOWABLE and self.form.next else None


class PartState(StrEnum):
    """What is known of the message of a part, from edits that Slack refused."""

    EDITABLE = "editable"
    MISSED = "missed"
    """Slack did not find it once."""
    REWRITTEN = "rewritten"
    """The part has been written anew, in another message."""
    REWRITTEN_MISSED = "rewritten_missed"
    CLOSED = "closed"
    """It takes no more edits."""


class Way(StrEnum):
    """What to do after an edit was refused."""

    WAIT = "wait"
    """For an event: somebody may have deleted the message."""
    REWRITE = "rewrite"
    """The part, in another message."""
    LEAVE = "leave"
    """The message as it is."""
    NONE = "none"


MISSING: Final[Mapping[PartState, tuple[Way, PartState]]] = {
    PartState.EDITABLE: (Way.WAIT, PartState.MISSED),
    PartState.MISSED: (Way.REWRITE, PartState.REWRITTEN),
    PartState.REWRITTEN: (Way.WAIT, PartState.REWRITTEN_MISSED),
}
"""After `message_not_found`. In every other state there is no way."""

UNEDITABLE: Final[Mapping[PartState, tuple[Way, PartState]]] = {
    PartState.EDITABLE: (Way.REWRITE, PartState.REWRITTEN),
    PartState.MISSED: (Way.REWRITE, PartState.REWRITTEN),
}
"""After any other refusal of the edit. A part is written anew once."""


def way_round(
    state: PartState, code: str, *, is_last: bool, is_deleted: bool
) -> tuple[Way, PartState]:
    """What to do after Slack refused an edit with the error `code`, and the state from then on.

    `is_last`: no message of the answer stands below. `is_deleted`: we know that somebody deleted
    the question or the answer.
    """
    if code in HOPELESS:
        return Way.NONE, state
    if code == NOT_FOUND and is_deleted:
        return Way.LEAVE, PartState.CLOSED
    table = MISSING if code == NOT_FOUND else UNEDITABLE
    way, after = table.get(state, (Way.NONE, state))
    if way is Way.REWRITE and not is_last:
        # A new message would stand below the parts that follow.
        return Way.LEAVE, PartState.CLOSED
    return way, after
