"""Every failure to start that is the environment's: one line, its exit code, and no traceback.

The command line runs in this process, so that the many cases are quick; those that need a process
of its own are at the end.
"""

import asyncio
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.playground.faults import Loss
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.server import Playground
from bot.store.urls import address
from tests.certificate import make_certificate
from tests.database import SERVER, connected
from tests.environment import KEY, ROOT, command, environment, scrubbed

CONFIG, UNAVAILABLE = 78, 69
"""Exit codes of sysexits.h: EX_CONFIG and EX_UNAVAILABLE."""

CANARY = "canary"
"""In values that no line may repeat."""


class Thread:
    """A Slack and a model in a thread, because the command line has the main thread's loop."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)


@pytest.fixture(scope="module")
def outside():
    """What a healthy bot needs: the playground's Slack and its model."""
    slack, model = Playground(), ScriptedModel()
    with Thread() as thread:
        thread.call(slack.start())
        thread.call(model.__aenter__())
        yield SimpleNamespace(slack=slack, thread=thread, healthy=healthy(slack, model))
        thread.call(model.__aexit__())
        thread.call(slack.stop())


def healthy(slack, model):
    return {
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "OPENAI_BASE_URL": model.base_url,
        "OPENAI_API_KEY": KEY,
        "BOT_HOST": "127.0.0.1",
        "BOT_START_TIMEOUT": "0.1",
        "BOT_DRAIN_SECONDS": "0.1",
        "PORT": "0",
    }


@pytest.fixture
def start(outside, tmp_path):
    """Runs a command in an empty folder, with a healthy environment but for `variables`."""

    def invoke(*words, **variables):
        with environment(**outside.healthy | variables), chdir(tmp_path):
            return CliRunner().invoke(app, words)

    return invoke


def refused(result, code, *said):
    """Asserts that it ended with the code and one line of ours, in which everything stands."""
    lines = [line for line in result.stderr.splitlines() if line.startswith("bot: ")]
    assert len(lines) == 1, result.output
    assert result.exit_code == code, result.output
    assert not [each for each in said if each not in lines[0]], lines[0]
    assert "Traceback" not in result.output
    assert CANARY not in result.output
    return lines[0]


# The port and the address


@contextmanager
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def test_a_port_that_is_taken(start):
    with taken_port() as port:
        refused(start("run", "--http", PORT=port), CONFIG, "PORT: ", port, "another port")


@pytest.mark.parametrize("host", [f"{CANARY}.invalid", "192.0.2.1", "a" * 64, "2001:db8::1"])
def test_an_address_of_another_machine(start, host):
    refused(start("run", "--http", BOT_HOST=host), CONFIG, "BOT_HOST: ", "0.0.0.0")


# The database


def database_is(start, url):
    return start("run", "--http", DATABASE_URL=url)


def test_a_folder_that_is_not_there(start, tmp_path):
    refused(database_is(start, f"sqlite:///{tmp_path}/no/bot.db"), CONFIG, "DATABASE_URL", "create")


def test_a_folder_in_place_of_the_file(start, tmp_path):
    (tmp_path / "bot.db").mkdir()
    refused(database_is(start, f"sqlite:///{tmp_path}/bot.db"), CONFIG, "DATABASE_URL", "path")


def test_a_folder_that_cannot_be_written(start):
    found = database_is(start, "sqlite:////proc/self/bot.db")
    refused(found, CONFIG, "DATABASE_URL", "permissions")


def test_a_path_that_is_too_long(start, tmp_path):
    found = database_is(start, f"sqlite:///{tmp_path}/{'x' * 300}/bot.db")
    refused(found, CONFIG, "DATABASE_URL", "File name too long", "check the path")


def test_a_file_that_is_no_database(start, tmp_path):
    (tmp_path / "bot.db").write_bytes(b"What is this? " * 500)
    refused(start("run"), CONFIG, "DATABASE_URL", "backup")


def test_a_database_of_something_else(start, tmp_path):
    other = sqlite3.connect(tmp_path / "bot.db")
    other.execute("CREATE TABLE turns (wheel TEXT)")
    other.close()
    refused(start("run"), CONFIG, "DATABASE_URL", "set another database")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_is_only_for_reading(start, tmp_path):
    (tmp_path / "bot.db").touch(0o400)
    refused(start("run"), CONFIG, "DATABASE_URL", "permissions")


def test_a_file_that_another_program_has_locked(start, tmp_path):
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("CREATE TABLE t (a)")
    other.execute("BEGIN EXCLUSIVE")
    try:
        refused(start("run"), UNAVAILABLE, "DATABASE_URL", "locked", "end the other program")
    finally:
        other.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"mysql://u:{CANARY}@host/x", "postgresql://"),
        (f"postgres://u:{CANARY}@host/x?{CANARY}=1", "parameter"),
        ("sqlite://", "give it a file"),
    ],
)
def test_an_address_that_is_none(start, url, said):
    found = database_is(start, url)
    assert said in found.stderr
    assert found.exit_code == CONFIG


def test_nothing_listens_there(start):
    with taken_port() as port:
        pass
    url = f"postgres://u:{CANARY}@localhost:{port}/x"
    for found in (database_is(start, url), start("feedback", DATABASE_URL=url)):
        refused(found, UNAVAILABLE, "DATABASE_URL", "nothing listens there")


def test_no_such_host_of_a_database(start):
    url = f"postgres://u:{CANARY}@no-such-host.invalid/x"
    refused(database_is(start, url), UNAVAILABLE, "DATABASE_URL", "the host is unknown")


def test_a_host_that_never_answers(start):
    with taken_port() as port:
        url = f"postgres://u:{CANARY}@127.0.0.1:{port}/x?connect_timeout=2"
        refused(database_is(start, url), UNAVAILABLE, "DATABASE_URL", "no answer")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"database": "no_such_database"}, "create the database"),
        ({"username": "no_such_role"}, "check user and password"),
        ({"query": {"options": "-csearch_path=no_such_schema"}}, "create the schema"),
        ({"query": {"sslmode": "verify-full", "sslrootcert": "/no/such/file"}}, "check the path"),
    ],
)
def test_a_server_that_refuses_us(start, parts, said):
    there_is_a_server()
    url = address(SERVER).url.set(drivername="postgres", password=CANARY, **parts)
    found = database_is(start, url.render_as_string(hide_password=False))

    refused(found, CONFIG, "DATABASE_URL", said)


def test_a_server_without_tls(start):
    with server_that_says(b"N") as port:
        url = f"postgres://u:{CANARY}@127.0.0.1:{port}/x?sslmode=require"
        refused(database_is(start, url), CONFIG, "DATABASE_URL", "sslmode=disable")


def test_a_server_whose_certificate_is_not_trusted(start, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with server_that_says(b"S", upgrade=context) as port:
        url = f"postgres://u:{CANARY}@127.0.0.1:{port}/x?sslmode=verify-full&sslrootcert=system"
        found = refused(database_is(start, url), CONFIG, "DATABASE_URL", "certificate")
    assert "SSL_CERT_FILE" in found


def test_a_wrong_password(start):
    """The answer of a server that asks for one, byte by byte: the tests' own may ask for none."""
    fields = b'SFATAL\0C28P01\0Mpassword authentication failed for user "u"\0\0'
    refusal = b"E" + (len(fields) + 4).to_bytes(4, "big") + fields
    with server_that_says(refusal) as port:
        url = f"postgres://u:{CANARY}@127.0.0.1:{port}/x?sslmode=disable"
        refused(database_is(start, url), CONFIG, "DATABASE_URL", "check user and password", "%40")


def test_something_else_listens_there(start, outside):
    url = f"postgres://u:{CANARY}@127.0.0.1:{outside.slack.port}/x?sslmode=disable"
    refused(database_is(start, url), UNAVAILABLE, "DATABASE_URL", "host and port")


def there_is_a_server():
    async def once():
        await (await connected()).close()

    asyncio.run(once())


@contextmanager
def server_that_says(answer, *, upgrade=None):
    """Reads what a client of PostgreSQL says first, answers that, and hangs up."""

    def serve():
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client, suppress(OSError):
                client.recv(1000)
                client.sendall(answer)
                if upgrade:
                    upgrade.wrap_socket(client, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A file with a key and a certificate for this machine that nobody trusts."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


# Slack


@pytest.mark.parametrize("transport", ["--socket", "--http"])
def test_a_bot_token_that_slack_does_not_know(start, transport):
    found = start("run", transport, SLACK_BOT_TOKEN=f"xoxb-{CANARY}")
    refused(found, CONFIG, "SLACK_BOT_TOKEN", "(invalid_auth)", "OAuth & Permissions")


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "token_expired"])
def test_a_bot_token_that_is_not_valid_any_more(start, outside, code):
    with failing(outside, "auth.test", code):
        refused(start("run"), CONFIG, "SLACK_BOT_TOKEN", code, "install the app")


def test_an_app_token_that_slack_does_not_know(start):
    found = start("run", SLACK_APP_TOKEN=f"xapp-{CANARY}")
    refused(found, CONFIG, "SLACK_APP_TOKEN", "invalid_auth", "Basic Information")


def test_socket_mode_is_off(start, outside):
    with failing(outside, "apps.connections.open", "link_disabled"):
        refused(start("run"), CONFIG, "SLACK_APP_TOKEN", "Socket Mode is off", "turn it on")


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
def test_slack_is_down(start, outside, method):
    with failing(outside, method, 503):
        refused(start("run"), UNAVAILABLE, "SLACK_", "service_unavailable", "status")


def test_a_socket_that_slack_refuses(start, outside):
    with faults(outside, lambda each: setattr(each, "socket_refused", True)):
        found = start("run", BOT_START_TIMEOUT="0.5")
    refused(found, UNAVAILABLE, "SLACK_APP_TOKEN", "HTTP 503", "WebSockets", "--http")


def slack_is(start, url, **variables):
    return start("run", SLACK_API_URL=url, **variables)


def test_slack_is_not_there(start):
    with taken_port() as port:
        pass
    found = slack_is(start, f"http://127.0.0.1:{port}/api/")
    refused(found, UNAVAILABLE, "SLACK_API_URL", "nothing listens there")


def test_no_such_host_of_slack(start):
    found = slack_is(start, "https://no-such-host.invalid/api/")
    refused(found, UNAVAILABLE, "SLACK_API_URL", "the host is unknown", "DNS")


def test_what_answers_is_not_slack(start, outside):
    found = slack_is(start, outside.slack.base_url + "nothing/")
    refused(found, CONFIG, "SLACK_API_URL", "not Slack's Web API", "404")


def test_slack_without_tls(start, outside):
    found = slack_is(start, outside.slack.api_url.replace("http://", "https://"))
    refused(found, CONFIG, "SLACK_API_URL", "does not speak TLS")


def test_a_certificate_of_slack_that_is_not_trusted(start, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with https_server(context) as port:
        found = slack_is(start, f"https://127.0.0.1:{port}/api/")
    refused(found, CONFIG, "SLACK_API_URL", "certificate is not trusted", "SSL_CERT_FILE")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_is_not_there(start, variable):
    with taken_port() as port:
        pass
    given = {variable: f"http://127.0.0.1:{port}", "NO_PROXY": ""}
    found = slack_is(start, "https://slack.com/api/", **given)
    refused(found, UNAVAILABLE, "SLACK_API_URL", f"the proxy of {variable}", "NO_PROXY")


@pytest.mark.parametrize("how", [Loss.PAGE, Loss.CLOSE])
def test_slack_answers_with_a_page_or_not_at_all(start, outside, how):
    with faults(outside, lambda each: each.lose("auth.test", times=1000, how=how)):
        refused(start("run"), UNAVAILABLE, "SLACK_API_URL", "proxy", "status.slack.com")


def failing(outside, method, how):
    return faults(outside, lambda each: each.fail(method, how, times=1000))


@contextmanager
def faults(outside, plan):
    """Faults of our Slack, in its own thread."""
    slack, thread = outside.slack, outside.thread

    async def begin():
        plan(slack.faults)

    async def end():
        slack.faults.clear()

    thread.call(begin())
    try:
        yield
    finally:
        thread.call(end())


@contextmanager
def https_server(context):
    def serve():
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with suppress(OSError), client, context.wrap_socket(client, server_side=True) as safe:
                safe.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


# Settings, for every command


@pytest.mark.parametrize(
    "words",
    [["run"], ["run", "--http"], ["playground"], ["ask", "hi"], ["doctor"], ["manifest"], []],
    ids=" ".join,
)
def test_a_dotenv_that_cannot_be_read(start, tmp_path, words):
    """`.env` is read before every command."""
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    refused(start(*words), CONFIG, ".env")


@pytest.mark.parametrize("words", [["run"], ["ask", "hi"], ["doctor"]], ids=" ".join)
def test_a_line_of_the_dotenv_that_sets_nothing(start, tmp_path, words):
    """It is told beside what is wrong: it may be why."""
    (tmp_path / ".env").write_text(f"SLACK_BOT_TOKEN: {CANARY}\n")
    result = start(
        *words, SLACK_BOT_TOKEN="", OPENAI_API_KEY="", OPENAI_BASE_URL="https://x.invalid"
    )

    assert f"line 1 of {tmp_path / '.env'}: not read" in result.output
    assert CANARY not in result.output
    assert "could not parse" not in result.output


@pytest.mark.parametrize("words", [["run"], ["playground"], ["ask", "hi"], []], ids=" ".join)
def test_a_setting_that_is_wrong(start, words):
    refused(start(*words, BOT_BURST=CANARY), CONFIG, "BOT_BURST")


# What needs a process of its own


def begin(*words, cwd=ROOT, **variables):
    env = scrubbed(PYTHONPATH=str(ROOT)) | variables
    return subprocess.Popen(
        command(*words),
        cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(process, within=20):
    """The process like a result of the command line."""
    out, err = process.communicate(timeout=within)
    return SimpleNamespace(exit_code=process.returncode, stderr=err, output=(out or "") + err)


def test_a_port_that_is_taken_as_a_program(outside, tmp_path):
    with taken_port() as port:
        given = outside.healthy | {"PORT": port}
        refused(ended(begin("run", "--http", cwd=tmp_path, **given)), CONFIG, "PORT: ")


@pytest.mark.parametrize("words", [["run"], ["playground"], ["manifest"], ["--version"], []])
def test_a_working_directory_that_is_gone(tmp_path, words):
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = ["sh", "-c", 'rmdir ../gone && exec "$@"', "sh", *command(*words)]
    ran = subprocess.run(
        shell,
        cwd=gone, env=scrubbed(PYTHONPATH=str(ROOT)),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    result = SimpleNamespace(exit_code=ran.returncode, stderr=ran.stderr, output=ran.stderr)

    refused(result, CONFIG, "working directory")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [["manifest"], ["doctor"], ["--version"], ["--help"]])
def test_output_that_cannot_be_written(words, tmp_path):
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        ran = subprocess.run(
            command(*words),
            cwd=tmp_path, env=scrubbed(PYTHONPATH=str(ROOT)),
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    result = SimpleNamespace(exit_code=ran.returncode, stderr=ran.stderr, output=ran.stderr)

    refused(result, UNAVAILABLE, "No space left", "free some space")


def test_a_playground_without_a_temporary_folder(tmp_path):
    """No file may be larger than nothing, which is how a full disk looks to a program."""
    limited = 'ulimit -f 0; exec "$@"'
    ran = subprocess.run(
        ["sh", "-c", limited, "sh", *command("playground", "--no-browser", "--port", "0")],
        cwd=tmp_path, env=scrubbed(PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    result = SimpleNamespace(exit_code=ran.returncode, stderr=ran.stderr, output=ran.stderr)

    refused(result, CONFIG, "TMPDIR", "free some space")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_end_nothing(outside, tmp_path, closed):
    """As a supervisor or a cron job may start it."""
    given = outside.healthy | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *command("ask", "hi")],
        cwd=tmp_path, env=scrubbed() | given,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=40, check=False,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, "")


INTERRUPTED = """
import os, signal, sys

class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            os.kill(os.getpid(), number)

module, number = sys.argv[1], int(sys.argv[2])
del sys.argv[1:3]
sys.meta_path.insert(0, Interrupter())
from bot.__main__ import main
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("module", ["typer", "pydantic", "slack_bolt", "openai"])
def test_a_signal_while_modules_are_loaded_ends_it_at_once(outside, tmp_path, module, number):
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, str(int(number)), "run"],
        cwd=tmp_path, env=scrubbed(PYTHONPATH=str(ROOT)) | outside.healthy,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (-number, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_slack_is_waited_for_ends_it_in_good_order(outside, tmp_path, number):
    with taken_port() as port:
        pass
    given = {"SLACK_API_URL": f"http://127.0.0.1:{port}/api/", "BOT_START_TIMEOUT": "60"}
    process = begin("run", cwd=tmp_path, **outside.healthy | given)
    assert "not available yet" in process.stderr.readline()
    process.send_signal(number)
    result = ended(process)

    assert "Traceback" not in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize("words", [["ask", "hi"], ["doctor"]])
def test_ctrl_c_leaves_no_traceback(outside, tmp_path, words):
    """While they wait for a model that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        base = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        process = begin(*words, cwd=tmp_path, **outside.healthy | {"OPENAI_BASE_URL": base})
        silent.settimeout(60)
        with silent.accept()[0]:
            process.send_signal(signal.SIGINT)
            result = ended(process)

    assert "Traceback" not in result.output
    assert result.exit_code == 130
