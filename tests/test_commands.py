"""Every command block of the pages runs as it stands there, line by line, in a fresh copy.

A copy has a small Slack and a scripted model of its own, whose addresses are filled in as somebody
would: in `.env`, once a page has made it.
"""

import asyncio
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from bot.playground.model.endpoint import ScriptedModel
from bot.playground.server import Playground
from tests.environment import KEY, ROOT, SECRET, scrubbed

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
SERVES = re.compile(r"make run|bot (run|playground)(?! --help)")
"""Commands that go on until a signal ends them."""
OPEN = re.compile(rb"ready|is open")
"""What they say when they have started."""

ELSEWHERE = {
    "make test": "the run that this test is in",
    "make lint": "the other half of .ci/run",
}
"""Commands of blocks that are not run here, and what runs them."""

SETS_UP = {"README.md"}
"""Pages whose copy installs what it needs. The others use the packages that the tests run on."""

LOCAL = ("build", "dist", "*.db*", ".env", "node_modules", "__pycache__")
"""What is not part of a checkout, beside the hidden folders of tools."""


def commands(page):
    """The commands of a page in order, without their comments."""
    blocks = (dedent(match[1]) for match in BLOCK.finditer(page.read_text("utf-8")))
    lines = (line.partition("  #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def hidden(folder, names):
    return {name for name in names if name.startswith(".") and (Path(folder) / name).is_dir()}


@pytest.fixture
def copy(tmp_path):
    """What a clone holds, under git."""
    target, local = tmp_path / "bot", shutil.ignore_patterns(*LOCAL)
    shutil.copytree(ROOT, target, ignore=lambda *at: hidden(*at) | local(*at))
    return target


@pytest.fixture
async def values():
    """What somebody fills in, and for us where Slack and the model are."""
    async with Playground() as slack, ScriptedModel(speed=5000) as model:
        yield {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": SECRET,
            "OPENAI_API_KEY": KEY,
            "SLACK_API_URL": slack.api_url,
            "OPENAI_BASE_URL": model.base_url,
            "PORT": "0",
        }


def fill_in(file, values):
    kept = [line for line in file.read_text("utf-8").split("\n") if line[:-1] not in values]
    file.write_text("\n".join([*kept, *(f"{name}={value}" for name, value in values.items())]))


async def start(line, cwd):
    return await asyncio.create_subprocess_exec(
        "bash", "-euc", line,
        cwd=cwd, env=scrubbed(BOT_DRAIN_SECONDS="1"), start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def serve(program):
    """Waits until the program serves, and ends it with Ctrl-C. Returns what it said."""
    said = b""
    while not OPEN.search(said) and (line := await program.stdout.readline()):
        said += line
    if program.returncode is None and OPEN.search(said):
        os.killpg(program.pid, signal.SIGINT)
    return said + await program.stdout.read()


async def run(line, cwd):
    program = await start(line, cwd)
    said = await (serve(program) if SERVES.search(line) else program.stdout.read())
    fine = {0, -signal.SIGINT} if line.startswith("make") else {0}  # make repeats the signal
    assert await program.wait() in fine, f"{line}\n{said.decode()}"
    assert b"Traceback" not in said


def test_the_pages_have_commands():
    """Otherwise the expression above has grown stale, and the tests below prove nothing."""
    assert len(commands(ROOT / "README.md")) > 8
    assert len(commands(ROOT / "CONTRIBUTING.md")) > 2


def test_what_is_not_run_here_is_shown():
    """No row is kept for a command that is on no page."""
    assert ELSEWHERE.keys() <= {line for page in PAGES for line in commands(page)}, (
        "show the command on a page, or remove its row from ELSEWHERE"
    )


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "page", [page for page in PAGES if commands(page)], ids=lambda page: page.name
)
async def test_every_command_of_a_page_runs(page, copy, values):
    if page.name not in SETS_UP:
        (copy / ".venv").symlink_to(sys.prefix)
    await run("git init --quiet && git add --all", copy)
    for line in commands(page):
        if line not in ELSEWHERE:
            await run(line, copy)
        if line.startswith("cp .env.example"):
            fill_in(copy / ".env", values)
