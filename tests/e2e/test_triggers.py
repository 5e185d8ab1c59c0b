"""What is answered and what is not, as Slack tells it over either transport."""

import pytest

from bot.playground.workspace.workspace import Workspace
from tests.e2e.house import BOTH, open_house

BOT = "U0STREAMBOT"
TRIO = "mpdm-alice--bob--streambot-1"
EVERYTHING = {
    "app_mention",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
}


@pytest.fixture(params=BOTH)
def transport(request):
    return request.param


@pytest.fixture
async def house(transport):
    """A workspace in which the bot hears everything, more than it asks for in its manifest."""
    workspace = Workspace.demo(subscriptions=EVERYTHING)
    async with open_house(transport=transport, workspace=workspace) as house:
        yield house


# Answered, once


@pytest.mark.parametrize("channel", ["general", "leads", TRIO])
async def test_a_mention(house, channel):
    """In a public channel, a private one and a group message; though two events tell of it."""
    answer = await house.ask("alice", channel, "@streambot hi")
    await house.acknowledged()

    assert len(house.slack.delivery.log) >= 2
    assert house.answered == [answer.question["ts"]]
    assert answer.messages[0]["thread_ts"] == answer.question["ts"]


@pytest.mark.parametrize("channel", ["general", "leads"])
async def test_a_mention_inside_a_thread(house, channel):
    """The answer joins the thread, whoever began it."""
    root = await house.say("bob", channel, "Any ideas?")
    answer = await house.ask("alice", channel, "@streambot what do you say?", thread_ts=root["ts"])

    assert house.answered == [answer.question["ts"]]
    assert answer.messages[0]["thread_ts"] == root["ts"]


async def test_a_direct_message(house):
    """Needs no mention; and one in it is not answered twice."""
    plain = await house.ask("bob", "@streambot", "hi")
    named = await house.ask("bob", "@streambot", "@streambot hi")
    await house.acknowledged()

    assert house.answered == sorted([plain.question["ts"], named.question["ts"]])


async def test_a_redelivery(house):
    """The same event once more, also after its answer, is known already."""
    answer = await house.ask("alice", "general", "@streambot hi")
    for delivered in list(house.slack.delivery.log):
        house.slack.delivery.again(delivered)
    await house.acknowledged()
    await house.idle()

    assert house.answered == [answer.question["ts"]]


async def test_a_file(house):
    """A mention that comes with a file is a question like any other."""
    file = ("plan.txt", b"world domination")
    answer = await house.ask("alice", "general", "@streambot what is it?", attach=[file])

    assert answer.question["subtype"] == "file_share"
    assert answer.text
    assert "plan.txt" in house.prompts[0][-1]["content"]


async def test_a_reply_that_is_also_sent_to_the_channel(house):
    """It is answered where it belongs, in its thread."""
    root = await house.say("bob", "general", "Any ideas?")
    answer = await house.ask(
        "alice", "general", "@streambot you?", thread_ts=root["ts"], reply_broadcast=True
    )

    assert answer.question["subtype"] == "thread_broadcast"
    assert house.answered == [answer.question["ts"]]
    assert answer.messages[0]["thread_ts"] == root["ts"]


# Not answered, but acknowledged


@pytest.mark.parametrize("channel", ["general", "leads", TRIO])
async def test_talk_among_people(house, channel):
    """Without a mention the bot keeps out of it, also in a thread where it has spoken."""
    await house.say("alice", channel, "I think the streambot is nice")

    assert await house.silent()


async def test_its_own_messages(house):
    """What it posts itself, even where it names itself, starts no conversation with itself."""
    workspace, now = house.slack.workspace, house.slack.clock.wall()
    ours = {"event_type": "test", "event_payload": {"question": "own"}}
    for where in ("C0GENERAL", "D0ALICE"):
        workspace.post(where, user=BOT, now=now, text=f"<@{BOT}> hi", metadata=ours)
    await house.acknowledged()
    answer = await house.ask("alice", "random", "@streambot anybody there?")
    await house.idle()

    assert house.answered == sorted([answer.question["ts"], "own", "own"])


@pytest.mark.parametrize("more", [{}, {"subtype": "bot_message"}], ids=["app", "integration"])
@pytest.mark.parametrize("where", ["C0GENERAL", "D0ALICE"])
async def test_other_bots(house, where, more):
    """Bots that talk to each other never end."""
    fields = {"text": f"<@{BOT}> hi", "bot_id": "B0OTHER"} | more
    house.slack.workspace.post(where, user="U0OTHER", now=house.slack.clock.wall(), **fields)

    assert await house.silent()


@pytest.mark.parametrize("place", ["general", "@streambot"])
async def test_what_happens_to_messages(house, place):
    """Edits and deletions raise events, and mean nothing, with or without an answer."""
    first = await house.ask("alice", place, "@streambot hi")
    await house.slack.edit(first.question["where"], first.question["ts"], "@streambot hello")
    edited, deleted = [await house.say("alice", "general", "hello") for _ in range(2)]
    await house.slack.edit("general", edited["ts"], "hello again")
    await house.slack.delete("general", deleted["ts"])
    await house.acknowledged()
    last = await house.ask("bob", "random", "@streambot anybody there?")
    await house.idle()

    assert house.answered == sorted([first.question["ts"], last.question["ts"]])


@pytest.mark.parametrize("channel", ["general", TRIO])
async def test_a_mention_that_an_edit_adds(house, channel):
    """Who forgot the mention adds it, and is answered; further edits are no further questions."""
    said = await house.say("alice", channel, "why the penguins?")
    for text in ("@streambot why the penguins?", "@streambot why the seals?"):
        await house.slack.edit(said["where"], said["ts"], text)
        await house.acknowledged()
    await house.idle()

    assert house.answered == [said["ts"]]
    [request] = house.model.requests
    # Slack is asked what came with it, and has what stands there by then.
    assert "why the " in request.body["messages"][-1]["content"]


async def test_who_comes(house):
    """Joins are messages too, of a kind that nobody answers."""
    house.slack.workspace.join("C0LEADS", user="U0YUKI", now=house.slack.clock.wall())

    assert await house.silent()


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_home_opened", "user": "U0ALICE", "channel": "D0ALICE", "tab": "home"},
        {"type": "tokens_revoked", "tokens": {"bot": [BOT]}},
        {"type": "assistant_thread_started", "assistant_thread": {"user_id": "U0ALICE"}},
        {"type": "of_the_future"},
        {"type": "message", "subtype": "of_the_future", "channel": "D0ALICE", "ts": "1.1"},
        {"type": "app_mention"},
        {},
    ],
    ids=lambda event: event.get("type", "nothing"),
)
async def test_unknown_events(house, event):
    """They are acknowledged at once, so that Slack does not send them three times more."""
    delivered = house.slack.emit(event)
    await house.slack.wait_for(lambda: delivered.outcome)

    assert delivered.outcome.accepted
    assert delivered.attempts == 1
    assert await house.silent()
