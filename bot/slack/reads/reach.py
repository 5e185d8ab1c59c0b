"""How far back a conversation is read, and how long that may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """Times in seconds, sizes in messages."""

    pause: float = 3600.0
    """Seconds of silence in a direct message after which a new conversation begins."""

    answer_timeout: float = 4.0
    """Seconds for Slack's answer to one call."""

    budget_timeout: float = 30.0
    """Seconds for the whole reading, most of which is waiting for the read budget.

    After that the question is answered with the history that was read so far.
    """

    names_timeout: float = 1.0
    """Seconds to wait for the names of those who wrote the messages."""

    glance_timeout: float = 3.0
    """Seconds for a reading that probably brings nothing.

    Whether more came with a question than its event has told; or a conversation, as long as Slack
    grants one call a minute.
    """

    max_pages: int = 10
    """Calls for one conversation."""

    page_size: int = 200
    """Messages per call, so that one answer of Slack is soon read (docs: pagination)."""

    max_messages: int = 500
    """Messages that are kept; the newest ones."""
