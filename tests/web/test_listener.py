"""Connections are accepted while there is room, also after the machine had none."""

import asyncio
import os
import resource
import socket
from contextlib import asynccontextmanager, contextmanager

import pytest
from structlog.testing import capture_logs

from bot.web.listener import NOT_ACCEPTED, Listener
from bot.web.refusal_log import RefusalLog


class Room:
    """Connections in a room of a certain size, in which one gives way when `may_go` says so."""

    def __init__(self, size=100):
        self.size = size
        self.open = []
        self.asked = 0
        self.may_go = True

    @property
    def is_full(self):
        return len(self.open) >= self.size

    def make_room(self):
        self.asked += 1
        if self.may_go and self.open:
            self.open.pop(0).transport.abort()
        return self.may_go

    def protocol(self):
        return Echo(self)


class Echo(asyncio.Protocol):
    def __init__(self, room):
        self.room = room

    def connection_made(self, transport):
        self.transport = transport
        self.room.open.append(self)

    def data_received(self, data):
        self.transport.write(data)


@asynccontextmanager
async def listening(room, host="127.0.0.1"):
    async with Listener(room, room.protocol, RefusalLog()).listen(host, 0) as port:
        yield port


@contextmanager
def calling(port, host="127.0.0.1"):
    """A connection; the system makes it before anybody accepts it."""
    with socket.create_connection((host, port)) as connection:
        connection.setblocking(False)
        yield connection


async def echo(connection, within=5.0):
    """What comes back of two bytes; nothing when the connection has been closed."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(within):
        await loop.sock_sendall(connection, b"hi")
        return await loop.sock_recv(connection, 2)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_connections_are_accepted_until_it_is_left(host):
    async with listening(Room(), host) as port:
        with calling(port, host) as first, calling(port, host) as second:
            assert await echo(first) == await echo(second) == b"hi"

    with pytest.raises(ConnectionRefusedError), calling(port, host):
        pass


async def test_a_full_room_is_left_by_another():
    room = Room(1)
    async with listening(room) as port:
        with calling(port) as first, calling(port) as second:
            assert await echo(second) == b"hi"
            assert await asyncio.get_running_loop().sock_recv(first, 2) == b"", "it is closed"


async def test_a_new_connection_waits_until_there_is_room():
    room = Room(1)
    room.may_go = False
    async with listening(room) as port:
        with calling(port) as first, calling(port) as second:
            assert await echo(first) == b"hi"
            with pytest.raises(TimeoutError):
                await echo(second, within=0.2)
            assert len(room.open) == 1

            room.open.clear()
            assert await asyncio.get_running_loop().sock_recv(second, 2) == b"hi"


@contextmanager
def no_more_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.close(next_one := os.dup(0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_one, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_what_the_machine_does_not_give_is_asked_for_again():
    """F105: one line says so, however often; an old connection gives its descriptor."""
    room = Room()
    async with listening(room) as port:
        with calling(port) as old:
            assert await echo(old) == b"hi"
            room.may_go = False
            with capture_logs() as logs, calling(port) as new:
                with no_more_descriptors(), pytest.raises(TimeoutError):
                    await echo(new, within=1)
                assert room.asked > 5
                assert await asyncio.get_running_loop().sock_recv(new, 2) == b"hi"

    assert [entry["event"] for entry in logs] == [NOT_ACCEPTED]
    assert logs[0]["error"] == "EMFILE"
    assert "ulimit -n" in logs[0]["remedy"]
