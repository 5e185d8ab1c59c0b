"""Whatever answers in place of Slack and the endpoint: the doctor has findings and no traceback."""

import asyncio
import json
import re
from itertools import pairwise

import pytest

from bot.doctor import run
from bot.program_name import program_name
from tests.certificate import make_certificate, server_context
from tests.environment import ROOT, command, environment, scrubbed
from tests.impostor import KINDS, Impostor

UNFIT = re.compile(
    r"Traceback|Error|Exception|Report|canary|<|None|\bAttribute|✗ database|! database"
)
"""Names of classes, words that come from the impostor, and findings about what is in order."""

MODEL_FAILED = re.compile(r"^✗ model-(?:endpoint|stream)", re.MULTILINE)


def variables(healthy, url):
    return healthy | {"SLACK_API_URL": f"{url}/api/", "OPENAI_BASE_URL": f"{url}/v1"}


async def told(capsys, variables):
    """What the command writes; to stderr it must write nothing."""
    with environment(**variables):
        code = await run(patience=0.4)
    out, err = capsys.readouterr()
    assert (code, err) == (1, "")
    return re.sub(r"\x1b\[\d*m", "", out)


def check(out):
    """One failure of Slack, one of the model, each with a remedy, and the first of them is next."""
    lines = out.splitlines()
    failures = [pair for pair in pairwise(lines) if pair[0].startswith("✗")]
    remedies = [remedy.strip(" →") for _, remedy in failures]
    assert not UNFIT.search(out), out
    assert out.count("✗ slack") == 1
    assert len(MODEL_FAILED.findall(out)) == 1
    assert all(len(remedy) > 10 for remedy in remedies)
    assert lines[-1] == f"Next (slack-bot-token): {remedies[0]}"


@pytest.mark.parametrize("kind", KINDS)
async def test_an_impostor_is_found(kind, healthy, tmp_path, capsys):
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"}
    async with Impostor(KINDS[kind]) as impostor:
        check(await told(capsys, variables(healthy, impostor.url) | database))


async def test_a_certificate_that_is_not_trusted(healthy, tmp_path, capsys):
    tls = server_context(make_certificate(tmp_path))
    async with Impostor(KINDS["a web page"], tls) as impostor:
        out = await told(capsys, variables(healthy, impostor.url))

    check(out)
    assert out.count("self-signed certificate") == 2
    assert "SSL_CERT_FILE" in out.splitlines()[-1]


async def test_nobody_there(healthy, capsys):
    out = await told(capsys, variables(healthy, "http://127.0.0.1:9"))

    check(out)
    assert "Check the port in OPENAI_BASE_URL" in out


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
async def test_a_proxy_that_does_not_connect(variable, healthy, capsys):
    """It is the proxy that refuses the connection, not Slack and not the endpoint."""
    proxied = variables(healthy, "https://nobody.invalid") | {variable: "http://127.0.0.1:9"}
    out = await told(capsys, proxied)

    check(out)
    assert "no connection to the endpoint (the proxy does not connect)" in out
    assert f"the proxy of {variable} does not connect" in out
    assert out.splitlines()[-1].endswith("correct it, or list the host in NO_PROXY.")


async def test_one_of_two_that_is_in_order_has_no_finding(healthy, capsys):
    """The endpoint answers; only in Slack's place there is a page."""
    async with Impostor(KINDS["a web page"]) as impostor:
        out = await told(capsys, healthy | {"SLACK_API_URL": impostor.url})

    assert out.count("✗") == 1
    assert "✓ model-stream" in out


async def test_for_programs(healthy, capsys):
    async with Impostor(KINDS["a web page"]) as impostor:
        with environment(**variables(healthy, impostor.url)):
            code = await run(as_json=True)

    found = json.loads(capsys.readouterr().out)
    by_id = {finding["id"]: finding for finding in found["findings"]}
    assert (code, found["ok"]) == (1, False)
    assert found["next"] == by_id["slack-bot-token"]["hint"]


async def test_as_a_program(healthy):
    async with Impostor(KINDS["a web page"]) as impostor:
        process = await asyncio.create_subprocess_exec(
            *command("doctor"),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            cwd=ROOT, env=scrubbed(**variables(healthy, impostor.url)),
        )  # fmt: skip
        out, err = await process.communicate()

    assert (process.returncode, err) == (1, b"")
    check(out.decode())


async def test_when_all_is_well_the_next_thing_is_to_run_it(healthy, capsys):
    with environment(**healthy):
        code = await run()

    assert code == 0
    assert capsys.readouterr().out.endswith(f"\n\nNext: Start the bot: {program_name()} run\n")
