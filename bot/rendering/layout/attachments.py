"""Tables and code blocks that are shown in part and attached as files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.rendering.flow import Code, Paragraph, Table
from bot.rendering.formats.tables import csv_of
from bot.rendering.layout.frame import File
from bot.text.runs import CODE, PLAIN, Run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.core.sliced import Sliced
    from bot.rendering.flow import Flow

CLIP: Final = "📎 "

ROWS: Final = 500
"""Rows of a file that are written at a time."""

_KINDS: Final = {
    "bash": ("sh", "shell"),
    "c": ("c", "c"),
    "c#": ("cs", "csharp"),
    "c++": ("cpp", "cpp"),
    "cpp": ("cpp", "cpp"),
    "cs": ("cs", "csharp"),
    "csharp": ("cs", "csharp"),
    "css": ("css", "css"),
    "csv": ("csv", "csv"),
    "diff": ("diff", "diff"),
    "go": ("go", "go"),
    "html": ("html", "html"),
    "java": ("java", "java"),
    "javascript": ("js", "javascript"),
    "js": ("js", "javascript"),
    "json": ("json", "json"),
    "jsx": ("jsx", "javascript"),
    "kotlin": ("kt", "kotlin"),
    "lua": ("lua", "lua"),
    "markdown": ("md", "markdown"),
    "md": ("md", "markdown"),
    "perl": ("pl", "perl"),
    "php": ("php", "php"),
    "py": ("py", "python"),
    "python": ("py", "python"),
    "r": ("r", "r"),
    "rb": ("rb", "ruby"),
    "rs": ("rs", "rust"),
    "ruby": ("rb", "ruby"),
    "rust": ("rs", "rust"),
    "scala": ("scala", "scala"),
    "sh": ("sh", "shell"),
    "shell": ("sh", "shell"),
    "sql": ("sql", "sql"),
    "swift": ("swift", "swift"),
    "tex": ("tex", "latex"),
    "toml": ("toml", "text"),
    "ts": ("ts", "typescript"),
    "tsx": ("tsx", "typescript"),
    "typescript": ("ts", "typescript"),
    "xml": ("xml", "xml"),
    "yaml": ("yaml", "yaml"),
    "yml": ("yaml", "yaml"),
    "zsh": ("sh", "shell"),
}
"""Language of a code block → the ending of its file and Slack's name for the type."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with all of a table or a code block."""

    index: int
    """Of its flow in the answer."""
    stem: str
    """"code" or "table"."""
    number: int
    """Files of one stem are numbered from 1."""
    ending: str
    kind: str
    """Slack's name for the type of the file."""

    @property
    def name(self) -> str:
        return f"{self.stem}-{self.number}.{self.ending}"


def attachment(flow: Code | Table, index: int, earlier: Iterable[Attachment]) -> Attachment:
    """The attachment for `flow`, after `earlier` ones of the same answer."""
    stem = "code" if isinstance(flow, Code) else "table"
    number = 1 + sum(each.stem == stem for each in earlier)
    ending, kind = ("csv", "csv") if isinstance(flow, Table) else _kind(flow)
    return Attachment(index, stem, number, ending, kind)


def pointer(to: Attachment, flow: Code | Table) -> Paragraph:
    """The line below the part of `flow` that is shown."""
    line = Paragraph((Run(CLIP, PLAIN), Run(to.name, CODE)))
    return replace(line, quote=flow.quote, depth=flow.depth) if isinstance(flow, Code) else line


def write_file(of: Attachment, flow: Flow) -> Sliced[File]:
    """The file with all of `flow`, written in slices."""
    content = f"{flow.text}\n" if isinstance(flow, Code) else ""
    if isinstance(flow, Table):
        for at in range(0, len(flow.rows), ROWS):
            content += csv_of(flow.rows[at : at + ROWS])
            yield
    return File(of.name, of.kind, content)


def _kind(code: Code) -> tuple[str, str]:
    return _KINDS.get(code.language.lower(), ("txt", "text"))
