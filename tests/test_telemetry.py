"""The log: ids and numbers, and whatever happens no secret."""

import io
import json
import logging
import sys
from contextlib import redirect_stderr

import pytest
import structlog

from bot import telemetry
from bot.core.types import Thread, Turn
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
    "bearer": "dG9rZW4tb2Ytc29tZWJvZHk=",
    "signing secret": "0f0f0f0f0f0f",
    "odd secret": 'quote"and\\slash',
}
SENTENCES = {
    "response url": "POST https://hooks.slack.com/{} failed",
    "ticket": "wss://wss.slack.com/link/?ticket={}&app_id=x",
    "password": "postgres://{}@host/db",
    "bearer": "Authorization: Bearer {}",
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
    "object": lambda text: log().info("said", thing=Exception(text)),
    "exception": fail,
    "foreign": lambda text: logging.getLogger("slack_sdk").error("broke: %s", text),
    "foreign exception": lambda text: logging.getLogger("aiohttp").error(
        "x", exc_info=ValueError(text)
    ),
}


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
    ["task-123456 asked", "C0123 1718.000100", "a disk-based mask-layer", "https://slack.com/api/"],
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


def test_their_messages_are_cut():
    written = logged(lambda: logging.getLogger("slack_bolt").warning("a" * 100_000))

    assert len(written) < 1000


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
