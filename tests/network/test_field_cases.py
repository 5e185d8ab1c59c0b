"""What stands in the environments of people: `tests/field_cases/network.yaml` has them.

Cases that lie beside the checkout are run, too.
"""

import asyncio
from contextlib import suppress

import pytest

from bot.errors import SettingsError, SlackError
from bot.network.way import Network
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.scripted_reply import Reply
from tests.cases import field_cases
from tests.certificate import make_certificate
from tests.environment import ROOT, command, scrubbed
from tests.network.office import API, MODEL, SOCKET, open_office
from tests.network.test_way import dial_model, dial_slack

KEYS = {"id", "what", "today", "run", "env", "far", "answer", "expect", "check"}
HOSTS = {"api": API, "socket": SOCKET, "model": MODEL}
OTHERS = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")


def filled(case, folder, proxy):
    """The variables of the case, with what there is here."""
    words = folder / "words.pem"
    words.write_text("not a certificate\n")
    names = {"proxy": proxy, "missing": folder / "missing", "not_certificates": words}
    found = {}
    for name, value in case["env"].items():
        for word, meant in names.items():
            value = value.replace(f"{{{word}}}", str(meant))
        found[name] = value
    return found


async def run_ask(case, variables, folder):
    """The command as a process of its own. Returns what the checks speak of."""
    async with ScriptedModel(speed=0) as model:
        model.enqueue(Reply([case.get("answer", "Fine.")]))
        url = "https://llm.example.test/v1" if case.get("far") else model.base_url
        given = {"OPENAI_API_KEY": "sk-field", "OPENAI_BASE_URL": url, "PYTHONPATH": str(ROOT)}
        inherited = {k: v for k, v in scrubbed().items() if k.lower() not in OTHERS}
        program = await asyncio.create_subprocess_exec(
            *command("ask", "hi"),
            cwd=folder, env=inherited | given | variables, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await program.communicate()
        sent = [request.headers.get("Authorization") for request in model.requests]
    assert b"Traceback" not in said
    return {"exit": program.returncode, "says": said.decode(), "sent": sent}


def holds(check, found):
    says = found["says"].lower()
    return (
        found["exit"] in check["exit"]
        and all(word.lower() in says for word in check.get("says", ()))
        and ("sent" not in check or check["sent"] in found["sent"])
    )


@pytest.mark.parametrize("case", field_cases("network"))
async def test_what_stands_in_an_environment(case, tmp_path):
    assert case.keys() <= KEYS
    if case["run"] == "ask":
        found = await run_ask(case, filled(case, tmp_path, "127.0.0.1:9"), tmp_path)
        assert any(holds(check, found) for check in case["check"]), found
        return
    certificate = make_certificate(tmp_path, *HOSTS.values())
    async with open_office(certificate) as (proxy, port):
        variables = filled(case, tmp_path, f"127.0.0.1:{port}")
        network = Network(variables | {"SSL_CERT_FILE": f"{certificate}.crt"})
        for dial in (dial_slack, dial_model):
            # What is excepted from the proxy has no address here.
            with suppress(SlackError, SettingsError):
                await dial(network)
        [check] = case["check"]
        assert {host for host, _ in proxy.asked} == {HOSTS[name] for name in check["proxied"]}
