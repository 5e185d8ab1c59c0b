"""Which day it is for whoever asks: `tests/field_cases/prompt.yaml` has the cases."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from bot.app import Wrapping
from tests.cases import BUSY, field_cases
from tests.e2e.house import open_house, run_bot

LATE = 1.8
"""Seconds that a call takes which is too late: nobody waits for names for more than one."""

KEYS = {"id", "what", "today", "now", "asker", "earlier", "ask", "users_info_takes", "expect"}


def settle(house, name, asker):
    """Somebody of this Slack lives there."""
    user = house.slack.workspace.user(name)
    zone = (asker["tz"], asker["tz_label"], asker["tz_offset"]) if asker else None
    house.slack.workspace.users[user.id] = replace(user, zone=zone)


@pytest.mark.parametrize("case", field_cases("prompt", only=lambda case: "now" in case))
async def test_the_day_where_the_asker_is(case):
    assert case.keys() <= KEYS
    now, expect = datetime.fromisoformat(case["now"]), case["expect"]
    async with open_house(bot=False) as house:
        house.wrapping = Wrapping(now=lambda: now)
        settle(house, "alice", case["asker"])
        if seconds := case.get("users_info_takes"):
            house.slack.faults.hold("users.info", min(seconds, LATE))
        async with run_bot(house):
            where = {}
            if earlier := case.get("earlier"):
                settle(house, "bob", earlier["asker"])
                first = await house.ask("bob", "general", f"@streambot {earlier['ask']}")
                where = {"thread_ts": first.question["ts"]}
            async with asyncio.timeout(BUSY * expect.get("within", 10)):
                await house.ask("alice", "general", f"@streambot {case['ask']}", **where)
            if seconds:
                await asyncio.sleep(LATE)  # the call that was not waited for ends, too

        system = house.prompts[-1][0]["content"]

    some = expect.get("system_contains_one_of")
    assert [each for each in expect["system_contains"] if each not in system] == []
    assert [each for each in expect.get("system_lacks", ()) if each in system] == []
    assert not some or any(each in system for each in some)
