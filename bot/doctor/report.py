"""What the doctor writes: each finding as soon as it is there, or all of them as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import typer

from bot.doctor.finding import Finding, Status
from bot.program_name import program_name
from bot.terminal import as_json, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MARKS: Final = {
    Status.OK: ("✓", typer.colors.GREEN),
    Status.WARNING: ("!", typer.colors.YELLOW),
    Status.FAILED: ("✗", typer.colors.RED),
    Status.SKIPPED: ("–", typer.colors.BRIGHT_BLACK),
}
WIDTH: Final = 21
"""Columns of a check's id."""

ERASED: Final = "\r\x1b[K"
"""Empties the line of a terminal that the cursor is in."""


class Report:
    """Writes findings for people as they come. On a terminal it says which check it waits for."""

    def __init__(self, *, for_people: bool = True, on_terminal: bool = False) -> None:
        self._for_people = for_people
        self._on_terminal = on_terminal

    def wait(self, name: str) -> None:
        """The check of that name is the next whose finding is written."""
        if self._on_terminal:
            typer.echo(f"… {name}", nl=False, err=True)

    def tell(self, name: str, finding: Finding) -> None:
        """Writes the finding in place of the name that is waited for."""
        if self._on_terminal:
            typer.echo(ERASED, nl=False, err=True)
        if self._for_people:
            for line in _lines(name, finding):
                typer.echo(line)

    def end(self, findings: Mapping[str, Finding]) -> None:
        """Writes what is to be done next, or everything as JSON."""
        typer.echo(_next_line(findings) if self._for_people else safe(_as_json(findings)))


def failed(findings: Mapping[str, Finding]) -> list[str]:
    """The checks that failed."""
    return [name for name, finding in findings.items() if finding.status is Status.FAILED]


def _lines(name: str, finding: Finding) -> Iterable[str]:
    mark, colour = MARKS[finding.status]
    first, *more = safe(finding.what).split("\n")
    yield f"{typer.style(mark, fg=colour)} {name:<{WIDTH}} {first}"
    for line in more:
        yield f"  {'':<{WIDTH}} {line}"
    if finding.hint:
        yield f"  {'':<{WIDTH}} → {safe(finding.hint)}"


def _next_line(findings: Mapping[str, Finding]) -> str:
    first = _first(findings)
    about = f" ({first})" if first else ""
    return f"\nNext{about}: {safe(_next(findings))}"


def _next(findings: Mapping[str, Finding]) -> str:
    """The one thing to do next: the remedy of the first failure, or to start the bot."""
    first = _first(findings)
    return findings[first].hint if first else f"Start the bot: {program_name()} run"


def _first(findings: Mapping[str, Finding]) -> str:
    """The check whose remedy comes first; "" when the bot can be started.

    A slip in a setting's name comes first, too: the bot would run without that setting.
    """
    slipped = ["settings"] if findings["settings"].status is Status.WARNING else []
    return next(iter([*failed(findings), *slipped]), "")


def _as_json(findings: Mapping[str, Finding]) -> str:
    rows = [{"id": name} | asdict(finding) for name, finding in findings.items()]
    return as_json({"ok": not failed(findings), "next": _next(findings), "findings": rows})
