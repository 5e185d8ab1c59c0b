"""A map with a bound: caches, and what is remembered per thread, person or message."""

from __future__ import annotations

from collections import UserDict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
V = TypeVar("V")


class BoundedMap(UserDict[K, V]):
    """A map of at most `most` entries: beyond that, the one that was set longest ago goes."""

    def __init__(self, most: int, may_go: Callable[[V], bool] = lambda _: True) -> None:
        """Entries for whose value `may_go` is false stay, even if there are too many of them."""
        super().__init__()
        self._most = most
        self._may_go = may_go

    def __setitem__(self, key: K, value: V) -> None:
        self.data.pop(key, None)
        self.data[key] = value
        if len(self.data) > self._most:
            self._drop_one(key)

    def _drop_one(self, newest: K) -> None:
        for key, value in self.data.items():
            if key != newest and self._may_go(value):
                del self.data[key]
                return
