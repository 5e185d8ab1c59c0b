"""Where things are on the server: the Web API, the sockets, response URLs and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.playground.api import files
from bot.playground.workspace.refused import Refused

if TYPE_CHECKING:
    from bot.playground.api.web_api import WebApi
    from bot.playground.server import Playground

_LOGIN_PAGE = "<!DOCTYPE html><html><title>Sign in to Playground</title></html>"


def routes(playground: Playground, api: WebApi) -> list[web.RouteDef]:
    slack = Routes(playground)
    return [
        web.get("/api/{method}", api.handle),
        web.post("/api/{method}", api.handle),
        web.get("/link/", playground.sockets.handle),
        web.post("/actions/{team}/{key}", slack.respond),
        web.post("/upload/v1/{file_id}", slack.upload),
        web.get("/files-pri/{file_id}/{name}", slack.download),
    ]


class Routes:
    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    async def respond(self, request: web.Request) -> web.Response:
        """A response URL: it needs no token, knowing it is enough."""
        body, now = await request.read(), self._playground.clock.wall()
        try:
            self._playground.interactions.respond(request.match_info["key"], body, now)
        except Refused as refused:
            return web.json_response({"ok": False, "error": refused.code}, status=404)
        return web.json_response({"ok": True})

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes as they are, or as a form with one file."""
        file_id, site = request.match_info["file_id"], self._playground.site
        if file_id not in site.workspace.files:
            return web.Response(status=404, text="no such upload")
        content = await _content(request)
        files.keep(site, file_id, content)
        return web.Response(text=f"OK - {len(content)}")

    async def download(self, request: web.Request) -> web.Response:
        """Without a good token Slack answers with its login page, and 200."""
        site, file_id = self._playground.site, request.match_info["file_id"].rpartition("-")[2]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = token == self._playground.bot_token and "files:read" in site.scopes
        if not allowed:
            return web.Response(text=_LOGIN_PAGE, content_type="text/html")
        if file_id not in site.contents:
            return web.Response(status=404)
        kind = site.workspace.files[file_id]["mimetype"]
        return web.Response(body=site.contents[file_id], content_type=kind)


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for field in (await request.post()).values():
        if isinstance(field, web.FileField):
            return field.file.read()
    return b""
