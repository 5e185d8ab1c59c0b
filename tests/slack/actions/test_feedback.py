"""Thumbs: each person has one, a double click is one click, and a form asks why one is down."""

import pytest
from structlog.testing import capture_logs

from bot.core.feedback import Thumb
from bot.errors import StoreError
from bot.slack.actions.buttons import write_value
from bot.slack.actions.feedback import DOUBLE_CLICK, FeedbackActions
from bot.slack.actions.feedback_form import FAULTS, REASON
from bot.strings import ENGLISH, JAPANESE
from tests.fakes import Box

KEY = ("T1", "C1", "1.000100")


class Stage:
    """Where people press thumbs; `now` is the time."""

    def __init__(self, slack, api):
        self.slack = slack
        self.box = Box()
        self.now = 0.0
        self.actions = FeedbackActions(api, self.box, self.words, lambda: self.now)

    async def words(self, user):
        return JAPANESE if user == "U0BOB" else ENGLISH

    async def press(self, verdict, user="U0ALICE", **more):
        value = write_value(KEY, 2, verdict)
        await self.actions.vote(self.body(user) | {"actions": [{"value": value} | more]})

    async def fill_in(self, *options, text=None, user="U0ALICE"):
        [view] = self.slack.workspace.views[-1:]
        chosen = [{"value": option} for option in options]
        values = {FAULTS: {FAULTS: {"selected_options": chosen}}, REASON: {REASON: {"value": text}}}
        filled = view | {"state": {"values": values}}
        await self.actions.explain({"user": {"id": user}, "view": filled})

    def body(self, user):
        channel = self.slack.workspace.channel("general").id
        trigger = self.slack.backend.triggers.issue(self.slack.clock.wall())
        container = {"channel_id": channel, "message_ts": "1.2"}
        return {"user": {"id": user}, "container": container, "trigger_id": trigger}

    @property
    def forms(self):
        return [view["title"]["text"] for view in self.slack.workspace.views]

    @property
    def ephemerals(self):
        return [(each["to"], each["text"]) for each in self.slack.workspace.ephemerals]


@pytest.fixture
def stage(slack, api):
    for user, name in (("U0ALICE", "alice"), ("U0BOB", "bob")):
        slack.workspace.users[user] = slack.workspace.user(name)
        slack.workspace.channel("general").members.append(user)
    return Stage(slack, api)


UP, DOWN = Thumb.UP, Thumb.DOWN


async def test_a_thumb_up_is_counted_and_thanked_for(stage):
    with capture_logs() as logs:
        await stage.press(UP)

    assert stage.box.votes == {(KEY, "U0ALICE"): (2, UP)}
    assert stage.ephemerals == [("U0ALICE", ENGLISH.thanks)]
    assert stage.forms == []
    assert [(e["log_level"], e["verdict"], e["up"], e["down"]) for e in logs] == [
        ("info", "up", 1, 0)
    ]


async def test_a_thumb_down_asks_why_in_the_language_of_who_pressed_it(stage):
    await stage.press(DOWN, user="U0BOB")

    assert stage.forms == [JAPANESE.feedback_form.title]
    assert stage.ephemerals == []


async def test_the_reason_is_kept_and_never_logged(stage):
    await stage.press(DOWN)
    with capture_logs() as logs:
        await stage.fill_in("wrong", "long", text="secret")

    assert stage.box.reasons == {(KEY, "U0ALICE"): (("wrong", "long"), "secret")}
    assert stage.ephemerals == [("U0ALICE", ENGLISH.thanks)]
    assert "secret" not in str(logs)


async def test_a_form_that_says_nothing_is_thanked_for_as_well(stage):
    await stage.press(DOWN)
    await stage.fill_in()

    assert stage.box.reasons == {}
    assert stage.ephemerals == [("U0ALICE", ENGLISH.thanks)]


async def test_a_double_click_is_one_click(stage):
    for _ in range(2):
        await stage.press(UP)
    for _ in range(2):
        await stage.press(DOWN)

    assert stage.ephemerals == [("U0ALICE", ENGLISH.thanks)]
    assert len(stage.forms) == 1


async def test_a_later_click_may_be_meant_to_say_why_after_all(stage):
    await stage.press(DOWN)
    stage.now += DOUBLE_CLICK
    await stage.press(DOWN)

    assert len(stage.forms) == 2


async def test_each_has_a_vote(stage):
    await stage.press(UP)
    await stage.press(DOWN, user="U0BOB")

    assert stage.box.votes == {(KEY, "U0ALICE"): (2, UP), (KEY, "U0BOB"): (2, DOWN)}


@pytest.mark.parametrize("verdict", Thumb)
async def test_what_is_not_there_any_more_cannot_be_rated(stage, verdict):
    stage.box.gone.add(KEY)

    await stage.press(verdict)

    assert stage.ephemerals == [("U0ALICE", ENGLISH.replaced)]
    assert stage.forms == []


@pytest.mark.parametrize("value", [None, "", "{}", write_value(KEY, 2), '{"v": "up"}'])
async def test_a_forged_thumb_is_not_counted(stage, value):
    await stage.press(UP, value=value)

    assert stage.box.votes == {}
    assert stage.ephemerals == [("U0ALICE", ENGLISH.replaced)]


async def test_a_form_of_nobodys_is_left_alone(stage):
    await stage.actions.explain({"user": {"id": "U0ALICE"}, "view": {"private_metadata": "{}"}})

    assert stage.ephemerals == []


async def test_a_reason_for_what_was_replaced_meanwhile(stage):
    await stage.press(DOWN)
    stage.box.votes.clear()
    await stage.fill_in("wrong")

    assert stage.ephemerals == [("U0ALICE", ENGLISH.replaced)]


async def test_a_store_that_is_out_of_reach_is_told(stage):
    await stage.press(DOWN)
    stage.box.error = StoreError("away")
    await stage.press(UP)
    await stage.fill_in("wrong")

    assert [text for _, text in stage.ephemerals] == [ENGLISH.failures["internal"]] * 2


async def test_where_no_form_can_be_shown_the_thumb_counts(stage, slack):
    slack.faults.fail("views.open", "expired_trigger_id")

    await stage.press(DOWN)

    assert stage.box.votes == {(KEY, "U0ALICE"): (2, DOWN)}
    assert stage.ephemerals == [("U0ALICE", ENGLISH.thanks)]
