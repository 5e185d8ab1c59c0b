"""The command line: what it starts, what it refuses, and with which exit code."""

import json
import subprocess
from contextlib import chdir

import pytest
from typer.main import get_command
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


@pytest.mark.parametrize("name", sorted(get_command(app).commands))
def test_help_has_no_words_of_programmers(name):
    """Such as `<list[str]>`."""
    assert "<str" not in bot(name, "--help").output.replace("<list[", "<str")
    assert "<int" not in bot(name, "--help").output


def test_doctor_says_where_it_has_looked(elsewhere):
    """Who stands in another folder has another `.env`, or none."""
    assert "SLACK_BOT_TOKEN is not set in the environment, and there is no file" in (
        bot("doctor").output
    )

    (elsewhere / ".env").touch()
    assert "SLACK_BOT_TOKEN is not set in the environment or in" in bot("doctor").output


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
        (["ask", "hi"], {"OPENAI_API_KEY": KEY, "BOT_BURST": "x"}, ["BOT_BURST"]),
        (
            ["run", "--socket"],
            {"OPENAI_API_KEY": KEY, "BOT_PLAYGROUND_PORT": "x"},
            ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"],
        ),
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

    assert (result.exit_code, result.stderr) == (
        78,
        f"bot: {elsewhere}/.env: must be UTF-8 text\n",
    )


def test_a_wrong_value_is_told_with_the_file_it_is_from(elsewhere):
    (elsewhere / ".env").write_text("OPENAI_STREAM=x\nBOT_BURST=5\nBOT_LAN=x\n")
    told = bot("ask", "hi", BOT_BURST="x").stderr

    assert told.splitlines()[:3] == [
        f"bot: OPENAI_STREAM: must be true or false (from {elsewhere}/.env)",
        "bot: BOT_BURST: must be a whole number (from the environment)",
        f"bot: BOT_LAN: no such setting; did you mean BOT_LANGUAGE? (from {elsewhere}/.env)",
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [(["ask", "hi"], 1, "refuses the connection"), (["feedback"], 0, "no feedback")],
)
def test_what_a_command_does_not_use_may_be_wrong(words, code, said):
    """`doctor` and `run` tell it."""
    wrong = {"SLACK_BOT_TOKEN": "canary", "PORT": "x", "BOT_PLAYGROUND_PORT": "x"}
    here = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    result = bot(*words, **wrong, **here)

    assert (result.exit_code, said in result.stderr) == (code, True)
    assert "SLACK" not in result.stderr
    assert "SLACK_BOT_TOKEN: must begin" in bot("run", **wrong, **here).stderr


@pytest.mark.parametrize("exists", [True, False])
def test_what_is_missing_is_told_with_the_file_that_was_read(elsewhere, exists):
    if exists:
        (elsewhere / ".env").touch()
    [line] = bot("ask", "hi").stderr.splitlines()

    looked = "or in" if exists else "and there is no file"
    assert looked in line
    assert f"{elsewhere}/.env" in line


def test_the_file_is_named_as_the_shell_names_its_folder(elsewhere):
    """Not by where a symbolic link leads."""
    folder = elsewhere / "folder"
    folder.mkdir()
    (elsewhere / "link").symlink_to(folder)
    with chdir(folder):
        linked = bot("ask", "hi", PWD=str(elsewhere / "link")).stderr
        stale = bot("ask", "hi", PWD=str(elsewhere)).stderr

    assert f"no file {elsewhere}/link/.env" in linked
    assert f"no file {folder}/.env" in stale


SLIP = "OPENAI_MODLE: set, but not read; did you mean OPENAI_MODEL? (from the environment)"


@pytest.mark.parametrize("words", [["ask", "hi"], ["run"], ["doctor"]])
def test_a_slip_in_a_name_is_told(words):
    """`ask` has no answer, and `run` no Slack: nothing listens there."""
    here = "http://127.0.0.1:9/"
    result = bot(
        *words,
        OPENAI_MODLE="canary",
        OPENAI_BASE_URL=here,
        SLACK_API_URL=here,
        SLACK_BOT_TOKEN=BOT_TOKEN,
        SLACK_APP_TOKEN=APP_TOKEN,
        BOT_START_TIMEOUT="0",
        BOT_LOG_FORMAT="json",
    )

    assert SLIP in result.output
    assert "canary" not in result.output.replace(BOT_TOKEN, "").replace(APP_TOKEN, "")


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
