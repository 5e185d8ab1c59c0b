"""The words that start this program, as somebody would type them again."""

from __future__ import annotations

import sys
from pathlib import Path


def program_name() -> str:
    """Returns `bot` for the installed command, else Python with `-m bot`.

    Python is named by its path below the working directory (`.venv/bin/python`), if it is there.
    """
    if Path(sys.argv[0]).name == "bot":
        return "bot"
    return f"{_python()} -m bot"


def _python() -> str:
    python, here = Path(sys.executable), Path.cwd()
    if python.is_relative_to(here):
        return str(python.relative_to(here))
    return python.name
