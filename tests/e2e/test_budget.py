"""No call of the Web API goes around the budget, and no button is left that leads nowhere."""

import ast
import asyncio
import time
from collections import defaultdict
from itertools import count

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import Wrapping
from bot.playground.api.rate_limits import RateLimits
from bot.playground.faults import Fault, Loss
from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.slack.actions.feedback_form import FAULTS, REASON
from tests.e2e.house import AGAIN, Held, open_house, run_bot
from tests.e2e.test_deleted_question import last_write_waits, nothing_left, take_back
from tests.test_architecture import FILES, SLACKS, part, tree

LONG = "\n\n".join(f"Paragraph {number}: " + "word " * 60 for number in range(200))


class Ledger:
    """A budget that notes when it has granted which call, and what it is told of 429s."""

    def __init__(self):
        self.budget = None
        self.granted = defaultdict(list)
        self.refusals = []

    def wrap(self, budget):
        self.budget = budget
        return self

    async def acquire(self, call):
        held = await self.budget.acquire(call)
        self.granted[call.bucket].append(time.monotonic())
        return held

    def refused(self, call, retry_after):
        self.refusals.append(call.bucket)
        self.budget.refused(call, retry_after)

    def around(self, calls):
        """Calls (method, number) that went out before the budget had granted so many."""
        seen = defaultdict(list)
        for call in calls:
            seen[call.method].append(call.at)
        return [
            (method, number)
            for method, times in seen.items()
            for number, at in enumerate(times)
            if number >= len(self.granted[method]) or self.granted[method][number] > at
        ]


def methods_in_the_code():
    """Every method of the Web API that the bot's side of Slack names."""
    constants = (
        node.value
        for path in FILES
        if part(path) in {"app", "slack"}
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {name for name in constants if SLACKS.fullmatch(name)}


async def everything(house):
    """One of each: all that makes the bot call Slack."""
    house.model.enqueue(Reply(["Half", FOREVER]))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Half")
    await house.press("bob", begun)
    await house.press("alice", begun)
    stopped = await house.ended(question)
    house.model.enqueue(Reply([" and more"], finish_reason="length"), Reply(["Anew"]))
    await pressed(house, stopped, "continue")
    regenerated = await pressed(house, house.answer(question), "regenerate")
    assert "Anew" in regenerated.text
    house.slack.faults.lose("chat.postMessage")
    house.model.enqueue(Reply(["In the thread"]))
    await house.ask("bob", "general", "@streambot and me?", thread_ts=question["ts"])
    await rate(house, regenerated)
    house.model.enqueue(Reply([LONG]), Reply(["Short"]))
    long = await house.ask("alice", "general", "@streambot a long story")
    await pressed(house, long, "regenerate")
    await house.ask("yuki", "@streambot", "hello?")
    question = await last_write_waits(house, "random")
    await take_back(house, question)
    await nothing_left(house, question)


async def pressed(house, answer, button):
    requests = len(house.model.requests)
    await house.press("alice", answer, button)
    await house.model.arrival(requests + 1)
    return await house.ended(answer.question)


async def rate(house, answer):
    [block] = [b for b in answer.messages[-1]["blocks"] if b["type"] == "context_actions"]
    value = block["elements"][0]["negative_button"]["value"]
    told, forms = len(house.whispers), len(house.slack.workspace.views)
    await house.press("alice", answer, "feedback", value=value)
    await house.slack.wait_for(lambda: len(house.slack.workspace.views) > forms)
    view = house.slack.workspace.views[-1]
    values = {FAULTS: {FAULTS: {"selected_options": []}}, REASON: {REASON: {"value": "no"}}}
    await house.slack.submit("alice", view["id"], values)
    await house.slack.wait_for(lambda: len(house.whispers) > told)


async def test_every_call_was_granted_before_it_went_out():
    """Of all methods that the code names, none is left out."""
    async with open_house(bot=False) as house:
        ledger = Ledger()
        house.wrapping = Wrapping(budget=ledger.wrap)
        async with run_bot(house):
            await everything(house)

        assert ledger.around(house.slack.calls) == []
        assert {call.method for call in house.slack.calls} == methods_in_the_code()


async def test_the_budget_hears_of_every_429():
    """Whatever was refused: else the next call of the method would go out too early."""
    async with open_house(bot=False) as house:
        ledger = Ledger()
        house.wrapping = Wrapping(budget=ledger.wrap)
        house.slack.faults.refuse("auth.test")
        house.slack.faults.refuse("apps.connections.open")
        async with run_bot(house):
            answer = await house.ask("alice", "general", "@streambot go")
            for method in ("chat.postMessage", "chat.update", "users.info", "chat.postEphemeral"):
                house.slack.faults.refuse(method)
            house.slack.faults.refuse("conversations.replies")
            house.slack.faults.refuse("views.open")
            await house.press("bob", answer, "regenerate")
            await rate_refused(house, answer)
            await house.ask("yuki", "random", "@streambot hi")
            await house.slack.wait_for(lambda: house.whispers)

        refused = sorted(call.method for call in house.slack.calls if call.status == 429)
        assert sorted(ledger.refusals) == refused
        assert set(refused) >= {"auth.test", "apps.connections.open", "views.open"}


async def rate_refused(house, answer):
    """The form that a thumb down opens is refused."""
    [block] = [b for b in answer.messages[-1]["blocks"] if b["type"] == "context_actions"]
    value = block["elements"][0]["negative_button"]["value"]
    await house.press("alice", answer, "feedback", value=value)
    await house.slack.wait_for(lambda: house.calls("views.open"))


OURS = [path for path in FILES if part(path) != "playground"]
SHORTCUTS = {name for name in vars(AsyncWebClient) if "_" in name[1:] and name[:2] != "__"}
"""The SDK's functions for single methods, such as `chat_update`."""

UTILITIES = {
    "say",
    "respond",
    "set_status",
    "set_title",
    "set_suggested_prompts",
    "complete",
    "fail",
}
"""What Bolt gives a listener that asks for it. Each calls Slack, and knows no budget."""


def test_the_sdk_is_called_in_one_place():
    """And what a sink may do without asking, nobody else may: the engine has asked for it."""
    used = defaultdict(set)
    for path in OURS:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                used[node.attr].add("/".join(path.parts[-2:]))

    assert used["api_call"] == {"slack/web_api.py"}
    assert {name: used[name] for name in used.keys() & SHORTCUTS} == {}
    assert used["granted"] == {
        "answers/edit_sink.py",
        "answers/file_shares.py",
        "answers/leftovers.py",
        "answers/uploads.py",
    }


def test_no_listener_takes_what_calls_slack_by_itself():
    asked = {
        node.arg
        for path in FILES
        if path.parent.name in {"actions", "events"} and part(path) == "slack"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.arg)
    }

    assert "ack" in asked
    assert asked & UTILITIES == set()


# Buttons


async def cut(house, place="general", text="Half of it", **fields):
    house.model.enqueue(Reply([text], finish_reason="length"))
    answer = await house.ask("alice", place, "@streambot go", **fields)
    assert answer.buttons == ["continue", "regenerate"]
    return answer


async def gone_on(house, answer):
    """As soon as the answer stands in two messages, and only the last one has buttons."""

    def closed():
        now = house.answer(answer.question)
        return now if len(now.messages) == 2 and now.buttons == AGAIN else None

    await house.slack.wait_for(closed, timeout=20)
    await house.idle(answer.question["ts"])
    return house.answer(answer.question)


async def test_slack_has_nothing_to_refuse():
    """Within its own limits, though Continue is pressed below many answers at once."""
    budget = {"bot_edits_per_minute": 200, "bot_posts_per_minute": 300, "bot_burst": 5}
    async with open_house(limits=RateLimits(speed=4), **budget) as house:
        places = ["general", "random", "leads", "general", "random", "@streambot"]
        answers = [await cut(house, place) for place in places]
        house.model.enqueue(*[Reply(["and the rest"])] * len(answers))
        await asyncio.gather(*[house.press("alice", answer, "continue") for answer in answers])
        ended = [await gone_on(house, answer) for answer in answers]

        assert house.refused == 0
        assert [answer.notices for answer in ended] == [[]] * len(answers)


@pytest.mark.parametrize("text", ["and the rest", "word " * 200])
async def test_the_button_goes_though_slack_refuses(house, text):
    """As soon as Slack lets us; the answer does not wait for it."""
    answer = await cut(house)
    house.slack.faults.refuse("chat.update", times=2)
    house.model.enqueue(Reply([text]))
    await house.press("alice", answer, "continue")
    answer = await gone_on(house, answer)

    assert answer.texts[0] == "Half of it"
    assert answer.notices == []
    assert house.refused == 2


@pytest.mark.parametrize("how", [500, "internal_error", Loss.CLOSE, Loss.RESET, Loss.PAGE])
async def test_the_button_goes_though_answers_get_lost(house, how):
    answer = await cut(house)
    if isinstance(how, Loss):
        house.slack.faults.lose("chat.update", times=2, how=how)
    else:
        house.slack.faults.fail("chat.update", how, times=2)
    house.model.enqueue(Reply(["and the rest"]))
    await house.press("alice", answer, "continue")
    answer = await gone_on(house, answer)

    assert answer.texts == ["Half of it", "and the rest"]


async def test_the_button_goes_at_once(house):
    """Long before the rest of the answer has come."""
    answer = await cut(house)
    pieces = Held("and", after=[" the rest"])
    house.model.enqueue(Reply(pieces))
    await house.press("alice", answer, "continue")
    await house.slack.wait_for(lambda: house.answer(answer.question).buttons == ["stop"])
    pieces.release()
    await gone_on(house, answer)

    assert len(house.calls("conversations.replies")) == 2, "the question, and the conversation"


async def test_the_button_goes_while_the_answer_takes_all_edits():
    """The first edit after the press takes it away: else people press it once more."""
    async with open_house(bot_edits_per_minute=1200, bot_burst=5) as house:
        answer = await cut(house)
        before = len(house.calls("chat.update"))
        house.model.enqueue(Reply(["word "] * 100, speed=100.0))
        await house.press("alice", answer, "continue")
        answer = await gone_on(house, answer)

        edits = [each["ts"] for each in house.calls("chat.update")[before:]]
        assert edits[0] == answer.messages[0]["ts"]
        assert edits.count(edits[0]) == 1


@pytest.mark.parametrize("place", ["general", "@streambot"])
async def test_the_button_goes_after_a_restart(place):
    """What this process could not do, the next one does; it reads the message for that."""
    async with open_house(bot=False, bot_drain_seconds=1.0) as house:
        async with run_bot(house):
            answer = await cut(house, place)
            house.slack.faults.rate_limited = {"chat.update"}
            house.slack.faults.retry_after = 30
            house.model.enqueue(Reply(["and", FOREVER]), Reply(["and the rest"]))
            await house.press("alice", answer, "continue")
            await house.model.arrival(2)
            assert "continue" in house.answer(answer.question).buttons
        house.slack.faults.clear()
        async with run_bot(house):
            answer = await gone_on(house, answer)

        assert answer.texts == ["Half of it", "and the rest"]


@pytest.mark.parametrize("button", ["retry", "regenerate"])
async def test_a_press_that_answers_in_place_takes_its_button_away(house, button):
    """The message is written over; after a 429 as soon as Slack lets us."""
    finish = "stop" if button == "regenerate" else "content_filter"
    house.model.enqueue(Reply(["" if button == "retry" else "Good"], finish_reason=finish))
    answer = await house.ask("alice", "general", "@streambot go")
    house.slack.faults.refuse("chat.update", times=2)
    house.model.enqueue(Reply(["Better", FOREVER]))
    assert button in answer.buttons
    await house.press("alice", answer, button)
    begun = await house.begun(answer.question, "Better")

    assert begun.buttons == ["stop"]
    await house.press("alice", begun)
    assert "stopped" in (await house.ended(answer.question)).notices[0]


async def test_slack_refuses_now_and_then(house):
    """Every third write: every answer ends, and no button is left that leads nowhere."""
    answers = [await cut(house, where) for where in ("general", "random", "@streambot")]
    numbers = count()

    def refused(method, _arguments):
        writes = method in {"chat.update", "chat.postMessage"}
        return Fault(status=429, retry_after=1) if writes and next(numbers) % 3 == 0 else None

    house.slack.faults.rule = refused
    for answer in answers:
        house.model.enqueue(Reply(["and the rest"]))
        await house.press("alice", answer, "continue")
    ended = [await gone_on(house, answer) for answer in answers]

    assert [answer.texts for answer in ended] == [["Half of it", "and the rest"]] * 3
    assert house.refused > 1
