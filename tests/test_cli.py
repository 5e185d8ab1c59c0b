"""The command line: what it starts, what it refuses, and with which exit code."""

import json
import subprocess
from contextlib import chdir

import pytest
from typer.testing import CliRunner

from bot import __version__
from bot.cli import app
from bot.slack.manifest import manifest
from tests.environment import APP_TOKEN, BOT_TOKEN, KEY, ROOT, command, environment, scrubbed


@pytest.fixture(autouse=True)
def elsewhere(tmp_path):
    """Without anybody's `.env`."""
    with chdir(tmp_path):
        yield tmp_path


def bot(*words, stdin="", **variables):
    with environment(**variables):
        return CliRunner().invoke(app, words, input=stdin)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["run", "--help"], ["ask", "-h"]])
def test_help(words):
    assert bot(*words).exit_code == 0


def test_version():
    assert bot("--version").output == f"slack-stream-bot {__version__}\n"


def test_help_is_quick():
    """Nothing heavy is imported for it: no SDK, no web server, no settings."""
    seen = subprocess.run(
        [*command()[:1], "-X", "importtime", *command("--help")[1:]],
        capture_output=True, text=True, check=True, cwd=ROOT, env=scrubbed(),
    ).stderr  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in seen.splitlines()}

    assert imported.isdisjoint({"openai", "slack_sdk", "slack_bolt", "aiohttp", "pydantic"})


@pytest.mark.parametrize(
    ("words", "variables", "named"),
    [
        (["run"], {}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "OPENAI_API_KEY"]),
        (["run", "--socket"], {"OPENAI_API_KEY": KEY}, ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]),
        (["run", "--http"], {"OPENAI_API_KEY": KEY}, ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]),
        (["run"], {"SLACK_BOT_TOKEN": BOT_TOKEN}, ["SLACK_APP_TOKEN", "OPENAI_API_KEY"]),
        ([], {"SLACK_BOT_TOKEN": BOT_TOKEN}, ["SLACK_APP_TOKEN", "OPENAI_API_KEY"]),
        (["playground"], {"BOT_LANE": "edit"}, ["BOT_LANE"]),
        (["ask", "hi"], {}, ["OPENAI_API_KEY"]),
        (["ask", "hi"], {"OPENAI_API_KEY": KEY, "PORT": "x"}, ["PORT"]),
    ],
)
def test_what_is_missing_or_wrong_is_named(words, variables, named):
    """F112."""
    result = bot(*words, **variables)

    assert result.exit_code == 78
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == named
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--socket", "--http"],
        ["nonsense"],
        ["ask"],
        ["ask", "-"],
        ["playground", "--port", "66000"],
        ["manifest", "--http", "http://x"],
        ["manifest", "--name", "n" * 36],
    ],
)
def test_wrong_usage_is_2(words):
    assert bot(*words, OPENAI_API_KEY=KEY).exit_code == 2


def test_the_environment_wins_over_dotenv(elsewhere):
    """`.env` gives the app token; the bot token of the environment stays."""
    (elsewhere / ".env").write_text(f"SLACK_BOT_TOKEN=wrong\nSLACK_APP_TOKEN={APP_TOKEN}\n")

    result = bot("run", SLACK_BOT_TOKEN=BOT_TOKEN)

    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == ["OPENAI_API_KEY"]


def test_a_slack_variable_in_dotenv_makes_it_run(elsewhere):
    (elsewhere / ".env").write_text(f"SLACK_BOT_TOKEN={BOT_TOKEN}\n")

    assert "SLACK_APP_TOKEN" in bot().stderr


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"A=\xe9"])
def test_a_dotenv_that_is_no_text_is_named(elsewhere, content):
    (elsewhere / ".env").write_bytes(content)

    result = bot("doctor")

    assert (result.exit_code, result.stderr) == (78, "bot: .env: must be UTF-8 text\n")


def test_secrets_of_the_environment_are_not_told():
    """Wrong, unknown and right ones alike."""
    result = bot(
        "run", SLACK_BOT_TOKEN=APP_TOKEN, SLACK_APP_TOKEN=BOT_TOKEN, BOT_TOKEN=KEY, PORT=KEY
    )

    assert result.exit_code == 78
    assert "canary" not in result.output


def test_manifest():
    assert json.loads(bot("manifest").stdout) == manifest()


def test_manifest_for_http():
    printed = bot("manifest", "--http", "https://bot.example", "--name", "Ada").stdout

    assert json.loads(printed) == manifest(name="Ada", http_url="https://bot.example")
