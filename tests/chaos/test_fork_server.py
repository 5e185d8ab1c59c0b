"""What is started in the fork server is a bot like any other, and none outlives it."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.chaos.fork_server import ROOT, ForkServer


@pytest.fixture
def start(fork_server, tmp_path):
    async def start(*argv, **env):
        given = {"PATH": os.environ["PATH"]} | env
        return await fork_server.start(argv, given, cwd=tmp_path, log=tmp_path / "log")

    return start


async def test_it_says_what_the_program_says(start, tmp_path):
    """The same words on stderr and the same exit code as `python -m bot`, from its environment."""
    started = await start("run", BOT_TYPO="1")
    code = await started.exited()

    ran = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BOT_TYPO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (code, started.log.read_text()) == (ran.returncode, ran.stderr)
    assert code == 78


async def test_a_signal_is_told_as_such(start):
    started = await start("playground", "--no-browser", "--port", "0")
    assert started.code is None
    started.kill()

    assert await started.exited() == -signal.SIGKILL
    assert started.code == -signal.SIGKILL
    started.kill()  # the pid may be somebody else's by now


async def test_ctrl_c_in_the_terminal_is_not_for_it(start):
    """It goes to all processes of the group; trials that still run need theirs to end."""
    started = await start("playground", "--no-browser", "--port", "0")
    groups = {os.getpgid(started.pid), os.getpgid(psutil.Process(started.pid).ppid())}
    started.kill()

    assert os.getpgrp() not in groups


async def test_who_stops_waiting_misses_nothing(start):
    started = await start("playground", "--no-browser", "--port", "0")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await started.exited()
    started.kill()

    assert await started.exited() == -signal.SIGKILL


async def test_each_has_a_session_of_its_own(start):
    """A signal to the tests' group does not reach it."""
    started = await start("playground", "--no-browser", "--port", "0")
    deadline = time.monotonic() + 5
    while os.getpgid(started.pid) != started.pid:
        assert time.monotonic() < deadline
    started.kill()
    await started.exited()


async def test_nobody_outlives_the_fork_server(tmp_path):
    """Not even when that is killed itself."""
    with ForkServer() as fork_server:
        started = await fork_server.start(
            ["playground", "--no-browser", "--port", "0"],
            {"PATH": os.environ["PATH"]},
            cwd=tmp_path,
            log=tmp_path / "log",
        )
        fork_server._program.kill()

    orphan = [each for each in psutil.process_iter() if each.pid == started.pid]
    _, alive = psutil.wait_procs(orphan, 5)
    assert alive == []
