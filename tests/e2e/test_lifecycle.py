"""Coming, going, and what happens to questions meanwhile."""

import asyncio
import json
import signal
from contextlib import asynccontextmanager

import pytest

from bot import __version__
from bot.playground.model.endpoint import MODEL, REFUSED_KEY
from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.strings import ENGLISH
from tests.e2e.house import AGAIN, BOTH, KEY, Held, open_house, run_bot
from tests.environment import ROOT, command, scrubbed
from tests.shown import partial

both = pytest.mark.parametrize("transport", BOTH)


def ours():
    """The bot's own tasks that run now, by name."""
    names = (task.get_name() for task in asyncio.all_tasks())
    owners = (
        "app:",
        "answer:",
        "conversations:",
        "envelopes:",
        "background:",
        "people:",
        "sockets:",
        "store:",
    )
    return [name for name in names if name.startswith(owners)]


# Leaving


@both
async def test_leaving_lets_an_answer_finish(transport):
    """What runs may end within the drain; then nothing of the bot is left."""
    async with open_house(transport=transport, bot=False) as house:
        pieces = Held("Half ", after=["and half"])
        house.model.enqueue(Reply(pieces))
        async with run_bot(house):
            question = await house.say("alice", "general", "@streambot go")
            await house.begun(question, "Half")
            asyncio.get_running_loop().call_later(0.1, pieces.release)

        answer = house.answer(question)
        assert (answer.text, answer.notices, answer.buttons) == ("Half and half", [], AGAIN)
        assert ours() == []


@both
async def test_leaving_interrupts_what_takes_too_long(transport):
    """After BOT_DRAIN_SECONDS it says so, keeps the text, and leaves the model alone."""
    async with open_house(transport=transport, bot=False, bot_drain_seconds=1.0) as house:
        house.model.enqueue(Reply(["Half", FOREVER]))
        async with run_bot(house):
            question = await house.say("alice", "general", "@streambot go")
            await house.begun(question, "Half")

        answer = house.answer(question)
        await house.left_alone(house.model.requests[0])
        assert (answer.text, answer.notices) == ("Half", [partial(ENGLISH.interrupted)])
        assert answer.buttons == []
        assert ours() == []


@both
async def test_stop_works_while_it_leaves(transport):
    """The line to Slack is open until the last answer has ended."""
    async with open_house(transport=transport, bot=False) as house:
        house.model.enqueue(Reply(["Half", FOREVER]))
        async with asyncio.TaskGroup() as clicks, run_bot(house):
            question = await house.say("alice", "general", "@streambot go")
            begun = await house.begun(question, "Half")
            clicks.create_task(house.press("alice", begun))

        assert house.answer(question).notices == [partial(ENGLISH.stopped)]


@both
async def test_nothing_to_do(transport):
    """A bot that nobody asked comes and goes twice without a trace."""
    async with open_house(transport=transport, bot=False) as house:
        for _ in range(2):
            async with run_bot(house):
                pass
            assert ours() == []


# Staying


@both
async def test_who_we_are_is_asked_once(transport):
    """While auth.test is down no question is lost: it is not needed for any."""
    async with open_house(transport=transport) as house:
        house.slack.faults.fail("auth.test", 500, times=100)
        house.slack.calls.clear()

        answers = [await house.ask(user, "general", "@streambot hi") for user in ("alice", "bob")]

        assert all(answer.text for answer in answers)
        assert house.calls("auth.test") == []


@pytest.mark.parametrize("trouble", ["drop_sockets", "refresh_sockets", "warn_sockets"])
async def test_a_socket_that_ends(house, trouble):
    """The answer goes on, and what is asked next is answered through the next socket."""
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    await house.begun(question, "Half")

    await house.slack.switch(trouble)
    pieces.release()
    second = await house.say("bob", "general", "@streambot and now?")

    assert (await house.ended(question)).text == "Half and half"
    assert (await house.ended(second)).text


# As a process of its own


@asynccontextmanager
async def program(house, cwd, flag="--socket", log=asyncio.subprocess.PIPE, **variables):
    """`python -m bot run` against the playground, in an empty directory; `log` is its stderr."""
    given = {
        "PYTHONPATH": str(ROOT),
        "SLACK_API_URL": house.slack.api_url,
        "SLACK_BOT_TOKEN": house.slack.bot_token,
        "SLACK_APP_TOKEN": house.slack.app_token,
        "OPENAI_BASE_URL": house.model.base_url,
        "OPENAI_API_KEY": KEY,
        "BOT_LOG_FORMAT": "json",
        "BOT_FOOTER": "off",
    }
    process = await asyncio.create_subprocess_exec(
        *command("run", flag),
        cwd=cwd,
        env=scrubbed(**given | variables),
        stderr=log,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def farewell(process):
    """The exit code and what stood on stderr."""
    async with asyncio.timeout(50):
        _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def connected(house):
    await house.slack.wait_for(lambda: len(house.slack.sockets), timeout=50)


async def test_a_signal_ends_it_in_good_order(tmp_path):
    """SIGTERM in the midst of an answer: the answer is finished, then the exit code is 0."""
    async with open_house(bot=False) as house, program(house, tmp_path) as process:
        await connected(house)
        pieces = Held("Half ", after=["and half"])
        house.model.enqueue(Reply(pieces))
        question = await house.say("alice", "general", "@streambot go")
        await house.begun(question, "Half")

        process.send_signal(signal.SIGTERM)
        asyncio.get_running_loop().call_later(0.2, pieces.release)
        code, errors = await farewell(process)

        answer = house.answer(question)
        assert (answer.text, answer.notices, answer.buttons) == ("Half and half", [], AGAIN)
        assert code == 0
        assert '"stopped"' in errors
        assert "Traceback" not in errors
        assert KEY not in errors


@pytest.mark.parametrize("flag", ["--socket", "--http"])
async def test_it_says_what_it_runs_with(tmp_path, flag):
    """In one line, without user, password and keys."""
    async with open_house(bot=False) as house:
        variables = {"SLACK_SIGNING_SECRET": house.slack.signing_secret, "PORT": "0"}
        variables |= {"OPENAI_MODEL": MODEL, "BOT_HOST": "127.0.0.1"}
        async with program(house, tmp_path, flag, **variables) as process:
            async with asyncio.timeout(50):
                line = await process.stderr.readuntil(b'"ready"')
                line += await process.stderr.readline()
            process.terminate()
            _, rest = await farewell(process)

    entry = json.loads(line.splitlines()[-1])
    expected = {
        "version": __version__,
        "bot": "streambot",
        "model": MODEL,
        "endpoint": house.model.base_url.split("/")[2],
        "store": f"sqlite {tmp_path}/bot.db",
        "transport": flag.strip("-"),
    }
    assert entry | expected == entry
    assert entry.get("address", "").startswith("127.0.0.1:" if flag == "--http" else "")
    assert KEY not in line.decode() + rest


async def test_a_wrong_key_of_the_model_is_told_beside_the_work(tmp_path):
    """It serves, and one line names the setting."""
    async with open_house(bot=False) as house:
        async with program(house, tmp_path, OPENAI_API_KEY=REFUSED_KEY) as process:
            await connected(house)
            async with asyncio.timeout(50):
                line = await process.stderr.readuntil(b"OPENAI_API_KEY")
            answer = await house.ask("alice", "general", "@streambot hi")
            process.terminate()
            code, _ = await farewell(process)

        assert answer.notices
        assert b'"ready"' in line
        assert code == 0


async def test_a_wrong_token(tmp_path):
    """Exit code 78, the name of the variable, and not its value."""
    async with open_house(bot=False) as house:
        async with program(house, tmp_path, SLACK_BOT_TOKEN="xoxb-wrong-canary") as process:
            code, errors = await farewell(process)

        assert code == 78
        assert "SLACK_BOT_TOKEN" in errors
        assert "invalid_auth" in errors
        assert "canary" not in errors


async def test_socket_mode_is_turned_off(tmp_path):
    """F026: somebody turns it off in the app's settings: it ends and says what to do."""
    async with open_house(bot=False) as house, program(house, tmp_path) as process:
        await connected(house)
        await house.slack.switch("disable_link")
        code, errors = await farewell(process)

        assert code == 78
        assert "Socket Mode is off" in errors
        assert "Traceback" not in errors
