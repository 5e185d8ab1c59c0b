"""Answers that are too long for messages: the rest comes as a file, once, whatever happens."""

import asyncio

from bot.playground.model.scripted_reply import Reply
from bot.strings import ENGLISH
from tests.e2e.house import open_house, run_bot

COMPLETE, URL = "files.completeUploadExternal", "files.getUploadURLExternal"
LONG = "\n\n".join(f"Paragraph {number}: " + "word " * 60 for number in range(200))


def files(house, question):
    """Name and content of every file in the thread."""
    messages = house.slack.workspace.messages(question["where"])
    found = [each for m in messages if m.get("thread_ts") for each in m.get("files") or ()]
    return [(each["title"], house.slack.backend.contents[each["id"]].decode()) for each in found]


async def test_the_whole_answer_comes_as_a_file():
    async with open_house() as house:
        house.model.enqueue(Reply([LONG]))
        answer = await house.ask("alice", "general", "@streambot a very long story")

        assert len(answer.messages) == 5
        assert answer.notices == [ENGLISH.goes_on_in_file]
        assert files(house, answer.question) == [("answer.md", LONG)]


async def test_without_the_scope_it_says_that_it_is_shortened():
    async with open_house(bot=False) as house:
        house.slack.backend.scopes.discard("files:write")
        async with run_bot(house):
            house.model.enqueue(Reply([LONG]))
            answer = await house.ask("alice", "general", "@streambot a very long story")

        assert answer.notices == [ENGLISH.incomplete.format(sentence=ENGLISH.shortened)]
        assert house.calls(URL) == []


async def test_a_process_that_ends_after_the_file_leaves_one_file():
    """The next one finds it in the thread, before it writes the last words."""
    async with open_house(bot=False, bot_drain_seconds=1.0) as house:
        house.model.enqueue(Reply([LONG]))
        async with run_bot(house):
            question = await house.say("alice", "general", "@streambot a very long story")
            house.slack.faults.lose(COMPLETE)
            house.slack.faults.fail("conversations.replies", 503, times=1000)
            await house.slack.wait_for(lambda: files(house, question), timeout=20)
            await asyncio.sleep(0.1)
        house.slack.faults.clear()
        async with run_bot(house):
            answer = await house.ended(question)

        assert files(house, answer.question) == [("answer.md", LONG)]
        assert answer.notices == [ENGLISH.goes_on_in_file]
        assert len(house.model.requests) == 1


async def test_a_table_for_spreadsheets():
    rows = "\n".join(f"| {number} | value {number} |" for number in range(200))
    async with open_house() as house:
        house.model.enqueue(Reply(["Here:\n\n| n | v |\n|---|---|\n", rows, "\n\nDone."]))
        answer = await house.ask("alice", "@streambot", "a long table")
        shared = [
            m for m in house.slack.workspace.messages(answer.question["where"]) if "files" in m
        ]

        assert [file["title"] for message in shared for file in message["files"]] == ["table-1.csv"]
        assert "table-1.csv" in answer.text
        assert answer.text.endswith("Done.")
