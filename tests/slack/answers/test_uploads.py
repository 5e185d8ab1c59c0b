"""What is too large for messages comes as a file: once, or with a word that it could not."""

import pytest

from bot.core.reply import Phase, Snapshot
from bot.core.types import Thread, Turn
from bot.errors import SlackRefused, SlackUnknown
from bot.rendering.layout.frame import File, PartLimits
from bot.slack.answers.uploads import Uploads, unique
from bot.slack.capabilities import Capabilities
from bot.slack.limits import UPLOAD_SHARE, UPLOAD_URL
from bot.strings import ENGLISH
from tests.fakes import turn
from tests.shown import partial
from tests.slack.scene import WAITING, done, live

FEW = PartLimits(units=1000, parts=2)
LONG = "\n\n".join(f"Sentence number {number} of a long answer." for number in range(200))


@pytest.fixture
def long(scene):
    """The scene with messages so small that the answer needs a file."""
    scene.capabilities = Capabilities(limits=FEW)
    scene.open()
    return scene


def methods(scene):
    return [call.method for call in scene.slack.calls]


async def test_a_long_answer_comes_as_a_file_with_a_pointer(long):
    await long.show(live(LONG[:500]))
    await long.show(done(LONG))
    ((name, content),) = long.files

    assert content == LONG
    assert name == unique("answer.md", long.turn)
    assert len(long.answers) == 2
    assert long.notices() == [ENGLISH.goes_on_in_file]


async def test_it_stands_in_the_thread_under_its_own_name(long):
    await long.show(done(LONG))
    (message,) = [m for m in long._replies() if m.get("files")]

    assert message["thread_ts"] == long.turn.ts
    assert message["files"][0]["title"] == "answer.md"


async def test_it_comes_before_the_last_word(long):
    await long.show(live(LONG))
    await long.show(done(LONG))

    assert methods(long)[-3:] == [UPLOAD_URL, UPLOAD_SHARE, "chat.update"]


async def test_but_below_all_parts(long):
    await long.show(done(LONG))

    assert methods(long)[-4:] == ["chat.postMessage", "chat.postMessage", UPLOAD_URL, UPLOAD_SHARE]


async def test_while_it_grows_there_is_no_file(long):
    await long.show(live(LONG))

    assert UPLOAD_URL not in methods(long)
    assert long.notices() == [ENGLISH.goes_on_in_file]


@pytest.mark.parametrize("phase", [Phase.INTERRUPTED, Phase.GONE])
async def test_who_does_not_end_the_answer_attaches_nothing(long, phase):
    await long.show(live(LONG))
    await long.show(Snapshot(phase, LONG))

    assert UPLOAD_URL not in methods(long)


@pytest.mark.parametrize("phase", [Phase.STOPPED, Phase.CUT])
async def test_what_ended_short_is_attached_too(long, phase):
    await long.show(live(LONG))
    await long.show(Snapshot(phase, LONG))

    assert len(long.files) == 1


async def test_in_a_direct_message_it_stands_at_top_level(long):
    channel = long.slack.workspace.dm("alice").id
    asked = Turn(Thread(long.turn.thread.team, channel, None), "1.0", "U1", "?", direct=True)
    long.open(asked)
    await long.show(done(LONG))

    assert len(long.files) == 1
    assert all("thread_ts" not in message for message in long._replies())


async def test_large_tables_come_for_spreadsheets(scene):
    rows = "\n".join(f"| {number} | 値{number} |" for number in range(150))
    await scene.show(done(f"Look:\n\n| n | 値 |\n|---|---|\n{rows}\n\nThat was it."))
    ((name, content),) = scene.files
    (raw,) = scene.slack.backend.contents.values()

    assert name == unique("table-1.csv", scene.turn)
    assert content.splitlines()[150] == "149,値149"
    assert raw.startswith(b"\xef\xbb\xbf")
    assert scene.notices() == []


# What goes wrong


@pytest.mark.parametrize("method", [UPLOAD_URL, UPLOAD_SHARE])
@pytest.mark.parametrize("code", ["missing_scope", "restricted_action", "not_in_channel"])
async def test_what_slack_does_not_take_is_said_to_be_missing(long, method, code):
    """F055."""
    await long.show(live(LONG))
    long.slack.faults.fail(method, code)
    await long.show(done(LONG))

    assert long.files == []
    assert long.notices() == [partial(ENGLISH.not_attached.format(files="answer.md"))]
    assert long.buttons() == []


async def test_a_missing_scope_is_remembered(long):
    long.slack.backend.scopes.discard("files:write")
    await long.show(done(LONG))
    await long.ask()
    await long.show(done(LONG))

    assert methods(long).count(UPLOAD_URL) == 1
    assert long.notices() == [partial(ENGLISH.shortened)]


async def test_where_nothing_can_be_attached_it_is_shown_as_far_as_it_goes(scene):
    scene.capabilities = Capabilities(limits=PartLimits(units=1000, parts=2, files=False))
    scene.open()
    await scene.show(done(LONG))

    assert UPLOAD_URL not in methods(scene)
    assert scene.notices() == [partial(ENGLISH.shortened)]


@pytest.mark.parametrize("method", [UPLOAD_URL, UPLOAD_SHARE])
async def test_a_lost_answer_makes_no_second_file(long, method):
    long.slack.faults.lose(method)
    with pytest.raises(SlackUnknown):
        await long.show(done(LONG))
    await long.show(done(LONG))

    assert len(long.files) == 1
    assert methods(long).count(UPLOAD_SHARE) == 1
    assert long.notices() == [ENGLISH.goes_on_in_file]


async def test_what_was_not_shared_is_shared_again(long):
    long.slack.faults.fail(UPLOAD_SHARE, 500)
    with pytest.raises(SlackUnknown):
        await long.show(done(LONG))
    await long.show(done(LONG))

    assert len(long.files) == 1


@pytest.mark.parametrize("method", [UPLOAD_URL, UPLOAD_SHARE])
async def test_a_refusal_is_waited_for(long, method):
    long.slack.faults.refuse(method, retry_after=7)
    with pytest.raises(SlackRefused):
        await long.show(done(LONG))
    await long.show(done(LONG))

    assert len(long.files) == 1


@pytest.mark.parametrize("method", [UPLOAD_URL, UPLOAD_SHARE])
async def test_an_upload_that_never_works_is_given_up(long, method):
    long.slack.faults.fail(method, 500, times=1000)
    await long.insist(done(LONG))

    assert long.files == []
    assert long.notices() == [partial(ENGLISH.not_attached.format(files="answer.md"))]


# Another process goes on


async def upload(scene):
    """Until the file stands, and no further."""
    await scene.show(live(LONG))
    while (call := scene.sink.plan(done(LONG))[0]).bucket != UPLOAD_SHARE:
        await scene.sink.do(call)
    await scene.sink.do(call)


async def test_between_the_file_and_the_last_word(long):
    await upload(long)
    long.open(posts=long.sink.posts, ending=done(LONG))
    await long.show(done(LONG))

    assert len(long.files) == 1
    assert methods(long).count(UPLOAD_URL) == 1
    assert long.notices() == [ENGLISH.goes_on_in_file]


async def test_between_the_end_and_the_file(long):
    await long.show(live(LONG))
    long.open(posts=long.sink.posts, ending=done(LONG))
    await long.show(done(LONG))

    assert len(long.files) == 1


async def test_with_a_doubt_about_its_posts_too(long):
    await upload(long)
    long.open(posts=long.sink.posts[:1], ending=done(LONG), doubtful=True)
    await long.show(done(LONG))

    assert len(long.files) == 1
    assert methods(long).count("conversations.replies") == 1


async def test_where_it_may_not_look_it_attaches_the_file_again(long):
    """Twice is better than not at all."""
    await upload(long)
    long.slack.faults.fail("conversations.replies", "missing_scope")
    long.open(posts=long.sink.posts, ending=done(LONG))
    await long.show(done(LONG))

    assert len(long.files) == 2


async def test_a_short_answer_is_not_searched_for_files(scene):
    await scene.show(WAITING)
    scene.open(posts=scene.sink.posts, ending=done("Because."))
    await scene.show(done("Because."))

    assert "conversations.replies" not in methods(scene)


def test_another_round_has_files_of_its_own():
    names = {unique("answer.md", turn(round=number)) for number in range(3)}
    others = {unique("answer.md", turn(ts)) for ts in ("1.1", "1.2")}

    assert len(names | others) == 5
    assert all(len(name) == len("answer-123456.md") for name in names)


def test_the_steps_of_one_file_follow_those_of_the_one_before(api):
    uploads = Uploads(api, turn(), 1.0)
    files = [File("table-1.csv", "csv", "a"), File("code-1.py", "python", "b")]
    step = uploads.next(files)
    uploads.found([unique("table-1.csv", turn())])
    other = uploads.next(files)

    assert (step.method, step.arguments["filename"]) == (UPLOAD_URL, unique("table-1.csv", turn()))
    assert other.arguments["filename"] == unique("code-1.py", turn())
