"""No word from outside is in the log: canaries in what PostgreSQL says of its errors."""

from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.playground.model.scripted_reply import Reply
from tests.canaries.house import CANARY, CODE, FEW_LOGS, WORDS, written
from tests.database import connected, postgres_schema
from tests.e2e.house import Held

WHEN = {"insert": "BEFORE INSERT", "update": "BEFORE UPDATE", "commit": "AFTER INSERT"}
"""A question is accepted; it is claimed and answered; its transaction is committed."""

STATES = ("P0001", "23514", "42P01", "22021", "40001", "57014", "XX000", "28P01")
"""SQLSTATEs that are tried again, that settings cause, that are nobody's: of most classes."""

COLUMNS = ("text", "state", "lease_until")
"""Without them a statement cannot be prepared, and the server quotes it."""

UNFIT = (f"{WORDS}\x00{CODE}", f"{WORDS} \ud800 {CODE}")
"""Texts that PostgreSQL, or its driver, does not take; both quote them."""


def raising(schema, state, when):
    """SQL for a trigger that says a canary in everything that an error consists of."""
    deferred = "INITIALLY DEFERRED" if when == "commit" else ""
    return f"""
        CREATE OR REPLACE FUNCTION {schema}.{CODE}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE WARNING '{WORDS}';
            RAISE NOTICE USING MESSAGE = '{WORDS}', DETAIL = '{WORDS}';
            RAISE EXCEPTION USING MESSAGE = '{WORDS}: ' || NEW.text, DETAIL = NEW.text,
                HINT = '{WORDS}', ERRCODE = '{state}', COLUMN = '{CODE}', CONSTRAINT = '{CODE}',
                DATATYPE = '{CODE}', TABLE = '{CODE}', SCHEMA = '{CODE}';
        END $$;
        CREATE {"CONSTRAINT" if deferred else ""} TRIGGER {CODE} {WHEN[when]} ON {schema}.turns
            {deferred} FOR EACH ROW EXECUTE FUNCTION {schema}.{CODE}();
    """


class Trouble:
    """Does to a database what makes it fail, and undoes that."""

    def __init__(self, server, schema):
        self.server = server
        self.schema = schema
        self.turns = f"{schema}.turns"

    @asynccontextmanager
    async def says(self, state, when):
        await self.server.execute(raising(self.schema, state, when))
        yield
        await self.server.execute(f"DROP TRIGGER {CODE} ON {self.turns}")

    @asynccontextmanager
    async def forbids_all(self):
        """The failing row stands in the message."""
        await self.server.execute(
            f"ALTER TABLE {self.turns} ADD CONSTRAINT {CODE} CHECK (text IS NULL) NOT VALID"
        )
        yield
        await self.server.execute(f"ALTER TABLE {self.turns} DROP CONSTRAINT {CODE}")

    @asynccontextmanager
    async def lacks(self, column):
        await self.server.execute(f"ALTER TABLE {self.turns} RENAME {column} TO {CODE}")
        yield
        await self.server.execute(f"ALTER TABLE {self.turns} RENAME {CODE} TO {column}")


@asynccontextmanager
async def troubled():
    async with postgres_schema() as url:
        server = await connected()
        try:
            yield SecretStr(url), Trouble(server, url.rpartition("%3D")[2])
        finally:
            await server.close()


async def heard(house, text):
    """Somebody asks, and Slack has told of it as often as it does."""
    question = await house.say("alice", "general", f"@streambot {text}")
    await house.slack.wait_for(told_all(house))
    return question


def told_all(house):
    return lambda: all(each.outcome for each in house.slack.delivery.log)


@FEW_LOGS
async def test_it_does_not_accept_a_question(form, level):
    async with troubled() as (url, trouble):

        async def ask(house):
            for state in STATES:
                async with trouble.says(state, "insert"):
                    await heard(house, WORDS)
            async with trouble.says("P0001", "commit"):
                await heard(house, WORDS)
            async with trouble.forbids_all():
                await heard(house, WORDS)

        log = await written(form, level, ask, url=url, transport="http")

    assert CANARY not in log
    assert "question not accepted" in log


@FEW_LOGS
async def test_it_does_not_take_what_was_written(form, level):
    """In the question, or in the answer."""
    async with troubled() as (url, _):

        async def ask(house):
            for text in UNFIT:
                await heard(house, text)
                house.model.enqueue(Reply([f"{text} "] * 3))
                await house.ask("alice", "general", f"@streambot {WORDS}")

        log = await written(form, level, ask, url=url, transport="http")

    assert CANARY not in log


@FEW_LOGS
async def test_it_fails_while_an_answer_is_written(form, level):
    """Whatever the journal is told of: the claim, the messages, the ending."""
    async with troubled() as (url, trouble):

        async def ask(house):
            for state in ("23505", "XX000"):
                async with trouble.says(state, "update"):
                    await heard(house, WORDS)
                    await house.idle()
            pieces = Held(f"{WORDS} ", after=[WORDS])
            house.model.enqueue(Reply(pieces))
            question = await heard(house, WORDS)
            await house.begun(question, WORDS)
            async with trouble.says("22021", "update"):
                pieces.release()
                await house.slack.wait_for(lambda: house.answer(question).buttons == ["regenerate"])
            await house.ended(question)

        log = await written(form, level, ask, url=url, transport="http")

    assert CANARY not in log
    assert ("turn put off" in log) is (level != "error")


@FEW_LOGS
@pytest.mark.parametrize("column", COLUMNS)
async def test_it_lacks_what_a_statement_names(form, level, column):
    async with troubled() as (url, trouble):

        async def ask(house):
            answer = await house.ask("alice", "general", f"@streambot {WORDS}")
            async with trouble.lacks(column):
                await heard(house, WORDS)
                await house.press("alice", answer, "regenerate")
                await house.slack.delete("general", answer.question["ts"])
                await house.slack.wait_for(told_all(house))

        log = await written(form, level, ask, url=url, transport="http")

    assert CANARY not in log
    assert "question not accepted" in log
