"""The figures that the page shows: calls of the last minute, 429s, and how long people waited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.api.methods import METHODS

if TYPE_CHECKING:
    from bot.playground.api.call_log import CallLog
    from bot.playground.api.rate_limits import RateLimits

_WINDOW = 60.0  # seconds; Slack's limits are per minute


def call_statistics(calls: CallLog, limits: RateLimits, now: float) -> dict[str, Any]:
    """Per method: calls of the minute before `now`, calls allowed per minute, and all 429s."""
    counts, refused = calls.counts(now - _WINDOW), calls.refusals()
    used = sorted({*counts, *refused} & METHODS.keys())
    return {
        "methods": {
            method: {
                "calls": counts[method],
                "budget": limits.budget(method),
                "refused": refused[method],
            }
            for method in used
        },
        "refused": refused.total(),
    }
