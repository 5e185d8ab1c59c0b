"""Load: beyond the limits a question waits, its place visible, or is refused with Retry."""

from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.strings import ENGLISH, JAPANESE
from tests.e2e.house import AGAIN, Held, open_house, run_bot

NEXT = [ENGLISH.next_in_line]


def place(count, words=ENGLISH):
    return [words.in_line.format(count=count)]


async def crowd(house, *users, channel="general"):
    """A question of each, as soon as all of them have a message in Slack."""
    asked = [await house.say(user, channel, "@streambot go") for user in users]
    await house.slack.wait_for(lambda: all(house.answer(each).messages for each in asked))
    return asked


def reads(house, question, notices):
    return house.slack.wait_for(lambda: house.answer(question).notices == notices)


async def test_the_place_in_line_is_shown_and_moves():
    async with open_house(bot_max_running=1, bot_status_interval=0.02) as house:
        pieces = Held(after=["One"])
        house.model.enqueue(Reply(pieces), Reply(["Two"]), Reply([FOREVER]))
        first, second, third = await crowd(house, "alice", "bob", "alice")
        await reads(house, second, NEXT)
        await reads(house, third, place(1))
        assert house.answer(second).buttons == ["stop"]

        pieces.release()
        assert (await house.ended(first)).text == "One"
        answer = await house.ended(second)
        assert (answer.text, answer.buttons, len(answer.messages)) == ("Two", AGAIN, 1)
        await reads(house, third, [ENGLISH.thinking])
        await house.model.arrival(3)


async def test_the_place_is_said_in_the_language_of_who_asks():
    async with open_house(bot_max_running=1, bot_language="ja") as house:
        house.model.enqueue(Reply([FOREVER]))
        *_, third = await crowd(house, "alice", "bob", "yuki")

        await reads(house, third, place(1, JAPANESE))


async def test_one_person_has_so_many_and_others_do_not_wait():
    async with open_house(bot_max_running_per_person=2) as house:
        house.model.enqueue(*[Reply([FOREVER])] * 2, Reply(["Hi bob"]))
        *_, third = await crowd(house, "alice", "alice", "alice")
        await reads(house, third, [ENGLISH.own_in_line.format(count=2)])

        assert (await house.ask("bob", "random", "@streambot hi")).text == "Hi bob"


async def test_stop_works_while_it_waits():
    async with open_house(bot_max_running=1) as house:
        house.model.enqueue(Reply([FOREVER]))
        _, second, third = await crowd(house, "alice", "bob", "yuki")
        await house.press("bob", house.answer(second))
        answer = await house.ended(second)

        assert (answer.notices, answer.buttons) == ([ENGLISH.stopped], ["retry"])
        await reads(house, third, NEXT)
        assert len(house.model.requests) == 1


async def test_one_too_many_is_refused_and_can_be_asked_again():
    async with open_house(bot_max_running=1, bot_max_waiting=1) as house:
        pieces = Held(after=["One"])
        house.model.enqueue(Reply(pieces), Reply(["Two"]), Reply(["Three"]))
        first, second, third = await crowd(house, "alice", "bob", "yuki")
        refused = await house.ended(third)
        assert refused.notices[0].startswith(JAPANESE.failures["crowded"])
        assert (refused.text, refused.buttons, len(refused.messages)) == ("", ["retry"], 1)

        pieces.release()
        await house.ended(first)
        await house.ended(second)
        await house.press("yuki", refused, "retry")
        await house.slack.wait_for(lambda: house.answer(third).text == "Three")
        answer = await house.ended(third)
        assert (answer.buttons, len(answer.messages)) == (AGAIN, 1)


async def test_who_waited_before_a_restart_has_the_same_place_after_it():
    async with open_house(bot=False, bot_max_running=1, bot_drain_seconds=0.4) as house:
        house.model.enqueue(Reply([FOREVER]))
        async with run_bot(house):
            asked = await crowd(house, "alice", "bob", "yuki")
            await reads(house, asked[2], place(1))
        pieces = Held(after=["One"])
        house.model.enqueue(Reply(pieces), Reply(["Two"]), Reply(["Three"]))
        async with run_bot(house):
            await house.model.arrival(2)
            assert [len(house.answer(each).messages) for each in asked] == [1, 1, 1]
            await reads(house, asked[2], place(1))
            pieces.release()
            answers = [await house.ended(each) for each in asked]

        assert [answer.text for answer in answers] == ["One", "Two", "Three"]
        assert [len(answer.messages) for answer in answers] == [1, 1, 1]


async def test_the_place_costs_no_budget_that_answers_need():
    """An update of the place is a status: it never keeps an answer waiting."""
    async with open_house(bot_max_running=1, bot_status_interval=60.0) as house:
        house.model.enqueue(*[Reply(["Hi"])] * 6)
        asked = await crowd(house, *["alice", "bob", "yuki"] * 2)
        answers = [await house.ended(each) for each in asked]

        assert [answer.text for answer in answers] == ["Hi"] * 6


async def test_a_thread_and_the_line_go_together():
    """A question of a thread waits for its thread first, and says so; then in line."""
    async with open_house(bot_max_running=1) as house:
        pieces = Held(after=["One"])
        house.model.enqueue(Reply(pieces), Reply(["Two"]), Reply(["Three"]))
        [first] = await crowd(house, "alice")
        second = await house.say("bob", "general", "@streambot go", thread_ts=first["ts"])
        await reads(house, second, [ENGLISH.queued])
        [third] = await crowd(house, "yuki")
        await reads(house, third, NEXT)
        pieces.release()
        answers = [await house.ended(each) for each in (first, second, third)]

        assert all(answer.text for answer in answers)
        assert [len(answer.messages) for answer in answers] == [1, 1, 1]
