"""Breaking a connection in the middle of a response."""

from __future__ import annotations

import socket
import struct
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

_NO_LINGER = struct.pack("ii", 1, 0)


class Cut(Enum):
    CLOSE = "fin"
    """A FIN, as when a process closes the connection."""
    RESET = "rst"
    """A RST, as when a process dies."""


def cut(transport: asyncio.Transport | None, how: Cut) -> None:
    """Ends the connection. Data not yet sent is flushed before a FIN, and lost before a RST."""
    if transport is None:
        return
    if how is Cut.CLOSE:
        transport.close()
        return
    # With a linger time of 0 the kernel sends RST in place of FIN.
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
