"""A process that has imported the bot once and forks a bot whenever it is asked to.

Importing takes a second or two, too long for hundreds of kills. What is forked goes the way of
`python -m bot` from its first line to its exit code; only the imports are done already, and the
certificates are read. As a program (`python -m tests.chaos.fork_server`) it takes orders on stdin
and reports on stdout, a line of JSON each.
"""

import asyncio
import atexit
import ctypes
import gc
import importlib
import itertools
import json
import os
import pkgutil
import runpy
import selectors
import signal
import subprocess
import sys
import threading
import traceback
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

import bot
from bot.network.certificates import trusted

ROOT = Path(__file__).parent.parent.parent
PR_SET_PDEATHSIG = 1
ORDERS = 0

WARM = (
    "aiosqlite",
    "alembic.command",
    "asyncpg",
    "encodings.idna",
    "httpcore2",
    "openai.resources.chat.completions",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
)
"""What a bot imports in time, beside its own modules."""


# The process that forks


def serve() -> None:
    """Until stdin ends: an order is answered with a pid, and each end is reported with its code."""
    _die_with_parent()
    for name in (*WARM, *_ours(), "tests.chaos.kill_points"):
        importlib.import_module(name)
    trusted({})
    # What is there now is never garbage: without this each child copies all of it at its first gc.
    gc.collect()
    gc.freeze()
    with selectors.DefaultSelector() as watched:
        watched.register(ORDERS, selectors.EVENT_READ)
        _serve(watched)


def _ours() -> list[str]:
    """Every module of the bot but those that do something when they are imported."""
    found = (each.name for each in pkgutil.walk_packages(bot.__path__, "bot."))
    return [name for name in found if "migrations" not in name and "__" not in name]


def _serve(watched: selectors.BaseSelector) -> None:
    unread = b""
    while True:
        for key, _ in watched.select():
            if key.data:
                _reap(key.data, watched)
            elif read := os.read(ORDERS, 65_536):
                *orders, unread = (unread + read).split(b"\n")
                for order in orders:
                    _fork(json.loads(order), watched)
            else:
                return  # what still lives dies with us


def _fork(order: dict, watched: selectors.BaseSelector) -> None:
    parent = os.getpid()
    if pid := os.fork():
        watched.register(os.pidfd_open(pid), selectors.EVENT_READ, pid)
        _report(id=order["id"], pid=pid)
        return
    try:
        _prepare(order, parent)
        code = _run_module(order["module"])
    except BaseException:  # noqa: BLE001 - nothing of a child may run on in the fork server's code
        traceback.print_exc()
        code = 99
    os._exit(code)


def _reap(pid: int, watched: selectors.BaseSelector) -> None:
    pidfd = next(fd for fd, key in watched.get_map().items() if key.data == pid)
    watched.unregister(pidfd)
    os.close(pidfd)
    _, status = os.waitpid(pid, 0)
    _report(pid=pid, code=os.waitstatus_to_exitcode(status))


def _report(**line) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _die_with_parent() -> None:
    """The parent may be killed too, and no process may be left behind then."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


# The child


def _prepare(order: dict, parent: int) -> None:
    """Everything that a fresh process would have: a session, an environment, streams of its own."""
    _die_with_parent()
    if os.getppid() != parent:
        os._exit(99)
    os.setsid()
    with Path(os.devnull).open("r+b") as nothing, Path(order["log"]).open("ab") as log:
        for fd, file in enumerate((nothing, nothing, log)):
            os.dup2(file.fileno(), fd)
    os.closerange(3, 256)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["bot", *order["argv"]]


def _run_module(module: str) -> int:
    """`python -m module`, and what the interpreter does at its end. Returns the exit code."""
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter would
        traceback.print_exc()
        code = 1
    threading._shutdown()  # a thread that is left behind would keep the process alive
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


# The side of the tests


async def _heard(news):
    """The result of a future. A caller that stops waiting does not cancel it for the others."""
    return await asyncio.shield(asyncio.wrap_future(news))


class Process:
    """A bot that was started. Its signals go to it alone."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        self._code: Future[int] = Future()

    @property
    def code(self) -> int | None:
        """The exit code (negative: the signal it died of), None while it runs."""
        return self._code.result() if self._code.done() else None

    async def exited(self) -> int:
        """The exit code, as soon as there is one."""
        return await _heard(self._code)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def pause(self) -> None:
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if not self._code.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class ForkServer:
    """Use it as `with ForkServer() as fork_server`; one serves every event loop of this process."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._expected: dict[int, tuple[Future[Process], Path]] = {}
        self._running: dict[int, Process] = {}

    def __enter__(self):
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.fork_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,  # Ctrl-C is for us: trials that still run need it to end
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_) -> None:
        self._program.stdin.close()
        self._program.wait(10)
        self._listener.join(10)
        self._program.stdout.close()

    async def start(self, argv, env, *, cwd, log, module="bot") -> Process:
        """`python -m module` with these words, this environment and nothing else."""
        Path(log).touch()
        number, started = next(self._numbers), Future()
        self._expected[number] = started, Path(log)
        order = {"id": number, "module": module, "argv": [*argv], "env": env}
        order |= {"cwd": str(cwd), "log": str(log)}
        self._program.stdin.write(json.dumps(order) + "\n")
        return await _heard(started)

    def _listen(self) -> None:
        for line in self._program.stdout:
            said = json.loads(line)
            if "id" in said:
                started, log = self._expected.pop(said["id"])
                self._running[said["pid"]] = process = Process(said["pid"], log)
                started.set_result(process)
            else:
                self._running.pop(said["pid"])._code.set_result(said["code"])
        for started, _ in self._expected.values():
            started.set_exception(ChildProcessError("the fork server is closed"))


if __name__ == "__main__":
    serve()
