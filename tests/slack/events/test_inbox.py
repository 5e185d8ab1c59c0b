"""The inbox: committed before acknowledged, each question once."""

import asyncio

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.errors import StoreError
from bot.slack.authorize import build_app
from bot.slack.events.inbox import COMMIT_TIMEOUT, TURN, NotAccepted, open_inbox
from tests.fakes import Inbox
from tests.slack.bolt import IDENTITY
from tests.slack.events.test_turns import QUESTIONS, TS, grown
from tests.slack.payloads import BOT_USER, payload


class Listening:
    """Bolt with an inbox, a listener that notes what it finds, and an error handler that does."""

    def __init__(self, client, journal):
        self.found = []
        self.errors = []
        self.app = build_app(IDENTITY, client)
        self.deleted = []
        self.error = None
        open_inbox(self.app, journal, BOT_USER, self.note)

        async def listener(context):
            self.found.append(context[TURN])

        async def on_error(error):
            self.errors.append(error)

        self.app.event("app_mention")(listener)
        self.app.event("message")(listener)
        self.app.event("reaction_added")(listener)
        self.app.error(on_error)

    async def note(self, *where):
        if self.error:
            raise self.error
        self.deleted.append(where)

    async def dispatch(self, name):
        body = payload(name) if isinstance(name, str) else name
        request = AsyncBoltRequest(body=body, mode="socket_mode")
        response = await self.app.async_dispatch(request)
        await asyncio.sleep(0.01)  # Bolt starts the listener in a task of its own
        return response.status


async def test_a_question_is_in_the_journal_when_its_listener_runs(client):
    journal = Inbox()
    listening = Listening(client, journal)

    assert await listening.dispatch("app_mention") == 200
    assert listening.found == [QUESTIONS["app_mention"]]
    assert list(journal.turns.values()) == listening.found


async def test_a_duplicate_is_acknowledged_and_reaches_no_listener(client):
    listening = Listening(client, Inbox())
    statuses = [await listening.dispatch("app_mention") for _ in range(2)]

    assert statuses == [200, 200]
    assert len(listening.found) == 1


async def test_what_is_no_question_reaches_its_listener_without_a_turn(client):
    journal = Inbox()
    listening = Listening(client, journal)
    await listening.dispatch("reaction_added")

    assert listening.found == [None]
    assert journal.turns == {}


class Stuck:
    """A journal that fails, or takes `seconds`."""

    def __init__(self, error=None, seconds=0.0):
        self.error = error
        self.seconds = seconds

    async def accept(self, turn):
        await asyncio.sleep(self.seconds)
        raise self.error

    async def amend(self, turn):
        await self.accept(turn)


@pytest.mark.parametrize("journal", [Stuck(OSError("disk full")), Stuck(seconds=60)])
async def test_what_is_not_committed_in_time_is_an_error_and_reaches_no_listener(client, journal):
    listening = Listening(client, journal)
    async with asyncio.timeout(COMMIT_TIMEOUT + 2):
        await listening.dispatch("app_mention")

    assert [type(error) for error in listening.errors] == [NotAccepted]
    assert listening.found == []


async def test_a_deletion_is_noted_before_it_is_acknowledged(client):
    listening = Listening(client, Inbox())
    gone = payload("message_deleted")["event"]

    assert await listening.dispatch("message_deleted") == 200
    ((*where, question),) = listening.deleted
    assert where == ["T01TEAM", gone["channel"], gone["deleted_ts"]]
    assert question.text == "why is the sky blue?"
    assert listening.found == [None]


async def test_files_that_follow_are_noted_before_they_are_acknowledged(client):
    journal = Inbox()
    listening = Listening(client, journal)

    assert await listening.dispatch(grown(files=[{"id": "F0LATE"}])) == 200
    assert [(turn.ts, turn.has_more) for turn in journal.added] == [(TS, True)]
    assert journal.turns == {}


@pytest.mark.parametrize("journal", [Stuck(StoreError("closed")), Stuck(seconds=60)])
async def test_files_that_cannot_be_noted_are_to_be_told_again(client, journal):
    listening = Listening(client, journal)

    assert await listening.dispatch(grown(files=[{"id": "F0LATE"}])) == 500
    assert listening.found == []


@pytest.mark.parametrize("error", [StoreError("closed"), TimeoutError()])
async def test_a_deletion_that_cannot_be_noted_is_to_be_told_again(client, error):
    """The store is down or being closed: no bug, and no listener hears of it."""
    listening = Listening(client, Inbox())
    listening.error = error
    with capture_logs() as logs:
        assert await listening.dispatch("message_deleted") == 500

    assert [(each["event"], each["log_level"]) for each in logs] == [
        ("deletion not noted", "warning")
    ]
    assert listening.found == []


def test_slack_still_waits_when_the_journal_is_given_up():
    """Docs: Slack waits three seconds for an acknowledgement."""
    assert COMMIT_TIMEOUT < 3
