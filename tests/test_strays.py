"""What nobody catches is in the log, and its words are nowhere."""

import json
import subprocess
import sys

import pytest

from tests.canaries.house import CANARY, FEW_LOGS, WORDS
from tests.environment import ROOT, scrubbed

PROGRAM = """
import sys, threading, warnings
from bot import telemetry
from bot.strays import catch_strays

what, form, level, words = sys.argv[1:]

class Finalized:
    def __del__(self):
        raise ValueError(words)

def fail(error):
    raise error

catch_strays()
if form:
    telemetry.set_up(format=form, level=level)
if what == "finalizer":
    Finalized()
elif what == "warning":
    warnings.warn(words)
else:
    thread = threading.Thread(target=fail, args=[SystemExit(words) if what else KeyError(words)])
    thread.start()
    thread.join()
"""


def written(what, form="", level=""):
    """All that a program writes in which that happens; without a format the log is not set up."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, what, form, level, WORDS],
        cwd=ROOT, env=scrubbed(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ended.stdout + ended.stderr


@FEW_LOGS
@pytest.mark.parametrize(("what", "kind"), [("finalizer", "ValueError"), ("", "KeyError")])
def test_what_nobody_can_catch(form, level, what, kind):
    """In a finalizer, and in a thread."""
    log = written(what, form, level)

    assert CANARY not in log
    assert kind in log
    assert ", line " in log


@FEW_LOGS
def test_a_warning(form, level):
    log = written("warning", form, level)

    assert CANARY not in log
    assert ("UserWarning" in log and "<string>:" in log) is (level != "error")


def test_a_thread_may_end_itself():
    assert written("exit", "json", "debug") == ""


@pytest.mark.parametrize("what", ["finalizer", "warning", ""])
def test_before_anybody_has_set_up_the_log(what):
    log = written(what)

    assert CANARY not in log
    assert json.loads(log)["level"] in {"error", "warning"}
