"""The methods `files.*`: an upload in three steps, and the object of a shared file."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from bot.playground.api.backend import Backend
    from bot.playground.api.calls import Call, Response

_PREVIEW_LINES, _PREVIEW_CHARACTERS = 6, 1_000
_PRETTY = {
    "csv": "CSV",
    "js": "JavaScript",
    "json": "JSON",
    "md": "Markdown",
    "py": "Python",
    "sh": "Shell",
    "sql": "SQL",
    "tex": "LaTeX",
    "ts": "TypeScript",
    "txt": "Plain Text",
}
"""File types that Slack shows as snippets, by the extension of the name."""


def upload_url(call: Call) -> Response:
    name, length = call.required("filename"), call.required("length")
    if not length.isdigit() or int(length) == 0:
        raise ApiError("invalid_arguments")
    file_id = new_file(call.backend, name, call.workspace.bot.user_id, call.now)["id"]
    return {"file_id": file_id, "upload_url": f"{call.backend.base_url}upload/v1/{file_id}"}


def complete(call: Call) -> Response:
    """Ends the upload; with a channel it posts a message with the subtype `file_share`."""
    wanted = call.json("files")
    if not isinstance(wanted, list) or not wanted:
        raise ApiError("invalid_arguments")
    files = [_completed(call, item) for item in wanted]
    if call.text("channel_id"):
        channel = call.joined("channel_id")
        call.workspace.post(
            channel.id,
            user=call.workspace.bot.user_id,
            now=call.now,
            text=call.text("initial_comment"),
            thread_ts=call.text("thread_ts") or None,
            files=files,
            subtype="file_share",
        )
    return {"files": files}


def info(call: Call) -> Response:
    return {"file": _file(call, call.required("file"))}


def delete(call: Call) -> Response:
    """Deletes a file of the app. Messages with it say that a file was deleted."""
    shown = _file(call, call.required("file"))
    if shown["user"] != call.workspace.bot.user_id:
        raise ApiError("cant_delete_file")
    del call.workspace.files[shown["id"]]
    call.backend.contents.pop(shown["id"], None)
    call.workspace.without_file(shown["id"], now=call.now)
    return {}


def new_file(backend: Backend, name: str, user: str, now: float) -> Response:
    """Adds a file without content, and returns its object as messages show it."""
    file_id = backend.workspace.next_file_id()
    url = f"{backend.base_url}files-pri/{backend.workspace.team_id}-{file_id}/{quote(name)}"
    extension = name.rpartition(".")[2]
    shown: Response = {
        "id": file_id,
        "created": int(now),
        "timestamp": int(now),
        "name": name,
        "title": name,
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "filetype": extension,
        "pretty_type": _PRETTY.get(extension, extension.upper()),
        "user": user,
        "user_team": backend.workspace.team_id,
        "mode": "hosted",
        "size": 0,
        "url_private": url,
        "url_private_download": url,
        "file_access": "visible",
    }
    backend.workspace.files[file_id] = shown
    return shown


def store_content(backend: Backend, file_id: str, content: bytes) -> None:
    backend.contents[file_id] = content
    shown = backend.workspace.files[file_id]
    shown |= {"size": len(content)} | _snippet(shown["filetype"], content)


def _snippet(filetype: str, content: bytes) -> Response:
    """The fields of a text file's preview; none for other types."""
    if filetype not in _PRETTY:
        return {}
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError:
        return {}
    preview = "\n".join(lines[:_PREVIEW_LINES])[:_PREVIEW_CHARACTERS]
    more = max(0, len(lines) - _PREVIEW_LINES)
    return {"mode": "snippet", "preview": preview, "lines": len(lines), "lines_more": more}


def _completed(call: Call, item: Any) -> Response:
    shown = _file(call, str(item.get("id")) if isinstance(item, dict) else "")
    if shown["id"] not in call.backend.contents:
        raise ApiError("file_not_found")
    shown["title"] = item.get("title") or shown["name"]
    return shown


def _file(call: Call, file_id: str) -> Response:
    found = call.workspace.files.get(file_id)
    if found is None:
        raise ApiError("file_not_found")
    return found
