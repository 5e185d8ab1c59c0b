"""Every fault of the trials once or a few times; the most telling ones with each `make test`.

`make test ARGS='-m long tests/chaos'` runs the others, `make chaos` all of them with many seeds.
"""

import asyncio
from functools import partial

import pytest

from bot.playground.faults import Loss
from tests.chaos import families
from tests.chaos.families import Case, killed, named
from tests.chaos.trials import (
    kills,
    leaving,
    losses,
    moments,
    redelivery,
    refusals,
    sockets,
    stores,
)
from tests.database import connected

pytestmark = pytest.mark.timeout(150)

long = pytest.mark.long


def mostly_long(values, *short):
    """Parameters: only those in `short` are not long."""
    return [pytest.param(each, marks=() if each in short else long) for each in values]


PAIRS = (
    ("accept.after", "post.after"),
    ("post.after", "post.after"),
    ("token.after", "close.after"),
    ("last.before", "last.after"),
    ("close.after", "ended.before"),
)
ELSEWHERE = ("accept.before", "post.after", "close.after", "ended.before")


@pytest.fixture
def trial(fork_server, tmp_path):
    """Runs cases side by side, since trials wait most of the time; shows all that was violated."""

    async def trial(*cases, seed=1):
        if any(case.store == "postgres" for case in cases):
            await (await connected()).close()
        found = {}
        async with asyncio.TaskGroup() as trials:
            for number, case in enumerate(cases):
                (folder := tmp_path / str(number)).mkdir()
                trials.create_task(_run(case, fork_server, folder, seed + number, found))
        assert found == {}

    return trial


async def _run(case, fork_server, folder, seed, found):
    if violations := await case.run(fork_server, folder, seed):
        found[f"{case.name} {seed}"] = [str(violation) for violation in violations]


@pytest.mark.parametrize(
    "what", mostly_long(kills.WHAT, "accept", "post", "close", "last", "ended")
)
async def test_killed_at_a_point(trial, what):
    """F098, F002, F027, F028: kill -9 right before and right after each commit, call and request.

    Before `accept` no acknowledgement was sent, after it the question is kept and that was lost.
    """
    await trial(*(case(f"{what}.{when}", killed(f"{what}.{when}")) for when in ("before", "after")))


@pytest.mark.parametrize(
    ("transport", "store"),
    [
        pytest.param("socket", "postgres", marks=long),
        pytest.param("http", "sqlite", marks=long),
        ("http", "postgres"),
    ],
)
async def test_killed_elsewhere(trial, transport, store):
    """F098: the same where the questions come in, or are kept, in another way."""
    await trial(*(case(point, killed(point), transport, store) for point in ELSEWHERE))


@pytest.mark.parametrize("points", mostly_long(PAIRS, PAIRS[0]), ids=",".join)
async def test_killed_twice(trial, points):
    """F098: what comes back to mend it is killed as well."""
    await trial(case("pair", killed(*points)))


@long
async def test_killed_at_any_time(trial):
    """F098, F100: twenty answers are under way, some of them waiting for others."""
    await trial(case("in flight", moments.in_flight), case("in flight", moments.in_flight))


@long
async def test_killed_while_an_answer_of_slack_is_on_its_way(trial):
    """F098, F037, F041: Slack has done it, and whoever asked for it never hears of that."""
    await trial(
        case("placeholder", moments.placeholder_accepted),
        case("last word", moments.last_word_accepted),
    )


@long
async def test_redelivered(trial):
    """F001, F003, F005: 200 questions, two events for each, every one delivered up to ten times."""
    await trial(case("storm", partial(redelivery.storm, count=200)))


@pytest.mark.parametrize(
    ("transport", "store"),
    [("socket", "sqlite"), pytest.param("http", "postgres", marks=long)],
)
async def test_redelivered_to_two_processes(trial, transport, store):
    """F005, F031, F035, F095: to either of two processes on one store, while sockets break."""
    await trial(case("two", partial(redelivery.storm, processes=2), transport, store))


@long
@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_redelivered_after_a_restart(trial, transport):
    """F004: the next process knows what this one has answered."""
    await trial(case("restart", redelivery.after_restart, transport))


@long
@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_told_later_and_strangely(trial, transport):
    """F002, F006, F029: as a retry after a start, and with event_ids that say nothing."""
    await trial(
        case("down", redelivery.while_down, transport),
        case("ids", redelivery.strange_ids, transport),
    )


async def test_too_many_sockets(trial):
    """F024: it is told so by Slack, and dials less and less often."""
    await trial(case("too many", sockets.too_many))


@long
async def test_strain(trial):
    """F105, F108, F111: a hundred ask at once, the network is slow, there are 64 files to open."""
    await trial(*(each for each in named("strain") if each.name.endswith("socket-sqlite")))


@pytest.mark.parametrize("how", mostly_long(Loss, Loss.GATEWAY))
async def test_answers_of_slack_get_lost(trial, how):
    """F037, F039, F041: after RST, FIN, silence or a page of HTML it looks before it posts."""
    lost = partial(losses.lost, how=how)
    await trial(
        case("post", partial(lost, method=losses.POST)),
        case("update", partial(lost, method=losses.UPDATE)),
    )


@long
async def test_refused(trial):
    """F038, F040, F041: 30 % of the calls are answered with 429, and one waits as told."""
    await trial(case("storm", partial(refusals.storm, longest=2)))


@long
async def test_slack_is_down(trial):
    """F039, F049: every call fails, for a while, again and again."""
    await trial(case("outage", refusals.outage))


@pytest.mark.parametrize("store", mostly_long(["sqlite", "postgres"], "sqlite"))
async def test_the_store_is_down(trial, store):
    """F036, F086, F087, F091: nothing is acknowledged meanwhile, everything answered afterwards."""
    await trial(case("down", stores.down, store=store))


@long
async def test_the_store_is_slow_and_cuts_connections(trial):
    """F091, F092, F093: also in the midst of a commit, whose outcome is then unknown."""
    await trial(
        case("cut", stores.cut, store="postgres"), case("slow", stores.slow, store="postgres")
    )


@long
@pytest.mark.parametrize("name", [*families.DATABASES])
async def test_a_database_fails_under_load(trial, name):
    """F091, F092, F093: thrown out, cut, and black holes for all connections or one of them."""
    await trial(*named(f"databases/{name}"))


@pytest.mark.parametrize("name", mostly_long(families.LINES, "crowded"))
async def test_most_wait_in_line(trial, name):
    """F098, F111: limits are small; Slack fails, the store fails, or the process dies."""
    await trial(*(each for each in named(f"lines/{name}") if each.name.endswith("socket-sqlite")))


async def test_it_is_asked_to_leave(trial):
    """F099: what it does not finish in time is handed over, and a second signal loses nothing."""
    await trial(
        case("once", leaving.drained),
        case("twice", partial(leaving.drained, again=True)),
    )


@long
@pytest.mark.parametrize("store", ["sqlite", "postgres"])
async def test_rolled(trial, store):
    """F095, F101: one of two processes after the other is replaced while people ask."""
    await trial(case("rolled", leaving.rolled, store=store))


@long
@pytest.mark.parametrize("name", ["zombies/zombie", "poison/poisoned", "poison/late"])
async def test_zombies_and_poison(trial, name):
    """F094, F102: who slept too long writes nothing; who kills is given up after three times."""
    await trial(*(each for each in named(name) if each.name.endswith("socket-sqlite")))


@long
async def test_writes_land_late(trial):
    """Slack carries out what was given up, also when another process has taken over."""
    await trial(*(each for each in named("late") if each.name.endswith("socket-sqlite")))


@long
async def test_killed_while_an_answer_goes_on(trial):
    """F098: the button that was pressed does not stay, wherever the process dies."""
    await trial(*(each for each in named("going-on") if each.name.endswith("socket-sqlite")))


@long
async def test_killed_while_an_answer_is_removed(trial):
    """F009, F098: the question was deleted: nothing of its answer stays, wherever it dies."""
    await trial(*(each for each in named("taking-back") if each.name.endswith("socket-sqlite")))


@long
@pytest.mark.parametrize("place", ["socket-sqlite", "http-postgres"])
async def test_killed_while_a_question_comes_in_parts(trial, place):
    """F098: what its second event had is known to the next process, wherever it dies."""
    await trial(*(each for each in named("in-parts") if each.name.endswith(place)))


@long
async def test_what_it_writes_to_is_taken_away(trial):
    """F009, F017, F044, F047: a reply or question, the channel, the membership, the token."""
    await trial(*(each for each in named("gone") if each.name.endswith("socket-sqlite")))


def case(name, run, transport="socket", store="sqlite"):
    return Case(f"{name}/{transport}-{store}", run, transport, store)
