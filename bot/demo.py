"""`bot playground`: the bot connected to a playground, in a browser. No workspace, no key."""

from __future__ import annotations

import errno
import sys
import webbrowser
from contextlib import AsyncExitStack, asynccontextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.app import open_bot
from bot.config import has_display
from bot.playground.model.endpoint import MODEL, ScriptedModel
from bot.playground.page.site import DEMO_MODEL, page
from bot.playground.server import Playground
from bot.signals import ended_by_signal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.app import Bot
    from bot.config import Settings


async def playground(settings: Settings, *, port: int, open_browser: bool) -> int:
    """Runs the bot and a playground until a signal comes. Returns the exit code."""
    with ended_by_signal():
        async with open_playground(settings, port) as (slack, bot):
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
        folder = stack.enter_context(TemporaryDirectory(prefix="bot-playground-"))
        if settings.has_model:
            adapted, named, panels = settings, settings.openai_model, {}
        else:
            model = await stack.enter_async_context(ScriptedModel())
            adapted = settings.model_copy(update=_demo(model))
            named, panels = DEMO_MODEL, {"Model": model.faults}
        extend = page(model=named, panels=panels)
        try:
            slack = await stack.enter_async_context(Playground(port=port, extend=extend))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            slack = await stack.enter_async_context(Playground(extend=extend))
        yield slack, adapted.model_copy(update=_address(slack) | _own_store(folder))


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
    return {"database_url": SecretStr(f"sqlite:///{folder}/bot.db")}


def _announce(url: str, *, open_browser: bool) -> None:
    sys.stdout.write(f"\n  The playground is open: {url}\n  Ctrl-C ends it.\n\n")
    sys.stdout.flush()
    # Without a display a browser would open inside the terminal, if at all.
    if open_browser and has_display():
        webbrowser.open(url)
