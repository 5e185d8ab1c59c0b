"""A database is opened in whatever state it is, or refused with the reason and left as it was."""

import os
import shutil
import socket
import sqlite3
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.errors import SettingsError, StoreError
from bot.store import open_store
from bot.store.opening import mounted
from bot.store.urls import address
from tests.database import SERVER, connected
from tests.fakes import turn
from tests.store.openings import OPEN, finished, opens, program, refused, snapshot


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("open_still", [True, False])
async def test_a_foreign_file_is_left_byte_for_byte(tmp_path, mode, open_still):
    foreign = sqlite3.connect(tmp_path / "x.db")
    foreign.execute(f"PRAGMA journal_mode={mode}")
    foreign.execute("CREATE TABLE turns (wheel TEXT)")
    foreign.commit()
    if not open_still:
        foreign.close()
    before = snapshot(tmp_path)

    assert "not the bot's" in await refused(f"sqlite:///{tmp_path}/x.db")

    assert snapshot(tmp_path) == before
    foreign.close()


@pytest.mark.parametrize("garbage", [b"What is this?" * 500, b"\0" * 4096, b"SQLite format 3\0"])
async def test_a_file_that_is_no_database_is_left_byte_for_byte(tmp_path, garbage):
    (tmp_path / "x.db").write_bytes(garbage)

    assert "backup" in await refused(f"sqlite:///{tmp_path}/x.db")

    assert snapshot(tmp_path) == {"x.db": garbage}


async def test_an_empty_file_is_an_empty_database(tmp_path):
    (tmp_path / "x.db").touch()

    assert await opens(f"sqlite:///{tmp_path}/x.db") == []


async def filled(folder):
    """A database with turns in it, of which the last are only in the WAL; and a copy of that."""
    folder.mkdir()
    async with open_store(f"sqlite:///{folder}/x.db", owner="a") as journal:
        for n in range(4):
            await journal.accept(turn(f"{n}.0", root=f"{n}", text="why? " * 500))
        await journal.leave()
        for name in ("x.db", "x.db-wal"):
            shutil.copy(folder / name, folder.parent / name)
    return [f"{n}.0" for n in range(4)]


async def test_a_truncated_file_is_opened_or_refused_and_left(tmp_path):
    asked = await filled(tmp_path / "whole")
    whole = (tmp_path / "whole" / "x.db").read_bytes()
    for n, size in enumerate([1, 15, 16, 99, 100, 512, *range(1000, len(whole), 5000)]):
        folder = tmp_path / f"cut{n}"
        folder.mkdir()
        (folder / "x.db").write_bytes(whole[:size])

        try:
            # What is missing may be the end of a text on the last page, which nothing can tell.
            assert await opens(f"sqlite:///{folder}/x.db") == asked
            assert size > len(whole) - 4096
        except SettingsError:
            assert snapshot(folder) == {"x.db": whole[:size]}


async def test_a_flipped_page_is_refused_and_left(tmp_path):
    await filled(tmp_path / "whole")
    file = tmp_path / "whole" / "x.db"
    data = bytearray(file.read_bytes())
    data[4096:8192] = os.urandom(4096)
    file.write_bytes(data)

    assert "backup" in await refused(f"sqlite:///{file}")
    assert file.read_bytes() == data


async def test_a_truncated_wal_loses_its_end_and_nothing_else(tmp_path):
    """F088."""
    asked = await filled(tmp_path / "whole")
    main, wal = (tmp_path / "x.db").read_bytes(), (tmp_path / "x.db-wal").read_bytes()
    seen = []
    for size in [0, 1, 31, 32, 33, 56, *range(4152, len(wal), len(wal) // 12), len(wal)]:
        (tmp_path / "x.db").write_bytes(main)
        (tmp_path / "x.db-wal").write_bytes(wal[:size])
        (tmp_path / "x.db-shm").unlink(missing_ok=True)
        seen.append(await opens(f"sqlite:///{tmp_path}/x.db"))

    assert seen[0] == []
    assert seen == sorted(seen)
    assert seen[-1] == asked


async def test_a_file_that_cannot_be_made(tmp_path):
    (tmp_path / "folder.db").mkdir()

    assert "does not exist" in await refused(f"sqlite:///{tmp_path}/sekret/x.db")
    assert "something else" in await refused(f"sqlite:///{tmp_path}/folder.db")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder where nobody may write")
async def test_a_folder_that_cannot_be_written():
    assert "nothing may be written" in await refused("sqlite:////proc/self/x.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
async def test_a_file_that_is_only_for_reading(tmp_path):
    await filled(tmp_path / "whole")
    (tmp_path / "whole" / "x.db").chmod(0o400)

    assert "only be read" in await refused(f"sqlite:///{tmp_path}/whole/x.db")


def on_server(**parts):
    """The test server's URL, some of it wrong."""
    whole = address(SERVER).url.set(drivername="postgres", password="sekret", **parts)
    return whole.render_as_string(hide_password=False)


async def test_a_server_that_knows_us_not():
    await (await connected()).close()
    assert "create the database" in await refused(on_server(database="no_such_database"))
    assert "check user and password" in await refused(on_server(username="no_such_role"))
    assert "certificate" in await refused(on_server() + "?sslmode=verify-full")
    assert "No such file" in await refused(
        on_server() + "?sslmode=verify-full&sslrootcert=/no/such/file"
    )


async def test_a_schema_that_is_not_there():
    await (await connected()).close()
    assert "schema" in await refused(on_server() + "?options=-csearch_path%3Dno_such_schema")


async def test_a_server_that_is_not_there_yet():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert await refused(on_server(host="127.0.0.1", port=port), StoreError)
        taken.listen()
        assert await refused(
            on_server(host="127.0.0.1", port=port) + "?connect_timeout=2&sslmode=disable",
            StoreError,
        )


async def test_without_its_driver_the_extra_is_named():
    without = "import sys; sys.modules['asyncpg'] = None\n" + OPEN
    code, said = await finished(program(without, on_server()))

    assert code == 1
    assert "SettingsError: DATABASE_URL: PostgreSQL needs the extra `postgres`" in said
    assert "sekret" not in said


@pytest.mark.parametrize("loses", [True, False])
async def test_a_disk_that_is_wiped_is_warned_of(tmp_path, loses):
    with capture_logs() as logs:
        async with open_store(f"sqlite:///{tmp_path}/x.db", owner="a", loses_files=loses):
            pass

    assert [line for line in logs if "LOST AT EVERY RESTART" in line["event"]] == logs
    assert bool(logs) is loses


def test_the_file_system_of_a_path():
    mounts = (
        "/dev/a / ext4 rw 0 0\nserver:/x /srv/a\\040b nfs4 rw 0 0\n/dev/b /srv/a\\040b/c xfs\n\nx"
    )
    assert mounted(Path("/srv/a b/bot.db"), mounts) == "nfs4"
    assert mounted(Path("/srv/a b/c/bot.db"), mounts) == "xfs"
    assert mounted(Path("/srv/a bc/bot.db"), mounts) == "ext4"
    assert mounted(Path("/srv/bot.db"), "") == ""
