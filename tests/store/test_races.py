"""Two processes on one database: each thing is done by one of them, whatever comes first."""

import asyncio
import random

import pytest

from bot.core.turns import Again
from bot.errors import LeaseLost
from tests.fakes import turn


@pytest.fixture
async def both(opened):
    return [await opened("a"), await opened("b")]


async def test_a_turn_is_accepted_once(both):
    accepted = await asyncio.gather(*(both[n % 2].accept(turn()) for n in range(20)))

    assert sum(accepted) == 1


async def test_what_two_deliveries_know_is_merged_whichever_is_first(both):
    asked = [turn(f"{n}.0", root=f"{n}") for n in range(12)]
    thin = [turn(q.ts, root=q.thread.root, text="", whole=False) for q in asked]
    rich = [turn(q.ts, root=q.thread.root, has_more=True) for q in asked]
    deliveries = [
        both[n % 2].accept(q) for pair in zip(thin, rich, strict=True) for n, q in enumerate(pair)
    ]

    accepted = await asyncio.gather(*deliveries)

    assert sum(accepted) == 12
    assert [await both[0].question(q.key) for q in asked] == rich


async def test_a_turn_is_claimed_once(both, expire):
    asked = [turn(f"{n}.0", root=f"{n}") for n in range(12)]
    for question in asked:
        await both[0].accept(question)
    await expire()

    claims = await asyncio.gather(*(j.claim(q.key) for q in asked for j in both))

    assert [bool(a) + bool(b) for a, b in zip(claims[::2], claims[1::2], strict=True)] == [1] * 12
    assert all(claim.begun for claim in claims if claim)


async def test_a_thread_has_one_begun_turn(both):
    asked = [turn(f"{n}.0") for n in range(8)]
    for n, question in enumerate(asked):
        await both[n % 2].accept(question)
    claims = await asyncio.gather(*(both[n % 2].claim(q.key) for n, q in enumerate(asked)))
    assert [claim.begun for claim in claims] == [True] + [False] * 7

    for n, claim in enumerate(claims):
        await both[n % 2].ended(claim.lease, "complete")
        waiting = list(enumerate(claims))[n + 1 :]
        begun = await asyncio.gather(*(both[m % 2].begin(c.lease) for m, c in waiting))
        assert begun == [1, *[None] * len(begun)][: len(begun)]


async def test_a_turn_is_reopened_once(both):
    await both[0].accept(turn())
    await both[0].ended((await both[0].claim(turn().key)).lease, "failed")

    presses = (both[n % 2].reopen(turn(round=1), Again.LAST) for n in range(10))
    reopened = await asyncio.gather(*presses)

    assert sum(reopened) == 1


class Worker:
    """Does whatever a process may do, in any order, and knows what it holds."""

    def __init__(self, journal, chance, answering):
        self.journal, self.chance, self.answering = journal, chance, answering
        self.held = {}

    async def step(self, asked):
        steps = (self.accept, self.claim, self.claim, self.begin, self.end, self.end, self.release)
        await self.chance.choice(steps)(self.chance.choice(asked))

    async def accept(self, question):
        await self.journal.accept(question)

    async def claim(self, question):
        if question.key not in self.held and (claim := await self.journal.claim(question.key)):
            self.held[question.key] = claim.lease
            self.begun(question, claim.begun)

    async def begin(self, question):
        if (lease := self.held.get(question.key)) and question.key not in self.answering.values():
            self.begun(question, await self.journal.begin(lease))

    def begun(self, question, really):
        if really:
            assert self.answering.setdefault(question.thread, question.key) == question.key

    async def end(self, question):
        await self.let_go(question, lambda lease: self.journal.ended(lease, "complete"))

    async def release(self, question):
        await self.let_go(question, self.journal.release)

    async def let_go(self, question, how):
        if lease := self.held.pop(question.key, None):
            # Before: as soon as it is committed, somebody may begin the next one.
            if self.answering.get(question.thread) == question.key:
                del self.answering[question.thread]
            await how(lease)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_one_turn_is_answered_and_all_of_them_end(both, expire, seed):
    chance, answering = random.Random(seed), {}
    asked = [turn(f"{n}.0", root=f"{n % 3}") for n in range(12)]
    workers = [Worker(journal, chance, answering) for journal in both for _ in range(2)]
    # Two hands of one process never claim the same turn: a process knows what it works on.
    halves = [asked[:6], asked[6:], asked[:6], asked[6:]]

    async def work(worker, half):
        for _ in range(25):
            await worker.step(half)

    await asyncio.gather(*map(work, workers, halves))
    for question in asked:
        await both[0].accept(question)
    await expire()

    ended = 0
    while due := await both[1].due():
        for key in due:
            claim = await both[1].claim(key)
            assert claim.begun or await both[1].begin(claim.lease)
            await both[1].ended(claim.lease, "complete")
            ended += 1
    assert ended <= 12
    for question in asked:
        assert (await both[0].find(question.key)).state.ended


async def test_workers_that_die_lose_their_turns_to_others(both, sql, expire):
    asked = [turn(f"{n}.0") for n in range(6)]
    for question in asked:
        await both[0].accept(question)
    old = {question.key: await both[0].claim(question.key) for question in asked}
    for n, question in enumerate(asked):
        await expire()
        assert await both[n % 2].due() == [question.key]
        claim = await both[n % 2].claim(question.key)
        assert claim.begun
        with pytest.raises(LeaseLost):
            await both[0].ended(old[question.key].lease, "complete")
        await both[n % 2].ended(claim.lease, "complete")
    assert await sql("SELECT COUNT(*) FROM turns WHERE ended_at IS NULL") == [(0,)]


async def test_a_repair_is_given_to_one(both):
    for asked in (turn(f"{n}.0", root=f"{n}") for n in range(12)):
        await both[0].accept(asked)
        claim = await both[0].claim(asked.key)
        await both[0].ended(claim.lease, "complete")
        repairs = await asyncio.gather(*(each.repair(asked.key) for each in both * 2))

        assert sum(map(bool, repairs)) == 1
