"""Whose rows a process sees: several bots may share a database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tenant:
    """A bot in one workspace, or in one organisation. Rows of another one do not exist for it."""

    bot: str = ""
    """Its name in the database; empty for whoever asks nothing, and for tests."""

    adopts: str = ""
    """The workspace of which it takes over what has no bot; empty for all workspaces.

    Versions that knew of one bot for a database have left such rows.
    """


ANYBODY = Tenant()
"""Sees rows without a bot only."""
