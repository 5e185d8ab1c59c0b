"""The ways to Slack and to the model, as the environment's proxies and certificates make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.config import Settings

SOCKET = "wss://wss-primary.slack.com/"
"""Where Slack's sockets are. The very address comes with each permission to open one."""


def broken_ways(settings: Settings) -> Mapping[str, str]:
    """What is wrong with the way to Slack and to the model, by the name of the URL's setting."""
    broken: dict[str, str] = {}
    for setting, url in _urls(settings):
        try:
            settings.network.proxy(url)
            settings.network.tls(url)
        except SettingsError as error:
            broken.setdefault(setting, str(error))
    return broken


def described(settings: Settings) -> str:
    """The proxies in use, and whose certificates are trusted. Raises `SettingsError`."""
    network = settings.network
    said = [
        f"{setting} through {proxy.place} ({proxy.variable})"
        for setting, url in _urls(settings)
        if (proxy := network.proxy(url))
    ]
    files = " and ".join(network.certificates())
    said.append(f"certificates of {files}" if files else "certificates of the machine")
    return "; ".join(dict.fromkeys(said))


def _urls(settings: Settings) -> list[tuple[str, str]]:
    """The URLs that are reached, each with the setting that it comes from."""
    slack, model = settings.slack_api_url, settings.openai_base_url
    urls = [("SLACK_API_URL", slack), ("OPENAI_BASE_URL", model)]
    return [*urls, ("SLACK_API_URL", SOCKET)] if slack.startswith("https://slack.com/") else urls
