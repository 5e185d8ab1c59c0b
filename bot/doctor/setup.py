"""Checks of the settings themselves, which need no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.doctor.finding import Finding

if TYPE_CHECKING:
    from bot.doctor.probe import Probe


async def settings(probe: Probe) -> Finding:
    """Every variable has a valid value, and no `BOT_…` name is unknown."""
    if probe.problems:
        return Finding.failed("; ".join(probe.problems), ".env.example lists every setting.")
    return Finding.ok("every variable is valid")


async def oauth_variables(probe: Probe) -> Finding:
    """The OAuth variables are not set: with them Bolt would ignore the bot token."""
    if probe.oauth_names:
        return Finding.warning(
            f"{' and '.join(probe.oauth_names)} set, and ignored",
            "OAuth is not supported yet: remove them from the environment.",
        )
    return Finding.ok("no OAuth variables are set")
