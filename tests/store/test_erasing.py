"""Of what is erased, the files of SQLite hold no byte."""

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from bot.core.reply import Phase, Snapshot
from bot.store import open_store
from bot.store.engines import engines
from bot.store.opening import log_kept_empty
from bot.store.urls import address
from tests.environment import ROOT
from tests.fakes import turn
from tests.store.openings import opens

QUESTION, ANSWER = "swordfish", "marlinspike"

ASK_AND_ANSWER = f"""
import asyncio, os, signal, sys
from bot.core.reply import Phase, Snapshot
from bot.store import open_store
from tests.fakes import turn
async def main():
    async with open_store(sys.argv[1], owner="a") as journal:
        await journal.accept(turn("1.0", text="{QUESTION}"))
        lease = (await journal.claim(turn("1.0").key)).lease
        await journal.close(lease, Snapshot(Phase.COMPLETE, "{ANSWER}"))
        await journal.ended(lease, Phase.COMPLETE)
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def names(folder, *words):
    """The files that hold one of the words, with what they hold."""
    found = {file.name: file.read_bytes() for file in folder.iterdir()}
    return [(name, word) for name in found for word in words if word.encode() in found[name]]


def lengthened(dice, word):
    """A text of any usual length: rows must move about on their pages."""
    return " ".join([word] * dice.choice([1, 5, 20, 40, 80, 120, 250, 1000]))


async def end(journal, key, dice):
    lease = (await journal.claim(key)).lease
    if dice.random() < 0.3:
        await journal.owe_look(lease)
    await journal.posted(lease, ["1.5"] * dice.randrange(1, 20))
    await journal.close(lease, Snapshot(Phase.COMPLETE, lengthened(dice, ANSWER)))
    await journal.ended(lease, Phase.COMPLETE)


async def end_look(journal, key):
    lease = (await journal.claim(key)).lease
    await journal.ended(lease, Phase.COMPLETE)


# Seeds with which SQLite 3.40 leaves a text in the file if that has no padding.
@pytest.mark.parametrize("seed", [3, 9])
async def test_nothing_is_left_of_many_turns(tmp_path, seed):
    """Texts of all lengths come and go in any order, so that SQLite splits and joins its pages."""
    dice, url = random.Random(seed), f"sqlite:///{tmp_path}/x.db"
    async with open_store(url, owner="a") as journal:
        waiting = []
        for number in range(400):
            ts, text = f"{dice.randrange(10**6)}.{number}", lengthened(dice, QUESTION)
            asked = turn(ts, root=str(number), text=text)
            assert await journal.accept(asked)
            waiting.append(asked.key)
            while len(waiting) > dice.randrange(60):
                await end(journal, waiting.pop(dice.randrange(len(waiting))), dice)
        for key in waiting:
            await end(journal, key, dice)
        opened = engines(address(url))
        due = "UPDATE turns SET look_at = look_at - 1e5"
        await opened.write.run(lambda connection: connection.exec_driver_sql(due))
        await opened.dispose()
        for key in await journal.due():
            await end_look(journal, key)
        await journal.leave()

    assert names(tmp_path, QUESTION, ANSWER) == []


async def test_nothing_is_left_after_a_kill_and_a_restart(tmp_path):
    url = f"sqlite:///{tmp_path}/x.db"
    program = [sys.executable, "-c", ASK_AND_ANSWER, url]
    assert subprocess.run(program, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    assert names(tmp_path, QUESTION, ANSWER)  # in the write-ahead log

    assert await opens(url) == []

    assert names(tmp_path, QUESTION, ANSWER) == []


async def test_nothing_is_left_while_the_bot_runs(tmp_path):
    """A second process has the file open, as after every minute in which somebody asked."""
    url = f"sqlite:///{tmp_path}/x.db"
    async with open_store(url, owner="a") as journal:
        await journal.accept(turn())
        opened = engines(address(url))
        await opened.write.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
        async with log_kept_empty(opened.write, every=0.01):
            await journal.accept(turn("1.5", text=QUESTION))
            await end(journal, turn("1.5").key, random.Random(0))
            async with asyncio.timeout(20):
                while names(tmp_path, QUESTION, ANSWER):
                    await asyncio.sleep(0.01)
        await opened.dispose()


async def test_a_reader_does_not_keep_anybody_from_writing(tmp_path):
    """The log cannot be emptied while somebody reads from it; the next time it can."""
    url = f"sqlite:///{tmp_path}/x.db"
    async with open_store(url, owner="a") as journal:
        opened = engines(address(url))
        with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as reader:
            await journal.accept(turn())
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM turns").fetchall()
            await journal.accept(turn("1.5"))
            await opened.write.empty_log()
            assert (tmp_path / "x.db-wal").stat().st_size
            assert await journal.accept(turn("2.5"))
        await opened.write.empty_log()

        assert not (tmp_path / "x.db-wal").stat().st_size
        timeout = "PRAGMA busy_timeout"
        assert await opened.write.run(lambda c: c.exec_driver_sql(timeout).scalar()) == 10_000
        await opened.dispose()


def made_by_somebody_else(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA page_size=65536")
        connection.execute("VACUUM")


def pragma(path, name):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


async def test_large_pages_are_made_small(tmp_path):
    """The padding fills one page of ours; a larger one would hold the text beside other rows."""
    path = tmp_path / "x.db"
    made_by_somebody_else(path)
    async with open_store(f"sqlite:///{path}", owner="a") as journal:
        assert await journal.accept(turn())

    assert await opens(f"sqlite:///{path}") == [turn().key[2]]
    assert (pragma(path, "page_size"), pragma(path, "journal_mode")) == (4096, "wal")


async def test_a_file_with_large_pages_that_is_in_use_is_opened_all_the_same(tmp_path):
    path = tmp_path / "x.db"
    made_by_somebody_else(path)
    opened = engines(address(f"sqlite:///{path}"))
    await opened.write.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
    with capture_logs() as logs:
        async with open_store(f"sqlite:///{path}", owner="a") as journal:
            assert await journal.accept(turn())
    await opened.dispose()

    assert any("its pages are large" in entry["event"] for entry in logs)
    assert pragma(path, "journal_mode") == "wal"


async def answers_and_fails(url, other):
    async with open_store(url, owner="a") as journal:
        await journal.accept(turn(text=QUESTION))
        other.execute("SELECT count(*) FROM turns").fetchall()
        await end(journal, turn().key, random.Random(0))
        raise ZeroDivisionError


async def test_nothing_is_left_when_the_bot_ends_with_an_error(tmp_path):
    """While another process has the file open, SQLite itself would keep the write-ahead log."""
    with closing(sqlite3.connect(tmp_path / "x.db")) as other:
        with pytest.raises(ZeroDivisionError):
            await answers_and_fails(f"sqlite:///{tmp_path}/x.db", other)

        assert names(tmp_path, QUESTION, ANSWER) == []
