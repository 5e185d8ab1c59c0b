"""Forms and sizes that Slack refuses: the next form, smaller parts, and never the same again."""

import json

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.types import Failed
from bot.errors import SlackRejected
from bot.playground.faults import Fault
from bot.rendering.layout.frame import PartLimits
from bot.rendering.renderer import Renderer
from bot.slack.answers.evasion import TOO_LARGE, UNSHOWABLE
from bot.slack.answers.forms import HOUR, Form, Forms, shape
from bot.slack.capabilities import Capabilities
from bot.strings import ENGLISH
from tests.shown import partial, words
from tests.slack.scene import WAITING, done, live

REFUSED = TOO_LARGE | UNSHOWABLE
MANY_PARTS = PartLimits(parts=90)
WRITES = ("chat.postMessage", "chat.update")
SHAPES = {"rich_text": Form.RICH, "markdown": Form.MARKDOWN, "section": Form.TEXT}

PARAGRAPH = (
    "Slack counts & keeps its <limits> to itself; so we ask. "
    "文章は自然な場所で切れます。**重要**です。 "
)
LONG = "\n\n".join(
    [
        "# How it goes on",
        PARAGRAPH * 20,
        "\n".join(f"{number}. item `{number}` of a list" for number in range(1, 60)),
        "```py\n" + "\n".join(f"print({number})" for number in range(300)) + "\n```",
        "> quoted words " * 30,
        PARAGRAPH * 60,
        "The end.",
    ]
)


def refuses(*kinds, code="invalid_blocks"):
    """A rule for faults: blocks of these kinds are refused."""

    def rule(method, arguments):
        found = {block["type"] for block in arguments.get("blocks") or ()}
        return Fault(error=code) if found & set(kinds) else None

    return rule


def whole(text):
    """All that there is to read in it."""
    renderer = Renderer(MANY_PARTS)
    renderer.feed(text)
    renderer.finish()
    return "".join(words(shape(Form.RICH, part.flows)) for part in renderer.frame().parts)


def nothing_twice(scene):
    """No payload that was refused for good came again."""
    refused = []
    for call in scene.slack.calls:
        if call.method not in WRITES:
            continue
        where = [call.arguments.get("ts"), call.arguments.get("thread_ts")]
        sent = json.dumps([*where, call.arguments["blocks"]], sort_keys=True)
        assert sent not in refused
        if call.error in REFUSED:
            refused.append(sent)
    return len(refused)


async def stream(scene, text, *, step=900):
    for end in range(step, len(text), step):
        await scene.show(live(text[:end]))
    await scene.show(done(text))


# Forms


@pytest.mark.parametrize("code", sorted(UNSHOWABLE))
async def test_a_form_that_is_refused_gives_way_at_once(scene, code):
    """F045."""
    await scene.show(WAITING)
    scene.slack.faults.rule = refuses("rich_text", code=code)
    await scene.show(live("Be"))
    await scene.show(done("Because **so**."))

    assert scene.forms() == [["markdown"]]
    assert scene.texts()[0].endswith("Because **so**.")
    assert nothing_twice(scene) == 1


async def test_and_the_next_one_may_be_refused_too(scene):
    scene.slack.faults.rule = refuses("rich_text", "markdown")
    await scene.show(done("**Because** <b>."))

    (section,) = scene.answers[0]["blocks"]
    assert section["text"] == {"type": "mrkdwn", "text": "*Because* &lt;b&gt;.", "verbatim": True}
    assert nothing_twice(scene) == 2


async def test_what_no_form_can_show_ends_with_what_slack_took(scene):
    await scene.show(live("Be"))
    scene.slack.faults.rule = refuses("markdown", "section")
    scene.slack.faults.fail("chat.update", "invalid_blocks")
    with pytest.raises(SlackRejected):
        await scene.show(live("Because"))
    await scene.show(Snapshot(Phase.FAILED, "Because", Failed("slack_refused", "abc123")))

    assert scene.texts() == ["Be"]
    assert scene.notices()[0].startswith(partial(ENGLISH.failures["slack_refused"]))
    assert nothing_twice(scene) == 3


async def test_where_it_took_nothing_the_end_is_told_all_the_same(scene):
    await scene.show(WAITING)
    scene.slack.faults.rule = refuses("rich_text", "markdown", "section")
    with pytest.raises(SlackRejected):
        await scene.show(done("Because"))
    await scene.show(Snapshot(Phase.FAILED, "Because", Failed("slack_refused", "abc123")))

    assert scene.types() == [["context", "actions"]]
    assert scene.notices()[0].startswith(ENGLISH.failures["slack_refused"])


async def test_one_message_that_is_refused_leaves_the_others_as_they_are(scene):
    await scene.show(live("word " * 3000))
    scene.slack.faults.fail("chat.update", "invalid_blocks")
    await scene.show(done("word " * 3000 + "end"))

    assert scene.forms() == [["rich_text"], ["markdown"]]
    assert scene.capabilities.forms.best is Form.RICH


async def test_two_messages_do_for_the_workspace_and_for_an_hour(scene):
    now = 0.0
    scene.capabilities = Capabilities(Forms(clock=lambda: now))
    scene.slack.faults.rule = refuses("rich_text")
    for _ in range(3):
        await scene.ask()
        await scene.show(done("**Because**."))
    refused = nothing_twice(scene)
    scene.slack.faults.rule = None
    await scene.ask()
    await scene.show(done("**Because**."))
    within = scene.forms()
    now += HOUR
    await scene.ask()
    await scene.show(done("**Because**."))

    assert refused == 2
    assert (within, scene.forms()) == ([["markdown"]], [["rich_text"]])


async def test_a_message_that_no_form_can_show_says_nothing_of_the_workspace(scene):
    for _ in range(3):
        await scene.ask()
        scene.slack.faults.fail("chat.postMessage", "invalid_blocks", times=3)
        with pytest.raises(SlackRejected):
            await scene.show(done("Because."))

    assert scene.capabilities.forms.best is Form.RICH


async def test_a_placeholder_that_is_refused_has_no_other_form(scene):
    scene.slack.faults.fail("chat.postMessage", "invalid_blocks")
    with pytest.raises(SlackRejected):
        await scene.show(WAITING)

    assert len(scene.sent()) == 1


@pytest.mark.parametrize("form", Form)
async def test_the_ladder_may_begin_further_down(scene, form):
    scene.capabilities = Capabilities.of(form.value)
    scene.open()
    await stream(scene, PARAGRAPH * 20)

    assert [SHAPES[kind] for (kind,) in scene.forms()] == [form]


@pytest.mark.parametrize("form", Form)
async def test_links_may_be_limited_to_some_hosts(scene, form):
    scene.capabilities = Capabilities.of(form.value, ("a.example",))
    scene.open()
    await scene.show(done("[one](https://a.example/x) and [other](https://b.example/y)"))
    written = json.dumps(scene.answers[0]["blocks"])

    assert '"url": "https://b.example' not in written
    assert "](https://b.example" not in written
    assert "<https://b.example" not in written
    assert "https://a.example/x" in written


async def test_rich_text_may_not_be_edited_away(scene):
    """Another attempt goes into the same messages, and a placeholder has no rich text."""
    scene.slack.backend.sizes.keeps_rich_text = True
    await scene.show(done("Half", Phase.STOPPED))
    scene.open(posts=scene.sink.posts)
    await scene.show(WAITING)
    waiting = scene.types()
    await scene.show(done("Because."))

    assert waiting == [["rich_text", "context", "actions"]]
    assert scene.types() == [["rich_text"]]
    assert scene.texts() == ["Because."]
    assert nothing_twice(scene) == 1


async def test_nor_where_another_form_is_pinned(scene):
    scene.slack.backend.sizes.keeps_rich_text = True
    await scene.show(done("Half", Phase.STOPPED))
    scene.capabilities = Capabilities.of("text")
    scene.open(posts=scene.sink.posts)
    await scene.show(done("Because."))

    assert scene.types() == [["rich_text", "section"]]
    assert scene.texts() == ["Because."]


# Sizes


@pytest.mark.parametrize(
    "hidden", [600, 811, 1000, 1500, 2222, 3000, 4000, 5555, 7000, 8192, 9500, 13_200]
)
@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "at once"])
async def test_a_hidden_limit_costs_nothing_of_the_text(scene, hidden, streamed):
    """Slack says no more than that it is too much."""
    scene.slack.backend.sizes.block_units = hidden
    scene.capabilities = Capabilities(limits=MANY_PARTS)
    scene.open()
    await (stream(scene, LONG) if streamed else scene.show(done(LONG)))

    assert scene.words() == whole(LONG)
    assert scene.notices() == []
    nothing_twice(scene)


@pytest.mark.parametrize("form", Form)
async def test_nor_does_it_in_the_other_forms(scene, form):
    scene.slack.backend.sizes.block_units = 2500
    scene.capabilities = Capabilities(Forms(form), limits=MANY_PARTS)
    scene.open()
    text = PARAGRAPH * 120
    await stream(scene, text)

    assert len(scene.answers) > 3
    assert "文章は自然な場所で切れます。" in scene.words()
    assert scene.words().count("Slackcounts&keepsits<limits>") == 120
    nothing_twice(scene)


@pytest.mark.parametrize("code", sorted(TOO_LARGE))
async def test_it_goes_on_below_what_slack_took_last(scene, code):
    await scene.show(live("word " * 400))
    scene.slack.faults.fail("chat.update", code)
    await scene.show(live("word " * 600))
    await scene.show(done("word " * 600))

    assert [text.count("word") for text in scene.texts()] == [400, 200]
    assert nothing_twice(scene) == 1


async def test_last_words_that_are_too_long_only_for_what_stands_below(scene):
    """The text was taken before; it has to make room for the buttons all the same."""
    await scene.show(live("word " * 400))
    scene.slack.faults.fail("chat.update", "msg_blocks_too_long")
    await scene.show(done("word " * 400, Phase.STOPPED))

    assert scene.words() == "word" * 400
    assert scene.buttons() == ["continue"]


async def test_a_slack_that_takes_nothing_at_all_is_believed(scene):
    """It ends, and says how."""
    await scene.show(live("word " * 40))
    scene.slack.faults.fail("chat.update", "msg_blocks_too_long", times=1000)
    scene.slack.faults.fail("chat.postMessage", "msg_blocks_too_long", times=1000)
    with pytest.raises(SlackRejected):
        await scene.show(live("word " * 99))
    scene.slack.faults.clear()
    await scene.show(Snapshot(Phase.FAILED, "word " * 99, Failed("slack_refused", "abc123")))

    assert ENGLISH.failures["slack_refused"] in scene.notices()[0]
    assert len(scene.sent()) < 40
    nothing_twice(scene)
