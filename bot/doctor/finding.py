"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Status(StrEnum):
    """How serious a finding is. Only `FAILED` keeps the bot from working."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, for people to read."""

    status: Status

    what: str
    """What is the case, in one line; several settings have a line each."""

    hint: str = ""
    """How to correct it; "" where nothing is to be corrected."""

    @classmethod
    def ok(cls, what: str) -> Self:
        return cls(Status.OK, what)

    @classmethod
    def warning(cls, what: str, hint: str) -> Self:
        return cls(Status.WARNING, what, hint)

    @classmethod
    def failed(cls, what: str, hint: str) -> Self:
        return cls(Status.FAILED, what, hint)

    @classmethod
    def problem(cls, name: str, line: str, hint: str = "") -> Self:
        """A failure from a line about a setting: what is wrong and, after a semicolon, what to do.

        `hint` is for lines without a remedy.
        """
        what, _, remedy = line.removeprefix(f"{name}: ").partition("; ")
        return cls.failed(f"{name}: {what}", f"{name}: {remedy}." if remedy else hint)

    @classmethod
    def skipped(cls, why: str) -> Self:
        return cls(Status.SKIPPED, why)


def sentence(remedy: str) -> str:
    """What to do, as a sentence."""
    return f"{remedy[:1].upper()}{remedy[1:]}."
