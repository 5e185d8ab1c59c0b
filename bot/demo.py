"""`bot playground`: the bot connected to a playground, in a browser. No workspace, no key."""

from __future__ import annotations

import errno
import sys
import webbrowser
from contextlib import AsyncExitStack, asynccontextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from bot.app import open_bot
from bot.config import has_display
from bot.errors import SettingsError
from bot.playground.model.endpoint import MODEL, ScriptedModel
from bot.playground.page.site import DEMO_MODEL, page
from bot.playground.server import Playground
from bot.signals import ended_by_signal
from bot.starting.listening import listening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.app import Bot
    from bot.config import Settings
    from bot.playground.server import Extension

DRAIN: Final = 1.0
"""Most seconds in which answers may finish when the playground ends."""


async def playground(settings: Settings, *, port: int, open_browser: bool) -> int:
    """Runs the bot and a playground until a signal comes. Returns the exit code."""
    with ended_by_signal():
        async with open_playground(settings, port) as (slack, bot):
            if port and slack.port != port:
                sys.stdout.write(f"\n  Port {port} is taken, so this is another one.\n")
            _announce(slack.base_url, open_browser=open_browser)
            await bot.serve()
    return 0


@asynccontextmanager
async def open_playground(
    settings: Settings, port: int = 0
) -> AsyncIterator[tuple[Playground, Bot]]:
    """Yields a playground with its page, and the bot connected to it.

    If `port` is taken, any free one is used.
    """
    async with _open_slack(settings, port) as (slack, adapted), open_bot(adapted, "socket") as bot:
        yield slack, bot


@asynccontextmanager
async def _open_slack(settings: Settings, port: int) -> AsyncIterator[tuple[Playground, Settings]]:
    """The playground, and the settings to connect to it. Without a key a scripted model answers."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_temporary_folder())
        if settings.has_model:
            adapted, named, panels = settings, settings.openai_model, {}
        else:
            model = await stack.enter_async_context(ScriptedModel())
            adapted = settings.model_copy(update=_demo(model))
            named, panels = DEMO_MODEL, {"Model": model.faults}
        extend = page(model=named, panels=panels)
        with listening(port, port_setting="BOT_PLAYGROUND_PORT"):
            slack = await _started(port, extend)
        stack.push_async_callback(slack.stop)
        ours = _address(slack) | _own_store(folder) | _short_end(settings)
        yield slack, adapted.model_copy(update=ours)


def _temporary_folder() -> TemporaryDirectory[str]:
    try:
        return TemporaryDirectory(prefix="bot-playground-")
    except OSError as error:
        raise SettingsError(["TMPDIR: no temporary folder can be made; free some space"]) from error


async def _started(port: int, extend: Extension) -> Playground:
    """A playground that listens on `port`, or on any free one if that is taken."""
    slack = Playground(port=port, extend=extend)
    try:
        await slack.start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        slack = Playground(extend=extend)
        await slack.start()
    return slack


def _demo(model: ScriptedModel) -> dict[str, Any]:
    return {
        "openai_base_url": model.base_url,
        "openai_api_key": SecretStr("sk-playground"),
        "openai_model": MODEL,
    }


def _address(slack: Playground) -> dict[str, Any]:
    return {
        "slack_api_url": slack.api_url,
        "slack_bot_token": SecretStr(slack.bot_token),
        "slack_app_token": SecretStr(slack.app_token),
    }


def _own_store(folder: str) -> dict[str, Any]:
    """A database in the temporary folder: the playground keeps nothing either."""
    database = SecretStr(f"sqlite:///{folder}/bot.db")
    return {"database_url": database, "bot_admin_address": "off"}


def _short_end(settings: Settings) -> dict[str, Any]:
    """Answers vanish with the playground, so Ctrl-C does not wait until they are whole."""
    return {"bot_drain_seconds": min(settings.bot_drain_seconds, DRAIN)}


def _announce(url: str, *, open_browser: bool) -> None:
    sys.stdout.write(f"\n  The playground is open: {url}\n  Ctrl-C ends it.\n\n")
    sys.stdout.flush()
    # Without a display a browser would open inside the terminal, if at all.
    if open_browser and has_display():
        webbrowser.open(url)
