"""The log: ids and numbers, and whatever happens no secret."""

import io
import json
import logging
import os
import pty
import sys
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass

import pytest
import structlog

from bot import telemetry
from bot.core.types import Thread, Turn
from bot.slack.refused_tokens import COPY_APP, RENEW
from bot.web import COPY
from tests.environment import environment


def logged(*acts, **how):
    """What is written to stderr by `acts`, after the set-up."""
    written = io.StringIO()
    with environment(), redirect_stderr(written):
        telemetry.set_up(**({"format": "json", "level": "debug"} | how))
        for act in acts:
            act()
    return written.getvalue()


def log():
    return structlog.get_logger("bot.test")


SECRETS = {
    "bot token": "xoxb-123-abc-DEF",
    "user token": "xoxp-123-abc",
    "app token": "xapp-1-A1-2-ab",
    "refresh token": "xoxe-1-Mi0abc",
    "rotated token": "xoxe.xoxb-1-Mi0abc",
    "key": "sk-proj-abc_DEF-123",
    "response url": "T1/B2/abcDEF",
    "ticket": "abcd-ef01-ticket",
    "password": "user:pa55word",
    "password with an @": "user:pa@55/w@rd",
    "token as user": "ghp_canary",
    "upload": "ABC123abc?x=1",
    "bearer": "dG9rZW4tb2Ytc29tZWJvZHk=",
    "basic": "dXNlcjpwYXNzd29yZA==",
    "signing secret": "0f0f0f0f0f0f",
    "odd secret": 'quote"and\\slash',
}
SENTENCES = {
    "response url": "POST https://hooks.slack.com/{} failed",
    "ticket": "wss://wss.slack.com/link/?ticket={}&app_id=x",
    "password": "postgres://{}@host/db",
    "password with an @": "postgres://{}@host/db",
    "token as user": "https://{}@host/repository",
    "upload": "POST https://files.slack.com/upload/v1/{} failed",
    "bearer": "Authorization: Bearer {}",
    "basic": "Authorization: Basic {}",
}
REGISTERED = [SECRETS["signing secret"], SECRETS["odd secret"]]


def fail(text):
    try:
        {}[text]
    except KeyError:
        log().exception("failed")


WAYS = {
    "event": lambda text: log().info(text),
    "value": lambda text: log().info("said", text=text),
    "nested": lambda text: log().info("said", deep={"a": [text, {text: (text,)}]}),
}
UNTAKEN = {
    "object": lambda text: log().info("said", thing=Exception(text), things={1: [Odd(text)]}),
    "exception": fail,
    "cause": lambda text: log().info("x", exc_info=chained(text)),
    "group": lambda text: log().info("x", exc_info=ExceptionGroup(text, [ValueError(text)])),
    "foreign": lambda text: logging.getLogger("slack_sdk").error("broke: %s", text),
    "foreign f-string": lambda text: logging.getLogger("slack_sdk").error(f"broke: {text}"),  # noqa: G004
    "foreign exception": lambda text: logging.getLogger("aiohttp").error(
        "x", exc_info=ValueError(text)
    ),
}
"""Ways on which no words are taken at all."""


@dataclass
class Odd:
    text: str


def chained(text):
    try:
        try:
            raise OSError(2, text, text)  # noqa: TRY301
        except OSError as error:
            raise RuntimeError(text) from error
    except RuntimeError as error:
        return error


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("way", UNTAKEN)
def test_words_of_others_are_not_taken(way, form):
    """No secret by its form: whatever it is, it is not there."""
    written = logged(lambda: UNTAKEN[way]("what people write"), format=form)

    assert written
    assert "what people write" not in written


def test_an_exception_has_its_classes_and_places():
    [entry] = logged(lambda: log().info("x", exc_info=chained("no"))).splitlines()
    lines = json.loads(entry)["exception"].splitlines()

    assert lines[-1] == "RuntimeError"
    assert "FileNotFoundError [ENOENT]" in lines
    assert any("in chained" in line for line in lines)


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", SECRETS)
def test_no_secret_is_written(kind, way, form):
    text = SENTENCES.get(kind, "it is {} here").format(SECRETS[kind])

    written = logged(lambda: WAYS[way](text), format=form, secrets=REGISTERED)

    assert SECRETS[kind] not in written
    assert json.dumps(SECRETS[kind])[1:-1] not in written
    assert telemetry.HIDDEN in written


@pytest.mark.parametrize(
    "text",
    [
        "task-123456 asked",
        "C0123 1718.000100",
        "a disk-based mask-layer",
        "https://slack.com/api/",
        COPY,  # which names a page of Slack, as do the next two
        COPY_APP,
        RENEW,
    ],
)
def test_what_is_no_secret_stays(text):
    assert telemetry.redact(text) == text


def test_redacted_json_is_json():
    entry = logged(lambda: log().info("x", a="Bearer abcdefghi", b="xoxb-1", c="u://a:b@c"))

    assert json.loads(entry)["b"] == telemetry.HIDDEN


def test_entries_carry_the_ids_of_their_turn_and_nothing_said():
    turn = Turn(Thread("T1", "C1", "1.0"), "2.0", "U1", "what is said")

    def act():
        with telemetry.about(turn):
            log().info("answered", turn=turn, tokens=3)
        log().info("idle")

    inside, outside = map(json.loads, logged(act).splitlines())

    assert (inside["team"], inside["channel"], inside["ts"]) == ("T1", "C1", "2.0")
    assert "what is said" not in inside["turn"]
    assert "team" not in outside


@pytest.mark.parametrize("name", ["slack_bolt", "slack_sdk.web", "aiohttp.access", "openai"])
def test_other_libraries_speak_only_when_something_is_wrong(name):
    """Even where they lower their own level: their debug output is whole payloads."""

    def act():
        foreign = logging.getLogger(name)
        before = foreign.level
        foreign.setLevel(logging.DEBUG)
        foreign.debug("payload")
        foreign.info("payload")
        foreign.warning("odd")
        foreign.setLevel(before)

    [entry] = logged(act).splitlines()

    assert (json.loads(entry)["event"], json.loads(entry)["logger"]) == ("odd", name)


def test_what_their_source_does_not_have_is_a_number_and_a_place():
    [entry] = logged(lambda: logging.getLogger("slack_bolt").warning("a" * 100_000)).splitlines()
    entry = json.loads(entry)

    assert entry["event"] == telemetry.FOREIGN
    assert entry["characters"] == 100_000
    assert entry["place"].startswith("test_telemetry.py:")


def test_levels():
    written = logged(lambda: log().info("low"), lambda: log().warning("high"), level="warning")

    assert [json.loads(line)["event"] for line in written.splitlines()] == ["high"]


def test_a_traceback_shows_no_variables():
    def act():
        content = "what people" + " write"
        try:
            len(content) / 0
        except ZeroDivisionError:
            log().exception("broke")

    written = logged(act, format="console")

    assert "ZeroDivisionError" in written
    assert "what people write" not in written


def test_a_crash_before_the_set_up_is_redacted_too():
    written = io.StringIO()
    with environment(), redirect_stderr(written):
        try:
            sys.intern(f"{1 / 0}")
        except ZeroDivisionError:
            telemetry.crashed()

    assert "ZeroDivisionError" in written.getvalue()


def test_error_ids_are_short_and_differ():
    ids = {telemetry.error_id() for _ in range(100)}

    assert len(ids) == 100
    assert set(map(len, ids)) == {8}


def test_an_id_is_made_only_where_its_line_is_written():
    with environment():
        telemetry.set_up(level="error")

        assert telemetry.error_id(logging.WARNING) == ""
        assert telemetry.error_id(logging.ERROR)


def full_disk():
    return open("/dev/full", "w", buffering=1)  # noqa: PTH123


def closed_terminal():
    mine, its = pty.openpty()
    os.close(mine)
    return open(its, "w", buffering=1)  # noqa: PTH123


def pipe_without_reader():
    mine, its = os.pipe()
    os.close(mine)
    return open(its, "w", buffering=1)  # noqa: PTH123


def closed_stream():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("opened", [full_disk, closed_terminal, pipe_without_reader, closed_stream])
def test_a_log_that_cannot_be_written_disturbs_nobody(opened):
    """The answer goes on, and so does the drain after a terminal was closed."""
    broken = opened()
    with environment(), redirect_stderr(broken):
        telemetry.set_up(format="json")
        log().warning("lost")
        logging.getLogger("other").warning("lost")
    with suppress(OSError):
        broken.close()
