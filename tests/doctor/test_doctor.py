"""`bot doctor`: a healthy set-up has no findings, and every fault we can seed is found."""

import asyncio
import json
import time

import pytest

from bot import telemetry
from bot.config import Settings, examine
from bot.doctor import CHECKS, Check, run
from bot.doctor import examine as examine_all
from bot.doctor.finding import Finding, Status
from bot.doctor.probe import Probe
from bot.doctor.report import Report
from bot.playground.model.endpoint import REFUSED_KEY
from bot.playground.model.scripted_reply import Reply
from tests.doctor.fake_slack import HTTP, TICKET, failed, findings, warned
from tests.environment import (
    APP_TOKEN,
    BOT_TOKEN,
    KEY,
    ROOT,
    SECRET,
    command,
    environment,
    scrubbed,
)


async def test_a_healthy_bot_has_nothing_to_mend(healthy, slack):
    found = await findings(healthy)

    skipped = {name for name, finding in found.items() if finding.status is Status.SKIPPED}
    assert (failed(found), warned(found)) == (set(), set())
    assert skipped == {"slack-signing-secret", "http-address"}
    assert found["slack-socket"].what.endswith(", 2 open in all")


async def test_a_healthy_bot_over_http(healthy):
    del healthy["SLACK_APP_TOKEN"]

    found = await findings(healthy | {"SLACK_SIGNING_SECRET": SECRET, "PORT": "0"})

    assert (failed(found), warned(found)) == (set(), set())
    assert found["slack-signing-secret"].status is Status.OK
    assert found["slack-app-token"].status is Status.SKIPPED


VARIABLES = [
    ({"SLACK_BOT_TOKEN": ""}, {"slack-bot-token"}, set()),
    ({"SLACK_BOT_TOKEN": APP_TOKEN}, {"settings"}, set()),
    ({"SLACK_BOT_TOKEN": APP_TOKEN, "SLACK_APP_TOKEN": BOT_TOKEN}, {"settings"}, set()),
    ({"SLACK_BOT_TOKEN": "xoxp-user"}, {"settings"}, set()),
    ({"SLACK_APP_TOKEN": ""}, {"slack-app-token"}, set()),
    ({"SLACK_APP_TOKEN": BOT_TOKEN}, {"settings"}, set()),
    (HTTP | {"SLACK_SIGNING_SECRET": "short"}, set(), {"slack-signing-secret"}),
    (HTTP | {"SLACK_SIGNING_SECRET": BOT_TOKEN}, {"settings"}, set()),
    ({"OPENAI_MODEL": "playground-dem"}, set(), {"model-offered"}),
    ({"OPENAI_API_KEY": REFUSED_KEY}, {"model-endpoint"}, set()),
    ({"OPENAI_API_KEY": BOT_TOKEN}, {"settings"}, set()),
    ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, {"model-endpoint"}, set()),
    ({"OPENAI_BASE_URL": "nonsense", "OPENAI_API_KEY": ""}, {"settings"}, set()),
    ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, {"slack-bot-token"}, set()),
    ({"SLACK_API_URL": "nonsense"}, {"settings"}, set()),
    ({"DATABASE_URL": "nonsense"}, {"settings"}, set()),
    ({"BOT_TURN_TIMOUT": "5"}, {"settings"}, set()),
    ({"BOT_EDITS_PER_MINUTE": "many"}, {"settings"}, set()),
    ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "x"}, set(), {"oauth-variables"}),
    ({"OPENAI_STREAM": "false"}, set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "failing", "warning"), VARIABLES)
async def test_wrong_variables_are_found(changed, failing, warning, healthy):
    found = await findings(healthy | changed)

    assert (failed(found), warned(found)) == (failing, warning)
    assert all(found[name].hint for name in failing | warning)


async def test_silence_has_a_limit(healthy, slack):
    async def silent(_):
        await asyncio.sleep(30)

    slack.handler = silent
    began = time.monotonic()

    found = await findings(healthy, patience=1.0)

    assert time.monotonic() - began < 20
    assert failed(found) == {"slack-bot-token"}
    assert found["slack-bot-token"].what == "auth.test: no answer within 1 s"


async def test_a_check_that_is_silent_has_a_limit(healthy, model):
    model.enqueue(Reply([30.0, "late"]))

    found = await findings(healthy, patience=1.0)

    assert failed(found) == {"model-stream"}
    assert found["model-stream"].what == "no answer within 4 s"
    assert "OPENAI_BASE_URL" in found["model-stream"].hint


async def test_each_finding_is_told_as_soon_as_it_is_there():
    """In order, so that people find their way; nobody waits for the last check."""
    go_on, told = asyncio.Event(), []

    class Reader(Report):
        def tell(self, name, finding):
            told.append((name, finding.what, go_on.is_set()))

    async def quick(_):
        return Finding.ok("at once")

    async def slow(_):
        await go_on.wait()
        return Finding.ok("late")

    async def sign():
        while len(told) < 2:
            await asyncio.sleep(0.001)
        go_on.set()

    checks = {"a": Check(quick), "b": Check(quick), "c": Check(slow), "d": Check(quick)}
    async with Probe(Settings()) as probe, asyncio.timeout(20):
        await asyncio.gather(examine_all(probe, checks, Reader()), sign())

    assert told == [
        ("a", "at once", False),
        ("b", "at once", False),
        ("c", "late", True),
        ("d", "at once", True),
    ]


async def test_several_wrong_settings_have_a_line_each(healthy, capsys):
    with environment(**healthy, PORT="x", BOT_BURST="x", DATABASE_DSN="x"):
        await run()

    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].split()[-1] for line in lines[:3]] == [
        "PORT",
        "BOT_BURST",
        "DATABASE_DSN",
    ]
    assert lines[3].strip().startswith("→ Correct PORT and BOT_BURST;")


async def test_a_check_that_breaks_off_is_a_finding(healthy, capsys):
    """A stand-in for what nobody has thought of."""

    async def look(_):
        raise KeyError("canary")

    checks = dict(CHECKS, database=Check(look, ("DATABASE_URL",)))
    with environment(**healthy):
        telemetry.set_up(level="error")
        async with Probe(examine()[0]) as probe:
            found = await examine_all(probe, checks)

    assert failed(found) == {"database"}
    assert found["database"].what == "an answer that this check does not understand"
    assert "DATABASE_URL" in found["database"].hint
    assert "canary" not in capsys.readouterr().err


async def test_a_slip_in_a_name_is_the_remedy_for_what_is_not_set(healthy):
    """One thing to do, not two findings that seem to have nothing to do with each other."""
    token = healthy.pop("SLACK_BOT_TOKEN")

    found = await findings(healthy | {"SLACK_TOKEN": token})

    assert found["slack-bot-token"].hint == "Rename SLACK_TOKEN to SLACK_BOT_TOKEN."


async def test_a_slip_in_a_name_comes_before_the_start(healthy, capsys):
    """The bot would run without that setting."""
    with environment(**healthy, OPENAI_TEMPRATURE="1"):
        assert await run() == 0

    assert capsys.readouterr().out.splitlines()[-1].startswith("Next (settings): ")


async def test_for_programs(healthy, capsys):
    with environment(**healthy):
        code = await run(as_json=True)

    told = json.loads(capsys.readouterr().out)
    assert (code, told["ok"]) == (0, True)
    assert told["next"].startswith("Start the bot: ")
    assert [finding["id"] for finding in told["findings"]] == list(CHECKS)
    assert all(set(finding) == {"id", "status", "what", "hint"} for finding in told["findings"])


async def test_no_secret_is_printed(healthy, slack, capsys):
    """With errors that repeat what they were sent."""
    slack.errors = {"auth.test": f"bad token {BOT_TOKEN}"}
    slack.hello = None

    with environment(**healthy, SLACK_SIGNING_SECRET=SECRET):
        code = await run()

    out, err = capsys.readouterr()
    assert code == 1
    assert "→" in out
    assert not [s for s in (BOT_TOKEN, APP_TOKEN, KEY, SECRET, TICKET) if s in out + err]


async def test_as_a_program(healthy):
    process = await asyncio.create_subprocess_exec(
        *command("doctor"),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        cwd=ROOT, env=scrubbed(**healthy, BOT_LOG_LEVEL="loud"),
    )  # fmt: skip
    out, err = await process.communicate()

    assert (process.returncode, err) == (1, b"")
    assert out.decode().splitlines()[0].startswith("✗ settings")
