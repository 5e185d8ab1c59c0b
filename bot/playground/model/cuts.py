"""How a connection ends before its time."""

from __future__ import annotations

import socket
import struct
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

_NO_LINGER = struct.pack("ii", 1, 0)


class Cut(Enum):
    """How a connection is broken in the middle of an answer."""

    CLOSE = "fin"
    RESET = "rst"


def cut(transport: asyncio.Transport | None, how: Cut) -> None:
    """Ends the connection: what is still to be sent is flushed before a FIN, not before a RST."""
    if transport is None:
        return
    if how is Cut.CLOSE:
        transport.close()
        return
    # Only a socket that does not linger says RST instead of FIN.
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
