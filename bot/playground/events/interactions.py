"""The payloads of clicks, slash commands and modal submissions, and their response URLs."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.playground.events.acknowledgements import content, post_said
from bot.playground.events.envelopes import VERIFICATION_TOKEN, Envelope
from bot.playground.workspace.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.playground.api.backend import Backend
    from bot.playground.workspace.changes import Message
    from bot.playground.workspace.people import Channel, User

_CHANNEL_NAMES = {"im": "directmessage", "group": "privategroup"}
_URL_LIFETIME = 30 * 60  # seconds (docs: interactivity)
_URL_USES = 5


@dataclass(frozen=True, slots=True)
class Click:
    """One click on an element of a message."""

    user: User
    channel: Channel
    message: Message
    action_id: str
    block_id: str | None = None
    """The block of the element; None takes the first with this `action_id`."""
    value: str | None = None
    """The option that was chosen, where an element offers several, as feedback buttons do."""


@dataclass(slots=True)
class _ResponseUrl:
    user: str
    channel: str
    message_ts: str
    expires: float
    uses: int = _URL_USES


class Interactions:
    """Builds the payloads, and answers at the response URLs that they contain."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._urls: dict[str, _ResponseUrl] = {}

    def click(self, click: Click, now: float) -> Envelope:
        message, channel = click.message, click.channel
        block_id, element = _pressed(click)
        ephemeral = bool(message.get("is_ephemeral"))
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        }
        if "thread_ts" in message:
            container["thread_ts"] = message["thread_ts"]
        payload = self._payload("block_actions", click.user, now) | {
            "container": container,
            "channel": _named(channel),
            "state": {"values": {}},
            "response_url": self._response_url(click.user, channel, message["ts"], now),
            "actions": [_action(element, block_id, click.value, f"{now:.6f}")],
        }
        # Slack does not repeat an ephemeral message in the payload.
        return Envelope("interactive", payload if ephemeral else payload | {"message": message})

    def command(
        self, user: User, channel: Channel, command: str, text: str, now: float
    ) -> Envelope:
        workspace = self._backend.workspace
        return Envelope(
            "slash_commands",
            {
                "token": VERIFICATION_TOKEN,
                "team_id": workspace.team_id,
                "team_domain": workspace.domain,
                "channel_id": channel.id,
                "channel_name": _named(channel)["name"],
                "user_id": user.id,
                "user_name": user.name,
                "command": command,
                "text": text,
                "api_app_id": workspace.bot.app_id,
                "is_enterprise_install": "false",
                "response_url": self._response_url(user, channel, "", now),
                "trigger_id": self._backend.triggers.issue(now, user.id),
            },
        )

    def submission(self, user: User, view: dict[str, Any], values: Any, now: float) -> Envelope:
        """The submission of a modal. `values`: block_id → action_id → value, as Slack has it."""
        filled = view | {"state": {"values": values}}
        payload = self._payload("view_submission", user, now)
        return Envelope("interactive", payload | {"view": filled, "response_urls": []})

    def respond(self, key: str, body: bytes, now: float) -> None:
        """Carries out what the app posts to a response URL.

        Five posts are taken, within half an hour (docs: interactivity); else ApiError.
        """
        url = self._urls.get(key)
        if url is None or now > url.expires:
            raise ApiError("expired_url")
        if url.uses == 0:
            raise ApiError("used_url")
        url.uses -= 1
        self._carry_out(url, _json_object(body), now)

    def _carry_out(self, url: _ResponseUrl, said: dict[str, Any], now: float) -> None:
        if said.get("delete_original"):
            self._remove(url, now)
        elif said.get("replace_original"):
            self._replace(url, said, now)
        else:
            self._add(url, said, now)

    def _remove(self, url: _ResponseUrl, now: float) -> None:
        if self._is_posted(url):
            self._backend.workspace.delete(url.channel, url.message_ts, now=now)
        else:
            self._backend.workspace.delete_ephemeral(url.message_ts)

    def _replace(self, url: _ResponseUrl, said: dict[str, Any], now: float) -> None:
        if self._is_posted(url):
            self._backend.workspace.update(url.channel, url.message_ts, now=now, **content(said))
        else:
            self._backend.workspace.delete_ephemeral(url.message_ts)
            self._add(url, said, now)

    def _add(self, url: _ResponseUrl, said: dict[str, Any], now: float) -> None:
        post_said(self._backend.workspace, url.user, url.channel, said, now)

    def _is_posted(self, url: _ResponseUrl) -> bool:
        return self._backend.workspace.message(url.channel, url.message_ts) is not None

    def _response_url(self, user: User, channel: Channel, message_ts: str, now: float) -> str:
        key = secrets.token_urlsafe(18)
        self._urls[key] = _ResponseUrl(user.id, channel.id, message_ts, now + _URL_LIFETIME)
        return f"{self._backend.base_url}actions/{self._backend.workspace.team_id}/{key}"

    def _payload(self, kind: str, user: User, now: float) -> dict[str, Any]:
        workspace = self._backend.workspace
        who = {"id": user.id, "username": user.name, "name": user.name}
        return {
            "type": kind,
            "user": who | {"team_id": workspace.team_id},
            "api_app_id": workspace.bot.app_id,
            "token": VERIFICATION_TOKEN,
            "trigger_id": self._backend.triggers.issue(now, user.id),
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }


def _pressed(click: Click) -> tuple[str, dict[str, Any]]:
    for block in click.message.get("blocks", []):
        if click.block_id in {None, block["block_id"]}:
            for element in _interactive(block):
                if element.get("action_id") == click.action_id:
                    return block["block_id"], element
    raise ApiError("action_not_found")


def _interactive(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] in {"actions", "context_actions"}:
        yield from block["elements"]
    elif block["type"] == "section" and "accessory" in block:
        yield block["accessory"]


def _action(
    element: dict[str, Any], block_id: str, value: str | None, action_ts: str
) -> dict[str, Any]:
    chosen = element.get("value") if value is None else value
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id}
    action |= {name: element[name] for name in ("text", "style", "url") if name in element}
    return action | ({} if chosen is None else {"value": chosen}) | {"action_ts": action_ts}


def _named(channel: Channel) -> dict[str, str]:
    return {"id": channel.id, "name": _CHANNEL_NAMES.get(channel.kind, channel.name)}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        raise ApiError("invalid_payload") from None
    if not isinstance(said, dict):
        raise ApiError("invalid_payload")
    return said
