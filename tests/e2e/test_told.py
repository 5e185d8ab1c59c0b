"""What a running bot tells of itself, on its admin address."""

import asyncio
import json

import aiohttp
import pytest

from bot.playground.model.scripted_reply import Reply
from tests.e2e.house import open_house, run_bot
from tests.metrics.reading import samples

ADMIN = {"bot_admin_address": "127.0.0.1:0"}


async def page(house, path):
    url = f"http://{house.bot.admin}{path}"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.read()


async def figures(house):
    """By name, then by the value of the label."""
    found = {}
    for name, labels, value in samples((await page(house, "/metrics"))[1]):
        found.setdefault(name, {})["".join(labels.values())] = value
    return found


async def is_ready(house):
    status, body = await page(house, "/readyz")
    report = json.loads(body)
    assert (status == 200) is report["ready"]
    return report


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_an_answer_is_measured(transport):
    async with open_house(bot=False, transport=transport, **ADMIN) as house, run_bot(house):
        house.model.enqueue(Reply(["Because", 0.1, " it is."]))
        await house.ask("alice", "general", "@streambot why?")
        found, ready = await figures(house), await is_ready(house)

        assert found["bot_endings_total"] == {"complete": 1}
        assert found["bot_model_requests_total"] == {"answered": 1}
        assert found["bot_placeholder_seconds_count"] == {"": 1}
        assert found["bot_first_text_seconds_count"] == {"": 1}
        assert found["bot_slack_calls_total"]["chat.postMessage"] == 1
        assert found["bot_store_seconds_count"]["accept"] >= 1
        assert found["bot_answers_running"] == {"": 0}
        assert ready["ready"]
        assert ("socket" in ready) is (transport == "socket")


async def test_what_goes_wrong_is_measured():
    async with open_house(bot=False, **ADMIN) as house, run_bot(house):
        house.slack.faults.refuse("chat.update", retry_after=1)
        house.model.enqueue(Reply.error(503, "busy"), Reply(["Because."]))
        await house.ask("alice", "general", "@streambot why?")
        found = await figures(house)

        assert found["bot_slack_refusals_total"] == {"chat.update": 1}
        assert found["bot_model_retries_total"] == {"unavailable": 1}
        assert found["bot_model_requests_total"] == {"unavailable": 1, "answered": 1}


async def test_a_second_look_is_no_further_answer():
    """Its edit landed late, so the messages are looked at once more; nothing counts again."""
    async with open_house(bot=False, bot_lease_seconds=1.0, **ADMIN) as house, run_bot(house):
        house.slack.faults.delay("chat.update", 2.0)
        house.model.enqueue(Reply(["Because."]))
        await house.ask("alice", "general", "@streambot why?")
        async with asyncio.timeout(30):
            while not any(entry["event"] == "looked again" for entry in house.logs):
                await asyncio.sleep(0.05)
        found = await figures(house)

        assert found["bot_endings_total"] == {"complete": 1}
        assert found["bot_placeholder_seconds_count"] == {"": 1}
        assert found["bot_first_text_seconds_count"] == {"": 1}


async def test_without_a_socket_it_is_not_ready():
    async with open_house(bot=False, **ADMIN) as house, run_bot(house):
        assert (await is_ready(house))["socket"]["open"]
        house.slack.faults.fail("apps.connections.open", 500, times=1000)
        house.slack.sockets.drop()
        async with asyncio.timeout(20):
            while (await is_ready(house))["ready"]:
                await asyncio.sleep(0.05)
