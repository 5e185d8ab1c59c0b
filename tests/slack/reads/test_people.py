"""Names and languages: learned within a time limit, kept, and never waited for."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.types import CallKind
from bot.slack.reads.people import CacheLimits, SlackPeople, name_of
from bot.slack.web_api import SlackApi
from tests.fakes import Free


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


class Strict(Free):
    """A budget that lets nothing out before it is `open`, and notes what was asked of it."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.open = asyncio.Event()

    async def acquire(self, call):
        self.calls.append(call)
        await self.open.wait()


@pytest.fixture
def budget():
    return Free()


@pytest.fixture
async def people(api, budget, clock):
    limits = CacheLimits(people=3)
    async with SlackPeople(replace(api, budget=budget), limits=limits, clock=clock) as people:
        yield people


def asked(slack):
    return [record.arguments["user"] for record in slack.calls.of("users.info")]


async def test_a_stranger_has_an_id_and_nothing_else(people):
    assert people.name("U0ALICE") == "U0ALICE"
    assert people.locale("U0ALICE") is None


async def test_who_was_learned_has_a_name_and_a_language(people):
    await people.learn(["U0ALICE", "U0YUKI", "U0ALICE"])

    assert people.name("U0YUKI") == "yuki"
    assert people.locale("U0YUKI") == "ja-JP"
    assert people.name("U0ALICE") == "alice"


async def test_what_is_known_is_not_asked_again_until_it_is_old(people, slack, clock):
    await people.learn(["U0ALICE"])
    await people.learn(["U0ALICE"])
    assert asked(slack) == ["U0ALICE"]

    clock.now = 3601
    await people.learn(["U0ALICE"])

    assert asked(slack) == ["U0ALICE"] * 2


async def test_two_who_want_to_know_at_once_cause_one_call(people, slack):
    await asyncio.gather(people.learn(["U0BOB"]), people.learn(["U0BOB"]))

    assert asked(slack) == ["U0BOB"]


async def test_what_failed_is_tried_again_soon(people, slack, clock):
    """F054."""
    await people.learn(["U0NOBODY"])
    await people.learn(["U0NOBODY"])
    assert asked(slack) == ["U0NOBODY"]
    assert people.name("U0NOBODY") == "U0NOBODY"

    clock.now = 61
    await people.learn(["U0NOBODY"])

    assert asked(slack) == ["U0NOBODY"] * 2


async def test_nobody_is_forgotten_because_slack_fails(people, slack, clock):
    """F054."""
    await people.learn(["U0BOB"])
    del slack.workspace.users["U0BOB"]
    clock.now = 3601

    await people.learn(["U0BOB"])

    assert people.name("U0BOB") == "bob"


async def test_the_cache_is_bounded(people):
    await people.learn(["U0ALICE", "U0BOB", "U0YUKI"])
    await people.learn(["U0NOBODY"])

    assert len(people._people) == 3


async def test_learning_gives_up_in_time_but_the_answer_is_kept(people, slack):
    await slack.switch("latency", 0.2)

    await people.learn(["U0BOB"], within=0.05)
    assert people.name("U0BOB") == "U0BOB"

    await slack.wait_for(lambda: slack.calls.of("users.info"))
    await people.learn(["U0BOB"])
    assert people.name("U0BOB") == "bob"


async def test_nobody_is_asked_for_outside_the_budget(client, slack):
    """Slack counts these calls for the whole workspace; the one who asks goes before others."""
    budget = Strict()
    async with SlackPeople(SlackApi(client, budget, "T1")) as people:
        people.look_up(["U0ALICE"], CallKind.FIRST)
        await people.learn(["U0ALICE", "U0BOB"], within=0.05)
        assert asked(slack) == []

        budget.open.set()
        await people.learn(["U0ALICE", "U0BOB"])

    assert sorted(asked(slack)) == ["U0ALICE", "U0BOB"]
    assert [(call.bucket, call.team, call.kind) for call in budget.calls] == [
        ("users.info", "T1", CallKind.FIRST),
        ("users.info", "T1", CallKind.MORE),
    ]


async def test_a_look_up_that_failed_is_repeated_once(people, slack):
    slack.faults.fail("users.info", 500)
    slack.faults.fail("users.info", 500, times=2)
    await people.learn(["U0BOB"], within=2)
    await people.learn(["U0ALICE"], within=2)

    assert (people.name("U0BOB"), people.name("U0ALICE")) == ("U0BOB", "alice")


async def test_a_refusal_is_reported_and_lasts_as_long_as_slack_says(people, budget, slack, clock):
    """A limit says nothing about the user, who is asked for again as soon as Slack allows."""
    slack.faults.refuse("users.info", retry_after=17)
    await people.learn(["U0BOB"])
    assert budget.refusals == [17.0]

    clock.now = 16.9
    await people.learn(["U0BOB"])
    assert people.name("U0BOB") == "U0BOB"

    clock.now = 17.1
    await people.learn(["U0BOB"])
    assert people.name("U0BOB") == "bob"


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"profile": {"display_name": "ally", "real_name": "Alice"}, "name": "alice"}, "ally"),
        ({"profile": {"display_name": " ", "real_name": "Alice"}}, "Alice"),
        ({"profile": None, "real_name": "Alice\nArcher"}, "Alice Archer"),
        ({"name": "alice"}, "alice"),
        ({"name": 5, "profile": []}, None),
        ({"name": "x" * 500}, "x" * 80),
    ],
)
def test_the_name_is_the_one_that_slack_shows(user, name):
    assert name_of(user) == name
