"""What is said while an answer grows and when it has ended: seconds, tools, thoughts, footers."""

from collections import defaultdict
from itertools import pairwise

import pytest

from bot.engine.delivery import SLOW
from bot.playground.api.rate_limits import RateLimits
from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.strings import ENGLISH
from tests.e2e.house import Held, open_house
from tests.shown import partial

TOOL = {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "search", "arguments": ""}}]}
THOUGHTS = [{"reasoning_content": "First this. "}, {"reasoning_content": "Then <!channel> that."}]

PLACES = ["general", "random", "leads", "@streambot"]


def said(record):
    blocks = record.arguments.get("blocks", ())
    return [e["text"] for b in blocks if b["type"] == "context" for e in b["elements"]]


def statuses(house):
    """What each write said beside the text, in order."""
    return [said(record) for record in house.slack.calls if record.method.startswith("chat.")]


async def shown(house, question, text, *, since=0):
    """As soon as our own words beside the answer have held `text`, even if only for a moment.

    Calls before number `since` do not count. Returns the number of the next call.
    """

    def there():
        ours = {message["ts"] for message in house.answer(question).messages}
        for number, record in enumerate(house.slack.calls):
            is_ours = record.ok and record.response.get("ts") in ours
            if number >= since and is_ours and text in " ".join(said(record)):
                return number + 1
        return None

    return await house.slack.wait_for(there, 20)


async def test_the_seconds_of_a_slow_answer_are_counted():
    """F059: by edits that nobody has to wait for."""
    async with open_house(bot_status_interval=1.0) as house:
        pieces = Held(after=["Done"])
        house.model.enqueue(Reply(pieces))
        question = await house.say("alice", "general", "@streambot go")
        await shown(house, question, "Thinking … 1 s")
        pieces.release()
        answer = await house.ended(question)

        assert answer.text == "Done"
        assert statuses(house)[:2] == [[ENGLISH.thinking], ["Thinking … 1 s"]]


async def test_quick_answers_cost_no_edit_for_the_time():
    async with open_house() as house:
        house.model.enqueue(Reply([0.1, "Quick"]))
        await house.ask("alice", "general", "@streambot go")

        assert statuses(house) == [[ENGLISH.thinking], []]


async def test_slack_is_not_blamed_for_our_own_caution():
    """Four answers at once wait for seconds, at ten of fifty edits: Slack has refused nothing."""
    budget = {"bot_edits_per_minute": 50, "bot_burst": 5, "bot_edit_interval": 1.0}
    async with open_house(limits=RateLimits(), **budget) as house:
        house.model.enqueue(*[Reply([0.2, "word "] * 40)] * 4)
        asked = [await house.say("alice", where, "@streambot go") for where in PLACES]
        for question in asked:
            await house.ended(question)

        assert house.refused == 0
        assert 8 < len(house.calls("chat.update")) < 50
        assert max(gaps(house)) > SLOW
        assert [ENGLISH.slowed] not in statuses(house)


def gaps(house):
    """The seconds between two edits of a message."""
    edits = defaultdict(list)
    for call in house.slack.calls.of("chat.update"):
        edits[call.arguments["ts"]].append(call.at)
    return [later - at for times in edits.values() for at, later in pairwise(times)]


@pytest.mark.parametrize("refused", ["its own edit", "another answer's edit"])
async def test_a_refusal_of_slack_is_told(refused):
    """And no longer than it lasts: while Slack refuses nothing, the answer is simply written.

    Of another answer's refusal only where it held this one for long.
    """
    own = refused == "its own edit"
    async with open_house(bot_stall_timeout=30.0) as house:
        pieces = [Held("One ", after=["two ", 0.3, "three ", FOREVER]) for _ in range(2)]
        house.model.enqueue(*[Reply(each) for each in pieces])
        asked = []
        for where in PLACES[:2]:  # one after the other: each takes the next of the replies
            asked.append(await house.say("alice", where, "@streambot go"))
            await house.begun(asked[-1], "One")
        house.slack.faults.refuse("chat.update", retry_after=1 if own else int(SLOW) + 1)
        pieces[0].release()
        await house.slack.wait_for(lambda: house.refused)
        pieces[1].release()
        told = asked[0 if own else 1]
        slowed = await shown(house, told, ENGLISH.slowed)
        await shown(house, told, ENGLISH.writing, since=slowed)

        assert house.refused == 1
        for question in asked:
            await house.press("alice", house.answer(question))
            await house.ended(question)


async def test_a_tool_is_named_while_it_is_called(house):
    house.model.enqueue(Reply(["Let me see.", TOOL, FOREVER]))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Let me see.")
    await house.press("alice", begun)
    ended = await house.ended(question)

    assert begun.notices in ([ENGLISH.writing], ["Using search …"])
    assert ended.notices == [partial(ENGLISH.stopped)]


@pytest.mark.parametrize(
    ("reasoning", "live", "end"),
    [
        ("hide", ["Thinking …"], []),
        ("status", ["Thinking …", "Then <\u2060!channel> that."], []),
        (
            "quote",
            ["Thinking …", "Reasoning: First this. Then <\u2060!channel> that."],
            ["Reasoning: First this. Then <\u2060!channel> that."],
        ),
    ],
)
async def test_reasoning_is_shown_where_it_is_to_be(reasoning, live, end):
    """And never becomes a part of the conversation."""
    async with open_house(bot_reasoning=reasoning, bot_status_interval=0.05) as house:
        pieces = Held(*THOUGHTS, after=["Because."])
        house.model.enqueue(Reply(pieces), Reply(["Again"]))
        question = await house.say("alice", "@streambot", "why?")
        await shown(house, question, live[-1])
        begun = [text for b in house.answer(question).blocks for text in said_in(b)]
        pieces.release()
        answer = await house.ended(question)
        await house.ask("alice", "@streambot", "and then?")

        assert begun == live
        assert (answer.text, answer.notices) == ("Because.", end)
        assert "First this" not in str(house.prompts)
        assert not any("<!channel" in str(record.arguments) for record in house.slack.calls)


def said_in(block):
    return [e["text"] for e in block["elements"]] if block["type"] == "context" else []


async def test_the_footer_names_the_model_and_advises_caution_once_a_thread():
    async with open_house(bot_footer="model,seconds,caution") as house:
        house.model.enqueue(*[Reply([text]) for text in ("One", "Two", "Three", "Four")])
        first = await house.ask("alice", "general", "@streambot go")
        thread = first.question["ts"]
        second = await house.ask("alice", "general", "@streambot go on", thread_ts=thread)
        elsewhere = await house.ask("alice", "general", "@streambot go")
        await house.press("alice", first, "regenerate")
        await house.slack.wait_for(lambda: len(house.model.requests) == 4)
        anew = await house.ended(first.question)

        once = ["e2e · 1 s · AI can be wrong"]
        assert (first.notices, second.notices) == (once, ["e2e · 1 s"])
        assert (elsewhere.notices, anew.notices) == (once, once)


async def test_footers_are_no_part_of_the_conversation():
    async with open_house(bot_footer="model,seconds,caution") as house:
        house.model.enqueue(Reply(["One"]), Reply(["Two"]))
        await house.ask("alice", "@streambot", "go")
        await house.ask("alice", "@streambot", "go on")

        [answer] = [m for m in house.prompts[1] if m["role"] == "assistant"]
        assert answer["content"] == "One"
