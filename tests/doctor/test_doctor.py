"""`bot doctor`: a healthy set-up has no findings, and every fault we can seed is found."""

import asyncio
import json
import time

import pytest

from bot.doctor import CHECKS, run
from bot.doctor.finding import Status
from bot.playground.model.endpoint import REFUSED_KEY
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
    assert (failed(found), warned(found), skipped) == (set(), set(), {"slack-signing-secret"})
    assert found["slack-socket"].what.endswith(", 2 open in all")


async def test_a_healthy_bot_over_http(healthy):
    del healthy["SLACK_APP_TOKEN"]

    found = await findings(healthy | {"SLACK_SIGNING_SECRET": SECRET})

    assert (failed(found), warned(found)) == (set(), set())
    assert found["slack-signing-secret"].status is Status.OK
    assert found["slack-app-token"].status is Status.SKIPPED


VARIABLES = [
    ({"SLACK_BOT_TOKEN": ""}, {"slack-bot-token"}, set()),
    ({"SLACK_BOT_TOKEN": APP_TOKEN}, {"settings", "slack-bot-token"}, set()),
    ({"SLACK_BOT_TOKEN": "xoxp-user"}, {"settings", "slack-bot-token"}, set()),
    ({"SLACK_APP_TOKEN": ""}, {"slack-app-token"}, set()),
    ({"SLACK_APP_TOKEN": BOT_TOKEN}, {"settings", "slack-app-token"}, set()),
    (HTTP | {"SLACK_SIGNING_SECRET": "short"}, set(), {"slack-signing-secret"}),
    (HTTP | {"SLACK_SIGNING_SECRET": BOT_TOKEN}, {"settings", "slack-app-token"}, set()),
    ({"OPENAI_MODEL": "playground-dem"}, set(), {"model-offered"}),
    ({"OPENAI_API_KEY": REFUSED_KEY}, {"model-endpoint", "model-stream"}, set()),
    ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, {"model-endpoint", "model-stream"}, set()),
    ({"OPENAI_BASE_URL": "nonsense", "OPENAI_API_KEY": ""},
     {"settings", "model-endpoint"}, set()),
    ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, {"slack-bot-token", "slack-app-token"}, set()),
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

    found = await findings(healthy, limit=0.3)

    assert time.monotonic() - began < 2
    assert {"slack-bot-token", "slack-app-token"} <= failed(found)
    assert found["slack-bot-token"].what == "no answer within 0.3 s"


async def test_for_programs(healthy, capsys):
    with environment(**healthy):
        code = await run(as_json=True)

    told = json.loads(capsys.readouterr().out)
    assert (code, told["ok"]) == (0, True)
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
