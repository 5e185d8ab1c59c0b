"""Buttons that lead nowhere are taken off: of a message that is known, or is read first."""

from dataclasses import replace

import pytest

from bot.core.reply import Phase
from bot.errors import SlackError
from bot.slack.answers.leftovers import MOST_PRESSED, PressedMessages
from bot.slack.limits import DELETE, REPLIES, UPDATE
from tests.slack.scene import done, live

BUTTONS = ["continue"]


async def cut(scene, text="Half of it"):
    """An answer that was cut; a new round goes on below it."""
    await scene.show(done(text, Phase.CUT))
    assert scene.buttons() == BUTTONS
    return scene.sink.posts


def next_round(scene, posts, **more):
    turn = replace(scene.turn, round=1, goes_on=True)
    return scene.open(turn, posts=posts, kept=len(posts), **more)


def pressed(scene):
    """The message as a click brings it."""
    messages = PressedMessages()
    [message] = scene.answers[-1:]
    messages.note(scene.turn.thread.channel, message["ts"], message["blocks"])
    return messages


async def test_an_answer_that_goes_on_below_takes_the_buttons_off(scene):
    """The message is not known here, as after a restart: it is read once."""
    posts = await cut(scene)
    next_round(scene, posts)
    await scene.show(live("and"))

    assert scene.texts() == ["Half of it", "and"]
    assert scene.buttons() == ["stop"]
    assert len(scene.sent(REPLIES)) == 1
    assert scene.notices() == []


async def test_a_message_that_a_click_has_brought_is_not_read(scene):
    posts = await cut(scene)
    scene.pressed = pressed(scene)
    next_round(scene, posts)
    await scene.show(live("and"))

    assert (scene.buttons(), scene.sent(REPLIES)) == (["stop"], [])


async def test_another_process_finds_it_done(scene):
    posts = await cut(scene)
    for _ in range(2):
        next_round(scene, posts)
        await scene.show(live("and"))
    edits = [each["ts"] for each in scene.sent(UPDATE)]

    assert edits.count(posts[0]) == 1
    assert len(scene.sent(REPLIES)) == 2


@pytest.mark.parametrize("method", [REPLIES, UPDATE])
@pytest.mark.parametrize("error", ["ratelimited", 500])
async def test_what_fails_is_done_again(scene, method, error):
    posts = await cut(scene)
    next_round(scene, posts)
    scene.slack.faults.fail(method, error)
    with pytest.raises(SlackError):
        await scene.show(live("and"))
    assert scene.buttons() == [*BUTTONS, "stop"]

    await scene.show(live("and"))

    assert scene.buttons() == ["stop"]


async def test_what_has_failed_keeps_the_answer_waiting_no_more(scene):
    posts = await cut(scene)
    scene.pressed = pressed(scene)
    next_round(scene, posts)
    await scene.sink.do(scene.sink.plan(live(""))[0])
    scene.slack.faults.fail(UPDATE, 500)
    first = scene.sink.plan(live("and"))
    with pytest.raises(SlackError):
        await scene.sink.do(first[0])
    then = scene.sink.plan(live("and"))

    assert [call.message for call in first] == [*posts, scene.sink.posts[1]]
    assert [call.message for call in then] == [scene.sink.posts[1], *posts]


@pytest.mark.parametrize("method", [REPLIES, UPDATE])
async def test_what_slack_rejects_is_left(scene, method):
    posts = await cut(scene)
    next_round(scene, posts)
    scene.slack.faults.fail(method, "message_not_found")
    await scene.show(done("and the rest"))

    assert scene.buttons() == BUTTONS


async def test_a_message_that_is_gone_is_no_trouble(scene):
    posts = await cut(scene)
    next_round(scene, posts)
    await scene.slack.delete("general", posts[0])
    await scene.show(done("and the rest"))

    assert scene.texts() == ["and the rest"]


async def test_a_message_that_cannot_be_removed_loses_its_buttons(scene):
    """What a shorter answer leaves below must not be pressed."""
    story = "word " * 2500
    await scene.show(done(story, Phase.CUT))
    scene.open(replace(scene.turn, round=1), posts=scene.sink.posts)
    scene.slack.faults.fail(DELETE, "cant_delete_message", times=9)
    await scene.show(done("Short"))

    assert len(scene.answers) == 2
    assert scene.buttons() == []


def test_only_so_many_pressed_messages_are_kept():
    messages = PressedMessages()
    for number in range(MOST_PRESSED + 1):
        messages.note("C1", f"{number}.0", [{"type": "divider"}])

    assert messages.take("C1", "0.0") is None
    assert messages.take("C1", "1.0") == [{"type": "divider"}]
    assert messages.take("C1", "1.0") is None
