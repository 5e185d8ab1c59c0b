"""Slack's limits, and where each is from: the only place that has them.

"docs" is Slack's published documentation; "measured" is what we saw and Slack does not promise.
"""

from __future__ import annotations

from typing import Final

from bot.core.pacing import Rate, Rates
from bot.rendering.layout.frame import PartLimits

POST: Final = "chat.postMessage"
UPDATE: Final = "chat.update"
DELETE: Final = "chat.delete"
FILE_DELETE: Final = "files.delete"
REPLIES: Final = "conversations.replies"
HISTORY: Final = "conversations.history"
USER: Final = "users.info"
EPHEMERAL: Final = "chat.postEphemeral"
FORM: Final = "views.open"
UPLOAD_URL: Final = "files.getUploadURLExternal"
UPLOAD_SHARE: Final = "files.completeUploadExternal"
"""Methods of the Web API. Each has a bucket of its own, which is named by the method."""

EDITS_PER_MINUTE: Final = 50.0
"""Of `chat.update`, per workspace (docs: rate limits, tier 3)."""

POSTS_PER_MINUTE: Final = 300.0
"""Of `chat.postMessage`, per workspace. The docs say "several hundred"."""

BURST: Final = 5
"""Calls at once after a quiet time. Slack publishes none; measured on the careful side."""

PER_CHANNEL: Final = {POST: Rate(per_minute=60, burst=3, kept=1)}
"""One post a second into one channel (docs: rate limits)."""

TIER_4: Final = Rate(per_minute=100, burst=4, kept=0)
"""Of methods of tier 4 (docs: rate limits)."""

OTHERS: Final = Rate(EDITS_PER_MINUTE, BURST - 1)
"""Of every other method: tier 3 is the lowest that the bot uses."""


def rates(
    edits: float = EDITS_PER_MINUTE, posts: float = POSTS_PER_MINUTE, burst: int = BURST
) -> Rates:
    """What the bot allows itself: `edits` and `posts` per minute, `burst` edits at once."""
    by_bucket = {
        # One less than Slack may allow: a call that is late on its way must not meet the next ones.
        UPDATE: Rate(edits, max(burst - 1, 1), promised=max(edits, EDITS_PER_MINUTE)),
        POST: Rate(posts, burst=10),
    }
    tier_4 = dict.fromkeys((USER, EPHEMERAL, FORM, UPLOAD_URL, UPLOAD_SHARE), TIER_4)
    return Rates(OTHERS, by_bucket | tier_4, PER_CHANNEL)


BLOCKS: Final = 50
"""In a message (docs: blocks)."""

FURNITURE_BLOCKS: Final = 5
"""What may stand below an answer (see `answers/furniture.py`)."""

SPARE_BLOCKS: Final = 2
"""For a notice about the answer, and an invisible rich_text block."""

ANSWER_BLOCKS: Final = BLOCKS - FURNITURE_BLOCKS - SPARE_BLOCKS
"""What is left for the answer itself."""

MARKDOWN_CHARACTERS: Final = 12_000
"""In all markdown blocks of a message (docs: markdown block)."""

SECTION_CHARACTERS: Final = 3_000
"""In the text of a section (docs: section block)."""


def part_limits(*, files: bool = True) -> PartLimits:
    """What one message of an answer may hold; `files`: whether files can be uploaded."""
    return PartLimits(blocks=ANSWER_BLOCKS, files=files)
