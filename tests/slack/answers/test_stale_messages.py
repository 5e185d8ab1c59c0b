"""Messages that look live after their end: which they are, and what is left of them."""

import pytest

from bot.core.reply import Phase
from bot.core.turns import Repair
from bot.core.types import Lease
from bot.errors import SlackRejected, SlackUnsent
from bot.slack.actions.buttons import REGENERATE, STOP, buttons
from bot.slack.answers.blocks import ANCHOR, notice
from bot.slack.answers.stale_messages import SlackStaleMessages, is_stale
from bot.strings import ENGLISH, JAPANESE
from tests.fakes import turn
from tests.slack.scene import WAITING, done, live


def actions(*ids, round_=0):
    return {"type": "actions", "elements": buttons(ids, ENGLISH, turn(round=round_))}


@pytest.mark.parametrize(
    ("blocks", "stale"),
    [
        ([notice("Writing …"), actions(STOP)], True),
        ([actions(STOP, round_=1)], True),
        ([actions(REGENERATE)], True),
        ([actions(REGENERATE, round_=2)], True),
        ([actions(REGENERATE, round_=1)], False),
        ([ANCHOR, notice("moved")], False),
        ([], False),
        ([{"type": "actions"}, {"type": "actions", "elements": [{"action_id": "x"}]}], False),
    ],
)
def test_what_is_stale_in_round_1(blocks, stale):
    assert is_stale(blocks, 1) is stale


@pytest.fixture
def stale(scene):
    async def words(user):
        return {"U0ALICE": ENGLISH}.get(user, JAPANESE)

    return SlackStaleMessages(scene.api, words)


def repair(scene, *, posts=None, **how):
    posts = scene.sink.posts if posts is None else posts
    return Repair(scene.turn, Lease(scene.turn.key, 2), "r", posts, **how)


async def found(stale, scene):
    return await stale.find(scene.turn.key, scene.turn.round, scene.sink.posts[0])


async def mend(stale, scene, may_send=lambda: True, **how):
    await stale.mend(repair(scene, **how), await found(stale, scene), may_send)


async def test_the_words_stay_and_it_is_said_that_some_may_be_missing(stale, scene):
    await scene.show(live("## So far\n\n- **bold**"))
    (before,) = scene.answers
    await mend(stale, scene)

    (now,) = scene.answers
    assert now["blocks"][:-2] == before["blocks"][:-1]
    assert now["text"] == before["text"]
    assert scene.notices() == [ENGLISH.overwritten]
    assert scene.buttons() == [REGENERATE]
    assert await found(stale, scene) is None


async def test_where_no_word_stands_it_says_so(stale, scene):
    await scene.show(WAITING)
    await mend(stale, scene)

    assert scene.notices() == [ENGLISH.overwritten_all]
    assert scene.answers[0]["text"] == ENGLISH.overwritten_all


async def test_rich_text_that_nobody_sees_is_no_word(stale, scene):
    await scene.show(WAITING)
    (message,) = scene.answers
    blocks = [ANCHOR, *message["blocks"]]
    await scene.api.call(
        "chat.update",
        {"channel": scene.turn.thread.channel, "ts": message["ts"], "text": "", "blocks": blocks},
    )
    await mend(stale, scene)

    assert scene.notices() == [ENGLISH.overwritten_all]


async def test_without_its_question_nothing_can_be_asked_again(stale, scene):
    await scene.show(live("So far"))
    await mend(stale, scene, gone=True)

    assert (scene.notices(), scene.buttons()) == ([ENGLISH.overwritten], [])


async def test_what_looks_ended_is_not_found(stale, scene):
    await scene.show(done("Whole", Phase.STOPPED))

    assert await found(stale, scene) is None


async def test_what_belongs_to_no_part_goes(stale, scene):
    await scene.show(live("So far"))
    await mend(stale, scene, posts=("1.000001",))

    assert scene.answers == []


async def test_what_belongs_to_no_part_and_may_not_go_loses_its_buttons(stale, scene):
    await scene.show(live("So far"))
    scene.slack.faults.fail("chat.delete", "cant_delete_message")
    await mend(stale, scene, posts=())

    assert (scene.texts(), scene.notices(), scene.buttons()) == ([""], [ENGLISH.moved], [])


async def test_what_the_answer_to_another_question_is_stays(stale, scene):
    """The value of a button may be forged."""
    await scene.show(live("So far"))
    message, other = await found(stale, scene), turn("7.0")
    forged = Repair(other, Lease(other.key, 2), "r", ())
    before = len(scene.slack.calls)
    await stale.mend(forged, message, lambda: True)

    assert len(scene.slack.calls) == before


async def test_nothing_leaves_when_the_lease_has_ended(stale, scene):
    await scene.show(live("So far"))
    with pytest.raises(SlackUnsent):
        await mend(stale, scene, may_send=lambda: False)

    assert scene.buttons() == [STOP]


async def test_a_slack_that_refuses_is_an_error(stale, scene):
    await scene.show(live("So far"))
    scene.slack.faults.fail("chat.update", "edit_window_closed")
    with pytest.raises(SlackRejected):
        await mend(stale, scene)
