"""Checks of HTTP mode: the secret that requests are signed with, and the address listened on."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

import aiohttp

from bot.doctor.finding import Finding
from bot.errors import SettingsError
from bot.starting.listening import listening

if TYPE_CHECKING:
    from bot.doctor.probe import Probe

COPY: Final = "Copy the signing secret again from “Basic Information” of the Slack app."

EVERY_ADDRESS: Final = {"0.0.0.0", "::", ""}  # noqa: S104 - they are compared
"""Hosts that stand for all addresses of this machine."""


async def signing_secret(probe: Probe) -> Finding:
    """In HTTP mode the signing secret is set and has the form of one."""
    secret = probe.settings.slack_signing_secret
    if secret is None and probe.settings.transport() == "socket":
        return Finding.skipped("Socket Mode needs none")
    if secret is None:
        return probe.not_set(
            "SLACK_SIGNING_SECRET",
            "Set SLACK_SIGNING_SECRET: “Basic Information” of the Slack app.",
        )
    if not re.fullmatch(r"[0-9a-f]{32}", secret.get_secret_value()):
        return Finding.warning("not 32 hexadecimal digits", COPY)
    return Finding.ok("has the right form; only a request of Slack can prove it")


async def address(probe: Probe) -> Finding:
    """`run` can listen on its port, at its host. Nothing is accepted there meanwhile."""
    host, port = probe.settings.bot_host, probe.settings.port
    if probe.settings.transport() == "socket":
        return Finding.skipped("Socket Mode needs none")
    try:
        with listening(port, port_setting="PORT", host_setting="BOT_HOST"):
            await _open_and_close(host, port)
    except SettingsError as error:
        if await _is_healthy(probe, host, port):
            return Finding.warning(
                f"port {port} is taken by what answers as this bot does",
                "If it is this bot, all is well; else set another PORT.",
            )
        return Finding.problem(*_named(error.problems[0]))
    return Finding.ok(f"port {port} can be listened on")


async def _open_and_close(host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, host, port, start_serving=False)
    server.close()


def _named(line: str) -> tuple[str, str]:
    """The setting that a line begins with, and the line."""
    return line.partition(":")[0], line


async def _is_healthy(probe: Probe, host: str, port: int) -> bool:
    """Whether a bot listens there already, which a doctor beside a bot that runs comes upon."""
    place = "127.0.0.1" if host in EVERY_ADDRESS else f"[{host}]" if ":" in host else host
    try:
        async with (
            asyncio.timeout(probe.patience),
            probe.session.get(f"http://{place}:{port}/healthz") as answer,
        ):
            return answer.status == 200 and await answer.content.read(3) == b"ok"
    except (aiohttp.ClientError, OSError, ValueError):
        return False
