"""The methods `files.*`: an upload in three steps, and what a shared file looks like."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.playground.workspace.refused import Refused

if TYPE_CHECKING:
    from bot.playground.api.calls import Call, Site

Answer = dict[str, Any]

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
"""Kinds of file that Slack shows as a snippet, by the end of their names."""


def upload_url(call: Call) -> Answer:
    name, length = call.required("filename"), call.required("length")
    if not length.isdigit() or int(length) == 0:
        raise Refused("invalid_arguments")
    file_id = new_file(call.site, name, call.workspace.bot.user_id, call.now)["id"]
    return {"file_id": file_id, "upload_url": f"{call.site.base_url}upload/v1/{file_id}"}


def complete(call: Call) -> Answer:
    """Shares what was uploaded; the message comes as a `file_share`."""
    wanted = call.json("files")
    if not isinstance(wanted, list) or not wanted:
        raise Refused("invalid_arguments")
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


def info(call: Call) -> Answer:
    return {"file": _file(call, call.required("file"))}


def new_file(site: Site, name: str, user: str, now: float) -> Answer:
    """The object Slack puts beside a message; the bytes are fetched from `url_private`."""
    file_id = f"F0{len(site.workspace.files):07d}"
    url = f"{site.base_url}files-pri/{site.workspace.team_id}-{file_id}/{quote(name)}"
    extension = name.rpartition(".")[2]
    shown: Answer = {
        "id": file_id,
        "created": int(now),
        "timestamp": int(now),
        "name": name,
        "title": name,
        "mimetype": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "filetype": extension,
        "pretty_type": _PRETTY.get(extension, extension.upper()),
        "user": user,
        "user_team": site.workspace.team_id,
        "mode": "hosted",
        "size": 0,
        "url_private": url,
        "url_private_download": url,
        "file_access": "visible",
    }
    site.workspace.files[file_id] = shown
    return shown


def keep(site: Site, file_id: str, content: bytes) -> None:
    site.contents[file_id] = content
    shown = site.workspace.files[file_id]
    shown |= {"size": len(content)} | _snippet(shown["filetype"], content)


def _snippet(filetype: str, content: bytes) -> Answer:
    """What Slack knows of a file of text: how it begins, and how much more there is."""
    if filetype not in _PRETTY:
        return {}
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError:
        return {}
    preview = "\n".join(lines[:_PREVIEW_LINES])[:_PREVIEW_CHARACTERS]
    more = max(0, len(lines) - _PREVIEW_LINES)
    return {"mode": "snippet", "preview": preview, "lines": len(lines), "lines_more": more}


def _completed(call: Call, item: Any) -> Answer:
    shown = _file(call, str(item.get("id")) if isinstance(item, dict) else "")
    if shown["id"] not in call.site.contents:
        raise Refused("file_not_found")
    shown["title"] = item.get("title") or shown["name"]
    return shown


def _file(call: Call, file_id: str) -> Answer:
    found = call.workspace.files.get(file_id)
    if found is None:
        raise Refused("file_not_found")
    return found
