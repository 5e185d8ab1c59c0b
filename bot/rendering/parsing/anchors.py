"""Links → runs. A target that the policy refuses is shown as text beside the label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from bot.rendering.parsing.sanitize import clean
from bot.text.runs import CODE, Run, text_of

if TYPE_CHECKING:
    from bot.rendering.parsing.links import LinkPolicy

LONGEST: Final = 300
"""Characters that are shown of a refused target."""


def anchor(url: str, inside: list[Run], policy: LinkPolicy) -> list[Run]:
    """The runs of a link whose label is `inside`; without a label, its target is the label."""
    label = text_of(tuple(inside))
    said = label if label.strip() else url
    verdict = policy.judge(url, said)
    if not verdict.url:
        return _refused(url, inside, label)
    if said is not label:
        inside, label = [Run(url)], url
    noted = [*inside, Run(verdict.label[len(label) :])]
    return [run._replace(text=run.text.replace("\n", " "), url=verdict.url) for run in noted]


def image_runs(url: str, inside: list[Run], policy: LinkPolicy) -> list[Run]:
    """The runs of an image. It becomes a link, so that nothing is fetched until somebody clicks."""
    alt = text_of(tuple(inside)).strip()
    return anchor(url, [Run(alt or _file_name(url))], policy)


def _refused(url: str, inside: list[Run], label: str) -> list[Run]:
    """The label, then the target as code unless it is empty, a fragment, or the label itself."""
    if label.strip() == url.strip():
        return [Run(label, CODE)]
    if not url.strip() or url[0] == "#":
        return inside
    shown = Run(clean(url if len(url) <= LONGEST else f"{url[:LONGEST]}…"), CODE)
    return [*inside, Run(" ("), shown, Run(")")] if label.strip() else [shown]


def _file_name(url: str) -> str:
    """The label of an image without a description: its file name, else its host, else ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    name = clean(unquote(parts.path.rstrip("/").rpartition("/")[2]))
    return (name or parts.hostname or "") if parts.netloc else ""
