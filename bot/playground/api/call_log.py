"""The log of every Web API call and its response. Tests and the page read it."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class LoggedCall:
    at: float
    """Seconds on the monotonic clock, when the call had been carried out."""
    method: str
    arguments: dict[str, Any]
    """As they were sent, without the token."""
    status: int
    """The HTTP status; 0 when the call was carried out and its response was lost."""
    response: dict[str, Any]
    error: str = ""
    """Slack's error code; empty when the call went through."""
    retry_after: int | None = None
    """Seconds; only with a 429."""

    @property
    def ok(self) -> bool:
        return bool(self.response.get("ok"))


class CallLog:
    """The newest 10,000 calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=_KEPT)

    def __iter__(self) -> Iterator[LoggedCall]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> LoggedCall:
        return self._calls[index]

    def add(self, call: LoggedCall) -> None:
        self._calls.append(call)

    def clear(self) -> None:
        self._calls.clear()

    def of(self, method: str) -> list[LoggedCall]:
        return [call for call in self._calls if call.method == method]

    def counts(self, since: float) -> Counter[str]:
        """Calls per method that were not answered with 429, from `since` (monotonic) on."""
        return Counter(call.method for call in self._from(since) if call.status != 429)

    def refusals(self, since: float = 0.0) -> Counter[str]:
        """Calls per method that were answered with 429, from `since` (monotonic) on."""
        return Counter(call.method for call in self._from(since) if call.status == 429)

    def _from(self, since: float) -> Iterator[LoggedCall]:
        for call in reversed(self._calls):
            if call.at < since:
                return
            yield call
