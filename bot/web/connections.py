"""The connections at HTTP mode's port, and which of them give way when there are too many.

Anybody can connect and send something. Only a verified request is Slack's; until then a connection
is a stranger's. It must send the head of its request in time, what it has sent counts toward
`MOST_UNVERIFIED`, it is closed after one request, and it may be closed for the sake of others.
"""

from __future__ import annotations

import asyncio
import resource
import time
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, cast

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.typedefs import Handler

    from bot.web.refusal_log import RefusalLog

MOST_CONNECTIONS: Final = 256
"""OpenConnections that are open at the same time, at most."""

MOST_UNVERIFIED: Final = 16 * 1024 * 1024
"""Bytes of all requests that are not verified yet, at most."""

OWN_SHARE: Final = 2
"""One of so many of the process's descriptors may be a connection here.

The others are for Slack, the model and the store.
"""

GRACE: Final = 1.0
"""Seconds that each connection has for a request, before it may give way.

Without it, a crowd that connects again and again would drive out Slack's connections, too.
"""

NO_ROOM: Final = "connection closed for a new one, because the most are open"
TOO_MUCH: Final = "connection closed, because requests that are not verified hold too much memory"
SLOW_HEAD: Final = "connection closed, because the head of its request did not come in time"


class Stage(Enum):
    """What a connection is doing."""

    IDLE = auto()
    """Nothing of a request has come."""

    RECEIVING = auto()
    """A request comes, or is being refused."""

    VERIFIED = auto()
    """A request of Slack is being answered."""


class Connection(asyncio.Protocol):
    """One connection. All that happens to it is passed on to `inner`, which is aiohttp's."""

    def __init__(self, connections: OpenConnections, inner: asyncio.Protocol) -> None:
        self._connections = connections
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self.stage = Stage.IDLE
        self.useful_at = connections.clock()
        """When it began, or last brought a verified request."""
        self.unverified = 0
        """Bytes that came since its last verified request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)
        self._expect_head()
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self.stage is Stage.IDLE:
            self.stage = Stage.RECEIVING
            self._expect_head()
        self._connections.count(self, len(data))
        if self._transport and not self._transport.is_closing():
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._connections.remove(self)
        self._inner.connection_lost(exc)

    def head_came(self) -> None:
        """The head of a request is complete."""
        self._stop_waiting()

    def verify(self) -> None:
        """The request is Slack's."""
        self.stage = Stage.VERIFIED
        self._connections.uncount(self)

    def answered(self) -> None:
        """Slack's request has been answered. The next one may have begun to come already."""
        self.useful_at = self._connections.clock()
        self.stage = Stage.RECEIVING if self.unverified else Stage.IDLE
        if self.unverified:
            self._expect_head()

    def close(self) -> None:
        """Closes it at once, whatever is still to be sent: the other side may never read it."""
        self._connections.remove(self)
        if self._transport:
            self._transport.abort()

    def _expect_head(self) -> None:
        if self._deadline is None:
            timeout, give_up = self._connections.head_timeout, self._connections.give_up
            self._deadline = asyncio.get_running_loop().call_later(timeout, give_up, self)

    def _stop_waiting(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = None


class OpenConnections:
    """All connections that are open."""

    def __init__(
        self,
        refusals: RefusalLog,
        head_timeout: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A head may take `head_timeout` seconds; `clock` returns seconds, from any beginning.

        They are counted from the beginning of the connection, later from a request's first byte.
        """
        self.head_timeout = head_timeout
        self.clock = clock
        self._refusals = refusals
        self._open: set[Connection] = set()
        self._unverified = 0

    def __len__(self) -> int:
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """True when a new connection needs the place of another."""
        return len(self._open) >= _most()

    def make_room(self) -> bool:
        """Closes the connection that has been of no use for longest; False if none may go yet."""
        spared = [each for each in self._open if each.stage is not Stage.VERIFIED]
        longest = min(spared, key=lambda each: each.useful_at, default=None)
        if longest is None or longest.useful_at + GRACE > self.clock():
            return False
        self._close(longest, NO_ROOM)
        return True

    def give_up(self, connection: Connection) -> None:
        """Closes a connection whose head takes too long."""
        self._close(connection, SLOW_HEAD)

    def add(self, connection: Connection) -> None:
        self._open.add(connection)

    def remove(self, connection: Connection) -> None:
        self._open.discard(connection)
        self.uncount(connection)

    def count(self, connection: Connection, size: int) -> None:
        """Counts `size` bytes. What holds most gives way when all together hold too much."""
        if connection not in self._open:
            return
        connection.unverified += size
        self._unverified += size
        while self._unverified > MOST_UNVERIFIED:
            self._close(max(self._open, key=lambda each: each.unverified), TOO_MUCH)

    def uncount(self, connection: Connection) -> None:
        """Forgets the bytes of a connection."""
        self._unverified -= connection.unverified
        connection.unverified = 0

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Follows a request. A connection is kept only after a request that was verified."""
        connection = connection_of(request)
        if connection is None:
            return web.Response(status=400)
        connection.head_came()
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.force_close()
            raise
        if connection.stage is Stage.VERIFIED:
            connection.answered()
        else:
            response.force_close()
        return response

    def _close(self, connection: Connection, why: str) -> None:
        self._refusals.add(why, why)
        connection.close()


def connection_of(request: web.Request) -> Connection | None:
    """The connection of a request; None if it has been lost."""
    protocol = request.transport.get_protocol() if request.transport else None
    return protocol if isinstance(protocol, Connection) else None


def _most() -> int:
    """Most connections, now: the limit of descriptors may change while we run."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, max(1, limit // OWN_SHARE))
