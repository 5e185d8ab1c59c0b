"""Which connections give way, and when: strangers never take the place of Slack."""

import asyncio
import resource
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from bot.web.connections import (
    GRACE,
    MOST_CONNECTIONS,
    MOST_UNVERIFIED,
    NO_ROOM,
    SLOW_HEAD,
    TOO_MUCH,
    Connection,
    OpenConnections,
)
from bot.web.refusal_log import RefusalLog

MB = 2**20
HEAD_TIMEOUT = 0.1


class Wire(asyncio.Transport):
    """A transport that is open until it is aborted."""

    open = True

    def is_closing(self):
        return not self.open

    def abort(self):
        self.open = False


class Inner(asyncio.Protocol):
    """In aiohttp's place: keeps what it is told."""

    def __init__(self):
        self.told = b""

    def data_received(self, data):
        self.told += data


class Hall:
    """OpenConnections at a time that the test sets."""

    def __init__(self):
        self.now = 0.0
        self.all = OpenConnections(RefusalLog(), HEAD_TIMEOUT, lambda: self.now)

    def enter(self, data=b""):
        connection = Connection(self.all, Inner())
        connection.wire = Wire()
        connection.connection_made(connection.wire)
        if data:
            connection.data_received(data)
        return connection


@pytest.fixture
async def hall():
    return Hall()


def is_open(*connections):
    return [connection.wire.open for connection in connections]


async def test_a_head_has_its_time_and_no_more(hall):
    """However it comes: not at all, half, or byte by byte."""
    silent, half, slow = hall.enter(), hall.enter(b"POST"), hall.enter()
    complete = hall.enter(b"POST")
    complete.head_came()
    with capture_logs() as logs:
        for _ in range(20):
            slow.data_received(b"x")
            await asyncio.sleep(HEAD_TIMEOUT / 10)

    assert is_open(silent, half, slow, complete) == [False, False, False, True]
    assert [entry["event"] for entry in logs] == [SLOW_HEAD]


async def test_between_two_requests_of_slack_there_is_all_the_time(hall):
    """The next head has as much time as the first, from its first byte on."""
    kept = hall.enter(b"first")
    kept.head_came()
    kept.verify()
    kept.answered()
    await asyncio.sleep(HEAD_TIMEOUT * 1.5)
    assert kept.wire.open

    kept.data_received(b"s")
    await asyncio.sleep(HEAD_TIMEOUT * 1.5)
    assert not kept.wire.open


async def test_the_beginning_of_the_next_request_may_come_during_the_answer(hall):
    kept = hall.enter(b"first")
    kept.head_came()
    kept.verify()
    kept.data_received(b"sec")
    await asyncio.sleep(HEAD_TIMEOUT * 1.5)
    assert kept.wire.open

    kept.answered()
    await asyncio.sleep(HEAD_TIMEOUT * 1.5)
    assert not kept.wire.open


async def test_the_one_without_use_for_longest_gives_way(hall):
    first, answering, second = hall.enter(b"P"), hall.enter(b"P"), hall.enter()
    answering.verify()
    hall.now = GRACE
    second.verify()
    second.answered()
    third = hall.enter()
    hall.now = 2 * GRACE

    with capture_logs() as logs:
        assert hall.all.make_room()
    assert is_open(first, answering, second, third) == [False, True, True, True]
    assert [entry["event"] for entry in logs] == [NO_ROOM]
    assert hall.all.make_room()
    assert hall.all.make_room()
    assert not hall.all.make_room(), "Slack is being answered on the last one"
    assert is_open(answering, second, third) == [True, False, False]
    assert len(hall.all) == 1


async def test_nobody_gives_way_at_once(hall):
    stranger = hall.enter()
    hall.now = GRACE - 0.01
    assert not hall.all.make_room()
    hall.now = GRACE
    assert hall.all.make_room()
    assert not stranger.wire.open


async def test_what_holds_most_gives_way_when_all_hold_too_much(hall):
    with capture_logs() as logs:
        large = hall.enter(b"x" * MB + b"y")
        others = [hall.enter(b"x" * MB) for _ in range(MOST_UNVERIFIED // MB - 1)]
        assert is_open(large, *others) == [False] + [True] * len(others)

        small = hall.enter(b"x" * 5000)
        others[3].data_received(b"x" * MB)

    assert is_open(small, others[3]) == [True, False]
    assert [entry["event"] for entry in logs] == [TOO_MUCH]
    assert len(others[3]._inner.told) == MB, "what is refused is not passed on"


async def test_what_is_verified_or_gone_does_not_count(hall):
    for _ in range(3 * MOST_UNVERIFIED // MB):
        hall.enter(b"x" * MB).verify()
        hall.enter(b"x" * MB).connection_lost(None)
    last = hall.enter(b"x" * MOST_UNVERIFIED)

    assert last.wire.open
    last.data_received(b"x")
    assert not last.wire.open


@contextmanager
def descriptors(limit):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("limit", "most"), [(2000, MOST_CONNECTIONS), (200, 100)])
async def test_half_of_the_descriptors_are_for_others(hall, limit, most):
    with descriptors(limit):
        for _ in range(most - 1):
            hall.enter()
        assert not hall.all.is_full
        hall.enter()
        assert hall.all.is_full
