"""Thumbs under an answer: stored with its turn, once per person, and a form asks why."""

import asyncio

import pytest

from bot.core.feedback import Tally
from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.slack.actions.feedback_form import FAULTS, REASON
from bot.store import Tenant, open_store
from bot.strings import ENGLISH, JAPANESE
from tests.e2e.house import AGAIN, BOTH, open_house, run_bot

MONTH = 30 * 86400.0


@pytest.fixture
def transport():
    return "socket"


async def answered(house, place="general", text="An answer", **how):
    house.model.enqueue(Reply([text], **how))
    return await house.ask("alice", place, "@streambot go")


def value_of(answer, side):
    [block] = [b for b in answer.messages[-1]["blocks"] if b["type"] == "context_actions"]
    return block["elements"][0][f"{side}_button"]["value"]


async def rate(house, answer, side, user="alice"):
    return await house.press(user, answer, "feedback", value=value_of(answer, side))


async def form_of(house, *, count=1):
    await house.slack.wait_for(lambda: len(house.slack.workspace.views) == count)
    return house.slack.workspace.views[-1]


async def fill_in(house, view, *faults, text=None, user="alice"):
    chosen = [{"value": fault} for fault in faults]
    values = {FAULTS: {FAULTS: {"selected_options": chosen}}, REASON: {REASON: {"value": text}}}
    return await house.slack.submit(user, view["id"], values)


async def whispered(house, count=1):
    await house.slack.wait_for(lambda: len(house.whispers) == count)
    return house.whispers


async def stored(house):
    """What another process finds: the thumbs, and what was said of those that are down."""
    url, slack = house.settings.database_url.get_secret_value(), house.slack.workspace
    tenant = Tenant(f"{slack.team_id}:{slack.bot.user_id}")
    async with open_store(url, owner="test", tenant=tenant) as journal:
        return await journal.feedback.counts(None, MONTH)


def counted(house):
    return [e for e in house.logs if e["event"] == "feedback"]


async def votes(house, count):
    """As soon as so many have been counted."""
    async with asyncio.timeout(20):
        while len(counted(house)) < count:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("transport", BOTH)
@pytest.mark.parametrize("place", ["general", "leads", "@streambot"])
async def test_a_thumb_up_is_stored_and_thanked_for(house, place):
    answer = await answered(house, place)
    outcome = await rate(house, answer, "positive")

    assert outcome.accepted
    assert await whispered(house) == [ENGLISH.thanks]
    assert await stored(house) == Tally(up=1)
    assert house.answer(answer.question) == answer


@pytest.mark.parametrize("transport", BOTH)
@pytest.mark.parametrize("place", ["general", "@streambot"])
async def test_a_thumb_down_asks_why_and_keeps_what_is_said(house, place):
    answer = await answered(house, place)
    await rate(house, answer, "negative")
    view = await form_of(house)
    outcome = await fill_in(house, view, "wrong", "unsafe", text="canary of a reason")

    assert outcome.accepted
    assert await whispered(house) == [ENGLISH.thanks]
    [told] = house.slack.workspace.ephemerals
    assert told.get("thread_ts") == answer.messages[0].get("thread_ts")
    assert await stored(house) == Tally(down=1)
    assert [(e["verdict"], e["up"], e["down"]) for e in counted(house)] == [("down", 0, 1)]
    assert "canary" not in str(house.logs)


async def test_everybody_has_a_vote_and_may_change_it(house):
    """Who did not ask may say what they think of it, too."""
    answer = await answered(house)
    for user, side in (("alice", "positive"), ("bob", "positive"), ("yuki", "negative")):
        await rate(house, answer, side, user)
    await votes(house, 3)
    await rate(house, answer, "negative", "bob")
    await votes(house, 4)

    assert await stored(house) == Tally(up=1, down=2)


@pytest.mark.parametrize("side", ["positive", "negative"])
async def test_double_clicks_are_one(house, side):
    """F020."""
    answer = await answered(house)
    await asyncio.gather(*(rate(house, answer, side) for _ in range(4)))
    await rate(house, answer, side, "bob")
    await votes(house, 2)

    tally = await stored(house)
    assert tally.up + tally.down == 2
    assert len(house.whispers) + len(house.slack.workspace.views) == 2


async def test_an_answer_that_was_replaced_cannot_be_rated(house):
    """F020: its thumbs are gone; a late click on them is told so."""
    first = await answered(house)
    await rate(house, first, "positive")
    await whispered(house)
    house.model.enqueue(Reply(["Another"]))
    await house.press("alice", first, "regenerate")
    await house.slack.wait_for(lambda: len(house.model.requests) == 2)
    second = await house.ended(first.question)
    await rate(house, first, "negative")

    assert await whispered(house, 2) == [ENGLISH.thanks, ENGLISH.replaced]
    assert house.slack.workspace.views == []
    await rate(house, second, "negative")
    await form_of(house)
    assert await stored(house) == Tally(down=1)


@pytest.mark.parametrize(
    "value", ["", "{}", "null", '{"t": "T", "c": "C", "ts": "1.1", "v": "up"}']
)
async def test_a_forged_thumb_is_harmless(house, value):
    """F020."""
    answer = await answered(house)
    outcome = await house.press("bob", answer, "feedback", value=value)

    assert outcome.accepted
    assert await whispered(house) == [ENGLISH.replaced]
    assert await stored(house) == Tally()


async def test_a_stopped_answer_can_be_rated_and_what_says_nothing_cannot(house):
    house.model.enqueue(Reply(["Half", FOREVER]), Reply([], finish_reason="content_filter"))
    question = await house.say("alice", "general", "@streambot go")
    await house.press("alice", await house.begun(question, "Half"))
    stopped = await house.ended(question)
    nothing = await house.ask("alice", "general", "@streambot go")
    greeting = await house.ask("alice", "general", "@streambot")

    assert [answer.is_rated for answer in (stopped, nothing, greeting)] == [True, False, False]
    assert [answer.buttons for answer in (nothing, greeting)] == [["retry"], []]


async def test_a_slack_without_feedback_buttons_gets_plain_ones(house):
    """They count as well, and are not tried again."""
    house.slack.faults.fail("chat.update", "invalid_blocks")
    answer = await answered(house)
    await house.press("alice", answer, "feedback_up")

    assert (answer.is_rated, answer.buttons) == (False, [*AGAIN, "feedback_up", "feedback_down"])
    assert await whispered(house) == [ENGLISH.thanks]
    assert await stored(house) == Tally(up=1)


async def test_feedback_works_after_a_restart():
    """The buttons carry all that is needed."""
    async with open_house(bot=False) as house:
        async with run_bot(house):
            answer = await answered(house)
        async with run_bot(house):
            await rate(house, answer, "negative")
            view = await form_of(house)
        async with run_bot(house):
            await fill_in(house, view, "long")
            assert await whispered(house) == [ENGLISH.thanks]
        assert await stored(house) == Tally(down=1)


async def test_who_has_asked_nothing_is_spoken_to_in_their_language(house):
    """Nobody has looked up yet who they are."""
    answer = await answered(house)
    await house.press("yuki", answer, "regenerate")
    whispers = await whispered(house)
    await rate(house, answer, "negative", "yuki")
    view = await form_of(house)

    assert whispers == [JAPANESE.only_the_asker]
    assert view["title"]["text"] == JAPANESE.feedback_form.title
