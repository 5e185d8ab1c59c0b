"""AskAgain: who may ask which turn again, and what becomes of it."""

from dataclasses import replace

import pytest

from bot.core.turns import Again, ClickOutcome, TurnRecord, TurnState
from bot.errors import StoreError
from bot.slack.actions.ask_again import AskAgain

ALICE, BOB = "U0ALICE", "U0BOB"


class Records:
    """The part of a journal that knows ended turns. `record` is what it knows of any of them."""

    def __init__(self):
        self.record = TurnRecord(ALICE, 0, TurnState.DELIVERED)
        self.reopened = []
        self.reopens = True
        self.error = None
        self.looks = []

    async def find(self, key):
        if self.error:
            raise self.error
        return self.looks.pop() if self.looks else self.record

    async def reopen(self, turn, again):
        self.reopened.append((turn, again))
        return self.reopens.pop(0) if isinstance(self.reopens, list) else self.reopens


class Stage:
    """A question in a small Slack, and the button below its answer."""

    def __init__(self, slack, api, identity):
        self.slack = slack
        self.journal = Records()
        self.budget = api.budget
        self.submitted = []
        self.deleted = []
        bot = identity.bot_user
        self.ask_again = AskAgain(api, self.journal, bot, self.submit, self.delete)

    def submit(self, turn):
        self.submitted.append(turn.key)

    async def delete(self, *where):
        self.deleted.append(where)

    async def ask(self, text="@streambot why?", who="alice"):
        said = await self.slack.say(who, "general", text)
        channel = self.slack.workspace.channel("general").id
        self.key = (self.slack.workspace.team_id, channel, said["ts"])

    async def click(self, user=ALICE, round_=0, again=Again.WHOLE):
        return await self.ask_again.again(self.key, round_, user, again)


@pytest.fixture
async def stage(slack, api, identity):
    stage = Stage(slack, api, identity)
    await stage.ask()
    return stage


@pytest.mark.parametrize("again", Again)
async def test_the_asker_opens_the_next_round_of_the_question_as_slack_has_it(stage, again):
    stage.journal.record = TurnRecord(ALICE, 2, TurnState.FAILED)

    assert await stage.click(round_=2, again=again) == ClickOutcome.STARTED
    ((turn, how),) = stage.journal.reopened
    assert (turn.key, turn.user, turn.text) == (stage.key, ALICE, "why?")
    assert (turn.round, how) == (3, again)
    assert stage.submitted == [stage.key]


@pytest.mark.parametrize(
    ("record", "user", "outcome"),
    [
        (None, ALICE, ClickOutcome.FORGOTTEN),
        (TurnRecord(ALICE, 0, TurnState.DELIVERED), BOB, ClickOutcome.NOT_YOURS),
        (TurnRecord(ALICE, 0, TurnState.ANSWERING), ALICE, ClickOutcome.ASKED),
        (TurnRecord(ALICE, 1, TurnState.DELIVERED), ALICE, ClickOutcome.ASKED),
        (TurnRecord(ALICE, 0, TurnState.CLOSING, gone=True), ALICE, ClickOutcome.UNREADABLE),
        (TurnRecord(ALICE, 0, TurnState.DELIVERED, gone=True), BOB, ClickOutcome.NOT_YOURS),
    ],
    ids=["forgotten", "not yours", "still answered", "older round", "gone", "gone, not yours"],
)
async def test_a_click_without_effect_reads_nothing(stage, slack, record, user, outcome):
    stage.journal.record = record
    before = len(slack.calls)

    assert await stage.click(user) == outcome
    assert len(slack.calls) == before
    assert stage.submitted == []


async def test_of_two_clicks_at_once_one_opens_it(stage):
    stage.journal.reopens = False

    assert await stage.click() == ClickOutcome.ASKED
    assert stage.submitted == []


async def test_a_click_during_a_second_look_waits_until_it_is_over(stage):
    stage.journal.looks = [TurnRecord(ALICE, 0, TurnState.LOOKING)] * 2

    assert await stage.click() == ClickOutcome.STARTED
    assert stage.journal.looks == []
    assert stage.submitted == [stage.key]


async def test_a_second_look_that_begins_while_the_question_is_read_is_waited_for(stage):
    stage.journal.reopens = [False, True]

    assert await stage.click() == ClickOutcome.STARTED
    assert len(stage.journal.reopened) == 2


async def test_a_second_look_that_takes_long_is_not_called_an_answer(stage):
    stage.journal.record = TurnRecord(ALICE, 0, TurnState.LOOKING)
    stage.ask_again = replace(stage.ask_again, pauses=(0.01, 0.01))

    assert await stage.click() == ClickOutcome.UNAVAILABLE
    assert stage.journal.reopened == []


async def test_a_question_that_was_deleted_cannot_be_asked_again(stage):
    stage.key = (*stage.key[:2], "1700000000.000001")

    assert await stage.click() == ClickOutcome.UNREADABLE
    assert stage.journal.reopened == []


async def test_what_somebody_else_said_is_not_asked_in_ones_name(stage):
    """The journal and Slack disagree about who asked: then nobody did."""
    await stage.ask(who="bob")

    assert await stage.click() == ClickOutcome.UNREADABLE


@pytest.mark.parametrize(
    ("error", "outcome"),
    [("channel_not_found", ClickOutcome.UNREADABLE), ("internal_error", ClickOutcome.UNAVAILABLE)],
)
async def test_a_slack_that_does_not_show_it_is_told_apart(stage, slack, error, outcome):
    slack.faults.fail("conversations.replies", error, times=2)

    assert await stage.click() == outcome


async def test_a_refusal_is_reported_to_the_budget(stage, slack):
    slack.faults.refuse("conversations.replies", retry_after=17)

    assert await stage.click() == ClickOutcome.UNAVAILABLE
    assert stage.budget.refusals == [17.0]


async def test_a_read_that_failed_is_repeated_once(stage, slack):
    await stage.ask()
    slack.faults.fail("conversations.replies", "internal_error")

    assert await stage.click() == ClickOutcome.STARTED


async def test_a_journal_that_does_not_answer_is_an_error(stage):
    stage.journal.error = StoreError("down")
    with pytest.raises(StoreError):
        await stage.click()
