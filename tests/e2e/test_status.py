"""What is said while an answer grows and when it has ended: seconds, tools, thoughts, footers."""

import pytest

from bot.playground.model.scripted_reply import FOREVER, Reply
from bot.strings import ENGLISH
from tests.e2e.house import Held, open_house

TOOL = {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "search", "arguments": ""}}]}
THOUGHTS = [{"reasoning_content": "First this. "}, {"reasoning_content": "Then <!channel> that."}]


def said(record):
    blocks = record.arguments["blocks"]
    return [e["text"] for b in blocks if b["type"] == "context" for e in b["elements"]]


def statuses(house):
    """What each write said beside the text, in order."""
    return [said(record) for record in house.slack.calls if record.method.startswith("chat.")]


async def shown(house, question, text):
    """As soon as our own words beside the answer hold `text`."""

    def there():
        elements = [b["elements"] for b in house.answer(question).blocks if b["type"] == "context"]
        return text in " ".join(each["text"] for found in elements for each in found)

    await house.slack.wait_for(there)


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


async def test_a_tool_is_named_while_it_is_called(house):
    house.model.enqueue(Reply(["Let me see.", TOOL, FOREVER]))
    question = await house.say("alice", "general", "@streambot go")
    begun = await house.begun(question, "Let me see.")
    await house.press("alice", begun)
    ended = await house.ended(question)

    assert begun.notices in ([ENGLISH.writing], ["Using search …"])
    assert ended.notices == [ENGLISH.stopped]


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
