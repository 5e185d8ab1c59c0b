"""The page in a real browser: what people see, click, type and hear, and what never happens."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.playground.api.rate_limits import RateLimits
from bot.playground.page import site
from bot.playground.server import Playground
from bot.playground.workspace.people import User
from bot.playground.workspace.workspace import Workspace
from tests.browser import launched
from tests.playground.conftest import told_of_mentions

PHONE = {"width": 390, "height": 844}
PAYLOADS = json.loads((Path(__file__).parent / "html" / "xss.json").read_text("utf-8"))
NAMELESS = """
    [...document.querySelectorAll("button, input, select, textarea")]
        .filter((e) => e.checkVisibility())
        .filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length))
        .map((e) => e.outerHTML)
"""
GENERAL, BOT = "C0GENERAL", "U0STREAMBOT"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    """One for all tests."""
    async with launched() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def slack():
    workspace = told_of_mentions()
    async with Playground(workspace, extend=site.page(), limits=RateLimits.off()) as slack:
        yield slack


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser, slack):
    """Opens pages; at the end none of them may have asked elsewhere, or have raised an error."""
    contexts, wrong = [], []

    async def open_one(url=None, **how):
        context = await browser.new_context(viewport={"width": 1280, "height": 800} | how)
        context.set_default_timeout(5_000)
        page = await context.new_page()
        contexts.append(context)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(f"dialog {dialog.message}"))
        page.on("console", lambda line: error(line.text) if line.type == "error" else None)
        page.on("request", lambda request: elsewhere(request.url))
        await page.goto(url or slack.base_url)
        await page.locator("body[data-connected=true]").wait_for()
        await page.locator("[data-channel]").first.wait_for(state="attached")
        return page

    def elsewhere(url):
        if not url.startswith(slack.base_url):
            wrong.append(f"asked for {url}")

    def error(text):
        # Chromium logs every dial that fails, as those do while the playground is away.
        if "WebSocket connection" not in text:
            wrong.append(text)

    yield open_one
    for context in contexts:
        await context.close()
    assert wrong == []


@pytest_asyncio.fixture(loop_scope="module")
async def page(open_page):
    return await open_page()


@pytest_asyncio.fixture(loop_scope="module")
async def call(slack):
    """The Web API, as the bot calls it."""
    async with aiohttp.ClientSession(
        slack.api_url, headers={"Authorization": f"Bearer {slack.bot_token}"}
    ) as session:

        async def call(method, **body):
            async with session.post(method, json=body) as response:
                answer = await response.json()
            assert answer["ok"], answer
            return answer

        yield call


@pytest_asyncio.fixture(loop_scope="module")
async def app(slack, client):
    """An app of Bolt that is connected."""
    app = AsyncApp(client=client)
    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()
    yield app
    await handler.close_async()


def bodies(page):
    return page.locator("#messages .body")


def button(action_id, text, **more):
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": text},
        "action_id": action_id,
    } | more


async def test_posts_and_edits_of_the_bot_are_followed(page, call):
    """Without a reload, in the same place."""
    posted = await call("chat.postMessage", channel=GENERAL, text="Thinking…")
    await expect(bodies(page)).to_have_text("Thinking…")

    blocks = [{"type": "markdown", "text": "**Forty**-two"}]
    await call("chat.update", channel=GENERAL, ts=posted["ts"], text="x", blocks=blocks)

    await expect(bodies(page)).to_have_text("Forty-two")
    await expect(bodies(page).locator("strong")).to_have_text("Forty")


async def test_an_edit_leaves_alone_what_it_does_not_change(page, call):
    """The first paragraph stays the same node: no flicker, and selections survive."""
    text = "first\n\nsecond"
    blocks = [{"type": "markdown", "text": text}]
    posted = await call("chat.postMessage", channel=GENERAL, text="x", blocks=blocks)
    await bodies(page).locator("p").first.evaluate("node => { window.kept = node; }")

    blocks = [{"type": "markdown", "text": text + " and more\n\nthird"}]
    await call("chat.update", channel=GENERAL, ts=posted["ts"], text="x", blocks=blocks)
    await expect(bodies(page).locator("p")).to_have_count(3)

    first = bodies(page).locator("p").first
    assert await first.evaluate("node => node === window.kept && node.isConnected")


def clicks(slack):
    """The actions that the app has been told of."""
    payloads = [each.envelope.payload for each in slack.delivery.log]
    return [each["actions"][0]["action_id"] for each in payloads if "actions" in each]


MORPH = """async ([before, after]) => {
    const { morph } = await import("/ui/js/morph.js");
    const old = document.createElement("div");
    const fresh = document.createElement("template");
    old.innerHTML = before;
    fresh.innerHTML = after;
    const known = new Map([...old.childNodes].map((node, n) => [node, n]));
    const wanted = fresh.innerHTML;
    morph(old, fresh.content);
    return [old.innerHTML === wanted, [...old.childNodes].map((node) => known.get(node) ?? null)];
}"""
STOP = '<div><button data-action="stop">Stop</button></div>'
PRESSED = '<div><button data-action="stop" class="pressed">Stop</button></div>'


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("<p>a</p>", "<p>a</p><p>b</p>", [0, None]),
        ("<p>a</p><p>b</p>", "<p>b</p>", [1]),
        (f"<p>a</p>{STOP}", f"<h2>h</h2><p>a</p>{STOP}", [None, 0, 1]),
        (f"<p>a</p>{STOP}", f"<h2>h</h2><p>ab</p>{STOP}", [None, None, 1]),
        (f"<p>a</p><p>b</p>{STOP}", f"<p>a</p>{STOP}", [0, 2]),
        (f"<p>a</p>{PRESSED}", f"<p>a</p><p>b</p>{STOP}", [0, None, 1]),
        (f"<p>a</p>{STOP}", "<p>a</p>", [0]),
        ("", f"<p>a</p>{STOP}", [None, None]),
        (f"<p>a</p>{STOP}", "", []),
        ("<p>a</p><p>a</p>", "<p>a</p><p>a</p><p>a</p>", [0, 1, None]),
    ],
)
async def test_what_is_equal_at_both_ends_stays(page, before, after, kept):
    """The third case is a heading above Stop: by index every node would become another one."""
    assert await page.evaluate(MORPH, [before, after]) == [True, kept]


KNOWN = """async ([channel, ts, text]) => {
    const { state } = await import("/ui/js/state.js");
    return state.messages.get(channel).get(ts).html.includes(text);
}"""


@pytest.mark.parametrize("where", ["#messages", "#replies"])
async def test_a_press_is_heard_whatever_comes_above_it_meanwhile(page, slack, call, where):
    """In the thread the button would move down, from under the mouse."""
    stop = {"type": "actions", "elements": [button("stop", "Stop")]}
    root = {}
    if where == "#replies":
        asked = await slack.say("alice", "general", "@streambot why?")
        root = {"thread_ts": asked["ts"]}
    posted = await call("chat.postMessage", channel=GENERAL, text="x", blocks=[stop], **root)
    shown = page.locator(where).get_by_role("button", name="Stop", exact=True)
    if root:
        await page.get_by_role("button", name="1 reply").click()
    box = await shown.bounding_box()
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()

    blocks = [{"type": "markdown", "text": "# Head\n\n" + "word " * 200}, stop]
    await call("chat.update", channel=GENERAL, ts=posted["ts"], text="x", blocks=blocks)
    await page.wait_for_function(KNOWN, arg=[GENERAL, posted["ts"], "Head"])
    await page.mouse.up()

    await slack.wait_for(lambda: "stop" in clicks(slack))
    await expect(page.locator(f"{where} .body").last).to_contain_text("word word")


async def test_enter_sends_and_shift_enter_does_not(page, slack):
    """As everywhere in Slack."""
    box = page.locator("#composer-channel")
    await box.fill("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await box.press("Enter")

    await expect(bodies(page)).to_have_text("one\ntwo")
    await expect(box).to_have_value("")
    assert slack.workspace.messages(GENERAL)[0]["text"] == "one\ntwo"


async def test_enter_belongs_to_the_input_method_while_it_composes(page, slack):
    """Choosing a kanji must not send half a sentence."""
    await page.locator("#composer-channel").fill("日本")

    await page.locator("#composer-channel").dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True}
    )

    await expect(page.locator("#composer-channel")).to_have_value("日本")
    assert slack.workspace.messages(GENERAL) == []


async def test_a_mention_is_completed_by_keyboard(page, slack):
    """Typed, chosen with the arrows, accepted with Enter, sent as a mention."""
    box, people = page.locator("#composer-channel"), page.locator("[role=option]")
    await box.press_sequentially("hey @")
    await expect(people).to_have_count(4)
    await box.press("ArrowDown")
    await box.press("ArrowUp")
    await box.press_sequentially("st")
    await expect(people).to_have_text(["Stream Botapp"])
    await expect(box).to_have_attribute("aria-expanded", "true")

    await box.press("Enter")
    await expect(box).to_have_value("hey @Stream Bot ")
    await box.press_sequentially("hello")
    await box.press("Enter")

    await expect(bodies(page).locator(".mention")).to_have_text("@Stream Bot")
    assert slack.workspace.messages(GENERAL)[0]["text"] == f"hey <@{BOT}> hello"


SUGGESTION = "@Stream Bot show me a Markdown tour"


async def test_a_suggestion_fills_the_box(page):
    """An empty channel says what to try, and stops saying so when it is not empty any more."""
    chip = page.get_by_role("button", name=SUGGESTION)
    await chip.click()
    await expect(page.locator("#composer-channel")).to_be_focused()
    await expect(page.locator("#composer-channel")).to_have_value(SUGGESTION)

    await page.keyboard.press("Enter")

    await expect(chip).to_have_count(0)


async def test_suggestions_come_back_when_they_are_asked_for(page, slack):
    """From the header, where there is something else; who has chosen one is rid of them."""
    await slack.say("alice", "general", "hello")
    asking, chip = (page.get_by_role("button", name=name) for name in ("Things to try", SUGGESTION))
    await expect(chip).to_have_count(0)

    await asking.focus()
    await page.keyboard.press("Enter")
    await expect(chip).to_be_visible()
    await expect(asking).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(chip).to_have_count(0)
    await expect(asking).to_be_focused()

    await asking.click()
    await chip.click()
    await expect(page.locator("#composer-channel")).to_have_value(SUGGESTION)
    await expect(chip).to_have_count(0)


async def test_suggestions_come_back_where_nothing_is_said(page, slack):
    """In a channel that was emptied, in another one, and below what is no conversation."""
    said = await slack.say("alice", "general", "hello")
    chip = page.get_by_role("button", name=SUGGESTION)
    await expect(bodies(page)).to_have_count(1)
    await expect(chip).to_have_count(0)

    await slack.delete("general", said["ts"])
    await expect(chip).to_be_visible()
    await expect(page.get_by_role("button", name="Things to try")).to_have_count(0)
    slack.workspace.slackbot_says(GENERAL, user="U0ALICE", now=1.0, text="psst")
    await expect(bodies(page)).to_have_text("psst")
    await expect(chip).to_be_visible()

    await page.locator("[data-channel=D0ALICE]").click()
    await expect(page.get_by_role("button", name="Show me a table")).to_be_visible()
    await slack.say("alice", "@streambot", "hello")
    await expect(page.get_by_role("button", name="Show me a table")).to_have_count(0)


async def test_a_thread_opens_beside_and_closes_with_escape(page, slack):
    """From the replies' link, with the focus in its box, and back again."""
    root = await slack.say("alice", "general", "question")
    await slack.say("bob", "general", "first", thread_ts=root["ts"])
    await slack.say("bob", "general", "second", thread_ts=root["ts"])
    link = page.get_by_role("button", name="2 replies")

    await link.click()
    await expect(page.locator("#replies .body")).to_have_text(["question", "first", "second"])
    await expect(page.locator("#composer-thread")).to_be_focused()
    await page.keyboard.type("third")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replies .body")).to_have_count(4)
    await page.keyboard.press("Escape")

    await expect(page.locator("#thread")).to_be_hidden()
    await expect(page.get_by_role("button", name="3 replies")).to_be_focused()


async def test_a_thread_stays_open_over_a_reload_and_for_another_person(page, slack):
    """Who reloads in the middle of an answer, or speaks as somebody else, reads on."""
    root = await slack.say("alice", "general", "question")
    await slack.say("bob", "general", "first", thread_ts=root["ts"])
    await page.get_by_role("button", name="1 reply").click()
    replies = page.locator("#replies .body")

    await page.reload()
    await expect(replies).to_have_text(["question", "first"])
    await page.get_by_role("combobox", name="You speak as").select_option("U0BOB")
    await expect(replies).to_have_text(["question", "first"])

    await page.get_by_role("button", name="Close the thread").click()
    await page.reload()
    await expect(page.locator("#messages .body")).to_have_text(["question"])
    await expect(page.locator("#thread")).to_be_hidden()


async def test_what_is_not_sent_yet_is_kept_over_a_reload(page, slack):
    """Each box its own, per channel and thread; what was sent does not come back."""
    root = await slack.say("alice", "general", "question")
    await slack.say("bob", "general", "first", thread_ts=root["ts"])
    await page.get_by_role("button", name="1 reply").click()
    await page.locator("#composer-thread").fill("half a reply")
    await page.locator("#composer-channel").fill("half a question")

    await page.reload()
    await expect(page.locator("#composer-channel")).to_have_value("half a question")
    await expect(page.locator("#composer-thread")).to_have_value("half a reply")

    await page.locator("#composer-thread").press("Enter")
    await expect(page.locator("#replies .body")).to_have_count(3)
    await page.locator("[data-channel=C0RANDOM]").click()
    await expect(page.locator("#composer-channel")).to_have_value("")
    await page.reload()
    await page.locator("[data-channel=C0GENERAL]").click()
    await expect(page.locator("#composer-channel")).to_have_value("half a question")
    await page.get_by_role("button", name="2 replies").click()
    await expect(page.locator("#composer-thread")).to_have_value("")


async def test_a_pane_that_gets_smaller_stays_at_its_end(page, slack):
    """As on a phone, when the first calls make the strip taller. Nobody has scrolled."""
    for number in range(40):
        await slack.say("alice", "general", f"message {number}")
    await expect(bodies(page)).to_have_count(40)
    scroller = page.locator("#channel-scroller")
    await scroller.evaluate(
        """s => {
            document.querySelector("#strip").style.height = "200px";
            s.dispatchEvent(new Event("scroll"));
        }"""
    )

    await expect(bodies(page).last).to_be_in_viewport()
    await expect(page.locator("#channel-newest")).to_be_hidden()


async def test_the_time_beside_a_message_of_one_breath_is_one_line(page, slack):
    for text in ("one", "two"):
        await slack.say("alice", "general", text)
    time = page.locator("#messages .compact time")
    await expect(time).to_have_count(1)

    size = "t => [t.getClientRects().length, t.getBoundingClientRect().height < 20]"
    assert await time.evaluate(size) == [1, True]


async def test_the_bots_answer_opens_its_thread(page, slack, call):
    """Who has asked here need not look for the answer."""
    await page.locator("#composer-channel").fill("@Stream Bot hi")
    await page.keyboard.press("Enter")
    await bodies(page).wait_for()
    [asked] = slack.workspace.messages(GENERAL)

    await call("chat.postMessage", channel=GENERAL, thread_ts=asked["ts"], text="Hello!")

    await expect(page.locator("#replies .body").last).to_have_text("Hello!")
    await expect(page.locator("#composer-channel")).to_be_focused()


async def test_buttons_click_through(page, slack, call):
    """The app gets action and value, of feedback buttons the one that was chosen."""
    thumbs = {
        "type": "feedback_buttons",
        "action_id": "rate",
        "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up"},
        "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down"},
    }
    blocks = [
        {"type": "actions", "elements": [button("stop", "Stop", style="danger", value="v1")]},
        {"type": "context_actions", "elements": [thumbs]},
    ]
    await call("chat.postMessage", channel=GENERAL, text="x", blocks=blocks)

    await page.get_by_role("button", name="Stop", exact=True).click()
    await page.get_by_role("button", name="Bad").click()

    await slack.wait_for(lambda: len(slack.delivery.log) == 2)
    actions = [each.envelope.payload["actions"][0] for each in slack.delivery.log]
    assert [(a["action_id"], a["value"]) for a in actions] == [("stop", "v1"), ("rate", "down")]


async def test_a_button_may_ask_first(page, slack, call):
    """Without a yes nothing is sent."""
    confirm = {"title": {"type": "plain_text", "text": "Sure?"}}
    confirm |= {"confirm": {"type": "plain_text", "text": "Go on"}}
    blocks = [{"type": "actions", "elements": [button("go", "Go", confirm=confirm)]}]
    await call("chat.postMessage", channel=GENERAL, text="x", blocks=blocks)
    go = page.get_by_role("button", name="Go", exact=True)

    await go.click()
    await page.get_by_role("button", name="Cancel").click()
    await go.click()
    await expect(page.get_by_role("alertdialog", name="Sure?")).to_be_visible()
    await page.get_by_role("button", name="Go on").click()

    await slack.wait_for(lambda: slack.delivery.log)
    assert len(slack.delivery.log) == 1


async def test_a_whisper_is_for_one_person(page, slack):
    """Shown with a note, and gone when somebody else looks."""
    slack.workspace.post_ephemeral(GENERAL, user="U0ALICE", now=1.0, text="only you")
    await expect(page.locator(".message:has-text('Only visible to you')")).to_contain_text(
        "only you"
    )

    await page.get_by_label("You speak as").select_option(label="Bob Baker")

    await expect(bodies(page)).to_have_count(0)


async def test_people_see_their_own_channels(page):
    """And speak as themselves."""
    await expect(page.locator("[data-channel=C0LEADS]")).to_be_visible()

    await page.get_by_label("You speak as").select_option(label="結城 ゆき")
    await expect(page.locator("[data-channel=C0LEADS]")).to_have_count(0)
    await page.locator("#composer-channel").fill("やあ")
    await page.keyboard.press("Enter")

    await expect(page.locator("#messages .author")).to_have_text("結城 ゆき")


async def test_what_was_missed_is_counted(page, slack):
    """Beside the channel, until it is opened."""
    await slack.say("bob", "random", "one")
    await slack.say("bob", "random", "two")
    entry = page.locator("[data-channel=C0RANDOM]")
    await expect(entry.locator(".badge")).to_have_text("2")

    await entry.click()

    await expect(page.locator("[data-channel=C0RANDOM] .badge")).to_have_count(0)
    await expect(bodies(page)).to_have_text(["one", "two"])


async def test_the_end_is_kept_in_sight_and_a_place_is_kept_too(page, slack, call):
    """At the end the list follows; who has scrolled up stays there."""
    for n in range(40):
        await slack.say("bob", "general", f"line {n}")
    posted = await call("chat.postMessage", channel=GENERAL, text="grows")
    await expect(bodies(page)).to_have_count(41)
    end = "s => s.scrollHeight - s.scrollTop - s.clientHeight"
    scroller = page.locator("#channel-scroller")

    async def grow(lines):
        text = "\n".join(["grows"] * lines)
        await call("chat.update", channel=GENERAL, ts=posted["ts"], text=text)
        await expect(bodies(page).last).to_have_text(text)

    await grow(20)
    assert await scroller.evaluate(end) <= 1

    await scroller.evaluate("s => { s.scrollTop = 100; }")
    await expect(page.locator("#channel-newest")).to_be_visible()
    await grow(40)
    assert await scroller.evaluate("s => s.scrollTop") == 100

    await page.locator("#channel-newest").click()
    assert await scroller.evaluate(end) <= 1


def toolbar(page, text, name):
    """A button of the message with this text."""
    return page.locator("#messages .message").filter(has_text=text).get_by_label(name, exact=True)


async def test_own_messages_can_be_deleted(page, slack):
    """Those of others cannot: there is no button. It is asked first, with the words before one."""
    await slack.say("bob", "general", "his")
    await slack.say("alice", "general", "hers")
    await page.locator("#messages .message").nth(1).hover()
    await expect(page.get_by_role("button", name="Delete message")).to_have_count(1)

    await toolbar(page, "hers", "Delete message").click()
    asked = page.get_by_role("alertdialog", name="Delete message")
    await expect(asked).to_have_accessible_description(re.compile("cannot be undone"))
    await expect(asked.locator(".quoted")).to_have_text("hers")
    await asked.get_by_role("button", name="Delete").click()

    await expect(bodies(page)).to_have_text(["his"])
    await expect(page.locator("#composer-channel")).to_be_focused()


@pytest.mark.parametrize("how", ["Escape", "Cancel"])
async def test_nothing_is_deleted_without_a_yes(page, slack, how):
    """By keyboard alone; the focus goes back to where it was."""
    await slack.say("alice", "general", "hers")
    deleting = toolbar(page, "hers", "Delete message")
    await deleting.focus()
    await page.keyboard.press("Enter")
    asked = page.get_by_role("alertdialog")
    await expect(asked.get_by_role("button", name="Delete")).to_be_focused()

    await page.keyboard.press("Shift+Tab" if how == "Cancel" else "Escape")
    if how == "Cancel":
        await page.keyboard.press("Enter")

    await expect(asked).to_be_hidden()
    await expect(deleting).to_be_focused()
    await expect(bodies(page)).to_have_text(["hers"])


async def test_what_one_has_said_can_be_edited(page, slack):
    """In place, as it was typed; Enter saves, and the message says so behind its last word."""
    await slack.say("bob", "general", "his")
    said = await slack.say("alice", "general", f"<@{BOT}> *teh* <b> & :tada:")
    await page.locator("#messages .message").nth(0).hover()
    await expect(toolbar(page, "his", "Edit message")).to_be_hidden()
    await page.locator("#messages .message").nth(1).hover()
    await toolbar(page, "teh", "Edit message").click()
    box = page.get_by_role("combobox", name="Edit message")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("@Stream Bot *teh* <b> & :tada:")

    await box.fill("@Stream Bot *the* <b> & :tada:")
    await page.keyboard.press("Enter")

    await expect(bodies(page).nth(1)).to_have_text("@Stream Bot the <b> & 🎉")
    await expect(box).to_have_count(0)
    await expect(page.locator("#composer-channel")).to_be_focused()
    end, mark = bodies(page).nth(1), page.locator("#messages .edited").nth(1)
    await expect(mark).to_be_visible()
    assert (await mark.bounding_box())["y"] < (await end.locator("p").bounding_box())["y"] + 15
    changed = slack.workspace.message(GENERAL, said["ts"])
    assert changed["text"] == f"<@{BOT}> *the* &lt;b&gt; &amp; :tada:"
    assert changed["edited"]["user"] == "U0ALICE"


async def test_escape_leaves_a_message_as_it_was(page, slack):
    """Also when its thread is open; what others do meanwhile disturbs nobody who writes."""
    said = await slack.say("alice", "general", "hers")
    await slack.say("bob", "general", "reply", thread_ts=said["ts"])
    await page.get_by_role("button", name="1 reply").click()
    own = page.locator("#replies .message").filter(has_text="hers")
    await own.hover()
    await own.get_by_label("Edit message").click()
    box = page.get_by_role("combobox", name="Edit message")
    await box.fill("half a thou")
    slack.workspace.react(GENERAL, said["ts"], user="U0BOB", name="eyes", now=1.0)
    await expect(page.locator("#replies .reactions").first).to_contain_text("👀")
    await expect(box).to_have_value("half a thou")

    await page.keyboard.press("Escape")

    await expect(box).to_have_count(0)
    await expect(page.locator("#thread")).to_be_visible()
    assert slack.workspace.message(GENERAL, said["ts"])["text"] == "hers"
    assert "edited" not in slack.workspace.message(GENERAL, said["ts"])


async def test_who_edits_is_not_carried_away(page, slack, call):
    """By an answer that grows below; afterwards the list can be followed again."""
    await slack.say("alice", "general", "hers")
    posted = await call("chat.postMessage", channel=GENERAL, text="grows")
    await expect(bodies(page)).to_have_count(2)
    await page.locator("#composer-channel").press("ArrowUp")
    box = page.get_by_role("combobox", name="Edit message")
    await expect(box).to_be_in_viewport()

    text = "\n".join(["grows"] * 60)
    await call("chat.update", channel=GENERAL, ts=posted["ts"], text=text)
    await expect(bodies(page).last).to_have_text(text)
    await expect(box).to_be_in_viewport()
    await box.press_sequentially(" @st")
    await expect(page.get_by_role("option", name="Stream Bot")).to_be_in_viewport()
    await box.press("Escape")
    await box.press("Escape")

    await page.locator("#channel-newest").click()
    await expect(page.locator("#channel-newest")).to_be_hidden()


async def test_an_arrow_upwards_edits_what_one_has_said_last(page, slack):
    """From an empty box, as in Slack; an emptied message is one to delete."""
    await slack.say("alice", "general", "first")
    await slack.say("alice", "general", "last")
    await slack.say("bob", "general", "his")
    await expect(bodies(page)).to_have_count(3)
    await page.locator("#composer-channel").focus()

    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("combobox", name="Edit message")).to_have_value("last")
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Delete")
    await page.keyboard.press("Enter")
    await page.get_by_role("alertdialog").get_by_role("button", name="Delete").press("Enter")

    await expect(bodies(page)).to_have_text(["first", "his"])


async def test_a_deleted_question_of_a_thread_has_no_author(page, slack):
    """A word stands in its place, as long as there are replies."""
    await slack.say("alice", "general", "hello")
    said = await slack.say("alice", "general", "question")
    await slack.say("bob", "general", "reply", thread_ts=said["ts"])
    await expect(page.locator("#messages .compact")).to_have_count(1)
    await slack.delete("general", said["ts"])

    gone = page.locator("#messages .message").last
    await expect(page.locator("#messages .compact")).to_have_count(0)
    await expect(gone.locator(".body")).to_have_text("This message was deleted.")
    await expect(gone.locator(".author")).to_be_hidden()
    await gone.hover()
    await expect(gone.get_by_role("button")).to_have_count(2)


async def test_an_edit_by_a_person_is_marked(page, slack):
    """An edit of the bot by blocks is not."""
    said = await slack.say("alice", "general", "teh")

    await slack.edit("general", said["ts"], "the")

    await expect(page.locator("#messages .edited")).to_be_visible()
    await expect(bodies(page)).to_have_text("the")


async def test_faults_are_switched_by_keyboard(page, slack):
    """The panel is made of what the playground describes."""
    await page.get_by_role("button", name="Faults").focus()
    await page.keyboard.press("Enter")
    switch = page.get_by_label("Slack is down")
    await switch.focus()
    await page.keyboard.press("Space")

    await expect(page.locator("#faults-count")).to_have_text("1")
    assert slack.faults.unavailable

    await page.get_by_role("button", name="All off").click()
    await expect(page.locator("#faults-count")).to_be_hidden()
    assert not slack.faults.unavailable
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Faults")).to_be_focused()


async def test_the_strip_shows_calls_and_refusals(page, slack, call):
    """Against the budget of a minute."""
    slack.limits.enforced = True
    slack.faults.refuse("chat.postMessage")
    with pytest.raises(AssertionError, match="ratelimited"):
        await call("chat.postMessage", channel=GENERAL, text="x")
    await call("chat.postMessage", channel=GENERAL, text="x")

    await expect(page.locator("#meters")).to_contain_text("chat.postMessage1/3601 × 429")


async def test_it_says_who_answers(page):
    """Nobody shall take the demo for a language model."""
    await expect(page.locator("#model")).to_have_text(site.DEMO_MODEL)


async def test_light_and_dark(page):
    """The system's choice first, then one's own, which is remembered."""
    ground = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(ground) == "rgb(255, 255, 255)"
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(ground)
    assert dark != "rgb(255, 255, 255)"

    await page.get_by_role("button", name="Change between light and dark").click()
    assert await page.evaluate(ground) == "rgb(255, 255, 255)"
    await page.reload()
    assert await page.evaluate(ground) == "rgb(255, 255, 255)"


async def test_a_phone_has_a_drawer_and_one_pane_at_a_time(open_page, slack):
    """Nothing is wider than the screen."""
    long_line = "x" * 400
    root = await slack.say("alice", "general", f"question {long_line}")
    await slack.say("bob", "general", f"```{long_line}```", thread_ts=root["ts"])
    page = await open_page(**PHONE)
    too_wide = "document.documentElement.scrollWidth > innerWidth"

    await expect(page.locator("#sidebar")).not_to_be_in_viewport()
    await page.get_by_role("button", name="Channels").click()
    await page.locator("[data-channel=C0RANDOM]").click()
    await expect(page.locator("#sidebar")).not_to_be_in_viewport()
    await expect(page.locator("#channel-name")).to_have_text("# random")
    await page.get_by_role("button", name="Channels").click()
    await page.locator("[data-channel=C0GENERAL]").click()
    await page.get_by_role("button", name="1 reply").click()

    box = await page.locator("#thread").bounding_box()
    assert (box["x"], box["width"]) == (0, 390)
    assert not await page.evaluate(too_wide)
    await page.get_by_role("button", name="Close the thread").click()
    assert not await page.evaluate(too_wide)


CUT_OFF = """
    [...document.querySelectorAll("#bar *, #strip *, .pane-head *")]
        .filter((e) => e.checkVisibility() && !e.closest("svg, .badge"))
        .filter((e) => {
            const box = e.getBoundingClientRect();
            const inline = getComputedStyle(e).display === "inline";
            const clipped = !inline && e.scrollWidth > e.clientWidth + 1;
            const whole = box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
            const end = e.closest("#meters")?.getBoundingClientRect().bottom ?? innerHeight;
            const unseen = box.top >= end;
            return !unseen && (!whole || clipped);
        })
        .map((e) => e.outerHTML.slice(0, 120))
"""


@pytest.mark.parametrize("width", [360, 375, 400])
async def test_strip_and_header_are_whole_on_a_phone(open_page, slack, call, width):
    """Also when there is much to show; nothing is scrolled sideways."""
    slack.limits.enforced = True
    asked = await slack.say("alice", "general", "@streambot why?")
    slack.faults.refuse("chat.update")
    await call("chat.postMessage", channel=GENERAL, thread_ts=asked["ts"], text="Because.")
    for method, more in (("conversations.replies", {"ts": asked["ts"]}), ("users.info", {})):
        await call(method, channel=GENERAL, user="U0ALICE", **more)
    with pytest.raises(AssertionError, match="ratelimited"):
        await call("chat.update", channel=GENERAL, ts=asked["ts"], text="x")

    page = await open_page(viewport={"width": width, "height": 700})
    await expect(page.locator("#meters")).to_contain_text("1 × 429")

    assert await page.evaluate(CUT_OFF) == []
    assert not await page.evaluate("document.querySelector('#strip').scrollWidth > innerWidth")
    await page.evaluate(
        "import('/ui/js/announcer.js').then((it) => it.announce('word '.repeat(30), true))"
    )
    assert await page.evaluate(CUT_OFF) == []


async def test_a_grouped_message_tells_its_author_to_those_who_listen(page, slack):
    """Its face and name are not drawn a second time."""
    await slack.say("bob", "general", "one")
    await slack.say("bob", "general", "two")
    second = page.get_by_role("listitem").filter(has_text="two")

    await expect(second).to_have_class(re.compile("compact"))
    await expect(second).to_match_aria_snapshot(
        "- listitem:\n  - text: Bob Baker\n  - time\n  - paragraph: two\n  - button"
    )
    assert (await second.locator(".author").bounding_box())["width"] == 1


async def test_a_message_without_actions_has_no_toolbar(page, slack):
    """In a thread nothing can be done with what others say."""
    root = await slack.say("bob", "general", "question")
    await slack.say("bob", "general", "his", thread_ts=root["ts"])
    await slack.say("alice", "general", "hers", thread_ts=root["ts"])
    await page.get_by_role("button", name="2 replies").click()

    shown = {}
    for text in ("his", "hers"):
        message = page.locator("#replies .message").filter(has_text=text)
        await message.hover()
        shown[text] = await message.locator(".hover").is_visible()

    assert shown == {"his": False, "hers": True}


async def test_everything_can_be_named(page, slack, call):
    """Landmarks, and a name for every button and field, for those who do not see them."""
    await slack.say("alice", "general", "hello")
    await call("chat.postMessage", channel=GENERAL, text="hi")
    await expect(bodies(page)).to_have_count(2)

    for role in ("main", "navigation", "banner", "contentinfo"):
        await expect(page.get_by_role(role)).to_have_count(1)
    assert await page.evaluate(NAMELESS) == []


async def test_an_answer_is_read_out_when_it_rests(page, call):
    """Politely, and not at every edit."""
    posted = await call("chat.postMessage", channel=GENERAL, text="Thinking…")
    await call("chat.update", channel=GENERAL, ts=posted["ts"], text="The whole answer")

    live = page.locator("#announcer[aria-live=polite]")
    await expect(live).to_have_text("Stream Bot: The whole answer")


async def test_the_keyboard_reaches_everything(page, slack):
    """By Tab alone: the message box, and a message's buttons, which show themselves."""
    await slack.say("alice", "general", "hello")
    await bodies(page).wait_for()

    seen = set()
    await page.locator("body").focus()
    for _ in range(25):
        await page.keyboard.press("Tab")
        seen.add(
            await page.evaluate(
                "(e => e.ariaLabel || e.id || e.textContent)(document.activeElement)"
            )
        )

    assert {"Reply in thread", "Delete message", "Message #general", "You speak as"} <= seen


async def test_the_page_comes_back_when_the_playground_does(page, slack):
    """It says that it waits, and then shows what is there."""
    port = slack.port
    await slack.stop()
    await expect(page.locator("#connection")).to_contain_text("stopped")

    async with Playground(extend=site.page(), port=port) as again:
        await again.say("bob", "general", "I am back")
        await expect(bodies(page)).to_have_text("I am back")
    await slack.start()


async def test_no_payload_ever_runs(browser):
    """In texts, in every kind of block, in names of people, channels and files."""
    hostile = PAYLOADS[0]
    workspace = Workspace.demo()
    workspace.users["U0MALLORY"] = User("U0MALLORY", PAYLOADS[1], hostile, '"onclick="x')
    workspace.channels[GENERAL].name = hostile
    workspace.channels[GENERAL].members.append("U0MALLORY")
    asked, said = [], []
    async with Playground(workspace, extend=site.page(model=hostile)) as slack:
        context = await browser.new_context()
        page = await context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: said.append(line.text))
        await page.add_init_script("window.ran = 0; window.alert = () => { window.ran += 1; };")
        await page.goto(slack.base_url)
        await page.locator("body[data-connected=true]").wait_for()
        for payload in PAYLOADS:
            workspace.post(GENERAL, user="U0MALLORY", now=1.0, text=payload)
            workspace.post(GENERAL, user=BOT, now=1.0, **everywhere(payload))
        await expect(page.locator("#messages .message")).to_have_count(2 * len(PAYLOADS))
        for each in await page.locator("#messages .body button, #messages .body a").all():
            await each.dispatch_event("mouseover")
        await asyncio.sleep(0.1)

        assert await page.evaluate("window.ran") == 0
        assert [url for url in asked if not url.startswith(slack.base_url)] == []
        assert [line for line in said if "Content Security Policy" in line] == []
        await context.close()


def everywhere(text):
    """One message with the text in every place that takes one."""
    plain, link = {"type": "plain_text", "text": text}, {"type": "link", "url": text, "text": text}
    code = {"type": "rich_text_preformatted", "language": text, "elements": [link]}
    return {
        "text": text,
        "blocks": [
            {"type": "header", "text": plain},
            {"type": "section", "text": {"type": "mrkdwn", "text": text}, "accessory": {}},
            {"type": "markdown", "text": text},
            {"type": "rich_text", "elements": [code, {"type": text}]},
            {"type": "actions", "elements": [button(text, text, url=text, value=text)]},
            {"type": "table", "rows": [[{"type": "raw_text", "text": text}]]},
            {"type": "image", "image_url": text, "alt_text": text},
            {"type": text},
        ],
        "files": [{"name": text, "url_private": text}],
    }


THUMBS = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "rate",
            "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up"},
            "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down"},
        }
    ],
}


async def test_the_pressed_thumb_stays_pressed(page, call):
    """Until the other one is; an edit of the message changes nothing about it."""
    text = {"type": "markdown", "text": "Well?"}
    posted = await call("chat.postMessage", channel=GENERAL, text="x", blocks=[text, THUMBS])
    good, bad = (page.get_by_role("button", name=name) for name in ("Good", "Bad"))

    await good.click()
    await expect(good).to_have_attribute("aria-pressed", "true")
    await bad.click()
    blocks = [text | {"text": "Well!"}, THUMBS]
    await call("chat.update", channel=GENERAL, ts=posted["ts"], text="x", blocks=blocks)

    await expect(bodies(page)).to_contain_text("Well!")
    await expect(good).to_have_attribute("aria-pressed", "false")
    await expect(bad).to_have_attribute("aria-pressed", "true")


async def test_a_modal_is_for_whoever_clicked(page, slack, call):
    """It is shown to them alone, and Escape takes it away."""
    element = {"type": "plain_text_input", "action_id": "t", "multiline": True}
    label = {"type": "plain_text", "text": "Why?"}
    blocks = [{"type": "input", "block_id": "b", "label": label, "element": element}]
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Tell us"}, "blocks": blocks}
    trigger = slack.backend.triggers.issue(slack.clock.wall(), "U0ALICE")

    await call("views.open", trigger_id=trigger, view=view)

    modal = page.get_by_role("dialog", name="Tell us")
    await expect(modal.get_by_role("textbox")).to_be_visible()
    assert slack.workspace.open_views
    await page.keyboard.press("Escape")
    await expect(modal).to_be_hidden()
    await slack.wait_for(lambda: not slack.workspace.open_views)


async def test_a_command_that_nobody_answers_stays_in_the_box(page, slack):
    """Slackbot says why, to this person alone; with a space before it, it is a message."""
    box = page.locator("#composer-channel")
    await box.fill("/weather in Kyoto")
    await box.press("Enter")

    told = page.locator("#messages .message").filter(has_text="is not a valid command")
    await expect(told.locator(".author")).to_have_text("Slackbot")
    await expect(told).to_contain_text("Only visible to you")
    await expect(box).to_have_value("/weather in Kyoto")
    assert slack.workspace.messages(GENERAL) == []

    await box.fill(" /weather in Kyoto")
    await box.press("Enter")

    await expect(bodies(page).last).to_have_text("/weather in Kyoto")
    await expect(box).to_have_value("")


async def test_a_command_is_answered_by_its_acknowledgement(page, slack, app):
    """It leaves the box only then; what the app says is for this person alone."""
    slack.workspace.commands.add("/ask")
    box = page.locator("#composer-channel")
    may_answer = asyncio.Event()

    @app.command("/ask")
    async def ask(ack, body):
        await may_answer.wait()
        await ack(f"*{body['text']}* :tada:")

    await box.fill("/ask why  not?")
    await box.press("Enter")
    await slack.wait_for(lambda: slack.delivery.log)
    await expect(box).to_have_value("/ask why  not?")
    await box.press("Enter")
    may_answer.set()

    await expect(box).to_have_value("")
    told = page.locator("#messages .message")
    await expect(told.locator(".body")).to_have_text("why  not? 🎉")
    await expect(told).to_contain_text("Only visible to you")
    assert len(slack.delivery.log) == 1


async def test_a_command_in_a_thread_is_refused_there(page, slack):
    """As in Slack, where no app's command works in a thread."""
    slack.workspace.commands.add("/ask")
    root = await slack.say("alice", "general", "question")
    await slack.say("bob", "general", "reply", thread_ts=root["ts"])
    await page.get_by_role("button", name="1 reply").click()

    await page.locator("#composer-thread").fill("/ask why?")
    await page.keyboard.press("Enter")

    await expect(page.locator("#replies .body").last).to_have_text(
        "/ask is not supported in threads. Sorry!"
    )
    await expect(page.locator("#composer-thread")).to_have_value("/ask why?")


FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Tell us"},
    "blocks": [
        {
            "type": "input",
            "block_id": name,
            "label": {"type": "plain_text", "text": name.title()},
            "element": {"type": "plain_text_input", "action_id": "t"},
        }
        for name in ("why", "when")
    ],
}


async def test_what_is_wrong_in_a_modal_is_told_at_its_field(page, slack, app):
    """And a screen reader hears it there; what was written stays, and can be put right."""
    answers = [{"why": "Too short."}, {}]

    @app.view("form")
    async def submitted(ack):
        errors = answers.pop(0)
        await (ack(response_action="errors", errors=errors) if errors else ack())

    slack.workspace.open_view(FORM, user="U0ALICE", now=1.0)
    modal = page.get_by_role("dialog", name="Tell us")
    why, when = modal.get_by_role("textbox").first, modal.get_by_role("textbox").last
    await why.fill("x")
    await when.fill("now")
    await page.keyboard.press("Enter")

    await expect(modal.locator(".error")).to_have_text("Too short.")
    await expect(why).to_be_focused()
    await expect(why).to_have_accessible_description("Too short.")
    await expect(why).to_have_attribute("aria-invalid", "true")
    await expect(when).to_have_value("now")

    await page.keyboard.press("Enter")
    await expect(modal).to_be_hidden()


async def test_a_modal_that_nobody_answers_can_be_sent_again(page, slack):
    """Slack says so in the modal itself."""
    slack.workspace.open_view(FORM, user="U0ALICE", now=1.0)
    modal = page.get_by_role("dialog", name="Tell us")
    for n in range(2):
        await modal.get_by_role("textbox").nth(n).fill("x")
    await modal.get_by_role("button", name="Submit").click()

    await expect(modal.get_by_role("alert")).to_have_text(
        "We had some trouble connecting. Try again?"
    )
    await expect(modal.get_by_role("button", name="Submit")).to_be_enabled()
    await expect(modal.get_by_role("textbox").first).to_have_value("x")


async def test_a_modal_is_replaced_by_the_next_one(page, slack, app):
    """Where the app's acknowledgement says so."""
    following = FORM | {"title": {"type": "plain_text", "text": "Tell us more"}}

    @app.view("form")
    async def submitted(ack):
        await ack(response_action="update", view=following)

    slack.workspace.open_view(FORM, user="U0ALICE", now=1.0)
    modal = page.get_by_role("dialog", name="Tell us")
    for n in range(2):
        await modal.get_by_role("textbox").nth(n).fill("x")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("dialog", name="Tell us more")).to_be_visible()
    await expect(modal.get_by_role("textbox").first).to_have_value("")


async def test_a_file_can_be_saved(page, call, slack):
    """Its card leads to what is in it, which no browser opens by itself."""
    name = "table-1.csv"
    made = await call("files.getUploadURLExternal", filename=name, length=8)
    async with aiohttp.ClientSession() as session:
        await session.post(made["upload_url"], data=b"a,b\n1,2\n")
    await call("files.completeUploadExternal", files=[{"id": made["file_id"]}], channel_id=GENERAL)

    await expect(page.locator(".file th")).to_have_text(["a", "b"])
    async with page.expect_download() as saved:
        await page.locator(".file a").click()
    download = await saved.value

    assert download.suggested_filename == name
    assert Path(await download.path()).read_bytes() == b"a,b\n1,2\n"
