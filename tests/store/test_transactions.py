"""What goes on when the database is busy, full or gone, and when nobody waits any longer."""

import asyncio
import random
import sqlite3
import time
import traceback
from contextlib import asynccontextmanager

import pytest

from bot.core.turns import TurnState
from bot.core.types import Order
from bot.errors import LeaseLost, StoreError
from bot.store import open_store
from tests.database import connected, postgres_schema
from tests.fakes import turn
from tests.relay import relayed


@pytest.fixture
def file(tmp_path):
    return tmp_path / "bot.db"


@pytest.fixture
async def on_file(file):
    async with open_store(f"sqlite:///{file}", owner="a") as journal:
        yield journal


async def pragma(journal, words):
    def directly():
        # Past SQLAlchemy, which would begin a transaction.
        raw = write._engine.raw_connection()
        raw.driver_connection.execute(f"PRAGMA {words}").fetchall()
        raw.close()

    write = journal._transactions._engines.write
    await write._on_thread(directly)


@asynccontextmanager
async def ticking(gaps):
    """Measures how long the loop did not come round."""

    async def tick():
        while True:
            start = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - start)

    task = asyncio.get_running_loop().create_task(tick())
    yield
    task.cancel()


async def test_a_locked_file_delays_writes_and_neither_reads_nor_the_loop(on_file, file):
    await on_file.accept(turn("1.0"))
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    start, gaps = time.monotonic(), []

    async with ticking(gaps):
        late = [asyncio.ensure_future(on_file.accept(turn(f"{n}.0"))) for n in (2, 3)]  # noqa: TID251
        await asyncio.sleep(0.1)
        assert len(await on_file.due()) == 1
        assert not any(task.done() for task in late)
        await asyncio.sleep(0.9)
        other.execute("COMMIT")
        assert await asyncio.gather(*late) == [True, True]

    other.close()
    assert time.monotonic() - start >= 1
    assert len(gaps) > 10  # the loop went on


async def test_a_cancelled_caller_breaks_nothing(journal):
    chance = random.Random(1)
    for n in range(30):
        task = asyncio.ensure_future(journal.accept(turn(f"{n}.0")))  # noqa: TID251
        await asyncio.sleep(chance.random() * 0.004)
        task.cancel()
        await asyncio.wait([task])

    async with asyncio.timeout(10):
        for n in range(30):
            while not await journal.find(turn(f"{n}.0").key):
                await asyncio.sleep(0.01)
    assert (await journal.claim(turn("0.0").key)).begun


async def test_what_was_begun_is_finished_at_the_end(url):
    async with open_store(url, owner="a") as journal:
        tasks = [asyncio.ensure_future(journal.accept(turn(f"{n}.0"))) for n in range(20)]  # noqa: TID251
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(StoreError):
        await journal.accept(turn())

    async with open_store(url, owner="b") as journal:
        assert all([await journal.find(turn(f"{n}.0").key) for n in range(20)])


@pytest.mark.parametrize(
    ("broken", "mended", "said"),
    [
        ("max_page_count = 1", "max_page_count = 100000", "full"),
        ("query_only = on", "query_only = off", "readonly"),
    ],
)
async def test_a_full_disk_is_an_error_until_there_is_room(on_file, broken, mended, said):
    await on_file.accept(turn("1.0"))
    await pragma(on_file, broken)
    with pytest.raises(StoreError, match=said):
        await on_file.accept(turn("2.0", text="long" * 500_000))
    assert len(await on_file.due()) == 1

    await pragma(on_file, mended)

    assert await on_file.accept(turn("3.0", root="3.0"))
    assert (await on_file.claim(turn("3.0").key)).begun


async def test_an_error_tells_nothing_that_was_to_be_stored(journal):
    unfit = turn(text="secret", user="secret", round=2**70)
    with pytest.raises(StoreError) as caught:
        await journal.accept(unfit)

    assert "secret" not in "".join(traceback.format_exception(caught.value))
    assert str(caught.value)
    assert await journal.accept(turn())


async def test_a_lost_connection_is_made_again():
    async with (
        postgres_schema() as url,
        open_store(f"{url}&application_name=doomed", owner="a") as journal,
    ):
        server = await connected()
        for n in range(5):
            asked = [turn(f"{n}.{m}", root=f"{n}.{m}") for m in range(8)]
            work = asyncio.gather(*(journal.accept(question) for question in asked))
            await asyncio.sleep(0.002 * n)
            await server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'doomed'"
            )
            await work
            claims = await asyncio.gather(*(journal.claim(question.key) for question in asked))
            assert all(claim.begun for claim in claims)
        await server.close()


async def test_a_lock_that_is_never_released_is_an_error():
    async with (
        postgres_schema() as url,
        open_store(f"{url}%20-clock_timeout=100ms", owner="a") as journal,
    ):
        await journal.accept(turn())
        server = await connected()
        schema = url.rpartition("%3D")[2]
        async with server.transaction():
            await server.execute(f"SELECT * FROM {schema}.turns FOR UPDATE")
            with pytest.raises(StoreError, match="55P03"):
                await journal.claim(turn().key)
        assert await journal.claim(turn().key)
        await server.close()


async def test_a_row_that_is_locked_does_not_cost_the_other_leases():
    """Renewing waits for nobody; the lease that could not be renewed is still ours."""
    async with postgres_schema() as url, open_store(url, owner="a") as journal:
        asked = [turn(f"{n}.0", root=f"{n}.0") for n in range(3)]
        for question in asked:
            await journal.accept(question)
        leases = [(await journal.claim(question.key)).lease for question in asked]
        server = await connected()
        schema = url.rpartition("%3D")[2]
        ends = f"SELECT ts, lease_until FROM {schema}.turns"
        before = dict(await server.fetch(ends))
        async with server.transaction():
            await server.execute(f"SELECT * FROM {schema}.turns WHERE ts = '1.0' FOR UPDATE")
            assert await journal.renew(leases) == dict.fromkeys(leases)
        after = dict(await server.fetch(ends))
        await server.close()

    assert {ts for ts in before if after[ts] > before[ts]} == {"0.0", "2.0"}


@pytest.mark.parametrize("new", [False, True])
async def test_a_network_that_drops_packets_costs_no_lease(new):
    """Within the lease, renewals have connections that work, or as soon as there are any."""
    async with (
        postgres_schema() as url,
        relayed(url) as (relay, through),
        open_store(through, owner="a") as journal,
    ):
        await journal.accept(turn())
        lease = (await journal.claim(turn().key)).lease
        assert await journal.renew([lease]) == {lease: None}
        relay.silence(new=new)
        with pytest.raises(StoreError):
            await journal.renew([lease])
        relay.recover()

        assert await journal.renew([lease]) == {lease: None}


async def test_statements_that_hang_hold_up_no_renewal():
    """Somebody has locked a row for which all other connections wait."""
    async with postgres_schema() as url, open_store(url, owner="a") as journal:
        await journal.accept(turn())
        lease = (await journal.claim(turn().key)).lease
        server = await connected()
        schema = url.rpartition("%3D")[2]
        async with server.transaction():
            await server.execute(f"SELECT * FROM {schema}.turns FOR UPDATE")
            hanging = [
                asyncio.ensure_future(journal.posted(lease, [f"{n}.0"]))  # noqa: TID251
                for n in range(20)
            ]
            await asyncio.sleep(0.2)
            assert await journal.renew([lease]) == {lease: None}
            assert not any(task.done() for task in hanging)
        await asyncio.gather(*hanging)
        await server.close()


async def test_an_accept_overtakes_what_only_waits(journal):
    done = []

    async def noted(name, work):
        await work
        done.append(name)

    await journal.accept(turn("0.0"))
    work = [noted("work", journal.order(turn("0.0").key, Order.STOP)) for _ in range(200)]
    await asyncio.gather(
        *work, noted("renew", journal.renew([])), noted("accept", journal.accept(turn("1.0")))
    )

    if journal._transactions._engines.write.width == 1:
        # The one that was under way, and no other.
        assert done[:3] == ["work", "accept", "renew"]
    else:
        assert done.index("accept") < 100
        assert done.index("renew") < 100
    assert len(done) == 202


async def test_a_lease_lost_among_many_writes_takes_nothing_with_it(journal):
    asked = [turn(f"{n}.0", root=f"{n}.0") for n in range(20)]
    for question in asked:
        await journal.accept(question)
    leases = [(await journal.claim(question.key)).lease for question in asked]
    for lease in leases[::2]:
        await journal.release(lease)

    written = await asyncio.gather(
        *(journal.posted(lease, ["9.9"]) for lease in leases), return_exceptions=True
    )

    assert [type(what) for what in written] == [LeaseLost, type(None)] * 10
    found = [await journal.answering("T1", "C1", "9.9")]
    assert found == [asked[1].key]
    for question in asked[1::2]:
        assert (await journal.find(question.key)).state is TurnState.ANSWERING


async def test_reads_that_wait_hold_up_no_write():
    async with (
        postgres_schema() as url,
        open_store(url, owner="a") as journal,
    ):
        server = await connected()
        schema = url.rpartition("%3D")[2]
        async with server.transaction():
            await server.execute(f"LOCK TABLE {schema}.turns IN ACCESS EXCLUSIVE MODE")
            reads = [asyncio.ensure_future(journal.due()) for _ in range(10)]  # noqa: TID251
            await asyncio.sleep(0.1)
            assert await journal._transactions.write("look", lambda c: c.dialect.name)
            assert not any(read.done() for read in reads)
        assert await asyncio.gather(*reads) == [[]] * 10
        await server.close()
