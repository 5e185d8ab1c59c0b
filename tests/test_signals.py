import asyncio
import os
import signal
import subprocess
import sys

import pytest

from bot.signals import ended_by_signal
from tests.environment import ROOT, scrubbed

STUBBORN = """
import asyncio
from bot.signals import ended_by_signal

async def main():
    with ended_by_signal():
        try:
            print("ready", flush=True)
            await asyncio.sleep(30)
        finally:
            print("asked", flush=True)
            await asyncio.sleep(30)

asyncio.run(main())
"""


@pytest.mark.parametrize("numbers", [[signal.SIGINT], [signal.SIGTERM], [signal.SIGTERM] * 3])
async def test_signals_end_the_body(numbers):
    """Signals at the same moment count as one: `make` repeats what its whole group received."""
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


async def test_without_a_signal_the_body_ends_by_itself():
    with ended_by_signal():
        await asyncio.sleep(0)

    loop = asyncio.get_running_loop()
    assert not loop.remove_signal_handler(signal.SIGTERM), "a handler is left behind"


def test_the_second_signal_kills_a_process_that_does_not_end():
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        cwd=ROOT,
        env=scrubbed(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        for said in ("ready", "asked"):
            assert process.stdout.readline().strip() == said
            process.send_signal(signal.SIGTERM)

    assert process.returncode == -signal.SIGTERM
