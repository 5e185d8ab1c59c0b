"""No word from outside is in the log: canaries in settings, wherever they are set."""

from contextlib import chdir

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import Settings
from tests.canaries.house import CANARY, CODE, FEW_LOGS, WORDS
from tests.database import SERVER
from tests.environment import environment

LOGGED = {"bot_log_format", "bot_log_level"}
SETTINGS = [name.upper() for name in Settings.model_fields if name not in LOGGED]

HERE = "http://127.0.0.1:9/"
WELL = {
    "SLACK_API_URL": HERE,
    "SLACK_BOT_TOKEN": "xoxb-1-token-of-a-test",
    "SLACK_APP_TOKEN": "xapp-1-token-of-a-test",
    "OPENAI_BASE_URL": HERE,
    "BOT_START_TIMEOUT": "0",
}
"""Enough to start with, where nobody answers."""

AT = SERVER.partition("@")[2]
DATABASES = [
    f"{CANARY}",
    f"{CANARY}:///bot.db",
    f"sqlite:///{CANARY}/{CANARY}/bot.db",
    f"sqlite:///bot.db?{CANARY}=1",
    f"postgresql+{CANARY}://host/name",
    f"postgres://user:pass@word?{CANARY}=1@host/name",
    f"postgres://host/name?{CANARY}={CANARY}",
    f"postgres://host/name?sslmode={CANARY}",
    f"postgres://host/name?options={CANARY}",
    f"postgres://user:{CANARY}@{CANARY}@host/name",
    f"postgres://host:{CANARY}/name",
    f"postgres://host,{CANARY}/name",
    f"postgres://{CANARY}.invalid/name",
    f"postgres://{CANARY}:{CANARY}@127.0.0.1:9/{CANARY}",
    f"postgres://{CANARY}:{CANARY}@{AT}",
    f"{SERVER}_{CANARY}",
    f"{SERVER}?options=-c%20{CANARY}={CANARY}",
    f"{SERVER}?options=-c%20lock_timeout={CANARY}",
    f"{SERVER}?sslmode=verify-full&sslrootcert=/{CANARY}.pem",
    f"postgres:///name?host=/{CANARY}/{CANARY}",
]
"""Some are refused as they are written, others by the network, the driver or the server."""

OTHERS = [
    {"SSL_CERT_FILE": f"/{CANARY}.pem", "SLACK_API_URL": "https://slack.invalid/"},
    {"HTTPS_PROXY": f"{CANARY}://{CANARY}", "SLACK_API_URL": "https://slack.invalid/"},
    {"HTTPS_PROXY": f"http://u:{CANARY}@127.0.0.1:9", "SLACK_API_URL": "https://slack.invalid/"},
    {"SLACK_CLIENT_ID": CANARY, "SLACK_CLIENT_SECRET": CANARY},
    {"OPENAI_API_TOKEN": CANARY, "SLACK_TOKEN": CANARY, "BOT_LANGUGE": CANARY, "BOT_X": CANARY},
    {"BOT_ADMIN_ADDRESS": f"{CANARY}.invalid:1", "BOT_HOST": f"{CANARY}.invalid"},
]

LINES = f"""
SLACK_SIGNING_SECRET: {WORDS}
{WORDS}
OPENAI_TOP_P={WORDS}
BOT_LANGUAGE='{WORDS}
BOT_{CANARY}
"""
"""A `.env` whose lines are wrong, or set something wrong."""

COMMANDS = (("run",), ("ask", "hi"), ("feedback",))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path):
    """Without anybody's `.env`."""
    with chdir(tmp_path):
        yield tmp_path


def told(form, level, *words, **variables):
    """All that a command writes; it must not end well, or with a traceback."""
    with environment(BOT_LOG_FORMAT=form, BOT_LOG_LEVEL=level, **variables):
        result = CliRunner().invoke(app, words)
    assert result.exit_code in {1, 69, 78}, result.output
    assert "Traceback" not in result.output
    return result.output


@FEW_LOGS
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("file", [False, True], ids=["environment", "file"])
def test_each_is_wrong(elsewhere, command, file, form, level):
    wrong = dict.fromkeys(SETTINGS, WORDS) | {"PORT": CODE, "DATABASE_URL": CANARY}
    if file:
        lines = [f"{name}={value}\n" for name, value in wrong.items()]
        (elsewhere / ".env").write_text("".join(lines) + LINES)
        wrong = {}

    assert CANARY not in told(form, level, *command, **wrong).replace(f"BOT_{CANARY}", "")


@FEW_LOGS
@pytest.mark.parametrize("url", DATABASES)
def test_a_database_is_none(url, form, level):
    assert CANARY not in told(form, level, "run", **WELL, DATABASE_URL=url)


@FEW_LOGS
@pytest.mark.parametrize("others", OTHERS, ids=" ".join)
def test_others_mean_something_else(others, form, level):
    assert CANARY not in told(form, level, "run", **WELL | others)
