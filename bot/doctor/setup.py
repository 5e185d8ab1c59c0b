"""Checks of the settings themselves, which need no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.doctor.finding import Finding, sentence
from bot.doctor.ways import described

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.doctor.probe import Probe


async def settings(probe: Probe) -> Finding:
    """Every variable has a valid value, and no name looks like a slip of one of ours."""
    told = "\n".join([*probe.problems, *probe.unread])
    if probe.problems:
        names = _names(probe.problems)
        return Finding.failed(told, f"Correct {names}; .env.example lists every setting.")
    if probe.unread:
        return Finding.warning(told, f"Correct or remove {_names(probe.unread)}.")
    return Finding.ok("every variable is valid")


async def network(probe: Probe) -> Finding:
    """Every proxy and every file of certificates that is needed can be used."""
    if probe.broken_ways:
        lines = list(dict.fromkeys(probe.broken_ways.values()))
        if len(lines) > 1:
            return Finding.failed("\n".join(lines), f"Correct {_names(lines)}.")
        what, _, remedy = lines[0].partition("; ")
        return Finding.failed(what, sentence(remedy))
    return Finding.ok(described(probe.settings))


def _names(lines: Iterable[str]) -> str:
    """The variables that the lines begin with."""
    return " and ".join(line.partition(":")[0] for line in lines)


async def oauth_variables(probe: Probe) -> Finding:
    """The OAuth variables are not set: with them Bolt would ignore the bot token."""
    if probe.oauth_names:
        return Finding.warning(
            f"{' and '.join(probe.oauth_names)} set, and ignored",
            "OAuth is not supported yet: remove them from the environment.",
        )
    return Finding.ok("no OAuth variables are set")
