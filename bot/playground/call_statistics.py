"""The figures that the page shows: calls of the last minute, 429s, and how long people waited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.playground.api.methods import METHODS

if TYPE_CHECKING:
    from bot.playground.api.call_log import CallLog
    from bot.playground.api.rate_limits import RateLimits

_MINUTE = 60.0
_JUST_NOW = 10.0  # seconds


def call_statistics(calls: CallLog, limits: RateLimits, now: float) -> dict[str, Any]:
    """Per method, for the minute before `now`: calls that went through, how many can, and 429s.

    `refused_just_now` tells 429s of the last seconds from those that are about to be forgotten.
    """
    refused, just_now = calls.refusals(now - _MINUTE), calls.refusals(now - _JUST_NOW)
    used = {method: limits.used(method, now) for method in limits.methods()}
    return {
        "methods": {
            method: {
                "calls": used.get(method, 0),
                "most": limits.most(method),
                "refused": refused[method],
                "refused_just_now": method in just_now,
            }
            for method in sorted({*used, *refused} & METHODS.keys())
            if used.get(method) or refused[method]
        },
    }
