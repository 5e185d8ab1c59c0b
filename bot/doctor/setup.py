"""Checks that need no network: the settings themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.doctor.finding import Finding

if TYPE_CHECKING:
    from bot.doctor.visit import Visit


async def settings(visit: Visit) -> Finding:
    """Every variable can be read, and none of ours is unknown."""
    if visit.problems:
        return Finding.failed("; ".join(visit.problems), ".env.example lists every setting.")
    return Finding.ok("every variable can be read")


async def oauth_variables(visit: Visit) -> Finding:
    """Variables with which Bolt would ignore the bot token are not set."""
    if visit.trap:
        return Finding.warning(
            f"{' and '.join(visit.trap)} set, and ignored",
            "OAuth is not supported yet: take them out of the environment.",
        )
    return Finding.ok("no OAuth variables are set")
