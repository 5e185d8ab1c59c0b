"""`bot feedback`: what people said of answers, as a table, CSV or JSON."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TextIO

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.core.feedback import Thumb
from bot.errors import NotAvailable, StoreError
from bot.store.votes import read_votes
from bot.terminal import as_json, safe, strings_of
from bot.text.spreadsheets import csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.config import Settings
    from bot.core.feedback import Vote
    from bot.strings import Strings

Format = Literal["table", "csv", "json"]

DAY = 86400.0
"""In seconds."""

WIDEST = 10_000
"""Characters of a line where no terminal limits it: one line for each vote."""

VERDICTS = {Thumb.UP: "good", Thumb.DOWN: "bad"}
FIELDS = ("when", "verdict", "reasons", "words", "channel", "question", "link")
"""The columns. Programs read them in CSV and JSON, so a name is never changed."""

SHOWN = {"when": "when (UTC)", "verdict": "verdict", "reasons": "reasons", "words": "words"} | {
    "link": "question"
}
"""The columns that people are shown, and their titles."""


async def run(settings: Settings, *, days: float | None = None, form: Format = "table") -> int:
    """Prints the votes of the last `days`, newest first; of all days with None. Returns 0.

    Raises `SettingsError` for a database that cannot be read, `NotAvailable` for one that does not
    answer.
    """
    try:
        votes = await read_votes(
            settings.database_url.get_secret_value(), None if days is None else days * DAY
        )
    except StoreError as error:
        raise NotAvailable([f"DATABASE_URL: {error}"]) from None
    if not votes:
        typer.echo(_none(days, exists=votes is not None), err=True)
    _print(votes or [], form, strings_of(settings))
    return 0


def _none(days: float | None, *, exists: bool) -> str:
    if not exists:
        return "no feedback: the database of DATABASE_URL does not exist yet"
    return "no feedback" + ("" if days is None else f" in {days:g} days")


def _print(votes: Sequence[Vote], form: Format, words: Strings) -> None:
    if form == "json":
        typer.echo(as_json([_fields(vote) for vote in votes]))
    elif form == "csv":
        write_csv(votes, sys.stdout)
    elif votes:
        _console().print(_table(votes, words))


def write_csv(votes: Iterable[Vote], out: TextIO) -> None:
    """Writes CSV with a header."""
    out.write(csv_text([FIELDS, *(_fields(vote).values() for vote in votes)]))


def _fields(vote: Vote) -> dict[str, str]:
    """The values of `FIELDS`, for programs."""
    when = datetime.fromtimestamp(vote.given_at, UTC).isoformat(timespec="seconds")
    reasons = " ".join(vote.faults)
    values = (when, _verdict(vote), reasons, safe(vote.reason), vote.channel, vote.question)
    return dict(zip(FIELDS, (*values, vote.link), strict=True))


def _table(votes: Iterable[Vote], words: Strings) -> Table:
    table = Table(*SHOWN.values(), box=box.SIMPLE_HEAD, pad_edge=False)
    for vote in votes:
        row = _fields(vote) | {
            "when": f"{datetime.fromtimestamp(vote.given_at, UTC):%Y-%m-%d %H:%M}",
            "reasons": ", ".join(_reasons(vote.faults, words)),
            "words": " ".join(safe(vote.reason).split()),
        }
        # Text: what people write is no markup of rich.
        table.add_row(*(Text(row[name]) for name in SHOWN))
    return table


def _reasons(faults: Sequence[str], words: Strings) -> Iterable[str]:
    """The faults as the form names them."""
    return (words.feedback_form.faults.get(fault, fault) for fault in faults)


def _verdict(vote: Vote) -> str:
    return VERDICTS.get(Thumb(vote.verdict), "") if vote.verdict in set(Thumb) else vote.verdict


def _console() -> Console:
    """On a terminal its width; in a pipe wide enough that no line is broken."""
    return Console() if sys.stdout.isatty() else Console(width=WIDEST)
