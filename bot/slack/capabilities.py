"""What one workspace can show: the forms it takes, the links allowed, and whether files can be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.rendering.parsing.links import LinkPolicy
from bot.slack.answers.forms import Form, Forms
from bot.slack.limits import part_limits

if TYPE_CHECKING:
    from bot.rendering.layout.frame import PartLimits


@dataclass(slots=True)
class Capabilities:
    """Shared by all sinks of a workspace."""

    forms: Forms = field(default_factory=Forms)
    policy: LinkPolicy = field(default_factory=LinkPolicy)
    """Which targets may be links."""
    limits: PartLimits = field(default_factory=part_limits)

    @classmethod
    def of(cls, render: str, allow: tuple[str, ...] = (), *, files: bool = True) -> Capabilities:
        """From settings: the richest form to use, the hosts that may be linked to (empty: any).

        `files`: whether files can be uploaded. Raises `ValueError` for what is no form or no host.
        """
        return cls(Forms(Form(render)), LinkPolicy(allow), part_limits(files=files))

    def without_files(self) -> None:
        """Slack allows no uploads: later answers are laid out for that."""
        self.limits = replace(self.limits, files=False)
