"""The file `.env`: read into the environment once, and remembered for what errors say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dotenv.parser import parse_stream

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping
    from pathlib import Path

    from dotenv.parser import Binding


class DotenvFile:
    """`.env` of the working directory. Variables of the environment take precedence over it."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._given: dict[str, str] = {}
        self.unread: list[str] = []
        """What to tell of each line that sets nothing and is no comment, without its text."""

    def read(self, path: Path, environ: MutableMapping[str, str]) -> None:
        """Sets what the file says and the environment does not. Raises `SettingsError`.

        A file that does not exist says nothing, and neither does a folder of that name.
        """
        self._path, self._given, self.unread = path, {}, []
        for binding in _bindings(path):
            name, value = binding.key, binding.value
            if binding.error or (name and value is None):
                self.unread.append(_unread(binding, path))
            elif name and value is not None and (name in self._given or name not in environ):
                environ[name] = self._given[name] = value

    def origin(self, name: str, environ: Mapping[str, str]) -> str:
        """Returns where a variable is set, by its name in any case: the file's path, or ours."""
        names = [given for given in self._given if given.upper() == name.upper()]
        if any(environ.get(given) == self._given[given] for given in names):
            return str(self._path)
        return "the environment"

    @property
    def searched(self) -> str:
        """Where a variable that is not set has been looked for."""
        if self._path is None:
            return ""
        if self._path.is_file():
            return f" in the environment or in {self._path}"
        return f" in the environment, and there is no file {self._path}"


def _bindings(path: Path) -> list[Binding]:
    """The lines of the file, parsed. Raises `SettingsError` for what cannot be read."""
    try:
        if not path.exists() or path.is_dir():
            return []
        with path.open(encoding="utf-8-sig") as file:
            found = list(parse_stream(file))
    except UnicodeDecodeError:
        raise SettingsError([f"{path}: must be UTF-8 text"]) from None
    except OSError as error:
        raise SettingsError([f"{path}: cannot be read ({error.strerror})"]) from None
    # UTF-16 may be read as UTF-8, with a NUL in each character. No variable can have one.
    if any("\0" in binding.original.string for binding in found):
        raise SettingsError([f"{path}: must be UTF-8 text"])
    return found


def _unread(binding: Binding, path: Path) -> str:
    text = binding.original.string
    empty = text[: len(text) - len(text.lstrip())].count("\n")
    return (
        f"line {binding.original.line + empty} of {path}: not read; write NAME=value in one line, "
        "with quotes on both sides or on none"
    )
