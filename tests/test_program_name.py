"""The words that start the program: what help and hints show can be pasted."""

import subprocess
import sys

import pytest

from tests.environment import ROOT, scrubbed


@pytest.fixture
def venv(tmp_path):
    """A folder with a `.venv` of its own, which need not be active."""
    make = [sys.executable, "-m", "venv", "--without-pip", ".venv"]
    subprocess.run(make, cwd=tmp_path, check=True)
    return tmp_path


def usage(python, cwd):
    """The first line of help."""
    packages = [path for path in sys.path if path.endswith("site-packages")]
    path = ":".join([str(ROOT), *packages])
    ran = subprocess.run(
        [python, "-m", "bot", "--help"],
        cwd=cwd, env=scrubbed(PYTHONPATH=path), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout.strip().split("\n")[0]


def test_a_python_below_this_folder_is_named_by_its_path(venv):
    assert usage(".venv/bin/python", venv) == (
        "Usage: .venv/bin/python -m bot [OPTIONS] COMMAND [ARGS]..."
    )


def test_a_python_elsewhere_is_named_without_its_folder(venv, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    assert usage(str(venv / ".venv/bin/python"), elsewhere).startswith("Usage: python -m bot [")
