"""The journaled sink: what may stand in Slack is in the journal before it does."""

import asyncio
from contextlib import nullcontext

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.types import Call, CallKind, Effect
from bot.engine.journaled_sink import JournaledSink
from bot.errors import LeaseLost, SlackUnknown, SlackUnsent, StoreError
from bot.tasks import Tasks
from tests.fakes import Screen, claim

ENDED = Snapshot(Phase.COMPLETE, "Because.")


class Ledger:
    """Notes what it is told, in order, with what stood on the screen by then."""

    def __init__(self, screen, **failing):
        self.screen = screen
        self.failing = failing
        self.lost = ()
        self.entries = []

    def __getattr__(self, name):
        async def note(_lease, *arguments):
            if self.failing.get(name, 0):
                self.failing[name] -= 1
                raise StoreError(name)
            if name in self.lost:
                self.entries.append((name, "lost"))
                raise LeaseLost(name)
            self.entries.append((name, *arguments, len(self.screen.frames)))

        return note


class Always:
    async def check(self):
        return None

    def call(self):
        return nullcontext()


def opened(screen=None, failing=None, **known):
    screen = screen or Screen()
    ledger = Ledger(screen, **(failing or {}))
    return JournaledSink(screen, ledger, claim(**known), Always()), ledger, screen


async def show(sink, *pictures):
    for picture in pictures:
        for call in sink.plan(picture):
            await sink.do(call)


async def test_a_first_post_was_announced_by_the_claim():
    sink, ledger, _ = opened()
    await show(sink, Snapshot(), Snapshot(Phase.ANSWERING, "Be"))

    assert ledger.entries == [("posted", ("2.0",), 1)]


async def test_who_waits_in_line_announces_its_post():
    sink, ledger, _ = opened(begun=False)
    await show(sink, Snapshot(Phase.QUEUED))

    assert ledger.entries == [("posting", 0), ("posted", ("2.0",), 1)]


async def test_a_turn_that_is_put_off_announces_its_post():
    sink, ledger, _ = opened()
    await sink.put_off()
    await show(sink, Snapshot(Phase.QUEUED))

    assert ledger.entries == [("put_off", 0), ("posting", 0), ("posted", ("2.0",), 1)]


async def test_the_whole_answer_is_kept_before_its_last_write_and_once():
    sink, ledger, screen = opened(Screen(StoreError("write")))
    for _ in range(2):
        await sink.keep(ENDED)
        try:
            await show(sink, ENDED)
        except StoreError:
            continue

    assert ledger.entries == [("close", ENDED, 0), ("posted", ("2.0",), 1)]
    assert screen.last == ("Because.", "complete")


async def test_an_interruption_is_no_end():
    sink, ledger, _ = opened()
    await sink.keep(Snapshot(Phase.INTERRUPTED, "Be"))
    await show(sink, Snapshot(Phase.INTERRUPTED, "Be"))

    assert [entry[0] for entry in ledger.entries] == ["posted"]


async def test_what_was_kept_before_is_not_kept_again():
    sink, ledger, _ = opened(posts=("2.0",), ending=ENDED)
    await sink.keep(ENDED)
    await show(sink, ENDED)

    assert [entry[0] for entry in ledger.entries if entry[0] == "close"] == []


async def test_a_journal_that_fails_after_the_post_is_told_later():
    sink, ledger, _ = opened(failing={"posted": 1})
    await show(sink, Snapshot())
    assert ledger.entries == []
    await show(sink, Snapshot(Phase.ANSWERING, "Be"))

    assert ledger.entries == [("posted", ("2.0",), 2)]


async def test_it_says_when_some_of_the_answer_stands():
    sink, _, _ = opened()
    await show(sink, Snapshot())
    before = sink.spoken.is_set()
    await show(sink, Snapshot(Phase.ANSWERING, "Be"))

    assert (before, sink.spoken.is_set()) == (False, True)


async def test_what_is_taken_away_is_disowned_before():
    """Slack tells every process that it was deleted; that must not look like somebody's wish."""
    sink, ledger, _ = opened(posts=("2.0",))
    await show(sink, Snapshot(Phase.ANSWERING, "Be"))
    ledger.entries.clear()
    removal = Call(Effect.REMOVE, CallKind.MORE, "removals", "T1", "C1", "2.0", draft=("", ""))
    await sink.do(removal)

    assert [entry[:-1] for entry in ledger.entries] == [
        ("posted", []),
        ("posting",),
        ("posted", ("2.0",)),
    ]


async def test_an_ending_that_cannot_be_kept_is_shown_all_the_same():
    sink, _, screen = opened(failing={"close": 1})
    await sink.keep(ENDED)
    await show(sink, ENDED)

    assert screen.last == ("Because.", "complete")


def failing_with(error, **failing):
    return opened(Screen(error), failing)


async def test_a_call_without_an_answer_owes_a_look():
    sink, ledger, _ = failing_with(SlackUnknown("chat.postMessage"))
    with pytest.raises(SlackUnknown):
        await show(sink, Snapshot())

    assert [entry[0] for entry in ledger.entries] == ["owe_look"]


async def test_a_request_that_has_not_left_owes_none():
    sink, ledger, _ = failing_with(SlackUnsent("chat.postMessage"))
    with pytest.raises(SlackUnsent):
        await show(sink, Snapshot())

    assert ledger.entries == []


async def test_a_look_that_could_not_be_noted_is_noted_later():
    sink, ledger, _ = failing_with(SlackUnknown("chat.postMessage"), owe_look=1)
    with pytest.raises(SlackUnknown):
        await show(sink, Snapshot())
    assert ledger.entries == []
    await show(sink, Snapshot())

    assert [entry[0] for entry in ledger.entries] == ["owe_look", "posted"]


async def test_a_post_of_who_has_lost_the_lease_is_looked_for_by_who_has_it():
    sink, ledger, _ = opened()
    ledger.lost = ("posted", "owe_look")
    with pytest.raises(LeaseLost):
        await show(sink, Snapshot())

    assert ledger.entries == [("posted", "lost"), ("owe_look", "lost")]


async def test_a_call_that_is_cut_off_by_the_loss_is_looked_for_too():
    sink, ledger, screen = opened(Screen(delay=60))
    ledger.lost = ("owe_look",)
    async with Tasks("test") as tasks:
        tasks.start(show(sink, Snapshot()), name="show")
        while not screen.calls:
            await asyncio.sleep(0)
        assert sink.under_way
        await sink.overtaken()

    assert not sink.under_way
    assert ledger.entries == [("owe_look", "lost")]
