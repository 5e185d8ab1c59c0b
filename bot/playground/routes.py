"""The routes of the server besides the Web API: Socket Mode, response URLs and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from bot.playground.api import files
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from bot.playground.api.backend import Backend
    from bot.playground.clock import Clock
    from bot.playground.events.interactions import Interactions

_LOGIN_PAGE = "<!DOCTYPE html><html><title>Sign in to Playground</title></html>"


@dataclass(frozen=True, slots=True)
class Routes:
    backend: Backend
    interactions: Interactions
    clock: Clock
    bot_token: str
    """Needed to download files."""

    def table(self) -> list[web.RouteDef]:
        return [
            web.post("/actions/{team}/{key}", self.respond),
            web.post("/upload/v1/{file_id}", self.upload),
            web.get("/files-pri/{file_id}/{name}", self.download),
        ]

    async def respond(self, request: web.Request) -> web.Response:
        """A response URL. It needs no token: its path is the secret."""
        body, now = await request.read(), self.clock.wall()
        try:
            self.interactions.respond(request.match_info["key"], body, now)
        except ApiError as error:
            return web.json_response({"ok": False, "error": error.code}, status=404)
        return web.json_response({"ok": True})

    async def upload(self, request: web.Request) -> web.Response:
        """Takes the bytes as the body, or as the file of a form."""
        file_id = request.match_info["file_id"]
        if file_id not in self.backend.workspace.files:
            return web.Response(status=404, text="no such upload")
        content = await _content(request)
        files.store_content(self.backend, file_id, content)
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.Response:
        """Without a good token Slack sends its login page, with the status 200."""
        backend, file_id = self.backend, request.match_info["file_id"].rpartition("-")[2]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != self.bot_token or "files:read" not in backend.scopes:
            return web.Response(text=_LOGIN_PAGE, content_type="text/html")
        if file_id not in backend.contents:
            return web.Response(status=404)
        kind = backend.workspace.files[file_id]["mimetype"]
        return web.Response(body=backend.contents[file_id], content_type=kind)


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for field in (await request.post()).values():
        if isinstance(field, web.FileField):
            return field.file.read()
    return b""
