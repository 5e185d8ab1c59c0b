"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Status(StrEnum):
    """How bad it is. Only `FAILED` keeps the bot from working."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for people: what is so, and how to mend it where it is not as it should be."""

    status: Status
    what: str
    hint: str = ""

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
    def skipped(cls, why: str) -> Self:
        return cls(Status.SKIPPED, why)
