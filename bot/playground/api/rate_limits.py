"""Slack's rate limits: which calls go through, and after how many seconds to try again.

Slack publishes the calls per minute that each method allows an app in a workspace, and no burst
above them (docs: rate limits). A refused method stays refused until its `Retry-After` has passed.
Times are given as `now`, in seconds on any clock that does not go back.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bot.playground.switches import Switch, checked

_TIER_2, _TIER_3, _TIER_4 = 20, 50, 100

FLOORS: dict[str, float] = {
    "apps.connections.open": _TIER_3,
    "assistant.threads.setStatus": 600,
    "bots.info": _TIER_3,
    "chat.appendStream": _TIER_4,
    "chat.delete": _TIER_3,
    "chat.postEphemeral": _TIER_4,
    "chat.startStream": _TIER_2,
    "chat.stopStream": _TIER_2,
    "chat.update": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.members": _TIER_4,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "files.completeUploadExternal": _TIER_4,
    "files.delete": _TIER_3,
    "files.getUploadURLExternal": _TIER_4,
    "reactions.add": _TIER_3,
    "reactions.remove": _TIER_2,
    "team.info": _TIER_3,
    "users.info": _TIER_4,
    "users.list": _TIER_2,
    "views.open": _TIER_4,
}
"""Calls per minute. Methods whose limit is unknown or never reached are not in the table."""

POST = "chat.postMessage"

_FEW = {"conversations.history": 15, "conversations.replies": 14}
"""Messages a call; whether Slack counts the root is not known. Here it does, as the harder case."""

_MINUTE = 60.0


@dataclass(slots=True)
class _Bucket:
    """A token bucket: `burst` calls at once, then `per_second`."""

    tokens: float
    filled_at: float
    """When `tokens` was last computed."""
    refused_until: float = 0.0

    def wait(self, now: float, per_second: float, burst: float) -> float:
        """Seconds until a call goes through; 0 if one does now."""
        self.tokens = min(burst, self.tokens + max(0.0, now - self.filled_at) * per_second)
        self.filled_at = now
        lacking = 0.0 if self.tokens >= 1 else (1 - self.tokens) / per_second
        return max(lacking, self.refused_until - now, 0.0)


@dataclass(slots=True)
class RateLimits:
    """The limits in force, which can be changed while they are."""

    burst: int = 5
    """Calls of one method that go through at once."""
    speed: float = 1.0
    """Factor for all rates, so that a test need not wait for minutes."""
    enforced: bool = True
    per_minute: dict[str, float] = field(default_factory=lambda: dict(FLOORS))
    """Calls per minute, by method."""
    few_reads: bool = False
    """Whether conversations are read as by an app that is sold outside of Slack's Marketplace.

    It gets 15 messages a call, and one call a minute, whatever else is enforced.
    """
    posts_per_second: float = 1.0
    """Posts in one channel."""
    workspace_posts_per_minute: float = 300.0
    """Posts in all channels."""
    workspace_post_burst: int = 60
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict, repr=False)
    _passed: dict[str, deque[float]] = field(default_factory=dict, repr=False)
    """When the calls of the last minute went through, by method."""

    @classmethod
    def off(cls) -> RateLimits:
        return cls(enforced=False)

    def charge(self, method: str, channel: str, now: float) -> int | None:
        """None if the call goes through, and it is counted; else the seconds of `Retry-After`."""
        is_few = self.few_reads and method in _FEW
        is_limited = self.enforced or is_few
        retry_after = self._charge(method, channel, now) if is_limited else None
        if retry_after is None:
            self._last_minute(method, now).append(now)
        return retry_after

    def limited(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments as Slack takes them: this app may not ask for more messages."""
        if not self.few_reads or method not in _FEW:
            return arguments
        asked = str(arguments.get("limit") or "")
        most = _FEW[method]
        return arguments | {"limit": min(int(asked), most) if asked.isdigit() else most}

    def used(self, method: str, now: float) -> int:
        """Calls that went through in the last minute."""
        return len(self._last_minute(method, now))

    def most(self, method: str) -> int | None:
        """Calls that can go through in a minute: the published ones and the burst above them.

        None without a limit.
        """
        if not self.enforced:
            return None
        if method == POST:
            return int(self.workspace_posts_per_minute * self.speed) + self.workspace_post_burst
        floor = self.per_minute.get(method)
        return None if floor is None else int(floor * self.speed) + self.burst

    def methods(self) -> list[str]:
        """Those of which calls went through."""
        return sorted(self._passed)

    def _charge(self, method: str, channel: str, now: float) -> int | None:
        charged = [
            (self._bucket(key, burst, now), rate / 60 * self.speed, burst)
            for key, rate, burst in self._rules(method, channel)
        ]
        waits = [bucket.wait(now, rate, burst) for bucket, rate, burst in charged]
        if not any(waits):
            for bucket, _, _ in charged:
                bucket.tokens -= 1
            return None
        retry_after = max(1, math.ceil(max(waits)))
        for (bucket, _, _), wait in zip(charged, waits, strict=True):
            if wait and bucket.refused_until <= now:
                bucket.refused_until = now + retry_after
        return retry_after

    def describe(self) -> list[Switch]:
        return [switch(getattr(self, name)) for name, switch in _SWITCHES.items()]

    async def switch(self, name: str, value: Any) -> None:
        switch = _SWITCHES[name](getattr(self, name))
        setattr(self, name, checked(switch, value))

    def _rules(self, method: str, channel: str) -> list[tuple[tuple[str, str], float, int]]:
        if method == POST:
            return [
                ((POST, channel), self.posts_per_second * 60, self.burst),
                ((POST, ""), self.workspace_posts_per_minute, self.workspace_post_burst),
            ]
        if self.few_reads and method in _FEW:
            return [((method, ""), 1, 1)]
        if method in self.per_minute:
            return [((method, ""), self.per_minute[method], self.burst)]
        return []

    def _last_minute(self, method: str, now: float) -> deque[float]:
        passed = self._passed.setdefault(method, deque())
        while passed and passed[0] <= now - _MINUTE:
            passed.popleft()
        return passed

    def _bucket(self, key: tuple[str, str], burst: int, now: float) -> _Bucket:
        return self._buckets.setdefault(key, _Bucket(burst, now))


_SWITCHES: dict[str, Any] = {
    "few_reads": lambda value: Switch(
        "few_reads", "15 messages a call, one call a minute", "flag", value, hint="for histories"
    ),
    "enforced": lambda value: Switch("enforced", "Rate limits", "flag", value),
    "burst": lambda value: Switch("burst", "Burst above the limits", "number", value, 1, 100, 1),
    "speed": lambda value: Switch("speed", "Limits, times", "number", value, 0.1, 100, 0.1),
}
