"""The bot between a small Slack in the morning and a model that waits for its cue."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from bot.app import open_bot
from bot.config import Settings
from bot.playground.clock import Clock
from bot.playground.model.endpoint import ScriptedModel
from bot.playground.model.script import tokens
from bot.playground.model.scripted_reply import FOREVER, Piece, Reply
from bot.playground.page.site import page as ui
from bot.playground.server import Playground
from bot.playground.workspace.visible import visible_text
from tests.browser import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

MORNING = datetime(2026, 5, 12, 9, 41, tzinfo=UTC).timestamp()
SPEED = 100.0
"""Tokens per second: a model in a good mood, so that the strip shows what people see."""


class Morning:
    """Always the same one; what was said before was said whole minutes apart."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self) -> float:
        return MORNING + time.monotonic() - self.began

    def goes_on(self) -> None:
        self.began -= 180


@dataclass(slots=True)
class Stage:
    """`speed` is that of the model, in tokens a second; 0 is as fast as it can."""

    slack: Playground
    model: ScriptedModel
    morning: Morning
    speed: float

    def cue(self, text: str, *end: Piece) -> None:
        """The next answer; it ends in the middle when `end` says so."""
        self.model.enqueue(Reply([*tokens(text), *end], speed=self.speed))

    def cue_unfinished(self, text: str) -> None:
        """The next answer; it hangs in mid-air."""
        self.cue(text, FOREVER)

    async def said(self, user: str, text: str, answer: str = "") -> None:
        """Somebody has said this, and has been answered."""
        if answer:
            self.model.enqueue(Reply([answer]))
        message = await self.slack.say(user, "general", text)
        if answer:
            await self.slack.wait_for(lambda: self._answered(message["ts"], answer))
        self.morning.goes_on()

    def _answered(self, ts: str, answer: str) -> bool:
        messages = self.slack.workspace.messages("C0GENERAL")
        mine = [each for each in messages if each.get("thread_ts") == ts and "bot_id" in each]
        return any(answer in visible_text(each) and not _growing(each) for each in mine)


def _growing(message: dict[str, Any]) -> bool:
    """There is a button to stop it."""
    elements = [each for block in message["blocks"] for each in block.get("elements", ())]
    return any(each.get("action_id") == "stop" for each in elements)


@asynccontextmanager
async def stage(speed: float = SPEED, **settings: Any) -> AsyncIterator[Stage]:
    """A quick bot, for a Slack that has just been quiet."""
    morning = Morning()
    clock = Clock(morning, time.monotonic)
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(ScriptedModel())
        slack = await stack.enter_async_context(
            Playground(clock=clock, extend=ui(panels={"Model": model.faults}))
        )
        # With a store of its own: the same morning comes again and again.
        folder = stack.enter_context(TemporaryDirectory())
        ours = Settings(
            database_url=SecretStr(f"sqlite:///{folder}/bot.db"),
            slack_api_url=slack.api_url,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            openai_base_url=model.base_url,
            openai_api_key=SecretStr("sk-playground"),
            **settings,
        )
        await stack.enter_async_context(open_bot(ours, "socket"))
        yield Stage(slack, model, morning, speed)


@asynccontextmanager
async def looking(browser: Browser, on: Stage, **how: object) -> AsyncIterator[Page]:
    """A page whose clock agrees with the stage's."""
    usual = {"device_scale_factor": 1.5, "locale": "en-GB", "timezone_id": "UTC"}
    async with opened(browser, on.slack.base_url, **(usual | how)) as page:
        await page.clock.set_fixed_time(MORNING)
        await reload(page)
        yield page


async def reload(page: Page) -> None:
    """The page again, connected: what is typed before is lost."""
    await page.reload()
    channels = page.locator("body[data-connected=true] [data-channel]")
    await channels.first.wait_for(state="attached")
