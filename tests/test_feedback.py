"""`bot feedback`, the real command, on both databases and beside a bot that has them open."""

import asyncio
import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.feedback import Fault, Thumb, Vote
from bot.feedback import FIELDS, SHOWN, write_csv
from bot.store import open_store
from tests.database import database
from tests.environment import ROOT, command, scrubbed
from tests.fakes import turn

KEY = turn().key


def link(key):
    team, channel, ts = key
    return f"https://app.slack.com/client/{team}/{channel}/p{ts.replace('.', '')}"


REASON = "It said [bold]3[/bold],\nbut it is 4 \x1b[31m理由"


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request, tmp_path):
    async with database(request.param, tmp_path) as found:
        yield found


@pytest.fixture
async def journal(url):
    """A bot's journal with two votes, which stays open."""
    async with open_store(url, owner="bot") as journal:
        await journal.accept(turn())
        await journal.feedback.vote(KEY, 0, "U1", Thumb.UP)
        await asyncio.sleep(0.01)  # SQLite's clock has milliseconds
        await journal.feedback.vote(KEY, 0, "U2", Thumb.DOWN)
        await journal.feedback.explain(KEY, 0, "U2", [Fault.WRONG, Fault.BESIDE], REASON)
        yield journal


async def feedback(url, *words, **variables):
    process = await asyncio.create_subprocess_exec(
        *command("feedback", *words),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        cwd=ROOT, env=scrubbed(DATABASE_URL=url, **variables),
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.usefixtures("journal")
async def test_a_table(url):
    code, out, err = await feedback(url, BOT_LANGUAGE="en")

    assert (code, err) == (0, "")
    header, _, down, up = [line for line in out.splitlines() if line.strip()]
    assert header.split() == " ".join(SHOWN.values()).split()
    assert " good " in up
    assert up.split()[-1] == link(KEY)
    today = datetime.now(UTC)
    assert up.split()[0] in {f"{day:%Y-%m-%d}" for day in (today, today - timedelta(hours=1))}
    assert "bad  " in down
    assert "It is not what I asked, It is wrong" in down
    assert "It said [bold]3[/bold], but it is 4 [31m理由" in down


@pytest.mark.usefixtures("journal")
async def test_the_table_speaks_the_operators_language(url):
    _, out, _ = await feedback(url, BOT_LANGUAGE="ja")

    assert "内容が間違っている" in out


@pytest.mark.usefixtures("journal")
async def test_csv(url):
    code, out, err = await feedback(url, "--csv", "--since", "7")

    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["verdict"] for row in rows] == ["bad", "good"]
    assert rows[0]["reasons"] == "beside wrong"
    assert rows[0]["link"] == link(KEY)
    assert rows[0]["words"] == REASON.replace("\x1b", "")
    assert datetime.fromisoformat(rows[0]["when"]).utcoffset().total_seconds() == 0


@pytest.mark.usefixtures("journal")
async def test_json(url):
    code, out, _ = await feedback(url, "--json")

    votes = json.loads(out)
    assert (code, [vote["verdict"] for vote in votes]) == (0, ["bad", "good"])
    assert all(tuple(vote) == FIELDS for vote in votes)


async def test_no_feedback_is_said_in_one_line(url):
    async with open_store(url, owner="bot"):
        assert await feedback(url) == (0, "", "no feedback\n")
        assert await feedback(url, "--since", "7") == (0, "", "no feedback in 7 days\n")
        assert await feedback(url, "--csv") == (0, f"{','.join(FIELDS)}\r\n", "no feedback\n")
        assert await feedback(url, "--json") == (0, "[]\n", "no feedback\n")


async def test_a_database_that_does_not_exist_is_not_made(tmp_path):
    code, out, err = await feedback(f"sqlite:///{tmp_path}/bot.db")

    assert (code, out) == (0, "")
    assert err == "no feedback: the database of DATABASE_URL does not exist yet\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "exit_code"), [("postgresql://127.0.0.1:1/x", 69), (f"sqlite:///{__file__}", 78)]
)
async def test_a_database_that_cannot_be_read_is_one_line(url, exit_code):
    code, out, err = await feedback(url)

    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("bot: DATABASE_URL: ")
    assert code == exit_code


@pytest.mark.parametrize("words", [["--csv", "--json"], ["--since", "0"], ["--since", "x"]])
async def test_wrong_usage(words):
    assert (await feedback("sqlite:///none.db", *words))[0] == 2


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "＝", "＠"])
def test_no_cell_is_a_formula(begins):
    """A spreadsheet would run it: =HYPERLINK("http://x","…")."""
    words = f'{begins}HYPERLINK("http://x", "a")'
    out = io.StringIO()
    write_csv([Vote(0.0, "down", (), words, "T1", "C1", "1.0")], out)

    [row] = csv.DictReader(io.StringIO(out.getvalue()))
    assert row["words"] == f"'{words}"
