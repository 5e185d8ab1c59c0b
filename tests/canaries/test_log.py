"""No word from outside is in the log: canaries that the endpoint, Slack and people send."""

import logging
import sqlite3
from contextlib import closing

from bot.playground.model.scripted_reply import Reply, error_body, sse
from tests.canaries.house import CANARY, CODE, LOGS, WORDS, written

ENDPOINT = {
    "message": Reply.error(400, WORDS),
    "code": Reply.error(403, WORDS, CODE),
    "parameter": Reply(status=422, body=error_body(WORDS, param=CODE, kind=CODE)),
    "page": Reply(status=502, body=f"<html>{WORDS}</html>"),
    "no JSON": Reply.raw(f"data: {WORDS}\n\n".encode()),
    "no event stream": Reply(status=200, body=WORDS),
    "error inside": Reply.raw(sse(error_body(WORDS, code=CODE))),
    "finish reason": Reply(["Half "], finish_reason=CODE),
    "redirect": Reply(status=302, headers={"Location": f"https://{CANARY}.example/"}, body=WORDS),
    "pause": Reply(status=429, headers={"Retry-After": CANARY}, body=error_body(WORDS, code=CODE)),
    "shape": Reply.raw(sse({"choices": {CANARY: WORDS}})),
}

SLACK = ["users.info", "chat.update", "chat.postMessage"]


@LOGS
async def test_an_endpoint_says_odd_things(form, level):
    async def ask(house):
        for reply in ENDPOINT.values():
            house.model.enqueue(*[reply] * 3)
            await house.ask("alice", "general", f"@streambot {WORDS}")
            house.model._queue.clear()

    log = await written(form, level, ask)

    assert CANARY not in log
    assert ("answer failed" in log) is (level != "error")


@LOGS
async def test_slack_says_odd_things(form, level):
    async def ask(house):
        for method in SLACK:
            house.slack.faults.fail(method, CODE)
            house.model.enqueue(Reply([f"{WORDS} "] * 20))
            question = await house.say("alice", "general", f"@streambot {WORDS}")
            await house.slack.wait_for(lambda method=method: house.calls(method))
            await house.idle(question["ts"])
            house.slack.faults.clear()
        house.slack.emit({"type": f"{CANARY}_event", "text": WORDS})
        await house.acknowledged()
        await house.slack.sockets.disconnect(CODE)
        await house.slack.wait_for(lambda: len(house.slack.sockets))

    log = await written(form, level, ask)

    assert CANARY not in log
    assert ("not handled" in log) is (level in {"debug", "info"})


class Broken:
    """A model with a bug, whose exceptions quote what it was asked."""

    def __init__(self, model):
        self.model = model

    def stream(self, prompt):
        try:
            raise KeyError(prompt[-1])  # noqa: TRY301
        except KeyError as error:
            raise ValueError(WORDS) from error


@LOGS
async def test_a_bug_quotes_what_people_wrote(form, level):
    async def ask(house):
        await house.ask("alice", "general", f"@streambot {WORDS}")
        logging.getLogger("slack_bolt").error("%s", WORDS)
        logging.getLogger("aiohttp").error("no", exc_info=OSError(2, WORDS, WORDS))

    log = await written(form, level, ask, model=Broken)

    assert CANARY not in log
    assert "ValueError" in log
    assert "KeyError" in log


@LOGS
async def test_a_database_quotes_what_people_wrote(form, level):
    """Its error names a table and a value."""

    async def ask(house):
        path = house.settings.database_url.get_secret_value().removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(
                "CREATE TRIGGER t BEFORE INSERT ON turns "
                f"BEGIN SELECT RAISE(ABORT, 'no such table: {WORDS}'); END"
            )
        await house.say("alice", "general", f"@streambot {WORDS}")
        await house.slack.wait_for(lambda: house.slack.delivery.log[-1].outcome)
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("DROP TRIGGER t")

    log = await written(form, level, ask, transport="http")

    assert CANARY not in log
    assert "question not accepted" in log
