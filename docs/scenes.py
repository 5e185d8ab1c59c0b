"""What is played in the pictures, and looked at by tests: a question, and how its answer ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.playground.model.script import numbers, written
from bot.playground.model.scripted_reply import FOREVER, Cut, Piece
from docs import words
from docs.stage import reload

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from docs.stage import Stage

PATIENCE = 30_000
"""Milliseconds until an answer has to stand there."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A direct message and its answer. Once `stop_after` is read somebody presses Stop."""

    question: str
    answer: str
    end: tuple[Piece, ...] = ()
    user: str = "alice"
    stop_after: str = ""

    async def play(self, on: Stage, page: Page) -> Locator:
        """The bot's messages, when nothing about them changes any more."""
        await page.goto(f"{on.slack.base_url}#D0{self.user.upper()}")
        await page.evaluate("user => sessionStorage.setItem('me', user)", f"U0{self.user.upper()}")
        await reload(page)
        on.cue(self.answer, *self.end)
        await ask(page, self.question)
        if self.stop_after:
            await hangs(page, "#messages", self.stop_after)
            await stop(page, "#messages")
        return await ended(page, "#messages")


TOUR = Scene("Show me a Markdown tour", written("markdown"))
TABLE = Scene("What are the inner planets like? As a table, please", words.PLANETS)
JAPANESE = Scene(
    "配信サービス 2.4 のお知らせを、表を入れて短く書いてください", words.RELEASE, user="yuki"
)
LONG = Scene("Write a long answer", written("long"))
BIG_TABLE = Scene("A big table, please", numbers())
STOPPED = Scene(
    "Two days in Kyoto, what should I see?",
    words.TRIP,
    end=(FOREVER,),
    stop_after="trains have",
)
FAILED = Scene("How do people spread retries out?", words.BACKOFF, end=(Cut.CLOSE,))


async def ask(page: Page, text: str) -> None:
    """Types it, and leaves the box."""
    await page.locator("#composer-channel").fill(text)
    await page.keyboard.press("Enter")
    await page.locator("#composer-channel").blur()


async def hangs(page: Page, where: str, text: str) -> None:
    """Until all of the answer that is going to be there is there, and Stop below it."""
    answer = page.locator(f"{where} .message.bot").last
    await expect(answer).to_contain_text(text, timeout=PATIENCE)
    await expect(answer.locator("[data-action=stop]")).to_be_visible()


async def stop(page: Page, where: str) -> None:
    """So that nobody has to wait for an answer that never ends."""
    button = page.locator(f"{where} [data-action=stop]")
    await button.click()
    await expect(button).to_have_count(0)


async def ended(page: Page, where: str) -> Locator:
    """All messages of an answer, once one of them has its buttons for afterwards."""
    answer = page.locator(f"{where} .message.bot")
    afterwards = answer.locator("[data-action]:not([data-action=stop])")
    await expect(afterwards.first).to_be_visible(timeout=PATIENCE)
    return answer
