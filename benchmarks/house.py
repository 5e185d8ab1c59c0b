"""The bot as a process of its own, and a table."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from typing import TYPE_CHECKING, Self

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.playground.model.endpoint import ScriptedModel
    from bot.playground.server import Playground


class Bot:
    """`python -m bot run --socket` against the playground."""

    def __init__(self, slack: Playground, model: ScriptedModel, **settings: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._env = kept | {
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": "sk-benchmark",
            "BOT_LOG_LEVEL": "error",
            **settings,
        }

    async def __aenter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory()
        store = {"DATABASE_URL": f"sqlite:///{self._folder.name}/bot.db"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", "--socket", env=store | self._env
        )
        self.process = psutil.Process(self._process.pid)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()
        self._folder.cleanup()

    async def leave(self) -> int:
        """Asks it to end, and waits; the exit code."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self._process.wait(), 60)

    def memory(self) -> float:
        """Resident memory in megabytes."""
        return self.process.memory_info().rss / 2**20

    def cpu(self) -> float:
        """Seconds of CPU so far."""
        times = self.process.cpu_times()
        return times.user + times.system


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they must be."""
    lines = [head, *rows]
    widths = [max(len(str(row[column])) for row in lines) for column in range(len(head))]
    shown = [
        "  ".join(str(cell).ljust(w) for cell, w in zip(r, widths, strict=True)) for r in lines
    ]
    return "\n".join([title, "-" * len(title), *(line.rstrip() for line in shown), ""])


class ModelProcess:
    """The scripted model in a process of its own: every answer has `tokens` at `speed`."""

    CODE = """
import asyncio, sys
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import Reply

async def main(tokens, speed):
    async with ScriptedModel(speed=0) as model:
        reply = Reply(["word "] * tokens, speed=speed)
        model.enqueue(*[reply] * 1000)
        print(model.base_url, flush=True)
        await asyncio.sleep(3600)

asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
"""

    def __init__(self, tokens: int, speed: float) -> None:
        self._arguments = (str(tokens), str(speed))
        self.base_url = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            self.CODE,
            *self._arguments,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the benchmark
        )
        self.base_url = (await self._process.stdout.readline()).decode().strip()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.kill()
        await self._process.wait()
