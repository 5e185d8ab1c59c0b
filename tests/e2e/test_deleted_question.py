"""A question is deleted: its answer goes with it, unless that is complete; then the buttons go."""

import asyncio

import pytest

from bot.playground.faults import Fault, Loss
from bot.playground.model.scripted_reply import FOREVER, Cut, Reply
from bot.strings import ENGLISH, JAPANESE
from tests.e2e.house import Held, open_house, run_bot
from tests.shown import flat

PLACES = ["general", "leads", "@streambot"]
LONG = "\n\n".join(f"Paragraph {number}: " + "word " * 60 for number in range(200))


async def half_written(house, place="general", text="Half of it", **fields):
    house.model.enqueue(Reply([text, FOREVER]))
    question = await house.say("alice", place, "@streambot go", **fields)
    await house.begun(question, text)
    return question


async def take_back(house, question):
    await house.slack.delete(question["where"], question["ts"])


def ours(house, question):
    """All that the bot has in the channel, files included."""
    bot = house.slack.workspace.bot.user_id
    return [m for m in house.slack.workspace.messages(question["where"]) if m["user"] == bot]


async def nothing_left(house, question):
    await house.slack.wait_for(lambda: ours(house, question) == [], timeout=20)
    await house.idle()


# While it is being answered


@pytest.mark.parametrize("place", PLACES)
async def test_what_was_written_goes(house, place):
    """F009: the model is left alone within a second, and nothing is said any more."""
    question = await half_written(house, place)
    await take_back(house, question)
    await house.left_alone(house.model.requests[0])
    await nothing_left(house, question)

    assert len(house.calls("chat.postMessage")) == 1
    assert house.whispers == []


async def test_what_other_people_have_said_below_stays(house):
    question = await half_written(house)
    said = await house.say("bob", "general", "Good question!", thread_ts=question["ts"])
    await take_back(house, question)
    await nothing_left(house, question)

    assert house.slack.workspace.message(question["where"], said["ts"])["text"] == said["text"]


async def test_a_question_in_a_thread(house):
    """Its root, and what was answered before, stay as they are."""
    house.model.enqueue(Reply(["First"]))
    first = await house.ask("bob", "general", "@streambot first?")
    question = await half_written(house, thread_ts=first.question["ts"])
    await take_back(house, question)
    await house.slack.wait_for(lambda: house.answer(question).messages == [])
    await house.idle()

    assert house.answer(first.question) == first


@pytest.mark.parametrize("fault", ["refused", "lost", "slow"])
async def test_before_the_placeholder_stands(house, fault):
    """Nothing is posted, or what is on its way there goes."""
    faults = house.slack.faults
    if fault == "refused":
        faults.refuse("chat.postMessage", retry_after=1)
    elif fault == "lost":
        faults.lose("chat.postMessage")
    else:
        faults.hold("chat.postMessage", 0.3)
    question = await house.say("alice", "general", "@streambot go")
    await house.slack.wait_for(lambda: house.calls("chat.postMessage"))
    await take_back(house, question)
    await house.acknowledged()
    await house.idle()

    assert ours(house, question) == []
    assert len(house.calls("chat.postMessage")) == 1


async def test_while_it_waits_in_line(house):
    first = await half_written(house)
    waiting = await house.say("bob", "general", "@streambot me too", thread_ts=first["ts"])
    await house.slack.wait_for(lambda: house.answer(waiting).notices == [ENGLISH.queued])
    await take_back(house, waiting)
    await house.slack.wait_for(lambda: house.answer(waiting).messages == [])

    assert house.answer(first).text == "Half of it"
    await take_back(house, first)
    await nothing_left(house, first)


async def test_a_long_answer_of_several_messages(house):
    question = await half_written(house, text="word " * 4000)
    await house.slack.wait_for(lambda: len(house.answer(question).messages) == 3)
    await take_back(house, question)
    await nothing_left(house, question)


async def last_write_waits(house, place="general"):
    """A question whose long answer stands there with its file, but for the last edit."""
    no_last_edit(house)
    pieces = Held(LONG[:-100], after=[LONG[-100:]])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", place, "@streambot a long story")
    await house.slack.wait_for(lambda: len(ours(house, question)) == 5, timeout=20)
    pieces.release()
    await house.slack.wait_for(lambda: house.refused, timeout=20)
    assert any(message.get("files") for message in ours(house, question))
    return question


def no_last_edit(house):
    """Slack takes no edit in which the answer ends."""

    def rule(method, arguments):
        ends = method == "chat.update" and "regenerate" in str(arguments)
        return Fault(status=429, retry_after=1) if ends else None

    house.slack.faults.rule = rule


@pytest.mark.parametrize("place", ["general", "@streambot"])
async def test_files_go_too(house, place):
    question = await last_write_waits(house, place)
    await take_back(house, question)
    await nothing_left(house, question)

    assert house.slack.workspace.files == {}


@pytest.mark.parametrize("button", ["continue", "regenerate"])
async def test_while_another_round_is_written(house, button):
    """All of it is the answer to that question."""
    house.model.enqueue(Reply(["Half of it"], finish_reason="length"))
    answer = await house.ask("alice", "general", "@streambot go")
    house.model.enqueue(Reply(["More", FOREVER]))
    await house.press("alice", answer, button)
    await house.begun(answer.question, "More")
    await take_back(house, answer.question)
    await nothing_left(house, answer.question)


@pytest.mark.parametrize("ended", [False, True], ids=["written", "ended"])
@pytest.mark.parametrize(("button", "finish"), [("continue", "length"), ("regenerate", "stop")])
async def test_the_files_of_earlier_rounds_go_too(house, button, finish, ended):
    house.model.enqueue(Reply([LONG], finish_reason=finish))
    answer = await house.ask("alice", "general", "@streambot a long story")
    assert len(house.slack.workspace.files) == 1
    pieces = Held("More", after=[" of it"])
    house.model.enqueue(Reply(pieces, finish_reason="length"))
    await house.press("alice", answer, button)
    await house.begun(answer.question, "More")
    if ended:
        pieces.release()
        await house.ended(answer.question)
    await take_back(house, answer.question)
    await nothing_left(house, answer.question)

    assert house.slack.workspace.files == {}


# What fails


@pytest.mark.parametrize("fault", ["refused", "down", "lost"])
async def test_a_removal_that_fails_comes_later(house, fault):
    question = await half_written(house)
    faults = house.slack.faults
    if fault == "refused":
        faults.refuse("chat.delete", times=2)
    elif fault == "down":
        faults.fail("chat.delete", 503, times=2)
    else:
        faults.lose("chat.delete", how=Loss.RESET)
    await take_back(house, question)
    await nothing_left(house, question)


@pytest.mark.parametrize("place", PLACES)
async def test_what_may_not_be_removed_says_so_and_nothing_else(house, place):
    """Some workspaces keep every message: then a sentence stands in place of the answer."""
    question = await half_written(house, place, text="word " * 4000)
    await house.slack.wait_for(lambda: len(house.answer(question).messages) == 3)
    house.slack.faults.fail("chat.delete", "compliance_exports_prevent_deletion", times=9)
    await take_back(house, question)
    await house.slack.wait_for(
        lambda: house.answer(question).notices == [ENGLISH.withdrawn] * 3, timeout=20
    )
    await house.idle()
    answer = house.answer(question)

    assert (flat(answer.text).strip("\u2060"), answer.buttons) == ("", [])
    assert [message["text"] for message in answer.messages] == [ENGLISH.withdrawn] * 3


async def test_where_nothing_can_be_done_nothing_is_tried_for_ever(house):
    question = await half_written(house)
    house.slack.workspace.channels["C0GENERAL"].archived = True
    await take_back(house, question)
    await house.acknowledged()
    await house.idle()

    assert len(house.calls("chat.delete")) == 1


# From process to process


async def test_the_next_process_removes_what_this_one_could_not():
    """The files, too, of which it knows only what stands in the thread."""
    async with open_house(bot=False, bot_drain_seconds=1.0) as house:
        async with run_bot(house):
            question = await last_write_waits(house)
            house.slack.faults.fail("chat.delete", 503, times=1000)
            house.slack.faults.fail("conversations.replies", 503, times=1000)
            await take_back(house, question)
            await house.acknowledged()
        assert ours(house, question)
        house.slack.faults.clear()
        async with run_bot(house):
            await nothing_left(house, question)

        assert house.slack.workspace.files == {}
        assert len(house.model.requests) == 1


async def test_another_process_hears_of_it():
    """Slack tells one of two: the one that answers reads it in the journal."""
    async with open_house(bot_lease_seconds=2.0) as house, run_bot(house):
        questions = [await half_written(house, place) for place in ("general", "random", "leads")]
        for question in questions:
            await take_back(house, question)
        for question in questions:
            await nothing_left(house, question)


async def test_deleted_while_nobody_is_there():
    """Slack tells it as soon as somebody comes."""
    async with open_house(bot=False, bot_drain_seconds=0.4) as house:
        async with run_bot(house):
            question = await half_written(house)
        assert house.answer(question).notices == [
            ENGLISH.incomplete.format(sentence=ENGLISH.interrupted)
        ]
        await take_back(house, question)
        house.model.enqueue(Reply(["Half of it", FOREVER]))
        async with run_bot(house):
            await nothing_left(house, question)


@pytest.mark.parametrize("place", PLACES)
async def test_the_deletion_comes_before_the_question(house, place):
    """F007: Slack delivers the question late, or again; it is not answered any more."""
    heard, house.slack.workspace.subscriptions = house.slack.workspace.subscriptions, set()
    question = await house.say("alice", place, "@streambot go")
    house.slack.workspace.subscriptions = heard
    await take_back(house, question)
    await house.acknowledged()
    kind = "im" if place == "@streambot" else "channel"
    event = question | {"channel": question["where"], "channel_type": kind}
    del event["where"]
    house.slack.delivery.send(event, house.slack.clock.wall())

    assert await house.silent()
    assert house.calls("chat.postMessage")[0]["channel"] != question["where"]


# After it has ended

COMPLETE = {
    "complete": [Reply(["An answer"])],
    "refused": [Reply([{"refusal": "An answer"}])],
}
HALF = {
    "cut": [Reply(["Half of it"], finish_reason="length")],
    "cut before the first word": [Reply([], finish_reason="length")],
    "filtered": [Reply(["Half of it"], finish_reason="content_filter")],
    "empty": [Reply([]), Reply([])],
    "broken off": [Reply(["Half of it"], finish_reason=None)],
    "connection lost": [Reply(["Half of it", Cut.RESET], finish_reason=None)],
    "an error": [Reply.error(401, "no such key")],
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("ending", COMPLETE)
async def test_a_complete_answer_stays_without_the_buttons(house, place, ending):
    """Nobody could use them. What people think of it may still be said."""
    house.model.enqueue(*COMPLETE[ending])
    answer = await house.ask("alice", place, "@streambot go")
    await take_back(house, answer.question)
    await house.slack.wait_for(lambda: house.answer(answer.question).buttons == [])
    await house.idle()
    after = house.answer(answer.question)

    assert after.texts == ["An answer"]
    assert (after.notices, after.is_rated) == (answer.notices, answer.is_rated)
    assert len(house.model.requests) == 1


@pytest.mark.parametrize("ending", HALF)
async def test_half_an_answer_goes(house, ending):
    """Without its question nobody needs it, and nobody could go on with it."""
    house.model.enqueue(*HALF[ending])
    answer = await house.ask("alice", "general", "@streambot go")
    await take_back(house, answer.question)
    await nothing_left(house, answer.question)

    assert len(house.model.requests) == len(HALF[ending])
    assert house.whispers == []


@pytest.mark.parametrize("place", PLACES)
async def test_a_stopped_answer_goes(house, place):
    answer = await house.begun(await half_written(house, place))
    await house.press("alice", answer)
    await house.ended(answer.question)
    await take_back(house, answer.question)
    await nothing_left(house, answer.question)


@pytest.mark.parametrize(("rest", "stays"), [("stop", True), ("length", False)])
async def test_the_last_round_decides(house, rest, stays):
    """The parts of a continued answer stay or go together."""
    for text, finish in (("Half of it", "length"), ("More", rest)):
        house.model.enqueue(Reply([text], finish_reason=finish))
    answer = await house.ask("alice", "general", "@streambot go")
    await house.press("alice", answer, "continue")
    await house.slack.wait_for(lambda: len(house.answer(answer.question).messages) == 2)
    await house.ended(answer.question)
    await take_back(house, answer.question)
    await house.slack.wait_for(lambda: house.answer(answer.question).buttons == [])
    await house.idle()

    assert house.answer(answer.question).texts == (["Half of it", "More"] if stays else [])


@pytest.mark.parametrize("place", ["general", "@streambot"])
async def test_half_a_long_answer_goes_with_its_files(house, place):
    house.model.enqueue(Reply([LONG], finish_reason="length"))
    answer = await house.ask("alice", place, "@streambot a long story")
    assert house.slack.workspace.files != {}
    await take_back(house, answer.question)
    await nothing_left(house, answer.question)

    assert house.slack.workspace.files == {}


async def test_half_an_answer_that_may_not_be_removed_says_so_and_nothing_else(house):
    """In the language of whoever asked."""
    house.model.enqueue(Reply(["word " * 4000], finish_reason="length"))
    answer = await house.ask("yuki", "general", "@streambot go")
    house.slack.faults.fail("chat.delete", "compliance_exports_prevent_deletion", times=9)
    await take_back(house, answer.question)
    await house.slack.wait_for(
        lambda: house.answer(answer.question).notices == [JAPANESE.withdrawn] * 3, timeout=20
    )
    await house.idle()
    after = house.answer(answer.question)

    assert (flat(after.text).strip("\u2060"), after.buttons) == ("", [])
    assert [message["text"] for message in after.messages] == [JAPANESE.withdrawn] * 3


async def test_the_next_process_removes_half_an_answer_that_this_one_could_not():
    """The files, too, of which it knows only what stands in the thread."""
    async with open_house(bot=False, bot_drain_seconds=1.0) as house:
        async with run_bot(house):
            house.model.enqueue(Reply([LONG], finish_reason="length"))
            answer = await house.ask("yuki", "general", "@streambot a long story")
            house.slack.faults.fail("chat.delete", 503, times=1000)
            await take_back(house, answer.question)
            await house.acknowledged()
        assert ours(house, answer.question)
        house.slack.faults.clear()
        async with run_bot(house):
            await nothing_left(house, answer.question)

        assert house.slack.workspace.files == {}


async def test_half_an_answer_of_another_process_goes():
    """Whichever of two is told removes it."""
    async with open_house() as house:
        house.model.enqueue(*[Reply(["Half of it"], finish_reason="length")] * 3)
        places = ("general", "random", "leads")
        answers = [await house.ask("alice", place, "@streambot go") for place in places]
        async with run_bot(house):
            for answer in answers:
                await take_back(house, answer.question)
            for answer in answers:
                await nothing_left(house, answer.question)


async def test_the_buttons_go_though_slack_refuses_and_the_process_ends():
    async with open_house(bot=False, bot_drain_seconds=1.0) as house:
        async with run_bot(house):
            house.model.enqueue(Reply(["An answer"]))
            answer = await house.ask("alice", "general", "@streambot go")
            house.slack.faults.rate_limited = {"chat.update"}
            house.slack.faults.retry_after = 30
            await take_back(house, answer.question)
            await house.slack.wait_for(lambda: house.refused)
        house.slack.faults.clear()
        async with run_bot(house):
            await house.slack.wait_for(
                lambda: house.answer(answer.question).buttons == [], timeout=20
            )
            await house.idle()

        assert house.answer(answer.question).texts == ["An answer"]


@pytest.mark.parametrize(
    ("button", "finish", "left"),
    [("regenerate", "stop", ["An answer"]), ("continue", "length", [])],
)
async def test_nobody_has_told_the_bot(house, button, finish, left):
    """Whoever presses is told, and then the buttons are gone, too, or all of it."""
    house.model.enqueue(Reply(["An answer"], finish_reason=finish))
    answer = await house.ask("alice", "general", "@streambot go")
    house.slack.workspace.subscriptions -= {"message.channels"}
    await take_back(house, answer.question)
    await house.press("alice", answer, button)
    await house.slack.wait_for(lambda: house.answer(answer.question).buttons == [])
    await house.slack.wait_for(lambda: house.whispers)
    await house.idle()

    assert house.whispers == [ENGLISH.question_gone]
    assert house.answer(answer.question).texts == left


async def test_told_again_and_again(house):
    """Slack repeats itself; the answer is looked at once."""
    house.model.enqueue(Reply(["An answer"]))
    answer = await house.ask("alice", "general", "@streambot go")
    await take_back(house, answer.question)
    await house.slack.wait_for(lambda: house.answer(answer.question).buttons == [])
    await house.idle()
    before = len(house.slack.calls)
    (told,) = [each for each in house.slack.delivery.log if is_deletion(each, answer.question)]
    for number in (1, 2):
        house.slack.delivery.again(told, number)
    await house.acknowledged()
    await asyncio.sleep(0.1)

    assert len(house.slack.calls) == before


def is_deletion(sent, question):
    message = sent.event.get("message") or {}
    tombstone = message.get("subtype") == "tombstone" and message.get("ts") == question["ts"]
    return tombstone or sent.event.get("deleted_ts") == question["ts"]
