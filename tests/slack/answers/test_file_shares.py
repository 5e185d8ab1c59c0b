"""Files of an answer are known by the mark in their names, and go with their messages."""

import pytest

from bot.core.turns import Claim
from bot.core.types import Lease
from bot.errors import SlackError
from bot.slack.answers.file_shares import FileShare, FileShares, shares_in
from bot.slack.answers.uploads import unique
from bot.slack.limits import DELETE, FILE_DELETE
from tests.fakes import turn

STEPS = [DELETE, FILE_DELETE]


def shares(*names):
    return [FileShare(f"{number}.0", f"F{number}", name) for number, name in enumerate(names)]


def test_the_files_on_a_page():
    files = [{"id": "F1", "name": "a.csv"}, {"id": "F2", "name": "b.csv"}]

    assert list(shares_in({"messages": [{"ts": "1.0"}, {"ts": "2.0", "files": files}]})) == [
        FileShare("2.0", "F1", "a.csv"),
        FileShare("2.0", "F2", "b.csv"),
    ]
    assert list(shares_in({})) == []


def claim(turn, posts=(), kept=0):
    return Claim(turn, Lease(turn.key, 1), begun=True, posts=posts, kept=kept)


async def test_those_of_all_rounds_go_and_no_others(api, slack):
    ours = [unique("answer.md", turn(round=number)) for number in range(3)]
    others = ["answer.md", unique("answer.md", turn("2.0")), unique("answer.md", turn(round=3))]
    files = FileShares(api, claim(turn(round=2)))
    files.found(shares(*ours, *others))
    while step := files.next():
        await files.do(step)
    gone = [call.arguments["file"] for call in slack.calls.of(FILE_DELETE)]

    assert gone == ["F0", "F1", "F2"]
    assert [call.method for call in slack.calls] == STEPS * 3


@pytest.mark.parametrize(
    ("posts", "kept", "replaced"),
    [
        ((), 0, ["F0", "F1", "F2"]),
        (("0.5", "1.5"), 0, ["F0", "F1", "F2"]),
        (("0.5", "1.5"), 1, ["F2"]),
        (("0.5", "1.5"), 2, []),
    ],
    ids=["nothing stood", "the whole answer anew", "the last part anew", "below all of it"],
)
async def test_of_earlier_rounds_those_are_replaced_that_came_after_what_stays(
    api, posts, kept, replaced
):
    """A file of this round is never replaced."""
    names = [unique("answer.md", turn(round=number)) for number in (0, 0, 1, 2)]
    files = FileShares(api, claim(turn(round=2), posts, kept))
    files.found(shares(*names))
    found = []
    while step := files.next(replaced=True):
        found += [step.arguments["file"]] if step.method == FILE_DELETE else []
        await files.do(step)

    assert found == replaced


@pytest.mark.parametrize("method", STEPS)
async def test_what_fails_is_done_again_and_what_slack_rejects_is_left(api, slack, method):
    files = FileShares(api, claim(turn()))
    files.found(shares(unique("a.csv", turn())))
    slack.faults.fail(method, 500)
    with pytest.raises(SlackError):
        await all_steps(files)
    await all_steps(files)

    assert [call.error for call in slack.calls.of(method)][-1] in {
        "channel_not_found",
        "file_not_found",
    }


async def all_steps(files):
    while step := files.next():
        await files.do(step)
