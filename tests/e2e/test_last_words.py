"""The last write gets through, whatever Slack says; where it cannot, there is no storm."""

import asyncio

import pytest

from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.strings import ENGLISH, JAPANESE
from bot.tasks import Tasks
from tests.e2e.house import AGAIN, Held, open_house, run_bot
from tests.shown import flat, partial

EVERYTHING = "Half of it and the other half"


@pytest.fixture
def transport():
    return "socket"


async def half_done(house, place="general", text="Half of it", user="alice", **fields):
    """A question whose answer waits for its second half."""
    pieces = Held(text, after=[" and the other half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say(user, place, "@streambot go", **fields)
    await house.begun(question, text)
    return question, pieces


def refused_once(faults):
    faults.refuse("chat.update", retry_after=1)


def refused_for_a_while(faults):
    faults.refuse("chat.update", times=2, retry_after=1)


def down(faults):
    faults.fail("chat.update", 503, times=2)


def lost(faults):
    faults.lose("chat.update", times=2)


def internal(faults):
    faults.fail("chat.update", "internal_error", times=2)


@pytest.mark.parametrize("fault", [refused_once, refused_for_a_while, down, lost, internal])
async def test_it_comes_later_and_whole(house, fault):
    """F039, F041: a refusal is waited for, a lost answer tried again; nothing stands twice."""
    question, pieces = await half_done(house)
    fault(house.slack.faults)
    pieces.release()
    answer = await house.ended(question)

    assert (answer.text, answer.notices, answer.buttons) == (EVERYTHING, [], AGAIN)
    assert len(answer.messages) == 1


@pytest.mark.parametrize("code", ["msg_too_long", "msg_blocks_too_long", "invalid_blocks"])
async def test_blocks_that_slack_does_not_take(house, code):
    """F045: in a simpler form, or going on below what was taken before."""
    question, pieces = await half_done(house)
    house.slack.faults.fail("chat.update", code)
    pieces.release()
    answer = await house.ended(question)

    assert flat(answer.text) == flat(EVERYTHING)
    assert answer.notices == []


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed"])
async def test_a_message_that_may_not_be_edited(house, code):
    """F043: one new message, and the old one goes."""
    question, pieces = await half_done(house)
    house.slack.faults.fail("chat.update", code)
    pieces.release()
    answer = await house.ended(question)

    assert (answer.text, len(answer.messages)) == (EVERYTHING, 1)


async def test_a_post_whose_answer_is_lost(house):
    """F037: it is found by its metadata, and not made again."""
    house.slack.faults.lose("chat.postMessage")
    answer = await house.ask("alice", "general", "@streambot hi")

    assert len(answer.messages) == 1
    assert len(house.calls("chat.postMessage")) == 1


async def test_a_post_that_is_refused(house):
    """F038: a refusal is no doubt; it is simply made later."""
    house.slack.faults.refuse("chat.postMessage", times=2)
    answer = await house.ask("alice", "general", "@streambot hi")

    assert len(answer.messages) == 1
    assert house.calls("conversations.replies") == []


@pytest.mark.parametrize(
    "code", ["is_archived", "not_in_channel", "channel_not_found", "token_revoked", "invalid_auth"]
)
async def test_where_nothing_can_be_written_any_more(house, code):
    """F017, F046, F047: the turn fails once, the model is left alone, and others are answered."""
    house.model.enqueue(Reply(["Half of it", 0.05, " and", 0.05, " more", FOREVER]))
    question = await house.say("alice", "general", "@streambot go")
    await house.begun(question, "Half of it")
    house.slack.faults.fail("chat.update", code, times=2)
    await house.left_alone(house.model.requests[0])
    await house.idle()
    tried = [record for record in house.slack.calls.of("chat.update") if record.error == code]
    house.slack.faults.clear()
    other = await house.ask("bob", "random", "@streambot hi")

    assert len(tried) <= 2
    assert other.text
    assert (await house.ask("alice", "random", "@streambot hi")).text


async def test_archived_while_it_thinks(house):
    """F017: with the channel itself."""
    house.model.enqueue(Reply([0.1, "Too late"]))
    question = await house.say("alice", "leads", "@streambot go")
    await house.model.arrival()
    house.slack.workspace.channel("leads").archived = True
    await house.idle()

    assert len(house.calls("chat.update")) <= 3
    assert house.answer(question).text == ""


@pytest.mark.parametrize(
    ("user", "words"), [("alice", ENGLISH), ("yuki", JAPANESE)], ids=["en", "ja"]
)
async def test_it_outlives_the_process(user, words):
    """F041: what could not be written before the end is written by the next process, unasked.

    That process learns first in which language.
    """
    async with open_house(bot=False, bot_drain_seconds=1.0) as house:
        async with run_bot(house):
            question, pieces = await half_done(house, user=user)
            house.slack.faults.fail("chat.update", 503, times=1000)
            pieces.release()
            await asyncio.sleep(0.2)
        house.slack.faults.clear()
        before = house.answer(question)
        async with run_bot(house):
            answer = await house.ended(question)

        assert before.buttons == ["stop"]
        assert (answer.text, answer.notices, answer.buttons) == (EVERYTHING, [], AGAIN)
        [button] = [b["elements"][0] for b in answer.blocks if b["type"] == "actions"]
        assert button["text"]["text"] == words.regenerate
        assert len(house.model.requests) == 1


async def test_what_the_model_did_not_see_is_said_by_the_next_process():
    """The whole answer is in the journal with it; the conversation is not read again."""
    file = {"subtype": "file_share", "files": [{"id": "F1", "name": "chart.png"}]}
    async with open_house(bot=False, bot_drain_seconds=1.0) as house:
        async with run_bot(house):
            question, pieces = await half_done(house, **file)
            house.slack.faults.fail("chat.update", 503, times=1000)
            pieces.release()
            await asyncio.sleep(0.2)
        house.slack.faults.clear()
        house.slack.calls.clear()
        async with run_bot(house):
            answer = await house.ended(question)

        assert answer.notices == ["Not seen by the model: files and images."]
        assert len(house.model.requests) == 1


async def test_what_is_interrupted_goes_on_in_the_next_process():
    """F099: it says so, and then answers into the same message."""
    async with open_house(bot=False, bot_drain_seconds=0.4) as house:
        async with run_bot(house):
            house.model.enqueue(Reply(["Half of it", FOREVER]))
            question = await house.say("alice", "general", "@streambot go")
            await house.begun(question, "Half of it")
            waiting = await house.say(
                "bob", "general", "@streambot me too", thread_ts=question["ts"]
            )
            await house.slack.wait_for(lambda: house.answer(waiting).notices)
        between = [house.answer(each) for each in (question, waiting)]
        house.model.enqueue(Reply([EVERYTHING]), Reply(["You too"]))
        async with run_bot(house):
            await house.slack.wait_for(lambda: len(house.model.requests) == 3)
            after = [await house.ended(each) for each in (question, waiting)]

        assert [a.notices for a in between] == [[partial(ENGLISH.interrupted)], [ENGLISH.queued]]
        assert [a.text for a in after] == [EVERYTHING, "You too"]
        assert [len(a.messages) for a in after] == [1, 1]


async def test_questions_that_come_while_it_leaves_are_for_the_next_process():
    """F099: they are acknowledged, for they are committed, and begun by whoever comes."""
    async with open_house(bot=False, bot_drain_seconds=1.0) as house, Tasks("test") as tasks:
        async with run_bot(house):
            _, pieces = await half_done(house)
            late = tasks.start(say_while_it_leaves(house), name="late")
        question = await late
        house.model.enqueue(*[Reply(["Late but whole"])] * 2)
        pieces.release()
        async with run_bot(house):
            answer = await house.ended(question)

        assert answer.text == "Late but whole"
        assert len(answer.messages) == 1


async def say_while_it_leaves(house):
    await asyncio.sleep(0.2)
    question = await house.say("bob", "random", "@streambot are you there?")
    await house.acknowledged()
    assert house.answer(question).messages == []
    return question


async def test_a_breaker_spares_an_endpoint_that_is_down():
    """F079: whoever asks meanwhile is told at once, and the endpoint is not asked."""
    # Less than the breaker rests, so that nobody waits for its next probe.
    async with open_house(bot_first_token_timeout=10.0) as house:
        house.model.enqueue(*[Reply.error(500, "down", headers={"retry-after-ms": "1"})] * 20)
        for _ in range(2):
            await house.ask("alice", "general", "@streambot hi")
        asked = len(house.model.requests)
        answer = await house.ask("bob", "random", "@streambot hi")

        assert len(house.model.requests) == asked == 5
        assert answer.buttons == ["retry"]
        assert "error" in answer.notices[0]
