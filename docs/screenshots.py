"""Takes the README's pictures: `make screenshots`. It waits for what is shown, never for time."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.async_api import expect
from pydantic import SecretStr

from bot import telemetry
from bot.app import open_bot
from bot.config import Settings
from bot.playground.model import ScriptedModel
from bot.playground.reply import FOREVER, Cut, Piece, Reply
from bot.playground.script import tokens
from bot.playground.server import Playground
from bot.playground.ui import page as ui
from bot.playground.web_api import Clock
from docs import words
from tests.browser import launched, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

FOLDER = Path(__file__).parent
MORNING = datetime(2026, 5, 12, 9, 41, tzinfo=UTC).timestamp()
SPEED = 100.0
"""Tokens per second: a model in a good mood, so that the strip shows what people see."""
PHONE = {"width": 390, "height": 844}


class Morning:
    """Always the same one; what was said before was said minutes apart."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self) -> float:
        return MORNING + time.monotonic() - self.began

    def goes_on(self) -> None:
        self.began -= 190


@dataclass(slots=True)
class Stage:
    """A playground in the morning, and a model that waits for its cue."""

    slack: Playground
    model: ScriptedModel
    morning: Morning

    def cue(self, text: str, *end: Piece) -> None:
        """The next answer; without an end it hangs in mid-air."""
        self.model.enqueue(Reply([*tokens(text), *(end or (FOREVER,))], speed=SPEED))

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
        return any(answer in each["text"] and len(each["blocks"]) == 1 for each in mine)


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """The bot between the two; a quick one, for a Slack that has just been quiet."""
    morning = Morning()
    clock = Clock(morning, time.monotonic)
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(ScriptedModel())
        slack = await stack.enter_async_context(
            Playground(clock=clock, extend=ui(panels={"Model": model.faults}))
        )
        # With a store of its own: the same morning comes again and again.
        folder = stack.enter_context(TemporaryDirectory())
        settings = Settings(
            database_url=SecretStr(f"sqlite:///{folder}/bot.db"),
            slack_api_url=slack.api_url,
            slack_bot_token=SecretStr(slack.bot_token),
            slack_app_token=SecretStr(slack.app_token),
            openai_base_url=model.base_url,
        )
        await stack.enter_async_context(open_bot(settings, "socket"))
        yield Stage(slack, model, morning)


@asynccontextmanager
async def looking(browser: Browser, on: Stage, **how: object) -> AsyncIterator[Page]:
    """A page whose clock agrees with the stage's."""
    usual = {"device_scale_factor": 1.5, "locale": "en-GB", "timezone_id": "UTC"}
    async with opened(browser, on.slack.base_url, **(usual | how)) as page:
        await page.clock.set_fixed_time(MORNING)
        await page.reload()
        await page.locator("body[data-connected=true] [data-channel]").first.wait_for(
            state="attached"
        )
        yield page


async def ask(page: Page, text: str) -> None:
    """Types it, and leaves the box."""
    await page.locator("#composer-channel").fill(text)
    await page.keyboard.press("Enter")
    await page.locator("#composer-channel").blur()


async def hangs(page: Page, where: str, text: str) -> None:
    """Until all of the answer that is going to be there is there, and Stop below it."""
    answer = page.locator(f"{where} .message.bot").last
    await expect(answer).to_contain_text(text, timeout=30_000)
    await expect(answer.locator("[data-action=stop]")).to_be_visible()


async def shoot(page: Page, name: str) -> None:
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=FOLDER / name, animations="disabled", caret="hide")


async def stop(page: Page, where: str) -> None:
    """So that nobody has to wait for an answer that never ends."""
    button = page.locator(f"{where} [data-action=stop]")
    await button.click()
    await expect(button).to_have_count(0)


async def playground(browser: Browser) -> None:
    """A question in #general, and its answer growing in the thread."""
    async with stage() as on, looking(browser, on) as page:
        await on.said("yuki", "おはようございます。2.4 is rolled out to everybody :tada:")
        await on.said("bob", "Congratulations! And good morning :coffee:")
        await on.said(
            "bob", "@streambot what happened this morning, in a sentence?", words.INCIDENT
        )
        await on.said("bob", "And when it was back, every webhook came back *in the same second*.")
        await on.said("alice", "So our retries run in lockstep: `sleep(5)`, all of them.")
        on.cue(words.BACKOFF)
        await ask(
            page, "@Stream Bot how do people spread retries out? A few lines of Python, please"
        )
        await hangs(page, "#replies", "say so in the")
        await shoot(page, "playground.png")
        await stop(page, "#replies")


async def dark(browser: Browser) -> None:
    """The connection to the model breaks, and the message says so; beside it, why."""
    async with stage() as on, looking(browser, on, color_scheme="dark") as page:
        await page.locator("[data-channel=D0ALICE]").click()
        on.cue(words.PLANETS, Cut.RESET)
        await ask(page, "What are the inner planets like? As a table, please")
        notice = page.locator("#messages .message.bot").last
        await expect(notice).to_contain_text("broke off", timeout=30_000)
        await page.locator("#faults-toggle").click()
        await page.locator("[name='Model.cut']").check()
        await expect(page.locator("#faults-count")).to_have_text("1")
        await page.locator("[name='Model.cut']").evaluate("e => e.scrollIntoView()")
        await shoot(page, "dark.png")


async def phone(browser: Browser) -> None:
    """A direct message, answered beside it."""
    async with stage() as on, looking(browser, on, viewport=PHONE, device_scale_factor=2) as page:
        await page.goto(f"{on.slack.base_url}#D0ALICE")
        await page.reload()
        on.cue(words.TRIP)
        await ask(page, "Two days in Kyoto, what should I see?")
        await hangs(page, "#messages", "trains have")
        await shoot(page, "phone.png")
        await stop(page, "#messages")


async def japanese(browser: Browser) -> None:
    """The bot's own words follow the language of who asks."""
    async with stage() as on, looking(browser, on) as page:
        await page.locator("#me").select_option("U0YUKI")
        await on.said("bob", "Yuki, could you tell our customers in Japan about 2.4?")
        await on.said("yuki", "はい、今日中に書きますね。")
        on.cue(words.RELEASE)
        await ask(page, "@Stream Bot 配信サービス 2.4 のお知らせを、表を入れて短く書いてください")
        await hangs(page, "#replies", "お気軽に")
        await shoot(page, "japanese.png")
        await stop(page, "#replies")


async def take() -> None:
    telemetry.set_up(level="error")
    async with launched() as browser:
        for picture in (playground, dark, phone, japanese):
            await picture(browser)


if __name__ == "__main__":
    asyncio.run(take())
