"""What has ended has a way on: Retry, Regenerate, Continue, for the asker, once per press."""

import asyncio
import json

import pytest

from bot.playground.model.scripted_reply import FOREVER, Cut, Reply
from bot.strings import ENGLISH
from tests.e2e.house import AGAIN, Held, open_house, run_bot
from tests.shown import partial

PLACES = ["general", "leads", "@streambot"]
TABLE = "Here:\n\n| n | v |\n|---|---|\n" + "".join(f"| {n} | value {n} |\n" for n in range(200))


@pytest.fixture
def transport():
    return "socket"


async def cut_short(house, place="general", text="Half of it", **fields):
    """An answer that broke off, or reached its limit."""
    pieces = Held(text, after=[Cut.RESET])
    house.model.enqueue(Reply(pieces, finish_reason=None))
    question = await house.say("alice", place, "@streambot go", **fields)
    await house.begun(question, text)
    pieces.release()
    return await house.ended(question)


async def again(house, answer, button, user="alice"):
    """Presses, and waits until what that began has ended."""
    requests = len(house.model.requests)
    await house.press(user, answer, button)
    await house.slack.wait_for(lambda: len(house.model.requests) > requests)
    return await house.ended(answer.question)


@pytest.mark.parametrize("place", PLACES)
async def test_retry_answers_into_the_same_message(house, place):
    """The question is asked again as it stands, and the broken text goes."""
    broken = await cut_short(house, place)
    house.model.enqueue(Reply(["All of it"]))

    answer = await again(house, broken, "retry")

    assert (answer.text, answer.notices, answer.buttons) == ("All of it", [], AGAIN)
    assert [m["ts"] for m in answer.messages] == [m["ts"] for m in broken.messages]
    assert house.prompts[0] == house.prompts[1]


@pytest.mark.parametrize("place", PLACES)
async def test_continue_goes_on_below(house, place):
    """What stands stays, without its notice; the model sees it and is asked for the rest."""
    cut = await cut_short(house, place)
    house.model.enqueue(Reply([" and the rest"]))

    answer = await again(house, cut, "continue")
    await house.slack.wait_for(lambda: house.answer(cut.question).buttons == AGAIN)
    answer = house.answer(cut.question)

    assert answer.texts == ["Half of it", "and the rest"]
    assert (answer.notices, answer.buttons) == ([], AGAIN)
    roles = [message["role"] for message in house.prompts[1]]
    assert roles == ["system", "user", "assistant", "user"]
    assert "Half of it" in house.prompts[1][2]["content"]
    assert "Continue" in house.prompts[1][3]["content"]


async def test_the_demo_goes_on_with_the_whole_word(house):
    """The scripted model's answer is cut inside a word; what follows can be read by itself."""
    cut = await house.ask("alice", "general", "@streambot cut the connection")

    answer = await again(house, cut, "continue")

    assert cut.text.endswith("the rest of this sen")
    assert answer.texts[0] == cut.text
    assert answer.texts[1].startswith("sentence was still to come.")


async def test_continue_twice(house):
    """At the limit again: each press goes on from what stands by then."""
    house.model.enqueue(*(Reply([text], finish_reason="length") for text in ("One", "Two")))
    house.model.enqueue(Reply(["Three"]))
    first = await house.ask("alice", "general", "@streambot go")
    second = await again(house, first, "continue")
    third = await again(house, second, "continue")

    assert third.texts == ["One", "Two", "Three"]
    assert all(text in house.prompts[2][2]["content"] for text in ("One", "Two"))


async def test_retry_after_continue_replaces_only_the_last_round(house):
    cut = await cut_short(house)
    house.model.enqueue(Reply([" and", Cut.RESET], finish_reason=None))
    broken = await again(house, cut, "continue")
    house.model.enqueue(Reply([" and the rest"]))

    answer = await again(house, broken, "retry")

    assert answer.texts == ["Half of it", "and the rest"]
    assert house.prompts[2] == house.prompts[1]


async def test_regenerate_after_continue_writes_the_whole_answer_again(house):
    """In its first message; the one below, where the button stood, goes."""
    cut = await cut_short(house)
    house.model.enqueue(Reply([" and the rest"]), Reply(["All of it"]))
    continued = await again(house, cut, "continue")

    answer = await again(house, continued, "regenerate")

    assert (answer.texts, answer.notices, answer.buttons) == (["All of it"], [], AGAIN)
    assert answer.ts == cut.ts
    assert house.prompts[2] == house.prompts[0]


@pytest.mark.parametrize("place", PLACES)
async def test_regenerate_answers_anew_in_the_same_message(house, place):
    """While it does the old text is gone; what comes in its place can be regenerated, too."""
    house.model.enqueue(Reply(["Good"]))
    first = await house.ask("alice", place, "@streambot go")
    pieces = Held("Bet", after=["ter"])
    house.model.enqueue(Reply(pieces), Reply(["Best"], finish_reason="length"))

    await house.press("alice", first, "regenerate")
    begun = await house.begun(first.question, "Bet")
    pieces.release()
    second = await house.ended(first.question)
    third = await again(house, second, "regenerate")

    assert (begun.text, begun.buttons) == ("Bet", ["stop"])
    assert (second.texts, third.texts) == (["Better"], ["Best"])
    assert {answer.ts for answer in (first, second, third)} == {first.ts}
    assert (third.notices, third.buttons) == ([partial(ENGLISH.cut)], ["continue", "regenerate"])
    assert house.prompts[0] == house.prompts[1] == house.prompts[2]


async def test_an_answer_that_was_replaced_is_not_regenerated_again(house):
    """F020: nor by somebody else, nor twice."""
    house.model.enqueue(*[Reply([text]) for text in ("Good", "Better")])
    first = await house.ask("alice", "general", "@streambot go")
    await house.press("bob", first, "regenerate")
    await house.slack.wait_for(lambda: house.whispers)
    second = await again(house, first, "regenerate")
    await house.press("alice", first, "regenerate")
    await house.slack.wait_for(lambda: len(house.whispers) == 2)

    assert second.text == "Better"
    assert house.whispers == [ENGLISH.only_the_asker, ENGLISH.already_asked]
    assert len(house.model.requests) == 2


@pytest.mark.parametrize("late", [0.0, 0.1])
async def test_retry_of_a_long_answer(house, late):
    """Its further messages go; that we delete them ourselves is nobody's wish to stop."""
    broken = await cut_short(house, text="word " * 4000)
    house.model.enqueue(Reply(["short ", 0.3, "and whole"]))
    house.slack.faults.hold("chat.delete", late, times=5)

    answer = await again(house, broken, "retry")

    assert len(broken.messages) == 3
    assert (answer.texts, answer.notices, answer.buttons) == (["short and whole"], [], AGAIN)


def titles(house):
    """Of the files that stand in #general."""
    said = house.slack.workspace.messages("C0GENERAL")
    return [file["title"] for message in said for file in message.get("files") or ()]


async def with_file(house, finish="stop"):
    """An answer that comes with a table as a file."""
    house.model.enqueue(Reply([TABLE], finish_reason=finish))
    answer = await house.ask("alice", "general", "@streambot go")
    await house.idle()
    assert titles(house) == ["table-1.csv"]
    return answer


@pytest.mark.parametrize(
    ("button", "finish"), [("regenerate", "stop"), ("regenerate", "length"), ("retry", None)]
)
async def test_the_files_of_the_replaced_answer_go(house, button, finish):
    """They stay until the new answer stands."""
    answer = await with_file(house, finish)
    pieces = Held("Better", after=[" than that"])
    house.model.enqueue(Reply(pieces))
    await house.press("alice", answer, button)
    await house.begun(answer.question, "Better")
    meanwhile = titles(house)
    pieces.release()
    await house.idle()

    assert house.answer(answer.question).texts == ["Better than that"]
    assert (meanwhile, titles(house)) == (["table-1.csv"], [])
    assert house.slack.workspace.files == {}


async def test_of_two_files_the_one_of_the_new_answer_stays(house):
    answer = await with_file(house)
    house.model.enqueue(Reply([TABLE]))
    await again(house, answer, "regenerate")
    await house.idle()

    assert titles(house) == ["table-1.csv"]
    assert len(house.slack.workspace.files) == 1


async def test_continue_keeps_the_file_and_retry_after_it(house):
    """It belongs to the part that stays."""
    answer = await with_file(house, "length")
    house.model.enqueue(Reply([" and", Cut.RESET], finish_reason=None), Reply([" and the rest"]))
    broken = await again(house, answer, "continue")
    await again(house, broken, "retry")
    await house.idle()

    assert titles(house) == ["table-1.csv"]


async def test_the_file_of_a_part_that_is_written_again_goes(house):
    house.model.enqueue(Reply(["Half of it"], finish_reason="length"))
    cut = await house.ask("alice", "general", "@streambot go")
    house.model.enqueue(Reply([TABLE, Cut.RESET], finish_reason=None), Reply(["the rest"]))
    broken = await again(house, cut, "continue")
    await house.idle()
    assert titles(house) == ["table-1.csv"]
    await again(house, broken, "retry")
    await house.idle()

    assert house.answer(cut.question).texts == ["Half of it", "the rest"]
    assert titles(house) == []


async def test_a_question_in_a_thread_is_found_again(house):
    root = await house.say("bob", "general", "Any ideas?")
    broken = await cut_short(house, thread_ts=root["ts"])
    house.model.enqueue(Reply(["All of it"]))

    answer = await again(house, broken, "retry")

    assert answer.text == "All of it"
    assert "Any ideas?" in json.dumps(house.prompts[1])


async def test_an_edited_question_is_asked_as_it_stands_now(house):
    """F008: the question is read again, for its text was erased when the turn had ended."""
    broken = await cut_short(house)
    await house.slack.edit("general", broken.question["ts"], "@streambot something else")
    house.model.enqueue(Reply(["Something else"]))

    await again(house, broken, "retry")

    assert "something else" in house.prompts[1][-1]["content"]


async def test_a_question_that_is_gone(house):
    """F020: whoever presses is told, and nothing is asked."""
    broken = await cut_short(house, place="@streambot")
    await house.slack.delete(broken.question["where"], broken.question["ts"])
    await house.press("alice", broken, "retry")
    await house.slack.wait_for(lambda: house.whispers)

    assert house.whispers == [ENGLISH.question_gone]
    assert len(house.model.requests) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda faults: faults.fail("conversations.replies", "not_in_channel"), "question_gone"),
        (lambda faults: faults.refuse("conversations.replies", retry_after=30), "internal"),
        (lambda faults: faults.fail("conversations.replies", 503, times=2), "internal"),
    ],
    ids=["rejected", "refused", "down"],
)
async def test_a_question_that_cannot_be_read(house, fault, said):
    """F020: the button stays as it is, and works once Slack answers again."""
    broken = await cut_short(house)
    fault(house.slack.faults)
    await house.press("alice", broken, "retry")
    await house.slack.wait_for(lambda: house.whispers)

    words = {"question_gone": ENGLISH.question_gone, "internal": ENGLISH.failures["internal"]}
    assert house.whispers == [words[said]]
    assert house.answer(broken.question) == broken


async def test_somebody_else_cannot(house):
    broken = await cut_short(house)
    await house.press("bob", broken, "retry")
    await house.slack.wait_for(lambda: house.whispers)

    assert house.whispers == [ENGLISH.only_the_asker]
    assert len(house.model.requests) == 1


async def test_many_presses_are_one(house):
    """F020: of presses at the same time one counts; later ones on the old button do nothing."""
    broken = await cut_short(house)
    pieces = Held("All ", after=["of it"])
    house.model.enqueue(Reply(pieces))
    presses = [house.press("alice", broken, b) for b in ["retry", "continue", "retry"] * 2]
    await asyncio.gather(*presses)
    await house.slack.wait_for(lambda: len(house.whispers) == 5)
    pieces.release()
    answer = await house.ended(broken.question)
    await house.press("alice", broken, "retry")
    await house.slack.wait_for(lambda: len(house.whispers) == 6)

    assert set(house.whispers) == {ENGLISH.already_asked}
    assert answer.text.endswith("All of it")
    assert len(house.model.requests) == 2


@pytest.mark.parametrize("button", ["retry", "continue"])
@pytest.mark.parametrize("value", ["", "{}", "null", '{"t": "T", "c": "C", "ts": "1.1", "r": 7}'])
async def test_a_forged_value_is_harmless(house, button, value):
    broken = await cut_short(house)
    outcome = await house.press("alice", broken, button, value=value)
    await house.slack.wait_for(lambda: house.whispers)

    assert outcome.accepted
    assert house.whispers == [ENGLISH.forgotten]
    assert house.answer(broken.question) == broken


@pytest.mark.parametrize("button", ["retry", "continue"])
async def test_it_works_after_a_restart(button):
    """The buttons carry all that is needed; what they need besides is in the store."""
    async with open_house(bot=False) as house:
        async with run_bot(house):
            broken = await cut_short(house)
        house.model.enqueue(Reply(["All of it"]))
        async with run_bot(house):
            answer = await again(house, broken, button)

        assert answer.texts[-1] == "All of it"
        assert len(answer.messages) == (1 if button == "retry" else 2)


# People take back what they said


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", ["", "Half of it"])
async def test_a_deleted_answer_is_not_written_again(house, place, text):
    """F044: not even when it had not begun to speak, where no edit would have told."""
    house.model.enqueue(Reply([text, FOREVER] if text else [FOREVER]))
    question = await house.say("alice", place, "@streambot go")
    begun = await house.begun(question, text)
    await house.model.arrival()
    await house.slack.delete(question["where"], begun.ts)
    await house.left_alone(house.model.requests[0])
    await house.idle()

    assert house.answers(question["where"]) == {}
    assert len(house.calls("chat.postMessage")) == 1


async def test_an_answer_deleted_between_its_end_and_its_last_write(house):
    """F044: while Slack refuses the last word somebody takes the message away."""
    pieces = Held("Whole", after=[" answer"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Whole")
    house.slack.faults.refuse("chat.update", retry_after=1)
    pieces.release()
    await house.slack.wait_for(lambda: house.refused)
    await house.slack.delete(question["where"], begun.ts)
    await house.idle()

    assert house.answers(question["where"]) == {}


async def test_an_answer_that_vanishes_is_written_anew_once(house):
    """F043: an app that hears of no deletion must not lose the answer."""
    house.slack.workspace.subscriptions -= {"message.channels"}
    pieces = Held("Half ", after=["and half"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Half")
    await house.slack.delete(question["where"], begun.ts)
    pieces.release()
    await house.idle()
    answer = house.answer(question)

    assert (answer.text, answer.notices, answer.buttons) == ("Half and half", [], AGAIN)
    assert len(answer.messages) == 1
