"""Repairs: which message is repaired, by whom, and what becomes of one that fails."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.core.turns import Repair, TurnRecord, TurnState
from bot.core.types import Lease
from bot.engine.repairs import Repairs
from bot.errors import SlackRejected, SlackUnknown, StoreError
from tests.fakes import turn

KEY = turn().key
ENDED = TurnRecord("U1", 0, TurnState.DELIVERED, fence=4)


class Records:
    """The part of a journal that knows one ended turn."""

    def __init__(self):
        self.record = ENDED
        self.owes_look = False
        self.fence = ENDED.fence
        self.error = None
        self.repairs = []
        self.over = []

    async def find(self, key):
        if self.error:
            raise self.error
        return self.record

    async def look_now(self, key):
        return self.owes_look

    async def repair(self, key):
        if self.repairs != self.over:
            return None
        self.fence += 1
        self.repairs.append(Repair(turn(text=""), Lease(key, self.fence), "r", ("5.1",)))
        return self.repairs[-1]

    async def repaired(self, repair):
        self.over.append(repair)


class Wall:
    """Messages that look live, unless they are `honest`."""

    def __init__(self):
        self.honest = False
        self.mended = []
        self.found = []
        self.error = None
        self.seconds = 0.0
        self.meanwhile = lambda: None

    async def find(self, key, round_, ts):
        self.found.append((key, round_, ts))
        self.meanwhile()
        return None if self.honest else {"ts": ts}

    async def mend(self, repair, message, may_send):
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        self.mended.append((repair.turn.key, message["ts"], may_send()))


class Stage:
    def __init__(self, seconds=10.0):
        self.journal, self.wall = Records(), Wall()
        self.repairs = Repairs(self.journal, self.wall, seconds)

    async def press(self, times=1):
        with capture_logs() as logs:
            for _ in range(times):
                self.repairs.pressed(KEY, "5.1")
            assert await self.repairs._tasks.drain(20)
        return [entry["event"] for entry in logs]


async def test_a_message_that_looks_live_is_mended_while_nobody_else_may_write():
    stage = Stage()

    assert await stage.press() == ["message repaired"]
    assert stage.wall.found == [(KEY, 0, "5.1")]
    assert stage.wall.mended == [(KEY, "5.1", True)]
    assert stage.journal.over == stage.journal.repairs


@pytest.mark.parametrize(
    "record",
    [None, TurnRecord("U1", 0, TurnState.ANSWERING), TurnRecord("U1", 0, TurnState.LOOKING)],
)
async def test_what_is_not_over_is_not_even_read(record):
    stage = Stage()
    stage.journal.record = record

    assert await stage.press() == []
    assert stage.wall.found == []


async def test_what_looks_ended_is_left():
    stage = Stage()
    stage.wall.honest = True

    assert await stage.press() == []
    assert stage.journal.repairs == []


async def test_while_a_look_is_owed_that_repairs_it_with_its_words():
    stage = Stage()
    stage.journal.owes_look = True

    assert await stage.press() == []
    assert stage.journal.repairs == []


async def test_two_presses_here_are_one_repair():
    stage = Stage()
    stage.wall.seconds = 0.05

    assert await stage.press(times=2) == ["message repaired"]
    assert len(stage.wall.found) == 1


async def test_whoever_has_the_right_already_is_not_disturbed():
    stage = Stage()
    await stage.journal.repair(KEY)

    assert await stage.press() == []
    assert stage.wall.mended == []


async def test_what_was_read_before_somebody_else_wrote_is_not_written_over():
    """A round, a look or another repair has come and gone since."""
    stage = Stage()

    def fence_grows():
        stage.journal.fence += 1

    stage.wall.meanwhile = fence_grows

    assert await stage.press() == []
    assert stage.wall.mended == []
    assert stage.journal.over == stage.journal.repairs


async def test_a_call_is_given_up_with_the_lease():
    stage = Stage(seconds=0.1)
    stage.wall.seconds = 60.0

    assert await stage.press() == ["message not repaired"]
    assert stage.journal.over == stage.journal.repairs


@pytest.mark.parametrize(
    "error", [SlackUnknown("lost"), SlackRejected("chat.update", "is_archived")]
)
async def test_what_slack_does_not_take_may_be_tried_by_the_next_press(error):
    stage = Stage()
    stage.wall.error = error
    assert await stage.press() == ["message not repaired"]
    stage.wall.error, stage.journal.record = None, TurnRecord("U1", 0, TurnState.FAILED, fence=5)

    assert await stage.press() == ["message repaired"]


async def test_a_journal_that_does_not_answer_is_no_error_of_the_press():
    stage = Stage()
    stage.journal.error = StoreError("down")

    assert await stage.press() == ["message not repaired"]
