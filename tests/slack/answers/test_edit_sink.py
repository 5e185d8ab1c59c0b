"""The sink against a small Slack: what is planned, what stands there, what a lost answer does."""

import asyncio
import json
import re
from dataclasses import replace

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.types import CallKind, Effect, Failed, Thread, Turn
from bot.errors import SlackRefused, SlackRejected, SlackUnknown
from bot.slack.answers.forms import Form, Forms
from bot.slack.capabilities import Capabilities
from bot.strings import ENGLISH, JAPANESE
from bot.tasks import Tasks
from tests.shown import partial
from tests.slack.scene import WAITING, done, live


async def test_placeholder_edits_and_last_word_are_one_message(scene):
    kinds = [await scene.show(s) for s in (WAITING, live("Be"), live("Because"), done("Because."))]

    assert kinds == [[CallKind.FIRST], [CallKind.FIRST], [CallKind.MORE], [CallKind.LAST]]
    assert scene.texts() == ["Because."]
    assert scene.types() == [["rich_text"]]
    assert scene.answers[0]["thread_ts"] == scene.turn.ts
    assert "edited" not in scene.answers[0]


async def test_what_stands_already_costs_nothing(scene):
    await scene.show(live("Be"))

    assert scene.sink.plan(live("Be")) == []


async def test_planning_twice_is_planning_once(scene):
    assert scene.sink.plan(live("a\n" * 9000)) == scene.sink.plan(live("a\n" * 9000))


async def test_planning_decides_nothing(scene):
    """Whatever was planned before, a snapshot has the same plan until something is done."""
    await scene.show(WAITING)
    other = scene.twin()
    for snapshot in (live("Be"), live("Because " * 2000), live("Because " * 3000)):
        scene.sink.plan(snapshot)

    assert scene.sink.plan(done("Because " * 3000)) == other.plan(done("Because " * 3000))


async def test_a_call_of_an_older_plan_works_and_is_remembered_as_it_was(scene):
    await scene.show(WAITING)
    (older,) = scene.sink.plan(live("Be"))
    scene.sink.plan(live("Because"))
    await scene.sink.do(older)

    assert scene.texts() == ["Be"]
    assert scene.sink.plan(live("Because"))
    await scene.show(done("Because."))
    assert scene.texts() == ["Because."]


async def test_a_call_needs_nothing_but_itself(scene):
    """Another sink that knows the same messages can carry it out."""
    await scene.show(WAITING)
    (call,) = scene.sink.plan(live("Be"))
    other = scene.twin()
    await other.do(call)

    assert scene.texts() == ["Be"]
    assert other.plan(live("Be")) == []


async def test_a_search_that_was_planned_is_begun_by_doing_it(scene):
    text = "word " * 20_000
    await scene.show(live(text))
    scene.open(posts=scene.sink.posts, ending=done(text))
    plans = [scene.sink.plan(done(text)) for _ in range(3)]

    assert [[call.effect for call in plan] for plan in plans] == [[Effect.READ]] * 3
    await scene.show(done(text))
    assert len(scene.sent("conversations.replies")) == 1


async def test_while_it_grows_it_can_be_stopped_and_at_the_end_it_cannot(scene):
    await scene.show(WAITING)
    before = scene.types()
    await scene.show(live("Be"))
    growing = scene.types()
    await scene.show(done("Be", Phase.STOPPED))

    assert (before, growing) == ([["context", "actions"]], [["rich_text", "actions"]])
    assert scene.types() == [["rich_text", "context", "actions"]]
    assert scene.buttons() == ["continue"]


async def test_a_long_answer_goes_on_in_a_further_message(scene):
    text = "A sentence of words. " * 1500
    await scene.show(live(text[:10_000]))
    first = scene.texts()[0]
    await scene.show(live(text))
    await scene.show(done(text))

    assert len(scene.texts()) == 4
    assert scene.texts()[0] == first
    assert "".join(scene.texts()).replace(" ", "") == text.replace(" ", "")
    assert scene.types() == [["rich_text"]] * 4


async def test_only_the_last_part_has_a_stop_button(scene):
    await scene.show(live("word " * 3000))

    assert scene.types() == [["rich_text"], ["rich_text", "actions"]]


async def test_every_post_unfolds_nothing_and_parses_nothing(scene):
    """F057."""
    await scene.show(WAITING)
    await scene.show(done("word " * 3000))
    posts = scene.slack.calls.of("chat.postMessage")
    edits = scene.slack.calls.of("chat.update")

    assert len(posts) == 2
    assert all(p.arguments["unfurl_links"] is False for p in posts)
    assert all(p.arguments["unfurl_media"] is False for p in posts)
    assert all(c.arguments["parse"] == "none" for c in [*posts, *edits])
    assert not any("link_names" in c.arguments for c in [*posts, *edits])


@pytest.mark.parametrize("text", ["🎉" * 9000, "漢字" * 6000, "<&>" * 5000, "# h\n\n" * 400])
async def test_what_slack_counts_is_kept_to(scene, text):
    """The playground refuses too much text, too many blocks and long fallbacks, as Slack does."""
    await scene.show(live(text[:100]))
    await scene.show(done(text))

    assert all(record.ok for record in scene.slack.calls.of("chat.update"))


@pytest.mark.parametrize("form", Form)
async def test_a_mention_is_dead_in_text_and_blocks(scene, form):
    scene.capabilities = Capabilities(Forms(form))
    scene.open()
    await scene.show(done("<!channel> <@U1> `<!here>` @channel [x](https://a.example)"))
    message = scene.answers[0]
    written = message["text"] + json.dumps(message["blocks"])

    assert not re.search(r'"type": "(user|broadcast|usergroup|channel|image)"', written)
    live = message["text"] if form is Form.RICH else written
    assert not re.search(r"<[!@#]|@channel", live)


async def test_a_lost_answer_to_the_post_is_found_and_not_posted_again(scene):
    scene.slack.faults.lose("chat.postMessage")
    with pytest.raises(SlackUnknown):
        await scene.show(WAITING)
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]


async def test_a_post_that_never_happened_is_made_again(scene):
    scene.slack.faults.fail("chat.postMessage", 500)
    with pytest.raises(SlackUnknown):
        await scene.show(WAITING)
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]


async def test_a_refusal_says_how_long(scene):
    scene.slack.faults.refuse("chat.postMessage", retry_after=7)
    with pytest.raises(SlackRefused) as refusal:
        await scene.show(WAITING)

    assert refusal.value.retry_after == 7


async def test_a_failure_keeps_the_text_and_shows_the_id(scene):
    await scene.show(Snapshot(Phase.FAILED, "Be", Failed("stalled", "abc123")))
    shown = scene.answers[0]["blocks"][1]["elements"][0]["text"]

    assert scene.texts() == ["Be"]
    assert shown == partial(ENGLISH.failure("stalled", "abc123"))
    assert "abc123" in shown


async def test_the_language_may_become_known_meanwhile(scene):
    await scene.show(WAITING)
    scene.strings = JAPANESE
    kinds = await scene.show(WAITING)

    assert kinds == [CallKind.STATUS]
    assert scene.answers[0]["blocks"][0]["elements"][0]["text"] == JAPANESE.thinking


async def test_in_a_direct_message_it_answers_at_top_level(scene):
    channel = scene.slack.workspace.dm("alice").id
    thread = Thread(scene.turn.thread.team, channel, None)
    scene.open(Turn(thread, "1.0", "U1", "?", direct=True))
    scene.slack.faults.lose("chat.postMessage")
    with pytest.raises(SlackUnknown):
        await scene.show(WAITING)
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]
    assert "thread_ts" not in scene.answers[0]


@pytest.mark.parametrize("code", ["edit_window_closed", "cant_update_message"])
async def test_a_message_that_cannot_be_edited_is_posted_anew(scene, code):
    await scene.show(WAITING)
    scene.slack.faults.fail("chat.update", code)
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]


async def test_what_may_be_neither_edited_nor_removed_is_no_second_live_answer(scene):
    """It loses its Stop before the new message is posted."""
    await scene.show(WAITING)
    scene.slack.faults.fail("chat.update", "cant_update_message")
    scene.slack.faults.fail("chat.delete", "cant_delete_message")
    await scene.show(live("Be"))
    methods = [call.method for call in scene.slack.calls if call.method.startswith("chat.")]

    assert scene.buttons() == ["stop"]
    assert scene.notices() == [ENGLISH.moved]
    assert methods == [
        "chat.postMessage",
        "chat.update",
        "chat.delete",
        "chat.update",
        "chat.postMessage",
    ]


# A message that is gone


async def test_a_message_that_is_gone_is_written_anew_once(scene):
    """F043: an answer that nobody is known to have deleted must not be lost."""
    await scene.show(WAITING)
    await scene.slack.delete(scene.turn.thread.channel, scene.answers[0]["ts"])
    await scene.show(live("Be"))
    again = scene.texts()
    await scene.slack.delete(scene.turn.thread.channel, scene.answers[0]["ts"])
    with pytest.raises(SlackRejected):
        await scene.show(done("Because."))

    assert again == ["Be"]
    assert scene.texts() == []


async def test_an_answer_that_somebody_deleted_is_not_written_again(scene):
    """F044: as soon as we are told, nothing is posted and nothing raised."""
    await scene.show(live("word " * 3000))
    await scene.slack.delete(scene.turn.thread.channel, scene.answers[0]["ts"])
    await scene.show(Snapshot(Phase.GONE, "word " * 3000))

    assert scene.types() == [["rich_text", "context"]]
    assert len(scene.slack.calls.of("chat.postMessage")) == 2


async def test_where_nothing_stands_a_deleted_question_gets_no_word(scene):
    assert scene.sink.plan(Snapshot(Phase.GONE)) == []


async def test_the_news_may_come_while_the_message_is_missed(scene):
    """The edit finds nothing before the event has told why."""
    await scene.show(WAITING)
    await scene.slack.delete(scene.turn.thread.channel, scene.answers[0]["ts"])
    (call,) = scene.sink.plan(live("Be"))
    await scene.sink.do(call)
    await scene.show(Snapshot(Phase.GONE, "Be"))

    assert scene.texts() == []


# Taking up what another process has left


async def test_the_answer_goes_into_the_messages_that_stand(scene):
    await scene.show(live("word " * 3000))
    stood = [message["ts"] for message in scene.answers]
    scene.open(posts=scene.sink.posts)
    await scene.show(done("another " * 2000))

    assert [message["ts"] for message in scene.answers] == stood
    assert scene.texts()[0].startswith("another another")


async def test_what_a_longer_answer_left_is_taken_away(scene):
    await scene.show(done("word " * 5000))
    assert len(scene.answers) == 3
    scene.open(posts=scene.sink.posts)
    await scene.show(WAITING)
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]
    assert len(scene.sink.posts) == 1


async def test_taking_away_waits_for_its_turn_and_forgets_nothing(scene):
    await scene.show(done("word " * 3000))
    scene.open(posts=scene.sink.posts)
    scene.slack.faults.refuse("chat.delete")
    with pytest.raises(SlackRefused):
        await scene.show(done("Because."))
    scene.slack.faults.lose("chat.delete")
    with pytest.raises(SlackUnknown):
        await scene.show(done("Because."))
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]


async def test_posts_that_the_journal_does_not_know_of_are_found(scene):
    """The process died between Slack's answer and the commit; so it may have several times."""
    await scene.show(done("word " * 5000))
    scene.open(posts=scene.sink.posts[:1], doubtful=True)
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]


async def test_a_doubt_lasts_from_the_first_failure_not_from_the_claim(scene):
    """Who waited in line for long looks all the same, and again when Slack refuses it."""
    await scene.show(WAITING)
    scene.open(doubtful=True)
    await asyncio.sleep(0.4)
    scene.slack.faults.refuse("conversations.replies", retry_after=1)
    with pytest.raises(SlackRefused):
        await scene.show(WAITING)
    await scene.show(done("Because."))

    assert scene.texts() == ["Because."]


async def test_looking_for_a_post_is_a_call_like_any_other(scene):
    """So it waits for its budget, and its refusals are heard."""
    scene.open(doubtful=True)
    calls = [scene.sink.plan(snapshot)[0] for snapshot in (WAITING, live("Be"), done("Because."))]

    assert {(call.effect, call.bucket) for call in calls} == {
        (Effect.READ, "conversations.replies")
    }
    assert {call.kind for call in calls} == {CallKind.FIRST}


async def test_the_newest_message_of_a_part_goes_on_and_the_older_one_goes(scene):
    """It could neither be edited nor deleted at first, and the answer to the new one was lost."""
    await scene.show(WAITING)
    faults = scene.slack.faults
    faults.fail("chat.update", "cant_update_message")
    faults.refuse("chat.delete")
    faults.lose("chat.postMessage")
    for _ in range(5):
        try:
            await scene.show(done("Because."))
            break
        except (SlackUnknown, SlackRefused):
            continue

    assert scene.texts() == ["Because."]
    assert scene.buttons() == []


async def test_what_is_being_deleted_is_none_of_ours_any_more(scene):
    """Slack tells of it before it answers; that must not look like somebody's wish."""
    await scene.show(done("word " * 3000))
    scene.open(posts=scene.sink.posts)
    (call, *_) = scene.sink.plan(done("Because."))
    scene.slack.faults.hold("chat.delete", 0.2)
    async with Tasks("test") as tasks:
        doing = tasks.start(scene.sink.do(call), name="delete")
        await scene.slack.wait_for(lambda: len(scene.answers) == 1)
        assert scene.sink.posts == (scene.answers[0]["ts"],)
        await doing


async def test_a_doubt_ends(scene):
    """Where Slack does not let us look for a lost post, we post again in the end."""
    scene.open(doubtful=True)
    scene.slack.faults.fail("conversations.replies", 500, times=1000)
    for _ in range(100):
        try:
            await scene.show(done("Because."))
            break
        except SlackUnknown:
            await asyncio.sleep(0.02)

    assert scene.texts() == ["Because."]


async def test_what_goes_on_stands_below_and_leaves_the_rest_alone(scene):
    await scene.show(done("Half", Phase.CUT))
    scene.open(replace(scene.turn, goes_on=True, round=1), posts=scene.sink.posts, kept=1)
    await scene.show(WAITING)
    await scene.show(done("and half"))

    assert scene.texts() == ["Half", "and half"]
    assert [m["metadata"]["event_payload"]["part"] for m in scene.answers] == [0, 1]


async def test_a_part_has_one_id_in_every_attempt_and_another_when_it_replaces_one(scene):
    scene.slack.workspace.dedupe_client_msg_id = True
    scene.slack.faults.lose("chat.postMessage")
    with pytest.raises(SlackUnknown):
        await scene.show(WAITING)
    scene.slack.faults.fail("conversations.replies", "missing_scope")
    await scene.show(WAITING)
    await scene.slack.delete(scene.turn.thread.channel, scene.answers[0]["ts"])
    await scene.show(done("Because."))
    ids = [p.arguments["client_msg_id"] for p in scene.slack.calls.of("chat.postMessage")]

    assert scene.texts() == ["Because."]
    assert ids[0] == ids[1] != ids[2]


async def test_a_part_that_cannot_be_posted_is_said_to_be_missing(scene):
    await scene.show(live("word " * 1000))
    scene.slack.faults.fail("chat.postMessage", "restricted_action")
    with pytest.raises(SlackRejected):
        await scene.show(live("word " * 3000))
    await scene.show(done("word " * 3000))

    assert scene.types() == [["rich_text", "context"]]
    notice = scene.answers[0]["blocks"][1]["elements"][0]["text"]
    assert notice.startswith(partial(ENGLISH.failures["slack_refused"]))


async def test_a_lost_post_is_found_in_a_long_thread(scene):
    """Pages begin at the thread's root, and only the first one is looked at."""
    root, channel = scene.turn.ts, scene.turn.thread.channel
    for number in range(250):
        await scene.slack.say("bob", "general", f"{number}", thread_ts=root)
    asked = await scene.slack.say("alice", "general", "@streambot why?", thread_ts=root)
    turn = Turn(Thread(scene.turn.thread.team, channel, root), asked["ts"], asked["user"], "why?")
    scene.open(turn)
    before = len(scene.answers)
    scene.slack.faults.lose("chat.postMessage")
    with pytest.raises(SlackUnknown):
        await scene.show(WAITING)
    await scene.show(done("Because."))

    assert len(scene.answers) == before + 1


async def test_where_we_may_not_look_we_post_again(scene):
    scene.slack.faults.lose("chat.postMessage")
    with pytest.raises(SlackUnknown):
        await scene.show(WAITING)
    scene.slack.faults.fail("conversations.replies", "missing_scope")
    await scene.show(done("Because."))

    assert scene.texts()[-1] == "Because."


async def test_the_first_words_are_as_urgent_as_a_placeholder(scene):
    await scene.show(WAITING)

    assert await scene.show(live("B")) == [CallKind.FIRST]
    assert await scene.show(live("Be")) == [CallKind.MORE]


async def test_a_second_look_repeats_the_last_word_and_removes_what_is_too_many(scene):
    """It lets what others read and write go first."""
    await scene.show(done("Because."))
    first = scene.sink.posts
    stale = scene.twin()
    scene.open()
    await scene.show(live("Be"))
    (call,) = stale.plan(live("Be"))
    await stale.do(call)
    assert scene.texts() == ["Be", "Be"]

    scene.open(posts=first, ending=done("Because."), doubtful=True, looks=True)
    kinds = await scene.show(done("Because."))
    assert scene.texts() == ["Because."]
    assert {CallKind.FIRST, CallKind.LAST} & {*kinds} == set()


async def test_a_second_look_puts_nothing_in_place_of_what_somebody_deleted(scene):
    await scene.show(done("Because."))
    posts = scene.sink.posts
    await scene.slack.delete(scene.turn.thread.channel, posts[0])
    scene.open(posts=posts, ending=done("Because."), doubtful=True, looks=True)
    await scene.show(done("Because."))

    assert scene.texts() == []
