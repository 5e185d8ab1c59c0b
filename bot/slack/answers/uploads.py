"""The files that belong to an answer, uploaded in small steps each of which may be repeated."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import structlog
from aiohttp import ClientError

from bot.errors import SlackRejected, SlackUnknown
from bot.slack.web_api import call as slack_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slack_sdk.web.async_client import AsyncWebClient

    from bot.core.types import Turn
    from bot.rendering.layout.frame import File

log = structlog.get_logger(__name__)

URL, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"
METHODS: Final = frozenset({URL, COMPLETE})

# A spreadsheet takes a CSV file for UTF-8 only if it begins with a byte order mark.
ENCODINGS: Final = {"csv": "utf-8-sig"}
NO_SCOPE: Final = "missing_scope"


@dataclass(slots=True)
class _Upload:
    """How far a file has come. `id`: its bytes are there. `over`: nothing more will be done."""

    id: str = ""
    over: bool = False
    failed: bool = False


class Uploads:
    """Uploads files one after the other into the conversation of `turn`.

    What Slack refuses, or what fails for `patience` seconds, is given up: the answer is not to wait
    for it.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        turn: Turn,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._turn = turn
        self._patience = patience
        self._clock = clock
        self._known: dict[str, _Upload] = {}
        self._standing: set[str] = set()
        self._failing: float | None = None
        self.allowed = True
        """False once Slack has said that we lack the scope."""

    @property
    def missing(self) -> list[str]:
        """The names of files that could not be attached."""
        return [name for name, upload in self._known.items() if upload.failed]

    def next(self, files: Iterable[File]) -> tuple[str, dict[str, Any]] | None:
        """The method and the arguments of the next step; None when there is nothing left to do."""
        return next(map(self._step, self._waiting(files)), None)

    def found(self, names: Iterable[str]) -> None:
        """Files of these names stand in the conversation."""
        self._standing.update(names)

    async def do(self, method: str, payload: dict[str, Any], files: Iterable[File]) -> None:
        """Carries out the step that was planned. Raises `SlackRefused` and `SlackUnknown`."""
        file = next(self._waiting(files))
        step = self._share if method == COMPLETE else self._send
        try:
            await step(file, payload)
        except SlackRejected as error:
            self.allowed &= error.code != NO_SCOPE
            self._give_up(file, str(error))
        except SlackUnknown as error:
            if not self._fails_for_good():
                raise
            self._give_up(file, str(error))

    def _waiting(self, files: Iterable[File]) -> Iterator[File]:
        for file in files:
            stands = unique(file.name, self._turn) in self._standing
            if not (stands or self._upload(file).over):
                yield file

    def _upload(self, file: File) -> _Upload:
        return self._known.setdefault(file.name, _Upload())

    def _step(self, file: File) -> tuple[str, dict[str, Any]]:
        upload, thread = self._upload(file), self._turn.thread
        if not upload.id:
            return URL, {"filename": unique(file.name, self._turn), "length": len(_content(file))}
        where = {"thread_ts": thread.root} if thread.root else {}
        shared = [{"id": upload.id, "title": file.name}]
        return COMPLETE, {"files": shared, "channel_id": thread.channel} | where

    async def _send(self, file: File, payload: dict[str, Any]) -> None:
        answer = await slack_call(self._client, URL, payload)
        await self._put(str(answer.get("upload_url")), _content(file))
        self._upload(file).id = str(answer.get("file_id") or "")
        self._failing = None

    async def _share(self, file: File, payload: dict[str, Any]) -> None:
        await slack_call(self._client, COMPLETE, payload)
        self._upload(file).over = True
        self._failing = None

    async def _put(self, url: str, content: bytes) -> None:
        """The address itself is the permission: no token goes there."""
        if self._client.session is None:
            raise SlackUnknown("upload: not connected")
        try:
            async with self._client.session.post(url, data=content) as response:
                status = response.status
        except (ClientError, TimeoutError, OSError, ValueError) as error:
            raise SlackUnknown(f"upload: {type(error).__name__}") from error
        if status != 200:
            raise SlackUnknown(f"upload: HTTP {status}")

    def _fails_for_good(self) -> bool:
        now = self._clock()
        self._failing = now if self._failing is None else self._failing
        return now - self._failing >= self._patience

    def _give_up(self, file: File, why: str) -> None:
        log.warning("file not attached", detail=why)
        upload = self._upload(file)
        upload.over = upload.failed = True
        self._failing = None


def unique(name: str, turn: Turn) -> str:
    """The name with a mark of the turn, by which the file is found again: answer-3f9a1c.md."""
    asked = "/".join([*turn.key, str(turn.round)])
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}-{hashlib.sha256(asked.encode()).hexdigest()[:6]}{dot}{suffix}"


def _content(file: File) -> bytes:
    return file.content.encode(ENCODINGS.get(file.kind, "utf-8"), "replace")
