"""Takes the README's pictures: `make screenshots`. It waits for what is shown, never for time.

Taken twice on one machine they are the same files, so that a change of one shows in `git status`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot import telemetry
from docs import scenes, words
from docs.scenes import Scene, ask, hangs, stop
from docs.stage import looking, reload, stage
from tests.browser import launched

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

FOLDER = Path(__file__).parent
PHONE = {"width": 390, "height": 844}
COLUMN = {"width": 700, "height": 1800}
"""As wide as a message is in Slack, and so high that nothing has to be scrolled."""

GALLERY: dict[str, tuple[Scene, str]] = {
    "tour.png": (scenes.TOUR, "light"),
    "tour-dark.png": (scenes.TOUR, "dark"),
    "table.png": (scenes.TABLE, "light"),
    "japanese.png": (scenes.JAPANESE, "light"),
    "stopped.png": (scenes.STOPPED, "light"),
    "failed.png": (scenes.FAILED, "dark"),
}


STEADY = """
() => {
  const times = ["64 ms", "210 ms", "2.3 s"];
  const set = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const steady = () => {
    [...document.querySelectorAll("#timing dd")].slice(1).forEach((dd, at) => set(dd, times[at]));
    for (const item of document.querySelectorAll("#meters li")) {
      if (item.firstChild.textContent === "chat.update") {
        item.querySelector("meter").value = 5;
        set(item.querySelector("b"), "5/50");
      }
    }
  };
  steady();
  const strip = document.getElementById("strip"), messages = document.getElementById("messages");
  new MutationObserver(steady).observe(strip, { subtree: true, childList: true });
  const texts = document.createTreeWalker(messages, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    texts.currentNode.data = texts.currentNode.data.replace(/(?<=· )\\d+(?= ?[s秒] ·)/, "2");
  }
}
"""
"""Shows what was measured as on a quiet machine: waits, edits, and the seconds of an answer."""

CRISP = """
() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { text-rendering: geometricPrecision !important; }");
  document.adoptedStyleSheets = [sheet];
}
"""
"""Draws each letter in one way; with hinting it depends on when a font was first used."""


async def shoot(page: Page, name: str, what: Locator | None = None) -> None:
    await page.evaluate(STEADY)
    await page.evaluate(CRISP)
    await page.evaluate("document.fonts.ready")
    await (what or page).screenshot(path=FOLDER / name, animations="disabled", caret="hide")


async def playground(browser: Browser) -> None:
    """A question in #general, and its answer growing in the thread."""
    how = {"viewport": {"width": 1200, "height": 750}, "device_scale_factor": 1.25}
    async with stage() as on, looking(browser, on, **how) as page:
        await on.said("yuki", "おはようございます。2.4 is rolled out to everybody :tada:")
        await on.said("bob", "Congratulations! And good morning :coffee:")
        await on.said(
            "bob", "@streambot what happened this morning, in a sentence?", words.INCIDENT
        )
        await on.said("bob", "And when it was back, every webhook came back *in the same second*.")
        await on.said("alice", "So our retries run in lockstep: `sleep(5)`, all of them.")
        on.cue_unfinished(words.BACKOFF)
        await ask(
            page, "@Stream Bot how do people spread retries out? A few lines of Python, please"
        )
        await hangs(page, "#replies", "say so in the")
        await shoot(page, "playground.png")
        await stop(page, "#replies")


async def phone(browser: Browser) -> None:
    """A direct message, answered beside it."""
    async with stage() as on, looking(browser, on, viewport=PHONE, device_scale_factor=2) as page:
        await page.goto(f"{on.slack.base_url}#D0ALICE")
        await reload(page)
        on.cue_unfinished(words.TRIP)
        await ask(page, "Two days in Kyoto, what should I see?")
        await hangs(page, "#messages", "trains have")
        await shoot(page, "phone.png")
        await stop(page, "#messages")


async def long(browser: Browser) -> None:
    """Where one message ends and the next one begins, which the pointer shows."""
    how = {"viewport": {"width": 700, "height": 560}}
    async with stage(speed=0) as on, looking(browser, on, **how) as page:
        answer = await scenes.LONG.play(on, page)
        await answer.nth(1).evaluate("node => node.scrollIntoView({ block: 'start' })")
        scroller = page.locator("#channel-scroller")
        await scroller.evaluate("node => { node.scrollTop -= node.clientHeight / 2; }")
        await answer.nth(1).locator("h3, p").first.hover()
        await page.locator("#channel-newest").evaluate("node => { node.hidden = true; }")
        await shoot(page, "long.png", scroller)


async def gallery(browser: Browser) -> None:
    """One answer each, from the question to the last button below it."""
    for name, (scene, theme) in GALLERY.items():
        how = {"viewport": COLUMN, "color_scheme": theme, "device_scale_factor": 1.25}
        async with stage() as on, looking(browser, on, **how) as page:
            await scene.play(on, page)
            await page.mouse.move(0, 0)
            await shoot(page, name, page.locator("#messages"))


async def take() -> None:
    telemetry.set_up(level="error")
    async with launched() as browser:
        for picture in (playground, phone, long, gallery):
            await picture(browser)


if __name__ == "__main__":
    asyncio.run(take())
