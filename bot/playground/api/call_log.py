"""Every call of the Web API, as it was made and answered: the oracle of the tests."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Record:
    """`at` is monotonic, in seconds. `status` 0: carried out, but the answer was lost."""

    at: float
    method: str
    arguments: dict[str, Any]
    status: int
    response: dict[str, Any]
    error: str = ""
    retry_after: int | None = None

    @property
    def ok(self) -> bool:
        return bool(self.response.get("ok"))


class Journal:
    """The newest records, oldest first."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque(maxlen=_KEPT)

    def __iter__(self) -> Iterator[Record]:
        return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> Record:
        return self._records[index]

    def add(self, record: Record) -> None:
        self._records.append(record)

    def clear(self) -> None:
        self._records.clear()

    def of(self, method: str) -> list[Record]:
        return [record for record in self._records if record.method == method]

    def counts(self, since: float) -> Counter[str]:
        """Calls that went through, per method, from `since` on."""
        return Counter(r.method for r in self._recent(since) if r.status != 429)

    def refusals(self, since: float = 0.0) -> Counter[str]:
        """Calls answered with 429, per method."""
        return Counter(r.method for r in self._recent(since) if r.status == 429)

    def _recent(self, since: float) -> Iterator[Record]:
        for record in reversed(self._records):
            if record.at < since:
                return
            yield record
