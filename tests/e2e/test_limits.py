"""Slack in trouble: refused, failed and lost calls. The last word stands, and stands once."""

import pytest

from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.strings import ENGLISH
from tests.e2e.house import AGAIN, Held
from tests.shown import partial

PLACES = pytest.mark.parametrize("place", ["general", "@streambot"])


async def halfway(house, place="general"):
    """A question whose answer shows its first half, and what lets the rest come."""
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", place, "@streambot go")
    await house.begun(question, "Half")
    return question, pieces


async def whole(house, question):
    """True when the answer stands in one message, whole and closed."""
    answer = await house.ended(question)
    return (answer.texts, answer.notices, answer.buttons) == (["Half and half"], [], AGAIN)


# Edits


async def test_an_edit_is_refused_in_the_middle(house):
    """F040: it waits as long as Slack says, and then shows what is newest."""
    house.slack.faults.refuse("chat.update")
    question, pieces = await halfway(house)
    pieces.release()

    assert await whole(house, question)
    assert house.refused == 1


async def test_the_last_edit_is_refused(house):
    """F041: the last word is tried again until it stands."""
    question, pieces = await halfway(house)
    house.slack.faults.refuse("chat.update")
    pieces.release()

    assert await whole(house, question)
    assert house.refused == 1


@pytest.mark.parametrize("error", [500, 503, "internal_error", "ratelimited"])
async def test_the_last_edit_fails(house, error):
    """F041: Slack's own trouble passes; then the last word stands."""
    question, pieces = await halfway(house)
    house.slack.faults.fail("chat.update", error)
    pieces.release()

    assert await whole(house, question)


async def test_the_answer_to_the_last_edit_is_lost(house):
    """An edit can be repeated without harm."""
    question, pieces = await halfway(house)
    house.slack.faults.lose("chat.update")
    pieces.release()

    assert await whole(house, question)


async def test_edits_that_fail_do_not_hold_the_reader_up(house):
    """While Slack is in trouble the model is read on, and Stop still stops it."""
    question, pieces = await halfway(house)
    seen = house.answer(question)
    house.slack.faults.fail("chat.update", 500)
    pieces.release()
    await house.slack.wait_for(lambda: house.slack.calls[-1].status == 500)

    await house.press("alice", seen)
    await house.slack.wait_for(lambda: house.model.requests[0].finished_at)

    assert await whole(house, question)


# The placeholder


@PLACES
async def test_the_placeholder_is_refused(house, place):
    """F038: it comes when Slack takes it, and the answer after it."""
    house.slack.faults.refuse("chat.postMessage")
    house.model.enqueue(Reply(["Half and half"]))
    question = await house.say("alice", place, "@streambot go")

    assert await whole(house, question)


@PLACES
async def test_the_answer_to_the_placeholder_is_lost(house, place):
    """F037: it is found and used, so that nobody reads the answer twice."""
    house.slack.faults.lose("chat.postMessage")
    house.model.enqueue(Reply(["Half and half"]))
    question = await house.say("alice", place, "@streambot go")
    await house.idle(question["ts"])

    assert await whole(house, question)
    assert len(house.calls("chat.postMessage")) == 1


async def test_the_answer_to_a_further_post_is_lost(house):
    """The second part of a long answer stands there once, too."""
    story = "word " * 2500
    pieces = Held("word ", after=[story])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    await house.begun(question, "word")
    house.slack.faults.lose("chat.postMessage")
    pieces.release()

    answer = await house.ended(question)

    assert len(answer.messages) == 2
    assert answer.text.count("word") == 2501
    assert answer.buttons == AGAIN


@PLACES
async def test_the_placeholder_fails(house, place):
    """F039: a 500 leaves it open whether it stands there: it is looked for, then posted."""
    house.slack.faults.fail("chat.postMessage", 500)
    house.model.enqueue(Reply(["Half and half"]))
    question = await house.say("alice", place, "@streambot go")

    assert await whole(house, question)


async def test_a_channel_where_it_may_not_write(house):
    """F046: the question is given up; other threads are answered as ever."""
    question = await house.say("alice", "general", "@streambot go")
    house.slack.workspace.channels["C0GENERAL"].archived = True
    await house.slack.wait_for(lambda: house.calls("chat.postMessage"))
    await house.idle(question["ts"])

    assert house.answer(question).messages == []
    assert (await house.ask("bob", "random", "@streambot and you?")).text


async def test_the_message_is_deleted(house):
    """F044: who deletes the answer ends it: the model is left alone, nothing is posted instead."""
    house.model.enqueue(Reply(["word "] * 1000, speed=100))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "word")

    await house.slack.delete("general", begun.ts)
    await house.left_alone(house.model.requests[0])
    await house.idle(question["ts"])

    assert house.answer(question).messages == []


# Reading


@pytest.mark.parametrize("error", ["internal_error", "missing_scope", 500])
async def test_the_conversation_cannot_be_read(house, error):
    """Then the question alone is answered, and model and readers know: better less than nothing."""
    root = await house.say("bob", "general", "Any ideas?")
    house.slack.faults.fail("conversations.replies", error, times=2)

    answer = await house.ask("alice", "general", "@streambot you?", thread_ts=root["ts"])

    assert answer.text
    system, *said = house.prompts[0]
    assert "could be read: some are missing" in system["content"]
    assert [message["content"] for message in said] == ["alice: you?"]
    assert answer.notices == ["Not seen by the model: what was said before the question."]


async def test_nobody_has_a_name(house):
    """F054: where Slack does not say who is who, ids stand in for names."""
    house.slack.faults.fail("users.info", "missing_scope", times=10)

    answer = await house.ask("alice", "general", "@streambot who am I?")

    assert answer.text
    assert house.prompts[0][-1]["content"] == "U0ALICE: who am I?"


# Order


async def test_one_answer_at_a_time_in_a_thread(house):
    """F085: a second question in the thread waits for the first answer, and then sees it."""
    question, pieces = await halfway(house)
    house.model.enqueue(Reply(["Second"]))
    second = await house.say("bob", "general", "@streambot and me?", thread_ts=question["ts"])
    await house.acknowledged()
    assert (house.answer(second).text, len(house.model.requests)) == ("", 1)

    pieces.release()

    assert await whole(house, question)
    assert (await house.ended(second)).text == "Second"
    assert [message["role"] for message in house.prompts[1]][1:] == ["user", "assistant", "user"]


async def test_threads_do_not_wait_for_each_other(house):
    """A model that never answers one question answers another."""
    house.model.enqueue(Reply(["Half", FOREVER]), Reply(["Quick"]))
    slow = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(slow, "Half")

    assert (await house.ask("bob", "general", "@streambot me?")).text == "Quick"

    await house.press("alice", begun)
    assert (await house.ended(slow)).notices == [partial(ENGLISH.stopped)]
