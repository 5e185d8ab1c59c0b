"""Whether a request may still be sent is asked at the last moment: right before it leaves.

A call waits for the budget, then for a connection. Meanwhile the process may have been paused for
so long that another one has taken over its work. So the request itself asks, when it has its
connection and before its first byte.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from aiohttp import ClientRequest

from bot.errors import SlackUnsent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aiohttp import ClientResponse
    from aiohttp.connector import Connection


def always() -> bool:
    """For calls that need no lease."""
    return True


_may_send: ContextVar[Callable[[], bool]] = ContextVar("may_send", default=always)


@contextmanager
def asking(may_send: Callable[[], bool]) -> Iterator[None]:
    """Requests that are made inside ask `may_send`, and raise `SlackUnsent` when it says no."""
    token = _may_send.set(may_send)
    try:
        yield
    finally:
        _may_send.reset(token)


class AskingRequest(ClientRequest):
    """A request that asks whether it may leave, once it has its connection."""

    async def send(self, conn: Connection) -> ClientResponse:
        """Raises `SlackUnsent` if it may not."""
        if not _may_send.get()():
            raise SlackUnsent("the lease is about to end")
        return await super().send(conn)


def asking_class(base: type[ClientRequest]) -> type[ClientRequest]:
    """The class for an aiohttp session whose requests ask, and are like those of `base` else."""
    found: type[ClientRequest] = type("AskingRequest", (AskingRequest, base), {})
    return found
