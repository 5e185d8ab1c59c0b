"""Where everything is put together: what is wrapped, what is refused, and how it ends."""

import asyncio
import gc
import socket
from dataclasses import dataclass

import pytest
from pydantic import SecretStr

from bot.app import Bot, Wrapping, open_bot, run
from bot.errors import SettingsError
from bot.playground.model.scripted_reply import Reply
from bot.slack.identity import Identity
from bot.tasks import Tasks
from tests.e2e.house import address, open_house

IDENTITY = Identity("T1", "U9", "B9", "streambot", frozenset())


@dataclass
class Seen:
    """Remembers what it was given, and gives it back."""

    ports: list

    def __call__(self, port):
        self.ports.append(port)
        return port


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_each_port_is_wrapped_once_for_each_use(transport):
    journals, sinks, models = Seen([]), Seen([]), Seen([])
    wrapping = Wrapping(journal=journals, sink=sinks, model=models)
    async with (
        open_house(transport=transport, bot=False) as house,
        open_bot(house.settings, transport, wrapping) as bot,
    ):
        if transport == "http":
            house.slack.send_events_to(address(bot))
        for text in ("one", "two"):
            house.model.enqueue(Reply([text]))
            answer = await house.ask("alice", "general", f"@streambot {text}")
            assert answer.text == text

    assert [len(seen.ports) for seen in (journals, sinks, models)] == [1, 2, 1]


async def test_an_endpoint_that_never_answers_delays_nothing():
    """Its check runs beside the work, and ends with the bot."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        async with open_house(bot=False) as house, asyncio.timeout(20):
            settings = house.settings.model_copy(update={"openai_base_url": base})
            async with open_bot(settings, "socket"):
                assert "app:model-check" in {task.get_name() for task in asyncio.all_tasks()}

    assert "app:model-check" not in {task.get_name() for task in asyncio.all_tasks()}


async def test_a_token_that_slack_rejects_is_a_mistake_in_settings():
    async with open_house(bot=False) as house:
        settings = house.settings.model_copy(update={"slack_bot_token": SecretStr("xoxb-wrong")})
        with pytest.raises(SettingsError) as caught:
            async with open_bot(settings, "socket"):
                pytest.fail("it was opened")

    [problem] = caught.value.problems
    assert problem.startswith("SLACK_BOT_TOKEN: Slack does not accept it (invalid_auth); ")


async def test_an_app_token_that_slack_rejects_is_a_mistake_in_settings():
    async with open_house(bot=False) as house:
        settings = house.settings.model_copy(update={"slack_app_token": SecretStr("xapp-wrong")})
        with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
            async with open_bot(settings, "socket"):
                pytest.fail("it was opened")


async def test_over_http_it_serves_until_it_is_cancelled():
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(Bot(IDENTITY, port=1).serve(), 0.05)


async def test_it_raises_what_the_socket_ended_with():
    async def rejected():
        return SettingsError(["SLACK_APP_TOKEN: no"])

    line = asyncio.get_running_loop().create_task(rejected())
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        await Bot(IDENTITY, line).serve()


async def test_a_cancelled_server_leaves_its_socket_to_its_owner():
    """Answers that finish during the drain still need it."""
    line = asyncio.get_running_loop().create_task(asyncio.sleep(10))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(Bot(IDENTITY, line).serve(), 0.05)

    assert not line.cancelled()
    line.cancel()


async def test_the_loop_is_watched_and_what_lasts_is_not_collected_again():
    gc.unfreeze()
    async with open_house(bot=False) as house, Tasks("test") as tasks, asyncio.timeout(30):
        tasks.start(run(house.settings, transport="socket"), name="run")
        while not gc.get_freeze_count():
            await asyncio.sleep(0.05)

        assert "app:watchdog" in {task.get_name() for task in asyncio.all_tasks()}
    gc.unfreeze()
