from contextlib import chdir

import pytest

from bot.core.feedback import Thumb
from bot.doctor.finding import Status
from bot.doctor.store import LOST
from bot.store import open_store
from tests.doctor.fake_slack import failed, findings, warned
from tests.fakes import turn


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("sqlite:///nowhere/at/all/bot.db", "folder"),
        ("sqlite:///garbage.db", "no SQLite"),
        ("sqlite:///:memory:", "memory"),
        ("postgresql://canary-password@127.0.0.1:1/test", "nothing listens there"),
        ("postgresql://u:canary@password@127.0.0.1/test", "an @ in user or password"),
        ("postgresql://u:can@ary/password@127.0.0.1/test", "an @ in user or password"),
        ("postgresql://127.0.0.1/test?canary-password=1", "not supported"),
    ],
)
async def test_a_database_that_cannot_be_used(healthy, tmp_path, url, what):
    """F089, T27: found before the bot is started, and without a value."""
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1000)

    with chdir(tmp_path):
        found = await findings(healthy | {"DATABASE_URL": url})

    assert failed(found) == {"database"}
    assert what in found["database"].what
    assert "canary" not in found["database"].what.replace("canary-password is not", "")
    assert "damaged" not in found["database"].what or "garbage" in url
    assert "DATABASE_URL" in found["database"].hint


async def test_something_else_at_the_port_of_the_database(healthy, slack):
    url = f"postgresql://u:canary@127.0.0.1:{slack.port}/x"

    finding = (await findings(healthy | {"DATABASE_URL": url}))["database"]

    assert finding.status is Status.FAILED
    assert "no PostgreSQL" in finding.what
    assert "DATABASE_URL" in finding.hint


async def test_a_database_on_a_host_that_keeps_no_files(healthy):
    found = await findings(healthy | {"DYNO": "web.1"})

    assert warned(found) == {"database"}
    assert found["database"].hint == LOST


async def test_a_database_that_is_there(healthy, tmp_path):
    url = f"sqlite:///{tmp_path}/bot.db"
    async with open_store(url, owner="bot") as journal:
        before = await findings(healthy | {"DATABASE_URL": url})
        await journal.accept(turn())
        for user, verdict in (("U1", Thumb.UP), ("U2", Thumb.UP), ("U3", Thumb.DOWN)):
            await journal.feedback.vote(turn().key, 0, user, verdict)
        after = await findings(healthy | {"DATABASE_URL": url})

    assert before["database"].what == "opens, and its schema is up to date"
    assert after["database"].what.endswith("feedback in 30 days: 2 up, 1 down")


async def test_the_doctor_makes_no_file(healthy, tmp_path):
    found = await findings(healthy | {"DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})

    assert found["database"].status is Status.OK
    assert list(tmp_path.iterdir()) == []
