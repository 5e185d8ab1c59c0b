"""The files that belong to an answer, uploaded in small steps each of which may be repeated."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import structlog

from bot.errors import SlackRejected, SlackUnknown
from bot.slack.limits import UPLOAD_SHARE, UPLOAD_URL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bot.core.types import Turn
    from bot.rendering.layout.frame import File
    from bot.slack.web_api import SlackApi

log = structlog.get_logger(__name__)

ENCODINGS: Final = {"csv": "utf-8-sig"}
"""Others are UTF-8. A spreadsheet reads CSV as UTF-8 only if it begins with a byte order mark."""

NO_SCOPE: Final = "missing_scope"


@dataclass(slots=True)
class _Progress:
    """How far a file has come."""

    id: str = ""
    """Slack's id, once the bytes are there."""
    over: bool = False
    """Nothing more will be done."""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class UploadStep:
    """One call of an upload, with all that it needs."""

    method: str
    arguments: Mapping[str, Any] = field(repr=False)
    file: File = field(repr=False)

    @property
    def shares(self) -> bool:
        """Whether the file stands in the conversation after it."""
        return self.method == UPLOAD_SHARE


class Uploads:
    """Uploads files one after the other into the conversation of `turn`.

    A file that Slack refuses, or that fails for `patience` seconds, is given up, so that the answer
    does not wait for it.
    """

    def __init__(
        self,
        api: SlackApi,
        turn: Turn,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._turn = turn
        self._patience = patience
        self._clock = clock
        self._progress: dict[str, _Progress] = {}
        self._standing: set[str] = set()
        self._failing_since: float | None = None
        self.allowed = True
        """False once Slack has said that the bot lacks the scope."""

    @property
    def missing(self) -> list[str]:
        """The names of files that could not be attached."""
        return [name for name, progress in self._progress.items() if progress.failed]

    @property
    def shared(self) -> bool:
        """Whether this process has put a file into the conversation."""
        return any(each.over and not each.failed for each in self._progress.values())

    def next(self, files: Iterable[File]) -> UploadStep | None:
        """The next step; None when nothing is left to do."""
        return next(map(self._step, self._waiting(files)), None)

    def found(self, names: Iterable[str]) -> None:
        """Files of these names stand in the conversation."""
        self._standing.update(names)

    async def do(self, step: UploadStep) -> None:
        """Carries out a step. Raises `SlackRefused`, and `SlackUnknown` when it may be repeated."""
        carry_out = self._share if step.shares else self._send
        try:
            await carry_out(step)
        except SlackRejected as error:
            self.allowed &= error.code != NO_SCOPE
            self._give_up(step.file, str(error))
        except SlackUnknown as error:
            if not self._fails_for_good():
                raise
            self._give_up(step.file, str(error))
        else:
            self._failing_since = None

    def _waiting(self, files: Iterable[File]) -> Iterator[File]:
        for file in files:
            stands = unique(file.name, self._turn) in self._standing
            if not (stands or self._known(file).over):
                yield file

    def _known(self, file: File) -> _Progress:
        return self._progress.get(file.name, _Progress())

    def _note(self, file: File) -> _Progress:
        return self._progress.setdefault(file.name, _Progress())

    def _step(self, file: File) -> UploadStep:
        progress, thread = self._known(file), self._turn.thread
        if not progress.id:
            name = unique(file.name, self._turn)
            return UploadStep(UPLOAD_URL, {"filename": name, "length": len(_content(file))}, file)
        where = {"thread_ts": thread.root} if thread.root else {}
        shared = [{"id": progress.id, "title": file.name}]
        return UploadStep(
            UPLOAD_SHARE, {"files": shared, "channel_id": thread.channel} | where, file
        )

    async def _send(self, step: UploadStep) -> None:
        answer = await self._api.granted(step.method, step.arguments)
        await self._api.upload(str(answer.get("upload_url")), _content(step.file))
        self._note(step.file).id = str(answer.get("file_id") or "")

    async def _share(self, step: UploadStep) -> None:
        await self._api.granted(step.method, step.arguments)
        self._note(step.file).over = True

    def _fails_for_good(self) -> bool:
        now = self._clock()
        self._failing_since = now if self._failing_since is None else self._failing_since
        return now - self._failing_since >= self._patience

    def _give_up(self, file: File, why: str) -> None:
        log.warning("file not attached", detail=why)
        progress = self._note(file)
        progress.over = progress.failed = True
        self._failing_since = None


def unique(name: str, turn: Turn) -> str:
    """The name with a mark of the turn, by which the file is found again: answer-3f9a1c.md."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{mark(turn, turn.round)}{dot}{suffix}"


def mark(turn: Turn, round_: int) -> str:
    """What the names of all files of one round of the turn have in common."""
    asked = "/".join([*turn.key, str(round_)])
    return hashlib.sha256(asked.encode()).hexdigest()[:6]


def _content(file: File) -> bytes:
    return file.content.encode(ENCODINGS.get(file.kind, "utf-8"), "replace")
