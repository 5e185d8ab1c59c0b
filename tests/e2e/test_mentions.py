"""What a mention means, and how it is told: `slack-messages.yaml` of `tests/field_cases`.

Here are the cases that say how many answers there are. Those beside the checkout are run, too.
"""

import json

import pytest

from bot.playground.model.scripted_reply import Reply
from bot.strings import ENGLISH
from tests.cases import field_cases
from tests.e2e.house import AGAIN, Held

KEYS = {"id", "what", "today", "before", "ask", "stored", "events", "expect"}
EXPECTED = {"prompt_contains", "answers", "greeting"}
GREETING = ENGLISH.help.replace("*", "")


def cases(*, events):
    """Those that have events of their own, or the others."""
    return field_cases(
        "slack-messages",
        only=lambda case: "answers" in case["expect"] and ("events" in case) is events,
    )


def filled(case, house, **ids):
    """The case with the ids of this Slack."""
    workspace, text = house.slack.workspace, json.dumps(case)
    ids |= {"bot": workspace.bot.user_id, "user": workspace.user("alice").id}
    ids |= {"channel": workspace.channel("general").id}
    for name, found in ids.items():
        text = text.replace(f"{{{name}}}", found)
    return json.loads(text)


def read(house):
    """What the last prompt says beside its system message."""
    return "\n\n".join(message["content"] for message in house.prompts[-1][1:])


@pytest.mark.parametrize("case", cases(events=False))
async def test_what_is_mentioned(house, case):
    assert case.keys() <= KEYS
    assert case["expect"].keys() <= EXPECTED
    case, where, slack = filled(case, house), {}, house.slack
    for message in case.get("before", ()):
        posted = await slack.say("bob", "general", message["text"])
        where = where or {"thread_ts": posted["ts"]}

    answer = await house.ask("alice", "general", case["ask"]["text"], **where)
    await judge(house, case["expect"], answer)


@pytest.mark.parametrize("case", cases(events=True))
async def test_one_message_is_told_by_two_events(house, case):
    """Slack has the message, and tells it in the events of the case alone."""
    workspace = house.slack.workspace
    channel = workspace.channel("general").id
    workspace.subscriptions.clear()
    said = filled(case, house)["stored"]
    fields = {key: value for key, value in said.items() if key != "user"}
    stored = workspace.post(channel, user=said["user"], now=house.slack.clock.wall(), **fields)
    case = filled(case, house, ts=stored["ts"])

    for event in case["events"]:
        house.slack.emit(event)
    answer = await house.ended(stored | {"where": channel})

    await house.acknowledged()
    await judge(house, case["expect"], answer)


async def judge(house, expect, answer):
    """So many answers, each of them our hello or the model's."""
    await house.idle()
    assert len(house.answered) == expect["answers"]
    if "greeting" in expect:
        assert (answer.text == GREETING) is expect["greeting"]
        assert answer.buttons == ([] if expect["greeting"] else AGAIN)
    wanted = expect.get("prompt_contains", ())
    assert not wanted or [each for each in wanted if each not in read(house)] == []


async def test_a_bare_mention_in_a_thread_asks_the_model_to_answer_it(house):
    """The bot's earlier answers are read as well."""
    house.model.enqueue(Reply(["The left one."]))
    first = await house.ask("alice", "general", "@streambot which printer takes A3?")
    await house.ask("bob", "general", "@streambot", thread_ts=first.question["ts"])

    assert [message["content"] for message in house.prompts[-1][1:]] == [
        "alice: which printer takes A3?",
        "The left one.",
        "bob: (mentions you and says nothing else: answer what is asked above)",
    ]


async def test_a_bare_mention_in_a_thread_of_a_direct_message_is_a_question(house):
    root = await house.say("alice", "@streambot", "which printer takes A3?")
    await house.ended(root)
    answer = await house.ask("alice", "@streambot", "@streambot", thread_ts=root["ts"])

    assert answer.text != GREETING
    assert "which printer takes A3?" in read(house)


async def test_a_bare_mention_in_a_direct_conversation_asks_the_model_to_answer_it(house):
    """As in a thread. Before anything was said it is a hello, however often."""
    hellos = [await house.ask("alice", "@streambot", "@streambot") for _ in range(2)]
    house.model.enqueue(Reply(["Two do."]), Reply(["The left one."]))
    await house.ask("alice", "@streambot", "which printer takes A3?")
    answer = await house.ask("alice", "@streambot", "@streambot")

    assert [(hello.text, hello.buttons) for hello in hellos] == [(GREETING, [])] * 2
    assert (answer.text, answer.buttons) == ("The left one.", AGAIN)
    assert [message["content"] for message in house.prompts[-1][-3:]] == [
        "which printer takes A3?",
        "Two do.",
        "(mentions you and says nothing else: answer what is asked above)",
    ]


async def test_a_bare_mention_can_be_asked_again(house):
    """It is a question: its answer has buttons, and Regenerate reads the thread anew."""
    root = await house.say("bob", "general", "Which of the two printers takes A3?")
    answer = await house.ask("alice", "general", "@streambot", thread_ts=root["ts"])
    await house.press("alice", answer, AGAIN[0])
    await house.model.arrival(2)
    await house.idle()

    assert [len(house.prompts), "takes A3?" in read(house)] == [2, True]


async def test_a_bare_mention_below_a_thread_that_cannot_be_read_is_no_hello(house):
    """The model is asked all the same, and whoever reads the answer is told what it did not see."""
    root = await house.say("bob", "general", "Which of the two printers takes A3?")
    house.slack.faults.fail("conversations.replies", "internal_error", times=2)
    answer = await house.ask("alice", "general", "@streambot", thread_ts=root["ts"])

    assert answer.text != GREETING
    assert answer.notices == ["Not seen by the model: what was said before the question."]


@pytest.mark.parametrize("channel", ["general", "@streambot"])
async def test_with_a_file_a_bare_mention_asks_about_the_file(house, channel):
    answer = await house.ask("alice", channel, "@streambot", attach=[("minutes.txt", b"1. Tea")])

    assert answer.text != GREETING
    assert "minutes.txt" in read(house)


SEEN = "(shared a file: minutes.txt)"
MINUTES = {"attach": [("minutes.txt", b"1. Tea")]}


def habits(house, **values):
    """How Slack's events come from now on."""
    for name, value in values.items():
        assert getattr(house.slack.delivery.announcements, name) != value
        setattr(house.slack.delivery.announcements, name, value)


@pytest.mark.parametrize("text", ["@streambot what is this?", "@streambot"])
@pytest.mark.parametrize(
    "values",
    [
        {"thin_mentions": True},
        {"thin_mentions": True, "message_first": True},
        {"thin_mentions": True, "apart": 0.5},
        {"thin_mentions": True, "no_message": True},
        {"no_mention": True},
        {"message_first": True, "apart": 0.2},
    ],
    ids=str,
)
async def test_files_are_seen_whichever_event_has_them(house, values, text):
    """Also where the event that has them comes too late, or not at all: then Slack is asked."""
    habits(house, **values)
    question = await house.say("alice", "general", text, **MINUTES)
    answer = await house.ended(question)
    await house.acknowledged()
    await house.idle()

    assert SEEN in read(house)
    assert answer.text != GREETING
    assert house.answered == [question["ts"]]
    assert len(house.prompts) == 1


async def test_a_thin_mention_without_its_message_is_a_greeting_if_nothing_came_with_it(house):
    habits(house, thin_mentions=True, no_message=True)
    answer = await house.ask("alice", "general", "@streambot")

    assert (answer.text, house.prompts) == (GREETING, [])


async def test_where_slack_does_not_say_what_came_the_text_is_answered(house):
    """Nobody is told of something unseen that may not be there."""
    habits(house, thin_mentions=True, no_message=True)
    house.slack.faults.fail("conversations.replies", "internal_error", times=4)
    answer = await house.ask("alice", "general", "@streambot what is this?")
    hello = await house.ask("alice", "general", "@streambot")

    assert "what is this?" in read(house)
    assert "could be read" not in house.prompts[-1][0]["content"]
    assert (answer.notices, hello.text) == ([], GREETING)


async def test_both_events_cost_no_call_where_text_is_all_that_came(house):
    """Slack counts these calls for the whole workspace."""
    await house.ask("alice", "general", "@streambot why?")

    assert house.calls("conversations.replies") == []


async def test_files_that_follow_before_the_prompt_is_built_belong_to_the_question(house):
    """Its first events are said to have all; while the placeholder is posted, more is added."""
    habits(house, late_files=0.1)
    house.slack.faults.hold("chat.postMessage", 0.6)
    await house.ask("alice", "general", "@streambot what is this?", **MINUTES)
    await house.acknowledged()

    assert SEEN in read(house)
    assert len(house.prompts) == 1


async def test_files_that_a_second_event_of_the_same_kind_brings_belong_to_the_question(house):
    """The same message once more, with the files that the first event lacked."""
    workspace, slack = house.slack.workspace, house.slack
    workspace.subscriptions.clear()
    slack.faults.hold("chat.postMessage", 0.6)
    question = await house.say("alice", "general", "@streambot what is this?", **MINUTES)
    where = {"channel": question["where"], "channel_type": "channel", "event_ts": question["ts"]}
    event = {key: value for key, value in question.items() if key != "where"} | where
    slack.emit({key: value for key, value in event.items() if key not in {"files", "subtype"}})
    slack.emit(event)
    await house.ended(question)

    assert SEEN in read(house)
    assert house.answered == [question["ts"]]


async def test_files_that_follow_later_change_nothing(house):
    """The question is being answered: it is an edit, and no question of its own."""
    habits(house, late_files=0.5)
    pieces = Held("Once ", after=["upon a time"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot a story", **MINUTES)
    await house.begun(question, "Once")
    log = house.slack.delivery.log
    await house.slack.wait_for(lambda: any(each.event.get("hidden") for each in log))
    pieces.release()
    answer = await house.ended(question)
    await house.acknowledged()

    assert (answer.text, house.answered) == ("Once upon a time", [question["ts"]])
    assert len(house.prompts) == 1
