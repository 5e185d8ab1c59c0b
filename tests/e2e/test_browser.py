"""The playground as one tries it: the bot and its demo model, seen through a real browser."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.config import Settings
from bot.demo import open_playground
from bot.strings import ENGLISH
from tests.browser import launched, opened
from tests.environment import environment

SETTINGS = {"bot_edit_interval": 0.1, "bot_edits_per_minute": 60_000, "bot_burst": 1000}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    """One for all tests."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def slack():
    """What `make run` opens, with a Slack that takes edits as fast as they come."""
    with environment():
        async with open_playground(Settings(**SETTINGS)) as (slack, _):
            slack.limits.enforced = False
            yield slack


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser, slack):
    wrong = []
    async with opened(browser, slack.base_url) as page:
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
    assert wrong == []


def answer(page, where="#replies"):
    """The bot's newest message there."""
    return page.locator(f"{where} .message.bot").last


def stop(page, where="#replies"):
    return answer(page, where).get_by_role("button", name=ENGLISH.stop, exact=True)


async def say(page, text, box="#composer-channel"):
    await page.locator(box).fill(text)
    await page.keyboard.press("Enter")


async def grown(page, length):
    """The answer's length, with Stop below it, once it is longer than `length`."""
    seen = await page.wait_for_function(
        """least => {
            const all = document.querySelectorAll("#replies .message.bot");
            const last = all[all.length - 1];
            const length = last?.querySelector(".rich-text")?.textContent.length ?? 0;
            return last?.querySelector("[data-action=stop]") && length > least && length;
        }""",
        arg=length,
    )
    return await seen.json_value()


async def shown(page, text):
    """Looks at every frame: what stands there for half a second only is seen as well."""
    await page.wait_for_function(
        "text => document.querySelector('#replies')?.textContent.includes(text)", arg=text
    )


async def test_a_mention_is_answered_before_ones_eyes(page):
    """A placeholder in the thread, a text that grows under a Stop button, and an end without it."""
    await page.locator("#faults-toggle").click()
    await page.locator("[name='Model.delay']").fill("0.5")
    await page.keyboard.press("Tab")
    await page.locator("#faults-close").click()
    await say(page, "@Stream Bot why the penguins?")

    await shown(page, ENGLISH.thinking)
    await expect(stop(page)).to_be_visible()
    some = await grown(page, 0)
    more = await grown(page, some)
    await expect(stop(page)).to_have_count(0, timeout=15_000)

    assert 0 < some < more < len(await answer(page).locator(".rich-text").first.text_content())
    await expect(answer(page)).not_to_contain_text(ENGLISH.thinking)
    await expect(page.get_by_role("button", name="1 reply")).to_be_visible()


async def test_stop_is_pressed(page):
    """What was written stays, a word says why there is no more, the button is gone."""
    await say(page, "@Stream Bot write a long answer")
    seen = await grown(page, 40)

    await stop(page).click()

    await expect(stop(page)).to_have_count(0)
    await expect(answer(page)).to_contain_text(ENGLISH.stopped)
    body = await answer(page).locator(".rich-text").first.text_content()
    assert len(body) >= seen


async def test_a_direct_message_is_answered_beside_it(page):
    """At top level, without a mention and without a thread."""
    await page.locator("[data-channel=D0ALICE]").click()

    await say(page, "continue")

    await expect(answer(page, "#messages")).to_contain_text("comes with your click.")
    await expect(stop(page, "#messages")).to_have_count(0)
    await expect(page.locator("#messages .message")).to_have_count(2)
    await expect(page.locator("#thread")).to_be_hidden()


async def test_one_asks_on_in_the_thread(page):
    """The second question is answered below the first answer, with that one in mind."""
    await say(page, "@Stream Bot slower than necessary, is it not? Tell me about continuing")
    await expect(stop(page)).to_be_visible()
    await stop(page).click()
    await expect(answer(page)).to_contain_text(ENGLISH.stopped)

    await say(page, "@Stream Bot why the penguins?", box="#composer-thread")

    await expect(page.locator("#replies .message")).to_have_count(4)
    await expect(answer(page)).to_contain_text("penguins", timeout=10_000)
    await expect(stop(page)).to_have_count(0, timeout=10_000)
    await expect(page.get_by_role("button", name="3 replies")).to_be_visible()


async def test_a_stream_that_is_cut_ends_visibly(page):
    """Switched on in the page's own panel; the text so far stays and a sentence says what it is."""
    await page.locator("#faults-toggle").click()
    await page.locator("[name='Model.cut']").check()

    await say(page, "@Stream Bot show me a table")

    notice = ENGLISH.failures["connection_lost"]
    await expect(page.locator("#messages")).to_contain_text("1 reply")
    await page.get_by_role("button", name="1 reply").click()
    await expect(answer(page)).to_contain_text(notice, timeout=10_000)
    await expect(answer(page)).to_contain_text("The planets, as a table.")
    await expect(stop(page)).to_have_count(0)


async def test_a_question_by_keyboard_alone(page):
    """`@` and a letter, Enter for the name, the question, Enter."""
    await page.locator("#composer-channel").focus()
    await page.keyboard.type("@s")
    await expect(page.locator("#mentions-channel [role=option]")).to_have_text(["Stream Botapp"])
    await page.keyboard.press("Enter")
    await page.keyboard.type("hello")
    await page.keyboard.press("Enter")

    await expect(page.locator("#messages .mention")).to_have_text("@Stream Bot")
    await expect(answer(page)).to_contain_text("Hello!")
    await stop(page).click()
    await expect(answer(page)).to_contain_text(ENGLISH.stopped)


async def test_who_presses_by_keyboard_stays_at_the_message(page, slack):
    """Its buttons go; who is sent to the top of the page has lost the place."""
    await say(page, "@Stream Bot cut the connection")
    pressed = page.locator("#replies .message.bot").first
    await pressed.get_by_role("button", name=ENGLISH.go_on).press("Enter", timeout=15_000)

    await expect(pressed.get_by_role("button", name=ENGLISH.go_on)).to_have_count(0)
    await expect(pressed).to_be_focused()

    await page.locator("#replies .message.bot").last.locator("[data-action]").last.focus()
    ts = await page.locator("#replies .message.bot").last.get_attribute("data-ts")
    await slack.delete("general", ts)
    await expect(pressed).to_be_focused()


async def test_a_thumb_down_asks_why(page, slack):
    """In a form that opens for whoever pressed it; sent off, it closes, and the thumb stays."""
    await say(page, "@Stream Bot why the penguins?")
    thumb = page.locator("#replies").get_by_role("button", name=ENGLISH.bad)
    await thumb.click(timeout=15_000)

    form = page.get_by_role("dialog", name=ENGLISH.feedback_form.title)
    await form.get_by_label(ENGLISH.feedback_form.faults["incomplete"]).check()
    await form.get_by_role("textbox").fill("What about the penguins' feet?")
    await form.get_by_role("button", name=ENGLISH.feedback_form.send).click()

    await expect(form).to_be_hidden()
    await expect(thumb).to_have_attribute("aria-pressed", "true")
    assert not slack.workspace.open_views


async def test_an_edited_question_is_not_asked_again(page, slack):
    """It is marked; the answer stays the one to what was asked."""
    await say(page, "@Stream Bot why the penguins?")
    await expect(answer(page)).to_contain_text("penguins", timeout=15_000)
    await expect(stop(page)).to_have_count(0, timeout=15_000)
    events = len(slack.delivery.log)

    await page.locator("#composer-channel").press("ArrowUp")
    await page.get_by_role("combobox", name="Edit message").fill("@Stream Bot why the seals?")
    await page.keyboard.press("Enter")

    await expect(page.locator("#messages .edited")).to_have_text("(edited)")
    await slack.wait_for(
        lambda: len(slack.delivery.log) >= events + 2 and all(d.outcome for d in slack.delivery.log)
    )
    assert slack.delivery.log[-1].event["subtype"] == "message_changed"
    await expect(page.locator("#messages .replies")).to_contain_text("1 reply")
    await expect(answer(page)).to_contain_text("penguins")
