"""Two bots on one database: each answers what it was asked, and nothing else."""

import pytest
from pydantic import SecretStr

from bot.playground.model.scripted_reply import Reply
from bot.playground.workspace.people import App
from bot.playground.workspace.workspace import Workspace
from tests.database import database
from tests.e2e.house import AGAIN, Held, open_house, run_bot

OTHER = App("U0OTHERBOT", "B0OTHERBOT", "A0OTHERBOT", "Other Bot")


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request, tmp_path):
    async with database(request.param, tmp_path) as found:
        yield found


async def test_what_one_bot_leaves_behind_waits_for_it(url):
    """The other one, in the same workspace, could edit nothing of it."""
    shared = {"database_url": SecretStr(url), "bot_lease_seconds": 1.0, "bot_drain_seconds": 1.0}
    async with open_house(bot=False, **shared) as one:
        pieces = Held("Half ", after=["and half"])
        one.model.enqueue(Reply(pieces), Reply(["All of it."]))
        async with run_bot(one):
            question = await one.say("alice", "general", "@streambot go")
            await one.begun(question, "Half")
        async with open_house(workspace=Workspace.demo(bot=OTHER), **shared) as other:
            other.model.enqueue(Reply(["Mine."]))
            asked = await other.ask("alice", "general", f"<@{OTHER.user_id}> go")
            assert asked.text == "Mine."
            await other.idle()

            # What goes out now goes to the other Slack: it knows no such message.
            assert other.calls("chat.update", "chat.postMessage")
            assert question["ts"] not in other.answered
            assert len(other.prompts) == 1
        pieces.release()
        async with run_bot(one):
            await one.slack.wait_for(lambda: one.answer(question).text == "All of it.")
            answer = await one.ended(question)
            assert answer.buttons == AGAIN
