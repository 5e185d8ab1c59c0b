"""Where everything is put together: how it ends, and what the playground says in a terminal."""

import asyncio
import os
import signal
import socket

import pytest

from bot.signals import ended_by_signal
from tests.environment import ROOT, command, scrubbed


@pytest.mark.parametrize("numbers", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGTERM] * 3])
async def test_signals_end_the_body(numbers):
    """Those that come at the same moment are one: make sends what its whole group got as well."""
    with ended_by_signal():
        for number in numbers:
            os.kill(os.getpid(), number)
        await asyncio.sleep(5)
        pytest.fail("nobody was told")

    assert not asyncio.current_task().cancelling()


async def test_who_cancels_it_is_obeyed():
    """Without a signal a cancellation goes on outwards."""

    async def body():
        with ended_by_signal():
            await asyncio.sleep(5)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(body(), 0.01)


async def open_playground(*words, cwd, **variables):
    """As a program; returns it with all that it has said until it was open."""
    program = await asyncio.create_subprocess_exec(
        *command("playground", "--no-browser", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=cwd,
        env=scrubbed(PYTHONPATH=str(ROOT), **variables),
    )
    return program, await program.stdout.readuntil(b"ends it.\n\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_playground_says_its_address_and_no_more(tmp_path, number):
    """Who tries it reads no log, and leaves it without a word."""
    program, said = await open_playground("--port", "0", cwd=tmp_path)
    program.send_signal(number)
    rest, _ = await program.communicate()

    _, address, end = said.decode().strip().split("\n")[0].partition("http://127.0.0.1:")
    assert address
    assert end.strip("/").isdigit()
    assert said.count(b"\n") == 4
    assert (rest, program.returncode) == (b"", 0)


async def test_a_port_that_is_taken(tmp_path):
    """Two of them can be open at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        program, said = await open_playground(cwd=tmp_path, BOT_PLAYGROUND_PORT=port)
        program.terminate()
        await program.communicate()

    assert b"http://127.0.0.1:" in said
    assert f":{port}/".encode() not in said
    assert program.returncode == 0
