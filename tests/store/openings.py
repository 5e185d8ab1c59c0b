"""Opens databases, here and in further processes, and looks at what that left of their files."""

import asyncio
import subprocess
import sys
import traceback

import pytest

from bot.errors import SettingsError
from bot.store import open_store
from tests.environment import ROOT

OPEN = """
import asyncio, sys
from bot.store import open_store
async def main():
    async with open_store(sys.argv[1], owner="x") as journal:
        await journal.due()
asyncio.run(main())
"""


def program(code, *words):
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )


async def finished(process):
    _, said = await asyncio.to_thread(process.communicate)
    return process.returncode, said


async def opens(url):
    async with open_store(str(url), owner="a") as journal:
        return [ts for _, _, ts in await journal.due()]


async def refused(url, error=SettingsError):
    with pytest.raises(error) as caught:
        await opens(url)
    assert "sekret" not in "".join(traceback.format_exception(caught.value)).replace(
        "await opens(url)", ""
    )
    return str(caught.value)


def snapshot(folder):
    """All bytes. An index of the WAL (-shm) or an empty WAL holds nothing of anybody's."""
    files = {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.endswith("-shm")}
    return {name: data for name, data in files.items() if data or not name.endswith("-wal")}
