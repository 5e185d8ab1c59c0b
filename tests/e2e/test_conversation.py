"""The main job: a question comes in, the answer grows in Slack, the model sees the conversation."""

import re
from dataclasses import replace

import pytest

from bot.playground.api.rate_limits import RateLimits
from bot.playground.faults import Fault
from bot.playground.model.scripted_reply import Reply
from bot.strings import ENGLISH, JAPANESE
from tests.e2e.house import AGAIN, BOTH, Held, open_house
from tests.shown import flat, partial

both = pytest.mark.parametrize("transport", BOTH)


def said(prompt):
    """A prompt without its system message, as pairs."""
    return [(message["role"], message["content"]) for message in prompt[1:]]


def elements(answer):
    """What its rich text is made of."""
    rich = [block for block in answer.blocks if block["type"] == "rich_text"]
    return [each for block in rich for section in block["elements"] for each in section["elements"]]


# One answer


@both
async def test_a_mention_is_answered_in_its_thread(house):
    """The answer stands in the thread of the question, whole, and nothing else beside it."""
    house.model.enqueue(Reply(["Hello, ", "**Alice**", "!"]))

    answer = await house.ask("alice", "general", "@streambot hi")

    assert answer.texts == ["Hello, Alice!"]
    assert {"type": "text", "text": "Alice", "style": {"bold": True}} in elements(answer)
    assert answer.messages[0]["thread_ts"] == answer.question["ts"]
    assert (answer.notices, answer.buttons) == ([], AGAIN)


@both
async def test_the_answer_grows(house):
    """What the model has said so far can be read, above a Stop button, before it goes on."""
    pieces = Held("Once ", after=["upon a time"])
    house.model.enqueue(Reply(pieces))
    question = await house.say("alice", "general", "@streambot a story")

    begun = await house.begun(question, "Once")
    pieces.release()
    ended = await house.ended(question)

    assert (begun.text, begun.buttons, begun.notices) == ("Once", ["stop"], [ENGLISH.writing])
    assert (ended.text, ended.buttons) == ("Once upon a time", AGAIN)
    assert begun.ts == ended.ts
    assert "edited" not in ended.messages[0]


async def test_the_placeholder_comes_first(house):
    """It is the first Web API call of the turn: "Thinking …" and a Stop button in the thread."""
    root = await house.say("bob", "general", "Any ideas?")
    house.slack.calls.clear()

    await house.ask("alice", "general", "@streambot you?", thread_ts=root["ts"])

    first, *others = [record.method for record in house.slack.calls]
    placeholder = house.calls("chat.postMessage")[0]
    notice, actions = placeholder["blocks"]
    assert first == "chat.postMessage"
    assert {"conversations.replies", "users.info", "chat.update"} <= set(others)
    assert placeholder["thread_ts"] == root["ts"]
    assert notice["elements"][0]["text"] == ENGLISH.thinking == "Thinking …"
    assert [button["text"]["text"] for button in actions["elements"]] == ["Stop"]


async def test_posts_never_unfurl(house):
    """F057: neither the first message nor a further one asks Slack to fetch links."""
    house.model.enqueue(Reply(["https://example.com " * 500]))

    await house.ask("alice", "general", "@streambot links")

    posts = house.calls("chat.postMessage")
    assert len(posts) > 1
    assert {(post["unfurl_links"], post["unfurl_media"]) for post in posts} == {(False, False)}


async def test_a_long_answer_goes_on(house):
    """What does not fit one message stands in the next ones of the thread: all of it, in order."""
    story = "\n\n".join(f"Paragraph {n}: " + "word " * 60 for n in range(60))
    house.model.enqueue(Reply([story[at : at + 97] for at in range(0, len(story), 97)]))

    answer = await house.ask("alice", "general", "@streambot a long story")

    assert len(story) > 15_000
    assert len(answer.messages) == 3
    assert flat(answer.text) == flat(story)
    assert {message["thread_ts"] for message in answer.messages} == {answer.question["ts"]}
    assert (answer.notices, answer.buttons) == ([], AGAIN)


async def test_an_answer_of_usual_length_is_never_refused():
    """With Slack's limits as published and the settings as they are, no call is too many."""
    usual = {"bot_edit_interval": 1.0, "bot_edits_per_minute": 50, "bot_posts_per_minute": 300}
    async with open_house(limits=RateLimits(), bot_burst=5, **usual) as house:
        house.model.enqueue(Reply(["word "] * 60, speed=100))

        answer = await house.ask("alice", "general", "@streambot hi")

        assert answer.text.count("word") == 60
        assert house.refused == 0


async def test_three_at_once_are_never_refused():
    """They share the workspace's limits: all end in full, without a refused call."""
    rates = {"bot_edits_per_minute": 100, "bot_posts_per_minute": 600, "bot_burst": 5}
    async with open_house(limits=RateLimits(speed=2), bot_edit_interval=0.5, **rates) as house:
        house.model.enqueue(*[Reply(["word "] * 40, speed=80)] * 3)
        asked = [
            await house.say(user, "general", "@streambot hi") for user in ("alice", "bob", "yuki")
        ]

        answers = [await house.ended(question) for question in asked]

        assert [answer.text.count("word") for answer in answers] == [40, 40, 40]
        assert all(answer.buttons == AGAIN for answer in answers)
        assert house.refused == 0


async def test_a_mention_without_text_gets_help(house):
    """Friendly words of our own; the model is not asked."""
    answer = await house.ask("alice", "general", "@streambot")

    assert answer.text == ENGLISH.help.replace("*", "")
    assert "'text': 'Stop', 'style': {'bold': True}" in str(answer.blocks)
    assert answer.buttons == []
    assert house.model.requests == []


async def test_the_help_says_what_is_true(house):
    """In a thread each question needs a mention, and all that was said is read; a DM needs none.

    A group DM needs one, too.
    """
    first = await house.ask("alice", "general", "@streambot hi")
    thread = {"thread_ts": first.question["ts"]}
    unanswered = await house.say("alice", "general", "And then?", **thread)
    again = await house.ask("alice", "general", "@streambot and then?", **thread)
    direct = await house.ask("alice", "@streambot", "And then?")
    unheard = await house.say("alice", "mpdm-alice--bob--streambot-1", "And then?")

    asked = [answer.question["ts"] for answer in (first, again, direct)]
    assert not {unanswered["ts"], unheard["ts"]} & set(house.answered)
    assert sorted(house.answered) == sorted(asked)
    assert "alice: And then?" in str(house.prompts[1])
    assert "mention me again for each question" in ENGLISH.help
    assert "Where only the two of us talk, just write" in ENGLISH.help
    assert "もう一度メンション" in JAPANESE.help
    assert "二人だけのDMでは、そのまま" in JAPANESE.help


async def test_who_is_not_known_yet_is_greeted_in_their_language(house):
    answer = await house.ask("yuki", "general", "@streambot")

    assert answer.text == JAPANESE.help.replace("*", "")


@pytest.mark.parametrize("place", ["general", "@streambot"])
async def test_the_model_can_mention_nobody(house, place):
    """Mentions, mass mentions and disguised links in its answer are dead text everywhere."""
    hostile = "<!channel> <@U0BOB> @here @channel <#C0LEADS> <https://evil.example|slack.com>"
    house.model.enqueue(Reply([hostile]))

    answer = await house.ask("alice", place, "@streambot hi")

    fallbacks = [message["text"] for message in answer.messages]
    assert all("evil.example" in text for text in [answer.text, *fallbacks])
    assert not [text for text in fallbacks if re.search(r"<[!@#h]|@(here|channel)\b", text)]
    assert {element["type"] for element in elements(answer)} == {"text", "link"}
    assert {post["parse"] for post in house.calls("chat.postMessage", "chat.update")} == {"none"}


# What the model is sent


async def test_the_prompt_says_who_and_where(house):
    """The system prompt names the bot and the place; people's names have no say in it."""
    await house.ask("alice", "general", "@streambot hi")
    await house.ask("bob", "@streambot", "hi")

    public, direct = (prompt[0] for prompt in house.prompts)
    assert public["role"] == direct["role"] == "system"
    assert "You are a helpful assistant" in public["content"]
    assert all("Your name here is streambot." in each["content"] for each in (public, direct))
    assert "a thread of a Slack channel" in public["content"]
    assert "a direct message" in direct["content"]
    assert not [name for name in ("alice", "bob") if name in public["content"] + direct["content"]]


async def test_the_system_prompt_is_a_setting():
    """BOT_SYSTEM_PROMPT stands in place of the built-in one; the place is still told."""
    async with open_house(bot_system_prompt="Talk like a pirate.") as house:
        await house.ask("alice", "general", "@streambot hi")

        system = house.prompts[0][0]["content"]
        assert system.startswith("Talk like a pirate.")
        assert "helpful assistant" not in system
        assert "a thread of a Slack channel" in system


@both
async def test_a_second_question_sees_the_first_pair(house):
    """Who asks on in the thread is answered with what was said before, in order and by name."""
    house.model.enqueue(Reply(["Paris."]), Reply(["Two million."]))
    first = await house.ask("alice", "general", "@streambot capital of France?")
    root = first.question["ts"]
    await house.say("bob", "general", "I like it", thread_ts=root)

    await house.ask("yuki", "general", "@streambot how many people?", thread_ts=root)

    assert said(house.prompts[1]) == [
        ("user", "alice: capital of France?"),
        ("assistant", "Paris."),
        ("user", "bob: I like it"),
        ("user", "yuki: how many people?"),
    ]


async def test_notices_are_no_part_of_the_conversation(house):
    """The bot's own earlier answer is sent without what we said beside it."""
    house.model.enqueue(Reply(["Half of"], finish_reason="length"), Reply(["the rest"]))
    first = await house.ask("alice", "general", "@streambot tell me")
    assert first.notices == [partial(ENGLISH.cut)]

    await house.ask("alice", "general", "@streambot go on", thread_ts=first.question["ts"])

    assert said(house.prompts[1])[1] == ("assistant", "Half of")


async def test_an_answer_in_parts_is_one_message_again(house):
    """The model sees its long answer as one message, though Slack holds several."""
    story = "\n\n".join(f"Paragraph {n}: " + "word " * 60 for n in range(40))
    house.model.enqueue(Reply([story]), Reply(["ok"]))
    first = await house.ask("alice", "general", "@streambot a long story")
    assert len(first.messages) == 2

    await house.ask("alice", "general", "@streambot and?", thread_ts=first.question["ts"])

    assert [role for role, _ in said(house.prompts[1])] == ["user", "assistant", "user"]
    assert flat(said(house.prompts[1])[1][1]) == flat(story)


async def test_what_people_typed_is_readable(house):
    """Mentions have names, entities are characters again, mrkdwn is Markdown."""
    await house.ask("alice", "general", "@streambot ask @yuki if 1 < 2 && *3 > 2* is `a & b`")

    ((role, question),) = said(house.prompts[0])
    assert role == "user"
    assert question == "alice: ask @yuki if 1 < 2 && **3 > 2** is `a & b`"


async def test_japanese_goes_both_ways(house):
    """Words and names without a letter of ASCII reach the model and come back whole."""
    users = house.slack.workspace.users
    users["U0YUKI"] = replace(users["U0YUKI"], name="結城 ゆき")
    house.model.enqueue(Reply(list("東京は日本の首都です。🗼")))

    answer = await house.ask("U0YUKI", "general", "@streambot 東京とは？")

    assert answer.text == "東京は日本の首都です。🗼"
    assert said(house.prompts[0]) == [("user", "結城 ゆき: 東京とは？")]


async def test_the_token_budget_keeps_the_newest():
    """A long thread is cut from its beginning; the question asked is always there."""
    async with open_house(bot_context_tokens=500) as house:
        root = await house.say("bob", "general", "The very first words. " + "old " * 400)
        await house.say("bob", "general", "Just before.", thread_ts=root["ts"])

        answer = await house.ask("alice", "general", "@streambot and now?", thread_ts=root["ts"])

        assert answer.notices == ["Not seen by the model: the oldest messages (1)."]
        assert said(house.prompts[0]) == [
            ("user", "bob: Just before."),
            ("user", "alice: and now?"),
        ]
        assert "left out" in house.prompts[0][0]["content"]


async def test_a_read_that_failed_once_loses_nothing(house):
    """It is repeated, and nobody has to know."""
    root = await house.say("bob", "general", "The cat is black.")
    house.slack.faults.fail("conversations.replies", 500)

    answer = await house.ask("alice", "general", "@streambot colour?", thread_ts=root["ts"])

    assert said(house.prompts[0])[0] == ("user", "bob: The cat is black.")
    assert answer.notices == []


def unreadable(method, arguments):
    """The thread; its end from the question on, which buttons read, is readable."""
    whole = method == "conversations.replies" and "oldest" not in arguments
    return Fault(status=500) if whole else None


async def regenerated(house, answer):
    requests = len(house.model.requests)
    await house.press("alice", answer, "regenerate")
    await house.slack.wait_for(lambda: len(house.model.requests) > requests)
    return await house.ended(answer.question)


async def test_what_the_model_was_not_given_is_said_below_the_answer(house):
    """Also when it is asked again; once it could be read, nothing more is said of it."""
    root = await house.say("bob", "general", "The cat is black.")
    house.slack.faults.rule = unreadable
    first = await house.ask("alice", "general", "@streambot colour?", thread_ts=root["ts"])
    second = await regenerated(house, first)
    house.slack.faults.rule = None
    third = await regenerated(house, second)

    missing = ["Not seen by the model: what was said before the question."]
    assert [each.notices for each in (first, second, third)] == [missing, missing, []]


async def test_a_file_in_the_question_is_said_to_be_unseen(house):
    """People see it, so they expect an answer about it."""
    file = {"id": "F1", "name": "chart.png"}
    answer = await house.ask(
        "alice", "@streambot", "what is this?", subtype="file_share", files=[file]
    )

    assert answer.notices == ["Not seen by the model: files and images."]


# Direct messages


@both
async def test_a_direct_message_is_answered_at_top_level(house):
    """Without a mention and without a thread; the next question sees the pair before it."""
    house.model.enqueue(Reply(["Paris."]), Reply(["Two million."]))

    first = await house.ask("alice", "@streambot", "capital of France?")
    second = await house.ask("alice", "@streambot", "how many people?")

    assert not any("thread_ts" in message for message in first.messages + second.messages)
    assert said(house.prompts[1]) == [
        ("user", "capital of France?"),
        ("assistant", "Paris."),
        ("user", "how many people?"),
    ]


async def test_a_thread_in_a_direct_message_is_a_conversation_of_its_own(house):
    """It is answered inside, and neither line sees what only the other one said."""
    house.model.enqueue(Reply(["Paris."]), Reply(["Lyon."]), Reply(["Madrid."]))
    first = await house.ask("alice", "@streambot", "capital of France?")

    inside = await house.ask("alice", "@streambot", "second city?", thread_ts=first.question["ts"])
    await house.ask("alice", "@streambot", "and of Spain?")

    assert inside.messages[0]["thread_ts"] == first.question["ts"]
    threaded, straight = ([text for _, text in said(prompt)] for prompt in house.prompts[1:])
    assert threaded == ["capital of France?", "second city?"]
    assert straight == ["capital of France?", "Paris.", "and of Spain?"]


# Language


async def test_notices_are_in_the_language_of_the_asker(house):
    """From the second write on, when Slack has told where the asker is at home."""
    house.model.enqueue(Reply(["東京"], finish_reason="length"))

    answer = await house.ask("yuki", "general", "@streambot 首都は？")

    assert house.calls("chat.postMessage")[0]["blocks"][0]["elements"][0]["text"] == "Thinking …"
    assert answer.notices == ["未完了：回答が長さの上限に達しました。"]


async def test_the_language_can_be_pinned():
    """BOT_LANGUAGE=ja speaks Japanese to everybody, from the first write on."""
    async with open_house(bot_language="ja") as house:
        house.model.enqueue(Reply(["Tokyo"], finish_reason="length"))

        answer = await house.ask("alice", "general", "@streambot capital?")

        placeholder = house.calls("chat.postMessage")[0]["blocks"]
        assert placeholder[0]["elements"][0]["text"] == "考えています…"
        assert placeholder[1]["elements"][0]["text"]["text"] == "停止"
        assert answer.notices == ["未完了：回答が長さの上限に達しました。"]


async def test_the_log_keeps_no_secret(house):
    """Neither what people write, nor what the model says, nor a key."""
    house.model.enqueue(Reply(["The cat is in the bag."]))

    await house.ask("alice", "general", "@streambot where is my cat-4711?")

    written = repr(house.logs)
    assert "answer ended" in written
    assert not re.search(r"cat-4711|in the bag|sk-e2e|xoxb-|xapp-", written)
