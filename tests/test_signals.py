import asyncio
import os
import signal
import subprocess
import sys

import pytest

from bot.signals import ended_by_signal
from tests.environment import ROOT, scrubbed

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

STUBBORN = """
import asyncio
import sys
from bot.signals import ended_by_signal

async def main():
    with ended_by_signal():
        try:
            print("ready", flush=True)
            await asyncio.sleep(30)
        finally:
            print("asked", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            print("ended", flush=True)

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def no_nohup():
    """The tests themselves may have been started with it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    "numbers",
    [[signal.SIGINT], [signal.SIGTERM], [signal.SIGHUP], [signal.SIGTERM, signal.SIGHUP] * 3],
)
async def test_signals_end_the_body(numbers):
    """Signals at the same moment count as one: `make` repeats what its whole group received."""
    with ended_by_signal():
        for number in numbers:
            os.kill(os.getpid(), number)
        await asyncio.sleep(5)
        pytest.fail("nobody was told")

    assert not asyncio.current_task().cancelling()


async def test_signals_have_their_former_effect_afterwards():
    before = [signal.getsignal(number) for number in ENDING]
    with ended_by_signal():
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(5)

    assert [signal.getsignal(number) for number in ENDING] == before


async def test_a_program_started_with_nohup_goes_on():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with ended_by_signal():
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.05)

    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


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


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGHUP, signal.SIGTERM),
    ],
)
def test_the_second_signal_kills_a_process_that_does_not_end(first, second):
    with stubborn() as process:
        said(process, "ready")
        process.send_signal(first)
        said(process, "asked")
        process.send_signal(second)
        _, errors = process.communicate()

    assert (process.returncode, errors) == (-second, "")


def test_a_second_sighup_does_not_kill():
    """A terminal that closes sends several, and systemd sends one after SIGTERM."""
    with stubborn() as process:
        said(process, "ready")
        process.send_signal(signal.SIGTERM)
        said(process, "asked")
        process.send_signal(signal.SIGHUP)
        process.stdin.write("go on\n")
        process.stdin.flush()
        said(process, "ended")

    assert process.returncode == 0


def stubborn():
    return subprocess.Popen(
        [sys.executable, "-c", STUBBORN],
        cwd=ROOT,
        env=scrubbed(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process, word):
    assert process.stdout.readline().strip() == word
