"""Where a process can be made to die, for tests of recovery."""

import signal
import subprocess
import sys

import pytest

from bot.core.types import Call, CallKind, Effect, Finish, FinishReason, Message, TextDelta
from bot.slack.answers.leftovers import LeftoverStep
from bot.store import open_store
from tests.chaos.kill_points import (
    KillableModel,
    KillableSink,
    KillPoint,
    killable_journal,
    wrapping,
)
from tests.environment import ROOT, scrubbed
from tests.fakes import Inbox, Screen, ScriptModel, turn


class Points(KillPoint):
    """Notes what was reached, and lives on."""

    def __init__(self):
        super().__init__("nowhere.before")
        self.reached_points = []

    def reached(self, point):
        self.reached_points.append(point)


@pytest.mark.parametrize(("where", "times"), [("close.after", 1), ("close.after:3", 3)])
def test_it_dies_at_once_at_its_point(where, times):
    """As by kill -9, the so manieth time that it comes there, and nowhere else."""
    code = (
        "from tests.chaos.kill_points import KillPoint\n"
        f"kill_point = KillPoint({where!r})\n"
        "for n in range(1, 9):\n"
        "    kill_point.reached('close.before')\n"
        "    print(n, flush=True)\n"
        "    kill_point.reached('close.after')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env=scrubbed(PYTHONPATH=str(ROOT)),
        capture_output=True,
        check=False,
    )

    assert ended.returncode == -signal.SIGKILL
    assert ended.stdout.split() == [str(n).encode() for n in range(1, times + 1)]


async def test_a_journal_has_a_point_before_and_after_each_commit():
    points = Points()

    assert await killable_journal(Inbox(), points).accept(turn())
    assert points.reached_points == ["accept.before", "accept.after"]


async def test_a_claim_that_was_not_granted_is_no_commit(tmp_path):
    """A search for due turns may find one that ends meanwhile; the second claim gets nothing."""
    points = Points()
    async with open_store(f"sqlite:///{tmp_path}/bot.db", owner="a") as store:
        journal = killable_journal(store, points)
        await journal.accept(turn())
        claim = await journal.claim(turn().key)
        await journal.ended(claim.lease, "complete")
        points.reached_points.clear()

        assert await journal.claim(turn().key) is None
        assert points.reached_points == ["claim.before"]


@pytest.mark.parametrize(
    ("effect", "kind", "name"),
    [
        (Effect.POST, CallKind.LAST, "post"),
        (Effect.EDIT, CallKind.MORE, "update"),
        (Effect.EDIT, CallKind.LAST, "last"),
        (Effect.REMOVE, CallKind.LAST, "delete"),
        (Effect.UPLOAD, CallKind.LAST, "file"),
    ],
)
async def test_a_sink_has_points_by_what_is_done(effect, kind, name):
    points, screen = Points(), Screen()
    sink = KillableSink(screen, points)
    await sink.do(Call(effect, kind, "any", "T1", "C1", draft=("Be", "answering")))

    assert points.reached_points == [f"{name}.before", f"{name}.after"]
    assert sink.posts == screen.posts == ("2.0",)


async def test_taking_buttons_off_is_a_point_of_its_own():
    points = Points()
    step = LeftoverStep("1.0", "any", {})
    call = Call(Effect.EDIT, CallKind.LAST, "any", "T1", "C1", draft=step)
    await KillableSink(Screen(), points).do(call)

    assert points.reached_points == ["buttons.before", "buttons.after"]


async def test_a_model_has_points_around_its_first_words():
    points = Points()
    said = [TextDelta("Be"), TextDelta("cause"), Finish(FinishReason.STOP)]
    model = KillableModel(ScriptModel(said), points)

    assert [event async for event in model.stream([Message("user", "why?")])] == said
    assert points.reached_points == [
        "stream.before",
        "stream.after",
        "token.before",
        "token.after",
    ]


async def test_every_port_that_the_bot_works_with_is_wrapped():
    points, screen = Points(), Screen()
    wrapped = wrapping(points)

    assert await wrapped.journal(Inbox()).accept(turn())
    assert wrapped.sink(screen).posts == screen.posts
    assert [event async for event in wrapped.model(ScriptModel([])).stream([])] == []
    assert points.reached_points == ["accept.before", "accept.after", "stream.before"]
