"""How the other side sees a broken connection."""

import asyncio

import pytest

from bot.playground.cuts import Cut, cut


async def received(how):
    """What a client reads of a connection that is cut after three bytes."""

    async def serve(_reader, writer):
        writer.write(b"abc")
        await writer.drain()
        cut(writer.transport, how)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        try:
            return await reader.read()
        finally:
            writer.close()


async def test_a_close_lets_everything_through():
    assert await received(Cut.CLOSE) == b"abc"


async def test_a_reset_is_an_error():
    with pytest.raises(ConnectionResetError):
        await received(Cut.RESET)


def test_a_connection_that_is_gone_already():
    cut(None, Cut.RESET)
