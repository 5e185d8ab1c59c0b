"""Nobody but the user who runs the bot may read the SQLite file, or those beside it."""

import stat

import pytest
from structlog.testing import capture_logs

from bot.store import open_store
from bot.store.private_files import can_be_replaced, create_private
from tests.fakes import turn
from tests.store.openings import refused


def modes(folder):
    return {file.name: oct(stat.S_IMODE(file.stat().st_mode)) for file in folder.iterdir()}


async def test_new_files_are_private(tmp_path):
    async with open_store(f"sqlite:///{tmp_path}/x.db", owner="a") as journal:
        await journal.accept(turn())

        assert modes(tmp_path) == dict.fromkeys(["x.db", "x.db-wal", "x.db-shm"], "0o600")


async def test_files_of_an_earlier_version_become_private(tmp_path):
    url = f"sqlite:///{tmp_path}/x.db"
    async with open_store(url, owner="a") as journal:
        await journal.accept(turn())
        for file in tmp_path.iterdir():
            file.chmod(0o644)

        async with open_store(url, owner="b"):
            assert set(modes(tmp_path).values()) == {"0o600"}


async def test_a_file_that_is_not_ours_keeps_its_mode(tmp_path):
    (tmp_path / "x.db").write_bytes(b"What is this?" * 500)
    (tmp_path / "x.db").chmod(0o644)

    await refused(f"sqlite:///{tmp_path}/x.db")

    assert modes(tmp_path) == {"x.db": "0o644"}


async def test_a_file_that_another_process_has_just_made_is_left(tmp_path):
    (tmp_path / "x.db").write_bytes(b"ours")

    create_private(tmp_path / "x.db")

    assert (tmp_path / "x.db").read_bytes() == b"ours"


@pytest.mark.parametrize("name", ["x" * 300 + ".db", "x" * 300 + "/x.db"])
async def test_a_name_that_is_too_long_is_refused(tmp_path, name):
    assert "too long" in await refused(f"sqlite:///{tmp_path}/{name}")


@pytest.mark.parametrize(("mode", "warned"), [(0o777, True), (0o1777, False), (0o755, False)])
async def test_a_folder_in_which_everybody_may_replace_the_file_is_warned_of(
    tmp_path, mode, warned
):
    tmp_path.chmod(mode)
    with capture_logs() as logs:
        async with open_store(f"sqlite:///{tmp_path}/x.db", owner="a"):
            pass

    assert can_be_replaced(tmp_path) is warned
    assert bool(logs) is warned
