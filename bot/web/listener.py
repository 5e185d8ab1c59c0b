"""Accepts connections at a port, each by itself, so that there is never one too many.

asyncio's own server accepts a hundred before it looks at any, and where descriptors run out it logs
a hundred tracebacks a second (Python 3.11).
"""

from __future__ import annotations

import asyncio
import errno
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from bot.starting.machine_limits import REMEDIES
from bot.tasks import Tasks

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable

    from bot.web.connections import OpenConnections
    from bot.web.refusal_log import RefusalLog

BACKLOG: Final = 256
"""OpenConnections that the system keeps for us until they are accepted."""

PAUSE: Final = 0.02
"""Seconds until the next attempt, where no connection can be accepted or closed."""

NOT_ACCEPTED: Final = "no connection accepted"


class Listener:
    """Accepts connections while its context is entered."""

    def __init__(
        self,
        connections: OpenConnections,
        protocol: Callable[[], asyncio.Protocol],
        refusals: RefusalLog,
    ) -> None:
        """`protocol` makes that of a new connection."""
        self._connections = connections
        self._protocol = protocol
        self._refusals = refusals

    @asynccontextmanager
    async def listen(self, host: str, port: int) -> AsyncIterator[int]:
        """Yields the port; 0 takes any free one. Raises what opening it raises."""
        with ExitStack() as stack:
            sockets = [stack.enter_context(each) for each in await self._bound(host, port)]
            async with Tasks("web") as tasks:
                for each in sockets:
                    each.listen(BACKLOG)
                    tasks.start(self._accept_all(each), name="accept")
                yield sockets[0].getsockname()[1]

    async def _bound(self, host: str, port: int) -> list[socket.socket]:
        """A socket for each address of the host, as asyncio binds them."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._protocol, host, port, start_serving=False)
        bound = [each.dup() for each in server.sockets]
        server.close()
        return bound

    async def _accept_all(self, listener: socket.socket) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
            except ConnectionAbortedError:
                continue
            except OSError as error:
                await self._not_accepted(error)
            else:
                await self._take(connection)

    async def _take(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            # Time decides when one may go, so there is no event to wait for.
            while self._connections.is_full and not self._connections.make_room():  # noqa: ASYNC110
                await asyncio.sleep(PAUSE)
            await loop.connect_accepted_socket(self._protocol, connection)
        except BaseException as error:
            connection.close()
            if not isinstance(error, OSError):
                raise

    async def _not_accepted(self, error: OSError) -> None:
        """Says why, and gives an old connection's descriptor to the next attempt."""
        code = errno.errorcode.get(error.errno or 0, "")
        remedy = REMEDIES.get(error.errno or 0, "")
        self._refusals.add(NOT_ACCEPTED, NOT_ACCEPTED, error=code, remedy=remedy)
        self._connections.make_room()
        await asyncio.sleep(PAUSE)
