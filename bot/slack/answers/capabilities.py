"""What all answers of one workspace are shown with: the forms it takes, what links may be there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from bot.rendering.layout.frame import PartLimits
from bot.rendering.parsing.links import LinkPolicy
from bot.slack.answers.forms import Form, Forms

BLOCKS: Final = 43
"""Of the 50 of a message: five may be furniture, and two are for what else may be needed."""


@dataclass(slots=True)
class Capabilities:
    """Shared by all sinks of a workspace. `limits.files` is false where nothing can be uploaded."""

    forms: Forms = field(default_factory=Forms)
    policy: LinkPolicy = field(default_factory=LinkPolicy)
    limits: PartLimits = field(default_factory=lambda: PartLimits(blocks=BLOCKS))

    @classmethod
    def of(cls, render: str, allow: tuple[str, ...] = (), *, files: bool = True) -> Capabilities:
        """`render` names the richest form to use, `allow` the hosts that may be linked to."""
        return cls(Forms(Form(render)), LinkPolicy(allow), PartLimits(blocks=BLOCKS, files=files))

    def without_files(self) -> None:
        """Uploads are not allowed here: later answers are laid out for that."""
        self.limits = replace(self.limits, files=False)
