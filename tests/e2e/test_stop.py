"""The Stop button: it ends the answer and the request behind it, for who asked and nobody else."""

import asyncio
import json
import time

import pytest

from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.strings import ENGLISH
from tests.e2e.house import BOTH, Held
from tests.shown import partial


@pytest.fixture(params=BOTH)
def transport(request):
    return request.param


@pytest.mark.parametrize("place", ["general", "@streambot"])
async def test_the_asker_stops_it(house, place):
    """F085: what was written stays, the button goes, the model is left alone within a second."""
    house.model.enqueue(Reply(["Half of it", FOREVER]))
    question = await house.say("alice", place, "@streambot go")
    begun = await house.begun(question, "Half")

    clicked = time.monotonic()
    outcome = await house.press("alice", begun)
    ended = await house.ended(question)
    request = house.model.requests[0]
    await house.left_alone(request)

    assert outcome.accepted
    assert (ended.text, ended.notices) == ("Half of it", [partial(ENGLISH.stopped)])
    assert ended.buttons == ["continue", "regenerate"]
    assert request.disconnected_at - clicked < 1
    assert house.whispers == []


async def test_it_can_be_stopped_before_the_first_word(house):
    """A model that only thinks is stopped just the same."""
    house.model.enqueue(Reply([FOREVER]))
    question = await house.say("alice", "general", "@streambot go")
    request = await house.model.arrival()

    await house.press("alice", await house.begun(question))
    ended = await house.ended(question)
    await house.left_alone(request)

    assert (ended.text, ended.notices) == ("", [ENGLISH.stopped])
    assert ended.buttons == ["retry"]


async def test_slack_cannot_hold_it_up(house):
    """While Slack refuses the last word, the model has long been left alone."""
    house.model.enqueue(Reply(["Half", FOREVER]))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Half")
    house.slack.faults.refuse("chat.update")

    await house.press("alice", begun)
    ended = await house.ended(question)

    *_, refused, last = house.slack.calls.of("chat.update")
    assert (refused.status, last.status) == (429, 200)
    assert house.model.requests[0].disconnected_at < last.at
    assert ended.notices == [partial(ENGLISH.stopped)]


async def test_somebody_else_cannot(house):
    """Who did not ask is told so, in private; the answer goes on."""
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Half")

    outcome = await house.press("bob", begun)
    await house.slack.wait_for(lambda: house.whispers)
    pieces.release()
    ended = await house.ended(question)

    (told,) = house.slack.workspace.ephemerals
    assert outcome.accepted
    assert (told["to"], told["text"]) == ("U0BOB", ENGLISH.only_the_asker)
    assert told["thread_ts"] == question["ts"]
    assert (ended.text, ended.notices) == ("Half and half", [])


@pytest.mark.parametrize("user", ["alice", "bob"])
async def test_a_click_that_comes_too_late(house, user):
    """Whoever it was is told that the answer has already ended."""
    pieces = Held("All", after=[" of it"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    seen = await house.begun(question, "All")
    pieces.release()
    before = await house.ended(question)

    outcome = await house.press(user, seen)
    await house.slack.wait_for(lambda: house.whispers)

    assert outcome.accepted
    assert house.whispers == [ENGLISH.already_over]
    assert house.answer(question) == before


@pytest.mark.parametrize(
    "value",
    [
        "",
        "stop",
        "[]",
        "null",
        "{",
        '{"t": 1, "c": null, "ts": {}}',
        json.dumps({"t": "T0OTHER", "c": "C0GENERAL", "ts": "1.1"}),
        "[" * 2000,
    ],
    ids=range(8),
)
async def test_a_forged_value_is_harmless(house, value):
    """F020: it is acknowledged, stops nothing, and is no error of ours."""
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Half")

    outcome = await house.press("alice", begun, value=value)
    await house.slack.wait_for(lambda: house.whispers)
    pieces.release()
    ended = await house.ended(question)

    assert outcome.accepted
    assert ended.text == "Half and half"


async def test_somebody_elses_key_is_no_way_in(house):
    """A button that carries another question's key stops that one for its asker only."""
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces), Reply(["Whole"]))
    question = await house.say("alice", "general", "@streambot go")
    victim = await house.begun(question, "Half")
    own = await house.ask("bob", "general", "@streambot me too")
    [stop] = [block for block in victim.blocks if block["type"] == "actions"]
    stolen = stop["elements"][0]["value"]

    own.messages[-1]["blocks"] = victim.messages[-1]["blocks"]
    await house.press("bob", own, value=stolen)
    await house.slack.wait_for(lambda: house.whispers)
    pieces.release()

    assert house.whispers == [ENGLISH.only_the_asker]
    assert (await house.ended(question)).text == "Half and half"


async def test_a_double_click_stops_once(house):
    """The second one finds it over, or does nothing; both are acknowledged."""
    house.model.enqueue(Reply(["Half", FOREVER]))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Half")

    outcomes = await asyncio.gather(*[house.press("alice", begun) for _ in range(3)])
    ended = await house.ended(question)

    assert all(outcome.accepted for outcome in outcomes)
    assert ended.notices == [partial(ENGLISH.stopped)]
    assert set(house.whispers) <= {ENGLISH.already_over}
