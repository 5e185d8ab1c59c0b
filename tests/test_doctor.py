"""`bot doctor`: a healthy set-up has no findings, and every fault we can seed is found."""

import asyncio
import json
import time
from email.utils import formatdate

import pytest
from aiohttp import web

from bot.config import close_bolt_trap, examine
from bot.core.feedback import Thumb
from bot.doctor import CHECKS, run
from bot.doctor import examine as examine_all
from bot.doctor.finding import Status
from bot.doctor.visit import Visit
from bot.playground.model.endpoint import MODEL, REFUSED_KEY, ScriptedModel
from bot.playground.model.scripted_reply import Reply
from bot.slack.manifest import SCOPES
from bot.store import open_store
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
from tests.fakes import turn

TICKET = "canary-ticket"


class FakeSlack:
    """Two methods and a socket, as the doctor sees them. `errors` maps a method to its refusal."""

    def __init__(self):
        self.errors = {}
        self.scopes = ",".join(SCOPES)
        self.skew = 0.0
        self.hello = {"type": "hello", "num_connections": 2}
        self.asked = []
        self.closed = asyncio.Event()
        self.handler = self._answer

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/api/{method}", self._handle)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc_info):
        await self._runner.cleanup()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/api/"

    async def _handle(self, request):
        return await self.handler(request)

    async def _answer(self, request):
        method = request.match_info["method"]
        self.asked.append((method, request.headers["Authorization"]))
        headers = {"X-OAuth-Scopes": self.scopes} if self.scopes is not None else {}
        headers["Date"] = formatdate(time.time() + self.skew, usegmt=True)
        body = {
            "auth.test": {"user": "bot", "team": "Team"},
            "apps.connections.open": {"url": f"ws://127.0.0.1:{self.port}/socket?ticket={TICKET}"},
        }[method]
        error = self.errors.get(method)
        answer = {"ok": False, "error": error} if error else {"ok": True} | body
        return web.json_response(answer, headers=headers)

    async def _socket(self, request):
        if self.hello is None:
            return web.Response(status=408)
        connection = web.WebSocketResponse()
        await connection.prepare(request)
        await connection.send_json(self.hello)
        if self.hello["type"] == "hello":
            async for _ in connection:
                pass
        await connection.close()
        self.closed.set()
        return connection


@pytest.fixture
async def slack():
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
async def model():
    async with ScriptedModel(speed=0) as model:
        yield model


@pytest.fixture
def healthy(slack, model):
    """Variables with which nothing is wrong, in Socket Mode."""
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": slack.url,
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_MODEL": MODEL,
    }


async def findings(variables, limit=5.0):
    with environment(**variables):
        trap = close_bolt_trap()
        settings, problems = examine()
        async with Visit(settings, problems=problems, trap=trap) as visit:
            return await examine_all(visit, limit)


def failed(found):
    return {name for name, finding in found.items() if finding.status is Status.FAILED}


def warned(found):
    return {name for name, finding in found.items() if finding.status is Status.WARNING}


async def test_a_healthy_bot_has_nothing_to_mend(healthy, slack):
    found = await findings(healthy)

    skipped = {name for name, finding in found.items() if finding.status is Status.SKIPPED}
    assert (failed(found), warned(found), skipped) == (set(), set(), {"slack-signing-secret"})
    assert found["slack-socket"].what.endswith(", 2 open in all")


async def test_each_request_is_made_once(healthy, slack):
    await findings(healthy)

    assert sorted(slack.asked) == [
        ("apps.connections.open", f"Bearer {APP_TOKEN}"),
        ("auth.test", f"Bearer {BOT_TOKEN}"),
    ]


async def test_the_socket_is_closed_again(healthy, slack):
    await findings(healthy)

    await asyncio.wait_for(slack.closed.wait(), 2)


async def test_a_healthy_bot_over_http(healthy):
    del healthy["SLACK_APP_TOKEN"]

    found = await findings(healthy | {"SLACK_SIGNING_SECRET": SECRET})

    assert (failed(found), warned(found)) == (set(), set())
    assert found["slack-signing-secret"].status is Status.OK
    assert found["slack-app-token"].status is Status.SKIPPED


HTTP = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SECRET}

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


async def test_a_key_in_the_clear_is_warned_of(healthy):
    """The address is one for documentation: nobody is there, so nobody is waited for."""
    found = await findings(healthy | {"OPENAI_BASE_URL": "http://192.0.2.1/v1"}, limit=0.3)

    assert "model-https" in warned(found)


SLACK_FAULTS = [
    ({"errors": {"auth.test": "invalid_auth"}}, {"slack-bot-token"}, set()),
    ({"errors": {"auth.test": "account_inactive"}}, {"slack-bot-token"}, set()),
    ({"errors": {"auth.test": "something_new"}}, {"slack-bot-token"}, set()),
    ({"errors": {"apps.connections.open": "not_allowed_token_type"}}, {"slack-app-token"}, set()),
    ({"errors": {"apps.connections.open": "missing_scope"}}, {"slack-app-token"}, set()),
    ({"scopes": "chat:write"}, {"slack-scopes"}, set()),
    ({"scopes": ",".join([*SCOPES, "files:read"])}, set(), {"slack-scopes"}),
    ({"scopes": ",".join(SCOPES.keys() - {"files:write"})}, set(), {"slack-scopes"}),
    ({"scopes": ""}, {"slack-scopes"}, set()),
    ({"scopes": None}, set(), set()),
    ({"skew": 90.0}, set(), {"slack-clock"}),
    ({"skew": -400.0}, set(), {"slack-clock"}),
    ({"hello": None}, {"slack-socket"}, set()),
    ({"hello": {"type": "disconnect", "reason": "link_disabled"}}, {"slack-socket"}, set()),
]


@pytest.mark.parametrize(("fault", "failing", "warning"), SLACK_FAULTS)
async def test_what_is_wrong_at_slack_is_found(fault, failing, warning, healthy, slack):
    for name, value in fault.items():
        setattr(slack, name, value)

    found = await findings(healthy)

    assert (failed(found), warned(found)) == (failing, warning)
    assert all(found[name].hint for name in failing | warning)


async def test_a_clock_that_is_off_fails_over_http(healthy, slack):
    """F106."""
    slack.skew = -400.0

    found = await findings(healthy | HTTP)

    assert failed(found) == {"slack-clock"}
    # The Date header has whole seconds, so one may pass meanwhile.
    assert found["slack-clock"].what in {
        f"{seconds} s ahead of Slack's clock" for seconds in (400, 401)
    }


async def test_missing_scopes_are_named_with_their_reason(healthy, slack):
    slack.scopes = ",".join(scope for scope in SCOPES if scope != "users:read")

    finding = (await findings(healthy))["slack-scopes"]

    assert finding.what == "missing: users:read"
    assert SCOPES["users:read"] in finding.hint


@pytest.mark.parametrize("status", [200, 302, 500, 503])
async def test_a_page_in_place_of_slack(status, healthy, slack):
    async def page(_):
        return web.Response(status=status, text="<html>", headers={"Location": "https://x.example"})

    slack.handler = page

    assert failed(await findings(healthy)) == {"slack-bot-token", "slack-app-token"}


async def test_silence_has_a_limit(healthy, slack):
    async def silent(_):
        await asyncio.sleep(30)

    slack.handler = silent
    began = time.monotonic()

    found = await findings(healthy, limit=0.3)

    assert time.monotonic() - began < 2
    assert {"slack-bot-token", "slack-app-token"} <= failed(found)
    assert found["slack-bot-token"].what == "no answer within 0.3 s"


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply(["all at once"]), Status.WARNING),
        (Reply([]), Status.WARNING),
        (Reply(["one ", "two"]), Status.OK),
        (Reply(["one ", "two"], finish_reason="length"), Status.OK),
        (Reply(["one ", "two"], finish_reason=None), Status.FAILED),
        (Reply.error(404, "no such model", "model_not_found"), Status.FAILED),
        (Reply.error(429, "pay", "insufficient_quota"), Status.FAILED),
    ],
)
async def test_the_stream_of_the_model(reply, status, healthy, model):
    model.enqueue(reply)

    assert (await findings(healthy))["model-stream"].status is status


@pytest.mark.parametrize("path", ["nothing", "api"])
async def test_an_endpoint_that_lists_nothing_may_still_answer(path, healthy, slack):
    """`/models` is a 404 or a 405 there; the list is not what the bot needs."""
    base = f"http://127.0.0.1:{slack.port}/{path}"

    found = await findings(healthy | {"OPENAI_BASE_URL": base})

    assert "model-endpoint" in warned(found)
    assert found["model-offered"].status is Status.SKIPPED


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


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("sqlite:///nowhere/at/all/bot.db", "folder"),
        ("sqlite:///garbage.db", "no SQLite"),
        ("sqlite:///:memory:", "memory"),
        ("postgresql://canary-password@127.0.0.1:1/test", "does not answer"),
        ("postgresql://127.0.0.1/test?canary-password=1", "not supported"),
    ],
)
async def test_a_database_that_cannot_be_used(healthy, tmp_path, monkeypatch, url, what):
    """F089, T27: found before the bot is started, and without a value."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "garbage.db").write_bytes(b"garbage" * 1000)

    found = await findings(healthy | {"DATABASE_URL": url})

    assert failed(found) == {"database"}
    assert what in found["database"].what
    assert "password" not in found["database"].what or url.endswith("=1")


async def test_a_database_on_a_host_that_keeps_no_files(healthy):
    assert warned(await findings(healthy | {"DYNO": "web.1"})) == {"database"}


async def test_a_database_that_is_there(healthy, tmp_path):
    url = f"sqlite:///{tmp_path}/bot.db"
    async with open_store(url, owner="bot") as journal:
        before = await findings(healthy | {"DATABASE_URL": url})
        await journal.accept(turn())
        for user, verdict in (("U1", Thumb.UP), ("U2", Thumb.UP), ("U3", Thumb.DOWN)):
            await journal.feedback.vote(turn().key, 0, user, verdict)
        after = await findings(healthy | {"DATABASE_URL": url})

    assert before["database"].what == "opens, and its schema is up to date"
    assert after["database"].what.endswith("feedback in 30 days: 2 up, 1 down")


async def test_the_doctor_makes_no_file(healthy, tmp_path):
    found = await findings(healthy | {"DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})

    assert found["database"].status is Status.OK
    assert list(tmp_path.iterdir()) == []
