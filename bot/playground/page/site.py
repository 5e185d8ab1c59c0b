"""The playground's page: its files, and a socket for everyone who has it open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from aiohttp import WSCloseCode, web

from bot.playground.page.panels import Panels
from bot.playground.page.session import PageSession

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.playground.server import Playground
    from bot.playground.switches import Panel

DEMO_MODEL = "Demo model: scripted answers. Set OPENAI_API_KEY for a real one."

_FOLDER = Path(__file__).parent
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_FILES = {
    "/": ("page.html", "text/html"),
    "/ui/page.css": ("page.css", "text/css"),
    "/ui/icon.svg": ("icon.svg", "image/svg+xml"),
} | {
    f"/ui/js/{script.name}": (f"js/{script.name}", "text/javascript")
    for script in sorted(_FOLDER.glob("js/*.js"))
}
"""What is served, as path → file and media type: the page, and its scripts as ES modules."""

_LARGEST_FRAME = 512 * 1024
_PING_EVERY = 20


def page(
    *, model: str = DEMO_MODEL, panels: Mapping[str, Panel] | None = None
) -> Callable[[web.Application, Playground], None]:
    """For `Playground(extend=…)`: who answers, and switches to show beside those of Slack."""

    def extend(app: web.Application, playground: Playground) -> None:
        for path, (name, kind) in _FILES.items():
            app.router.add_get(path, _file(name, kind))
        app.router.add_get("/ui/files/{file_id}/{name}", _shared(playground))
        open_sockets: WeakSet[web.WebSocketResponse] = WeakSet()
        listed = Panels(_of_slack(playground) | dict(panels or {}))
        app.router.add_get("/ui/socket", _socket(playground, listed, model, open_sockets))
        app.on_shutdown.append(_closing(open_sockets))

    return extend


def _of_slack(playground: Playground) -> dict[str, Panel]:
    return {
        "Slack's answers": playground.faults,
        "Socket Mode": playground.sockets,
        "Events": playground.delivery,
        "Rate limits": playground.limits,
        "Messages": playground.backend.sizes,
    }


def _file(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.Response:
        body = (_FOLDER / name).read_bytes()
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=_HEADERS)

    return answer


def _shared(playground: Playground) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Files of the workspace, for saving only: whatever is in them, no browser shows it here."""
    kept = _HEADERS | {"Content-Disposition": "attachment"}

    async def answer(request: web.Request) -> web.Response:
        content = playground.backend.contents.get(request.match_info["file_id"])
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="application/octet-stream", headers=kept)

    return answer


def _socket(
    playground: Playground,
    panels: Panels,
    model: str,
    open_sockets: WeakSet[web.WebSocketResponse],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=_PING_EVERY, max_msg_size=_LARGEST_FRAME)
        await socket.prepare(request)
        open_sockets.add(socket)
        await PageSession(socket, playground, panels, model).run()
        return socket

    return answer


def _closing(
    open_sockets: WeakSet[web.WebSocketResponse],
) -> Callable[[web.Application], Awaitable[None]]:
    async def close(_: web.Application) -> None:
        for socket in tuple(open_sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    return close
