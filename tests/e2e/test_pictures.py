"""What the README's pictures show, looked at by structure: the real bot in a real browser."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.strings import ENGLISH, JAPANESE
from docs import scenes
from docs.stage import looking, stage
from tests.browser import launched
from tests.environment import environment

QUICK = {
    "bot_edit_interval": 0.05,
    "bot_edits_per_minute": 60_000,
    "bot_posts_per_minute": 60_000,
    "bot_burst": 1000,
}
LOOKING = {
    "viewport": {"width": 700, "height": 1000},
    "device_scale_factor": 1,
    "reduced_motion": "reduce",
}

LOOKS = Path(__file__).with_name("looks.js").read_text("utf-8")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    """One for all tests."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser):
    """A stage with nothing on it yet, and a page before it."""
    async with empty_stage(browser) as page:
        yield page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tour(browser):
    """The answer that has every form of Markdown, played once."""
    async with empty_stage(browser) as page:
        yield (await page.play(scenes.TOUR)).locator(".body")


@asynccontextmanager
async def empty_stage(browser):
    with environment():
        async with stage(speed=0, **QUICK) as on:
            on.slack.limits.enforced = False
            async with looking(browser, on, **LOOKING) as page:
                page.play = lambda scene: scene.play(on, page)
                yield page
                await presentable(page)


async def presentable(page):
    """Whatever was played: nothing sticks out, and all of it can be read, by day and by night."""
    looks = await page.evaluate_handle(LOOKS)
    assert await looks.evaluate("looks => looks.sticking()") == []
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme)
        assert await looks.evaluate("looks => looks.pale()") == []


async def texts(shown, selector):
    return await shown.locator(selector).all_text_contents()


async def test_every_form_of_markdown_is_what_slack_has_for_it(tour):
    assert await texts(tour, ".header h3") == [
        "A Markdown tour",
        "Lists",
        "A quotation",
        "Code",
        "A table",
        "Mathematics",
    ]
    assert await texts(tour, ":is(strong em, em strong)") == ["both"]
    assert await texts(tour, "p s") == ["struck out"]
    assert (await texts(tour, "p > code"))[0] == "inline code"
    await expect(tour.get_by_role("link", name="link to the Markdown guide")).to_have_attribute(
        "href", "https://commonmark.org/help/"
    )
    (quote,) = await texts(tour, "blockquote")
    assert quote.splitlines()[1] == "but when there is nothing left to take away."
    assert await tour.locator("hr").count() == 1
    assert "🚀" in await texts(tour, ".emoji")
    for left in ("**", "##", "```", "|--", ":rocket:", "[^1]", "\\("):
        await expect(tour).not_to_contain_text(left)


async def test_lists_have_their_depths_and_numbers(tour):
    assert await texts(tour, "ul.indent-1 > li") == ["hard ones", "soft ones"]
    assert await texts(tour, "ul.indent-2 > li") == ["and very soft ones"]
    assert await texts(tour, "ol.indent-1 > li") == [
        "coarse for a French press,",
        "fine for an espresso.",
    ]
    assert await texts(tour, "ol.indent-0[start='3'] > li") == [
        "Wait until it is just off the boil."
    ]
    assert (await texts(tour, "ul.indent-0 > li"))[-3:] == [
        "☑ Read the question",
        "☑ Think about it",
        "☐ Answer it",
    ]
    marks = "all => all.map(each => getComputedStyle(each).listStyleType)"
    assert await tour.locator("ul.indent-0, ul.indent-1, ul.indent-2").evaluate_all(marks) == [
        *["disc", "circle", "square"],
        *["disc", "disc"],
    ]


async def test_code_is_coloured_in_its_language(tour):
    code = tour.locator(".code")

    assert await texts(code, ".language") == ["python", "sql", "tex"]
    assert "def" in await texts(code.nth(0), ".k")
    assert "SELECT" in await texts(code.nth(1), ".k")
    colours = "all => new Set(all.map(each => getComputedStyle(each).color)).size"
    for block in await code.all():
        assert await block.locator("span[class]").evaluate_all(colours) > 2


async def test_a_table_is_a_table(page):
    answer = await page.play(scenes.TABLE)
    body = answer.locator(".body")

    assert await texts(body, "th") == ["Planet", "Diameter, km", "Moons", "Known for"]
    assert await texts(body, "tr:nth-child(4) td") == ["Earth", "12,756", "1", "you are here"]
    assert await texts(body, "td em") == ["Olympus Mons"]
    assert await body.locator("td.align-right").count() == 8
    await expect(body).not_to_contain_text("|")


async def test_japanese_is_bold_beside_its_brackets(page):
    """Without a literal star anywhere; and the bot's own words are Japanese as well."""
    answer = await page.play(scenes.JAPANESE)
    body = answer.locator(".body")

    assert {"「重要」", "0.5秒", "注意："} <= set(await texts(body, "strong"))
    assert await texts(body, ".header h3") == ["配信サービス 2.4 のお知らせ"]
    await expect(body).not_to_contain_text("*")
    await expect(answer.get_by_role("button", name=JAPANESE.regenerate)).to_be_visible()


async def test_a_long_answer_goes_on_in_the_next_message(page):
    """Its chapters in their order, none twice; buttons stand below the last part only."""
    answer = await page.play(scenes.LONG)
    chapters = [each for each in await texts(answer, "h3") if each[0].isdigit()]

    assert await answer.count() > 1
    assert [int(each.partition(".")[0]) for each in chapters] == list(range(1, 15))
    assert await answer.nth(0).locator("[data-action]").count() == 0
    assert await answer.last.locator("[data-action]").count() > 0
    await expect(answer.last).to_contain_text("then everything worked.")


async def test_a_big_table_comes_as_a_file_as_well(page):
    """The first rows in the message, all of them on a card below."""
    answer = await page.play(scenes.BIG_TABLE)
    card = answer.locator(".file")

    await expect(card.locator("b")).to_have_text("table-1.csv")
    await expect(card.locator("th")).to_have_text(["n", "n²", "n³"])
    assert 50 < await answer.first.locator("tr").count() <= 100
    await expect(answer.first).to_contain_text("table-1.csv")


async def test_a_stopped_answer_says_so(page):
    """What was written stays; Stop is gone."""
    answer = await page.play(scenes.STOPPED)

    await expect(answer).to_contain_text("The day bus ticket is no longer sold")
    await expect(answer.locator(".context").filter(has_text=ENGLISH.stopped)).to_be_visible()
    await expect(answer.get_by_role("button", name=ENGLISH.stop, exact=True)).to_have_count(0)


async def test_a_failed_answer_says_why_and_can_be_asked_for_again(page):
    answer = await page.play(scenes.FAILED)
    notice = answer.locator(".context").filter(has_text=ENGLISH.failures["connection_lost"])

    await expect(answer).to_contain_text("Give up at some point")
    await expect(notice).to_be_visible()
    await expect(answer.get_by_role("button", name=ENGLISH.retry)).to_be_visible()
