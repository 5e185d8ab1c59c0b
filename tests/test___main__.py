"""`python -m bot` with a Python that is not ours: one line says what to do."""

import ast
import os
import subprocess
import sys

import pytest

from tests.environment import BOT_TOKEN, KEY, ROOT, SECRET, command, scrubbed


def test_a_python_without_the_packages_is_told_so():
    """`-S` hides what is installed."""
    ran = subprocess.run(
        [sys.executable, "-S", "-m", "bot", "ask", "Hello"],
        cwd=ROOT, env=scrubbed(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 78
    assert ran.stderr == (
        "bot: this Python has no typer: run `make setup`, then `.venv/bin/python -m bot`\n"
    )


@pytest.mark.parametrize("words", [["run", "--http"], ["doctor"]], ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("error", "lacks"),
    [("ModuleNotFoundError", "prometheus_client"), ("ImportError", "usable prometheus_client")],
)
def test_a_package_that_only_one_command_needs_is_told_too(words, error, lacks, tmp_path):
    """So it is after an update that needs another package, until `make setup` has run again."""
    raised = f"raise {error}('no', name='prometheus_client')"
    (tmp_path / "prometheus_client.py").write_text(raised, "utf-8")
    given = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRET, "OPENAI_API_KEY": KEY}
    ran = subprocess.run(
        command(*words),
        cwd=tmp_path, env=scrubbed(**given, PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ran.returncode == 78
    assert ran.stderr == (
        f"bot: this Python has no {lacks}: run `make setup`, then `.venv/bin/python -m bot`\n"
    )


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_it(name):
    """Otherwise it would print a traceback in place of the line."""
    ast.parse((ROOT / "bot" / name).read_text("utf-8"), feature_version=(3, 6))
