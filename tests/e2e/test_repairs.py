"""A message looks live though its turn has ended long ago: whoever presses a button repairs it."""

import asyncio

import pytest
from pydantic import SecretStr

from bot.playground.api.calls import Call
from bot.playground.api.methods import carry_out
from bot.playground.model.scripted_reply import Reply
from bot.slack.actions.buttons import STOP
from bot.strings import ENGLISH
from tests.database import database
from tests.e2e.house import AGAIN, Held, open_house, run_bot
from tests.e2e.test_late_writes import looked

LATE = 9.0
"""Seconds. With a lease of one second the second look comes after three (`statements.LANDED`)."""


@pytest.fixture(params=["sqlite", "postgres"])
async def store(request, tmp_path):
    async with database(request.param, tmp_path) as url:
        yield {"database_url": SecretStr(url)}


@pytest.fixture
async def house(store):
    async with open_house(**store) as house:
        yield house


async def answered(house, *words, asker="alice"):
    """An answer that has ended, and the arguments of an edit from before its end."""
    pieces = Held(words[0], after=words[1:])
    house.model.enqueue(Reply(pieces))
    question = await house.say(asker, "general", "@streambot go")
    await house.begun(question, words[0])
    pieces.release()
    await house.ended(question)
    return question, live_edits(house, question)[0]


def live_edits(house, question):
    where = house.answer(question).ts
    edits = [edit for edit in house.calls("chat.update") if edit["ts"] == where]
    return [edit for edit in edits if STOP in str(edit["blocks"])]


def land(house, method, arguments):
    """Slack carries a call out once more, however late it is."""
    slack = house.slack
    return carry_out(Call(method, arguments, slack.backend, slack.clock.wall()))


async def repaired(house):
    """As soon as a repair has ended."""
    async with asyncio.timeout(30):
        while not any(entry["event"] == "message repaired" for entry in house.logs):
            await asyncio.sleep(0.05)


async def mended(house, question):
    """As soon as it does not look live any more."""

    def closed():
        now = house.answer(question)
        return STOP not in now.buttons and now

    found = await house.slack.wait_for(closed, timeout=20)
    await house.acknowledged()
    return found


async def test_an_edit_that_lands_after_the_second_look_is_repaired_by_a_press_on_stop(store):
    """Nobody knows the words any more: those that stand there stay, and it says so."""
    async with open_house(bot_lease_seconds=1.0, **store) as house:
        house.slack.faults.delay("chat.update", LATE)
        pieces = Held("Half ", after=["and half"])
        house.model.enqueue(Reply(pieces))
        question = await house.say("alice", "general", "@streambot go")
        await house.begun(question, "Half")
        pieces.release()
        await looked(house)
        assert house.answer(question).text == "Half and half"
        stale = await house.begun(question, "Half")
        assert (stale.text.strip(), stale.notices) == ("Half", [ENGLISH.writing])

        await house.press("bob", stale)
        now = await mended(house, question)

        assert (now.text.strip(), now.notices) == ("Half", [ENGLISH.overwritten])
        assert now.buttons == AGAIN
        assert house.whispers == [ENGLISH.already_over]


async def test_two_presses_in_two_processes_are_one_repair(house):
    """Slack answers the edit late, so that both are at it at the same time."""
    async with run_bot(house):
        question, edit = await answered(house, "Half ", "and half")
        land(house, "chat.update", edit)
        stale, before = house.answer(question), len(house.calls("chat.update"))
        house.slack.faults.hold("chat.update", 2.0, times=2)
        await asyncio.gather(*(house.press(who, stale) for who in ("alice", "bob")))
        await house.slack.wait_for(lambda: len(house.whispers) == 2, timeout=20)
        await mended(house, question)
        await repaired(house)

        assert len(house.calls("chat.update")) == before + 1
        assert house.answer(question).notices == [ENGLISH.overwritten]


async def test_who_asks_again_during_the_repair_is_answered_after_it(house):
    question, edit = await answered(house, "Half ", "and half")
    seen = house.answer(question)
    land(house, "chat.update", edit)
    house.slack.faults.hold("chat.update", 2.0)
    house.model.enqueue(Reply(["Whole"]))
    await house.press("bob", house.answer(question))
    await mended(house, question)
    await house.press("alice", seen, "regenerate")
    await house.slack.wait_for(lambda: house.answer(question).text == "Whole", timeout=20)
    now = await house.ended(question)

    assert (now.text, now.notices, now.buttons) == ("Whole", [], AGAIN)
    events = [entry["event"] for entry in house.logs]
    assert events.index("message repaired") < len(events) - 1 - events[::-1].index("answer ended")


async def test_the_answer_can_be_asked_for_again_then(house):
    question, edit = await answered(house, "Half ", "and half")
    land(house, "chat.update", edit)
    await house.press("alice", house.answer(question))
    now = await mended(house, question)
    house.model.enqueue(Reply(["Whole"]))
    await house.press("alice", now, "regenerate")
    await house.slack.wait_for(lambda: house.answer(question).text == "Whole", timeout=20)
    now = await house.ended(question)

    assert (now.text, now.notices, now.buttons) == ("Whole", [], AGAIN)


async def test_while_the_words_are_kept_they_come_back_and_the_owed_look_comes_all_the_same():
    async with open_house() as house:
        house.slack.faults.lose("chat.update")
        question, edit = await answered(house, "Half ", "and half")
        land(house, "chat.update", edit)
        await house.press("alice", house.answer(question))
        await looked(house)
        now = await mended(house, question)

        assert (now.text, now.notices, now.buttons) == ("Half and half", [], AGAIN)
        land(house, "chat.update", edit)
        await house.press("alice", house.answer(question))
        await looked(house, times=2)
        assert (await mended(house, question)).text == "Half and half"


async def test_a_placeholder_that_nobody_knows_goes(house):
    """It landed after the second look, beside the answer."""
    question, _ = await answered(house, "Half ", "and half")
    (post,) = house.calls("chat.postMessage")
    land(house, "chat.postMessage", post | {"client_msg_id": None})
    stale = house.answer(question)
    assert len(stale.messages) == 2
    assert stale.notices == [ENGLISH.thinking]

    await house.press("alice", stale)
    now = await mended(house, question)

    assert (now.texts, now.notices, now.buttons) == (["Half and half"], [], AGAIN)


async def test_where_no_word_is_left_it_says_so(house):
    question, edit = await answered(house, "Half ", "and half")
    blocks = [block for block in edit["blocks"] if block["type"] in {"context", "actions"}]
    land(house, "chat.update", edit | {"blocks": blocks, "text": "Thinking"})
    await house.press("alice", house.answer(question))
    now = await mended(house, question)

    assert (now.text, now.notices, now.buttons) == ("", [ENGLISH.overwritten_all], AGAIN)
    assert now.messages[0]["text"] == ENGLISH.overwritten_all


@pytest.mark.parametrize("button", ["regenerate", "feedback"])
async def test_any_other_button_repairs_it_too(house, button):
    """They saw the message as it was before the edit landed."""
    question, edit = await answered(house, "Half ", "and half")
    seen = house.answer(question)
    land(house, "chat.update", edit)
    value = None
    if button == "feedback":
        (thumbs,) = [b["elements"][0] for b in seen.blocks if b["type"] == "context_actions"]
        value = thumbs["positive_button"]["value"]
    await house.press("bob", seen, button, value=value)
    now = await mended(house, question)

    assert (now.text.strip(), now.notices) == ("Half", [ENGLISH.overwritten])
    said = {"regenerate": ENGLISH.only_the_asker, "feedback": ENGLISH.thanks}
    assert house.whispers == [said[button]]


async def test_the_answer_of_an_earlier_round_is_not_taken_for_the_newest(house):
    question, _ = await answered(house, "Old", " answer")
    last = house.calls("chat.update")[-1]
    house.model.enqueue(Reply(["New answer"]))
    await house.press("alice", house.answer(question), "regenerate")
    await house.slack.wait_for(lambda: house.answer(question).text == "New answer", timeout=20)
    await house.ended(question)
    land(house, "chat.update", last)
    stale = house.answer(question)
    assert (stale.text, stale.notices) == ("Old answer", [])

    await house.press("alice", stale, "regenerate")
    await house.slack.wait_for(lambda: house.answer(question).notices, timeout=20)
    now = house.answer(question)
    assert (now.text, now.notices) == ("Old answer", [ENGLISH.overwritten])
    assert house.whispers == [ENGLISH.already_asked]


async def test_what_looks_ended_is_left(house):
    """Who presses Stop too late reads that, and nothing is written."""
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    seen = await house.begun(question, "Half")
    pieces.release()
    await house.ended(question)
    before = len(house.calls("chat.update", "chat.delete"))
    reads = len(house.calls("conversations.replies"))
    await house.press("alice", seen)
    await house.slack.wait_for(lambda: len(house.calls("conversations.replies")) > reads)
    await asyncio.sleep(1)

    assert len(house.calls("chat.update", "chat.delete")) == before
    assert house.whispers == [ENGLISH.already_over]


async def test_without_its_question_there_is_nothing_to_ask_again(house):
    question, edit = await answered(house, "Half ", "and half")
    await house.slack.delete(question["where"], question["ts"])
    await house.slack.wait_for(lambda: not house.answer(question).buttons, timeout=20)
    await house.idle()
    land(house, "chat.update", edit)
    await house.press("alice", house.answer(question))
    now = await mended(house, question)

    assert (now.text.strip(), now.notices) == ("Half", [ENGLISH.overwritten])
    assert now.buttons == []
