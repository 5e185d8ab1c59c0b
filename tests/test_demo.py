"""`bot playground`: what it says in a terminal, and what the bot in it is connected to."""

import asyncio
import signal
import socket

import pytest

from bot.config import Settings
from bot.demo import open_playground as opened
from bot.strings import ENGLISH
from tests.environment import ROOT, command, environment, scrubbed


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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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
    assert f"Port {port} is taken".encode() in said
    assert program.returncode == 0


async def test_behind_a_proxy(tmp_path):
    """What is on this machine is reached without it."""
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    program, said = await open_playground(
        "--port", "0", cwd=tmp_path, NO_PROXY="", no_proxy="", **proxies
    )
    program.terminate()
    await program.communicate()

    assert b"http://127.0.0.1:" in said


async def test_without_a_key_a_scripted_model_answers():
    with environment(BOT_DRAIN_SECONDS="0.2"):
        settings = Settings()
    async with opened(settings) as (slack, bot):
        question = await slack.say("alice", "general", "@streambot hello")
        channel = slack.workspace.channel("general")

        def answers():
            messages = slack.workspace.messages(channel.id)
            return [m for m in messages if m.get("thread_ts") == question["ts"] != m["ts"]]

        [answer] = await slack.wait_for(answers)
        assert answer["user"] == bot.identity.bot_user


async def test_it_ends_without_waiting_for_an_answer_that_vanishes_with_it():
    """It takes longer than the playground waits, and less than the bot would."""
    with environment():
        settings = Settings()
    async with opened(settings) as (slack, bot):
        await slack.say("alice", "general", "@streambot show me a Markdown tour")

        def answer():
            messages = slack.workspace.messages(slack.workspace.channel("general").id)
            return str([m for m in messages if m["user"] == bot.identity.bot_user])

        await slack.wait_for(lambda: "demo model" in answer(), timeout=30)

    assert ENGLISH.interrupted in answer()
