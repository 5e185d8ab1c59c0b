"""A real Chromium without a window: the machine's own one, or Playwright's."""

import os
import shutil
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"width": 1280, "height": 800}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def launched():
    """Without one there is nothing to test, which CI must not overlook."""
    async with async_playwright() as playwright:
        path = installed(playwright)
        if not Path(path).exists():
            give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            give_up(f"there is no Chromium: none of {NAMES}, nor {path}")
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


def installed(playwright):
    """Where it is, or where it would be after `playwright install chromium`."""
    return next(filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path)


@asynccontextmanager
async def opened(browser, url, **how):
    """A page of the playground that is connected; a desktop's size if not said otherwise."""
    context = await browser.new_context(**({"viewport": DESKTOP} | how))
    context.set_default_timeout(5_000)
    page = await context.new_page()
    await page.goto(url)
    await page.locator("body[data-connected=true]").wait_for()
    await page.locator("[data-channel]").first.wait_for(state="attached")
    yield page
    await context.close()
