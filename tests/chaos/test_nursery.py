"""What is born in the nursery is a bot like any other, and none outlives it."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.chaos.nursery import ROOT, Nursery


@pytest.fixture
def birth(nursery, tmp_path):
    async def birth(*argv, **env):
        given = {"PATH": os.environ["PATH"]} | env
        return await nursery.start(argv, given, cwd=tmp_path, log=tmp_path / "log")

    return birth


async def test_it_says_what_the_program_says(birth, tmp_path):
    """The same words on stderr and the same exit code as `python -m bot`, from its environment."""
    born = await birth("run", BOT_TYPO="1")
    code = await born.exited()

    ran = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "BOT_TYPO": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (code, born.log.read_text()) == (ran.returncode, ran.stderr)
    assert code == 78


async def test_a_signal_is_told_as_such(birth):
    born = await birth("playground", "--no-browser", "--port", "0")
    assert born.code is None
    born.kill()

    assert await born.exited() == -signal.SIGKILL
    assert born.code == -signal.SIGKILL
    born.kill()  # the pid may be somebody else's by now


async def test_who_stops_waiting_misses_nothing(birth):
    born = await birth("playground", "--no-browser", "--port", "0")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await born.exited()
    born.kill()

    assert await born.exited() == -signal.SIGKILL


async def test_each_has_a_session_of_its_own(birth):
    """A signal to the tests' group does not reach it."""
    born = await birth("playground", "--no-browser", "--port", "0")
    deadline = time.monotonic() + 5
    while os.getpgid(born.pid) != born.pid:
        assert time.monotonic() < deadline
    born.kill()
    await born.exited()


async def test_nobody_outlives_the_nursery(tmp_path):
    """Not even when that is killed itself."""
    with Nursery() as nursery:
        born = await nursery.start(
            ["playground", "--no-browser", "--port", "0"],
            {"PATH": os.environ["PATH"]},
            cwd=tmp_path,
            log=tmp_path / "log",
        )
        nursery._program.kill()

    orphan = [each for each in psutil.process_iter() if each.pid == born.pid]
    _, alive = psutil.wait_procs(orphan, 5)
    assert alive == []
