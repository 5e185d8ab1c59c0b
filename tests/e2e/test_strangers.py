"""HTTP mode as a process of its own, with more strangers at its port than it may open files."""

import asyncio
import json
import resource
from contextlib import AsyncExitStack, suppress

from bot.tasks import Tasks
from tests.e2e.house import open_house
from tests.e2e.test_lifecycle import program

FILES = 256
"""Descriptors that the process may open."""
STRANGERS = 300
LARGEST_LOG = 20_000
"""Bytes: what the start says, and a few lines about the strangers."""

POST = b"POST /slack/events HTTP/1.1\r\nHost: x\r\n"
BEGINNINGS = (b"", b"P", POST, POST + b"Content-Length: 1000000\r\n\r\n" + b"x" * 1000)
"""What a stranger has sent when it falls silent: nothing, or part of a head or of a body."""


async def stranger(port, beginning):
    """Connects, begins a request, and comes again whenever it is sent away."""
    while True:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(beginning)
                await reader.read()
            finally:
                writer.transport.abort()
        await asyncio.sleep(0.2)


async def started(log):
    """The port of the process that writes this log, once it is ready."""
    async with asyncio.timeout(50):
        while True:
            for line in log.read_text("utf-8").splitlines():
                if '"ready"' in line:
                    return int(json.loads(line)["address"].rpartition(":")[2])
            await asyncio.sleep(0.05)


async def test_slack_gets_through_a_crowd_of_strangers(tmp_path):
    """Each event is taken in time, the answers are written, and the log stays small."""
    log = tmp_path / "log"
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(bot=False, transport="http"))
        variables = {"SLACK_SIGNING_SECRET": house.slack.signing_secret, "PORT": "0"}
        variables |= {"BOT_HOST": "127.0.0.1", "BOT_DRAIN_SECONDS": "1"}
        file = stack.enter_context(log.open("wb"))
        run = program(house, tmp_path, "--http", log=file, **variables)
        process = await stack.enter_async_context(run)
        port = await started(log)
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        house.slack.send_events_to(f"http://127.0.0.1:{port}/slack/events")
        async with Tasks("crowd") as crowd:
            for number in range(STRANGERS):
                beginning = BEGINNINGS[number % len(BEGINNINGS)]
                crowd.start(stranger(port, beginning), name=str(number))
            await asyncio.sleep(0.5)
            answers = [await house.ask("alice", "general", f"@streambot {n}") for n in range(2)]
        settled = [each.outcome for each in house.slack.delivery.log if each.outcome]

    assert all(answer.text for answer in answers)
    assert {outcome.reason for outcome in settled} == {""}
    written = log.read_text("utf-8")
    assert len(written) < LARGEST_LOG, written[:2000]
    assert "Traceback" not in written
